"""Many changes of one unit of work are written together: in order, each with its code, in a few statements, or not at all."""

import pytest
from sqlalchemy import select

from caseapp.audit.actions import changed, record, together
from caseapp.audit.anchoring import path
from caseapp.audit.models import AuditEvent
from caseapp.audit.rules import Kind
from caseapp.audit.verifying import verify
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE


def newest(transaction, how_many: int) -> list[tuple]:
    with transaction() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(how_many))
        return [(one.facts.get("number"), [client.client_id for client in one.clients]) for one in rows][::-1]


def test_as_many_statements_for_many_as_for_one_and_the_log_holds(transaction, statements, settings):
    def write(numbers) -> int:
        with transaction(), statements() as seen, together():
            for number in numbers:
                changed("clients.edit", "x", COMMAND_LINE, client_id=f"client {number}", number=number)
        return len(seen)

    assert write(range(1)) == write(range(40))
    assert newest(transaction, 40) == [(number, [f"client {number}"]) for number in range(40)]
    assert verify(path(settings.key_file)).broken is None


def test_each_event_keeps_its_own_time(transaction):
    noons = [clock.now().replace(microsecond=0, year=year) for year in (2031, 2032)]
    with transaction(), together():
        for noon in noons:
            with clock.freeze(noon):
                changed("clients.edit", "x", COMMAND_LINE)
    with transaction() as session:
        assert list(session.scalars(select(AuditEvent.at).order_by(AuditEvent.id.desc()).limit(2)))[::-1] == noons


def test_what_is_undone_leaves_nothing_and_a_read_beside_it_stays(transaction, engine):
    with pytest.raises(ZeroDivisionError), transaction(), together():
        changed("clients.edit", "x", COMMAND_LINE, number=7)
        raise ZeroDivisionError
    record(Kind.read, "chart.show", COMMAND_LINE, number=8)
    assert newest(transaction, 1) == [(8, [])]
    with transaction():
        changed("clients.edit", "x", COMMAND_LINE, number=9)  # written at once again
    assert newest(transaction, 1) == [(9, [])]
