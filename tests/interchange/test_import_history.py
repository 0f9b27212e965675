"""`import history`: past episodes come in once and whole, or stay outside with a reason."""

import csv
import os
from datetime import date, timedelta
from itertools import islice

import pytest
from sqlalchemy import func, select

from caseapp.audit.models import AuditClient, AuditEvent
from caseapp.cli.history import bring_in
from caseapp.clients import actions as clients
from caseapp.clients.models import CareAccess, Client, ClientReference
from caseapp.clients.queries import find
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.interchange.history.shelf import shelf
from caseapp.interchange.tables import opened, rejects_of
from tests.interchange.histories import EPISODE_COLUMNS, episode, phase, published, write, write_phases
from tests.interchange.lists import NORA, rejected
from tests.interchange.lists import write as write_people

DAY = date(2020, 3, 2)


def last(output: str) -> str:
    return output.splitlines()[-1]


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def on_record(transaction) -> tuple[int, ...]:
    """Clients, references, clients a team may see, episodes, transitions, stays."""
    with transaction():
        seen = select(func.count(func.distinct(CareAccess.client_id))).where(CareAccess.team_id.is_not(None))
        tables = [select(func.count(t.id)) for t in (Client, ClientReference, Episode, Transition, PhaseStay)]
        return tuple(db.scalar(one) for one in (*tables[:2], seen, *tables[2:]))


def some_lives(tmp_path):
    """Three people: two phases and a completed episode, an open one, and one without phases."""
    rows = [
        episode("A-1", DAY, 60), episode("A-1", after(90), 20, discharge_reason="2"), episode("B-2", DAY, None),
        episode("C-3", DAY, 5, discharge_reason="-9", last_contact_on=str(after(3)), sex="1"),
    ]  # fmt: skip
    stays = [
        phase("A-1", DAY, after(30), reason="goals met"),
        phase("A-1", after(30), after(50), admitted_on=str(DAY), phase="Phase 3", reason="He asked for it"),
        phase("A-1", after(50), after(60), admitted_on=str(DAY), phase="Phase 2", reason="completed"),
        phase("B-2", DAY, None),
    ]
    return write(tmp_path / "episodes.csv", rows), write_phases(tmp_path / "phases.csv", stays)


def test_a_history_comes_in_once(command, transaction, tmp_path, visit, cast):
    episodes, phases = some_lives(tmp_path)
    words = ("import", "history", str(episodes), "--phases", str(phases), "--source", "Old system")
    assert last(command(*words)) == "imported 4, already known 0, rejected 0"
    whole = on_record(transaction)
    assert whole == (3, 3, 3, 4, 5, 4)
    assert last(command(*words)) == "imported 0, already known 4, rejected 0"
    assert on_record(transaction) == whole
    with transaction():
        moves = db.execute(
            select(Transition.kind, Transition.reason, Transition.effective_on)
            .join(Episode, Episode.id == Transition.episode_id)
            .join(ClientReference, ClientReference.client_id == Episode.client_id)
            .where(ClientReference.reference == "A-1")
            .order_by(Transition.effective_on)
        ).all()
        assert [tuple(map(str, move)) for move in moves] == [
            ("admit", "admitted", str(DAY)), ("step_down", "goals_met", str(after(30))),
            ("step_up", "other", str(after(50))), ("complete", "completed", str(after(60))),
        ]  # fmt: skip
        event = db.scalar(select(AuditEvent).where(AuditEvent.what == "interchange.bring_in_history"))
        assert db.scalar(select(func.count()).where(AuditClient.event_id == event.id)) == 3
        [unnamed] = find("A-1", cast.ana.actor)
        assert unnamed.last_first == "No name, A-1" and find("A-1", cast.otto.actor) == []
        ids = dict(db.execute(select(ClientReference.reference, ClientReference.client_id)).all())
    _pages_of(visit(cast.sue), ids)
    assert "checked" in command("audit", "verify")


