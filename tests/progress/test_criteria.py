"""Each kind of criterion: what is met, what is not, what nobody knows, with the boundaries of its numbers."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from caseapp.attendance.counting import Sitting, counted
from caseapp.attendance.rules import MarkState
from caseapp.core.words import plural_of
from caseapp.drug_tests.rules import Outcome
from caseapp.drug_tests.rules import Tested as Result
from caseapp.measures.instruments import SCALES as MEASURED
from caseapp.measures.rules import Value
from caseapp.plans.rules import PlanFact
from caseapp.programs.rules.criteria import KINDS, SCALES, Asks, Direction, Kind, what_is_wrong_with_criterion
from caseapp.programs.rules.shipped import SHIPPED_CRITERIA
from caseapp.progress.criteria import WHERE, Facts, State
from caseapp.progress.judging import _JUDGES, readiness, standing
from caseapp.progress.warnings import early
from caseapp.use.rules import LastUse

DAY = date(2026, 11, 18)  # a Wednesday; its week begins on Mon Nov 16
MET, NOT, UNKNOWN, CLINICIAN = State.met, State.not_met, State.not_known, State.needs_clinician
PRESENT, NO_SHOW, LATE_CANCEL, EXCUSED = (
    MarkState.present, MarkState.no_show, MarkState.cancelled_late, MarkState.excused,
)  # fmt: skip


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def sat(days_ago: int, state=PRESENT, minutes=180, service="group_therapy") -> Sitting:
    start = datetime.combine(ago(days_ago), time(14), UTC)
    end = start + timedelta(minutes=minutes)
    return Sitting("c", f"s{days_ago}", "Group", service, ago(days_ago), start, end, state, minutes)


def facts(*sittings: Sitting, weeks: int = 6, **more) -> Facts:
    rows = sorted(sittings, key=lambda one: one.starts_at)
    return Facts(DAY, ago(weeks * 7), 0, rows, counted(rows, [0] * len(rows)), **more)


def value(points: int, days_ago: int, id: str) -> Value:
    return Value(points, ago(days_ago), id)


def weeks_of(*minutes: int, running: int = 0) -> tuple[Sitting, ...]:
    """One session a week, the last whole week (Mon Nov 9 on) first, and one yesterday."""
    return (*(sat(8 + 7 * at, minutes=each) for at, each in enumerate(minutes)), sat(1, minutes=running))


def with_tests(*told: str) -> Facts:
    """Tests of days ago, the newest first: "3 negative", "10 positive unexpected"."""
    split = [one.split() for one in told]
    return facts(tests=[Result(ago(int(days)), Outcome(outcome), bool(more)) for days, outcome, *more in split])


HOURS = Asks(Kind.hours_attended, 9, 3)
SHORT = Asks(Kind.hours_short, 9, 2)
SHARE = Asks(Kind.attendance_share, 80, 4)
FAMILY = Asks(Kind.sessions_attended, 2, service="family_session", of="Family session")
TESTS = Asks(Kind.expected_tests, 3)
PHQ, BETTER, WORSE = (
    Asks(kind, 9, scale="phq9") for kind in (Kind.measure_at_or_below, Kind.measure_improved, Kind.measure_worse)
)
CASES = [
    (Asks(Kind.weeks_in_phase, 4), Facts(DAY, ago(28)), MET, "4 weeks"),
    (Asks(Kind.weeks_in_phase, 4), Facts(DAY, ago(27)), NOT, "3 weeks, since Thu Oct 22; met on Thu Nov 19"),
    (HOURS, facts(*weeks_of(540, 540, 540)), MET, "3 of 3 weeks: 9.0, 9.0, 9.0; 0.0 so far"),
    (HOURS, facts(*weeks_of(540, 540, 539)), NOT, "2 of 3 weeks: 9.0, 9.0, 9.0; 0.0 so far"),
    (HOURS, facts(*weeks_of(540, 570, running=360)), NOT, "2 of 3 weeks: 9.0, 9.5, 0.0; 6.0 so far"),
    (HOURS, facts(*weeks_of(540, 570, running=540)), MET, "3 of 3 weeks"),
    (HOURS, facts(*weeks_of(0, 540, 540, running=540)), NOT, "1 of 3 weeks"),
    (HOURS, facts(*weeks_of(540, 540), sat(22, None, 540)), UNKNOWN, "a roll-call is not finished"),
    (HOURS, facts(*weeks_of(540, 540, 540), weeks=3), MET, "3 of 3 weeks"),
    (HOURS, facts(*weeks_of(540, 540, 540), weeks=2), NOT, "2 of 3 weeks: 9.0, 9.0; 0.0 so far"),
    (SHORT, facts(*weeks_of(539, 539)), MET, "9.0, 9.0"),
    (SHORT, facts(*weeks_of(539, 540)), NOT, ""),
    (SHORT, facts(*weeks_of(0), weeks=1), NOT, "0.0 so far"),
    (SHORT, facts(sat(8, None, 540)), NOT, ""),
    (FAMILY, facts(sat(40, service="family_session"), sat(3, service="family_session")), MET, "2 of 2, last Sun Nov 15"),
    (FAMILY, facts(sat(43, service="family_session"), sat(3, service="family_session")), NOT, "1 of 2"),
    (FAMILY, facts(sat(9, None, service="family_session"), sat(3, service="family_session")), UNKNOWN, "not finished"),
    (SHARE, facts(*(sat(n) for n in range(1, 5)), sat(5, NO_SHOW)), MET, "4 of 5 sessions (80 %)"),
    (SHARE, facts(*(sat(n) for n in range(1, 4)), sat(5, LATE_CANCEL)), NOT, "3 of 4 sessions (75 %)"),
    (SHARE, facts(sat(1), sat(2, EXCUSED), sat(28, NO_SHOW)), MET, "1 of 1 session (100 %)"),
    (SHARE, facts(sat(1), sat(27, NO_SHOW)), NOT, "1 of 2 sessions (50 %)"),
    (SHARE, facts(sat(1, EXCUSED), sat(2, None)), UNKNOWN, "no session marked"),
    (Asks(Kind.no_unexcused_absence, span=14), facts(sat(15, NO_SHOW), sat(1, EXCUSED)), MET, "none in 14 days"),
    (Asks(Kind.no_unexcused_absence, span=14), facts(sat(14, LATE_CANCEL)), NOT, "1, last Wed Nov 4"),
    (Asks(Kind.absences, 2, 14), facts(sat(14, NO_SHOW), sat(1, LATE_CANCEL)), MET, "2 unexcused absences in 14 days, last Tue"),
    (Asks(Kind.absences, 2, 14), facts(sat(15, NO_SHOW), sat(1, LATE_CANCEL)), NOT, "1 unexcused absence"),
    (Asks(Kind.goals_met, 2), facts(plan=PlanFact(ago(9), goals_met=2)), MET, "2 of 2"),
    (Asks(Kind.goals_met, 2), facts(plan=PlanFact(ago(9), goals_met=1)), NOT, "1 of 2"),
    (Asks(Kind.goals_met, 2), facts(), NOT, "no plan yet"),
    (Asks(Kind.assignments_done, 1), facts(plan=PlanFact(assignments_done=1)), MET, "1 of 1"),
    (Asks(Kind.assignments_done, 1), facts(plan=PlanFact(assignments_open=1)), NOT, "0 of 1"),
    (Asks(Kind.plan_signed), facts(plan=PlanFact(ago(9))), MET, "signed Mon Nov 9"),
    (Asks(Kind.plan_signed), facts(plan=PlanFact()), NOT, "not signed by everyone"),
    (Asks(Kind.plan_signed), facts(), NOT, "no plan yet"),
    (Asks(Kind.plan_reviewed, span=30), facts(plan=PlanFact(ago(60), ago(30))), MET, "30 days ago"),
    (Asks(Kind.plan_reviewed, span=30), facts(plan=PlanFact(ago(60), ago(31))), NOT, "31 days ago"),
    (Asks(Kind.plan_reviewed, span=30), facts(plan=PlanFact(ago(30))), MET, "30 days ago"),
    (Asks(Kind.plan_reviewed, span=30), facts(plan=PlanFact()), NOT, "no signed plan yet"),
    (PHQ, facts(last={"phq9": value(9, 3, "b")}), MET, "9 on Sun Nov 15"),
    (PHQ, facts(last={"phq9": value(10, 3, "b")}), NOT, "10 on Sun Nov 15"),
    (PHQ, facts(), UNKNOWN, "not measured yet"),
    (BETTER, facts(first={"phq9": value(18, 30, "a")}, last={"phq9": value(9, 3, "b")}), MET, "18 on Mon Oct 19, 9 on"),
    (BETTER, facts(first={"phq9": value(18, 30, "a")}, last={"phq9": value(10, 3, "b")}), NOT, ""),
    (BETTER, facts(first={"phq9": value(18, 30, "a")}, last={"phq9": value(18, 30, "a")}), UNKNOWN, "measured once"),
    (WORSE, facts(first={"phq9": value(5, 30, "a")}, last={"phq9": value(14, 3, "b")}), MET, "5 on Mon Oct 19, 14 on"),
    (WORSE, facts(first={"phq9": value(5, 30, "a")}, last={"phq9": value(13, 3, "b")}), NOT, ""),
    (WORSE, facts(), UNKNOWN, "not measured yet"),
    (Asks(Kind.no_open_crisis_follow_up), facts(), MET, "none open"),
    (Asks(Kind.no_open_crisis_follow_up), facts(follow_ups=1), NOT, "1 call open"),
    (Asks(Kind.risk_screen, span=7), facts(last={"cssrs": value(0, 7, "a")}), MET, "last Wed Nov 11 (7 days ago)"),
    (Asks(Kind.risk_screen, span=7), facts(last={"cssrs": value(0, 8, "a")}), NOT, "8 days ago"),
    (Asks(Kind.risk_screen, span=7), facts(), NOT, "not done yet"),
    (Asks(Kind.crisis_contact, span=14), facts(crisis_on=ago(14)), MET, "14 days ago"),
    (Asks(Kind.crisis_contact, span=14), facts(crisis_on=ago(15)), NOT, "15 days ago"),
    (Asks(Kind.crisis_contact, span=14), facts(), NOT, "none on record"),
    (TESTS, with_tests("1 negative", "8 positive", "15 negative"), MET, "3 of 3, last Tue Nov 17"),
    (TESTS, with_tests("1 negative", "8 negative", "15 positive unexpected"), NOT, "2 of 3"),
    (TESTS, with_tests("1 negative", "8 missed", "15 negative", "22 negative"), NOT, "1 of 3"),
    (TESTS, with_tests("1 negative", "8 excused", "9 invalid", "15 negative", "22 negative"), MET, "3 of 3"),
    (TESTS, with_tests("1 negative", "8 refused"), NOT, "1 of 3"),
    (TESTS, with_tests("1 excused"), UNKNOWN, "no test on record"),
    (Asks(Kind.missed_tests, 2, 14), with_tests("1 missed", "14 refused"), MET, "2 in 14 days, last Tue Nov 17"),
    (Asks(Kind.missed_tests, 2, 14), with_tests("1 missed", "2 excused", "15 refused"), NOT, "1 in 14 days"),
    (Asks(Kind.unexpected_tests, 1, 14), with_tests("14 positive unexpected"), MET, "1 in 14 days"),
    (Asks(Kind.unexpected_tests, 1, 14), with_tests("1 positive", "15 positive unexpected"), NOT, "0 in 14 days"),
    (Asks(Kind.days_without_use, 30), facts(last_use=LastUse(ago(30), ago(30))), MET, "30 days, since Mon Oct 19"),
    (Asks(Kind.days_without_use, 30), facts(last_use=LastUse(ago(29), ago(29))), NOT, "29 days"),
    (Asks(Kind.days_without_use, 30), facts(), UNKNOWN, "last use not known"),
    (Asks(Kind.support_meetings, 2, 7), facts(meetings={7: 2}), MET, "2 in 7 days"),
    (Asks(Kind.support_meetings, 2, 7), facts(meetings={7: 1}), NOT, "1 in 7 days"),
    (Asks(Kind.reassessment, span=30), facts(assessed_on=ago(30)), MET, "30 days ago"),
    (Asks(Kind.reassessment, span=30), facts(assessed_on=ago(31)), NOT, "31 days ago"),
    (Asks(Kind.reassessment, span=30), facts(), NOT, "none on record"),
    (Asks(Kind.returned_to_use, span=14), facts(last_use=LastUse(ago(14), ago(1), 33, ago(14))), MET, "14 days ago"),
    (Asks(Kind.returned_to_use, span=14), facts(last_use=LastUse(ago(15), ago(1), 33, ago(15))), NOT, "15 days ago"),
    (Asks(Kind.returned_to_use, span=14), facts(last_use=LastUse(ago(3), ago(1))), NOT, "none reported"),
    (Asks(Kind.clinician_agrees), facts(), CLINICIAN, "said in the review"),
]  # fmt: skip


def several(many: int) -> list[Sitting]:
    """So many of a hundred sessions attended, all in four weeks."""
    return [sat(1 + at % 27) for at in range(many)] + [sat(1 + at % 27, NO_SHOW) for at in range(100 - many)]


def measured(first: int, last: int) -> Facts:
    return facts(first={"phq9": value(first, 30, "a")}, last={"phq9": value(last, 3, "b")})


# By kind and by the number inside its sentence: that number, the facts at a value, and what is said one below it, at it, one above.
LADDERS = {
    (Kind.weeks_in_phase, "number"): (4, lambda n: Facts(DAY, ago(7 * n)), (NOT, MET, MET)),
    (Kind.hours_attended, "number"): (9, lambda n: facts(*weeks_of(*[60 * n] * 3)), (NOT, MET, MET)),
    (Kind.hours_attended, "span"): (3, lambda n: facts(*weeks_of(*[540] * n)), (NOT, MET, MET)),
    (Kind.sessions_attended, "number"): (2, lambda n: facts(*(sat(at + 1, service="family_session") for at in range(n))), (NOT, MET, MET)),
    (Kind.attendance_share, "number"): (80, lambda n: facts(*several(n)), (NOT, MET, MET)),
    (Kind.attendance_share, "span"): (4, lambda n: facts(sat(1), sat(7 * n, NO_SHOW)), (NOT, MET, MET)),
    (Kind.no_unexcused_absence, "span"): (14, lambda n: facts(sat(n, NO_SHOW)), (NOT, NOT, MET)),
    (Kind.expected_tests, "number"): (3, lambda n: with_tests(*(f"{at + 1} negative" for at in range(n))), (NOT, MET, MET)),
    (Kind.days_without_use, "number"): (30, lambda n: facts(last_use=LastUse(ago(n), ago(n))), (NOT, MET, MET)),
    (Kind.support_meetings, "number"): (2, lambda n: facts(meetings={7: n}), (NOT, MET, MET)),
    (Kind.reassessment, "span"): (30, lambda n: facts(assessed_on=ago(n)), (MET, MET, NOT)),
    (Kind.goals_met, "number"): (2, lambda n: facts(plan=PlanFact(ago(9), goals_met=n)), (NOT, MET, MET)),
    (Kind.assignments_done, "number"): (2, lambda n: facts(plan=PlanFact(assignments_done=n)), (NOT, MET, MET)),
    (Kind.plan_reviewed, "span"): (30, lambda n: facts(plan=PlanFact(ago(60), ago(n))), (MET, MET, NOT)),
    (Kind.measure_at_or_below, "number"): (9, lambda n: measured(20, n), (MET, MET, NOT)),
    (Kind.measure_improved, "number"): (9, lambda n: measured(20, 20 - n), (NOT, MET, MET)),
    (Kind.measure_worse, "number"): (9, lambda n: measured(5, 5 + n), (NOT, MET, MET)),
    (Kind.risk_screen, "span"): (7, lambda n: facts(last={"cssrs": value(0, n, "a")}), (MET, MET, NOT)),
    (Kind.absences, "number"): (2, lambda n: facts(*(sat(at + 1, NO_SHOW) for at in range(n))), (NOT, MET, MET)),
    (Kind.absences, "span"): (14, lambda n: facts(sat(1, NO_SHOW), sat(n, NO_SHOW)), (MET, MET, NOT)),
    (Kind.hours_short, "number"): (9, lambda n: facts(*weeks_of(60 * n, 60 * n)), (MET, NOT, NOT)),
    (Kind.hours_short, "span"): (2, lambda n: facts(*weeks_of(*[0] * n, 540)), (NOT, MET, MET)),
    (Kind.crisis_contact, "span"): (14, lambda n: facts(crisis_on=ago(n)), (MET, MET, NOT)),
    (Kind.missed_tests, "number"): (2, lambda n: with_tests(*(f"{at + 1} missed" for at in range(n))), (NOT, MET, MET)),
    (Kind.missed_tests, "span"): (14, lambda n: with_tests("1 missed", f"{n} refused"), (MET, MET, NOT)),
    (Kind.unexpected_tests, "number"): (2, lambda n: with_tests(*(f"{at + 1} positive unexpected" for at in range(n))), (NOT, MET, MET)),
    (Kind.unexpected_tests, "span"): (14, lambda n: with_tests("1 positive unexpected", f"{n} positive unexpected"), (MET, MET, NOT)),
    (Kind.returned_to_use, "span"): (14, lambda n: facts(last_use=LastUse(ago(n), ago(1), 33, ago(n))), (MET, MET, NOT)),
}  # fmt: skip
# The days of meetings are counted as they are read: tests/use/test_facts.py has their boundary.
READ_ELSEWHERE = {(Kind.support_meetings, "span")}
NUMBERS = {Kind.hours_attended: 9, Kind.hours_short: 9, Kind.attendance_share: 80}
SPANS = {Kind.attendance_share: 4, Kind.support_meetings: 7, Kind.hours_attended: 3, Kind.hours_short: 2}


def asked_of(kind: Kind, which: str, n: int) -> Asks:
    """The criterion with this number in it, and a usual one in its other place."""
    number = n if which == "number" else NUMBERS.get(kind, 2)
    span = n if which == "span" else SPANS.get(kind, 30)
    return Asks(kind, number, span, "phq9", "family_session", of="Family session")


@pytest.mark.parametrize(("kind", "which"), LADDERS)
def test_one_below_at_and_one_above_each_number(kind, which):
    n, known, states = LADDERS[kind, which]
    found = tuple(standing(asked_of(kind, which, n), known(at)).state for at in (n - 1, n, n + 1))
    assert found == states


def test_each_number_of_each_kind_has_its_boundaries_and_each_kind_without_a_number_each_answer():
    numbers = {(kind, which) for kind, spec in KINDS.items() for which in ("number", "span") if getattr(spec, which)}
    assert set(LADDERS) | READ_ELSEWHERE == numbers
    told = {kind: {case[2] for case in CASES if case[0].kind is kind} for kind in KINDS}
    for kind in set(KINDS) - {kind for kind, _which in numbers}:
        assert told[kind] == ({CLINICIAN} if kind is Kind.clinician_agrees else {MET, NOT}), kind


@pytest.mark.parametrize(("asks", "known", "state", "says"), CASES)
def test_a_criterion_and_its_boundaries(asks, known, state, says):
    found = standing(asks, known)
    assert (found.state, says in found.says) == (state, True), found


def test_every_kind_is_judged_has_its_place_and_a_case():
    assert set(KINDS) == set(Kind) == set(_JUDGES) == set(WHERE) == {case[0].kind for case in CASES}
    assert set(SCALES) <= set(MEASURED)


def test_a_criterion_reads_as_the_policy_does():
    assert HOURS.sentence == "Attend 9 hours a week, 3 weeks in a row"
    assert Asks(Kind.hours_attended, 1.5, 1).sentence == "Attend 1.5 hours a week, 1 week in a row"
    assert FAMILY.sentence == "Attend 2 sessions of Family session in this phase"
    assert Asks(Kind.absences, 2, 14).sentence == f"2 {plural_of('unexcused absence')} or more in 14 days"
    assert Asks(Kind.plan_signed, must=True).words == "Have a signed plan (must be met)"


def test_one_that_lacks_a_number_says_which():
    assert what_is_wrong_with_criterion(Asks(Kind.hours_attended, 9)) == ("Enter the weeks from 1 to 26.", "span")
    assert what_is_wrong_with_criterion(Asks(Kind.weeks_in_phase, 105))[1] == "number"
    assert what_is_wrong_with_criterion(Asks(Kind.measure_at_or_below, 9)) == ("Choose a measure.", "scale")
    assert what_is_wrong_with_criterion(Asks(Kind.sessions_attended, 1)) == ("Choose a service.", "service_id")
    assert all(what_is_wrong_with_criterion(one) is None for phase in SHIPPED_CRITERIA for one in phase)


def test_ready_nearly_and_what_a_clinician_judges():
    weeks, signed, agrees = Asks(Kind.weeks_in_phase, 4), Asks(Kind.plan_signed), Asks(Kind.clinician_agrees)
    some = [weeks, signed, Asks(Kind.risk_screen, span=7), agrees, Asks(Kind.crisis_contact, span=14)]
    ready = facts(plan=PlanFact(ago(3)), last={"cssrs": value(0, 1, "a")}, crisis_on=ago(1))
    one = readiness("p", some, ready)
    assert (one.ready, one.nearly, len(one.met), len(one.judged), len(one.signs)) == (True, False, 3, 1, 1)
    assert (readiness("p", some, facts()).ready, readiness("p", some, facts()).nearly) == (False, True)
    early = readiness("p", some, Facts(DAY, DAY))
    assert (early.ready, early.nearly, len(early.missing)) == (False, False, 3)
    assert not readiness("p", [], facts()).ready
    done = {"plan": PlanFact(ago(3)), "last": {"cssrs": value(0, 1, "a")}}
    assert readiness("p", some, Facts(DAY, ago(14), **done)).nearly
    assert not readiness("p", some, Facts(DAY, ago(13), **done)).nearly
    assert {one.direction for one in some} == set(Direction)


def came(*days: int, missed: tuple[int, ...] = ()) -> Facts:
    return facts(*(sat(n) for n in days), *(sat(n, NO_SHOW) for n in missed))


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (came(1, 2, 3, 20, 21, 22, 23, missed=(4,)), ["Attendance 75 % in 2 weeks, 100 % in the 4 before"]),
        (came(1, 2, 3, 4, 20, 21, 22, 23, missed=(5,)), []),
        (came(1, 20, 21, 22, missed=(4,)), []),
        (with_tests("1 missed", "30 refused"), ["2 tests missed or declined in 30 days"]),
        (with_tests("1 missed", "31 refused"), []),
        (facts(earlier={"phq9": value(9, 30, "a")}, last={"phq9": value(14, 2, "b")}), ["PHQ-9 9, then 14 on Mon Nov 16"]),
        (facts(earlier={"phq9": value(9, 30, "a")}, last={"phq9": value(13, 2, "b")}), []),
        (facts(admitted_on=ago(13)), ["First 2 weeks, since Thu Nov 5"]),
        (facts(admitted_on=ago(14)), []),
    ],
)  # fmt: skip
def test_early_signs_name_their_facts(known, says):
    assert early(known) == says
