"""What SQLite knows of the size of its tables, without which it looks for few among many in the wrong order."""

import pytest
from sqlalchemy import insert, text

from caseapp.core.db import db, keep_statistics, new_id
from caseapp.core.models import SealingKey

MANY = 3_000


def rows_known(transaction) -> set[int]:
    """How many rows SQLite noted of the sealing keys, by any of their indexes."""
    noted = text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'sealing_key'")
    with transaction():
        return {int(stat.split()[0]) for stat in db.scalars(noted)}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_table_that_has_grown_is_looked_at_again(app, transaction, command):
    keep_statistics()
    with transaction():
        db.execute(insert(SealingKey), [{"owner_id": new_id(), "wrapped": b"made up"} for _key in range(MANY)])
    assert max(rows_known(transaction), default=0) < MANY
    command("work", "--once")
    assert min(rows_known(transaction)) >= MANY


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgresql_does_so_by_itself(app, statements):
    with statements() as seen:
        keep_statistics()
    assert not seen
