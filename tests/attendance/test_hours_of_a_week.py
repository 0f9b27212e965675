"""Hours as a table that reads like the policy: what one week comes to in each case, on both engines."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

import pytest

from caseapp.attendance import actions
from caseapp.attendance.hours import weeks_of_clients
from caseapp.attendance.rules import MarkState, WhyReopened
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.episodes.queries import open_episode
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.programs import actions as programming
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import Mode, WhyAdded, WhyNot
from tests.sessions import WEDNESDAY, at, group, person, this_week

PRESENT, LATE, LEFT, NO_SHOW = MarkState.present, MarkState.late, MarkState.left_early, MarkState.no_show
MON, TUE, WED, THU, FRI, SAT, SUN = (WEDNESDAY + timedelta(days=days) for days in range(-2, 5))
NEXT = SUN + timedelta(days=8)  # the week is over, and everything of it may be marked


@dataclass
class Story:
    """One client's week as it happened: `group(day, from, to, mark, …)`, one after the other."""

    by: object
    client: Client
    sessions: list[Session] = field(default_factory=list)

    def group(self, day: date, begin: float, end: float, state: MarkState | None = PRESENT, **more) -> Session:
        """A session with this client on its list, marked so; hours of the wall clock, 24.5 is half past midnight."""
        how = {name: more.pop(name) for name in ("late", "early") if name in more}
        facts = {"day": day, "starts": _time(begin), "ends": _time(end % 24), **more}
        session = group(self.by, 0, **facts)
        self.sessions.append(session)
        with clock.freeze(session.starts_at - timedelta(hours=1)):
            place = scheduling.book(session, self.client, self.by)
        if state:
            with clock.freeze(session.ends_at):
                actions.mark(place, state, self.by, **how)
        return session

    def sets(self, name: str, value: float, day: date, program_id: str | None = None) -> None:
        """The rule profile says so from a day on."""
        program = programs.get_program(program_id or programs.shipped_program_id())
        with clock.freeze(at(8, day=day)):
            programming.save_setting(program, name, value, day, self.by)


def _time(hour: float) -> time:
    return time(int(hour), int(hour % 1 * 60))


def nine_hours(s):
    for day in (MON, WED, FRI):
        s.group(day, 9, 12)


def late_and_early(s):
    s.group(MON, 9, 12, LATE, late=12)
    s.group(WED, 9, 12, LEFT, early=25)
    s.group(FRI, 9, 12, LATE, late=10, early=20)


def past_midnight(s):
    s.group(SUN, 22, 25)
    s.group(SUN + timedelta(days=1), 9, 12)  # is of the next week


def sunday_of_a_week_that_starts_on_sunday(s):
    s.sets("week_starts_on", 6, MON - timedelta(days=14))
    s.group(MON - timedelta(days=1), 9, 12)
    s.group(SAT, 22, 25)
    s.group(SUN, 9, 12)  # is of the next week


def telehealth(s):
    s.group(MON, 9, 12, mode=Mode.telehealth)
    s.group(WED, 9, 12, mode=Mode.in_person)
    s.group(FRI, 9, 12, LATE, late=12, mode=Mode.telehealth)


def not_marked_no_show_excused(s):
    s.group(MON, 9, 12, None)
    s.group(WED, 9, 12, NO_SHOW)
    s.group(FRI, 9, 12, MarkState.excused)


def breaks(s):
    s.sets("break_minutes", 10, TUE)
    s.group(MON, 9, 12)  # the day before the setting stays as it was counted
    s.group(WED, 9, 12)
    s.group(FRI, 9, 12, LATE, late=1)


def two_at_once(s):
    s.group(MON, 9, 12, NO_SHOW)
    other = group(s.by, 0, day=MON, starts=time(10), ends=time(13), topic="Evening group", leader=s.other)
    with clock.freeze(at(10, day=MON)):
        actions.add(other, s.client, s.by, why=WhyAdded.visitor, arrived_at=at(10, day=MON))


def make_up(s):
    s.group(MON, 9, 12)
    s.group(WED, 9, 12)
    s.group(FRI, 9, 12, NO_SHOW)
    other = group(s.by, 0, day=SAT)
    with clock.freeze(at(9, 30, day=SAT)):
        actions.add(other, s.client, s.by, why=WhyAdded.make_up, arrived_at=at(9, day=SAT))


def what_does_not_count(s):
    s.group(MON, 9, 12)
    s.group(MON, 13, 13.5, service=programs.service("case_management"))
    cancelled = s.group(TUE, 9, 12, None)
    scheduling.cancel(cancelled, WhyNot.staff_away, s.by)
    empty = s.group(WED, 9, 12, None)
    with clock.freeze(at(13)):
        actions.did_not_happen(empty, WhyNot.weather, s.by)


def stepped_down_on_wednesday(s):
    nine_hours(s)
    episode = open_episode(s.client.id)
    to = programs.version_in_use(programs.get_program(episode.program_id), WED).phases[1]
    facts = {"reason": MoveReason.goals_met, "words": "So.", "to_phase": to}
    with clock.freeze(at(18)):
        progress.move(episode, s.by, kind=MoveKind.step_down, effective_on=WED, **facts)


