"""Requests that no page of ours would send: each is refused or harmless, and nothing breaks on our side."""

from dataclasses import replace

import pytest

from caseapp.core.access import local_path
from caseapp.core.db import bind, engine, make_engine
from tests.cast import PASSWORD

AWAY = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
    "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "\t//evil.example",
    "/\n/evil.example", "/%2f/evil.example", "/%2fevil.example", "/%5cevil.example", "/%09/evil.example", "http:evil.example",
    "http:///evil.example", "https:/evil.example", "evil.example", "http://localhost.evil.example/", "http://localhost@evil.example/",
    "http://localhost//evil.example", "http://localhost/\\evil.example", "/today\r\nSet-Cookie: a=b", "/\u2028/evil.example",
    "/\x00/evil.example", "?next=//evil.example", "",
)  # fmt: skip
engine_once = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@engine_once
def test_next_never_leaves_the_site(app, visit, cast):
    for harmful in AWAY:
        with app.test_request_context("/sign-in"):
            assert local_path(harmful) is None, repr(harmful)
    for ours in ("/today", "/schedule?day=2026-11-18&next=%2F%2Fx", "/clients?sort=name", "http://localhost/tasks"):
        with app.test_request_context("/sign-in"):
            assert (local_path(ours) or "").startswith("/")
    visitor = visit()
    answer = visitor.raw.post(
        "/sign-in",
        query_string={"next": "//evil.example"},
        data={"csrf_token": visitor.token("/sign-in"), "email": cast.ana.email, "password": PASSWORD},
    )
    assert answer.status_code == 303 and answer.headers["Location"] == "/"


