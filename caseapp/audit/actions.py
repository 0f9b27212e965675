"""Write events down, as changes or beside them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import JSON, Integer, bindparam, func, insert, select
from sqlalchemy.orm import Session

from caseapp.audit import queries, rules
from caseapp.audit.models import AuditClient, AuditEvent
from caseapp.audit.rules import Kind
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, is_sqlite, own_transaction


def changed(what: str, subject_id: str | None, by: Actor, client_id: str | None = None, **facts: Any) -> None:
    """Record a change in the running transaction: both stay or neither.

    `what` is a verb of the house ("clients.edit", in words in `audit.words`), `subject_id` the row changed. Put codes, days
    and ids into `facts`; clinical text only as `audit.rules.digest(text)`.
    """
    _write(db(), Kind.change, what, by, subject_id, [client_id] if client_id else [], facts)


def changed_together(what: str, by: Actor, clients: Iterable[str], subject_id: str | None = None, **facts: Any) -> None:
    """Record one change of many clients at once, as `changed`: what is brought in by the hundred, or signed in one act."""
    _write(db(), Kind.change, what, by, subject_id, clients, facts)


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


Event = tuple[dict[str, Any], list[str]]  # what an event says, by column, and the clients whom it concerned
# The events of changes inside `together` that are not written yet; None outside of it.
_gathered: ContextVar[list[Event] | None] = ContextVar("changes written together", default=None)
# Written past the unit of work: each change of the record has its event, and nothing ever reads one back in its transaction.
_EVENT = insert(AuditEvent.__table__)
_CLIENTS = insert(AuditClient.__table__)
# The same in one statement, for PostgreSQL's driver sends one for each row.
_ROWS = func.json_to_recordset(bindparam("rows", type_=JSON)).table_valued(*AuditClient.__table__.c)
_CLIENTS_AT_ONCE = insert(AuditClient.__table__).from_select(
    _ROWS.c.keys(), select(_ROWS.render_derived(with_types=True))
)
# Put together once: it is asked for with every look at a record.
_NUMBERS = select(func.nextval(func.pg_get_serial_sequence("audit_event", "id"))).select_from(
    func.generate_series(1, bindparam("many", type_=Integer))
)


def _write(
    session: Session,
    kind: Kind,
    what: str,
    by: Actor,
    subject_id: str | None,
    clients: Iterable[str],
    facts: dict[str, Any],
) -> None:
    event = {"at": clock.now(), "kind": kind, "what": what, "actor_id": by.id, "actor_name": by.name}
    event["subject_id"] = subject_id
    event["facts"] = {
        name: value if isinstance(value, int | bool | None) else str(value) for name, value in facts.items()
    }
    gathered = _gathered.get()
    if gathered is not None and kind is Kind.change:
        gathered.append((event, sorted(set(clients))))
    else:
        _keep(session, [(event, sorted(set(clients)))])


def _keep(session: Session, events: list[Event]) -> None:
    """Write events, each with its number, its code and whom it concerned; as many statements for one as for many."""
    if not events:
        return
    key, rows, clients = sealed.derived("audit"), [], []
    for number, (event, who) in zip(_numbers(session, len(events)), events, strict=True):
        numbered = {"id": number, **event}
        rows.append(numbered | {"code": rules.event_code(key, numbered | {"clients": who})})
        clients += [{"event_id": number, "client_id": client} for client in who]
    session.execute(_EVENT, rows)
    if clients and is_sqlite():
        session.execute(_CLIENTS, clients)
    elif clients:
        session.execute(_CLIENTS_AT_ONCE, {"rows": clients})


def _numbers(session: Session, many: int) -> Iterable[int]:
    """Numbers for so many new events, which nobody else gets; taken first, for an event's code covers its number."""
    if is_sqlite():  # whoever writes there is alone
        last = session.scalar(select(func.max(AuditEvent.id))) or 0
        return range(last + 1, last + 1 + many)
    return session.scalars(_NUMBERS, {"many": many}).all()
