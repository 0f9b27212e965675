"""The migrations make what the models say, on both engines, and lose no row of another table on the way down and up."""

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Column, Engine, MetaData, Table, text
from sqlalchemy.exc import InvalidRequestError

from caseapp import load_models
from caseapp.core import migrate
from caseapp.core.db import NAMING, Base, UTCDateTime, make_engine
from tests.house.schema import counts, describe
from tests.house.walk import SCENES_TO_WALK


@pytest.fixture
def bare(empty_database) -> Iterator[Engine]:
    """An engine on a database without a table."""
    engine = make_engine(empty_database)
    yield engine
    engine.dispose()


@pytest.fixture
def filled(database) -> Iterator[Engine]:
    """An engine on the demo clinic's database."""
    engine = make_engine(database)
    yield engine
    engine.dispose()


def made_by_models(databases, name: str) -> set[str]:
    """What the models alone would make."""
    load_models()
    address = databases.empty(name)
    engine = make_engine(address)
    try:
        Base.metadata.create_all(engine)
        return describe(engine)
    finally:
        engine.dispose()
        databases.drop(address)


def test_there_is_one_head():
    assert migrate.head() == migrate.revisions()[-1]


def test_migrations_make_what_the_models_say(bare, databases, engine):
    migrate.upgrade(bare)
    assert migrate.drift(bare) == []
    by_migrations, by_models = describe(bare), made_by_models(databases, engine)
    assert sorted(by_migrations - by_models) == []
    assert sorted(by_models - by_migrations) == []


DRIFTS = {
    "a table": "CREATE TABLE planted (id integer primary key)",
    "a column": "ALTER TABLE form_receipt ADD COLUMN planted integer",
    "an index": "CREATE INDEX ix_planted ON form_receipt (location)",
    "a check": "ALTER TABLE form_receipt ADD COLUMN planted integer CHECK (planted > 0)",
}


@pytest.mark.parametrize("planted", DRIFTS)
def test_drift_is_caught(bare, databases, engine, planted):
    migrate.upgrade(bare)
    with bare.begin() as connection:
        connection.execute(text(DRIFTS[planted]))
    assert "planted" in " ".join(describe(bare) - made_by_models(databases, engine))


def test_going_down_to_nothing_and_up_again_leaves_the_same(bare):
    migrate.upgrade(bare)
    before = describe(bare)
    migrate.downgrade(bare, "base")
    assert describe(bare) == set()
    migrate.upgrade(bare)
    assert describe(bare) == before


@pytest.mark.parametrize("scene", SCENES_TO_WALK[-1:], indirect=True)
def test_each_migration_goes_down_and_up_on_rows_and_loses_none_of_other_tables(filled):
    for _revision in migrate.revisions():
        before = counts(filled)
        migrate.downgrade(filled, "-1")
        down = counts(filled)
        assert {name: down[name] for name in down if name in before} == {
            name: before[name] for name in down if name in before
        }
        migrate.upgrade(filled, "+1")
        up = counts(filled)
        assert {name: up[name] for name in down} == down
        migrate.downgrade(filled, "-1")
    assert migrate.current(filled) is None


def test_a_rebuilt_table_keeps_its_children(bare):
    """The trap itself: with foreign keys on, SQLite deletes the children of a table that is rebuilt."""
    with bare.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id integer primary key, a integer)"))
        connection.execute(
            text("CREATE TABLE child (id integer primary key, of integer REFERENCES parent (id) ON DELETE CASCADE)")
        )
        connection.execute(text("INSERT INTO parent VALUES (1, 1)"))
        connection.execute(text("INSERT INTO child VALUES (1, 1)"))
    with migrate.alone_with(bare) as connection:
        from alembic.operations import Operations
        from alembic.runtime.migration import MigrationContext

        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(
            "parent", recreate="auto" if bare.dialect.name != "sqlite" else "always"
        ) as batch:
            batch.drop_column("a")
    assert counts(bare) == {"child": 1, "parent": 1}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_orphans_is_undone(bare):
    with bare.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id integer primary key)"))
        connection.execute(text("CREATE TABLE child (id integer primary key, of integer REFERENCES parent (id))"))
        connection.execute(text("INSERT INTO parent VALUES (1)"))
        connection.execute(text("INSERT INTO child VALUES (1, 1)"))
    with pytest.raises(RuntimeError, match="child -> parent"), migrate.alone_with(bare) as connection:
        connection.execute(text("DELETE FROM parent"))
    assert counts(bare) == {"child": 1, "parent": 1}


def test_our_column_kinds_are_written_as_what_they_are_underneath():
    assert migrate.render_item("type", UTCDateTime(), None) == "sa.DateTime(timezone=True)"
    assert migrate.render_item("type", text("x"), None) is False


def test_every_constraint_and_index_has_a_name():
    load_models()
    nameless = [
        f"{table.name}: {thing}"
        for table in Base.metadata.tables.values()
        for thing in (*table.constraints, *table.indexes)
        if not thing.name
    ]
    assert nameless == []


def test_a_check_without_a_name_is_refused():
    planted = Table("planted", MetaData(naming_convention=NAMING), Column("id", UTCDateTime()))
    with pytest.raises(InvalidRequestError, match="explicitly named"):
        planted.append_constraint(CheckConstraint("id is not null"))
