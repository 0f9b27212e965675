"""A form opened before someone else changed the record: both texts are shown, either is saved, nothing is lost."""

from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from caseapp.audit.models import AuditEvent
from caseapp.clients import actions as clients
from caseapp.clients.models import Client
from caseapp.core import sealed
from caseapp.core.db import db
from caseapp.core.merging import marked
from tests.visitor import forms_on


@pytest.fixture
def edit(transaction, cast) -> str:
    """The page on which someone's details are changed."""
    with transaction():
        client = clients.register(cast.ana.actor, first_name="Cara", last_name="Diaz", born=date(1985, 1, 2))
    return f"/clients/{client.id}/edit"


def stale(visit, cast, edit, theirs: dict, yours: dict):
    """Open a form, let someone else save first, then send one's own; the visitor and the answer."""
    visitor = visit(cast.ana)
    opened = visitor.form(edit, to=edit).fields
    assert visit(cast.sue).submit(edit, theirs).status_code == 303
    return visitor, visitor.raw.post(edit, data=opened | yours)


THEIRS = {"phone": "555-0199", "contact_wishes": "Never at work.\nNot after eight.", "may_call": "no", "born-day": "3"}
YOURS = {
    "phone": "555-0101",
    "contact_wishes": "Never at <i>home</i>.\nNot after eight.",
    "may_call": "yes",
    "born-day": "4",
}


def the_form(answer):
    return next(form for form in forms_on(answer.text) if "version" in form.fields)


def looked_title(answer) -> list[str]:
    return [unescape(answer.text.split("<title>")[1].split(" - caseapp")[0])]


def on_record(transaction, edit):
    with transaction():
        client = db.get(Client, edit.split("/")[2])
        wishes = sealed.unseal(client.id, client.contact_wishes_sealed)
        return client.phone, client.may_call.value, client.born.day, wishes, client.last_name, client.goes_by


def test_both_are_shown_in_words_and_nothing_is_saved(visit, cast, edit, transaction):
    _visitor, answer = stale(visit, cast, edit, THEIRS, YOURS)
    assert answer.status_code == 409
    said = unescape(answer.text)
    assert "Sue Okafor changed this" in said
    for text in ("555-0199", "555-0101", "Jan 3, 1985", "Jan 4, 1985", "You both changed", "Both, theirs first"):
        assert text in said
    assert ">No<" in answer.text and ">Yes<" in answer.text  # the words of the choices
    assert "<del><span" in answer.text and "work.\n" in said and "</ins>" in answer.text
    assert "<i>" not in answer.text and "&lt;i&gt;home" in answer.text
    assert on_record(transaction, edit)[0] == "555-0199"


TAKEN = {"mine": YOURS, "theirs": THEIRS}


@pytest.mark.parametrize("side", TAKEN)
def test_either_can_be_saved(visit, cast, edit, transaction, side):
    visitor, answer = stale(visit, cast, edit, THEIRS, YOURS)
    form = the_form(answer)
    assert form.fields["take.phone"] == ["theirs"] and form.fields["take.contact_wishes"] == ["both"]
    names = [name for name in form.fields if name.startswith("take.")]
    assert sorted(names) == ["take.born", "take.contact_wishes", "take.may_call", "take.phone"]
    form.fields |= {name: [side] for name in names}
    assert visitor.raw.post(edit, data=form.fields).status_code == 303
    kept = TAKEN[side]
    expected = (kept["phone"], kept["may_call"], int(kept["born-day"]), kept["contact_wishes"])
    assert on_record(transaction, edit)[:5] == (*expected, "Diaz")


def test_of_long_text_both_can_be_kept(visit, cast, edit, transaction):
    visitor, answer = stale(visit, cast, edit, THEIRS, YOURS)
    assert visitor.raw.post(edit, data=the_form(answer).fields).status_code == 303
    assert on_record(transaction, edit)[3] == f"{THEIRS['contact_wishes']}\n\n{YOURS['contact_wishes']}"


