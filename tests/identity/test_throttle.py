"""Of many guesses at once no more are looked at than one after the other would be."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from caseapp.audit.models import AuditEvent
from caseapp.core.db import own_transaction
from caseapp.core.errors import RuleBroken
from caseapp.identity import actions, rules
from caseapp.identity.actions import sign_ins
from caseapp.identity.models import SignInAttempt
from tests.cast import PASSWORD

GUESSES = 24


def guess_at_once(tries: list[tuple[str, str, str]]) -> list[str]:
    """Sign in with (email, password, address), all at the same moment; the sentence of each refusal, "" for a success."""
    gate = Barrier(len(tries))

    def one(email: str, password: str, address: str) -> str:
        gate.wait()
        try:
            actions.sign_in(email, password, address, "a browser")
        except RuleBroken as broken:
            return broken.sentence
        return ""

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(lambda told: one(*told), tries))


def test_of_many_guesses_at_one_account_five_are_looked_at(app, cast):
    said = guess_at_once([(cast.ana.email, f"wrong {n}", f"10.0.0.{n}") for n in range(GUESSES)])
    assert said.count(sign_ins.WRONG) == rules.TRIES_BEFORE_WAITING
    assert sum(one.startswith("Too many tries. Wait until ") for one in said) == GUESSES - rules.TRIES_BEFORE_WAITING
    with own_transaction() as session:
        failed = select(func.count()).where(AuditEvent.what == "identity.sign_in_failed")
        assert session.scalar(failed) == rules.TRIES_BEFORE_WAITING


def test_of_many_guesses_from_one_address_at_many_accounts_twenty_are_looked_at(app, cast):
    said = guess_at_once([(f"n{n}@clinic.example", "wrong", "10.0.0.1") for n in range(GUESSES)])
    assert said.count(sign_ins.WRONG) == 4 * rules.TRIES_BEFORE_WAITING


def test_the_right_password_forgives_its_own_try_and_others_at_the_address_are_not_kept_out(app, cast):
    for _ in range(5):
        with pytest.raises(RuleBroken):
            actions.sign_in(cast.ana.email, "wrong", "10.0.0.1", "")
    for _ in range(20):
        assert actions.sign_in(cast.carl.email, PASSWORD, "10.0.0.1", "")
    with own_transaction() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 10  # five of the account, five here


@pytest.mark.parametrize(
    ("failed", "seconds"), [(0, None), (4, None), (5, 10), (6, 20), (7, 40), (11, 640), (12, 900), (40, 900)]
)
def test_how_long_one_waits(failed, seconds):
    last = datetime(2026, 11, 18, 12, tzinfo=UTC)
    tries = [last - timedelta(minutes=failed - n) for n in range(1, failed + 1)]
    assert rules.wait_until(tries) == (last + timedelta(seconds=seconds) if seconds else None)
