"""Clinics beside the one of a test: empty ones to restore into, and what stands in any of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from sqlalchemy import Engine, func, select

from caseapp.audit import anchoring
from caseapp.audit.models import AuditEvent
from caseapp.cli.backup import tables
from caseapp.clients.models import Client
from caseapp.core import db as database
from caseapp.core import sealed
from tests.clinic import application, settings_for


@contextmanager
def empty_clinic(databases, name: str, key_file: Path, folder: Path) -> Iterator[Flask]:
    """An application on a database without a table, under a copy of that master key and without an anchor."""
    database.engine().dispose()  # of the clinic before it
    address, instance = databases.empty(name), Path(mkdtemp(prefix="empty-", dir=folder))
    settings = settings_for(address, instance)
    settings.key_file.write_bytes(key_file.read_bytes())
    sealed.load_key_file(settings.key_file)
    try:
        with application(settings) as app:
            yield app
    finally:
        databases.drop(address)


def looked(at: Callable[[Engine], Any], app: Flask) -> Any:
    """What `at` answers of a clinic's database."""
    on_disk = database.make_engine(app.config["SETTINGS"].database_url)
    try:
        return at(on_disk)
    finally:
        on_disk.dispose()


def anchor_of(app: Flask) -> Path:
    """The anchor file of a clinic."""
    return anchoring.path(app.config["SETTINGS"].key_file)


def all_rows() -> dict[str, list[str]]:
    """Every row that a backup keeps, but the audit's, on the engine in use."""
    with database.transaction() as session:
        kept = {name: table for name, table in tables.kept().items() if not name.startswith("audit_")}
        found = {name: [row for some in tables.read(session, table) for row in some] for name, table in kept.items()}
    return {name: sorted(map(repr, some)) for name, some in found.items()}


def registered_and_said() -> tuple[int, int]:
    """How many clients there are, and how many the log says were registered: one transaction wrote both."""
    with database.transaction() as session:
        said = select(func.count(AuditEvent.id)).where(AuditEvent.what == "clients.register")
        return session.scalar(select(func.count(Client.id))), session.scalar(said)
