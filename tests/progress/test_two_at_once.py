"""Two people move, take back, admit or reassign the same person at the same moment: one does, on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from caseapp.clients.models import Client
from caseapp.core.db import db
from caseapp.episodes import queries
from caseapp.episodes.models import Episode, Transition
from caseapp.episodes.rules import MoveKind
from caseapp.progress import actions
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Task
from caseapp.tasks.rules import Result, TaskKind
from tests.at_once import together
from tests.episodes.people import admitted, moved, registered, screened, today


@pytest.fixture
def alicia(transaction, cast):
    with transaction():
        client = registered(cast.ana.actor)
        return client.id, admitted(client, cast.ana.actor, today() - timedelta(days=8), clinician=cast.carl.actor).id


def test_two_moves_of_one_episode(transaction, cast, alicia):
    client, episode = alicia

    def move(kind, position=None):
        return lambda: moved(db.get(Episode, episode), cast.ana.actor, kind, today(), position)

    kinds = [move(MoveKind.step_down, 2), move(MoveKind.step_down, 3), move(MoveKind.discharge)]
    assert together(kinds * 2) == 1
    with transaction():
        stays = queries.stays(queries.episodes_of(client)[0].id)
        in_force = select(func.count(Transition.id)).where(Transition.superseded_at.is_(None))
        assert db.scalar(in_force) == 2
        assert [stay.ended_on for stay in stays][:1] == [today()]


def test_two_take_one_move_back_or_correct_it(transaction, cast, alicia):
    client, episode = alicia
    with transaction():
        ahead = today() + timedelta(days=3)
        away = moved(queries.get_open_episode(client), cast.ana.actor, MoveKind.discharge, ahead).id

    def take_back():
        actions.take_back(db.get(Transition, away), db.get(Episode, episode), cast.ana.actor, words="Stays")

    def correct():
        row = db.get(Transition, away)
        facts = {"effective_on": ahead + timedelta(days=1), "reason": row.reason, "words": "A day later"}
        actions.correct(row, db.get(Episode, episode), cast.ana.actor, **facts)

    assert together([take_back, take_back, correct, correct]) == 1


def test_two_admit_one_person(transaction, cast):
    with transaction():
        client = registered(cast.ana.actor)
        screened(client, cast.ana.actor)
        id = client.id

    def admit():
        row = queries.newest_prescreen(id)
        admitted(db.get(Client, id), cast.ana.actor, today(), screen=row)

    assert together([admit] * 4) == 1
    with transaction():
        assert db.scalar(select(func.count(Episode.id))) == 1


def test_two_attempts_both_count_and_one_closes(transaction, cast, alicia):
    client, _episode = alicia
    with transaction():
        facts = {"client_id": client, "owner_id": cast.ana.actor.id, "due_at": queries.clock.now()}
        task = tasks.open_task(TaskKind.no_show_outreach, "of-a-session", cast.ana.actor, **facts).id

    def tried():
        tasks.attempt(db.get(Task, task), Result.no_answer, cast.ana.actor)

    def ended():
        tasks.end(db.get(Task, task), cast.ana.actor, "Came to the next group")

    assert together([tried] * 3) == 3
    assert together([ended] * 3) == 1
    with transaction():
        row = db.get(Task, task)
        assert (len(row.attempts), [event.happened for event in row.events]) == (3, ["closed"])
