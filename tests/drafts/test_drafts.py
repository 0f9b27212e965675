"""What someone was typing comes back to that person alone, and is gone when the form was carried out."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from caseapp.clients import actions as clients
from caseapp.core import clock
from caseapp.drafts import actions, queries
from caseapp.drafts.rules import body_of, fields_of, page_of
from tests.visitor import forms_on

NEW = "/clients/new"
TYPED = {
    "first_name": "Ben", "last_name": "Ortiz", "born-month": "5", "born-day": "2", "born-year": "1990", "sex": "male",
    "may_call": "yes", "may_text": "no", "may_leave_message": "no", "contact_wishes": "After six <b>only</b>",
}  # fmt: skip


def keep(visitor, address=NEW, **fields):
    """As the script of a page does it."""
    data = {"draft_of": address, "draft_title": "New client", "draft_body": urlencode(TYPED | fields)}
    return visitor.raw.post("/drafts", data=data | {"csrf_token": visitor.token("/account")})


def test_it_is_offered_filled_in_and_dropped_when_carried_out(visit, cast, transaction):
    visitor = visit(cast.ana)
    assert "kept_at" in keep(visitor).json
    assert "You have a draft from" in visitor.get(NEW).text and "Ortiz" not in visitor.get(NEW).text
    page = visitor.get(f"{NEW}?draft=continue").text
    assert 'value="Ortiz"' in page and "After six &lt;b&gt;only&lt;/b&gt;" in page and 'value="1990"' in page
    assert visitor.submit(f"{NEW}?draft=continue", {}, to=NEW).status_code == 303
    assert "You have a draft" not in visitor.get(NEW).text
    with transaction():
        assert queries.kept_for(cast.ana.actor) == []


def test_it_is_nobody_elses(visit, cast, transaction):
    keep(visit(cast.ana))
    other = visit(cast.sue)
    assert "Ortiz" not in other.get(f"{NEW}?draft=continue").text and "You have a draft" not in other.get(NEW).text
    with transaction():
        [draft] = queries.kept_for(cast.ana.actor)
    token = {"csrf_token": other.token("/account")}
    assert other.raw.post(f"/drafts/{draft.id}/throw-away", data=token).status_code == 404
    assert b"Ortiz" not in draft.body_sealed


def test_thrown_away_can_be_taken_back(visit, cast, transaction):
    visitor = visit(cast.ana)
    keep(visitor)
    with transaction():
        [draft] = queries.kept_for(cast.ana.actor)
    assert visitor.post(f"/drafts/{draft.id}/throw-away", page=NEW).status_code == 303
    page = visitor.get(NEW).text
    assert "The draft was thrown away." in page and "You have a draft" not in page
    token = {"csrf_token": visitor.token("/account")}
    assert visitor.raw.post(f"/drafts/{draft.id}/take-back", data=token).status_code == 303
    assert 'value="Ortiz"' in visitor.get(f"{NEW}?draft=continue").text


def test_save_as_draft_without_script(visit, cast):
    visitor = visit(cast.ana)
    form = visitor.form(NEW, to=NEW)
    answer = visitor.raw.post(
        "/drafts", data={**form.fields, **TYPED, "save_as": "draft"}, headers={"Referer": f"http://localhost{NEW}"}
    )
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"{NEW}?draft=continue")
    assert 'value="Ortiz"' in visitor.get(f"{NEW}?draft=continue").text


def test_a_draft_of_a_record_that_changed_meanwhile_is_stale(visit, cast, transaction):
    with transaction():
        client = clients.register(cast.ana.actor, first_name="Cara", last_name="Diaz", born=date(1985, 1, 2))
    visitor, edit = visit(cast.ana), f"/clients/{client.id}/edit"
    version = visitor.form(edit, to=edit).fields["version"][0]
    keep(visitor, edit, version=version, phone="555-0101")
    assert visit(cast.sue).submit(edit, {"phone": "555-0199"}).status_code == 303
    answer = visitor.submit(f"{edit}?draft=continue", {}, to=edit)
    assert answer.status_code == 409 and "555-0101" in answer.text and "555-0199" in answer.text


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/no/such/page", "", "/clients/new" + "x" * 400]
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_pages_of_ours_have_drafts(visit, cast, transaction, address):
    keep(visit(cast.ana), address)
    with transaction():
        assert queries.kept_for(cast.ana.actor) == []


def test_what_was_sent_too_late_is_kept_for_whom_it_was(visit, cast, transaction):
    visitor = visit(cast.ana)
    form = visitor.form(NEW, to=NEW)
    with clock.freeze(clock.now() + timedelta(minutes=16)):
        answer = visitor.raw.post(NEW, data={**form.fields, **TYPED, "password": "never kept"})
        assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
        onward = answer.headers["Location"]
        said = visitor.get(onward).text
        assert "What you sent is kept" in said and "Ortiz" not in said
        back = visitor.raw.post(
            onward,
            data={
                **visitor.form(onward, to="/sign-in").hidden(),
                "email": cast.ana.email,
                "password": cast.ana.password,
            },
        )
        assert back.headers["Location"].endswith(f"{NEW}?draft=continue")
        page = visitor.get(f"{NEW}?draft=continue").text
        assert 'value="Ortiz"' in page and "This is what you had typed" in page
        assert form.fields["page_title"][0] in visitor.get("/today").text.split("Drafts 1")[1]
        with transaction():
            assert "never" not in actions.text_of(queries.draft_at(cast.ana.actor, NEW))
        assert "Ortiz" not in visit(cast.sue).get(f"{NEW}?draft=continue").text


def test_a_sign_in_that_was_ended_by_hand_keeps_nothing(visit, cast, transaction):
    visitor = visit(cast.ana)
    form = visitor.form(NEW, to=NEW)
    cookie = visitor.raw.get_cookie("caseapp").value
    visitor.post("/sign-out", page="/account")
    visitor.raw.set_cookie("caseapp", cookie)
    assert visitor.raw.post(NEW, data={**form.fields, **TYPED}).status_code == 302
    with transaction():
        assert queries.kept_for(cast.ana.actor) == []


def test_drafts_are_dropped_after_seven_days(visit, cast, transaction, command):
    keep(visit(cast.ana))
    with clock.freeze(clock.now() + timedelta(days=6, hours=23)):
        command("work", "--once")
        with transaction():
            assert len(queries.kept_for(cast.ana.actor)) == 1
    with clock.freeze(clock.now() + timedelta(days=7, minutes=1)):
        with transaction():
            assert queries.kept_for(cast.ana.actor) == []
        command("work", "--once")
        with transaction():
            assert actions.drop_old() == 0


def test_what_asks_by_itself_keeps_nobody_signed_in(visit, cast):
    visitor, now = visit(cast.ana), clock.now()
    for minutes in (5, 10, 14):
        with clock.freeze(now + timedelta(minutes=minutes)):
            assert visitor.get("/crisis", headers={"X-Poll": "1"}).status_code == 200
    with clock.freeze(now + timedelta(minutes=16)):
        assert visitor.get("/crisis").status_code == 302


PAGES = [
    ("/clients/new?x=1", "/clients/new?x=1"),
    ("/a?draft=continue&kind=b&page=2#c", "/a?kind=b"),
    ("/a?draft=continue", "/a"),
    ("/a#b", "/a"),
    (None, None),
    ("", None),
]


@pytest.mark.parametrize(("address", "path"), PAGES)
def test_page_of(address, path):
    assert page_of(address) == path


def test_what_a_form_is_about_stays_in_its_address(visit, cast, transaction):
    """Two forms of one page, each about something else, have a draft each; carrying out one keeps the other."""
    visitor = visit(cast.ana)
    for kind in ("referral", "self"):
        keep(visitor, f"{NEW}?kind={kind}&draft=continue", first_name=kind.title())
    assert "You have a draft" not in visitor.get(NEW).text
    offer = visitor.get(f"{NEW}?kind=self").text
    assert f'href="{NEW}?kind=self&amp;draft=continue">Continue' in offer
    page = visitor.get(f"{NEW}?kind=self&draft=continue").text
    assert 'value="Self"' in page and "This is what you had typed" in page
    form = visitor.form(f"{NEW}?kind=self&draft=continue", to=NEW)
    came_from = {"Referer": f"http://localhost{NEW}?kind=self&draft=continue"}
    assert visitor.raw.post(NEW, data=form.fields, headers=came_from).status_code == 303
    with transaction():
        assert [draft.address for draft in queries.kept_for(cast.ana.actor)] == [f"{NEW}?kind=referral"]


def test_today_lists_them_by_their_title(visit, cast, transaction):
    visitor = visit(cast.ana)
    assert "Drafts" not in visitor.get("/today").text
    form = visitor.form(NEW, to=NEW)
    sent = {**form.fields, **TYPED, "save_as": "draft"}
    visitor.raw.post("/drafts", data=sent, headers={"Referer": f"http://localhost{NEW}?kind=self"})
    page = visitor.get("/today").text
    title = visitor.get(NEW).text.split("<title>")[1].split(" - caseapp")[0]
    assert "Drafts 1" in page and f'href="{NEW}?kind=self&amp;draft=continue">{title}</a>' in page
    assert "Ortiz" not in page
    with transaction():
        [draft] = queries.kept_for(cast.ana.actor)
    away = f"/drafts/{draft.id}/throw-away"
    answer = visitor.raw.post(away, data=visitor.form("/today", to=away).fields, follow_redirects=True)
    assert answer.request.path == "/today" and "Drafts" not in answer.text.split("<main")[1].split("<h2")[-1]
    back = f"/drafts/{draft.id}/take-back"
    undo = next(form for form in forms_on(answer.text) if form.action == back)
    assert visitor.raw.post(back, data=undo.fields, follow_redirects=True).request.path == "/today"
    assert "Drafts 1" in visitor.get("/today").text
    assert "Drafts" not in visit(cast.sue).get("/today").text


def test_secrets_and_bookkeeping_never_go_into_a_draft():
    fields = [("a", "1"), ("a", "2"), ("csrf_token", "t"), ("password", "p"), ("version", "3"), ("b", "")]
    assert fields_of(body_of(fields)) == [("a", "1"), ("a", "2"), ("version", "3"), ("b", "")]
