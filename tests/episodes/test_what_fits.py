"""What can't be so in a pre-screen or an admission is refused by the action, whoever calls it, and by the tables."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from caseapp.clients.models import Client
from caseapp.clinic import actions as clinic
from caseapp.clinic.rules import ProviderKind
from caseapp.core import clock
from caseapp.core.errors import RuleBroken
from caseapp.episodes import actions, queries
from caseapp.episodes.models import Prescreen
from caseapp.episodes.rules import MoveReason, what_does_not_fit
from caseapp.progress import actions as progress
from tests.episodes.people import admitted, registered, screened, today, version

TODAY = date(2026, 11, 18)
HERE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 18, 12, tzinfo=HERE)
FITS = {
    "last_use_known": "yes", "last_use_at": NOW - timedelta(days=3), "last_use_time_known": True, "prior_ended_on": TODAY,
    "ciwa": 67, "ciwa_taken_at": NOW, "cows": 48, "cows_taken_at": NOW,
}  # fmt: skip


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({}, None),
        ({"last_use_at": None}, "last_use_on"),
        ({"last_use_known": "unknown"}, "last_use_known"),
        ({"last_use_known": "unknown", "last_use_at": None}, None),
        ({"last_use_known": None, "last_use_at": None}, None),
        ({"last_use_at": NOW}, None),
        ({"last_use_at": NOW + timedelta(seconds=1)}, "last_use_time"),
        ({"last_use_at": datetime(2026, 11, 18, 23, 59, tzinfo=HERE), "last_use_time_known": False}, None),
        ({"last_use_at": datetime(2026, 11, 19, 0, 0, tzinfo=HERE), "last_use_time_known": False}, "last_use_on"),
        ({"ciwa_taken_at": NOW + timedelta(hours=1)}, "ciwa_at"),
        ({"ciwa_taken_at": NOW + timedelta(days=1)}, "ciwa_on"),
        ({"cows_taken_at": NOW + timedelta(hours=1)}, "cows_at"),
        ({"prior_ended_on": TODAY + timedelta(days=1)}, "prior_ended_on"),
        ({"ciwa": 68}, "ciwa"),
        ({"ciwa": -1}, "ciwa"),
        ({"cows": 49}, "cows"),
    ],
)
def test_what_does_not_fit(different, field):
    asked = SimpleNamespace(**FITS | different)
    wrong = what_does_not_fit(asked, NOW, TODAY, lambda moment: moment.astimezone(HERE).date())
    assert (wrong and wrong[1]) == field


def test_the_actions_refuse_it_too(transaction, cast):
    by = cast.ana.actor
    with transaction():
        client = registered(by)
        row = screened(client, by)
    for wrong in ({"last_use_at": None}, {"last_use_at": clock.now() + timedelta(days=1)}, {"ciwa": 68}):
        with pytest.raises(RuleBroken), transaction():
            screened(client, by, **wrong)
        with pytest.raises(RuleBroken), transaction() as session:
            actions.edit_prescreen(session.get(Prescreen, row.id), by, **wrong)
    with transaction() as session:
        assert session.get(Prescreen, row.id).ciwa is None
        with pytest.raises(RuleBroken, match="who examined"):
            facts = {"cleared_at": clock.now(), "cleared_by": "M. Adeyemi, MD", "place": " ", "finding": "Stable"}
            actions.clear(session.get(Prescreen, row.id), by, **facts)
        hall = clinic.add_provider("Hall", ProviderKind.outpatient, by)
        with pytest.raises(RuleBroken, match="withdrawal management"):
            actions.refer(session.get(Prescreen, row.id), hall, by)


@pytest.mark.parametrize(
    "what", ["last_use_known = 'unknown'", "last_use_at = NULL", "ciwa = 68", "ciwa = -1", "cows = 49"]
)
def test_so_do_the_tables(transaction, cast, what):
    with transaction():
        screened(registered(cast.ana.actor), cast.ana.actor)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(f"UPDATE prescreen SET {what}"))


def test_an_admission_that_can_not_be(transaction, cast):
    by = cast.ana.actor
    facts = {"case_manager_id": by.id, "clinician_id": cast.carl.actor.id, "payer_id": None}
    with transaction():
        client = registered(by)
        screen = screened(client, by)
    yesterday = clock.today("America/New_York") - timedelta(days=1)
    for wrong, said in (
        ({"admitted_on": yesterday + timedelta(days=2)}, "can't lie ahead"),
        ({"admitted_on": yesterday}, "recorded later"),
        ({"phase": 2}, "do not begin with the first phase"),
        ({"case_manager_id": cast.ada.actor.id}, "works here as case manager"),
        ({"clinician_id": by.id}, "works here as clinician"),
    ):
        with pytest.raises(RuleBroken, match=said), transaction() as session:
            sent = {"admitted_on": yesterday + timedelta(days=1), "program_version": version()} | facts | wrong
            sent["phase"] = version().phases[wrong.get("phase", 1) - 1]
            progress.admit(session.get(Client, client.id), session.get(Prescreen, screen.id), by, **sent)
    with transaction():
        assert queries.episodes_of(client.id) == []


def test_an_admission_is_not_corrected_into_childhood(transaction, cast):
    """Somebody who turned old enough on the day of admission can't have been admitted the day before."""
    by = cast.ana.actor
    with transaction():
        day = today() - timedelta(days=40)
        least = version().program.least_age
        episode = admitted(registered(by, born=day.replace(year=day.year - least)), by, day)
        first = queries.stays(episode.id)[0].transition_in
        with pytest.raises(RuleBroken, match=f"from {least} years on"):
            facts = {"effective_on": day - timedelta(days=1), "reason": MoveReason.admitted, "words": "Earlier"}
            progress.correct(first, episode, by, **facts)
