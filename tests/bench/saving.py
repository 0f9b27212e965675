"""Saving marks, one and thirty in turn: by the form, which takes as long as a person waits; and the taking of them alone.

A person who saves waits for the whole request, so that is what has the bar of twice as long. What the database is asked, and
in how many transactions, is counted where the marks are taken, without the sign-in and the list that any request reads.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time as dt_time
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event

from caseapp.attendance import actions, queries
from caseapp.attendance.rules import MarkState, Said, Sent
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, transaction
from caseapp.identity import queries as staff
from caseapp.scheduling.models import Session
from tests.bench.asking import Answer, Asker, Figures, percentile
from tests.sessions import group
from tests.statements import watched
from tests.visitor import forms_on

ONE, THIRTY = "roll-call, save 1 mark", "roll-call, save 30 marks"
ONE_TAKEN, TAKEN = "1 mark, from lock to commit", "30 marks, from lock to commit"
PEOPLE = 30


def list_of_thirty() -> str:
    """Thirty more people on the list of a session that was held last night, when nobody of the demo is there."""
    with transaction():
        day = clock.today(clinic.zone()) - timedelta(days=1)
        return group(_who(), PEOPLE, day=day, starts=dt_time(3), ends=dt_time(6), agreed=True).id


def by_form(dana: Asker, session_id: str) -> dict[str, Callable[[], Answer]]:
    """Change one row, and all thirty, and send the whole form; only the sending is timed."""

    def save(many: int) -> Answer:
        path = f"/sessions/{session_id}/attendance"
        fields = next(form for form in forms_on(dana.ask(path).text) if form.action == path).fields
        states = [name for name in fields if name.startswith("state-")][:many]
        said = {name: "no_show" if "present" in fields[name] else "present" for name in states}
        return dana.ask(path, fields | said, expected=303)

    return {ONE: lambda: save(1), THIRTY: lambda: save(PEOPLE)}


def taken(session_id: str, rounds: int) -> dict[str, Figures]:
    """Taking one mark and thirty in turn, each a correction, in one transaction: statements, and milliseconds to its end."""
    told: dict[str, list[tuple[float, int]]] = {ONE_TAKEN: [], TAKEN: []}
    for turn in range(rounds + 1):  # the first is to warm up
        for what, many in ((ONE_TAKEN, 1), (TAKEN, PEOPLE)):
            ms_and_statements = _take(session_id, many, Said(MarkState.late, late=1 + (2 * turn + (many > 1)) % 120))
            if turn:
                told[what].append(ms_and_statements)
    return {what: _figures(*zip(*found, strict=True)) for what, found in told.items()}


def _figures(times: tuple[float, ...], counts: tuple[int, ...]) -> Figures:
    return Figures(statistics.median(times), percentile(list(times), 0.95), max(counts), 0)


def _take(session_id: str, many: int, said: Said) -> tuple[float, int]:
    """Milliseconds from the lock to the end of the transaction, and statements."""
    with _transactions() as ended, watched() as seen:
        with transaction():
            session, who = db.get(Session, session_id), _who()
            marked = queries.roll(session)[:many]
            sent = {place: Sent(said, seen=mark.id if mark else None) for place, mark in marked}
            before, begin = len(seen), time.perf_counter()
            refused = actions.send(session, sent, who)
        ms = (time.perf_counter() - begin) * 1000
    if refused or len(ended) != 1:
        raise AssertionError(f"{len(refused)} marks were refused, in {len(ended)} transactions")
    return ms, len(seen) - before


def _who() -> Actor:
    return staff.actor(staff.by_email("dana@demo.example"))


@contextmanager
def _transactions() -> Iterator[list[Any]]:
    """The connections whose transaction was committed inside the block."""
    ended: list[Any] = []

    def keep(connection: Any) -> None:
        ended.append(connection)

    event.listen(Engine, "commit", keep)
    try:
        yield ended
    finally:
        event.remove(Engine, "commit", keep)