def test_two_tabs_that_edit_different_fields_are_both_kept(visit, cast, edit, transaction):
    visitor, answer = stale(
        visit, cast, edit, {"phone": "555-0199", "born-day": "9"}, {"goes_by": "Cee", "may_call": "yes"}
    )
    assert answer.status_code == 409
    said = unescape(answer.text)
    assert "already merged" in said and "You both changed" not in said
    merged = said.split("already merged")[1]
    for text in ("555-0199", "Jan 9, 1985", "(Sue Okafor)", "Cee", "(yours)"):
        assert text in merged
    assert visitor.raw.post(edit, data=the_form(answer).fields).status_code == 303
    assert on_record(transaction, edit) == ("555-0199", "yes", 9, None, "Diaz", "Cee")


def test_stale_again_while_choosing(visit, cast, edit, transaction):
    """The page of the choice is a form too: whoever saves meanwhile is merged once more."""
    visitor, answer = stale(visit, cast, edit, {"phone": "555-0199"}, {"phone": "555-0101", "goes_by": "Cee"})
    form = the_form(answer)
    form.fields["take.phone"] = ["mine"]
    assert visit(cast.sue).submit(edit, {"last_name": "Dias"}).status_code == 303
    again = visitor.raw.post(edit, data=form.fields)
    assert again.status_code == 409 and "You both changed" not in again.text
    assert visitor.raw.post(edit, data=the_form(again).fields).status_code == 303
    assert on_record(transaction, edit) == ("555-0101", on_record(transaction, edit)[1], 2, None, "Dias", "Cee")


@pytest.mark.parametrize("opened", ["", "{", "[1]", '{"phone":"made up"}'])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_form_that_does_not_know_what_it_said_merges_nothing(visit, cast, edit, opened):
    _visitor, answer = stale(visit, cast, edit, {"phone": "555-0199"}, {"goes_by": "Cee", "opened": opened})
    assert answer.status_code == 409 and "You both changed" in answer.text and "already merged" not in answer.text


def test_mine_is_kept_as_a_draft_while_one_looks(visit, cast, edit, transaction):
    visitor, answer = stale(visit, cast, edit, THEIRS, YOURS)
    form = next(form for form in forms_on(answer.text) if "draft_then" in form.fields)
    looked = visitor.raw.post("/drafts", data=form.fields, follow_redirects=True)
    assert looked.request.path == edit and "Your version is kept as a draft." in looked.text
    assert "555-0199" in looked.text and "You have a draft from" in looked.text
    later = visitor.submit(f"{edit}?draft=continue", {}, to=edit)
    assert later.status_code == 409 and "555-0101" in later.text and "You both changed" in later.text
    assert the_form(later).fields["page_title"] == looked_title(looked)


def test_what_the_page_of_the_choice_shows_is_recorded(visit, cast, edit, transaction):
    stale(visit, cast, edit, THEIRS, YOURS)
    with transaction() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
        assert (last.kind.value, last.what, last.actor_name) == ("read", "clients.edit", "Ana Moreau")
        assert [one.client_id for one in last.clients] == [edit.split("/")[2]]


MARKS = [
    ("one two three", "one 2 three", ["two "], ["2 "]),
    ("", "new words", [], ["new words"]),
    ("same\nlines", "same\nlines", [], []),
    ("a b", "a  b c", [], ["c"]),
]


@pytest.mark.parametrize(("theirs", "mine", "only_theirs", "only_mine"), MARKS)
def test_both_texts_stay_whole_and_differences_are_marked(theirs, mine, only_theirs, only_mine):
    left, right = marked(theirs, mine)
    assert ("".join(text for text, _only in left), "".join(text for text, _only in right)) == (theirs, mine)
    assert [text for text, only in left if only] == only_theirs
    assert [text for text, only in right if only] == only_mine


def test_very_long_texts_are_shown_without_marks():
    text = "word " * 2_000
    assert marked(text, text + "more") == ([(text, False)], [(text + "more", False)])
