"""A database of its own for each test, on SQLite and on PostgreSQL, copied from one template per engine and run.

One run of the tests has one folder. Whoever first needs an engine prepares it there under a lock; the other processes
of the run find it ready. PostgreSQL is started by `tests.postgres_keeper`, which stops it when the run is over, however
that ends.
"""

import fcntl
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = [SQLITE, POSTGRESQL]
_MEMORY = Path("/dev/shm")
_number = itertools.count()


def open_run() -> Path:
    """The folder of this run; in memory where the machine has such a place, for tests need no durability."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2**30 else None
    folder = Path(tempfile.mkdtemp(prefix="caseapp-tests-", dir=place))
    folder.chmod(0o755)  # PostgreSQL may run as another user, who must get through
    return folder


def close_run(folder: Path) -> None:
    """Stop what runs for this run and remove its folder."""
    keeper = folder / "keeper.pid"
    if keeper.exists():
        pid = int(keeper.read_text())
        os.kill(pid, signal.SIGTERM)
        _wait(lambda: not (folder / "postgresql" / "postmaster.pid").exists(), 15, "PostgreSQL to stop")
    shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Makes databases for the tests of one process."""

    def __init__(self, run: Path, scenes: dict[str, Callable[[str, Path], None]], today: Callable[[], date]):
        """A scene takes the address of an empty database and an empty folder for keys, and makes a clinic of them.

        A scene is a clinic as of the day it was made: on the next day of `today()` it is made again.
        """
        self.run = run
        self.scenes = scenes
        self.today = today
        self.ready: dict[str, str] = {}
        self.free: dict[str, list[str]] = {}  # by engine and scene, the names of databases that are gone

    def copy(self, engine: str, scene: str) -> str:
        """The address of a new database in which a scene stands as it was made. One that is gone leaves it its name."""
        made = self._prepared(engine, scene)
        names = self.free.setdefault(f"{engine}_{scene}", [])
        name = names.pop() if names else f"t{os.getpid()}_{next(_number)}_{engine}_{scene}"
        if engine == SQLITE:
            shutil.copyfile(self.run / f"{made}.db", self.run / f"{name}.db")
            return f"sqlite:///{self.run}/{name}.db"
        self.run_sql(f'CREATE DATABASE "{name}" TEMPLATE "template_{made}" STRATEGY FILE_COPY')
        return self.address(name)

    def instance(self, engine: str, scene: str) -> Path:
        """The folder of keys and anchors that belongs to a scene; to be copied, not written to."""
        return self.run / f"instance-{self._prepared(engine, scene)}-{engine}"

    def empty(self, engine: str) -> str:
        """The address of a new database without a table."""
        name = f"e{os.getpid()}_{next(_number)}"
        if engine == SQLITE:
            return f"sqlite:///{self.run}/{name}.db"
        self._server()
        self.run_sql(f'CREATE DATABASE "{name}"')
        return self.address(name)

    def drop(self, address: str) -> None:
        """Remove a database that `copy` or `empty` made, whoever is still connected to it."""
        name = self._name(address)
        if address.startswith(SQLITE):
            path = address.removeprefix("sqlite:///")
            for ending in ("", "-wal", "-shm", "-journal"):
                Path(path + ending).unlink(missing_ok=True)
        else:
            self.run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for kind, names in self.free.items():
            if name.startswith("t") and name.endswith(f"_{kind}"):
                names.append(name)

    def folder(self, address: str) -> Path:
        """Where the keys and anchors of a database that `copy` made go; nothing is there yet."""
        return self.run / f"instance-of-{self._name(address)}"

    @staticmethod
    def _name(address: str) -> str:
        return Path(address.split("?")[0]).name.removesuffix(".db")

    @contextmanager
    def shut(self, address: str) -> Iterator[None]:
        """In the block a database of PostgreSQL does not answer: whoever is connected is put out, nobody gets in."""
        name = self._name(address)
        self.run_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        self.run_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        try:
            yield
        finally:
            self.run_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    def address(self, database: str) -> str:
        """The address of a database of this run's PostgreSQL."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._server()}"

    def _prepared(self, engine: str, scene: str) -> str:
        """The name under which a scene stands ready, as of today."""
        made = f"{scene}-{self.today()}"
        done = self.run / f"{made}-{engine}.done"
        if str(done) not in self.ready:
            with _alone(self.run / f"{made}-{engine}.lock"):
                if not done.exists():
                    self._make(engine, scene, made)
                    done.touch()
            self.ready[str(done)] = made
        return made

    def _make(self, engine: str, scene: str, made: str) -> None:
        instance = self.run / f"instance-{made}-{engine}"
        shutil.rmtree(instance, ignore_errors=True)  # of an attempt that failed
        instance.mkdir()
        if engine == SQLITE:
            address = f"sqlite:///{self.run}/{made}.db"
            self.drop(address)
        else:
            self._server()
            self.run_sql(f'DROP DATABASE IF EXISTS "template_{made}" WITH (FORCE)')
            self.run_sql(f'CREATE DATABASE "template_{made}"')
            address = self.address(f"template_{made}")
        self.scenes[scene](address, instance)

    def _server(self) -> str:
        """The folder of the server's socket; starts the server if nobody has."""
        if "server" not in self.ready:
            with _alone(self.run / "server.lock"):
                if not (self.run / "keeper.pid").exists():
                    _start_keeper(self.run)
            self.ready["server"] = (self.run / "socket").read_text()
        return self.ready["server"]

    def close(self) -> None:
        """Let go of the server."""
        if "connection" in self.__dict__:
            self.connection.close()

    def run_sql(self, statement: str) -> None:
        """Run a statement as PostgreSQL's owner, beside every database of a test."""
        if "connection" not in self.__dict__:
            self.connection = psycopg.connect(f"postgresql://postgres@/postgres?host={self._server()}", autocommit=True)
        self.connection.execute(statement)


def _start_keeper(run: Path) -> None:
    with (run / "keeper.log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.postgres_keeper", str(run), os.environ["CASEAPP_TEST_RUN_PID"]],
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[1],
        )
    ready = run / "socket"
    _wait(lambda: ready.exists() or keeper.poll() is not None, 60, "PostgreSQL to start")
    if not ready.exists():
        raise RuntimeError("PostgreSQL did not start:\n" + (run / "keeper.log").read_text())
    (run / "keeper.pid").write_text(str(keeper.pid))
    keeper.returncode = 0  # it outlives this process on purpose: nobody waits for it here


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait(so: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {seconds} s for {what}.")
        time.sleep(0.02)
