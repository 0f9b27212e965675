"""A real browser on a real server, for what only a browser shows."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str | None:
    """The path of a Chromium: what CHROMIUM says, else the first found on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for a process's browser tests. Without one they are skipped, or fail if REQUIRE_BROWSER is set."""
    path = chromium()
    if not path:
        says = "No Chromium was found (CHROMIUM names one), so what only a browser shows was not tested."
        pytest.fail(says) if os.environ.get("REQUIRE_BROWSER") else pytest.skip(says)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


@pytest.fixture
def live_server(settings, tmp_path) -> Iterator[str]:
    """The address of a real server, in a process of its own, on this test's database."""
    with serving(settings, tmp_path / "server.log") as address:
        yield address


@contextmanager
def serving(settings: Any, log_to: Path, app: str = "wsgi:app") -> Iterator[str]:
    """The address of a real server of these settings, in a process of its own; it ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening, log_to.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "--threads", "8"]
            + ["--no-control-socket", app],
            cwd=HERE,
            env=os.environ | environment(settings),
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=log,
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait(20)


def environment(settings: Any) -> dict[str, str]:
    """The environment from which another process reads the same settings."""
    return {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "KEY_FILE": str(settings.key_file),
        "INSTANCE": str(settings.instance),
        "SITE_TIMEZONE": settings.site_timezone,
        "INSECURE_COOKIES": "1",
    }


@pytest.fixture
def open_page(browser, live_server) -> Iterator[Callable[..., Any]]:
    """`open_page(script=False, width=320)` gives a page of a browser of its own; addresses may begin with `/`.

    At the end of the test nothing may have gone wrong in the browser's console.
    """
    contexts, wrong = [], []

    def open_one(*, script: bool = True, width: int = 1280, height: int = 800, **options: Any) -> Any:
        context = browser.new_context(
            base_url=live_server, java_script_enabled=script, viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: wrong.append(message.text) if _is_wrong(message) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not wrong, f"the browser complained: {wrong}"


def _is_wrong(message: Any) -> bool:
    """Errors and refusals by the content policy; that an answer was 4xx is what a test may be about."""
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def page(open_page) -> Any:
    """A page of 1280 by 800 with script."""
    return open_page()


def sign_in(page: Any, staff: Any) -> None:
    """Sign in through the form, as a member of the cast."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(staff.email)
    page.get_by_label("Password", exact=True).fill(staff.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def violations(page: Any) -> list[str]:
    """What axe-core finds on a page: one line per rule broken, with the places."""
    from axe_playwright_python.sync_playwright import Axe

    # Telling of every element that passes would take as long again as finding those that don't.
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes']]}" for rule in found]


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """`assert axe(page) == []`"""
    return violations
