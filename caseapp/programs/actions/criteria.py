"""Criteria of a draft's phases: added, changed, ordered, removed. Each action holds the draft, so that nobody publishes it meanwhile."""

from decimal import Decimal

from caseapp.audit.actions import changed
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import queries
from caseapp.programs.actions.versions import open_draft
from caseapp.programs.models import Criterion, Phase
from caseapp.programs.rules.criteria import KINDS, MOST_CRITERIA, Asks, what_is_wrong_with_criterion


def add_criterion(phase: Phase, asks: Asks, by: Actor) -> Criterion:
    """One criterion more, after the last. Raises RuleBroken with the field for a number out of bounds, or if there are too many."""
    open_draft(phase.program_version_id, by)
    there = queries.get_phase(phase.id).criteria
    if len(there) >= MOST_CRITERIA:
        raise RuleBroken(f"A phase has {MOST_CRITERIA} criteria at most.")
    _check(asks, there)
    row = Criterion(phase_id=phase.id, position=max((one.position for one in there), default=0) + 1)
    _say(row, asks, by)
    db.add(row)
    db.flush()
    db.expire(phase, ["criteria"])
    changed("programs.add_criterion", row.id, by, kind=asks.kind)
    return row


def edit_criterion(row: Criterion, asks: Asks, by: Actor) -> None:
    """Change the numbers of a criterion, or whether it must be met. Its kind stays."""
    open_draft(row.phase.program_version_id, by)
    _check(asks, [one for one in row.phase.criteria if one.id != row.id])
    _say(row, asks, by)
    db.flush()
    changed("programs.edit_criterion", row.id, by, kind=asks.kind)


def move_criterion(row: Criterion, to: int, by: Actor) -> None:
    """Put a criterion in place `to` (from 1) among those of its direction. Doing it again changes nothing."""
    open_draft(row.phase.program_version_id, by)
    same = [one for one in row.phase.criteria if one.direction is row.direction and one.id != row.id]
    if not 1 <= to <= len(same) + 1:
        raise RuleBroken("There is no such place in this phase.")
    others = [one for one in row.phase.criteria if one.direction is not row.direction]
    for position, one in enumerate([*same[: to - 1], row, *same[to - 1 :], *others], start=1):
        one.position = position
    db.flush()
    db.expire(row.phase, ["criteria"])
    changed("programs.move_criterion", row.id, by, to=to)


def remove_criterion(row: Criterion, by: Actor) -> None:
    """A phase of a draft no longer asks this."""
    open_draft(row.phase.program_version_id, by)
    row.phase.criteria.remove(row)
    db.flush()
    changed("programs.remove_criterion", row.id, by, kind=row.kind)


def _check(asks: Asks, others: list[Criterion]) -> None:
    if wrong := what_is_wrong_with_criterion(asks):
        raise RuleBroken(*wrong)
    if asks.sentence in [one.asks.sentence for one in others]:
        raise RuleBroken("This phase asks that already.")


def _say(row: Criterion, asks: Asks, by: Actor) -> None:
    row.kind, row.direction, row.span, row.scale = asks.kind, KINDS[asks.kind].direction, asks.span, asks.scale
    row.number = None if asks.number is None else Decimal(str(asks.number))
    row.service_id = queries.service(asks.service).id if asks.service else None
    row.must_be_met = asks.must
    row.changed_at, row.changed_by_name = clock.now(), by.name
