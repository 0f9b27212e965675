"""`make pictures`: the pictures of the README, taken of real pages of a demo clinic that is made for them and thrown away."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from caseapp.identity.rules import DEMO_PASSWORD
from tests.browser import HERE, chromium, environment, serving
from tests.clinic import settings_for

TO = HERE / "docs" / "pictures"
SIZE = {"width": 1200, "height": 720}
HEAVIEST = 150_000


def today(page: Page) -> None:
    """A case manager's day."""
    page.goto("/today")


def chart(page: Page) -> None:
    """A client on one page."""
    page.goto("/clients?size=100")
    page.get_by_role("link", name=re.compile("Ramos, Alicia")).first.click()


def roll_call(page: Page) -> None:
    """A group's roll-call that waits to be finished."""
    page.goto("/today")
    line = page.locator("main li", has_text="Relapse prevention").filter(has=page.get_by_role("link", name="Mark"))
    line.first.get_by_role("link", name="Mark").click()


def transitions(page: Page) -> None:
    """Last quarter's phase transitions."""
    page.goto("/reports/transitions")


PICTURES: dict[str, tuple[str, Callable[[Page], Any]]] = {
    "today": ("eli@demo.example", today),
    "chart": ("eli@demo.example", chart),
    "roll-call": ("dana@demo.example", roll_call),
    "transitions": ("farah@demo.example", transitions),
}


def take(name: str, email: str, go: Callable[[Page], Any], browser: Any, address: str) -> None:
    """One picture, as a signed-in member of the demo's staff sees the page."""
    page = browser.new_context(base_url=address, viewport=SIZE).new_page()
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda now: "/sign-in" not in now)
    go(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=TO / f"{name}.png")
    size = (TO / f"{name}.png").stat().st_size
    print(f"docs/pictures/{name}.png  {size // 1000} kB")
    if size > HEAVIEST:
        raise SystemExit(f"{name}.png weighs more than {HEAVIEST // 1000} kB.")
    page.context.close()


def main() -> None:
    """Make a demo clinic, serve it, take the pictures."""
    path = chromium()
    if not path:
        raise SystemExit("No Chromium was found; CHROMIUM names one.")
    TO.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(f"sqlite:///{folder}/demo.db", Path(folder))
        flask = [sys.executable, "-m", "flask", "--app", "wsgi", "setup", "--demo"]
        subprocess.run(flask, cwd=HERE, env=os.environ | environment(settings), check=True, stdout=subprocess.DEVNULL)
        with serving(settings, Path(folder) / "server.log") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
            for name, (email, go) in PICTURES.items():
                take(name, email, go, browser, address)
            browser.close()


if __name__ == "__main__":
    main()
