"""Set-up of a database: migrate, ship the program, load the demo clinic."""

import os
import secrets
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from flask import Flask

from caseapp.clinic import actions as clinic
from caseapp.clinic import queries as clinic_queries
from caseapp.clinic.rules import NAME_TO_BE_CHANGED
from caseapp.core import db as database
from caseapp.core import migrate, sealed
from caseapp.core.access import COMMAND_LINE
from caseapp.core.errors import RuleBroken
from caseapp.identity import actions as identity
from caseapp.programs import actions as programs
from config import demo_secret_file


def set_up(app: Flask, demo: bool) -> Iterator[str]:
    """Migrate, make the master key, ship the program once. With `demo` also load the demo clinic.

    Gives one line per demo account. Raises RuleBroken if `demo` is asked of a database that is not empty.
    """
    settings = app.config["SETTINGS"]
    settings.instance.mkdir(parents=True, exist_ok=True)
    sealed.make_key_file(settings.key_file)
    sealed.load_key_file(settings.key_file)
    migrate.upgrade(database.engine())
    with database.transaction() as session:
        migrate.wait_for_other_setups(session.connection())
        filled = clinic_queries.organization() is not None
        if demo and filled:
            raise RuleBroken("This database is not empty, so the demo clinic was not loaded.")
        if not filled:
            name = "Riverside Recovery Center" if demo else NAME_TO_BE_CHANGED
            clinic.found(name, settings.site_timezone, COMMAND_LINE, is_demo=demo)
            identity.add_team("Care team", COMMAND_LINE)
            programs.ship(COMMAND_LINE)
        if demo and find_spec("caseapp.cli.demo"):
            yield from import_module("caseapp.cli.demo").load()
    if demo:
        _make_demo_secret(settings)


def _make_demo_secret(settings) -> None:
    path = demo_secret_file(settings.instance, settings.database_url)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
