"""The clinic in which tests play: set up by the same command that sets up a real one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, select

from caseapp import create_app
from caseapp.core import clock, sealed
from caseapp.core import db as database
from caseapp.identity.models import Staff
from config import Settings, demo_secret_file
from tests import cast

SECRET = "only for tests, never served"
ZONE = "America/New_York"


def today() -> date:
    """The day it is at the clinic of the tests."""
    return clock.today(ZONE)


def settings_for(address: str, instance: Path) -> Settings:
    """Settings of a clinic on that database."""
    return Settings(
        database_url=address,
        key_file=instance / "master.key",
        instance=instance,
        secret_key=SECRET,
        site_timezone=ZONE,
        secure_cookies=False,
    )


def empty_clinic(address: str, instance: Path) -> None:
    """What most tests begin with: a clinic before its first client, with the staff of the cast."""
    with application(settings_for(address, instance)) as app:
        command(app, "setup")
        with database.transaction():
            cast.hire()
        _hasten_sign_in(app, "clinic")


def demo_clinic(address: str, instance: Path) -> None:
    """The demo clinic, with the list of its accounts kept beside its keys."""
    with application(settings_for(address, instance)) as app:
        (instance / ACCOUNTS).write_text(command(app, "setup", "--demo"))
        _hasten_sign_in(app, "demo")


def _hasten_sign_in(app: Flask, scene: str) -> None:
    """Hash the same passwords again at the least cost: a hash says itself how dear it is to check."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for account in everyone(app, scene):
        with database.transaction() as session:
            person = session.scalar(select(Staff).where(Staff.email == account.email))
            person.password_hash = hasher.hash(account.password)


SCENES = {"clinic": empty_clinic, "demo": demo_clinic}
ACCOUNTS = "accounts.txt"


@dataclass(frozen=True)
class Account:
    """Someone who can sign in."""

    email: str
    role: str
    password: str


def accounts(app: Flask, scene: str) -> dict[str, Account]:
    """The first account of each role in a scene."""
    return {account.role: account for account in reversed(everyone(app, scene))}


def everyone(app: Flask, scene: str) -> list[Account]:
    """The accounts of a scene: those of the cast, or those that `setup --demo` printed."""
    if scene == "clinic":
        return [Account(member.email, member.role, member.password) for member in vars(cast.staff()).values()]
    lines = (app.config["SETTINGS"].instance / ACCOUNTS).read_text().splitlines()
    return [Account(*line.split(maxsplit=2)) for line in lines if "@" in line.split(" ")[0]]


def command(app: Flask, *words: str, status: int = 0) -> str:
    """Run `flask --app wsgi ...` in this process; what it printed. Raises AssertionError on another exit status."""
    result = app.test_cli_runner().invoke(args=list(words), catch_exceptions=False)
    if result.exit_code != status:
        raise AssertionError(f"{' '.join(words)} ended with {result.exit_code}, not {status}:\n{result.output}")
    return result.output


class _Compiled(BytecodeCache):
    """Templates compiled by one application of this process serve the next; a changed source has another checksum."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """An application whose connections are all closed at the end."""
    app = _put_together(settings)
    try:
        yield app
    finally:
        database.db.remove()
        database.engine().dispose()


def _put_together(settings: Settings) -> Flask:
    app = create_app(settings)
    app.testing = True
    app.jinja_env.bytecode_cache = _COMPILED
    return app


class Applications:
    """The applications of one process, kept from test to test: putting one together, and compiling what it asks of its engine,
    takes longer than most tests. The databases of tests reuse their names, so the same settings come again and again.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Settings, bool], tuple[Flask, Engine, str]] = {}

    @contextmanager
    def lent(self, settings: Settings) -> Iterator[Flask]:
        """An application of these settings, as if put together just now. One that the test has changed is not kept."""
        key = settings, demo_secret_file(settings.instance, settings.database_url).exists()
        app, engine, shape = self._kept.pop(key, None) or self._new(settings)
        database.bind(engine)
        if settings.key_file.exists():
            sealed.load_key_file(settings.key_file)
        try:
            yield app
        finally:
            database.db.remove()
            database.engine().dispose()
            engine.dispose()
        if _shape(app) == shape:
            self._kept[key] = app, engine, shape

    def _new(self, settings: Settings) -> tuple[Flask, Engine, str]:
        app = _put_together(settings)
        return app, database.engine(), _shape(app)


def _shape(app: Flask) -> str:
    """What tests change of an application: its addresses, what runs around a request, its configuration."""
    around = {name: repr(some) for name, some in vars(app).items() if name.endswith("_funcs")}
    return repr((sorted(app.view_functions), around, sorted(app.config.items()), sorted(app.extensions)))
