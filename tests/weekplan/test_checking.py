"""The check that knows only the rules: a sound week passes, and each kind of fault is found when it is planted."""

from dataclasses import replace

import pytest

from caseapp.weekplan.checking import Fault, faults
from caseapp.weekplan.rules import (
    Client,
    Clinic,
    Ended,
    Kind,
    Leader,
    Meeting,
    Need,
    Proposal,
    Room,
    Service,
    Shortfall,
)
from tests.weekplan.clinics import free_all_week, span

TALK, ALONE = Kind("talk", 90), Kind("alone", 60)
MONDAY, TUESDAY = span(0, 9, 10.5), span(1, 9, 10.5)
GROUP = Meeting("talk", MONDAY, "large", "mara", frozenset({"ann", "ben"}))
ANN_ALONE = Meeting("alone", span(0, 11, 12), "small", "rosa", frozenset({"ann"}))
BEN_ALONE = Meeting("alone", span(0, 11, 12), "large", "mara", frozenset({"ben"}))
CLINIC = Clinic(
    rooms=(Room("large", "Room 1", 12), Room("small", "Room 2", 1)),
    leaders=(
        Leader("mara", "Mara", frozenset({"talk", "alone"}), free_all_week(8, 12)),
        Leader("rosa", "Rosa", frozenset({"alone"}), free_all_week(8, 16)),
    ),
    services=(Service("talk", "Talk", 2, 2), Service("alone", "One to one", 1, 1)),
    clients=tuple(
        Client(name.lower(), name, (Need(TALK, 1), Need(ALONE, 1)), free_all_week(9, 15)) for name in ("Ann", "Ben")
    ),
)
SOUND = Proposal((GROUP, ANN_ALONE, BEN_ALONE), (), 0, 0, Ended.proven)


def with_meetings(*meetings: Meeting) -> Proposal:
    """The week of these sessions, with nothing said to be short."""
    return replace(SOUND, meetings=meetings)


def test_a_sound_week_passes():
    assert faults(CLINIC, SOUND) == []


PLANTED = {
    Fault.room_twice: (CLINIC, with_meetings(GROUP, replace(ANN_ALONE, room_id="large"), BEN_ALONE)),
    Fault.room_taken: (
        replace(CLINIC, rooms=(Room("large", "Room 1", 12, (span(0, 10, 11),)), CLINIC.rooms[1])),
        with_meetings(GROUP, ANN_ALONE, replace(BEN_ALONE, span=span(0, 11, 12))),
    ),
    Fault.leader_twice: (CLINIC, with_meetings(GROUP, replace(ANN_ALONE, leader_id="mara"), BEN_ALONE)),
    Fault.client_twice: (CLINIC, with_meetings(GROUP, replace(ANN_ALONE, span=span(0, 10, 11)), BEN_ALONE)),
    Fault.not_free: (CLINIC, with_meetings(GROUP, replace(ANN_ALONE, span=span(0, 14.5, 15.5)), BEN_ALONE)),
    Fault.not_at_work: (CLINIC, with_meetings(GROUP, ANN_ALONE, replace(BEN_ALONE, span=span(0, 11.5, 12.5)))),
    Fault.does_not_lead: (CLINIC, with_meetings(replace(GROUP, leader_id="rosa"), ANN_ALONE, BEN_ALONE)),
    Fault.too_many: (
        CLINIC,
        with_meetings(GROUP, replace(ANN_ALONE, members=frozenset({"ann", "ben"})), BEN_ALONE),
    ),
    Fault.too_few: (CLINIC, with_meetings(replace(GROUP, members=frozenset({"ann"})), ANN_ALONE, BEN_ALONE)),
    Fault.no_seat: (CLINIC, with_meetings(replace(GROUP, room_id="small"), ANN_ALONE, BEN_ALONE)),
    Fault.same_day: (CLINIC, with_meetings(GROUP, replace(GROUP, span=span(0, 13, 14.5)), ANN_ALONE, BEN_ALONE)),
    Fault.too_much: (CLINIC, with_meetings(GROUP, replace(GROUP, span=TUESDAY), ANN_ALONE, BEN_ALONE)),
    Fault.not_named: (CLINIC, with_meetings(GROUP, ANN_ALONE)),
    Fault.named_wrongly: (CLINIC, replace(SOUND, shortfalls=(Shortfall("ann", TALK, 1, "No place was left."),))),
    Fault.fixed_moved: (replace(CLINIC, fixed=(replace(GROUP, span=TUESDAY),)), SOUND),
    Fault.unknown: (CLINIC, with_meetings(GROUP, ANN_ALONE, replace(BEN_ALONE, members=frozenset({"nobody"})))),
}


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault):
    clinic, proposal = PLANTED[fault]
    assert fault in {found.fault for found in faults(clinic, proposal)}


def test_what_is_short_may_be_named():
    named = replace(with_meetings(GROUP, ANN_ALONE), shortfalls=(Shortfall("ben", ALONE, 1, "No place was left."),))
    assert faults(CLINIC, named) == []


def test_sessions_that_follow_each_other_do_not_clash():
    after = replace(ANN_ALONE, span=span(0, 10.5, 11.5), room_id="large", leader_id="rosa")
    ben = replace(BEN_ALONE, span=span(0, 11.5, 12.5), leader_id="rosa", room_id="large")
    assert faults(CLINIC, with_meetings(GROUP, after, ben)) == []


def test_what_someone_fixed_beyond_what_is_asked_for_stands():
    more = replace(GROUP, span=TUESDAY)
    week = with_meetings(GROUP, more, ANN_ALONE, BEN_ALONE)
    assert faults(replace(CLINIC, fixed=(GROUP, more)), week) == []


def test_a_fault_says_whom_it_concerns():
    found = faults(*PLANTED[Fault.client_twice])
    assert "Ann, Mon 9:00 am and Mon 10:00 am" in {one.words for one in found}
