"""What the board keeps of how people stand is what it would work out anew, whatever was written; and only then it does."""

import re
from datetime import timedelta

from sqlalchemy import func, select, text

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clients.models import Client
from caseapp.core import changes, clock
from caseapp.core.db import Base, db, engine, kept
from caseapp.core.db import transaction as unit_of_work
from caseapp.programs.queries import programs
from caseapp.programs.rules.criteria import Asks, Kind
from caseapp.progress.queries import board
from caseapp.progress.queries import kept as keeping
from caseapp.progress.queries.absence import absences
from caseapp.progress.queries.kept import _worked_out, glances
from caseapp.progress.queries.readiness import readiness
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Place
from tests.episodes.people import today, version
from tests.progress.life import NAMES, Life
from tests.progress.reviewing import screen, setting, someone
from tests.progress.test_readiness import EVERY_KIND, episodes
from tests.sessions import group

# Read beside what is noted, and yet nothing that could change an answer unnoticed.
NOT_NOTED = {
    "assessment": "whose it is and of which edition",
    "assessment_rating": "written with its reading, never changed",
    "client": "only its id",
    "drug_test": "whose it is",
    "measure": "whose it is",
    "measure_score": "written with its reading, never changed",
    "organization": "read with the site",
    "phase_stay": "which stay it is goes with what is kept",
    "plan_goal": "written with its revision, locked once that is signed",
    "program": "only its id",
    "room": "where a session is changes nothing",
    "site": "only its zone, which goes with what is kept",
    "test_finding": "written with its reading, never changed",
    "use_report": "whose it is",
}


# Every kind there is, so that a fact that counts for no phase of the shipped program counts here: to step down in the first phase,
# to look closer in the second, for who is to be looked at closer is told nothing else.
WEEKS = {Kind.hours_attended, Kind.hours_short, Kind.attendance_share}
EVERY = [Asks(kind, 1, 4 if kind in WEEKS else 30, "phq9", "group_therapy") for kind in Kind]


def asked_of(phase_ids):
    first = version().phases[0].id
    return {id: [one for one in EVERY if (one.direction == "step_down") == (id == first)] for id in phase_ids}


def people(cast):
    """Everyone on Ana's board; inside a transaction."""
    return board._people(cast.ana.actor, board.Asked(programs()[0], today()))


def worked_out_anew(cast):
    """How many the board worked out anew just now; what it says of all is what it would say if it did so of all."""
    with unit_of_work():
        everyone, before = people(cast), dict(kept.get("standings", (None, None, {}))[2])
        found = glances(everyone)
        assert found == {id: one.glance for id, one in _worked_out(everyone, clock.now()).items()}
        return sum(1 for id, one in kept["standings"][2].items() if one is not before.get(id))


def test_whatever_is_written_is_on_the_board(app, cast, record_property, monkeypatch):
    monkeypatch.setattr(keeping, "criteria_of", asked_of)
    life, steps = Life(cast, 1935), 150
    anew = [worked_out_anew(cast)]
    for _step in range(steps):
        life.step()
        anew.append(worked_out_anew(cast))
    written = sum(life.done.values())
    told = f"{written} facts of {len(life.done)} kinds about {len(NAMES)} people, who were worked out anew {sum(anew)} times"
    record_property("counted", told)
    assert written > steps / 3 and sum(anew) < steps * len(NAMES) / 2


def test_only_of_whom_something_was_written_is_worked_out_anew(app, cast, statements):
    with unit_of_work():
        first, _second = (someone(cast, 20, name)[0] for name in NAMES[:2])
    assert [worked_out_anew(cast), worked_out_anew(cast)] == [2, 0]
    with unit_of_work():
        everyone = people(cast)
        with statements() as seen:
            glances(everyone)
    assert not seen
    with unit_of_work():
        screen(first, cast.carl.actor)
    assert [worked_out_anew(cast), worked_out_anew(cast)] == [1, 0]


def test_a_new_day_is_worked_out_anew(app, cast):
    with unit_of_work():
        someone(cast, 20)
    assert [worked_out_anew(cast), worked_out_anew(cast)] == [1, 0]
    with clock.freeze(clock.now() + timedelta(days=1)):
        assert [worked_out_anew(cast), worked_out_anew(cast)] == [1, 0]


def test_who_was_marked_ahead_has_been_absent_once_the_session_begins(app, cast):
    with unit_of_work():
        client_id, _episode = someone(cast, 20)
        setting("absences_review", 1)
        session = group(cast.ana.actor, 0, leader=cast.carl.actor, day=today() + timedelta(days=1))
        place = scheduling.book(session, db.get(Client, client_id), cast.ana.actor)
    begins = session.starts_at
    with clock.freeze(begins - timedelta(hours=1)):
        with unit_of_work():
            attendance.mark(db.get(Place, place.id), MarkState.excused, cast.carl.actor)
        assert [worked_out_anew(cast), worked_out_anew(cast), in_a_row(cast)] == [1, 0, 0]
    with clock.freeze(begins):
        assert [worked_out_anew(cast), worked_out_anew(cast), in_a_row(cast)] == [1, 0, 1]


def in_a_row(cast):
    """1 if the board says of the one on it that they missed sessions in a row."""
    with unit_of_work():
        (one,) = glances(people(cast)).values()
        return int("in a row" in " ".join(one.early))


def test_notes_that_newer_ones_stand_for_are_taken_out_once_a_day(app, cast, transaction):
    with transaction():
        for name in NAMES:
            screen(someone(cast, 20, name)[0], cast.carl.actor)
    with transaction():
        before, stamps = notes(), [one.stamp for one in people(cast)]
    assert min(before.values()) > 1
    with transaction():
        changes.drop_old(today())
    with transaction():
        assert set(notes().values()) == {1} and set(notes()) == set(before)
        assert not {one.stamp for one in people(cast)} & set(stamps)
        screen(people(cast)[0].client_id, cast.carl.actor)
        changes.drop_old(today())
        assert max(notes().values()) > 1


def notes():
    """How many notes there are by client."""
    of = changes.FactNoted
    return dict(db.execute(select(of.client_id, func.count()).group_by(of.client_id)).all())


def test_every_table_that_is_read_is_noted(app, cast, statements):
    with unit_of_work():
        someone(cast, 20)
        every = {row.phase_id: EVERY_KIND for row in people(cast)}
        some = episodes()
    with unit_of_work(), statements() as seen:
        readiness(some, today(), instead=every, warn=True)
        absences([one.client_id for one in some])
    read = {name for one in seen for name in re.findall(r'(?:FROM|JOIN) "?(\w+)', one)} & set(Base.metadata.tables)
    assert read - noted() == set(NOT_NOTED)
    assert {"mark", "place", "session", "task", "crisis_contact", "use_reading", "plan_revision"} < read & noted()


def noted():
    """The tables of which a trigger notes what is written."""
    tables = {"sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"}
    tables["postgresql"] = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
    with unit_of_work():
        rows = db.execute(text(tables[engine().dialect.name])).all()
    return {table for table, name in rows if "_noted" in name}
