"""What only read: it leaves nothing behind in the record, and on PostgreSQL every statement that was prepared."""

import pytest
from sqlalchemy import select, text

from caseapp.clients.models import Client
from caseapp.core.db import db, request_scope, snapshot
from tests.episodes.people import registered

OFTEN = 8  # from the sixth time on a statement is prepared


@pytest.fixture
def ben(transaction, cast):
    with transaction():
        return registered(cast.ana.actor, "Ben", "Ortiz").id


def test_what_a_reading_request_changed_is_not_kept(ben, transaction):
    with request_scope(reads=True):
        db.get(Client, ben).first_name = "Max"
    with transaction():
        assert db.scalar(select(Client.first_name)) == "Ben"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_pages_do_not_forget_what_is_prepared(visit, cast, transaction):
    otto = visit(cast.otto)
    for _ in range(OFTEN):
        otto.get("/clients")  # shows nobody, so nothing is recorded
        with snapshot() as session:
            session.scalar(text("SELECT 1 AS looked_up"))
    with transaction():
        prepared = list(db.scalars(text("SELECT statement FROM pg_prepared_statements")))
    assert any("looked_up" in one for one in prepared) and any("FROM client" in one for one in prepared)
