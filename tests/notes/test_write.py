"""Writing and signing a session's note by its pages: who may, what is locked, what each person's chart shows."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState, WhyReopened
from caseapp.audit.models import AuditEvent
from caseapp.audit.signed import what_is_broken
from caseapp.clients import actions as clients
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.notes import due, queries
from caseapp.notes.models import Note
from caseapp.notes.verifying import SIGNING
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.queries import list_of
from tests.notes.held import alone, held, sign
from tests.sessions import WEDNESDAY, at, group
from tests.visitor import forms_on

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
SHARED, ABOUT_HADDAD, ABOUT_KIM = "We planned <b>evenings</b>.", "Shared a plan\nfor Friday.", "Listened, spoke late."


@pytest.fixture
def note(transaction, cast):
    """A group that is over; the clock stands at 1 pm."""
    with transaction():
        found = held(cast)
    with clock.freeze(at(13)):
        yield found


def both(note, **more) -> dict[str, str]:
    return {"shared": SHARED, note.box("Haddad"): ABOUT_HADDAD, note.box("Kim"): ABOUT_KIM, "step": "look"} | more


def sign_by_pages(visitor, note, typed: dict[str, str]):
    """Write, read it over, sign: as the buttons do."""
    form = visitor.form(note.path, to=note.path)
    over = visitor.raw.post(note.path, data=form.fields | typed | {"step": "look"})
    assert over.status_code == 200, over.text[:3000]
    [last] = [one for one in forms_on(over.text) if one.buttons.get("step")]
    return over, visitor.raw.post(note.path, data=last.fields | {"step": "sign"})


def test_who_may_open_and_who_may_write(visit, cast, note):
    assert "Read it over" in visit(cast.carl).get(note.path).text
    page = visit(cast.ana).get(note.path)
    assert page.status_code == 200 and "Read it over" not in page.text
    assert visit(cast.otto).get(note.path).status_code == 404
    assert visit(cast.ada).get(note.path).status_code == 403
    ana = visit(cast.ana)
    sent = {"shared": "x", "step": "sign", "csrf_token": ana.token("/account")}
    assert ana.raw.post(note.path, data=sent).status_code == 403
    assert ana.raw.post(f"{note.path}/cosign", data=sent).status_code == 403


def test_one_shared_part_and_one_for_each_who_came(visit, cast, note, transaction):
    carl = visit(cast.carl)
    page = carl.get(note.path).text
    assert "Late 12 min" in page and "168 min" in page.replace("2 h 48 min", "168 min") and "no part needed" in page
    over, answer = sign_by_pages(carl, note, both(note))
    assert "Sign for 2 people" in over.text and answer.status_code == 303
    signed = carl.get(note.path).text
    assert "We planned &lt;b&gt;evenings&lt;/b&gt;." in signed and "Read it over" not in signed
    with transaction():
        notes = list(db.scalars(select(Note)))
        assert len(notes) == 3 and all(b"plan" not in one.body_sealed for one in notes)
        [event] = db.scalars(select(AuditEvent).where(AuditEvent.what == "notes.sign"))
        assert event.facts == {one.id: one.hash for one in notes} and len(event.clients) == 2
        assert queries.sheet(note.id, cast.carl.actor).open == []
        kim, haddad, lund = (note.places[name].client_id for name in ("Kim", "Haddad", "Lund"))
    ana = visit(cast.ana)
    of_kim, of_haddad = (ana.get(f"/clients/{id}/notes").text for id in (kim, haddad))
    assert ABOUT_KIM in of_kim and "We planned" in of_kim and "Shared a plan" not in of_kim
    assert "Shared a plan" in of_haddad and "Late 12 min" in of_haddad and ABOUT_KIM not in of_haddad
    assert "No notes yet" in ana.get(f"/clients/{lund}/notes").text
    assert visit(cast.otto).get(f"/clients/{kim}/notes").status_code == 404


def test_what_is_written_is_signed_and_the_rest_stays(visit, cast, note, transaction):
    carl = visit(cast.carl)
    typed = {"shared": SHARED, note.box("Kim"): ABOUT_KIM}
    _over, answer = sign_by_pages(carl, note, typed)
    assert answer.status_code == 303
    assert "1 left to write" in carl.get(note.path).text
    with transaction():
        [row] = due.owed(cast.carl.actor)
        assert (row.left, row.of, row.due_at) == (1, 2, at(12) + timedelta(hours=72))
    again = carl.submit(note.path, {"shared": "Other words", note.box("Haddad"): "x", "step": "sign"}, to=note.path)
    assert again.status_code == 422 and "Carl Ito has signed the part for everyone" in again.text
    assert "Other words" in again.text, "nothing typed is lost"
    _over, answer = sign_by_pages(carl, note, {note.box("Haddad"): ABOUT_HADDAD})
    assert answer.status_code == 303
    with transaction():
        assert due.owed(cast.carl.actor) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"shared": ""}, "Write what the group did."),
        ({"Haddad": "", "Kim": ""}, "Nobody&#39;s part is written yet."),
        ({"Lund": "was away"}, "The roll-call says: no-show. No part is needed"),
        ({"Kim": "x" * 4001}, "Shorten this to 4,000 characters."),
    ],
)
@on_sqlite
def test_what_cannot_be_signed_comes_back_as_typed(visit, cast, note, transaction, typed, says):
    sent = both(note) | {note.box(name) if name in note.places else name: text for name, text in typed.items()}
    answer = visit(cast.carl).submit(note.path, sent | {"step": "sign"}, to=note.path)
    assert answer.status_code == 422 and says in answer.text and "<title>Error: " in answer.text
    if "shared" not in typed:
        assert "We planned &lt;b&gt;evenings" in answer.text
    with transaction():
        assert db.scalar(select(Note)) is None


def test_two_leads_sign_at_once_and_nothing_is_written_over(visit, cast, note, transaction):
    carl = visit(cast.carl)
    opened = carl.form(note.path, to=note.path).fields | both(note)
    with transaction():
        sign(db.get(Session, note.id), cast.carl.actor, Kim="First words.")
    answer = carl.raw.post(note.path, data=opened | {"step": "sign"})
    assert answer.status_code == 422 and "has signed this part" in answer.text and ABOUT_KIM in answer.text
    with transaction():
        assert len(list(db.scalars(select(Note)))) == 2


@on_sqlite
def test_the_same_form_sent_twice_signs_once(visit, cast, note, transaction):
    carl = visit(cast.carl)
    sent = carl.form(note.path, to=note.path).fields | both(note) | {"step": "sign"}
    assert [carl.raw.post(note.path, data=sent).status_code for _time in range(2)] == [303, 303]
    with transaction():
        assert len(list(db.scalars(select(Note)))) == 3


@on_sqlite
def test_go_on_writing_keeps_every_word_and_another_name_is_noticed(visit, cast, note):
    carl = visit(cast.carl)
    typed = both(note) | {note.box("Kim"): "Agreed with Haddad."}
    over = carl.submit(note.path, typed, to=note.path)
    assert "This mentions Haddad, Sam, who is in this group" in over.text
    back = carl.submit(note.path, typed | {"step": "write"}, to=note.path)
    assert back.status_code == 200 and "Agreed with Haddad." in back.text and "Shared a plan\nfor Friday." in back.text
    assert "This mentions Haddad, Sam" in back.text and "This mentions Kim" not in back.text


@on_sqlite
def test_a_note_of_one_person_in_any_format(visit, cast, transaction):
    with transaction():
        note = alone(cast)
    carl = visit(cast.carl)
    with clock.freeze(at(13)):
        typed = {"format": "dap", "data": "Came on time.", "assessment": "Steady.", "step": "format"}
        changed = carl.submit(note.path, typed | {"format": "birp"}, to=note.path).text
        assert 'name="behavior"' in changed and "Came on time." in changed and "Steady." in changed
        refused = carl.submit(note.path, {"format": "none", "data": "Came.", "step": "sign"}, to=note.path)
        assert refused.status_code == 422 and "Came." in refused.text
        assert carl.submit(note.path, typed | {"step": "sign"}, to=note.path).status_code == 303
        page = visit(cast.ana).get(f"/clients/{note.places['Haddad'].client_id}/notes").text
    assert "DAP" in page and "Assessment" in page and "Steady." in page and "For everyone" not in page


def test_due_before_the_next_group_of_its_type(cast, transaction):
    with transaction():
        first = db.get(Session, held(cast).id)
        people = [place.client for place in list_of(first)]
        following = group(cast.ana.actor, 0, leader=cast.carl.actor, day=WEDNESDAY + timedelta(days=2))
        with clock.freeze(at(12)):
            scheduling.book_all(following, people, cast.ana.actor)
    with clock.freeze(at(13)), transaction():
        assert [row.due_at for row in due.owed(cast.carl.actor)] == [at(9, day=WEDNESDAY + timedelta(days=2))]


def test_a_late_writer_still_writes_but_not_about_who_is_denied_to_them(visit, cast, note, transaction):
    with transaction():
        clients.give_access(
            note.places["Haddad"].client_id, Ground.denied, cast.sue.actor, staff_id=cast.carl.actor.id,
            reason="Neighbors",
        )  # fmt: skip
    with clock.freeze(at(9, day=WEDNESDAY + timedelta(days=20))):
        page = visit(cast.carl).get(note.path).text
        assert note.box("Kim") in page and "Haddad" not in page and "1 more person on the list" in page
        with transaction():
            [row] = due.owed(cast.carl.actor)
            assert (row.left, row.of) == (1, 1)
            assert due.owed(cast.sue.actor) == [] and len(due.owed(cast.sue.actor, everyones=True)) == 1
        listed = visit(cast.carl).get("/notes").text
        assert "1 of 1 to write" in listed and "overdue" in listed


@on_sqlite
def test_an_addendum_stands_beside_the_note_and_the_note_stays(visit, cast, note, transaction):
    carl, ana = visit(cast.carl), visit(cast.ana)
    sign_by_pages(carl, note, both(note))
    with transaction():
        own = db.scalar(select(Note).where(Note.place_id == note.places["Kim"].id))
        before = own.body_sealed
    path = f"/notes/{own.id}"
    assert ana.submit(path, {"text": ""}, to=path).status_code == 422
    assert ana.submit(path, {"text": "Called later: <i>well</i>."}, to=path).status_code == 303
    assert "Called later: &lt;i&gt;well&lt;/i&gt;." in ana.get(f"/clients/{own.client_id}/notes").text
    assert visit(cast.otto).get(path).status_code == 404
    with transaction():
        assert db.get(Note, own.id).body_sealed == before


def test_a_correction_after_signing_stands_beside_the_note_wherever_it_is_read(visit, cast, note, transaction):
    with transaction():
        session = db.get(Session, note.id)
        _shared, own = sign(session, cast.carl.actor, Kim="Listened.")
        before, kim = own.hash, note.places["Kim"]
    with transaction(), clock.freeze(at(14)):
        attendance.reopen(db.get(Session, note.id), WhyReopened.wrong_mark, cast.carl.actor)
        attendance.mark(db.get(Place, kim.id), MarkState.late, cast.carl.actor, late=20)
    carl = visit(cast.carl)
    for path in (note.path, f"/notes/{own.id}", f"/clients/{kim.client_id}/notes"):
        assert "(corrected since: late 20 min, 2 h 40 min)" in carl.get(path).text, path
    with transaction():
        assert db.get(Note, own.id).hash == before and what_is_broken([SIGNING]) == (2, None)


@on_sqlite
def test_the_pages_take_as_many_statements_for_one_as_for_many(visit, cast, transaction, statements):
    with transaction():
        few, many = held(cast), held(cast, day=WEDNESDAY + timedelta(days=1), people=12)
        for one in (few, many):
            with clock.freeze(at(12, 30, WEDNESDAY + timedelta(days=1))):
                session = db.get(Session, one.id)
                sign(session, cast.carl.actor, **{next(iter(one.places)): "There."})
    carl = visit(cast.carl)
    with clock.freeze(at(13, day=WEDNESDAY + timedelta(days=1))):
        counts = []
        for path in (few.path, many.path):
            carl.get(path)
            with statements() as seen:
                assert carl.get(path).status_code == 200
            counts.append(len(seen))
    assert counts[1] == counts[0], counts
