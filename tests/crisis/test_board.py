"""The board: overdue on top, only what one may know of, and as many statements for many rows as for few."""

from datetime import UTC, datetime, timedelta

import pytest

from caseapp.core import clock
from caseapp.crisis import actions
from caseapp.crisis.rules import Caller, Channel, Risk
from tests.crisis.contacts import path_of, register, save

NOON = datetime(2090, 11, 18, 17, tzinfo=UTC)


def contact(by, client_id, hours_ago, risk=Risk.high):
    """A contact that ended so many hours before noon."""
    at = NOON - timedelta(hours=hours_ago)
    with clock.freeze(at):
        facts = {"caller": Caller.client, "channel": Channel.phone, "started_at": at, "ended_at": at}
        return actions.record(by, client_id=client_id, risk=risk, **facts).id


@pytest.fixture
def board(cast, transaction):
    """Ben's call is overdue, Mia's due within four hours, the unknown caller's later."""
    ben, mia = register(cast.ana.actor), register(cast.ana.actor, "Mia", "Lund")
    with transaction():
        contact(cast.ana.actor, mia, 22)
        contact(cast.sue.actor, None, 2, Risk.low)
        return contact(cast.ana.actor, ben, 26)


def test_overdue_first_with_counts_and_what_happened(visit, cast, board):
    with clock.freeze(NOON):
        shown = visit(cast.ana).get("/crisis").text
        assert "<h1>Crisis follow-ups</h1>" in shown
        assert shown.index("Ortiz, Ben") < shown.index("Lund, Mia") < shown.index("Unknown caller")
        for words in ("Overdue <b>1</b>", "Due in 4 hours <b>1</b>", "Later <b>1</b>", "Closed this week <b>0</b>"):
            assert words in shown
        assert "0 of 5" in shown and "Phone, " in shown and 'data-module="poll"' in shown
        mine = visit(cast.sue).get("/crisis?whose=mine").text
        assert "Unknown caller" in mine and "Ortiz" not in mine
        assert "2 follow-ups need you" in visit(cast.ana).get("/crisis").text
        # A supervisor's number counts everyone's; who is in no team and owns none has none.
        assert "2 follow-ups need you" in visit(cast.sue).get("/crisis").text
        assert "need you" not in visit(cast.otto).get("/today").text


def test_only_what_one_may_know_of(visit, cast, board):
    shown = visit(cast.otto).get("/crisis").text
    assert "Ortiz" not in shown and "Lund" not in shown and "Unknown caller" in shown
    assert visit(cast.ada).get("/crisis").status_code == 403


def test_empty_is_a_calm_sentence(visit, cast):
    assert "No open follow-ups." in visit(cast.ana).get("/crisis").text
    assert "Nothing was closed this week." in visit(cast.ana).get("/crisis?show=closed").text


def test_closed_this_week(visit, cast, board):
    with clock.freeze(NOON):
        visitor = visit(cast.ana)
        path_of(visitor.submit(f"/crisis/{board}/attempt", {"result": "spoke", "next": "close"}))
        assert "Closed this week <b>1</b>" in visitor.get("/crisis").text
        assert "Ortiz, Ben" in visitor.get("/crisis?show=closed").text
    with clock.freeze(NOON + timedelta(days=7)):
        assert "Ortiz" not in visit(cast.ana).get("/crisis?show=closed").text


@pytest.mark.parametrize("path", ["/crisis", "/crisis?show=closed", "/tasks?whose=all", "/today"])
def test_statements_do_not_grow_with_rows(visit, cast, board, transaction, statements, path):
    people = [register(cast.ana.actor, f"N{n}", "Noise") for n in range(6)]
    with clock.freeze(NOON):
        visitor = visit(cast.sue)
        visitor.submit(f"/crisis/{board}/attempt", {"result": "spoke", "next": "close"})
        visitor.get(path)
        with statements() as few:
            visitor.get(path)
        for client_id in people:
            with transaction():
                contact(cast.ana.actor, client_id, 3)
                done = contact(cast.ana.actor, client_id, 30)
            visitor.submit(f"/crisis/{done}/attempt", {"result": "spoke", "next": "close"})
        with statements() as many:
            shown = visitor.get(path)
    assert "Noise" in shown.text
    assert len(many) == len(few)


def test_a_contact_saved_is_on_the_board_at_once(visit, cast):
    visitor = visit(cast.ana)
    save(visitor, "high")
    assert "Unknown caller" in visitor.get("/crisis").text
