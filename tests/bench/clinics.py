"""A clinic of so many clients, the pages that are asked of it, and the commands that are run on it."""

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from sqlalchemy import exists, select

from caseapp.clients.models import Client
from caseapp.core.db import db, transaction
from caseapp.episodes.models import Episode
from caseapp.identity.rules import DEMO_PASSWORD
from caseapp.scheduling.models import Place, Session
from config import Settings
from tests import clinic, engines
from tests.bench.asking import WARM_UP, Answer, Asker, Figures, measure, percentile
from tests.bench.filling import fill
from tests.bench.full_board import forget_all, write_about_ten
from tests.bench.saving import by_form, list_of_thirty, taken
from tests.browser import serving
from tests.statements import watched

COMMANDS = {
    "report transitions": "report transitions --format csv",
    "report time-in-phase": "report time-in-phase --format csv",
    "report discharges": "report discharges --by sex --format csv",
    "report census": "report census --format csv",
    "audit verify": "audit verify",
}
COMMAND_ROUNDS = 3
BOARD = "phase board of 500 people"
BOARD_AFTER_TEN, BOARD_OF_A_NEW_DAY = f"{BOARD}, ten written about since", f"{BOARD}, first of the day"


class Row(NamedTuple):
    """One line of the table. Milliseconds; `ratio` to the bare page is None for commands."""

    engine: str
    clients: int
    what: str
    p50: float
    p95: float
    statements: int
    size: int
    ratio: float | None


@contextmanager
def filled(
    databases: engines.Databases, engine: str, folder: Path, many: int, bring_in: Callable[[int], None] = fill
) -> Iterator[Settings]:
    """The settings of a demo clinic with so many clients beside its own; gone at the end."""
    address = databases.copy(engine, "demo")
    shutil.copytree(databases.instance(engine, "demo"), folder)
    settings = clinic.settings_for(address, folder)
    try:
        with clinic.application(settings):
            bring_in(many)
        yield settings
    finally:
        databases.drop(address)


def measured(settings: Settings, engine: str, many: int, rounds: int, warm_up: int = WARM_UP) -> Iterator[Row]:
    """Every page, from a server of its own, every command, and one mark and thirty."""
    with clinic.application(settings) as app:
        client, session = _someone()
        thirty = list_of_thirty()
        with serving(settings, settings.instance / "server.log", "tests.bench.served:app") as address:
            pages, bare = _pages(address, client, session, thirty), _bare(address, client)
            for what, figures in measure(pages, bare, rounds, warm_up).items():
                yield Row(engine, many, what, figures.p50, figures.p95, figures.statements, figures.size, figures.ratio)
        for what, words in _commands(settings).items():
            told = _run(app, words)
            yield Row(engine, many, what, told.p50, told.p95, told.statements, told.size, None)
        for what, told in taken(thirty, rounds).items():
            yield Row(engine, many, what, told.p50, told.p95, told.statements, told.size, None)


def measured_board(settings: Settings, engine: str, many: int, rounds: int, warm_up: int = WARM_UP) -> Iterator[Row]:
    """The phase board of so many people, as a supervisor sees everyone on it: as the first of the day, after something was written
    about ten of them, and once more.
    """
    with (
        clinic.application(settings),
        serving(settings, settings.instance / "board.log", "tests.bench.served:app") as at,
    ):
        client, _session = _someone()
        farah = Asker(at).sign_in("farah@demo.example", DEMO_PASSWORD)
        boards = {BOARD_OF_A_NEW_DAY: forget_all, BOARD_AFTER_TEN: write_about_ten, BOARD: lambda: None}
        asked = {what: lambda before=before: (before(), farah.ask("/phases"))[1] for what, before in boards.items()}
        figures = measure(asked, _bare(at, client), rounds, warm_up)
        for what in boards:
            told = figures[what]
            yield Row(engine, many, what, told.p50, told.p95, told.statements, told.size, told.ratio)


def _bare(address: str, client: Client) -> Callable[[], Answer]:
    """Asks for the bare page of a client; nobody is signed in there."""
    nobody = Asker(address)
    return lambda: nobody.ask(f"/bare/{client.id}")


def _someone() -> tuple[Client, str]:
    """Someone of the demo in the program now, and the id of the fullest session that was held there."""
    with transaction():
        here = exists().where(Episode.client_id == Client.id, Episode.discharged_on.is_(None))
        client = db.scalars(select(Client).where(Client.last_name == "Ortiz", here)).one()
        places = select(Place.session_id).join(Session).where(Place.client_id == client.id, Session.topic != "")
        session = db.scalars(places.order_by(Session.starts_at.desc(), Place.id)).first()
    return client, session


def _pages(address: str, client: Client, session: str, thirty: str) -> dict[str, Callable[[], Answer]]:
    """What is asked, by name: as whoever has most to see of it."""
    farah, dana, eli, amos = (
        Asker(address).sign_in(f"{name}@demo.example", DEMO_PASSWORD) for name in ("farah", "dana", "eli", "amos")
    )
    search = farah.hidden("/clients", "/clients/find")
    opened = {
        "today, case manager": (eli, "/today"),
        "today, supervisor": (farah, "/today"),
        "clients, first page": (farah, "/clients?show=all"),
        "clients, page 30": (farah, "/clients?show=all&page=30"),
        "clients, own caseload": (eli, "/clients"),
        "chart": (eli, f"/clients/{client.id}"),
        "chart, phases": (eli, f"/clients/{client.id}/phases"),
        "chart, hours": (eli, f"/clients/{client.id}/hours"),
        "chart, who has seen it": (farah, f"/clients/{client.id}/seen"),
        "phase board": (farah, "/phases"),
        "schedule, week": (dana, "/schedule"),
        "roll-call": (dana, f"/sessions/{session}/attendance"),
        "tasks": (farah, "/tasks"),
        "crisis board": (farah, "/crisis"),
        "report of transitions": (farah, "/reports/transitions"),
        "report of discharges": (farah, "/reports/discharges"),
        "audit": (amos, "/admin/audit"),
    }
    pages = {what: lambda who=who, path=path: who.ask(path) for what, (who, path) in opened.items()}
    pages |= by_form(dana, thirty)
    for what, text in (
        ("search, a name", client.last_name),
        ("search, three letters", "mel"),
        ("search, a letter", "b"),
    ):
        pages[what] = lambda text=text: farah.ask("/clients/find", search | {"q": text})
    return pages


def _commands(settings: Settings) -> dict[str, str]:
    return COMMANDS | {"backup": f"backup {settings.instance / 'bench.caseapp'}"}


def _run(app: Flask, words: str) -> Figures:
    """A command in this process, some times; its bytes are those that it prints."""
    times, statements, size = [], 0, 0
    for number in range(COMMAND_ROUNDS):
        with watched() as seen:
            begin = time.perf_counter()
            said = clinic.command(
                app, *(f"{word}.{number}" if "bench.caseapp" in word else word for word in words.split())
            )
            times.append((time.perf_counter() - begin) * 1000)
        statements, size = max(statements, len(seen)), max(size, len(said.encode()))
    return Figures(statistics.median(times), percentile(times, 0.95), statements, size)
