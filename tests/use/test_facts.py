"""The last use and the meetings of many clients: in one statement, in the zone of the site, as the records stood."""

from datetime import date, time, timedelta

import pytest

from caseapp.core import clock
from caseapp.core.db import transaction
from caseapp.core.errors import RuleBroken
from caseapp.episodes.queries import open_episode
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.progress import actions as progress
from caseapp.use import actions
from caseapp.use.actions import Said
from caseapp.use.queries import last_use, meetings
from caseapp.use.rules import HowKnown, LastUse, MeetingKind
from tests.clinic import ZONE
from tests.use.telling import ADMITTED, DAY, LAST_USE, client, noon, report, returned, someone

NOV_1, NOV_15 = date(2036, 11, 1), date(2036, 11, 15)


@pytest.fixture
def ana(cast):
    with clock.freeze(noon(DAY)):
        yield cast.ana.actor


def test_of_many_in_one_statement(ana, statements):
    ids = [someone(ana, first) for first in ("Ann", "Ben", "Cy")]
    returned(ids[1], ana, NOV_1, date(2036, 11, 3))
    returned(ids[1], ana, NOV_15)
    with transaction():
        with statements() as warm:
            last_use(ids[:1])
        with statements() as seen:
            found = last_use(ids)
        assert len(seen) == 1 <= len(warm)
        assert found[ids[0]] == LastUse(LAST_USE, ADMITTED)
        assert found[ids[1]] == LastUse(NOV_15, NOV_15, 19, NOV_15)
        assert last_use(ids, until=NOV_1)[ids[1]].returned_on == NOV_1
        assert last_use(ids, until=NOV_1 - timedelta(days=1))[ids[1]] == found[ids[0]]
        assert last_use([]) == {} and last_use(ids, until=ADMITTED - timedelta(days=1)) == {}


def test_a_late_evening_counts_as_the_day_at_the_site(ana):
    id = someone(ana)  # 11 pm of October 13 in New York is October 14 in UTC
    with transaction():
        assert last_use([id])[id].day == LAST_USE
    late = clock.instant(NOV_15, time(23, 30), ZONE)
    with clock.freeze(late), transaction():
        actions.report_return(open_episode(id), Said(NOV_15, NOV_15, HowKnown.test), ana)
    with transaction():
        assert last_use([id])[id].reported_on == NOV_15


def test_a_correction_and_a_report_taken_back_as_known_then_and_now(ana):
    id = someone(ana)
    made = returned(id, ana, NOV_1, on=date(2036, 11, 2))
    for day, act in (
        (4, lambda: actions.correct(report(made), Said(ADMITTED, ADMITTED, HowKnown.family), "Wrong week", ana)),
        (6, lambda: actions.take_back(report(made), "Not theirs", ana)),
    ):
        with clock.freeze(noon(date(2036, 11, day))), transaction():
            act()
    with transaction():
        days = [last_use([id], known_at=noon(date(2036, 11, day)))[id].day for day in (1, 3, 5, 7)]
        assert days == [LAST_USE, NOV_1, ADMITTED, LAST_USE] and last_use([id])[id].longest_days == 0


@pytest.mark.parametrize("day", [ADMITTED - timedelta(days=1), DAY + timedelta(days=1)], ids=["before", "ahead"])
def test_a_return_before_admission_or_ahead_is_refused(ana, day):
    id = someone(ana)
    with pytest.raises(RuleBroken):
        returned(id, ana, day, on=DAY)


def test_days_on_record_already_are_refused(ana):
    id = someone(ana)
    returned(id, ana, NOV_1, date(2036, 11, 3))
    with pytest.raises(RuleBroken, match="on record already"):
        returned(id, ana, date(2036, 11, 3), DAY, on=DAY)
    returned(id, ana, date(2036, 11, 4))


def test_what_the_client_says_later_of_the_time_before_stands_for_the_prescreen(ana):
    id, before = someone(ana), date(2036, 10, 17)
    with transaction():
        actions.say_last_use(open_episode(id), Said(before, before, HowKnown.said_so), ana)
        assert last_use([id])[id].day == before
    later = Said(ADMITTED + timedelta(days=1), ADMITTED + timedelta(days=1), HowKnown.said_so)
    with pytest.raises(RuleBroken, match="as a return to use"), transaction():
        actions.say_last_use(open_episode(id), later, ana)


def test_of_two_episodes_the_newest_counts(ana):
    id = someone(ana)
    returned(id, ana, NOV_1)
    with clock.freeze(noon(NOV_15)), transaction():
        leaving = {"kind": MoveKind.discharge, "reason": MoveReason.left_before_completing, "to_phase": None}
        progress.move(open_episode(id), ana, effective_on=NOV_15, words="", **leaving)
    with transaction():
        assert last_use([id])[id].day == NOV_1


def test_what_follows_is_called_once_and_nobody_is_discharged(ana, monkeypatch):
    called = []
    monkeypatch.setattr(
        actions, "_follow", [lambda _row, episode, day, by: called.append((episode.client_id, day, by))]
    )
    id = someone(ana)
    returned(id, ana, NOV_1, NOV_15)
    with transaction():
        assert called == [(id, NOV_1, ana)] and open_episode(id).discharged_on is None


def test_meetings_are_counted_by_day(ana, statements):
    id, other = someone(ana), someone(ana, "Ben")
    days = [NOV_1, date(2036, 11, 2), date(2036, 11, 8)]
    with transaction():
        actions.attended(client(id), days, MeetingKind.twelve_step, False, ana)
        actions.attended(client(id), [NOV_1], MeetingKind.smart, True, ana)
    with transaction():
        with statements() as seen:
            assert meetings([id, other], since=NOV_1, until=date(2036, 11, 7)) == {id: 3}
        assert len(seen) == 1 and meetings([id], since=date(2036, 11, 2), until=date(2036, 11, 8)) == {id: 2}
        assert meetings([id], since=NOV_1, until=DAY, known_at=noon(DAY) - timedelta(seconds=1)) == {}
    for wrong in ([], [NOV_1], [DAY + timedelta(days=1)]):
        with pytest.raises(RuleBroken), transaction():
            actions.attended(client(id), wrong, MeetingKind.twelve_step, False, ana)