def left_on_friday(s):
    nine_hours(s)
    with clock.freeze(at(18, day=FRI)):
        facts = {"kind": MoveKind.complete, "reason": MoveReason.completed, "words": "So.", "to_phase": None}
        progress.move(open_episode(s.client.id), s.by, effective_on=FRI, **facts)


def corrected_after_the_list_was_finished(s):
    session = s.group(MON, 9, 12)
    with clock.freeze(at(13, day=MON)):
        actions.finish(session, s.by)
    with clock.freeze(at(9, day=TUE)):
        actions.reopen(session, WhyReopened.wrong_minutes, s.by)
        actions.mark(session.roster[0], LATE, s.by, late=30)
        actions.finish(session, s.by)


def night_on_which_the_clocks_go_back(s):
    s.group(date(2026, 10, 31), 23, 27)  # 11 pm to 3 am, five hours


def night_on_which_the_clocks_go_forward(s):
    s.group(date(2027, 3, 13), 23, 27)  # 11 pm to 3 am, three hours


# What happened, in whose week, minutes scheduled and attended, days, billable days, days in a row without, met.
CASES = [
    (nine_hours, MON, 540, 540, 3, 3, 2, True),
    (late_and_early, MON, 540, 168 + 155 + 150, 3, 0, 2, False),
    (past_midnight, MON, 180, 180, 1, 1, 15, False),
    (sunday_of_a_week_that_starts_on_sunday, MON - timedelta(days=1), 360, 360, 2, 2, 5, False),
    (telehealth, MON, 540, 528, 3, 2, 2, False),
    (not_marked_no_show_excused, MON, 540, 0, 0, 0, 16, False),
    (breaks, MON, 180 + 150 + 150, 180 + 150 + 159, 3, 1, 2, False),
    (two_at_once, MON, 240, 180, 1, 1, 6, False),
    (make_up, MON, 720, 540, 3, 3, 2, True),
    (what_does_not_count, MON, 180, 180, 1, 1, 6, False),
    (stepped_down_on_wednesday, MON, 540, 540, 3, 3, 2, None),
    (left_on_friday, MON, 540, 540, 3, 3, 2, None),
    (corrected_after_the_list_was_finished, MON, 180, 150, 1, 0, 6, False),
    (night_on_which_the_clocks_go_back, date(2026, 10, 26), 300, 300, 1, 1, 14, False),
    (night_on_which_the_clocks_go_forward, date(2027, 3, 8), 180, 180, 1, 1, 14, False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_a_week_comes_to(cast, transaction, case):
    happened, first, *expected = case
    with clock.freeze(at(8, day=MON - timedelta(days=35))), transaction():
        client = person(cast.ana.actor, admitted_on=first - timedelta(days=9))
        story = Story(cast.ana.actor, client)
        story.other = cast.carl.actor
        happened(story)
        client_id = client.id
    with clock.freeze(at(8, day=first + timedelta(days=15))), transaction():
        [week] = weeks_of_clients([client_id], first, first)[client_id]
    told = (week.scheduled, week.attended, week.days_attended, week.billable_days, week.gap, week.met)
    assert (week.first, told) == (first, tuple(expected))


def test_a_phase_under_nine_hours_is_the_lower_level_and_has_no_gap_rule(cast, transaction):
    with clock.freeze(at(8, day=MON - timedelta(days=35))), transaction():
        client_id = person(cast.ana.actor).id
        story = Story(cast.ana.actor, db.get(Client, client_id))
        stepped_down_on_wednesday(story)
    with clock.freeze(at(8, day=NEXT)), transaction():
        before, moved, after = weeks_of_clients([client_id], MON - timedelta(days=7), NEXT - timedelta(days=7))[
            client_id
        ]
    assert [(week.level, week.lower_level, week.required, week.gap_most) for week in (before, moved, after)] == [
        ("2.1", False, 540, 2), ("1.5", True, 360, None), ("1.5", True, 360, None),
    ]  # fmt: skip
    assert (before.met, moved.met, after.met, before.gap_kept, after.gap_kept) == (False, None, False, False, None)


def test_the_week_begins_as_the_profile_of_the_clients_own_program_says(cast, transaction):
    with clock.freeze(at(8, day=MON - timedelta(days=35))), transaction():
        by = cast.ana.actor
        shipped, theirs = person(by, "Kim", "Dae").id, person(by, "Lund", "Mia").id
        other = programming.new_program("Evening program", 18, by, like=programs.programs()[0]).program_id
        db.query(Episode).filter_by(client_id=theirs).one().program_id = other
        Story(by, db.get(Client, theirs)).sets("week_starts_on", 6, MON - timedelta(days=35), other)
    with clock.freeze(at(12)), transaction():
        assert this_week(shipped).first == MON
        assert this_week(theirs).first == MON - timedelta(days=1)
        both = weeks_of_clients([shipped, theirs], MON - timedelta(days=1), SUN)
        assert [week.first for week in both[shipped]] == [MON - timedelta(days=7), MON]
        assert [week.first for week in both[theirs]] == [MON - timedelta(days=1), SUN]
