"""A history replayed: for a past day chart and board show what was in force, by what is known now and as the records stood."""

from contextlib import contextmanager
from datetime import date, time, timedelta

import pytest

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clients.queries import get_client
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.episodes.models import Transition
from caseapp.episodes.queries import open_episode
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.measures import actions as measures
from caseapp.measures.instruments import CSSRS
from caseapp.programs import actions as programs
from caseapp.programs import queries as in_use
from caseapp.progress import actions as progress
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.queries import list_of
from tests.chart.people import admitted, phases, registered, screened

DAY = date(2036, 11, 5)  # a Wednesday, after the staff was hired
ZONE = "America/New_York"
LOW = {"wish_to_be_dead": "no", "thoughts": "no", "behavior": "no"}


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def on(day: date, hour: int = 9):
    return clock.freeze(clock.instant(day, time(hour), ZONE))


@pytest.fixture(autouse=True)
def noon():
    with on(DAY, 12):
        yield


@pytest.fixture
def acting(transaction):
    """`with acting(day):` a transaction at nine in the morning of a day."""

    @contextmanager
    def act(day: date, hour: int = 9):
        with transaction(), on(day, hour):
            yield

    return act


@pytest.fixture
def alicia(acting, cast):
    """Admitted 60 days ago. Marked absent 50 days ago, which was put right 40 days ago. Moved on as of 28 days ago, put right
    20 days ago to 24 days ago. Screened 26 days ago, written down 21 days ago. A new version, with other names, since 10 days.
    """
    ana = cast.ana.actor
    with acting(ago(60)):
        client = registered(ana)
        admitted(client, ana, ago(60), clinician=cast.carl.actor, screen=screened(client, ana))
    with acting(ago(51)):
        held = scheduling.add_session(
            ana, service=in_use.service("group_therapy"), topic="Relapse prevention", on_day=ago(50), starts=time(9),
            ends=time(12), staff_ids=[ana.id],
        )  # fmt: skip
        scheduling.book(held, get_client(client.id, ana), ana)
    for day, state in ((ago(50), MarkState.no_show), (ago(40), MarkState.present)):
        with acting(day, 14):
            attendance.mark(list_of(held)[0], state, ana, reason="Signed the sheet." if day == ago(40) else "")
    with acting(ago(30)):
        facts = {"kind": MoveKind.step_down, "reason": MoveReason.goals_met, "effective_on": ago(28)}
        moved = progress.move(open_episode(client.id), ana, to_phase=phases(DAY)[1], **facts)
    with acting(ago(21)):
        measures.record(get_client(client.id, ana), CSSRS, LOW, ago(26), ana)
    with acting(ago(20)):
        row = db.get(Transition, moved.id)
        corrected = {"effective_on": ago(24), "reason": MoveReason.goals_met, "words": "It was the Monday."}
        progress.correct(row, open_episode(client.id), ana, **corrected)
    with acting(ago(10)):
        draft = programs.new_draft(in_use.get_program(in_use.shipped_program_id()), COMMAND_LINE)
        for phase in draft.phases:
            facts = {name: getattr(phase, name) for name in in_use.PHASE_FACTS}
            programs.edit_phase(phase, COMMAND_LINE, **facts | {"name": f"Stage {phase.position}"})
        programs.publish(in_use.get_version(draft.id), ago(10), COMMAND_LINE)
    return client.id


