"""Phase reviews in a real browser, with script and without: step down, stay, more support after a return to use, complete, discharge
against advice, readmission; and how many actions a proposal and an approval take (`ui.md` 9, row 11).
"""

import pytest

from tests.browser import sign_in
from tests.journeys.test_main_job import Hand, answers
from tests.progress.reviewing import path_of, ready, screen, sign_plan, someone

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
both = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


class Counting(Hand):
    """A hand that counts what it does to a page: each press, link and choice is one action."""

    actions = 0

    def press(self, name):
        self.actions += 1
        super().press(name)

    def follow(self, name):
        self.actions += 1
        super().follow(name)

    def choose(self, **values):
        self.actions += len(values)
        super().choose(**values)


@pytest.fixture
def team(open_page, cast):
    """Ana, Carl and Sue, signed in; `team(script)` gives their hands."""

    def signed_in(script):
        hands = []
        for person in (cast.ana, cast.carl, cast.sue):
            hand = Counting(open_page(script=script))
            sign_in(hand.page, person)
            hands.append(hand)
        return hands

    return signed_in


def approve(sue):
    """From Today: open what waits, approve it."""
    sue.page.goto("/today")
    sue.actions = 0
    sue.follow("^Decide")
    sue.press("^Approve$")
    sue.reads("Decided")
    return sue.actions


def phases(transaction, client):
    with transaction():
        return [name for name, _from, _to in path_of(client)]


@on_sqlite
@both
def test_a_step_down_of_someone_who_is_ready(team, axe, cast, transaction, script):
    with transaction():
        client, _episode = ready(cast)
    ana, _carl, sue = team(script)
    ana.page.goto("/phases")
    ana.follow("^Review Ramos")
    ana.reads("3 of 3 weeks")
    if script:
        assert axe(ana.page) == []
    ana.press("^Send to Sue Okafor for approval")
    ana.reads("Waiting for approval")
    proposed, approved = ana.actions, approve(sue)
    print(f"propose a step down, all met: {proposed} actions from the board; approve: {approved} from Today")
    assert proposed <= 4 and approved <= 2
    if script:
        assert axe(sue.page) == []
    assert phases(transaction, client) == ["Phase 1", "Phase 2"]
    ana.page.goto(f"/clients/{client}/moves")
    ana.reads("proposed by Ana Moreau")
    ana.follow("^Review of Step down")
    ana.reads("Facts as they stood")


@on_sqlite
@both
def test_someone_stays(team, cast, transaction, script):
    with transaction():
        client, _episode = someone(cast)
    ana, _carl, _sue = team(script)
    ana.page.goto(f"/clients/{client}/review")
    ana.choose(kind="stay")
    ana.fill(work_on="Come to both groups of the week.", until="tomorrow")
    ana.press("^(Send|Keep)")
    ana.reads("Stay in Phase 1")
    ana.page.goto(f"/clients/{client}")
    ana.reads("Stays in Phase 1")


@on_sqlite
@both
def test_more_support_after_a_return_to_use(team, cast, transaction, script):
    with transaction():
        client, _episode = someone(cast, position=2)
    ana, carl, sue = team(script)
    carl.page.goto(f"/clients/{client}/recovery/return")
    carl.fill(first_on="yesterday")
    carl.page.get_by_role("radio").first.check()
    carl.press("^(Save|Record)")
    ana.page.goto(f"/clients/{client}")
    ana.follow("^Phase review$")
    ana.choose(kind="step_up")
    ana.page.locator("select[name=to_phase]").select_option(label="Phase 1")
    ana.choose(reason="returned_to_use")
    ana.fill(effective_on="today", words="Called the same evening and asked for more groups.")
    ana.press("^Send")
    ana.reads("Waiting for approval")
    approve(sue)
    assert phases(transaction, client) == ["Phase 2", "Phase 1"]


@on_sqlite
@both
def test_complete_with_the_last_day_overridden(team, cast, transaction, script):
    with transaction():
        client, episode = someone(cast, position=4)
        sign_plan(cast, episode)
        screen(client, cast.carl.actor)
    ana, _carl, sue = team(script)
    ana.page.goto(f"/clients/{client}/review?kind=complete")
    ana.fill(effective_on="today", override="Moves away in a week; the plan is done.")
    ana.press("^Send")
    ana.reads("Not met, overridden")
    approve(sue)
    ana.page.goto(f"/clients/{client}")
    ana.reads("complete")
    sue.page.goto("/phases/reviews")
    sue.reads("Overridden in the last 90 days 1")


@on_sqlite
@both
def test_discharge_against_advice_and_readmission(team, cast, transaction, script):
    with transaction():
        client, _episode = someone(cast)
    ana, _carl, sue = team(script)
    sue.page.goto(f"/clients/{client}/move?kind=discharge")
    sue.choose(reason="left_before_completing")
    sue.fill(effective_on="today", words="Left against advice this morning; nothing could wait.")
    sue.press("^Discharge")
    sue.reads("freed from that day on")
    sue.press("^Discharge")
    ana.page.goto(f"/clients/{client}/prescreen")
    answers(ana, "no")
    ana.press("^Save")
    ana.page.goto(f"/clients/{client}/admit")
    ana.page.locator("select[name=phase], input[name=phase]").first.wait_for()
    ana.choose(phase=ana.page.locator("select[name=phase] option, input[name=phase]").nth(0).get_attribute("value"))
    ana.page.locator("select[name=case_manager]").select_option(label="Ana Moreau")
    ana.page.locator("select[name=clinician]").select_option(label="Carl Ito")
    ana.press("^Admit")
    ana.page.goto(f"/clients/{client}/review")
    ana.reads("Phase 1 since")
    ana.page.goto(f"/clients/{client}/moves")
    ana.reads("Discharge before completing")
