"""Real servers as they run in a clinic: figures on a private address, and two servers on one database."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener, urlopen

import pytest
from sqlalchemy import func, select

from caseapp.clients.models import Client
from caseapp.core.db import db
from tests.browser import HERE, environment
from tests.clients.test_new import GIVEN
from tests.visitor import forms_on


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextmanager
def server(settings, log_to, *options: str, **env: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """The address and the process of a gunicorn with these options, once it answers."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        *options,
        "wsgi:app",
    ]
    with log_to.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=HERE, env=os.environ | environment(settings) | env, stdout=log, stderr=log
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(20)


def wait_for(url: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


class Browser:
    """A browser without script that goes from one server to another with the same cookies."""

    def __init__(self) -> None:
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()), _Stay)

    def open(self, url: str, data: dict | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        sent = urlencode(data, doseq=True).encode() if data is not None else None
        try:
            with self.opener.open(Request(url, sent, {"Referer": url}), timeout=60) as answer:
                return answer.status, "", answer.read().decode()
        except HTTPError as answer:
            return answer.code, answer.headers.get("Location", ""), answer.read().decode()

    def form(self, url: str, field: str) -> dict:
        """The fields of the form of a page that asks for something."""
        return next(form.fields for form in forms_on(self.open(url)[2]) if field in form.seen)

    def sign_in(self, base: str, member) -> None:
        """Sign in through the form."""
        who = {"email": member.email, "password": member.password}
        assert self.open(f"{base}/sign-in", self.form(f"{base}/sign-in", "email") | who)[0] == 303


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_figures_of_all_workers_stand_on_a_private_address_alone(app, settings, tmp_path):
    metrics = f"127.0.0.1:{free_port()}"
    with server(settings, tmp_path / "log", "--workers", "2", "--threads", "2", METRICS_BIND=metrics) as (
        base,
        _process,
    ):
        for _time in range(20):
            with urlopen(f"{base}/sign-in", timeout=10):
                pass
        assert Browser().open(f"{base}/no/such/Quartzmann")[0] == 302
        with urlopen(f"http://{metrics}/metrics", timeout=10) as answer:
            told = answer.read().decode()
        assert 'caseapp_requests_total{endpoint="identity.sign_in",method="GET",status="200"} 20.0' in told
        assert re.search(r'caseapp_request_seconds_count\{endpoint="identity.sign_in"\} 20\.0', told)
        assert 'endpoint="nowhere"' in told and "Quartzmann" not in told
        assert "caseapp_database_up 1.0" in told and 'caseapp_jobs{state="waiting"} 0.0' in told
        assert Browser().open(f"{base}/metrics")[0] == 302  # a page that is not there, like any other
    assert "Quartzmann" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_folder_for_figures_that_the_administrator_named_stays(app, settings, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "kept").write_text("kept")
    env = {"METRICS_BIND": f"127.0.0.1:{free_port()}", "PROMETHEUS_MULTIPROC_DIR": str(theirs)}
    with server(settings, tmp_path / "log", **env):
        pass
    assert (theirs / "kept").read_text() == "kept"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_servers_on_one_database_are_one_clinic(app, settings, cast, command, transaction, tmp_path):
    one_log, other_log = tmp_path / "one", tmp_path / "other"
    with (
        server(settings, one_log, "--threads", "4") as (one, first),
        server(settings, other_log, "--threads", "4") as (other, _p),
    ):
        browser = Browser()
        browser.sign_in(one, cast.ana)
        assert browser.open(f"{other}/today")[0] == 200
        form = browser.form(f"{other}/clients/new", "first_name")
        form |= GIVEN
        with ThreadPoolExecutor(8) as pool:
            sent = list(pool.map(lambda base: browser.open(f"{base}/clients/new", form), [one, other] * 4))
        assert {status for status, _to, _page in sent} == {303}
        [path] = {to.removeprefix(one).removeprefix(other) for _status, to, _page in sent}
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        assert "Ramos, Alicia" in browser.open(f"{other}{path}")[2]
    with transaction():
        assert db.scalar(select(func.count()).select_from(Client)) == 1
    assert "checked" in command("audit", "verify")