def _pages_of(visitor, ids: dict[str, str]) -> None:
    """The pages of people without a name, and of episodes without phases, say so in words."""
    chart = visitor.get(f"/clients/{ids['A-1']}").text
    assert "No name, A-1" in chart and "He asked for it" in visitor.get(f"/clients/{ids['A-1']}/phases").text
    assert "Brought in from another system without phases" in visitor.get(f"/clients/{ids['C-3']}").text
    assert "not recorded" in visitor.get(f"/clients/{ids['C-3']}/phases").text
    assert (
        "reason not on record" in visitor.get("/clients?all=1").text or "No name, C-3" in visitor.get("/clients").text
    )
    assert "Left before completing" in chart
    edit = f"/clients/{ids['B-2']}/edit"
    assert visitor.submit(edit, {"first_name": "Bea", "last_name": "Lund"}).status_code == 303
    assert "Lund, Bea" in visitor.get(f"/clients/{ids['B-2']}").text


REFUSED = [
    ({"client_ref": ""}, "client_ref is missing"),
    ({"date_of_birth": ""}, "date_of_birth is missing"),
    ({"date_of_birth": "2/3/1970"}, 'date_of_birth "2/3/1970" is not a day. Write it as YYYY-MM-DD'),
    ({"date_of_birth": "2021-01-01"}, "date_of_birth 2021-01-01 is after admitted_on 2020-03-02"),
    ({"sex": "F"}, 'sex "F" is not one of: 1 male, 2 female, -9 not known'),
    ({"education": "16"}, 'education "16" is not one of: 0-8, 9-11, 12, 13+, or -9 not known'),
    ({"teds_service": "9"}, 'teds_service "9" is not one of: 1 to 8, or -9 not known'),
    ({"program": "Knitting"}, 'There is no program "Knitting"'),
    ({"program": ""}, "program is missing"),
    ({"admitted_on": ""}, "admitted_on is missing"),
    ({"admitted_on": "2199-01-01"}, "admitted_on 2199-01-01 lies ahead"),
    ({"discharged_on": "2199-01-01"}, "discharged_on 2199-01-01 lies ahead"),
    ({"discharged_on": "2020-03-01"}, "discharged_on 2020-03-01 is before admitted_on 2020-03-02"),
    ({"last_contact_on": "2020-03-01"}, "last_contact_on 2020-03-01 is before admitted_on 2020-03-02"),
    ({"discharge_reason": ""}, "discharge_reason is missing. Write -9 if it is not known"),
    ({"discharge_reason": "8"}, 'discharge_reason "8" is not one of: 1 to 7, or -9 not known'),
    ({"discharged_on": ""}, "There is a discharge_reason and no discharged_on"),
]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_a_row_may_not_say(command, transaction, tmp_path):
    rows = [episode(f"R{at:02}", DAY) | changes for at, (changes, _reason) in enumerate(REFUSED)]
    path = write(tmp_path / "episodes.csv", [*rows, episode("good", DAY)])
    said = command("import", "history", str(path), status=1)
    assert last(said) == f"imported 1, already known 0, rejected {len(REFUSED)}"
    with path.with_name("episodes.csv.rejects.csv").open(newline="") as out:
        reasons = [row["reject_reason"] for row in csv.DictReader(out)]
    assert reasons == [reason for _changes, reason in REFUSED]
    assert on_record(transaction) == (1, 1, 1, 1, 0, 0)


def test_rows_that_do_not_fit_together(command, transaction, tmp_path):
    rows = [
        episode("twice", DAY), episode("twice", DAY), episode("over", DAY, 30), episode("over", after(29), 5),
        episode("next", DAY, 30), episode("next", after(30), 5), episode("open", DAY, None), episode("open", after(5), 3),
        episode("born", DAY, 3), episode("born", after(9), 3, date_of_birth="1971-02-03"),
        episode("sex", DAY, 3), episode("sex", after(9), 3, sex="1"),
    ]  # fmt: skip
    path = write(tmp_path / "episodes.csv", rows)
    assert last(command("import", "history", str(path), status=1)) == "imported 7, already known 0, rejected 5"
    assert rejected(path) == {
        "twice": "The same client_ref and admitted_on stand in row 1 already",
        "over": f"Overlaps the episode in Intensive outpatient that began on {DAY} to {after(30)}",
        "open": f"Overlaps the episode in Intensive outpatient that began on {DAY} and is open",
        "born": "born is on record with another date of birth, Feb 3, 1970",
        "sex": "sex is on record with another sex, female",
    }
    changed = write(tmp_path / "later.csv", [episode("next", DAY, 30, discharge_reason="2")])
    assert last(command("import", "history", str(changed), status=1)).endswith("rejected 1")
    assert rejected(changed)["next"].startswith("On record already, and the files said something else of it then")
    assert on_record(transaction)[3] == 7


