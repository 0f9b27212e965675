"""The database: base class, column kinds, engines, the session of the request, short transactions of their own.

Actions and queries use `db`, the session of the running request or command. They flush, never commit.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

from sqlalchemy import (
    Boolean,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    UniqueConstraint,
    create_engine,
    event,
    exists,
    func,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    scoped_session,
    sessionmaker,
)
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator):
    """An aware instant, kept in UTC. Refuses naive values, for SQLite would silently drop the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"An instant needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], datetime | None]:
        # In place of `process_result_value`, which is two calls more for each value: a board reads ten thousands.
        read = self.impl_instance.result_processor(dialect, coltype)
        if read is None:  # the driver gives aware values
            return lambda value: None if value is None else value.astimezone(UTC)
        return lambda value: None if value is None else read(value).replace(tzinfo=UTC)


class Word(TypeDecorator):
    """A member of one `StrEnum`, kept as its text, so that a new word needs no change of the table."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[StrEnum]):
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else self.words(value).value

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[str | None], StrEnum | None]:
        # Looked up, not made: it is read a thousand times for a page. A word that nobody knows is a KeyError.
        return {None: None, **{word.value: word for word in self.words}}.__getitem__


# The `info` of a table whose rows mean nothing any more once a backup is restored.
NOT_IN_BACKUPS = {"not in backups": True}

ID_LETTERS = 22
RECYCLED = 3600  # seconds until a connection to SQLite is made anew, which then plans by what `keep_statistics` found
PREPARED = 1_000  # statements that a connection to PostgreSQL keeps planned; all pages together ask some hundreds


def new_id() -> str:
    """128 random bits in 22 letters: fit for addresses, not to be guessed from another one."""
    return secrets.token_urlsafe(16)


Id = Annotated[str, mapped_column(String(22), primary_key=True, default=new_id)]


class Base(DeclarativeBase):
    """Every table. `version` columns are checked at each update: a lost race becomes a 409, never a lost write."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime(), bool: Boolean(create_constraint=False)}


