"""What a week lacks and what makes up for it, as tables that read like the policy."""

from dataclasses import replace
from datetime import UTC, date, time, timedelta

import pytest

from caseapp.attendance.counting import Sitting
from caseapp.attendance.rules import MarkState
from caseapp.core import clock
from caseapp.programs.rules import Per
from caseapp.weekplan.rules import Span
from caseapp.weekplan.times import Said, What
from caseapp.weeks.rules import (
    Asked,
    Free,
    Gap,
    Lacks,
    Theirs,
    at_once,
    gaps,
    make_ups,
    needs_a_look,
    reach,
    span_of,
    standing,
    why_none,
)

ZONE = "America/New_York"
MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, 16) + timedelta(days=days) for days in range(7))
AFTER, NOW = SUN + timedelta(days=1), clock.instant(WED, time(12), ZONE)
PRESENT, NO_SHOW = MarkState.present, MarkState.no_show


def at(day, hour, minute=0):
    return clock.instant(day, time(hour, minute), ZONE)


def sat(day, begin, end, state=None, service="group_therapy"):
    """A place someone has, from one full hour to another."""
    return Sitting("c", f"{day} {begin}", "A group", service, day, at(day, begin), at(day, end), state)


def free(day, begin, end, service="group_therapy", **more):
    """A session with a free place, for everyone's phase."""
    facts = {"counts": True, "group": True, "served": (), "left": 1, **more}
    return Free(
        f"{day} {begin} {service}",
        "A session",
        service,
        on_day=day,
        starts_at=at(day, begin),
        ends_at=at(day, end),
        wall=(Span(day.weekday(), begin * 60, end * 60),),
        **facts,
    )


@pytest.mark.parametrize(
    ("scheduled", "attended", "required", "reachable", "said"),
    [
        (540, 540, 540, 540, False),  # met
        (540, 539, 540, 539, True),  # a minute short, and nothing more is booked
        (540, 0, 540, 540, False),  # the week has only begun
        (720, 180, 540, 540, True),  # missed something, can still reach it
        (360, 0, 540, 360, True),  # too little is booked
        (90, 0, 0, 90, False),  # nothing is asked for
        (90, 0, None, 90, False),  # in no phase
    ],
)
def test_whose_hours_need_a_look(scheduled, attended, required, reachable, said):
    assert needs_a_look(scheduled, attended, required, reachable) is said


@pytest.mark.parametrize(
    ("required", "attended", "reachable", "ahead", "said"),
    [
        (540, 336, 540, [at(THU, 14), at(FRI, 9)], "can still reach 9.0: Thu 7:00 pm, Fri 2:00 pm"),
        (540, 180, 360, [at(FRI, 9)], "can reach 6.0 at most: Fri 2:00 pm"),
        (540, 180, 180, [], "can reach 3.0 at most: nothing more is booked"),
        (540, 180, 540, [], "can still reach 9.0"),  # the rest is over and not marked yet
        (540, 540, 720, [at(FRI, 9)], "9.0 reached"),
        (
            540,
            0,
            720,
            [at(day, 9) for day in (THU, FRI, SAT, SUN)],
            "can still reach 9.0: Thu 2:00 pm, Fri 2:00 pm, Sat 2:00 pm and 1 more",
        ),
    ],
)
def test_the_sentence_of_the_hours(required, attended, reachable, ahead, said):
    assert reach(required, attended, reachable, [one.astimezone(UTC) for one in ahead]) == said


COUNSELING = Asked("individual_counseling", "Individual counseling", 1, Per.week, 50)
TWICE = Asked("individual_counseling", "Individual counseling", 2, Per.month, 50)


@pytest.mark.parametrize(
    ("asked", "sittings", "until", "words", "short"),
    [
        (COUNSELING, [], AFTER, "Individual counseling 0 of 1, none booked", True),
        (COUNSELING, [sat(TUE, 9, 10, PRESENT)], AFTER, "Individual counseling 1 of 1", False),
        (COUNSELING, [sat(TUE, 9, 10, NO_SHOW)], AFTER, "Individual counseling 0 of 1, none booked", True),
        (COUNSELING, [sat(THU, 9, 10)], AFTER, "Individual counseling 0 of 1, 1 booked", False),
        (COUNSELING, [sat(TUE, 9, 10)], AFTER, "Individual counseling 0 of 1, 1 not marked", False),
        (
            TWICE,
            [sat(TUE, 9, 10, PRESENT)],
            date(2026, 12, 1),
            "Individual counseling 1 of 2 this month, none booked",
            False,
        ),
        (TWICE, [sat(TUE, 9, 10, PRESENT)], AFTER, "Individual counseling 1 of 2 this month, none booked", True),
    ],
)
def test_how_it_stands_with_a_service(asked, sittings, until, words, short):
    mine = [one._replace(service="individual_counseling") for one in sittings]
    found = standing(asked, [*mine, sat(WED, 9, 12, PRESENT)], NOW, until, AFTER)
    assert (str(found), found.short) == (words, short)