CHAINS = {
    "gap": ([(0, 10), (11, 30)], "A gap: Phase 1 ends on 2020-03-12, and Phase 2 begins on 2020-03-13"),
    "overlap": ([(0, 10), (9, 30)], "An overlap: Phase 1 ends on 2020-03-12, and Phase 2 begins on 2020-03-11"),
    "late": ([(1, 30)], "A gap: the admission is on 2020-03-02, and Phase 1 begins on 2020-03-03"),
    "early": ([(-1, 30)], "An overlap: the admission is on 2020-03-02, and Phase 1 begins on 2020-03-01"),
    "short": ([(0, 29)], "Phase 1 ends on 2020-03-31 and the episode ends on 2020-04-01"),
    "goes on": ([(0, None)], "Phase 1 ends on no day and the episode ends on 2020-04-01"),
    "open between": ([(0, None), (10, 30)], "Phase 1 has no ended_on, and Phase 2 comes after it"),
    "no day": ([(0, 0), (0, 30)], "Phase 1 ends on 2020-03-02 and begins on 2020-03-02: a phase lasts a day at least"),
}


def test_phases_that_do_not_fit(command, transaction, tmp_path):
    rows, stays = [episode("same", DAY, 30), episode("unheard", DAY, 30)], []
    for name, (days, _reason) in CHAINS.items():
        rows.append(episode(name, DAY, 30))
        for at, (first, end) in enumerate(days, 1):
            ended = after(end) if end is not None else None
            stays.append(phase(name, after(first), ended, admitted_on=str(DAY), phase=f"Phase {at}"))
    stays += [phase("same", DAY, after(9)), phase("same", after(9), after(30), admitted_on=str(DAY))]
    stays += [
        phase("unheard", DAY, after(30), phase="Phase 9"),
        phase("nobody", DAY, after(3)),
        phase("", DAY, after(3)),
    ]
    episodes, phases = write(tmp_path / "episodes.csv", rows), write_phases(tmp_path / "phases.csv", stays)
    said = command("import", "history", str(episodes), "--phases", str(phases), status=1)
    assert last(said) == f"imported 0, already known 0, rejected {len(CHAINS) + 4}"
    reasons = rejected(episodes)
    assert {name: reasons[name] for name in CHAINS} == {name: reason for name, (_days, reason) in CHAINS.items()}
    assert reasons["same"] == "Phase 1 follows itself on 2020-03-11. Make one row of the two"
    assert reasons["unheard"] == 'Intensive outpatient has no phase "Phase 9"'
    assert rejected(phases) == {
        "": "client_ref is missing",
        "nobody": "No episode with this client_ref and admitted_on is in the list or on record",
    }
    assert on_record(transaction) == (0,) * 6


def test_an_import_that_was_cut_off_goes_on_and_ends_the_same(app, command, transaction, tmp_path):
    rows = [episode(f"C{at:04}", DAY + timedelta(days=at % 7), 10 + at % 30) for at in range(1_200)]
    stays = [
        phase(r["client_ref"], date.fromisoformat(r["admitted_on"]), date.fromisoformat(r["discharged_on"]))
        for r in rows
    ]
    path, phases = write(tmp_path / "episodes.csv", [*rows, episode("bad", DAY, sex="x")]), tmp_path / "phases.csv"
    write_phases(phases, stays)
    with (
        pytest.raises(RuntimeError),
        opened(path) as table,
        rejects_of(path, table.header) as rejects,
        opened(phases) as more,
        rejects_of(phases, more.header) as strays,
        shelf() as laid,
    ):
        for _done in islice(bring_in((table, rejects), (more, strays), laid, "history"), 5):
            pass
        raise RuntimeError("cut off")
    assert on_record(transaction) == (1_000, 1_000, 1_000, 1_000, 2_000, 1_000)
    said = command("import", "history", str(path), "--phases", str(phases), status=1)
    assert last(said) == "imported 200, already known 1000, rejected 1"
    assert on_record(transaction) == (1_200, 1_200, 1_200, 1_200, 2_400, 1_200)
    assert list(rejected(path)) == ["bad"]


