"""The main job end to end in a real browser, with script and without: people are brought in, one is registered, screened,
held or admitted, seen in every service, marked, stepped down, called back after a crisis, and counted.
"""

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from caseapp.clients.models import Client
from caseapp.clients.rules import Answer
from caseapp.clinic import actions as clinic_actions
from caseapp.clinic import queries as clinic
from caseapp.clinic.rules import ProviderKind
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.episodes import actions as episodes
from caseapp.episodes.rules import PriorLevel, ReferralSource
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.actions import book
from tests.browser import sign_in
from tests.journeys.people import a_list

SEVEN = {
    "group_therapy": ("9:00 am", "12:00 pm"),
    "individual_counseling": ("1:00 pm", "1:50 pm"),
    "cbt": ("2:00 pm", "3:30 pm"),
    "medication_management": ("3:30 pm", "4:00 pm"),
    "case_management": ("4:00 pm", "4:30 pm"),
    "life_skills": ("5:00 pm", "6:30 pm"),
    "crisis": ("7:00 pm", "8:00 pm"),
}


class Hand:
    """What someone does with a page: fills fields, chooses, presses, reads."""

    def __init__(self, page):
        self.page = page

    def fill(self, **texts: str) -> None:
        """Type into fields, by their names."""
        for name, text in texts.items():
            self.page.locator(f"[name='{name}']:visible").first.fill(text)

    def choose(self, **values: str) -> None:
        """Choose from radios, boxes or lists, by their names."""
        for name, value in values.items():
            control = self.page.locator(f"select[name='{name}']")
            if control.count():
                control.select_option(value)
            else:
                self.page.locator(f"input[name='{name}'][value='{value}']").check()

    def press(self, name: str) -> None:
        """Press a button of the page's own, by the words on it, and wait for what comes."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=re.compile(name)).first.click()

    def follow(self, name: str) -> None:
        """Follow a link by its words."""
        self.page.locator("main").get_by_role("link", name=re.compile(name)).first.click()

    def open_client(self, name: str) -> str:
        """Find a client by name and open the chart; gives its address."""
        self.page.locator("#find-q").fill(name)
        self.page.locator("#find-q").press("Enter")
        self.page.locator("main").get_by_role("link", name=name).first.click()
        self.page.wait_for_url(re.compile(r"/clients/[\w-]{22}$"))
        return self.page.url

    def reads(self, text: str) -> None:
        """The page says this."""
        said = self.page.locator("main").inner_text()
        assert text in said, f"{self.page.url} does not say {text!r}:\n{said}"


@pytest.fixture
def surroundings(transaction):
    """Two rooms and a provider of withdrawal management, as an admin would have entered."""
    with transaction():
        for name, seats in (("Room 1", 36), ("Room 2", 14)):
            clinic_actions.add_room(clinic.site(), name, seats, COMMAND_LINE)
        clinic_actions.add_provider("Harbor Hospital", ProviderKind.withdrawal_management, COMMAND_LINE)


@pytest.fixture
def brought_in(command, tmp_path, surroundings) -> list[str]:
    """The names, last name first, of the people whom the import took in; running it again takes in nobody."""
    path = a_list(tmp_path)
    said = command("import", "clients", str(path), status=1).splitlines()[-1]
    taken_in = int(re.fullmatch(r"imported (\d+), already known 0, rejected \d+", said)[1])
    again = command("import", "clients", str(path), status=1).splitlines()[-1]
    assert again.startswith(f"imported 0, already known {taken_in}, rejected ")
    from caseapp.core.db import transaction

    with transaction():
        people = list(db.scalars(select(Client).order_by(Client.last_name)))
        assert len(people) == taken_in >= 12
        return [client.last_first for client in people]


def admit_a_while_ago(names: list[str], cast) -> None:
    """The others of the group, screened and admitted ten days ago by the same actions."""
    from caseapp.core.db import transaction

    with transaction():
        today = clock.today(clinic.zone())
        version = programs.version_in_use(programs.programs()[0], today)
        for client in db.scalars(select(Client)):
            if client.last_first in names:
                last_use = clock.instant(today - timedelta(days=30), time(20), clinic.zone())
                screen = episodes.prescreen(
                    client, cast.ana.actor, referral_source=ReferralSource.individual, prior_level=PriorLevel.none,
                    last_use_known=Answer.yes, last_use_at=last_use, seizure_or_delirium=Answer.no,
                    benzodiazepine_dependence=Answer.no, withdrawal_now=Answer.no,
                )  # fmt: skip
                progress.admit(
                    client, screen, cast.ana.actor, program_version=version, phase=version.phases[0],
                    admitted_on=today - timedelta(days=10), case_manager_id=cast.ana.actor.id,
                    clinician_id=cast.carl.actor.id, payer_id=None, words="Entered later.",
                )  # fmt: skip


def answers(hand: Hand, withdrawal: str) -> None:
    """Fill the withdrawal check: everything known and harmless but for the withdrawal signs given."""
    week_ago = clock.now().date() - timedelta(days=7)
    hand.choose(referral_source="individual", prior_level="detox", substances="alcohol", last_use_known="yes")
    hand.fill(last_use_on=f"{week_ago:%b} {week_ago.day}, {week_ago.year}")
    hand.choose(seizure_or_delirium="no", benzodiazepine_dependence="no", withdrawal_now=withdrawal)


def register_and_screen(hand: Hand, held: str) -> str:
    """Register one more, screen and admit her; someone of the list is held for detox. Gives the address of her chart."""
    hand.page.goto("/clients/new")
    hand.fill(first_name="Alicia", last_name="Ramos", **{"born-month": "3", "born-day": "4", "born-year": "1988"})
    hand.choose(sex="female", may_call="yes", may_text="no", may_leave_message="unknown")
    hand.press("Save and continue")
    chart = hand.page.url
    screen(hand, chart, "no")
    hand.page.goto(f"{chart}/admit")
    hand.choose(phase=hand.page.locator("select[name=phase] option, input[name=phase]").nth(0).get_attribute("value"))
    hand.page.locator("select[name=case_manager]").select_option(label="Ana Moreau")
    hand.page.locator("select[name=clinician]").select_option(label="Carl Ito")
    hand.press("^Admit")
    hand.reads("Phase 1")
    other = hand.open_client(held)
    screen(hand, other, "unknown")
    hand.page.goto(f"{other}/admit")
    assert not hand.page.locator("main").get_by_role("button", name=re.compile("^Admit")).count()
    hand.reads("not asked yet")
    return chart


def screen(hand: Hand, chart: str, withdrawal: str) -> None:
    """The withdrawal check of one person."""
    hand.page.goto(f"{chart}/prescreen")
    answers(hand, withdrawal)
    hand.press("^Save")


def schedule_the_seven(hand: Hand, day: date) -> str:
    """A session of each of the seven services on a day; gives the address of the group's."""
    group = ""
    for service, (starts, ends) in SEVEN.items():
        hand.page.goto("/sessions/new")
        hand.choose(service=service)
        hand.fill(on_day=f"{day:%b} {day.day}, {day.year}", starts=starts, ends=ends)
        hand.page.locator("select[name=room]").select_option(label="Room 2")
        hand.page.get_by_label("Carl Ito").check()
        hand.press("^Add session")
        hand.page.wait_for_url(re.compile(r"/sessions/[\w-]{22}$"))
        group = group or hand.page.url
    return group