def test_a_session_shorter_than_asked_for_does_not_count():
    half = sat(TUE, 9, 10, PRESENT, "individual_counseling")._replace(ends_at=at(TUE, 9, 49))
    assert standing(COUNSELING, [half], NOW, AFTER, AFTER).short
    assert not standing(COUNSELING, [half._replace(ends_at=at(TUE, 9, 50))], NOW, AFTER, AFTER).short


@pytest.mark.parametrize(
    ("per", "first", "span"),
    [
        (Per.week, MON, (MON, AFTER)),
        (Per.month, MON, (date(2026, 11, 1), date(2026, 12, 1))),
        (Per.month, date(2026, 11, 30), (date(2026, 11, 1), date(2026, 12, 1))),  # the month in which the week begins
        (Per.month, date(2026, 12, 28), (date(2026, 12, 1), date(2027, 1, 1))),
    ],
)
def test_in_which_days_a_service_is_looked_for(per, first, span):
    assert span_of(per, first) == span


LONG_SINCE, FRI_BEFORE, MON_AFTER = MON - timedelta(days=60), MON - timedelta(days=3), AFTER


@pytest.mark.parametrize(
    ("served", "since", "most", "found"),
    [
        ([FRI_BEFORE, MON, WED, FRI, MON_AFTER], LONG_SINCE, 2, []),  # two days are allowed, as over a weekend
        ([FRI_BEFORE, MON, THU, FRI, MON_AFTER], LONG_SINCE, 2, []),
        ([FRI_BEFORE, MON, FRI, MON_AFTER], LONG_SINCE, 2, [(TUE, THU)]),
        ([FRI_BEFORE, MON, FRI, MON_AFTER], LONG_SINCE, 3, []),  # as the profile says
        (
            [FRI_BEFORE, TUE, THU, SAT, MON_AFTER],
            LONG_SINCE,
            2,
            [(SAT - timedelta(days=7), MON)],
        ),  # begins before the week
        ([FRI_BEFORE, MON, WED], LONG_SINCE, 2, [(THU, SUN)]),  # ends with the week if nothing follows
        ([FRI_BEFORE, MON, WED, THU, MON_AFTER], LONG_SINCE, 2, [(FRI, SUN)]),
        ([FRI], WED, 2, []),  # they came on Wednesday: days before that are none
        ([FRI], LONG_SINCE, None, []),  # a level of care without such a rule
        ([], LONG_SINCE, 2, [(MON, SUN)]),
    ],
)
def test_gaps(served, since, most, found):
    assert [(gap.first, gap.last) for gap in gaps(served, since, MON, AFTER, most)] == found
    assert str(Gap(TUE, FRI)) == "No service for 4 days, Tue Nov 17 to Fri Nov 20"


def test_two_at_once_are_those_not_over_yet_that_share_a_minute():
    past, other = sat(TUE, 9, 11), sat(TUE, 10, 12)
    one, two, touching = sat(THU, 9, 11), sat(THU, 10, 12), sat(THU, 12, 13)
    assert at_once([past, other, one, two, touching], NOW) == [(one, two)]


SHORT = Lacks({"individual_counseling": 50}, 180, (Gap(SAT, SUN),))
EVERY_DAY = {MON + timedelta(days=days): 1 for days in range(7)}


@pytest.mark.parametrize(
    ("one", "fits"),
    [
        (free(THU, 9, 12), True),
        (free(THU, 9, 12, served=(1, 2)), True),
        (free(THU, 9, 12, served=(2, 3)), False),  # another phase's
        (free(THU, 9, 12, left=0), False),
        (free(FRI, 11, 13), False),  # they have something from 9 to 12
        (free(FRI, 12, 13), True),
        (free(THU, 9, 10, "case_management", counts=False), False),  # not short of it, and no hours
        (free(THU, 9, 10, "individual_counseling", group=False), True),
    ],
)
def test_what_fits(one, fits):
    assert bool(make_ups([one], SHORT, Theirs([sat(FRI, 9, 12)], EVERY_DAY))) is fits