@engine_once
def test_odd_requests_are_refused_or_harmless(app, visit, cast):
    visitor = visit(cast.ana)
    for host in ("evil.example", "evil.example:99999", "a b", "evil.example/../", "[::1", ""):
        answer = visitor.get("/account", headers={"Host": host})
        assert answer.status_code < 500 and "evil.example" not in answer.text, host
    assert visitor.get("/account", headers={"X-Odd": "x" * 60_000, "Referer": "x" * 60_000}).status_code == 200
    assert visitor.get("/account", headers={"User-Agent": "\u00e9" * 10_000}).status_code == 200
    for method in ("PROPFIND", "TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "BREW"):
        assert visitor.raw.open("/account", method=method).status_code in (400, 405), method
    head = visitor.raw.head("/account")
    assert (head.status_code, head.data) == (200, b"") and head.headers["Cache-Control"] == "no-store"
    assert visitor.raw.options("/account").status_code in (200, 204)
    for path in (
        "/clients/" + "x" * 5000,
        "/clients/..%2f..%2fetc",
        "/static/../config.py",
        "/static/..%2f..%2fconfig.py",
        "/%00",
        "/%ff",
    ):
        answer = visitor.get(path)
        assert answer.status_code in (400, 404, 308), path


@engine_once
def test_a_cookie_that_was_not_given_opens_nothing(app, visit, cast):
    from flask.sessions import SecureCookieSessionInterface

    theirs = visit(cast.ana).raw.get_cookie("caseapp").value
    signer = SecureCookieSessionInterface()

    class Other:
        secret_key, config = "a guess", app.config

    forged = signer.get_signing_serializer(Other).dumps({"sign_in": "x" * 43})
    ours = signer.get_signing_serializer(app)
    odd = [ours.dumps({"sign_in": value}) for value in ("x" * 43, "", "'; DROP TABLE staff; --", "x" * 3000)]
    for cookie in (forged, *odd, theirs[:-2], theirs[::-1], "x", "x" * 4000, "....", "\u00e9", '"; a=b'):
        visitor = visit()
        visitor.raw.set_cookie("caseapp", cookie)
        answer = visitor.get("/account")
        assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"], cookie
        assert visitor.get("/sign-in").status_code == 200


@engine_once
def test_a_form_needs_the_token_of_its_own_sign_in(visit, cast):
    ana, carl = visit(cast.ana), visit(cast.carl)
    for token in (None, "", "x", carl.token("/account"), "x" * 20_000):
        answer = ana.raw.post(
            "/account/rows", data={"rows": "compact", **({"csrf_token": token} if token is not None else {})}
        )
        assert answer.status_code == 400 and "another sign-in" in answer.text
    assert 'class="compact-rows"' not in ana.get("/account").text
    other_site = {"Origin": "https://evil.example", "Referer": "https://evil.example/form"}
    assert ana.raw.post("/account/rows", data={"rows": "compact"}, headers=other_site).status_code == 400


@engine_once
def test_nothing_sent_becomes_a_header_and_big_forms_are_taken_or_told(visit, cast):
    visitor = visit(cast.ana)
    answer = visitor.get("/clients?page=1%0d%0aSet-Cookie:%20a=b")
    assert "a=b" not in str(answer.headers)
    answer = visit().get("/account?x=%0d%0aSet-Cookie:%20a=b")
    assert (
        answer.status_code == 302
        and "\n" not in answer.headers["Location"]
        and "a=b" not in answer.headers.get("Set-Cookie", "")
    )
    token = visitor.token("/account")
    parts = {"csrf_token": token, "rows": "compact"} | {f"n{number}": "x" for number in range(2_000)}
    assert visitor.raw.post("/account/rows", data=parts).status_code == 303
    assert visitor.raw.post("/account/rows", data=parts, content_type="multipart/form-data").status_code == 303
    part = b'--x\r\nContent-Disposition: form-data; name="n"\r\n\r\nx\r\n'
    many, multipart = part * 6_000 + b"--x--\r\n", "multipart/form-data; boundary=x"
    assert visitor.raw.post("/account/rows", data=many, content_type=multipart).status_code == 413
    big, plain = b"rows=" + b"x" * 21_000_000, "application/x-www-form-urlencoded"
    assert visitor.raw.post("/account/rows", data=big, content_type=plain).status_code == 413
    assert (
        visitor.raw.post("/account/rows", data=b"\xff\xfe%", content_type="multipart/form-data; boundary=x").status_code
        == 400
    )


FORWARDED = {
    "X-Forwarded-For": "203.0.113.7, 198.51.100.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "clinic.example",
}


@engine_once
@pytest.mark.parametrize(
    ("proxies", "address", "root"),
    [(0, "127.0.0.1", "http://localhost/"), (1, "198.51.100.1", "https://clinic.example/")],
)
def test_forwarded_headers_are_believed_of_the_proxies_that_are_named_alone(settings, proxies, address, root):
    from tests.cast import staff
    from tests.clinic import application
    from tests.visitor import Visitor

    with application(replace(settings, trusted_proxies=proxies)) as app:
        seen = {}
        app._got_first_request = False
        app.before_request_funcs.setdefault(None, []).append(lambda: _look(seen))
        visitor = Visitor(app)
        visitor.raw.environ_base.update(
            {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in FORWARDED.items()}
        )
        visitor.raw.environ_base["HTTP_REFERER"] = root  # over TLS a form must come from a page of ours
        cast = staff()
        visitor.sign_in(cast.ada)
        assert seen == {"address": address, "root": root}
        link = visitor.post(f"/admin/staff/{cast.carl.actor.id}/link", page=f"/admin/staff/{cast.carl.actor.id}").text
        assert f"<code>{root}password/" in link


def _look(seen: dict) -> None:
    from flask import request

    seen.update(address=request.remote_addr, root=request.host_url)


@engine_once
@pytest.mark.parametrize("text", ["-1", "10", "one", "1.0"])
def test_a_number_of_proxies_that_is_none_is_refused_at_the_start(monkeypatch, text, engine):
    from config import Settings

    monkeypatch.setenv("TRUSTED_PROXIES", text)
    with pytest.raises(ValueError, match="TRUSTED_PROXIES"):
        Settings.from_environment()


@engine_once
def test_without_its_database_each_page_says_so(visit, cast, tmp_path):
    visitor, here = visit(cast.ana), engine()
    bind(make_engine(f"sqlite:///{tmp_path / 'nowhere' / 'gone.db'}"))
    try:
        for path in ("/account", "/admin/staff", "/sign-in", "/today", "/none"):
            answer = visitor.get(path)
            assert answer.status_code == 503 and "We are updating" in answer.text, path
        assert (visitor.get("/healthz").status_code, visitor.get("/healthz").text) == (
            503,
            "the database does not answer",
        )
    finally:
        engine().dispose()
        bind(here)
