"""Early signs that someone may need more, for a person to look at. Rules with their facts, the same for every program; no score.

Nothing that is known at admission predicts who leaves; what can be seen is attendance that falls, tests missed, measures that
get worse, and the first weeks (`domain.md` 8). How long nobody has had contact is told by `rules.Absence`.
"""

from bisect import bisect_right
from datetime import timedelta

from caseapp.core.words import day
from caseapp.measures.rules import improved_by
from caseapp.programs.rules.criteria import SCALES
from caseapp.progress.criteria import Facts
from caseapp.progress.judging import NOT_GIVEN

RECENT, BEFORE = timedelta(weeks=2), timedelta(weeks=6)
DROP, MARKED_LEAST = 25, 3
TESTS_MISSED, TESTS_DAYS = 2, 30
FIRST_WEEKS = 2
WORSE_BY = {"phq9": 5, "bam_risk": 4}


def early(facts: Facts) -> list[str]:
    """Every early sign of someone, each with its facts in words."""
    return [says for says in (_drop(facts), _tests_missed(facts), *_worse(facts), _new(facts)) if says]


def _drop(facts: Facts) -> str:
    """Attendance of the last two weeks, 25 points or more under that of the four before; of three marked sessions at least each."""
    recent, before = facts.day - RECENT, facts.day - BEFORE
    came, missed = (
        [
            bisect_right(days, until) - bisect_right(days, since)
            for since, until in ((recent, facts.day), (before, recent))
        ]
        for days in (facts.came, facts.missed)
    )
    marked = [sum(both) for both in zip(came, missed, strict=True)]
    if min(marked) < MARKED_LEAST:
        return ""
    shares = [100 * some // all for some, all in zip(came, marked, strict=True)]
    if shares[1] - shares[0] < DROP:
        return ""
    return f"Attendance {shares[0]} % in 2 weeks, {shares[1]} % in the 4 before"


def _tests_missed(facts: Facts) -> str:
    missed = [one.day for one in facts.tests if one.outcome in NOT_GIVEN and facts.within(one.day, TESTS_DAYS)]
    return f"{len(missed)} tests missed or declined in {TESTS_DAYS} days" if len(missed) >= TESTS_MISSED else ""


def _worse(facts: Facts) -> list[str]:
    """Measures that are worse than the time before by so many points."""
    found = []
    for scale, points in WORSE_BY.items():
        before, last = facts.earlier.get(scale), facts.last.get(scale)
        better = improved_by(scale, before, last)
        if better is not None and -better >= points:
            found.append(f"{SCALES[scale]} {before.points}, then {last.points} on {day(last.day, facts.day)}")
    return found


def _new(facts: Facts) -> str:
    """Most who leave early leave soon: the first weeks after admission are worth a look by themselves."""
    if facts.admitted_on is None or facts.admitted_on <= facts.day - timedelta(weeks=FIRST_WEEKS):
        return ""
    return f"First {FIRST_WEEKS} weeks, since {day(facts.admitted_on, facts.day)}"