def test_a_group_needs_a_phase_that_day_and_an_appointment_does_not():
    without = dict.fromkeys((MON, TUE, WED), 1)
    assert not make_ups([free(THU, 9, 12)], SHORT, Theirs([], without))
    assert make_ups([free(THU, 9, 10, "individual_counseling", group=False)], SHORT, Theirs([], without))
    moved = EVERY_DAY | {THU: 2}  # the phase of that very day counts
    assert make_ups([free(THU, 9, 12, served=(2,))], SHORT, Theirs([], moved)) and not make_ups(
        [free(THU, 9, 12, served=(1,))], SHORT, Theirs([], moved)
    )


def test_the_best_first():
    service, gap = free(THU, 9, 10, "individual_counseling", group=False), free(SAT, 9, 10)
    whole, part, same_day = free(THU, 13, 16), free(THU, 17, 18), free(FRI, 13, 14)
    found = make_ups([part, same_day, whole, gap, service], SHORT, Theirs([sat(FRI, 9, 12)], EVERY_DAY))
    assert [one.free for one in found] == [service, gap, whole, same_day, part]
    assert found[0].why == ("a service that is missing", "1.0 of the 3.0 h that are missing")
    assert found[1].why == ("1.0 of the 3.0 h that are missing", "a day in a gap")
    assert found[2].why == ("makes up for the 3.0 h that are missing",)
    assert make_ups([whole], SHORT, Theirs([], EVERY_DAY), break_minutes=10)[0].why == (
        "2.5 of the 3.0 h that are missing",
    )


def test_nothing_lacks_nothing_fits():
    assert not Lacks({}, 0) and make_ups([free(THU, 9, 12)], Lacks({}, 0), Theirs([], EVERY_DAY)) == []


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ((), True),
        ((Said(What.work, (THU.weekday(),), time(8), time(10)),), False),  # an hour of it is enough
        ((Said(What.school, (THU.weekday(),), time(12), time(15)),), True),  # begins when it ends
        ((Said(What.child_care, (WED.weekday(),), time(8), time(17)),), True),  # another day
        ((Said(What.can, (THU.weekday(),), time(9), time(12)),), True),
        (
            (Said(What.can, (THU.weekday(),), time(9), time(11)), Said(What.can, (THU.weekday(),), time(11), time(13))),
            True,
        ),
        ((Said(What.can, (THU.weekday(),), time(10), time(13)),), False),
        ((Said(What.can, (FRI.weekday(),), time(9), time(12)),), False),  # they named times, and none on that day
        (
            (
                Said(What.can, (THU.weekday(),), time(8), time(18)),
                Said(What.other, (THU.weekday(),), time(11), time(12)),
            ),
            False,
        ),
    ],
)
def test_nothing_is_offered_at_hours_they_said_they_cannot_come(said, fits):
    assert bool(make_ups([free(THU, 9, 12)], SHORT, Theirs([], EVERY_DAY, said))) is fits


def test_a_session_past_midnight_has_hours_on_two_days():
    late = replace(free(THU, 22, 23), wall=(Span(3, 22 * 60, 24 * 60), Span(4, 0, 60)))
    fridays_at_night = Said(What.work, (FRI.weekday(),), time(0), time(6))
    assert not make_ups([late], SHORT, Theirs([], EVERY_DAY, [fridays_at_night]))


def test_why_nothing_fits_is_said_in_a_sentence():
    works = [Said(What.work, (THU.weekday(),), time(8), time(18))]
    theirs = Theirs([sat(FRI, 9, 12)], EVERY_DAY, works)
    here = [
        free(THU, 9, 12),
        free(THU, 13, 16),
        free(FRI, 10, 13),
        free(SAT, 9, 12, served=(2,)),
        free(SAT, 9, 12, left=0),
    ]
    assert make_ups(here, SHORT, theirs) == []
    assert why_none(here, SHORT, theirs) == (
        "Of 4 sessions with a free place that give what is missing, 1 serves another phase, 1 is when they have something else, "
        "2 are when they said they can't come."
    )
    assert why_none(here[:1], SHORT, theirs) == (
        "Of 1 session with a free place that gives what is missing, 1 is when they said they can't come."
    )
    assert why_none([], SHORT, theirs) == "No session of this week with a free place gives what is missing."
