"""The overview: where someone is, this week's hours, what is missing, how it ended."""

from contextlib import contextmanager
from datetime import date, time, timedelta

import pytest

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clients.queries import get_client
from caseapp.clients.rules import Answer
from caseapp.clinic import actions as clinic
from caseapp.clinic.rules import ProviderKind
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.episodes import actions as episodes
from caseapp.episodes.queries import newest_prescreen, open_episode
from caseapp.episodes.rules import MoveKind, MoveReason, PriorLevel
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.queries import list_of
from tests.chart.people import admitted, phases, registered, screened

DAY = date(2036, 11, 5)  # a Wednesday, after the staff was hired
ZONE = "America/New_York"


@pytest.fixture(autouse=True)
def noon():
    """A Wednesday, noon."""
    with clock.freeze(clock.instant(DAY, time(12), ZONE)):
        yield clock.now()


@pytest.fixture
def alicia(transaction, cast):
    with transaction(), clock.freeze(clock.instant(DAY - timedelta(days=90), time(9), ZONE)):
        return registered(cast.ana.actor, contact_wishes="Only after 5 pm", may_call=Answer.no).id


@pytest.fixture
def at(transaction, alicia, cast, noon):
    """`with at(DAY - ...) as client:` acts as of nine in the morning of a day."""

    @contextmanager
    def as_of(day):
        with transaction(), clock.freeze(min(clock.instant(day, time(9), ZONE), noon)):
            yield get_client(alicia, cast.ana.actor)

    return as_of


def opened(visitor, alicia, page=""):
    return visitor.get(f"/clients/{alicia}{page}").text.split("<main")[1].split("</main>")[0]


def move(alicia, by, kind, reason, day, to=None):
    facts = {"kind": kind, "reason": reason, "effective_on": day, "words": "Because <b>so</b>"}
    progress.move(open_episode(alicia), by, to_phase=phases(day)[to - 1] if to else None, **facts)


def test_before_admission_says_what_is_missing_and_offers_the_next_thing(visit, cast, alicia, at):
    assert "Start the withdrawal check" in opened(visit(cast.ana), alicia)
    with at(DAY) as client:
        screened(client, cast.ana.actor, withdrawal_now=Answer.unknown)
    page = opened(visit(cast.ana), alicia)
    assert "Signs of withdrawal now: not asked yet." in page and page.count("btn-primary") == 1
    assert f"/clients/{alicia}/clearance" in page and "Continue the withdrawal check" in page
    with at(DAY) as client:
        row = newest_prescreen(alicia)
        episodes.clear(row, cast.ana.actor, cleared_at=clock.now(), cleared_by="M. D.", place="Harbor", finding="Fine")
    page = opened(visit(cast.ana), alicia)
    assert "Nothing is missing" in page and f'btn-primary" href="/clients/{alicia}/admit"' in page


def test_a_referral_is_told_with_its_provider(visit, cast, alicia, at):
    with at(DAY) as client:
        harbor = clinic.add_provider("Harbor Hospital", ProviderKind.withdrawal_management, COMMAND_LINE)
        episodes.refer(screened(client, cast.ana.actor, withdrawal_now=Answer.yes), harbor, cast.ana.actor)
    page = opened(visit(cast.ana), alicia)
    assert "Referred to withdrawal management at Harbor Hospital" in page and "Start a new pre-screen" in page


def test_plan_path_people_and_moves_ahead(visit, cast, alicia, at):
    ana = cast.ana.actor
    with at(DAY - timedelta(days=60)) as client:
        prior = {"prior_level": PriorLevel.detox, "prior_provider": "Harbor Hospital"}
        admitted(
            client, ana, DAY - timedelta(days=60), clinician=cast.carl.actor, screen=screened(client, ana, **prior)
        )
    with at(DAY - timedelta(days=30)):
        move(alicia, ana, MoveKind.step_down, MoveReason.goals_met, DAY - timedelta(days=30), 2)
    with at(DAY - timedelta(days=9)):
        move(alicia, ana, MoveKind.step_up, MoveReason.returned_to_use, DAY - timedelta(days=9), 1)
    with at(DAY):
        move(alicia, ana, MoveKind.step_down, MoveReason.goals_met, DAY + timedelta(days=5), 2)
    page = opened(visit(cast.ana), alicia)
    steps = page.split('class="stepper"')[1].split("</ol>")[0]
    assert steps.count('aria-current="step"') == 1 and "Now · week 2 of 4 to 6" in steps
    assert steps.index("Now") < steps.index("Next") < steps.index("Later")
    path = page.split('class="path"')[1].split("</p>")[0]
    assert (
        path.index("Detox") < path.index("Phase 1") < path.index("Phase 2") < path.index("stepped up, returned to use")
    )
    assert "Moves to Phase 2 on Mon Nov 10" in page
    assert "Ana Moreau" in page and "Carl Ito" in page and "version 1" in page
    assert "<b>do not call</b>" in page and "text: not asked yet" in page and "Only after 5 pm" in page


