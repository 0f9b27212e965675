"""Co-signatures: whose notes need one, who gives it, what waits. Counseling notes: nobody but their author."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.clients.actions import give_access
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.identity.models import Staff
from caseapp.notes import actions, queries
from caseapp.notes.models import Cosignature, CounselingNote, Note
from caseapp.scheduling.models import Session
from tests.house.tree import ROOT
from tests.notes.held import held, sign
from tests.sessions import WEDNESDAY, at

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def waiting(transaction, cast):
    """A group's note by Carl, whose notes need a supervisor's signature; signed on Wednesday at one."""
    with transaction():
        db.get(Staff, cast.carl.actor.id).notes_cosigned = True
        note = held(cast)
        for place in note.places.values():
            give_access(place.client_id, Ground.team, cast.ana.actor, staff_id=cast.sue.actor.id, started_on=WEDNESDAY)
    with transaction(), clock.freeze(at(13)):
        sign(db.get(Session, note.id), cast.carl.actor, Haddad="Shared a plan.", Kim="Listened.")
    return note


def test_it_waits_with_its_age_and_is_signed_in_one_act(visit, cast, waiting, transaction):
    sue = visit(cast.sue)
    with clock.freeze(at(14, day=WEDNESDAY + timedelta(days=3))):
        listed = sue.get("/notes").text
        assert "2 parts by Carl Ito" in listed and "waits 3 days" in listed
        assert "Co-sign 3 parts" in sue.get(waiting.path).text
        assert "Co-sign" not in visit(cast.carl).get(waiting.path).text
        assert sue.submit(waiting.path, {}, to=f"{waiting.path}/cosign").status_code == 303
        assert "Nothing waits for your signature" in sue.get("/notes").text
    page = visit(cast.ana).get(f"/clients/{waiting.places['Kim'].client_id}/notes").text
    assert "Co-signed by Sue Okafor" in page and "Needs a co-signature" not in page
    with transaction():
        assert len(list(db.scalars(select(Cosignature)))) == 3


def test_what_did_not_stand_on_the_page_is_not_signed_beside(visit, cast, waiting, transaction):
    sue = visit(cast.sue)
    form = sue.form(waiting.path, to=f"{waiting.path}/cosign").fields
    first = form["notes"][0].split(",")[0]
    assert sue.raw.post(f"{waiting.path}/cosign", data=form | {"notes": [first]}).status_code == 303
    with transaction():
        assert list(db.scalars(select(Cosignature.note_id))) == [first]


def test_nobody_signs_beside_themselves_or_twice(cast, waiting, transaction):
    with transaction():
        session, notes = db.get(Session, waiting.id), list(db.scalars(select(Note)))
        with pytest.raises(RuleBroken):
            actions.cosign(notes, session, cast.carl.actor)
        assert actions.cosign(notes, session, cast.sue.actor) == 3
        with pytest.raises(RuleBroken):
            actions.cosign(notes, session, cast.sue.actor)
        assert queries.to_cosign(cast.ana.actor) == []


@on_sqlite
def test_an_admin_says_whose_notes_need_it(visit, cast, transaction):
    path = f"/admin/staff/{cast.carl.actor.id}"
    assert visit(cast.ada).submit(path, {"notes_cosigned": "yes"}, to=path).status_code == 303
    with transaction():
        assert queries.needs_cosignature(cast.carl.actor.id) and not queries.needs_cosignature(cast.ana.actor.id)


SECRET = "Transference in the third hour"


def test_a_counseling_note_is_its_authors_alone(visit, cast, waiting, transaction):
    client_id = waiting.places["Kim"].client_id
    path = f"/clients/{client_id}/counseling-notes"
    with clock.freeze(at(15)):
        carl = visit(cast.carl)
        assert carl.submit(path, {"text": ""}, to=path).status_code == 422
        assert carl.submit(path, {"text": SECRET}, to=path).status_code == 303
        assert SECRET in carl.get(path).text
        sue = visit(cast.sue)
        assert sue.get(path).status_code == 200 and SECRET not in sue.get(path).text
        for other in (cast.ana, cast.ada):
            assert visit(other).get(path).status_code == 403
        for page in (f"/clients/{client_id}", f"/clients/{client_id}/notes", waiting.path, "/today", "/notes"):
            assert SECRET not in carl.get(page).text
    with transaction():
        [kept] = db.scalars(select(CounselingNote))
        assert b"Transference" not in kept.body_sealed


@on_sqlite
def test_a_counseling_note_is_on_no_paper(visit, cast, waiting):
    path = f"/clients/{waiting.places['Kim'].client_id}/counseling-notes"
    with clock.freeze(at(15)):
        carl = visit(cast.carl)
        carl.submit(path, {"text": SECRET}, to=path)
        page = carl.get(path).text
    kept_off = page[page.index('<div class="no-print">') :]
    assert SECRET in kept_off and "Counseling notes are not printed." in page


def test_no_other_part_of_the_house_reads_counseling_notes():
    """Search, files, reports and charts have no way to them: the table is named in the room of notes alone."""
    named = re.compile(r"""\bCounselingNote\b|["']counseling_note["']|\bcounseling_notes\(""")
    sources = [path for path in (ROOT / "caseapp").rglob("*.py") if named.search(path.read_text())]
    assert {path.relative_to(ROOT / "caseapp").parts[0] for path in sources} == {"notes"}