def book_the_group(address: str, names: list[str], cast) -> None:
    """Give the twelve a place."""
    from caseapp.core.db import transaction

    with transaction():
        session = scheduling.get_session(address.rsplit("/", 1)[1], cast.ana.actor)
        for client in db.scalars(select(Client)):
            if client.last_first in names:
                book(session, client, cast.ana.actor)


def take_roll_call(hand: Hand, address: str, script: bool) -> None:
    """Twelve people: one late, one excused, one who did not come, the rest present; then finish."""
    hand.page.goto(f"{address}/attendance")
    rows = hand.page.locator("[data-place]")
    assert rows.count() == 12
    rows.nth(0).get_by_role("radio", name=re.compile("^Late")).check()
    rows.nth(0).locator("input[name^='late-']").fill("12")
    rows.nth(1).get_by_role("radio", name=re.compile("^Excused")).check()
    rows.nth(2).get_by_role("radio", name=re.compile("^No.show")).check()
    if script:
        hand.page.keyboard.press("Tab")
        rows.nth(2).get_by_text(re.compile("saved", re.I)).first.wait_for()
    else:
        hand.press("^Save")
    if script:  # sent at once, the page stays
        hand.page.get_by_role("button", name=re.compile("^Mark the remaining")).click()
        hand.page.get_by_text("12 of 12 marked").first.wait_for()
    else:
        hand.press("^Mark the remaining")
    hand.press("^Finish")
    hand.reads("finished")


