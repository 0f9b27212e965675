"""What a move brings with it by itself: series, tasks once each, after corrections and take-backs too; and after a return to use."""

from datetime import time, timedelta

import pytest

from caseapp.clients.models import Client
from caseapp.clients.queries import get_client
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.episodes.models import Episode, Transition
from caseapp.episodes.queries import open_episode
from caseapp.episodes.rules import MoveKind
from caseapp.progress import actions
from caseapp.progress.queries.groups import fitting
from caseapp.progress.rules import Decision
from caseapp.scheduling.queries import booked
from caseapp.series import actions as series_actions
from caseapp.series import queries as series
from caseapp.series.recurrence import Repeats
from caseapp.use import actions as use
from caseapp.use.rules import HowKnown
from tests.episodes.people import moved, today, version
from tests.progress.reviewing import propose, review, screen, setting, someone, tasks_of
from tests.series.making import make


@pytest.fixture
def alicia(transaction, cast):
    """The ids of someone in Phase 1 for eight days and of her episode, and of three series: of Phase 1, of 2, and of both; she
    belongs to the first and the last."""
    with transaction():
        client, episode = someone(cast)
        facts = {"repeats": Repeats(today(), weekdays=(0, 1, 2, 3, 4, 5, 6), until=today() + timedelta(weeks=3))}
        made = [
            make(
                cast.ana.actor,
                phases_served=phases,
                topic=f"Of {phases}",
                starts=time(hour),
                ends=time(hour + 1),
                **facts,
            )
            for phases, hour in (("1", 9), ("2", 11), ("1 2", 14))
        ]
        for one in (made[0], made[2]):
            series_actions.add_members(one, [db.get(Client, client)], cast.ana.actor, since=today() + timedelta(days=1))
        return client, episode, [one.id for one in made]


def move(transaction, cast, episode, kind, ahead, position=None):
    with transaction():
        return moved(db.get(Episode, episode), cast.ana.actor, kind, today() + timedelta(days=ahead), position).id


def belongs(transaction, client, ahead):
    """The topics of the series someone belongs to on a day."""
    with transaction():
        day = today() + timedelta(days=ahead)
        rows = [one for one in series.memberships(client, day) if one.holds(day)]
        return {series.get_series(one.series_id).topic for one in rows}


def has_place(transaction, client, ahead, hour):
    from tests.sessions import at

    with transaction():
        day = today() + timedelta(days=ahead)
        return bool(booked([client], at(hour, day=day), at(hour + 1, day=day)))


def kinds(transaction, client, closed=False):
    with transaction():
        found = [kind for kind, _day, was in tasks_of(client) if was is closed]
        return [kind for kind in found if kind not in ("hand_over", "plan_due")]


def test_series_of_the_old_phase_end_the_day_before_and_come_back(transaction, cast, alicia):
    client, episode, _series = alicia
    down = move(transaction, cast, episode, MoveKind.step_down, 4, 2)
    assert belongs(transaction, client, 3) == {"Of 1", "Of 1 2"}
    assert belongs(transaction, client, 4) == {"Of 1 2"}
    assert has_place(transaction, client, 3, 9) and not has_place(transaction, client, 4, 9)
    with transaction():
        row = db.get(Transition, down)
        facts = {"effective_on": today() + timedelta(days=6), "reason": row.reason, "words": "Two days later"}
        later = actions.correct(row, db.get(Episode, episode), cast.ana.actor, **facts).id
    assert belongs(transaction, client, 5) == {"Of 1", "Of 1 2"} and belongs(transaction, client, 6) == {"Of 1 2"}
    assert has_place(transaction, client, 5, 9) and not has_place(transaction, client, 6, 9)
    with transaction():
        row = db.get(Transition, later)
        facts = {"effective_on": today() + timedelta(days=2), "reason": row.reason, "words": "Sooner"}
        sooner = actions.correct(row, db.get(Episode, episode), cast.ana.actor, **facts).id
    assert belongs(transaction, client, 2) == {"Of 1 2"} and not has_place(transaction, client, 3, 9)
    with transaction():
        again = actions.take_back(db.get(Transition, sooner), db.get(Episode, episode), cast.ana.actor, words="Stays")
        assert again and not [one for one in again if one.why_not]
    assert belongs(transaction, client, 9) == {"Of 1", "Of 1 2"}
    assert has_place(transaction, client, 9, 9)


def test_whoever_leaves_belongs_to_none(transaction, cast, alicia):
    client, episode, _series = alicia
    out = move(transaction, cast, episode, MoveKind.discharge, 3)
    assert belongs(transaction, client, 3) == set() and belongs(transaction, client, 2) == {"Of 1", "Of 1 2"}
    with transaction():
        actions.take_back(db.get(Transition, out), db.get(Episode, episode), cast.ana.actor, words="Stays")
    assert belongs(transaction, client, 3) == {"Of 1", "Of 1 2"}
    assert kinds(transaction, client) == [] and kinds(transaction, client, closed=True) == ["discharge_summary"]