def test_the_person_of_a_list_and_of_a_history_is_one(command, transaction, tmp_path, cast):
    with transaction():
        client = clients.register(
            cast.ana.actor, first_name="Nora", last_name="Quist", born=date(1970, 2, 3), sex="female"
        )
        db.add(ClientReference(client_id=client.id, source="Old system", reference="A-1"))
    path = write(tmp_path / "episodes.csv", [episode("A-1", DAY)])
    command("import", "history", str(path), "--source", "Old system")
    assert on_record(transaction) == (1, 1, 1, 1, 0, 0)


def test_a_list_of_people_names_those_of_a_history(command, transaction, tmp_path, cast):
    path = write(tmp_path / "episodes.csv", [episode("A-1", DAY)])
    command("import", "history", str(path), "--source", "Old system")
    nora = NORA | {"Id": "A-1", "BIRTHDATE": "1970-02-03"}
    people = write_people(tmp_path / "patients.csv", nora, nora | {"FIRST": "Ann"})
    said = command("import", "clients", str(people), "--source", "Old system")
    assert last(said) == "imported 0, already known 2, rejected 0"
    with transaction():
        assert [one.last_first for one in find("quist", cast.ana.actor)] == ["Quist, Nora"]
        assert [one.last_first for one in find("A-1", cast.ana.actor)] == ["Quist, Nora"]
    assert on_record(transaction) == (1, 1, 1, 1, 0, 0)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_files_that_are_none_get_a_sentence_and_rows_that_are_none_a_reason(command, transaction, tmp_path):
    head = ",".join(EPISODE_COLUMNS)
    good = ",".join(episode("good", DAY).values()).encode()
    bad = {
        "empty.csv": b"", "utf16.csv": head.encode("utf-16"), "zip.csv": b"PK\x03\x04", "latin.csv": "réf".encode("latin-1"),
        "missing.csv": b"client_ref,admitted_on\n", "twice.csv": (head + ",sex\n").encode(), "quote.csv": b'"' + head.encode(),
    }  # fmt: skip
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        said = command("import", "history", str(tmp_path / name), status=2)
        assert said.startswith("Error: ") and name in said and len(said.splitlines()) == 1, name
    path = tmp_path / "rows.csv"
    rows = [
        b"\xef\xbb\xbf" + head.encode(), good, good.replace(b"good", b'"quoted'), good.replace(b"good", b"caf\xe9"),
        good.replace(b"good", b"x" * 3_000_000), good.replace(b"good", b"=cmd()"), good.replace(b"good", b"nul\x00"), good[:20],
    ]  # fmt: skip
    path.write_bytes(b"\r\n".join(rows))
    said = command("import", "history", str(path), status=1)
    assert last(said) == "imported 2, already known 0, rejected 5"  # a formula is a reference like any other
    content = path.with_name("rows.csv.rejects.csv").read_bytes()
    assert len(content) < 5_000
    assert on_record(transaction)[0] == 2
    os.truncate(path, path.stat().st_size - 3)
    assert last(command("import", "history", str(path), status=1)) == "imported 0, already known 2, rejected 5"


def test_the_published_table_in_small(command, transaction, tmp_path):
    rows = list(published(of=400))
    command("import", "history", str(write(tmp_path / "teds.csv", rows)))
    said = command(
        "report", "discharges", "--by", "education", "--from", "2004-01-01", "--to", "2004-12-31", "--format", "csv"
    )
    told = {row["group"]: row for row in csv.DictReader(said.splitlines())}
    assert list(told) == ["0-8", "9-11", "12", "13+", "all"]
    columns = {"completed": "1", "transferred": "4", "dropped_out": "2", "terminated": "3", "other": "7"}
    for group, line in told.items():
        of = [row for row in rows if group in ("all", row["education"])]
        assert int(line["discharges"]) == len(of)
        for column, reason in columns.items():
            number = len([row for row in of if row["discharge_reason"] == reason])
            assert int(line[column]) == number
            assert line[f"{column}_share"] == f"{number / len(of):.4f}"
    assert (
        command("report", "transitions", "--from", "2004-01-01", "--to", "2004-12-31", "--format", "csv").count("\n")
        == 1
    )


def test_today_counts_in_the_zone_of_the_clinic(command, tmp_path, transaction):
    with transaction():
        today = clock.today(clinic.zone())
    rows = [episode("today", today, 0), episode("tomorrow", today + timedelta(days=1), None)]
    path = write(tmp_path / "episodes.csv", rows)
    assert last(command("import", "history", str(path), status=1)) == "imported 1, already known 0, rejected 1"
