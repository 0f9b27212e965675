"""The page of the log: who may open it, what it says in words, its filters, its pages, its file."""

import csv
import io
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from caseapp.audit.actions import changed, record
from caseapp.audit.models import AuditEvent
from caseapp.audit.rules import Kind
from caseapp.clients import actions as clients
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE

INDEX = "/admin/audit"
NOON = datetime(2036, 11, 5, 12, tzinfo=ZoneInfo("America/New_York"))


@pytest.fixture
def cara(transaction, cast):
    with clock.freeze(NOON - timedelta(days=3)), transaction():
        return clients.register(cast.ana.actor, first_name="Cara", last_name="Diaz", born=date(1985, 1, 2))


def main(answer) -> str:
    return unescape(answer.text.split("<main")[1].split("</main>")[0])


def rows(answer) -> list[str]:
    return main(answer).split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:] if "<tbody>" in answer.text else []


@pytest.mark.parametrize("path", [INDEX, f"{INDEX}/verify", f"{INDEX}/events.csv"])
def test_who_may_open_it(visit, cast, path):
    assert visit().get(path).status_code == 302
    for member in (cast.ana, cast.carl, cast.sue):
        assert visit(member).get(path).status_code == 403
    assert visit(cast.ada).get(path).status_code == 200


def test_events_in_words_with_record_numbers_and_no_names(visit, cast, cara):
    with clock.freeze(NOON):
        ana = visit(cast.ana)
        ana.get(f"/clients/{cara.id}")
        ana.get(INDEX)
        page = main(visit(cast.ada).get(INDEX))
    for words in (
        "Opened the chart",
        "Registered",
        "Refused: the log",
        "Signed in",
        "Look at a record",
        cara.record_number,
    ):
        assert words in page
    assert "Diaz" not in page and "chart.show" not in page


FILTERED = [
    ({"kind": "refusal"}, 1),
    ({"from": "Nov 5, 2036", "to": "Nov 5, 2036", "kind": "change"}, 1),
    ({"to": "Nov 4, 2036", "from": "Nov 4, 2036"}, 0),
    ({"from": "Nov 2, 2036", "to": "Nov 2, 2036"}, 3),  # registered, and access given to one and to a team
    ({"person": "commands", "from": "Nov 5, 2036"}, 1),
]


@pytest.mark.parametrize(("asked", "events"), FILTERED)
def test_filters(visit, cast, cara, transaction, asked, events):
    with clock.freeze(NOON):
        with transaction():
            changed("clinic.found", None, COMMAND_LINE)
        record(Kind.refusal, "audit.index", cast.ana.actor, status=403)
        ada = visit(cast.ada)
        assert len(rows(ada.get(INDEX, query_string=asked))) == events


def test_one_person_and_one_record(visit, cast, cara, transaction):
    with clock.freeze(NOON):
        record(Kind.read, "chart.show", cast.sue.actor, clients=[cara.id])
        record(Kind.read, "chart.show", cast.sue.actor, clients=["someone else"])
        ada = visit(cast.ada)
        assert len(rows(ada.get(INDEX, query_string={"person": cast.sue.actor.id, "kind": "read"}))) == 2
        answer = ada.submit(INDEX, {"record_number": f" {cara.record_number.lower()} "}, to=f"{INDEX}/record")
        assert answer.status_code == 303 and cara.record_number not in answer.headers["Location"]
        page = ada.get(answer.headers["Location"])
        assert len(rows(page)) == 3 + 1 and f"Record {cara.record_number}" in main(page)
        with transaction() as session:
            last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
            assert (last.what, last.kind, [one.client_id for one in last.clients]) == ("audit.index", "read", [cara.id])
        wrong = ada.submit(INDEX, {"record_number": "<b>0000"}, to=f"{INDEX}/record")
        assert wrong.status_code == 422 and "No record has this number" in wrong.text and "<b>0000" not in wrong.text
        assert ada.submit(INDEX, {"record_number": ""}, to=f"{INDEX}/record").status_code == 422


WRONG = [
    ({"from": "soon"}, "day"),
    ({"from": "Nov 5, 2036", "to": "Nov 4, 2036"}, "The last day must be on or after the first."),
    ({"kind": "gossip"}, "Choose one of the list"),
    ({"person": "x"}, "Choose one of the list"),
    ({"client": "x" * 40}, "Shorten this"),
]


@pytest.mark.parametrize(("asked", "sentence"), WRONG)
@pytest.mark.parametrize("path", [INDEX, f"{INDEX}/events.csv"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_filters_that_cannot_be_read(visit, cast, asked, sentence, path):
    answer = visit(cast.ada).get(path, query_string=asked)
    assert answer.status_code == 422 and sentence in unescape(answer.text) and "Error: " in answer.text


@pytest.mark.parametrize("before", ["0", "-4", "x", "99999999999999999999"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_place_that_is_none_is_the_newest(visit, cast, before):
    assert rows(visit(cast.ada).get(INDEX, query_string={"before": before}))


def test_pages_and_file_say_all_of_it_once(visit, cast, cara, transaction):
    with clock.freeze(NOON):
        with transaction():
            for number in range(120):
                changed("clients.edit", str(number), cast.sue.actor, client_id=cara.id)
        ada, asked = visit(cast.ada), {"person": cast.sue.actor.id, "kind": "change"}
        seen, path = [], f"{INDEX}?person={cast.sue.actor.id}&kind=change"
        while path:
            page = ada.get(path)
            seen.append(len(rows(page)))
            path = (
                unescape(page.text.split('rel="next" href="')[1].split('"')[0]) if 'rel="next"' in page.text else None
            )
        assert seen == [50, 50, 20]
        with transaction():
            changed("clients.edit", "=1+1", cast.sue.actor, client_id=cara.id)
        answer = ada.get(f"{INDEX}/events.csv", query_string=asked)
        lines = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(lines) == 121 and answer.mimetype == "text/csv" and "Diaz" not in answer.text
        assert lines[0]["what"] == "Changed the details" and lines[0]["record_numbers"] == cara.record_number
        assert not lines[0]["subject_id"].startswith("=")
        with transaction() as session:
            last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
            assert (last.kind, last.what, last.facts["events"]) == ("export", "audit.export", 121)
        assert "Took out a file of the log" in main(ada.get(INDEX))


def test_a_file_has_an_end(visit, cast, cara, monkeypatch):
    monkeypatch.setattr("caseapp.audit.routes.MOST_IN_A_FILE", 3)
    answer = visit(cast.ada).get(f"{INDEX}/events.csv")
    assert answer.status_code == 422 and "These are more than 3 events." in answer.text


def test_it_costs_the_same_however_much_there_is(visit, cast, cara, transaction, statements):
    ada = visit(cast.ada)

    def cost(path):
        ada.get(path)
        with statements() as seen:
            assert ada.get(path).status_code == 200
        return len(seen)

    few = [cost(INDEX), cost(f"{INDEX}?client={cara.id}")]
    with transaction():
        for number in range(60):
            changed("clients.edit", str(number), cast.sue.actor, client_id=cara.id)
    assert [cost(INDEX), cost(f"{INDEX}?client={cara.id}")] == few


def test_the_page_of_the_check_has_the_figures(visit, cast, cara, command, transaction):
    command("work", "--once")
    page = main(visit(cast.ada).get(f"{INDEX}/verify"))
    assert "The log is whole" in page and "Events checked" in page and "Seals" in page and "First event" in page
