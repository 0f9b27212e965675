"""Notes that name goals of the plan in force: a part of what is signed, listed with the goal. And what helps to write one."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.audit.signed import what_is_broken
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.episodes.queries import open_episode
from caseapp.notes import actions, queries
from caseapp.notes.models import Note, NoteGoal
from caseapp.notes.rules import Format, Section
from caseapp.notes.verifying import SIGNING
from caseapp.plans import actions as plans
from caseapp.plans.queries import plan_of
from caseapp.plans.rules import How, Outcome, Part
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session
from tests.audit.test_tampering import run
from tests.notes.held import alone, held, sign
from tests.notes.test_write import both, sign_by_pages
from tests.plans.writing import COPE, HOME
from tests.sessions import WEDNESDAY, at, group

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
TAKE_OFF = {
    True: ("DROP TRIGGER note_goal_locked_update", "DROP TRIGGER note_goal_locked_delete"),
    False: ("DROP TRIGGER note_goal_locked ON note_goal",),
}
BEHIND = {
    "another goal": "UPDATE note_goal SET number = 1",
    "a goal taken out": "DELETE FROM note_goal",
    "a goal put in": "INSERT INTO note_goal SELECT note_id, 1, revision_id FROM note_goal",
}


def plan_for(client_id, cast):
    """A plan of two goals, signed by both."""
    revision = plans.write(open_episode(client_id), [COPE, HOME], cast.carl.actor)
    plans.sign(revision, Part.clinician, cast.carl.actor)
    plans.sign_for_client(revision, How.on_paper, WEDNESDAY, cast.carl.actor)
    return revision.plan


@pytest.fixture
def note(transaction, cast):
    """A group that is over, at 1 pm; Haddad has a plan that is signed, Kim one that nobody has signed."""
    with transaction():
        found = held(cast)
    with clock.freeze(at(13)):
        with transaction():
            plan_for(found.places["Haddad"].client_id, cast)
            plans.write(open_episode(found.places["Kim"].client_id), [COPE], cast.carl.actor)
        yield found


def goal_of(note, name):
    return f"goal_{note.places[name].id}"


def test_an_own_part_names_a_goal_and_the_goal_lists_it(visit, cast, note, transaction):
    carl = visit(cast.carl)
    page = carl.get(note.path).text
    assert goal_of(note, "Haddad") in page and "2 Find a place to live where nobody drinks" in page
    assert goal_of(note, "Kim") not in page
    over, answer = sign_by_pages(carl, note, both(note, **{goal_of(note, "Haddad"): "2"}))
    assert "Goal 2 Find a place" in over.text and answer.status_code == 303
    assert "Goal 2 Find a place" in carl.get(note.path).text
    haddad = note.places["Haddad"].client_id
    path = f"/clients/{haddad}/plan/goal?of="
    assert "Shared a plan" in carl.get(f"{path}2").text and "None yet" in carl.get(f"{path}1").text
    with transaction():
        assert [one.number for one in db.scalars(select(NoteGoal))] == [2]
        assert all(one.due_at and not one.late for one in db.scalars(select(Note)))
    assert what_is_broken([SIGNING]) == (3, None)


def test_a_note_of_one_person_names_several(visit, cast, transaction):
    with transaction():
        one = alone(cast)
    with clock.freeze(at(13)):
        with transaction():
            plan_for(one.places["Haddad"].client_id, cast)
        carl = visit(cast.carl)
        sent = {"format": "free", "text": "Talked about both.", "goals_named": ["1", "2"]}
        over, answer = sign_by_pages(carl, one, sent)
        assert over.text.count('name="goals_named"') == 2 and answer.status_code == 303
        shown = carl.get(one.path).text
    assert "Goal 1 Cope with cravings" in shown and "Goal 2 Find a place" in shown


@on_sqlite
def test_only_an_open_goal_of_their_own_plan_in_force_is_named(cast, note, transaction):
    def named(name, number):
        place = note.places[name]
        with transaction():
            session = db.get(Session, note.id)
            [place] = [one for one in queries.list_of(session) if one.id == place.id]
            own = {place: (Format.own, {Section.own: "Well."})}
            return actions.sign(session, cast.carl.actor, own, "All.", {place: [number]})

    for name, number in (("Kim", 1), ("Haddad", 3)):
        with pytest.raises(RuleBroken, match="no longer open"):
            named(name, number)
    with transaction():
        plan = plan_of(open_episode(note.places["Haddad"].client_id).id)
        plans.settle_goal(plan, 1, Outcome.met, WEDNESDAY, cast.carl.actor)
    with pytest.raises(RuleBroken, match="no longer open"):
        named("Haddad", 1)
    assert named("Haddad", 2)


@pytest.mark.parametrize("what", BEHIND)
def test_what_a_note_names_is_signed_with_it(cast, note, transaction, what):
    with transaction():
        session = db.get(Session, note.id)
        [place] = [one for one in queries.list_of(session) if one.client.last_name == "Haddad"]
        actions.sign(session, cast.carl.actor, {place: (Format.own, {Section.own: "Well."})}, "All.", {place: [2]})
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.execute(text("DELETE FROM note_goal"))
    assert database.broken_constraint(refused.value) == "ck_note_signed_is_locked"
    assert what_is_broken([SIGNING]) == (2, None)
    for statement in TAKE_OFF[database.is_sqlite()]:
        run(transaction, statement)
    run(transaction, BEHIND[what])
    assert "is not as it was signed" in what_is_broken([SIGNING])[1]


@on_sqlite
def test_the_last_note_stands_beside_the_field_for_who_may_read_it(visit, cast, transaction):
    with transaction():
        first = held(cast, WEDNESDAY - timedelta(days=7))
    with clock.freeze(at(13, day=WEDNESDAY - timedelta(days=7))), transaction():
        sign(db.get(Session, first.id), cast.carl.actor, Haddad="Spoke of the weekend.")

    with transaction():
        again = group(cast.ana.actor, 0, leader=cast.carl.actor)
        with clock.freeze(at(8)):
            client = db.get(Client, first.places["Haddad"].client_id)
            place = scheduling.book(again, client, cast.ana.actor)
        with clock.freeze(at(12, 5)):
            attendance.mark(place, MarkState.present, cast.carl.actor)
    with clock.freeze(at(13)):
        page = visit(cast.carl).get(f"/sessions/{again.id}/note").text
        assert "Show last note" in page and "Spoke of the weekend." in page
        assert "Spoke of the weekend." not in page.split("<textarea")[-1].split("</textarea>")[0]


@on_sqlite
def test_a_note_after_its_clock_says_so_for_ever(visit, cast, note, transaction):
    with clock.freeze(at(13, day=WEDNESDAY + timedelta(days=4))), transaction():
        sign(db.get(Session, note.id), cast.carl.actor, Haddad="Late.")
    with transaction():
        assert [one.late for one in db.scalars(select(Note))] == [True, True]
    assert "Signed late: it was due" in visit(cast.ana).get(f"/clients/{note.places['Haddad'].client_id}/notes").text
