"""Write the migration that brings a database at head to the models: `python -m migrations.write add-something`.

A person reads what was written before it is committed: Alembic sees columns, keys, indexes and unique constraints, but
not a changed CHECK. The tests compare what the migrations make with what the models make, CHECKs included.
"""

import sys
import tempfile
from pathlib import Path

from caseapp.core import clock, migrate
from caseapp.core.db import make_engine


def write(slug: str) -> Path | None:
    """Compare the models with a scratch database at head; the path of the new file, None if there is nothing to do."""
    with tempfile.TemporaryDirectory() as scratch:
        engine = make_engine(f"sqlite:///{scratch}/head.db")
        migrate.upgrade(engine)
        path = migrate.autogenerate(engine, f"{clock.today('UTC'):%Y%m%d}_{slug.replace('-', '_')}", slug)
        engine.dispose()
    if path:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.strip().startswith("# ###")))
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say what it does: make migration slug=add-something")
    print(write(sys.argv[1]) or "The models and the migrations agree: nothing to write.")