def test_hours_of_the_week_and_what_can_still_be_reached(visit, cast, alicia, at):
    ana, carl = cast.ana.actor, cast.carl.actor
    with at(DAY - timedelta(days=10)) as client:
        admitted(client, ana, DAY - timedelta(days=10))
        first, *_ahead = booked(client, ana, carl, [DAY + timedelta(days=days) for days in (-2, 1, 2)])
    page = opened(visit(cast.ana), alicia)
    assert "0.0 of 9.0 h" in page and "can still reach 9.0" in page and "last 4 weeks: 1 session not marked" in page
    with at(DAY):
        attendance.mark(list_of(first)[0], MarkState.no_show, carl)
    page = opened(visit(cast.ana), alicia)
    assert "can reach 6.0 at most" in page and f"/sessions/new?about={alicia}" in page
    assert "came to 0 of 1: 1 no-show" in page
    with at(DAY):
        attendance.mark(list_of(first)[0], MarkState.late, carl, late=30)
    page = opened(visit(cast.ana), alicia)
    assert "2.5 of 9.0 h" in page and "can reach 8.5 at most" in page and "came to 1 of 1: 1 late, no no-shows" in page
    hours = opened(visit(cast.ana), alicia, "/hours")
    assert "30 min late · 2 h 30 min" in hours and 'role="img"' in hours
    assert "Below the hours of the phase in 1 of 1 whole week: Oct 27 (0.0 of 9.0 h)" in hours
    assert "ahead, 3 h" in hours and hours.count("<svg") >= 1


def test_after_the_end_the_outcome_and_a_new_start(visit, cast, alicia, at):
    with at(DAY - timedelta(days=40)) as client:
        admitted(client, cast.ana.actor, DAY - timedelta(days=40))
    with at(DAY - timedelta(days=3)):
        move(alicia, cast.ana.actor, MoveKind.discharge, MoveReason.left_before_completing, DAY - timedelta(days=3))
    page = opened(visit(cast.ana), alicia)
    assert "Left from Phase 1 on Sun Nov 2: discharge, left before completing" in page
    assert "Start a new pre-screen" in page and page.count("btn-primary") == 1 and "Now" not in page
    told = opened(visit(cast.ana), alicia, "/phases")
    assert (
        "Discharge: left before completing" in told and "Because &lt;b&gt;so&lt;/b&gt;" in told and "<b>so" not in told
    )
    assert "1 earlier row, replaced since" in told and "Ana Moreau" in told


def test_each_page_of_a_client_empty_and_for_those_who_may_not(visit, cast, alicia):
    said = {
        "": "Not admitted.",
        "/phases": "No phase yet.",
        "/hours": "Nothing scheduled",
        "/safety": "No crisis contacts",
    }
    for page, words in said.items():
        assert words in opened(visit(cast.ana), alicia, page)
        assert visit(cast.otto).get(f"/clients/{alicia}{page}").status_code == 404
        assert visit(cast.ana).get(f"/clients/{'x' * 22}{page}").status_code == 404
        assert visit(cast.ada).get(f"/clients/{alicia}{page}").status_code == 403
        assert visit().get(f"/clients/{alicia}{page}").status_code == 302


def test_the_pages_cost_the_same_however_long_the_history(visit, cast, alicia, at, statements):
    ana, visitor = cast.ana.actor, visit(cast.ana)

    def cost():
        found = []
        for page in ("", "/phases", "/hours", "/safety"):
            visitor.get(f"/clients/{alicia}{page}")
            with statements() as seen:
                visitor.get(f"/clients/{alicia}{page}")
            found.append(len(seen))
        return found

    with at(DAY - timedelta(days=60)) as client:
        admitted(client, ana, DAY - timedelta(days=60), clinician=cast.carl.actor)
        booked(client, ana, cast.carl.actor, [DAY - timedelta(days=1), DAY + timedelta(days=1)])
    with at(DAY - timedelta(days=50)):
        move(alicia, ana, MoveKind.step_down, MoveReason.goals_met, DAY - timedelta(days=50), 2)
    few = cost()
    with at(DAY - timedelta(days=40)) as client:
        move(alicia, ana, MoveKind.step_up, MoveReason.crisis, DAY - timedelta(days=40), 1)
        move(alicia, ana, MoveKind.step_down, MoveReason.goals_met, DAY - timedelta(days=30), 3)
        booked(client, ana, cast.carl.actor, [DAY - timedelta(days=days) for days in range(2, 20)])
    assert cost() == few


def booked(client, by, lead, days):
    service, rows = programs.service("group_therapy"), []
    for day in days:
        times = {"on_day": day, "starts": time(9), "ends": time(12)}
        rows.append(scheduling.add_session(by, service=service, staff_ids=[lead.id], **times))
        scheduling.book(rows[-1], client, by)
    return rows
