"""Sign-in, sign-out, and the ends of a sign-in."""

from datetime import UTC, datetime, timedelta

from caseapp.core import clock
from caseapp.identity import actions, queries
from tests.cast import PASSWORD


def try_to_sign_in(visitor, email: str, password: str, path: str = "/sign-in"):
    return visitor.post(path, {"email": email, "password": password})


def test_the_page_opens_and_the_right_password_leads_to_the_first_page(visit, cast):
    visitor = visit()
    assert visitor.get("/sign-in").status_code == 200
    assert try_to_sign_in(visitor, cast.ana.email, PASSWORD).status_code == 303
    assert visitor.get("/account").status_code == 200


def test_one_sentence_for_a_wrong_password_and_an_unknown_account(visit, cast):
    visitor = visit()
    for email, password in ((cast.ana.email, "wrong"), ("nobody@clinic.example", PASSWORD)):
        answer = try_to_sign_in(visitor, email, password)
        assert answer.status_code == 422
        assert "Email or password is not right." in answer.text


def test_after_five_wrong_tries_even_the_right_password_must_wait(visit, cast):
    visitor, tried = visit(), datetime(2026, 11, 18, 21, 12, 55, tzinfo=UTC)
    with clock.freeze(tried):
        for _ in range(5):
            try_to_sign_in(visitor, cast.ana.email, "wrong")
        answer = try_to_sign_in(visitor, cast.ana.email, PASSWORD)
    assert "Too many tries. Wait until 4:14 pm." in answer.text
    with clock.freeze(tried + timedelta(seconds=9)):
        assert "Too many tries" in try_to_sign_in(visitor, cast.ana.email, PASSWORD).text
    with clock.freeze(tried + timedelta(seconds=10)):
        assert try_to_sign_in(visitor, cast.ana.email, PASSWORD).status_code == 303


def test_a_copied_cookie_opens_nothing_after_sign_out(visit, cast):
    visitor = visit(cast.ana)
    copy = visitor.raw.get_cookie("caseapp").value
    visitor.post("/sign-out", {}, page="/account")
    visitor.raw.set_cookie("caseapp", copy)
    assert visitor.get("/account").status_code == 302


def test_a_sign_in_ends_after_fifteen_idle_minutes_and_after_twelve_hours(visit, cast):
    visitor, begin = visit(cast.ana), clock.now()
    with clock.freeze(begin + timedelta(minutes=14)):
        assert visitor.get("/account").status_code == 200
    with clock.freeze(begin + timedelta(minutes=30)):
        assert visitor.get("/account").status_code == 302


def test_every_request_keeps_a_sign_in_alive_whatever_becomes_of_it(visit, cast):
    visitor, begin = visit(cast.ana), clock.now()
    with clock.freeze(begin + timedelta(minutes=10)):
        assert visitor.get("/account").status_code == 200
    with clock.freeze(begin + timedelta(minutes=20)):
        assert visitor.post("/clients/new", {"first_name": ""}).status_code == 422
    with clock.freeze(begin + timedelta(minutes=34)):
        assert visitor.get("/account").status_code == 200


def test_a_one_time_link_sets_a_password_once(visit, cast, transaction):
    with transaction():
        token = actions.make_link(queries.by_email(cast.otto.email), cast.ada.actor)
    visitor = visit()
    assert visitor.post(f"/password/{token}", {"password": "short"}).status_code == 422
    assert visitor.post(f"/password/{token}", {"password": "a longer walk by the sea"}).status_code == 303
    assert visitor.get(f"/password/{token}").status_code == 422
    assert try_to_sign_in(visitor, cast.otto.email, "a longer walk by the sea").status_code == 303


def test_staff_pages_are_for_admins(visit, cast):
    for someone, status in ((cast.ada, 200), (cast.ana, 403), (cast.carl, 403), (cast.sue, 403)):
        assert visit(someone).get("/admin/staff").status_code == status


def test_an_admin_adds_someone_once_however_often_the_form_is_sent(visit, cast, transaction):
    visitor = visit(cast.ada)
    details = {"email": "new@clinic.example", "name": "New Person", "role_names": ["clinician"]}
    form = visitor.form("/admin/staff/new", to="/admin/staff/new")
    sent = {**form.fields, **details}
    first = visitor.raw.post("/admin/staff/new", data=sent)
    again = visitor.raw.post("/admin/staff/new", data=sent)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    taken = visitor.post("/admin/staff/new", details)
    assert taken.status_code == 422 and "on the staff already" in taken.text


def test_a_stale_change_of_staff_answers_409_with_both_texts(visit, cast, transaction):
    visitor = visit(cast.ada)
    with transaction():
        path = f"/admin/staff/{queries.by_email(cast.carl.email).id}"
    old = visitor.form(path, to=path).fields
    assert visitor.raw.post(path, data={**old, "name": "Carl First"}).status_code == 303
    answer = visitor.raw.post(path, data={**old, "name": "Carl Second"})
    assert answer.status_code == 409
    with transaction():
        assert queries.by_email(cast.carl.email).name == "Carl First"
