"""How each kind of criterion is judged: plain facts in, a state and the words for it out.

Boundaries: "n or more", "within n days" and "at n or below" include n. A day lies within n days of another if it is at most
n days before it. What nobody recorded is not known, which is neither met nor not met.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from caseapp.attendance.rules import ATTENDED
from caseapp.core.words import count, day
from caseapp.drug_tests.rules import Outcome
from caseapp.measures.rules import at_or_below, improved_by
from caseapp.plans.rules import PlanFact
from caseapp.programs.rules.criteria import Asks, Kind
from caseapp.progress.criteria import Facts, Readiness, Standing, State, Week

NOT_GIVEN = (Outcome.missed, Outcome.refused)
NO_RESULT = (Outcome.excused, Outcome.invalid)
# A state, the words for it (put together when they are asked for: a board tells few of thousands), and the day of the fact.
Judged = tuple[State, str | Callable[[], str], date | None]


def standing(asks: Asks, facts: Facts) -> Standing:
    """How a criterion stands by these facts."""
    return Standing(asks.kind, asks.sentence, *_JUDGES[asks.kind](asks, facts), asks.must)


def readiness(
    phase_id: str, criteria: Sequence[Asks], facts: Facts, warnings: list[str] | None = None, attended: int = 0
) -> Readiness:
    """How someone in a phase with these criteria stands; early signs and the minutes of the week as they are handed in."""
    found = [(one.direction, standing(one, facts)) for one in criteria]
    down, up = ([one for direction, one in found if direction == which] for which in ("step_down", "step_up"))
    return Readiness(phase_id, facts.day, down, up, warnings or [], attended)


def _met(holds: bool) -> State:
    return State.met if holds else State.not_met


def _number(value: float) -> str:
    return f"{value:g}"


def _weeks_in_phase(asks: Asks, facts: Facts) -> Judged:
    days = (facts.day - facts.started_on).days
    holds = days >= asks.number * 7
    until = facts.started_on + timedelta(weeks=int(asks.number))

    def says() -> str:
        since = f"{count('week', days // 7)}, since {day(facts.started_on, facts.day)}"
        return since if holds else f"{since}; met on {day(until, facts.day)}"

    return _met(holds), says, facts.started_on if holds else until


def _hours_words(weeks: Sequence[Week], running: Week) -> str:
    """The hours of weeks that are over, the last first, and of the running one: "9.5, 9.0; 6.0 so far"."""
    past = ", ".join(f"{week.attended / 60:.1f}" for week in weeks)
    so_far = f"{running.attended / 60:.1f} so far"
    return f"{past}; {so_far}" if past else so_far


def _hours_attended(asks: Asks, facts: Facts) -> Judged:
    """Weeks in a row up to now, from that in which the phase began. The running one counts once it has the hours."""
    running, *past = facts.weeks
    needed = asks.number * 60
    row = int(running.attended >= needed) + _in_a_row(past, lambda week: week.attended >= needed)
    could = int(running.attended + running.open >= needed)
    could += _in_a_row(past, lambda week: week.attended + week.open >= needed)
    open_ = row < asks.span <= could

    def says() -> str:
        said = f"{min(row, asks.span)} of {count('week', asks.span)}: {_hours_words(past[: asks.span], running)}"
        return f"{said}; a roll-call is not finished" if open_ else said

    return State.not_known if open_ else _met(row >= asks.span), says, None


def _in_a_row(weeks: Sequence[Week], holds: Callable[[Week], bool]) -> int:
    return next((at for at, week in enumerate(weeks) if not holds(week)), len(weeks))


def _hours_short(asks: Asks, facts: Facts) -> Judged:
    """Whole weeks of the phase that are over. One whose roll-calls might still bring the hours is no sign."""
    running, *past = facts.weeks
    whole = [week for week in past if week.first >= facts.started_on]
    short = _in_a_row(whole, lambda week: week.attended + week.open < asks.number * 60)
    return _met(short >= asks.span), lambda: _hours_words(whole[: asks.span], running), None


def _sessions_attended(asks: Asks, facts: Facts) -> Judged:
    here = [one for one in facts.sittings if one.service == asks.service and one.on_day >= facts.started_on]
    came = [one.on_day for one in here if one.state in ATTENDED]
    waiting = sum(one.state is None and one.on_day < facts.day for one in here)
    says = f"{len(came)} of {_number(asks.number)}" + (f", last {day(came[-1], facts.day)}" if came else "")
    if len(came) < asks.number <= len(came) + waiting:
        return State.not_known, f"{says}; a roll-call is not finished", came[-1] if came else None
    return _met(len(came) >= asks.number), says, came[-1] if came else None


def _attendance_share(asks: Asks, facts: Facts) -> Judged:
    """Of the sessions that were marked. Excused absences are left out: a share measures what nobody gave a reason for."""
    since = facts.day - timedelta(weeks=asks.span)
    came, missed = (len(days) - bisect_right(days, since) for days in (facts.came, facts.missed))
    if not came + missed:
        return State.not_known, "no session marked", None
    marked = came + missed

    def says() -> str:
        return f"{came} of {count('session', marked)} ({100 * came // marked} %)"

    return _met(100 * came >= asks.number * marked), says, None


def _unexcused(asks: Asks, facts: Facts) -> list[date]:
    """The days of unexcused absences within the days asked about, the last one last."""
    return [on for on in facts.missed if facts.within(on, asks.span)]


def _no_unexcused_absence(asks: Asks, facts: Facts) -> Judged:
    missed = _unexcused(asks, facts)
    if not missed:
        return State.met, f"none in {count('day', asks.span)}", None
    return State.not_met, lambda: f"{len(missed)}, last {day(missed[-1], facts.day)}", missed[-1]


def _absences(asks: Asks, facts: Facts) -> Judged:
    missed = _unexcused(asks, facts)
    last = missed[-1] if missed else None

    def says() -> str:
        said = f"{count('unexcused absence', len(missed))} in {count('day', asks.span)}"
        return f"{said}, last {day(last, facts.day)}" if last else said

    return _met(len(missed) >= asks.number), says, last


def _plan_signed(_asks: Asks, facts: Facts) -> Judged:
    on = facts.plan.signed_on if facts.plan else None
    if on:
        return State.met, lambda: f"signed {day(on, facts.day)}", on
    return State.not_met, "written, not signed by everyone" if facts.plan else "no plan yet", None


def _plan_reviewed(asks: Asks, facts: Facts) -> Judged:
    plan = facts.plan or PlanFact()
    days = [on for on in (plan.signed_on, plan.reviewed_on) if on]
    if not days:
        return State.not_met, "no signed plan yet", None
    return _within(asks, facts, max(days))


def _within(asks: Asks, facts: Facts, on: date) -> Judged:
    """Whether a day lies within the days asked for: "last Nov 2 (16 days ago)"."""

    def says() -> str:
        ago = (facts.day - on).days
        when = "today" if ago == 0 else f"{count('day', ago)} ago"
        return f"last {day(on, facts.day)} ({when})"

    return _met(facts.within(on, asks.span)), says, on


def _of_plan(name: str) -> Callable[[Asks, Facts], Judged]:
    """How many of something in the plan are done."""

    def judge(asks: Asks, facts: Facts) -> Judged:
        if facts.plan is None:
            return State.not_met, "no plan yet", None
        done = getattr(facts.plan, name)
        return _met(done >= asks.number), f"{done} of {_number(asks.number)}", None

    return judge


def _measure_at_or_below(asks: Asks, facts: Facts) -> Judged:
    value = facts.last.get(asks.scale)
    holds = at_or_below(value, asks.number)
    if holds is None:
        return State.not_known, "not measured yet", None
    return _met(holds), lambda: f"{value.points} on {day(value.day, facts.day)}", value.day


def _measure_improved(asks: Asks, facts: Facts) -> Judged:
    return _changed(asks, facts, 1)


def _measure_worse(asks: Asks, facts: Facts) -> Judged:
    return _changed(asks, facts, -1)


def _changed(asks: Asks, facts: Facts, way: int) -> Judged:
    """By how many points the last measure differs from the first of the episode; `way` is 1 for better, -1 for worse."""
    first, last = facts.first.get(asks.scale), facts.last.get(asks.scale)
    better = improved_by(asks.scale, first, last)
    if better is None:
        return State.not_known, "measured once" if last else "not measured yet", last.day if last else None

    def says() -> str:
        return ", ".join(f"{one.points} on {day(one.day, facts.day)}" for one in (first, last))

    return _met(way * better >= asks.number), says, last.day


def _no_open_crisis_follow_up(_asks: Asks, facts: Facts) -> Judged:
    if not facts.follow_ups:
        return State.met, "none open", None
    return State.not_met, f"{count('call', facts.follow_ups)} open", None


def _risk_screen(asks: Asks, facts: Facts) -> Judged:
    value = facts.last.get("cssrs")
    return _within(asks, facts, value.day) if value else (State.not_met, "not done yet", None)


def _clinician_agrees(_asks: Asks, _facts: Facts) -> Judged:
    return State.needs_clinician, "said in the review", None


def _crisis_contact(asks: Asks, facts: Facts) -> Judged:
    if facts.crisis_on is None:
        return State.not_met, "none on record", None
    return _within(asks, facts, facts.crisis_on)


def _expected_tests(asks: Asks, facts: Facts) -> Judged:
    """The newest results back to the first that breaks the row: unexpected, missed or declined. What gave no result is passed over."""
    told = [one for one in facts.tests if one.outcome not in NO_RESULT]
    row = next((at for at, one in enumerate(told) if one.unexpected or one.outcome in NOT_GIVEN), len(told))
    if not told:
        return State.not_known, "no test on record", None
    last = told[0].day
    return _met(row >= asks.number), lambda: f"{row} of {_number(asks.number)}, last {day(last, facts.day)}", last


def _missed_tests(asks: Asks, facts: Facts) -> Judged:
    return _tests(asks, facts, [one.day for one in facts.tests if one.outcome in NOT_GIVEN])


def _unexpected_tests(asks: Asks, facts: Facts) -> Judged:
    return _tests(asks, facts, [one.day for one in facts.tests if one.unexpected])


def _tests(asks: Asks, facts: Facts, days: Sequence[date]) -> Judged:
    """How many of these tests, the newest first, lie within the days asked about."""
    here = [on for on in days if facts.within(on, asks.span)]

    def says() -> str:
        return f"{len(here)} in {count('day', asks.span)}" + (f", last {day(here[0], facts.day)}" if here else "")

    return _met(len(here) >= asks.number), says, here[0] if here else None


def _days_without_use(asks: Asks, facts: Facts) -> Judged:
    if facts.last_use is None:
        return State.not_known, "last use not known", None
    days = facts.last_use.days_on(facts.day)
    return (
        _met(days >= asks.number),
        f"{count('day', days)}, since {day(facts.last_use.day, facts.day)}",
        facts.last_use.day,
    )


def _support_meetings(asks: Asks, facts: Facts) -> Judged:
    been = facts.meetings.get(asks.span, 0)
    return _met(been >= asks.number), f"{been} in {count('day', asks.span)}", None


def _reassessment(asks: Asks, facts: Facts) -> Judged:
    return _within(asks, facts, facts.assessed_on) if facts.assessed_on else (State.not_met, "none on record", None)


def _returned_to_use(asks: Asks, facts: Facts) -> Judged:
    on = facts.last_use.returned_on if facts.last_use else None
    return _within(asks, facts, on) if on else (State.not_met, "none reported", None)


_JUDGES: dict[Kind, Callable[[Asks, Facts], Judged]] = {
    Kind.weeks_in_phase: _weeks_in_phase,
    Kind.hours_attended: _hours_attended,
    Kind.sessions_attended: _sessions_attended,
    Kind.attendance_share: _attendance_share,
    Kind.no_unexcused_absence: _no_unexcused_absence,
    Kind.goals_met: _of_plan("goals_met"),
    Kind.assignments_done: _of_plan("assignments_done"),
    Kind.plan_signed: _plan_signed,
    Kind.plan_reviewed: _plan_reviewed,
    Kind.measure_at_or_below: _measure_at_or_below,
    Kind.measure_improved: _measure_improved,
    Kind.no_open_crisis_follow_up: _no_open_crisis_follow_up,
    Kind.risk_screen: _risk_screen,
    Kind.clinician_agrees: _clinician_agrees,
    Kind.absences: _absences,
    Kind.hours_short: _hours_short,
    Kind.crisis_contact: _crisis_contact,
    Kind.measure_worse: _measure_worse,
    Kind.days_without_use: _days_without_use,
    Kind.support_meetings: _support_meetings,
    Kind.reassessment: _reassessment,
    Kind.returned_to_use: _returned_to_use,
    Kind.expected_tests: _expected_tests,
    Kind.missed_tests: _missed_tests,
    Kind.unexpected_tests: _unexpected_tests,
}
