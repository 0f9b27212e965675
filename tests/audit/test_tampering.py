"""Whoever changes the log behind our back is found out: each way is tried with plain SQL on a sealed log."""

import pytest
from sqlalchemy import text

from caseapp.audit import anchoring
from caseapp.audit.actions import changed
from caseapp.audit.sealing import seal
from caseapp.audit.verifying import verify
from caseapp.core import db as database
from caseapp.core.access import COMMAND_LINE

TAMPERED = {
    "an event's words": "UPDATE audit_event SET what = 'clients.look' WHERE id = {second}",
    "an event's time": "UPDATE audit_event SET at = '2020-01-01 00:00:00.000000' WHERE id = {second}",
    "an event's actor": "UPDATE audit_event SET actor_name = 'Somebody Else' WHERE id = {second}",
    "an event's facts": "UPDATE audit_event SET facts = '{{}}' WHERE id = {second}",
    "a client of an event": "UPDATE audit_client SET client_id = 'someone else' WHERE event_id = {second}",
    "a client removed from an event": "DELETE FROM audit_client WHERE event_id = {second}",
    "a client added to an event": "INSERT INTO audit_client (event_id, client_id) VALUES ({third}, 'someone else')",
    "an event removed": "DELETE FROM audit_event WHERE id = {third}",
    "the newest event removed": "DELETE FROM audit_event WHERE id = {last}",
    "an event copied": (
        "INSERT INTO audit_event (id, at, kind, what, actor_name, facts, code, seal_position) "
        "SELECT id + 100, at, kind, what, actor_name, facts, code, seal_position FROM audit_event WHERE id = {third}"
    ),
    "an event that names a seal still to come": "UPDATE audit_event SET seal_position = 9 WHERE id = {last}",
    "an event copied behind the last seal": (
        "INSERT INTO audit_event (id, at, kind, what, actor_name, facts, code, seal_position) "
        "SELECT id + 100, at, kind, what, actor_name, facts, code, 9 FROM audit_event WHERE id = {third}"
    ),
    "a sealed event copied as one not sealed yet": (
        "INSERT INTO audit_event (id, at, kind, what, actor_name, facts, code) "
        "SELECT id + 100, at, kind, what, actor_name, facts, code FROM audit_event WHERE id = {third}; "
        "INSERT INTO audit_client (event_id, client_id) "
        "SELECT event_id + 100, client_id FROM audit_client WHERE event_id = {third}"
    ),
    "an event unsealed": "UPDATE audit_event SET seal_position = NULL WHERE id = {third}",
    "an event moved to another batch": "UPDATE audit_event SET seal_position = 1 WHERE id = {last}",
    "a seal removed": "DELETE FROM audit_event WHERE seal_position = 2; DELETE FROM audit_seal WHERE position = 2",
    "a seal's code": "UPDATE audit_seal SET code = 'x' WHERE position = 1",
    "all of it removed": "DELETE FROM audit_client; DELETE FROM audit_event; DELETE FROM audit_seal",
}


@pytest.fixture
def log(transaction, settings):
    """A log of two sealed batches; gives the path of its anchor and the ids of its events."""
    anchor = anchoring.path(settings.key_file)
    seal(anchor)
    for batch in range(2):
        with transaction():
            for number in range(3):
                changed("clients.edit", "x", COMMAND_LINE, client_id=f"client {batch}{number}", number=number)
        assert seal(anchor) == 3
    with transaction() as session:
        ids = list(session.scalars(text("SELECT id FROM audit_event ORDER BY id")))
    return anchor, ids


def run(transaction, statements: str) -> None:
    """Plain SQL, by someone whom no foreign key stops."""
    with database.engine().connect() as connection:
        if database.is_sqlite():
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for statement in statements.split("; "):
            connection.execute(text(statement))
        connection.commit()
        connection.invalidate()


def named(ids: list[int]) -> dict[str, int]:
    return {"second": ids[-5], "third": ids[-4], "last": ids[-1]}


def test_an_untouched_log_passes(log, transaction, command):
    anchor, ids = log
    found = verify(anchor)
    assert (found.events, found.unsealed, found.broken) == (len(ids), 0, None)
    assert found.seals == 3 and found.first_at < found.last_at < found.checked_at
    assert command("audit", "verify").startswith(f"checked {len(ids)} events")


def test_a_log_before_its_first_seal_passes(transaction, settings):
    with transaction():
        changed("clients.edit", "x", COMMAND_LINE, client_id="someone")
    found = verify(anchoring.path(settings.key_file))
    assert found.broken is None and found.events == found.unsealed > 0


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_found(log, transaction, command, what):
    anchor, ids = log
    run(transaction, TAMPERED[what].format(**named(ids)))
    assert verify(anchor).broken
    assert command("audit", "verify", status=1).strip()


