"""What is signed stays as it was signed: no route changes it, the database refuses, and who gets past it is found."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from caseapp.audit.signed import what_is_broken
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.db import db
from caseapp.identity.models import Staff
from caseapp.notes import actions
from caseapp.notes.models import Note
from caseapp.notes.verifying import SIGNING
from caseapp.scheduling.models import Session
from tests.audit.test_tampering import run
from tests.notes.held import held, sign
from tests.sessions import at

TABLES = ("note", "note_addendum", "note_cosignature")
BEHIND = {
    "another text": "UPDATE note SET body_sealed = (SELECT body_sealed FROM note WHERE client_id IS NULL) WHERE id = '{kim}'",
    "another day": "UPDATE note SET signed_at = '2020-01-01 00:00:00.000000' WHERE id = '{kim}'",
    "another signer": "UPDATE note SET signed_by_name = 'Somebody Else' WHERE id = '{kim}'",
    "another person": "UPDATE note SET client_id = '{haddad}' WHERE id = '{kim}'",
    "its hash": "UPDATE note SET hash = 'x' WHERE id = '{kim}'",
    "the roll-call under it": "UPDATE mark SET minutes = minutes + 1 WHERE id = '{mark}'",
    "the note removed": "DELETE FROM note WHERE id = '{kim}'",
    "the part for everyone removed": "DELETE FROM note WHERE client_id IS NULL",
    "an addendum changed": "UPDATE note_addendum SET body_sealed = 'x'",
    "an addendum removed": "DELETE FROM note_addendum",
    "a co-signature removed": "DELETE FROM note_cosignature",
    "a co-signature by another": "UPDATE note_cosignature SET signed_by_name = 'Somebody Else'",
    "a note put in": (
        "INSERT INTO note_cosignature (id, note_id, signed_by_id, signed_by_name, signed_by_credential, signed_at, hash) "
        "SELECT 'put in', id, signed_by_id, signed_by_name, '', signed_at, hash FROM note WHERE client_id IS NULL"
    ),
}  # fmt: skip


@pytest.fixture
def signed(transaction, cast):
    """Ids of a note that is signed, added to, and co-signed."""
    with transaction():
        db.get(Staff, cast.carl.actor.id).notes_cosigned = True
        note = held(cast)
    with transaction(), clock.freeze(at(13)):
        session = db.get(Session, note.id)
        _shared, _haddad, kim = sign(session, cast.carl.actor, Haddad="Shared a plan.", Kim="Listened.")
        actions.add(kim, "Called later.", cast.ana.actor)
        assert actions.cosign([kim], session, cast.sue.actor) == 1
        return {"kim": kim.id, "mark": kim.mark_id, "haddad": note.places["Haddad"].client_id}


@pytest.mark.parametrize("change", ["UPDATE {table} SET signed_by_name = 'x'", "DELETE FROM {table}"])
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses(signed, transaction, table, change):
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.execute(text(change.format(table=table)))
    assert database.broken_constraint(refused.value) == "ck_note_signed_is_locked"
    assert what_is_broken([SIGNING]) == (5, None)


def test_the_unit_of_work_cannot_change_one_either(signed, transaction):
    with pytest.raises(IntegrityError), transaction():
        db.get(Note, signed["kim"]).signed_by_name = "Somebody Else"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_nor_empty_the_table(signed, transaction):
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("TRUNCATE note CASCADE"))


@pytest.mark.parametrize("what", BEHIND)
def test_what_is_changed_behind_its_back_is_found(signed, transaction, command, what):
    assert "checked 5 signatures" in command("audit", "verify")
    take_the_lock_off(transaction)
    run(transaction, BEHIND[what].format(**signed))
    seen, broken = what_is_broken([SIGNING])
    assert broken and ("is not as it was signed" in broken or "was removed" in broken)
    assert broken in command("audit", "verify", status=1)


def take_the_lock_off(transaction, tables=TABLES) -> None:
    """As someone could who administers the database."""
    with transaction() as session:
        for table in tables:
            if database.is_sqlite():
                for change in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER {table}_locked_{change}"))
            else:
                session.execute(text(f"DROP TRIGGER {table}_locked ON {table}"))


def test_no_route_changes_what_is_signed(app, signed, transaction, visit, cast):
    with transaction():
        before = {one.id: (one.hash, one.body_sealed) for one in db.scalars(select(Note))}
        session_id = db.get(Note, signed["kim"]).session_id
    posts = [
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("notes.") and "POST" in rule.methods
    ]
    assert len(posts) == 4
    for member in (cast.carl, cast.sue, cast.ana):
        visitor = visit(member)
        token = visitor.token("/account")
        for rule in posts:
            ids = {"/sessions/": session_id, "/notes/": signed["kim"], "/clients/": signed["haddad"]}
            path = rule.replace("<id>", next(id for start, id in ids.items() if rule.startswith(start)))
            sent = {"csrf_token": token, "text": "Over it.", "shared": "Over it.", "step": "sign", "format": "dap"}
            assert visitor.raw.post(path, data=sent).status_code < 500
    with transaction():
        after = {one.id: (one.hash, one.body_sealed) for one in db.scalars(select(Note))}
    assert after == before and what_is_broken([SIGNING])[1] is None


def test_the_page_of_the_log_says_it_too(signed, transaction, visit, cast):
    assert "The log is whole" in visit(cast.ada).get("/admin/audit/verify").text
    take_the_lock_off(transaction)
    run(transaction, BEHIND["the note removed"].format(**signed))
    page = visit(cast.ada).get("/admin/audit/verify").text
    assert "A signature does not fit" in page and "The log is whole" not in page
