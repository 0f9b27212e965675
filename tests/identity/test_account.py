"""My account: devices, password, rows, drafts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from caseapp.core import clock, site
from caseapp.identity import actions, queries
from caseapp.identity.rules import device_words, ends_at, next_minute
from caseapp.programs import actions as programs
from caseapp.programs import queries as program_queries
from tests.cast import PASSWORD

NEW = "a longer walk by the sea"


def change(visitor, present: str, new: str):
    return visitor.post("/account/password", {"present_password": present, "password": new})


def test_a_password_is_changed_by_who_knows_the_present_one(visit, cast, transaction):
    here, elsewhere = visit(cast.ana), visit(cast.ana)
    with transaction():
        link = actions.make_link(queries.by_email(cast.ana.email), cast.ada.actor)
    wrong = change(here, "wrong", NEW)
    assert (
        wrong.status_code == 422
        and "This is not your present password." in wrong.text
        and "#present_password" in wrong.text
    )
    assert change(here, PASSWORD, "short").status_code == 422
    assert change(here, PASSWORD, "").status_code == 422
    assert elsewhere.get("/account").status_code == 200
    assert change(here, PASSWORD, NEW).status_code == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert visit().get(f"/password/{link}").status_code == 422  # what was handed over opens nothing any more
    assert visit().post("/sign-in", {"email": cast.ana.email, "password": NEW}).status_code == 303


def test_guesses_at_the_present_password_are_counted_like_those_at_sign_in(visit, cast):
    visitor = visit(cast.ana)
    for _ in range(5):
        change(visitor, "wrong", NEW)
    answer = change(visitor, PASSWORD, NEW)
    assert answer.status_code == 422 and "Too many tries. Wait until" in answer.text


def test_devices_are_listed_in_words_and_each_can_be_ended(visit, cast):
    here, there, third = visit(cast.ana), visit(), visit(cast.ana)
    there.raw.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"
    there.sign_in(cast.ana)
    text = here.get("/account").text
    assert "Safari on iPhone" in text and text.count("(this one)") == 1
    ends = [
        one.split('"')[0]
        for one in text.split('action="')
        if one.startswith("/account/devices/") and "others" not in one[:40]
    ]
    assert len(ends) == 2  # not this one
    stranger = visit(cast.carl)
    token = stranger.token("/account")
    assert stranger.raw.post(ends[0], data={"csrf_token": token}).status_code == 404
    assert here.post(ends[0], page="/account").status_code == 303
    assert sorted([there.get("/account").status_code, third.get("/account").status_code]) == [200, 302]
    assert here.post("/account/devices/end-others", page="/account").status_code == 303
    assert [one.get("/account").status_code for one in (here, there, third)] == [200, 302, 302]


def test_rows_and_drafts(visit, cast):
    visitor = visit(cast.ana)
    assert 'class="compact-rows"' not in visitor.get("/account").text
    assert visitor.post("/account/rows", {"rows": "narrow"}, page="/account").status_code == 422
    assert visitor.post("/account/rows", {"rows": "compact"}, page="/account").status_code == 303
    assert 'class="compact-rows"' in visitor.get("/account").text
    assert "No drafts." in visitor.get("/account").text
    kept = {"draft_of": "/tasks/new", "draft_title": "Add a task", "draft_body": "what=call"}
    visitor.raw.post("/drafts", data={"csrf_token": visitor.token("/account"), **kept})
    text = visitor.get("/account").text
    assert 'href="/tasks/new?draft=continue">Continue: Add a task' in text
    assert "Add a task" not in visit(cast.carl).get("/account").text
    throw = next(one.split('"')[0] for one in text.split('action="') if one.split('"')[0].endswith("/throw-away"))
    assert visitor.post(throw, page="/account").status_code == 303
    assert "Continue: Add a task" not in visitor.get("/account").text


def test_the_rule_profile_says_after_how_many_minutes_a_sign_in_ends(visit, cast, transaction):
    begin = clock.now()
    with transaction():
        shipped = program_queries.get_program(program_queries.shipped_program_id())
        programs.save_setting(shipped, "sign_in_idle_minutes", Decimal(5), site.today(), cast.ada.actor)
    with clock.freeze(begin):
        visitor = visit(cast.ana)
    with clock.freeze(begin + timedelta(minutes=4)):
        assert visitor.get("/account").status_code == 200
    with clock.freeze(begin + timedelta(minutes=9)):
        assert visitor.get("/account").status_code == 302
        assert "after 5 minutes without activity" in visitor.get("/sign-in").text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
            "Chrome on Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1", "Safari on a Mac"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        ("curl/8.5", "Another program"),
        ("", "Another program"),
        ("<script>alert(1)</script>", "Another program"),
    ],
)
def test_a_device_in_words(said, words):
    assert device_words(said) == words


def test_a_sign_in_ends_by_idleness_or_after_twelve_hours_and_a_wait_is_named_by_the_full_minute():
    start = clock.now().replace(second=0, microsecond=0)
    assert ends_at(start, start, 5) == start + timedelta(minutes=5)
    assert ends_at(start, start + timedelta(hours=11, minutes=58)) == start + timedelta(hours=12)
    assert next_minute(start) == start
    assert next_minute(start + timedelta(seconds=1)) == start + timedelta(minutes=1)
