"""The withdrawal check and the gate as pages; and an edit that comes between the question and the admission."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.clinic import actions as clinic_actions
from caseapp.clinic.rules import ProviderKind
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken, Stale
from caseapp.episodes import actions, queries
from caseapp.episodes.models import Episode, Prescreen
from caseapp.episodes.rules import Outcome, Substance
from caseapp.programs.models import RuleSetting
from caseapp.programs.queries import forget_profiles
from tests.episodes.people import admitted, registered, screened, today, version

ANSWERS = {
    "referral_source": "court", "prior_level": "detox", "substances": "alcohol", "main_route": "oral", "second": "cocaine",
    "last_use_known": "yes", "last_use_on": "yesterday", "seizure_or_delirium": "no", "benzodiazepine_dependence": "no",
    "withdrawal_now": "no",
}  # fmt: skip


@pytest.fixture
def alicia(transaction, cast):
    with transaction():
        return registered(cast.ana.actor).id


def newest(transaction, client_id):
    with transaction():
        return queries.newest_prescreen(client_id)


def test_asked_saved_and_asked_again(visit, cast, transaction, alicia):
    ana, path = visit(cast.ana), f"/clients/{alicia}/prescreen"
    form = ana.form(path, to=path).fields | ANSWERS
    assert [ana.raw.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    with transaction():
        row = queries.newest_prescreen(alicia)
        named = [(one.substance.value, one.route and one.route.value) for one in row.substances]
    assert named == [("alcohol", "oral"), ("cocaine", None)]
    assert not row.last_use_time_known
    assert "Nothing stands in the way" in ana.get(f"/clients/{alicia}/gate").text
    assert ana.submit(path, {"withdrawal_now": "unknown"}).status_code == 303
    gate = ana.get(f"/clients/{alicia}/gate").text
    assert "Signs of withdrawal now: not asked yet." in gate
    assert f"{path}#part-withdrawal_now" in gate
    with transaction():
        assert len(list(db.scalars(select(Prescreen)))) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_use_on": None}, "Enter the day of the last use"),
        ({"last_use_known": "unknown"}, "Choose known, or take the day"),
        ({"last_use_on": "tomorrow"}, "Enter a day that has been"),
        ({"last_use_on": "today", "last_use_time": "11:59 pm"}, "Enter a time that has been"),
        ({"ciwa": "68"}, "Enter a score from 0 to 67"),
        ({"cows": "-1"}, "Enter a score from 0 to 48"),
        ({"ciwa_at": "9:00 am"}, "Enter the day too"),
        ({"substances": "heroic"}, "Choose one of the list"),
        ({"withdrawal_now": None}, "Signs of withdrawal: choose yes, no or not asked yet"),
        ({"prior_level": ""}, "Choose the care before"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said(visit, cast, transaction, alicia, wrong, said):
    with clock.freeze(clock.instant(today_in(transaction), __import__("datetime").time(12), "America/New_York")):
        answer = visit(cast.ana).submit(f"/clients/{alicia}/prescreen", ANSWERS | {"notes": "Kept"} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Kept" in answer.text
    assert newest(transaction, alicia) is None


def today_in(transaction):
    with transaction():
        return today()


def test_an_examination_opens_the_gate_until_a_later_use(visit, cast, transaction, alicia):
    ana = visit(cast.ana)
    ana.submit(f"/clients/{alicia}/prescreen", ANSWERS | {"withdrawal_now": "yes", "last_use_on": day(-3)})
    examination = {
        "fit": "yes",
        "on_day": day(-1),
        "at": "9:00 am",
        "cleared_by": "M. Adeyemi, MD",
        "place": "Harbor Hospital",
        "finding": "Stable",
    }
    path = f"/clients/{alicia}/clearance"
    assert ana.submit(path, examination | {"fit": None}).status_code == 422
    assert ana.submit(path, examination | {"on_day": "tomorrow"}).status_code == 422
    assert ana.submit(path, examination).status_code == 303
    assert "Nothing stands in the way" in ana.get(f"/clients/{alicia}/gate").text
    ana.submit(f"/clients/{alicia}/prescreen", {"last_use_on": day(-1), "last_use_time": "8:00 pm"})
    shut = ana.get(f"/clients/{alicia}/gate").text
    assert "not later than the last use" in shut
    assert "Stable" in shut
    ana.submit(f"/clients/{alicia}/prescreen", {"last_use_on": day(-3)})
    assert ana.submit(path, examination | {"fit": "no", "at": "11:00 am"}).status_code == 303
    assert "found that they need withdrawal management" in ana.get(f"/clients/{alicia}/gate").text
    assert visit(cast.carl).get(path).status_code == 403
    assert visit(cast.otto).get(path).status_code == 404


def day(ahead):
    one = clock.today("America/New_York") + timedelta(days=ahead)
    return f"{one:%b} {one.day}, {one.year}"


def test_referral_and_no_admission_end_it_for_good(visit, cast, transaction, alicia):
    with transaction():
        clinic_actions.add_provider(
            "Harbor Hospital", ProviderKind.withdrawal_management, COMMAND_LINE, phone="555-0190"
        )
    ana = visit(cast.ana)
    ana.submit(f"/clients/{alicia}/prescreen", ANSWERS)
    provider = ana.get(f"/clients/{alicia}/refer").text.split('<option value="')[2].split('"')[0]
    assert ana.submit(f"/clients/{alicia}/refer", {"provider": provider}).status_code == 303
    gate = ana.get(f"/clients/{alicia}/gate").text
    assert "To Harbor Hospital, 555-0190" in gate
    assert "Start a new withdrawal check" in gate
    for closed in ("clearance", "refer", "not-admitted", "admit"):
        assert ana.get(f"/clients/{alicia}/{closed}").status_code == 404
    ana.submit(f"/clients/{alicia}/prescreen", ANSWERS)
    path = f"/clients/{alicia}/not-admitted"
    assert ana.submit(path, {}).status_code == 422
    assert ana.submit(path, {"because": "other"}).status_code == 422
    assert ana.submit(path, {"because": "declined", "words": "Wants to wait"}).status_code == 303
    assert "They were not admitted: they declined." in ana.get(f"/clients/{alicia}/gate").text
    assert newest(transaction, alicia).outcome is Outcome.not_admitted


def test_the_numbers_are_those_of_the_program_in_force(transaction, cast, alicia):
    from caseapp.clients.queries import get_client

    with transaction():
        row = screened(get_client(alicia, cast.ana.actor), cast.ana.actor, cows=13, substances=[Substance.heroin])
        assert [one.field for one in queries.gate(row)] == ["cows"]
        program = version().program_id
        db.add(RuleSetting(program_id=program, name="cows_blocks_from", from_day=today() - timedelta(days=1), value=20))
        db.flush()
        forget_profiles()
        assert queries.gate(row) == []
        with clock.freeze(clock.now() + timedelta(days=31)):
            assert [one.field for one in queries.gate(row)] == ["last_use_known"]


def test_under_age_and_shut_gates_are_refused_by_the_action_itself(transaction, cast):
    by = cast.ana.actor
    with pytest.raises(RuleBroken, match="18 years"), transaction():
        admitted(registered(by, born=today().replace(year=today().year - 17)), by, today())
    with pytest.raises(RuleBroken, match="blocked"), transaction():
        client = registered(by, "Ben", "Ortiz")
        admitted(client, by, today(), screen=screened(client, by, cows=13))


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_an_edit_at_the_same_time_can_not_slip_past_the_gate(transaction, cast, alicia):
    """The edit holds the pre-screen when the admission asks: the admission waits, reads it anew, and is refused."""
    from caseapp.clients.queries import get_client

    by, held, go_on, outcome = cast.ana.actor, threading.Event(), threading.Event(), []
    with transaction():
        row_id = screened(get_client(alicia, by), by).id

    def edit():
        with transaction():
            row = db.get(Prescreen, row_id)
            kept = {"last_use_known": row.last_use_known, "last_use_at": row.last_use_at}
            actions.edit_prescreen(row, by, withdrawal_now="yes", **kept)
            held.set()
            go_on.wait(10)

    def admit():
        held.wait(10)
        try:
            with transaction():
                client, row = get_client(alicia, by), queries.newest_prescreen(alicia)
                assert queries.gate(row) == []  # what the page saw
                threading.Timer(0.5, go_on.set).start()
                admitted(client, by, today(), screen=row)
                outcome.append("admitted")
        except RuleBroken as broken:
            outcome.append(broken.sentence)

    threads = [threading.Thread(target=one) for one in (edit, admit)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert outcome
    assert "Shows signs of withdrawal now" in outcome[0]
    with transaction():
        assert list(db.scalars(select(Episode))) == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_an_edit_after_another_is_stale_even_between_reading_and_writing(transaction, cast, alicia):
    from caseapp.clients.queries import get_client

    by = cast.ana.actor
    with transaction():
        row_id = screened(get_client(alicia, by), by).id
    with pytest.raises(Stale), transaction():
        mine = db.get(Prescreen, row_id)

        def other():
            with transaction():
                actions.edit_prescreen(db.get(Prescreen, row_id), by, withdrawal_now="yes")

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        actions.edit_prescreen(mine, by, withdrawal_now="no")