def step_down(ana: Hand, carl: Hand, sue: Hand, name: str) -> None:
    """From Phase 1 to Phase 2, from today on: what must be met first is done, then proposed, then approved by another person."""
    chart = ana.open_client(name)
    ana.page.goto(f"{chart}/review?kind=step_down")
    ana.reads("must be met")
    have_a_signed_plan(carl, chart)
    screen_risk(carl, chart)
    ana.page.goto(f"{chart}/review?kind=step_down")
    ana.page.locator("select[name=to_phase]").select_option(label="Phase 2")
    ana.fill(effective_on="today", override="Comes from residential care of the same intensity.")
    ana.choose(reason="goals_met")
    ana.press("^Send")
    ana.reads("Waiting for approval")
    sue.page.goto("/today")
    sue.follow("^Decide")
    sue.reads("Facts as they stood")
    sue.press("^Approve")
    sue.reads("Decided")
    ana.page.goto(chart)
    ana.reads("Phase 2")


def have_a_signed_plan(hand: Hand, chart: str) -> None:
    """Write a plan of one goal, signed by the client on paper and by whoever writes it."""
    hand.page.goto(f"{chart}/plan/write")
    hand.page.get_by_label("Goal 1", exact=True).fill("Find a place to live")
    hand.press("^Save and go on to signatures")
    hand.press("^Sign as clinician")
    hand.page.get_by_role("radio", name="On paper").check()
    hand.press("^Record the client's signature")


def screen_risk(hand: Hand, chart: str) -> None:
    """The C-SSRS screener without a sign of risk."""
    hand.page.goto(f"{chart}/measures/new?of=cssrs")
    for name in ("wish_to_be_dead", "thoughts", "behavior"):
        hand.page.locator(f"input[name='{name}'][value='no']").check()
    hand.press("^Save")


def record_a_crisis_contact(hand: Hand, name: str) -> None:
    """Three answers start the clock of the follow-up."""
    hand.page.get_by_role("link", name="Record a crisis contact").click()
    hand.fill(who=name.split(",")[0])
    hand.press("^Find")
    hand.page.get_by_role("radio", name=re.compile(re.escape(name))).check()
    hand.choose(risk="high")
    hand.press("^Save and start the clock")
    hand.reads("tomorrow")


def try_to_reach(hand: Hand) -> None:
    """The first attempt, from the board."""
    hand.page.goto("/crisis")
    hand.follow("Record an? ?attempt|Record attempt")
    hand.choose(result="spoke", next="close")
    hand.press("^Save the attempt")


def read_the_report(hand: Hand, name: str) -> None:
    """The step down is counted, and the figure opens the person behind it."""
    hand.page.goto("/reports/transitions")
    hand.page.get_by_role("link", name="this year", exact=True).click()
    hand.reads("1 a step down")
    hand.page.get_by_role("link", name=re.compile("Phase 1 to Phase 2")).click()
    hand.reads(name)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_clinic_runs_a_day_on_it(open_page, cast, brought_in, command, script):
    held, group_of = brought_in[0], brought_in[1:13]
    admit_a_while_ago(group_of, cast)
    ana, carl, ada, sue = (Hand(open_page(script=script)) for _ in range(4))
    for hand, person in ((ana, cast.ana), (carl, cast.carl), (ada, cast.ada), (sue, cast.sue)):
        sign_in(hand.page, person)
    register_and_screen(ana, held)
    group = schedule_the_seven(ana, clock.today("America/New_York") - timedelta(days=1))
    book_the_group(group, group_of, cast)
    take_roll_call(carl, group, script)
    step_down(ana, carl, sue, group_of[5])
    record_a_crisis_contact(carl, group_of[0])
    try_to_reach(ana)
    read_the_report(ada, group_of[5])
    assert command("audit", "verify").startswith("checked ")
