"""What signatures of plans stand under now, for `audit verify` to hold against the log."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from caseapp.audit.signed import SignedRow, Signing, batches, rows_by_id
from caseapp.plans import rules
from caseapp.plans.models import PlanGoal, PlanRevision, PlanSignature


def _rows(session: Session) -> Iterator[SignedRow]:
    for signatures in batches(session, PlanSignature):
        ids = {one.revision_id for one in signatures}
        revisions, goals = rows_by_id(session, PlanRevision, ids), _of(session, PlanGoal, ids)
        beside = _of(session, PlanSignature, ids)
        for one in signatures:
            revision, all_of_it = revisions.get(one.revision_id), beside[one.revision_id]
            now = rules.fingerprint(revision, goals.get(one.revision_id, []), one) if revision else ""
            yield SignedRow("plan", one.id, now if _in_force_as_signed(revision, all_of_it) else "", one.hash)


def _in_force_as_signed(revision: Any, signatures: list[Any]) -> bool:
    """Whether a revision says of its being in force what its signatures say."""
    needs = any(one.needs_supervisor for one in signatures)
    waits = rules.lacking([one.part for one in signatures], needs)
    return revision is not None and revision.signed_on == (None if waits else max(one.signed_on for one in signatures))


def _of(session: Session, model: Any, ids: set[str]) -> dict[str, list[Any]]:
    """Rows of a table by the revision they belong to."""
    table = model.__table__
    rows = session.execute(select(table).where(table.c.revision_id.in_(ids)).order_by(table.c.revision_id))
    return {id: list(theirs) for id, theirs in groupby(rows, attrgetter("revision_id"))}


SIGNING = Signing(("plans.sign",), _rows)
