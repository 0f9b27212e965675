"""The facts of a review as they are now: criteria with what says so, hours by week, attendance, days without use."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from caseapp.attendance.hours import sittings_between, weeks_of_clients
from caseapp.attendance.rules import ATTENDED, UNEXCUSED
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.core.words import count
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.programs.models import Criterion
from caseapp.programs.queries import profile
from caseapp.programs.rules.criteria import Asks, Kind
from caseapp.progress.criteria import Readiness, Standing
from caseapp.progress.queries.readiness import readiness
from caseapp.progress.snapshots import Fact, Stood, WeekOfHours
from caseapp.use.queries import last_use
from caseapp.use.rules import days_words

WEEKS = 6


def reviewed_stay(episode: Episode) -> PhaseStay:
    """The stay a review starts from: the open one, once it has begun. Raises RuleBroken without one, or while it lies ahead."""
    stay = episodes.open_stay(episode)
    if stay.started_on > clock.today(clinic.zone()):
        raise RuleBroken(
            f"A move to {stay.phase.name} lies ahead.",
            way_out="Take it back first, or review once that phase has begun.",
        )
    return stay


def facts_now(episode: Episode, stay: PhaseStay) -> Stood:
    """The facts of someone in a stay that has begun, as of now; a fixed number of statements.

    A risk screen belongs to every change of the level of care. Where the criteria of the phase do not ask for one, it stands
    beside them (`Fact.for_level`).
    """
    today = clock.today(clinic.zone())
    own = [row.asks for row in db.scalars(_CRITERIA.where(Criterion.phase_id == stay.phase_id))]
    extra = [] if any(one.kind is Kind.risk_screen for one in own) else [_screen(episode, today)]
    stands = readiness([episode], today, instead={stay.phase_id: [*own, *extra]}).get(episode.id)
    last = last_use([episode.client_id]).get(episode.client_id)
    return Stood(
        at=clock.now().isoformat(),
        phase=stay.phase.name,
        level=stay.phase.level_of_care,
        since=stay.started_on.isoformat(),
        facts=_facts(stands, bool(extra)) if stands else [],
        signs=[one.words for one in stands.signs] if stands else [],
        weeks=_weeks(episode, today),
        attendance=_attendance(episode, today),
        without_use=days_words(last, today) if last else "",
    )


_CRITERIA = select(Criterion).order_by(Criterion.position, Criterion.id)


def _screen(episode: Episode, today: date) -> Asks:
    return Asks(Kind.risk_screen, span=int(profile(episode.program_id, today)["risk_screen_days"]), must=True)


def _facts(stands: Readiness, with_extra: bool) -> list[Fact]:
    found = [_fact(one) for one in stands.step_down]
    return [*found[:-1], replace(found[-1], for_level=True)] if with_extra else found


def _fact(one: Standing) -> Fact:
    on = one.day.isoformat() if one.day else ""
    return Fact(one.kind.value, one.criterion, one.state.value, one.says, on, one.must)


def _weeks(episode: Episode, today: date) -> list[WeekOfHours]:
    """The last weeks since the admission, the running one last."""
    first = max(episode.admitted_on, today - timedelta(weeks=WEEKS - 1))
    weeks = weeks_of_clients([episode.client_id], min(first, today), today)[episode.client_id]
    return [
        WeekOfHours(one.first.isoformat(), one.attended, one.required) for one in sorted(weeks, key=lambda w: w.first)
    ]


def _attendance(episode: Episode, today: date) -> str:
    """The marked sessions of four weeks: "11 of 12 sessions in 4 weeks, 1 excused"."""
    rows = sittings_between(today - timedelta(weeks=4), today, [episode.client_id])
    states = Counter(one.state for one in rows if one.state is not None and one.on_day >= episode.admitted_on)
    if not states:
        return "no session marked in 4 weeks"
    came, missed = (sum(states[one] for one in which) for which in (ATTENDED, UNEXCUSED))
    says = f"{came} of {count('session', states.total())} in 4 weeks"
    others = states.total() - came - missed
    return says + (f", {others} excused" if others else "")
