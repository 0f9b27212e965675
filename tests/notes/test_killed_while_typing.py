"""The server is killed in the middle of typing a note: the draft is there but for the last seconds, the page keeps all of it."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import pytest

from tests.browser import HERE, environment, sign_in
from tests.house.test_servers import Browser, free_port, wait_for
from tests.notes.held import held
from tests.visitor import forms_on

FIRST, MORE = "We planned the weekend.", " And one more sentence."
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


class Killable:
    """A server on one port, that can be killed with all its processes and started again."""

    def __init__(self, settings, log_to):
        self.settings, self.log_to, self.port = settings, log_to, free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--threads", "4"]
        env = os.environ | environment(self.settings)
        with self.log_to.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--no-control-socket", "wsgi:app"],
                cwd=HERE, env=env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_for(f"{self.address}/healthz")

    def kill(self) -> None:
        """At once, in the middle of whatever it does: SIGKILL to the server and its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


@contextmanager
def killable(settings, log_to):
    """A server that runs now, and is gone after the block."""
    server = Killable(settings, log_to)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def note(transaction, cast):
    """A group that is over, by Carl."""
    with transaction():
        return held(cast)


def test_what_was_kept_is_there_after_the_restart(app, settings, cast, note, tmp_path):
    with killable(settings, tmp_path / "log") as server:
        browser = Browser()
        browser.sign_in(server.address, cast.carl)
        page = f"{server.address}{note.path}"
        token = browser.form(page, "shared")["csrf_token"]
        for text in (FIRST, FIRST + MORE):
            kept = {
                "draft_of": note.path,
                "draft_title": "Note of a session",
                "draft_body": urlencode({"shared": text}),
            }
            assert browser.open(f"{server.address}/drafts", kept | {"csrf_token": token})[0] == 200
        server.kill()
        assert server.process.returncode == -signal.SIGKILL
        server.start()
        assert "You have a draft from" in browser.open(page)[2]
        [form] = [one for one in forms_on(browser.open(f"{page}?draft=continue")[2]) if "shared" in one.seen]
        assert form.fields["shared"] == [FIRST + MORE]


# More than three seconds: the page waits three after the last key, and tries again ten after it found nobody.
@on_sqlite
def test_the_page_never_loses_the_text_and_keeps_it_by_itself_once_the_server_is_back(
    app, settings, cast, note, tmp_path, browser
):
    with killable(settings, tmp_path / "log") as server:
        context = browser.new_context(base_url=server.address)
        try:
            page = context.new_page()
            sign_in(page, cast.carl)
            page.goto(note.path)
            box, status = page.get_by_label("What the group did"), page.locator("[data-draft-status]")
            box.press_sequentially(FIRST)
            status.get_by_text(re.compile(r"^Draft kept")).wait_for(timeout=20_000)
            server.kill()
            box.press_sequentially(MORE)
            status.get_by_text(re.compile(r"^Not kept since .*: no connection")).wait_for(timeout=20_000)
            assert box.input_value() == FIRST + MORE
            assert page.evaluate("localStorage.length + sessionStorage.length") == 0
            server.start()
            status.get_by_text(re.compile(r"^Draft kept")).wait_for(timeout=30_000)
            assert box.input_value() == FIRST + MORE
            page.goto(f"{note.path}?draft=continue")
            assert page.get_by_label("What the group did").input_value() == FIRST + MORE
        finally:
            context.close()