def test_tasks_once_each_and_their_clocks(transaction, cast, alicia):
    client, episode, _series = alicia
    down = move(transaction, cast, episode, MoveKind.step_down, 2, 2)
    assert kinds(transaction, client) == ["book_groups", "plan_update", "risk_screen"]
    with transaction():
        row = db.get(Transition, down)
        facts = {"effective_on": today() + timedelta(days=5), "reason": row.reason, "words": "Later"}
        second = actions.correct(row, db.get(Episode, episode), cast.ana.actor, **facts).id
    assert kinds(transaction, client) == ["book_groups", "plan_update", "risk_screen"]
    with transaction():
        due = {kind: day for kind, day, _closed in tasks_of(client)}
        assert due["plan_update"] in (today() + timedelta(days=12), today() + timedelta(days=13))  # the end of that day
        actions.take_back(db.get(Transition, second), db.get(Episode, episode), cast.ana.actor, words="Stays")
    assert kinds(transaction, client) == []
    move(transaction, cast, episode, MoveKind.step_down, 2, 4)
    assert "continuing_care_plan" in kinds(transaction, client)


@pytest.mark.parametrize(("days_ago", "asked"), [(None, True), (7, False), (8, True)])
def test_a_risk_screen_on_record_is_not_asked_again(transaction, cast, days_ago, asked):
    with transaction():
        client, episode = someone(cast)
        if days_ago is not None:
            screen(client, cast.carl.actor, days_ago)
    move(transaction, cast, episode, MoveKind.step_down, 0, 2)
    assert ("risk_screen" in kinds(transaction, client)) is asked


def test_completing_asks_for_summary_and_continuing_care(transaction, cast, alicia):
    client, episode, _series = alicia
    move(transaction, cast, episode, MoveKind.complete, 0)
    assert kinds(transaction, client) == ["continuing_care_plan", "discharge_summary"]


def test_groups_are_proposed_and_booked_by_a_person(visit, cast, transaction, alicia):
    client, episode, made = alicia
    move(transaction, cast, episode, MoveKind.step_down, 2, 2)
    with transaction():
        found = fitting(client, version().phases[1], today() + timedelta(days=2))
        assert [one.series.topic for one in found] == ["Of 2"]
    ana, path = visit(cast.ana), f"/clients/{client}/groups"
    page = ana.get(path).text
    assert "Book the groups of Phase 2" in page and "12 places free" in page
    for wrong, said in (
        ({"groups": []}, "at least one"),
        ({"groups": made[0]}, "Choose from these only"),
        ({"none": "1"}, "why"),
    ):
        answer = ana.submit(path, wrong)
        assert (answer.status_code, said in answer.text) == (422, True), wrong
    sent = ana.form(path, to=path).fields | {"groups": [made[1]]}
    assert [ana.raw.post(path, data=sent).status_code for _ in range(2)] == [303, 303]
    assert belongs(transaction, client, 2) == {"Of 2", "Of 1 2"}
    assert "book_groups" not in kinds(transaction, client)
    assert "No other group" in ana.get(path).text
    assert visit(cast.ada).get(path).status_code == 403


def test_after_a_return_to_use_a_review_is_due(transaction, cast, alicia, visit):
    client, episode, _series = alicia
    with transaction():
        said = use.Said(today() - timedelta(days=1), today() - timedelta(days=1), HowKnown.said_so)
        report = use.report_return(db.get(Episode, episode), said, cast.carl.actor).id
    assert kinds(transaction, client) == ["phase_review"]
    page = visit(cast.ana).get(f"/clients/{client}/review").text
    assert "Days without use" in page
    with transaction():
        row = db.get(use.UseReport, report)
        use.take_back(row, "Someone else's", cast.carl.actor)
    assert kinds(transaction, client) == [] and kinds(transaction, client, closed=True) == ["phase_review"]
    with transaction():
        setting("review_after_use_days", 5)
        use.report_return(db.get(Episode, episode), said, cast.carl.actor)
        days = [day for kind, day, closed in tasks_of(client) if kind == "phase_review" and not closed]
        assert days[0] - today() in (timedelta(days=5), timedelta(days=6))
        propose(episode, cast.ana.actor, Decision.transfer)
        assert open_episode(client).discharged_on is None
    assert kinds(transaction, client) == []


def test_no_groups_is_said_with_why(visit, cast, transaction, alicia):
    client, episode, _series = alicia
    move(transaction, cast, episode, MoveKind.step_down, 2, 2)
    ana, path = visit(cast.ana), f"/clients/{client}/groups"
    assert ana.submit(path, {"none": "1", "words": "Individual sessions only."}).status_code == 303
    assert "book_groups" not in kinds(transaction, client)
    with pytest.raises(RuleBroken), transaction():
        actions.no_groups(get_client(client, cast.ana.actor), " ", cast.ana.actor)


def test_the_preview_names_what_ends_and_what_is_due(visit, cast, transaction, alicia):
    client, episode, _series = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.discharge, ahead=3)
    page = visit(cast.sue).get(f"/reviews/{id}").text
    for said in ("Groups that end", "Of 1, Mon", "Of 1 2, Mon", "a discharge summary by"):
        assert said in page, said
    with transaction():
        assert review(id).open