def test_the_first_broken_event_is_named(log, transaction):
    anchor, ids = log
    run(transaction, TAMPERED["an event's actor"].format(**named(ids)))
    run(transaction, f"UPDATE audit_event SET actor_name = 'Nobody' WHERE id = {ids[-1]}")
    assert verify(anchor).broken == f"Event {ids[-5]} was changed."


def test_two_events_that_change_places_are_found(log, transaction):
    anchor, ids = log
    one, other = ids[-5], ids[-4]
    for old, new in ((one, 9_001), (other, one), (9_001, other)):
        run(transaction, f"INSERT INTO audit_event SELECT {new}, at, kind, what, actor_id, actor_name, subject_id, facts, code,"
            f" seal_position FROM audit_event WHERE id = {old}; UPDATE audit_client SET event_id = {new} WHERE event_id = {old}"
            f"; DELETE FROM audit_event WHERE id = {old}")  # fmt: skip
    assert verify(anchor).broken


COPY = (
    "INSERT INTO audit_event (id, at, kind, what, actor_id, actor_name, subject_id, facts, code) "
    "SELECT {new}, at, kind, what, actor_id, actor_name, subject_id, facts, code FROM audit_event WHERE id = {old}"
    "; INSERT INTO audit_client (event_id, client_id) SELECT {new}, client_id FROM audit_client WHERE event_id = {old}"
)


@pytest.mark.parametrize("sealed_then", [False, True])
def test_an_event_copied_before_sealing_is_found(log, transaction, sealed_then):
    anchor, _ids = log
    with transaction():
        changed("clients.edit", "x", COMMAND_LINE, client_id="someone")
    with transaction() as session:
        last = session.scalar(text("SELECT max(id) FROM audit_event"))
    assert verify(anchor).broken is None
    run(transaction, COPY.format(new=last + 1, old=last))
    if sealed_then:
        assert seal(anchor) == 2
    assert verify(anchor).broken == f"Event {last + 1} was changed."


def test_events_that_change_places_before_sealing_are_found(log, transaction):
    anchor, _ids = log
    with transaction():
        changed("clients.edit", "x", COMMAND_LINE, client_id="someone", number=1)
        changed("clients.edit", "x", COMMAND_LINE, client_id="someone", number=2)
    with transaction() as session:
        last = session.scalar(text("SELECT max(id) FROM audit_event"))
    for old, new in ((last, 9_001), (last - 1, last), (9_001, last - 1)):
        run(transaction, COPY.format(new=new, old=old)
            + f"; DELETE FROM audit_client WHERE event_id = {old}; DELETE FROM audit_event WHERE id = {old}")  # fmt: skip
    assert verify(anchor).broken == f"Event {last - 1} was changed."


def test_an_event_inserted_before_sealing_without_the_key_is_found(log, transaction):
    anchor, ids = log
    run(transaction, "INSERT INTO audit_event (id, at, kind, what, actor_name, facts, code) "
        "SELECT id + 100, at, kind, what, 'Forged', facts, code FROM audit_event WHERE id = " + str(ids[-1]))  # fmt: skip
    assert verify(anchor).broken == f"Event {ids[-1] + 100} was changed."


def test_an_older_copy_of_the_log_does_not_fit_the_anchor(log, transaction):
    anchor, ids = log
    run(transaction, "DELETE FROM audit_client WHERE event_id IN (SELECT id FROM audit_event WHERE seal_position = 3)"
        "; DELETE FROM audit_event WHERE seal_position = 3; DELETE FROM audit_seal WHERE position = 3")  # fmt: skip
    assert "its tail was cut" in verify(anchor).broken


def test_a_lost_or_foreign_anchor_is_found(log, transaction):
    anchor, _ids = log
    kept = anchor.read_text()
    anchor.unlink()
    assert "anchor file is missing" in verify(anchor).broken
    anchor.write_text(kept.split()[0] + " 0123\n")
    assert "not the one that the anchor file holds" in verify(anchor).broken
    anchor.write_text(kept)
    assert verify(anchor).broken is None


def test_a_sealer_that_stopped_half_way_is_no_tampering(log, transaction):
    anchor, _ids = log
    before = anchor.read_text()
    with transaction():
        changed("clients.edit", "x", COMMAND_LINE)
    assert seal(anchor) == 1
    anchor.write_text(before)
    assert verify(anchor).broken is None
    with transaction():
        changed("clients.edit", "x", COMMAND_LINE)
    assert seal(anchor) == 1 and verify(anchor).broken is None