def main_of(visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text.split("<main")[1].split("</main>")[0]


def chart(visitor, client_id: str, day: date, stood: bool = False) -> str:
    return main_of(visitor, f"/clients/{client_id}/past?on={day}{'&stood=y' if stood else ''}")


def board(visitor, day: date, stood: bool = False) -> str:
    return main_of(visitor, f"/phases?on={day}{'&stood=y' if stood else ''}")


def said(text: str, label: str) -> str:
    """What stands in the list of criteria beside one of them."""
    return text.split(label)[1].split("</li>")[0]


ABSENCE, SCREEN = "No unexcused absence in 14 days", "Risk screen within 7 days"


def test_a_corrected_mark_counts_by_what_is_known_now_and_not_as_it_stood(visit, cast, alicia):
    ana = visit(cast.ana)
    assert "none in 14 days" in said(chart(ana, alicia, ago(45)), ABSENCE)
    assert "1, last" in said(chart(ana, alicia, ago(45), stood=True), ABSENCE)
    assert "none in 14 days" in said(chart(ana, alicia, ago(51), stood=True), ABSENCE)
    assert "3.0 of 9 h" in chart(ana, alicia, ago(48))
    assert "0.0 of 9 h" in chart(ana, alicia, ago(48), stood=True)
    assert "3.0 of 9 h that week" in board(ana, ago(48))
    assert "0.0 of 9 h that week" in board(ana, ago(48), stood=True)


def test_a_screen_written_down_later_was_not_known_then(visit, cast, alicia):
    ana = visit(cast.ana)
    assert "last" in said(chart(ana, alicia, ago(25)), SCREEN)
    assert "not done yet" in said(chart(ana, alicia, ago(25), stood=True), SCREEN)


@pytest.mark.parametrize(("days", "known", "stood"), [
    (61, None, None), (60, "Phase 1", "Phase 1"), (29, "Phase 1", "Phase 1"), (28, "Phase 1", "Phase 2"),
    (26, "Phase 1", "Phase 2"), (24, "Phase 2", "Phase 2"), (19, "Phase 2", "Phase 2"), (5, "Phase 2", "Phase 2"),
])  # fmt: skip
def test_the_phase_of_a_day_by_what_is_known_now_and_as_it_stood(visit, cast, alicia, acting, days, known, stood):
    with acting(ago(200)):
        admitted(registered(cast.ana.actor, last="Noise"), cast.ana.actor, ago(200))
    ana = visit(cast.ana)
    for phase, then in ((known, False), (stood, True)):
        text, people = chart(ana, alicia, ago(days), then), board(ana, ago(days), then)
        if phase is None:
            assert "Not in a program on that day" in text and "Ramos" not in people
            continue
        assert f"{phase} since" in text and "version 1" in text and "Stage" not in text
        column = next(part for part in people.split("<section")[1:] if "Ramos" in part)
        name = phase if days > 10 else phase.replace("Phase", "Stage")
        assert phase in column.split("</h2>")[0], (name, column)


def test_a_move_on_record_by_then_is_told(visit, cast, alicia):
    ana = visit(cast.ana)
    move = f"to Phase 2 on {ago(28):%b} {ago(28).day}"
    assert move in chart(ana, alicia, ago(29), stood=True) and move in board(ana, ago(29), stood=True)
    assert "A move was on record" not in chart(ana, alicia, ago(31), stood=True)
    assert "A move was on record" not in chart(ana, alicia, ago(29))


def test_the_page_says_what_it_is_and_offers_nothing_to_change(visit, cast, alicia):
    ana = visit(cast.ana)
    for text in (chart(ana, alicia, ago(29)), board(ana, ago(29))):
        assert f"<b>As of {ago(29):%a %b} {ago(29).day}" in text and "Nothing can be changed here" in text
        assert 'method="post"' not in text and "stood=y" in text
        assert "btn-primary" not in text
    assert "Look at" not in board(ana, ago(29))
    assert f"/clients/{alicia}/past?on={ago(29)}" in board(ana, ago(29))
    assert ana.raw.get(f"/clients/{alicia}/past?on={DAY}").headers["Location"].endswith(f"/clients/{alicia}")
    assert "Nothing can be changed" not in board(ana, DAY)


@pytest.mark.parametrize(("typed", "sentence"), [
    ("2036-11-06", "That day lies ahead"), ("2036-09-05", "Nothing is on record before Sep 6, 2036"), ("soon", ""), ("x" * 99, ""),
    ("0000-00-00", ""), ("<b>", ""),
])  # fmt: skip
def test_a_day_that_cannot_be_told_gets_a_sentence(visit, cast, alicia, typed, sentence):
    for path in ("/phases", f"/clients/{alicia}/past"):
        answer = visit(cast.ana).raw.get(path, query_string={"on": typed})
        assert answer.status_code == 422, (path, typed)
        text = answer.get_data(as_text=True)
        assert "field-error" in text and sentence in text and "Phase 1 since" not in text


def test_who_may_look_is_as_of_today(visit, cast, alicia):
    assert visit(cast.otto).get(f"/clients/{alicia}/past?on={ago(29)}").status_code == 404
    assert visit(cast.ada).get(f"/clients/{alicia}/past?on={ago(29)}").status_code == 403
    assert visit(cast.ada).get(f"/phases?on={ago(29)}").status_code == 403
    assert "Ramos" not in board(visit(cast.otto), ago(29))
    assert "Ramos" in board(visit(cast.carl), ago(29))


def test_before_anyone_was_admitted_there_is_nothing_to_look_back_to(visit, cast):
    answer = visit(cast.ana).get(f"/phases?on={ago(3)}")
    assert answer.status_code == 422 and "Nothing is on record yet" in answer.text


def test_the_board_of_a_case_manager_of_then(visit, cast, alicia, acting):
    with acting(ago(5)):
        progress.reassign(
            open_episode(alicia), cast.sue.actor, case_manager_id=cast.otto.actor.id, clinician_id=cast.carl.actor.id
        )
    sue, who = visit(cast.sue), cast.otto.actor.id
    assert "Ramos" in main_of(sue, f"/phases?of={who}") and "Ramos" in main_of(sue, f"/phases?of={who}&on={ago(4)}")
    assert "Ramos" not in main_of(sue, f"/phases?of={who}&on={ago(6)}")
    assert "Ramos" in main_of(sue, f"/phases?of={cast.ana.actor.id}&on={ago(6)}")
    assert "Ramos" not in main_of(sue, f"/phases?of={cast.ana.actor.id}")
    text = chart(sue, alicia, ago(6))
    assert "Ana Moreau" in text and "Otto Brandt" not in text and "Otto Brandt" in chart(sue, alicia, ago(4))


def test_as_many_statements_however_many_people_and_stays(visit, cast, alicia, acting, statements):
    sue, counts = visit(cast.sue), []
    for more in (0, 12):
        with acting(ago(59)):
            for number in range(more):
                admitted(registered(cast.ana.actor, last=f"Noise{number}"), cast.ana.actor, ago(59))
        for path in (f"/phases?on={ago(26)}&stood=y", f"/phases?on={ago(26)}", f"/clients/{alicia}/past?on={ago(26)}"):
            sue.get(path)
            with statements() as seen:
                assert sue.get(path).status_code == 200
            counts.append(len(seen))
    assert counts[:3] == counts[3:]
