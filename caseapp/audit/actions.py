"""Write events down, as changes or beside them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from caseapp.audit import queries, rules
from caseapp.audit.models import AuditClient, AuditEvent
from caseapp.audit.rules import Kind
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, own_transaction


def changed(what: str, subject_id: str | None, by: Actor, client_id: str | None = None, **facts: Any) -> None:
    """Record a change in the running transaction: both stay or neither.

    `what` is a verb of the house ("clients.edit", in words in `audit.words`), `subject_id` the row changed. Put codes, days
    and ids into `facts`; clinical text only as `audit.rules.digest(text)`.
    """
    _write(db(), Kind.change, what, by, subject_id, [client_id] if client_id else [], facts)


def changed_together(what: str, by: Actor, clients: Iterable[str], **facts: Any) -> None:
    """Record one change of many clients at once, as `changed`: for what is brought in by the hundred."""
    _write(db(), Kind.change, what, by, None, clients, facts)


@contextmanager
def together() -> Iterator[None]:
    """Inside the block changes are gathered, in order, and written in a few statements at its end: for work of many acts.

    The block lies within one transaction. If it raises, nothing of it is written: the caller undoes the transaction.
    """
    token = _gathered.set([])
    try:
        yield
        _keep(db(), _gathered.get())
    finally:
        _gathered.reset(token)


def record(
    kind: Kind, what: str, by: Actor, clients: Iterable[str] = (), subject_id: str | None = None, **facts: Any
) -> None:
    """Record a read, refusal, sign-in or export in a transaction of its own, so that it stays whatever follows."""
    with own_transaction() as session:
        _write(session, kind, what, by, subject_id, clients, facts)


def record_poll(what: str, by: Actor, clients: Iterable[str]) -> None:
    """Record what a page asked for by itself, unless the same person saw the same clients there within the last minute."""
    seen = set(clients)
    if not queries.saw_just_now(what, by, seen):
        record(Kind.read, what, by, clients=seen, by_itself=True)


# The events of changes inside `together` that are not written yet; None outside of it.
_gathered: ContextVar[list[AuditEvent] | None] = ContextVar("changes written together", default=None)
# Written past the unit of work: each change of the record has its event, and nothing ever reads one back in its transaction.
# The code covers the number that the database gives, so it can only follow the row; until then its place tells which is which.
_EVENT = insert(AuditEvent.__table__).returning(AuditEvent.__table__.c.id, AuditEvent.__table__.c.code)
_CODE = update(AuditEvent.__table__).where(AuditEvent.__table__.c.id == bindparam("event_id"))
_CLIENTS = insert(AuditClient.__table__)
_KEPT = ("at", "kind", "what", "actor_id", "actor_name", "subject_id", "facts")


def _write(
    session: Session,
    kind: Kind,
    what: str,
    by: Actor,
    subject_id: str | None,
    clients: Iterable[str],
    facts: dict[str, Any],
) -> None:
    event = AuditEvent(at=clock.now(), kind=kind, what=what, actor_id=by.id, actor_name=by.name, subject_id=subject_id)
    event.facts = {name: value if isinstance(value, int | bool | None) else str(value) for name, value in facts.items()}
    event.clients = [AuditClient(client_id=client) for client in sorted(set(clients))]
    gathered = _gathered.get()
    if gathered is not None and kind is Kind.change:
        gathered.append(event)
    else:
        _keep(session, [event])


def _keep(session: Session, events: list[AuditEvent]) -> None:
    """Write events, give each its code, and say whom it concerned; as many statements for one as for many."""
    if not events:
        return
    rows = [{name: getattr(one, name) for name in _KEPT} | {"code": str(at)} for at, one in enumerate(events)]
    for number, at in session.execute(_EVENT, rows):
        events[int(at)].id = number
    key = sealed.derived("audit")
    session.execute(_CODE, [{"event_id": one.id, "code": rules.event_code(key, one.spelled_out)} for one in events])
    clients = [{"event_id": event.id, "client_id": one.client_id} for event in events for one in event.clients]
    if clients:
        session.execute(_CLIENTS, clients)