class Edited:
    """What a row that people edit carries: the version a form is opened at, and who changed it last."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    changed_at: Mapped[datetime | None]
    changed_by_name: Mapped[str | None] = mapped_column(String(200))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}


# Reading requests begin deferred; all else takes SQLite's write lock at once, so that it never has to be upgraded.
reading_only: ContextVar[bool] = ContextVar("this request only reads", default=False)


def make_engine(url: str) -> Engine:
    """An engine for a SQLite or PostgreSQL address, with the settings without which data gets lost (docs/decisions).

    What a statement carried, which may be what someone typed, never stands in an error and so never in a log.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(
        parsed, pool_pre_ping=True, pool_use_lifo=True, pool_size=10, max_overflow=20, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.prepared_max = PREPARED

    return engine


def _sqlite_engine(url: str) -> Engine:
    try:
        import pysqlite3.dbapi2 as module
    except ImportError:  # no wheel for this machine: the library Python was linked to
        import sqlite3 as module
    kept_open = {"isolation_level": None, "timeout": 30, "check_same_thread": False}
    engine = create_engine(url, module=module, connect_args=kept_open, pool_recycle=RECYCLED, hide_parameters=True)
    # 3.7.0 to 3.51.2 can corrupt a database when a WAL is reset; those run with a rollback journal.
    journal = "WAL" if module.sqlite_version_info > (3, 51, 2) else "DELETE"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in (
            f"journal_mode={journal}",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "synchronous=FULL",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if reading_only.get() else "BEGIN IMMEDIATE")

    return engine


class _Scope:
    """Which request or command the running code belongs to."""

    current: ContextVar[object] = ContextVar("session scope", default="outside")


_sessions = sessionmaker(expire_on_commit=False, autoflush=True)
db: scoped_session[Session] = scoped_session(_sessions, scopefunc=lambda: id(_Scope.current.get()))


# What queries keep in this process from one request to the next, each under a name of its own: only what every server would work
# out again from the database, and knows to be as good as new.
kept: dict[str, Any] = {}


def bind(engine: Engine) -> None:
    """Use this engine from now on in this process."""
    db.remove()
    kept.clear()
    _sessions.configure(bind=engine)


def engine() -> Engine:
    """The engine in use."""
    return _sessions.kw["bind"]


def is_sqlite() -> bool:
    """Whether the engine in use is SQLite."""
    return engine().dialect.name == "sqlite"


def keep_statistics() -> None:
    """Have SQLite look at tables that have grown or shrunk tenfold, for without that it looks for few among many in the wrong
    order; as good as nothing where they have not. PostgreSQL does so by itself. A short transaction of its own.
    """
    if is_sqlite():
        with engine().begin() as connection:
            connection.exec_driver_sql("PRAGMA optimize=0x10002")  # every table, also those this connection never asked


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work for commands and jobs: a fresh session, committed once at the end or rolled back whole."""
    token = _Scope.current.set(object())
    try:
        with db.begin():
            yield db()
    finally:
        db.remove()
        _Scope.current.reset(token)


@contextmanager
def joined(connection: Connection) -> Iterator[Session]:
    """A unit of work, `db` included, inside a transaction that the caller has begun and will end."""
    token = _Scope.current.set(object())
    try:
        yield db(bind=connection, join_transaction_mode="rollback_only")
        db.flush()
    finally:
        db.remove()
        _Scope.current.reset(token)


@contextmanager
def own_transaction() -> Iterator[Session]:
    """A short transaction beside the request's own, for what must stay even if the request is undone.

    On SQLite there is one writer at a time: never open one while the request's own session holds the write lock. A request
    that only reads lets go of what it has read so far, for without a WAL nobody can write beside a reader. On PostgreSQL it
    goes on with the connection that it has: there is nothing of its own that could be undone.
    """
    if reading_only.get():
        if not is_sqlite():
            with _committed(db()):
                yield db()
            return
        _end_reading(db())
    token = reading_only.set(False)
    try:
        with _sessions() as session, session.begin():
            yield session
    finally:
        reading_only.reset(token)


@contextmanager
def _committed(session: Session) -> Iterator[None]:
    try:
        yield
    except BaseException:
        session.rollback()
        raise
    session.commit()


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session of its own that sees one state of the database throughout, whatever others write meanwhile; it only reads."""
    token = reading_only.set(True)
    try:
        with engine().connect() as connection:
            if not is_sqlite():  # SQLite's reading transactions are snapshots by themselves
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with Session(bind=connection) as session:
                yield session
                _end_reading(session)
    finally:
        reading_only.reset(token)


@contextmanager
def looking() -> Iterator[Session]:
    """For a look before a view runs: the request's own session if it only reads, else a snapshot beside it, for the
    transaction of a request that writes must not begin before its view does."""
    if reading_only.get():
        yield db()
    else:
        with snapshot() as session:
            yield session


@contextmanager
def request_scope(reads: bool) -> Iterator[None]:
    """The session of one web request; `reads` says that it writes nothing in its own transaction."""
    scope, mode = _Scope.current.set(object()), reading_only.set(reads)
    try:
        yield
        if reads:
            _end_reading(db())
    finally:
        db.remove()
        reading_only.reset(mode)
        _Scope.current.reset(scope)


def _end_reading(session: Session) -> None:
    """End what only read by COMMIT, with nothing in it. At a ROLLBACK the driver of PostgreSQL forgets every statement that the
    connection has prepared, and each is planned anew from then on; and every row that the page has read counts as unread.
    """
    if not session.in_transaction():
        return
    if session.new or session.dirty or session.deleted:  # never asked to be kept
        session.rollback()
    with suppress(*NO_DATABASE):  # what was read is read
        session.commit()


def broken_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint an IntegrityError speaks of; SQLite names only the columns of a unique one."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name
    said = str(error.orig)
    if said.startswith("UNIQUE constraint failed: "):
        return _unique_names().get(frozenset(said.removeprefix("UNIQUE constraint failed: ").split(", ")))
    return said.removeprefix("CHECK constraint failed: ") if said.startswith("CHECK") else None


# What is raised when the database does not answer, or has no room: nothing is wrong with what was asked of it.
NO_DATABASE = (OperationalError, InterfaceError, NoConnection)


def code_of(error: BaseException) -> str:
    """By what name an engine calls an error ("53100", "SQLITE_FULL"); "" if it says none. Never what its message quotes."""
    return getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or ""


def has_no_room(error: BaseException) -> bool:
    """Whether the disk of the database is full."""
    return isinstance(error, DBAPIError) and code_of(error.orig) in {"53100", "SQLITE_FULL"}


def _unique_names() -> dict[frozenset[str], str]:
    """Unique constraints and indexes by their columns, as SQLite writes them."""
    uniques = {}
    for table in Base.metadata.tables.values():
        for rule in [*table.constraints, *table.indexes]:
            if isinstance(rule, UniqueConstraint) or getattr(rule, "unique", False):
                uniques[frozenset(f"{table.name}.{column.name}" for column in rule.columns)] = str(rule.name)
    return uniques


def lock(model: type[Base], ids: list[str]) -> None:
    """Make every other writer wait for these rows until this transaction ends, in one order, so that two never wait for each other.

    SQLite has one writer at a time already; PostgreSQL locks the rows, but for new rows elsewhere that only point at them.
    """
    if ids and not is_sqlite():
        held = select(model.id).where(model.id.in_(set(ids))).order_by(model.id)
        db.execute(held.with_for_update(key_share=True))


def share(model: type[Base], ids: list[str]) -> None:
    """Let others `share` these rows too, but make whoever would `lock` them wait until this transaction ends."""
    if ids and not is_sqlite():
        db.execute(select(model.id).where(model.id.in_(set(ids))).order_by(model.id).with_for_update(read=True))


def take_turns(session: Session, *names: str) -> None:
    """Let only one transaction at a time past this point for each name, until it ends; in one order, so that none wait in a ring.

    SQLite has one writer at a time already; PostgreSQL takes advisory locks.
    """
    if not is_sqlite():
        for key in sorted(int.from_bytes(sha256(name.encode()).digest()[:8], signed=True) for name in set(names)):
            session.execute(select(func.pg_advisory_xact_lock(key)))


def referred_to(row: Any, besides: frozenset[str] = frozenset()) -> bool:
    """Whether a row of any table points at this one; tables named in `besides` do not count."""
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            if table.name in besides or key.column.table is not row.__table__ or key.column.name != "id":
                continue
            if db.scalar(select(exists().where(key.parent == row.id))):
                return True
    return False
