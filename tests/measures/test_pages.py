"""The pages of measures: who may, what is kept, what a thought of death asks for, corrections, taking back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.core.db import db, transaction
from caseapp.measures.instruments import BAM, CSSRS, GAD7, INSTRUMENTS, PHQ9
from caseapp.measures.models import MeasureReading
from caseapp.tasks.models import Task
from tests.chart.people import admitted
from tests.clinic import today
from tests.measures.taking import (
    answers,
    count_measures,
    page_of,
    path_of,
    readings,
    recorded,
    registered,
    screener_tasks,
)

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def ali(cast):
    return registered(cast.ana.actor)


def send(visitor, client_id, instrument, **values):
    """Fill an instrument in through its page."""
    address = page_of(client_id, instrument.code)
    return visitor.submit(address, values, to=address)


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda one: one.code)
def test_each_instrument_is_recorded_and_shown(visit, cast, ali, instrument):
    visitor = visit(cast.ana)
    page = path_of(send(visitor, ali, instrument, **answers(instrument, "0")))
    shown = visitor.get(page).text
    assert instrument.scales[0].name in shown and instrument.items[0].options[0].words in shown
    assert "not scored" not in shown
    tab = visitor.get(f"/clients/{ali}/measures").text
    assert all(f"{scale.name} over time" in tab for scale in instrument.scales)


def test_answers_are_sealed_and_scores_are_plain(visit, cast, ali):
    measure = path_of(send(visit(cast.ana), ali, GAD7, **answers(GAD7, "2"))).split("/")[-1]
    assert readings(measure) == [(1, today(), {"gad7": 14})]
    with transaction():
        [blob] = db.scalars(select(MeasureReading.answers_sealed))
    assert b"q1" not in blob


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Nothing is answered yet"),
        ({"q1": "7"}, "Choose one of these"),
        ({"q1": "1", "taken_on": ""}, "Enter the day"),
        ({"q1": "1", "taken_on": "tomorrow"}, "must be on or before"),
        ({"q1": "1", "taken_on": "Jan 3, 1950"}, "before they were born"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(visit, cast, ali, sent, said):
    answer = send(visit(cast.ana), ali, PHQ9, **sent)
    assert answer.status_code == 422 and said in answer.text
    assert count_measures() == 0


@on_sqlite
def test_who_may_and_who_must_not_know(visit, cast, ali):
    measure = recorded(ali, "gad7", today(), cast.ana.actor)
    addresses = [f"/clients/{ali}/measures", page_of(ali, "gad7")]
    addresses += [f"/measures/{measure}{more}" for more in ("", "/correct", "/take-back")]
    for address in addresses:
        statuses = [visit(member).get(address).status_code for member in (cast.ana, cast.sue, cast.ada, cast.otto)]
        assert statuses == [200, 200, 403, 404], address
    assert visit(cast.ana).get(page_of(ali, "audit")).status_code == 404


def test_sent_twice_is_once(visit, cast, ali):
    visitor, address = visit(cast.ana), page_of(ali, "phq9")
    form = dict(visitor.form(address, to=address).fields) | answers(PHQ9, "3")
    first, second = (visitor.raw.post(address, data=form) for _ in range(2))
    assert path_of(first) == path_of(second)
    assert count_measures() == len(screener_tasks()) == 1


def test_a_thought_of_death_leads_to_the_screener_whose_task_closes_when_it_is_asked(visit, cast, ali):
    with transaction():
        from caseapp.clients.models import Client

        admitted(db.get(Client, ali), cast.ana.actor, today() - timedelta(days=9), clinician=cast.carl.actor)
    visitor = visit(cast.ana)
    onward = path_of(send(visitor, ali, PHQ9, **answers(PHQ9, "0", q9="1")))
    assert onward == page_of(ali, "cssrs")
    assert "Ask these questions now" in visitor.get(onward).text
    assert screener_tasks() == [("Carl Ito", False)]
    path_of(send(visitor, ali, PHQ9, **answers(PHQ9, "0", q9="3")))
    assert screener_tasks() == [("Carl Ito", False)]
    send(visitor, ali, CSSRS, wish_to_be_dead="yes")
    assert screener_tasks() == [("Carl Ito", False)], "without a level it is not done"
    done = path_of(send(visitor, ali, CSSRS, **answers(CSSRS, "0", behavior="within_three_months")))
    assert "High risk. Do first" in visitor.get(done).text
    assert screener_tasks() == [("Carl Ito", True)]


@on_sqlite
def test_a_screener_of_that_day_or_later_has_answered_already_and_an_earlier_one_has_not(visit, cast, ali):
    recorded(ali, "cssrs", today() - timedelta(days=3), cast.ana.actor, "0")
    recorded(ali, "phq9", today() - timedelta(days=3), cast.ana.actor, "1")
    assert screener_tasks() == []
    recorded(ali, "phq9", today() - timedelta(days=2), cast.ana.actor, "1")
    assert screener_tasks() == [("Sue Okafor", False)]
    recorded(ali, "cssrs", today() - timedelta(days=5), cast.ana.actor, "0")
    assert screener_tasks() == [("Sue Okafor", False)]
    with transaction():
        task = db.scalar(select(Task.id))
    assert "Ask the C-SSRS now" in visit(cast.sue).get(f"/tasks/{task}").text


def test_a_correction_stands_beside_what_was_said(visit, cast, ali):
    measure = recorded(ali, "phq9", today(), cast.ana.actor, "0")
    visitor, address = visit(cast.ana), f"/measures/{measure}/correct"
    refused = visitor.submit(address, {"q1": "3"}, to=address)
    assert refused.status_code == 422 and "Enter why it is corrected" in refused.text
    day = today() - timedelta(days=1)
    sent = {"q1": "3", "q9": "1", "taken_on": day.isoformat(), "reason": "Two answers <b>misread</b>"}
    assert path_of(visitor.submit(address, sent, to=address)) == page_of(ali, "cssrs")
    assert readings(measure) == [(None, today(), {"phq9": 0}), (1, day, {"phq9": 4})]
    assert len(screener_tasks()) == 1
    page = visitor.get(f"/measures/{measure}").text
    assert "What it said until" in page and "Two answers &lt;b&gt;misread" in page


def test_two_corrections_at_once_lose_nothing(visit, cast, ali):
    measure = recorded(ali, "gad7", today(), cast.ana.actor, "0")
    address = f"/measures/{measure}/correct"
    first, second = visit(cast.ana), visit(cast.sue)
    late = dict(second.form(address, to=address).fields) | {"q1": "2", "reason": "Late"}
    path_of(first.submit(address, {"q2": "1", "reason": "First"}, to=address))
    assert second.raw.post(address, data=late).status_code == 409
    assert [scores for _force, _day, scores in readings(measure)] == [{"gad7": 0}, {"gad7": 1}]


def test_what_was_taken_back_counts_no_more_and_stays_to_be_seen(visit, cast, ali):
    measure = recorded(ali, "bam", today(), cast.ana.actor)
    visitor, address = visit(cast.ana), f"/measures/{measure}/take-back"
    assert visitor.submit(address, {}, to=address).status_code == 422
    path_of(visitor.submit(address, {"reason": "Another client's"}, to=address))
    assert [force for force, _day, _scores in readings(measure)] == [None]
    assert "over time" not in visitor.get(f"/clients/{ali}/measures").text
    assert "Another client&#39;s" in visitor.get(f"/measures/{measure}").text
    assert visitor.get(address).status_code == 404


def test_the_tab_says_the_last_score_its_band_and_the_change(visit, cast, ali, statements):
    visitor = visit(cast.ana)
    assert "No measure yet" in visitor.get(f"/clients/{ali}/measures").text
    recorded(ali, "gad7", today() - timedelta(days=40), cast.ana.actor, "2")
    with statements() as few:
        visitor.get(f"/clients/{ali}/measures")
    recorded(ali, "gad7", today() - timedelta(days=20), cast.ana.actor, "3")
    recorded(ali, "gad7", today(), cast.ana.actor, "1")
    with statements() as many:
        page = visitor.get(f"/clients/{ali}/measures").text
    assert "Last 7 of 21, mild" in page and "7 lower, better" in page
    assert len(many) == len(few)
    assert page.count("measure-point") == 3 and BAM.about not in page
