"""A week's hours: required, scheduled, attended, still to come; and whom one adds at roll-call."""

from datetime import time, timedelta

import pytest

from caseapp.attendance import actions, queries
from caseapp.attendance.hours import weeks_of_clients
from caseapp.attendance.rules import MarkState
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import WhyAdded, WhyOver
from tests.sessions import WEDNESDAY, at, group, person, room, this_week

MONDAY = WEDNESDAY - timedelta(days=2)


@pytest.fixture
def kim(transaction, cast):
    """Dae Kim in Phase 1 (9 h): Monday attended but 12 minutes, Wednesday not marked, Friday ahead, case management apart."""
    with clock.freeze(at(8, day=MONDAY)), transaction():
        client = person(cast.ana.actor, "Kim", "Dae")
        by = cast.ana.actor
        for offset in (0, 2, 4):
            day = MONDAY + timedelta(days=offset)
            session = group(by, 0, day=day)
            place = scheduling.book(session, client, by)
            talk = group(
                by, 0, day=day, starts=time(13), ends=time(13, 30), service=programs.service("case_management")
            )
            scheduling.book(talk, client, by)
            if offset == 0:
                with clock.freeze(at(12, day=MONDAY)):
                    actions.mark(place, MarkState.late, by, late=12)
    with clock.freeze(at(15)):
        yield client.id


def test_a_week_says_what_is_reached_and_what_can_be(kim, transaction):
    with transaction():
        week = this_week(kim)
    assert (week.first, week.after, week.required, week.days_required) == (MONDAY, MONDAY + timedelta(days=7), 540, 3)
    assert (week.scheduled, week.attended, week.not_marked, week.remaining) == (540, 168, 180, 180)
    assert (week.days_attended, week.reachable, week.missing, week.can_reach) == (1, 528, 372, False)
    assert [one.starts_at for one in week.ahead] == [at(9, day=MONDAY + timedelta(days=4))]
    assert week.whole and week.met is None  # the week is not over, so nobody can tell yet


def test_a_week_in_which_someone_was_admitted_is_neither_met_nor_not(cast, transaction):
    with clock.freeze(at(15)), transaction():
        client = person(cast.ana.actor, admitted_on=WEDNESDAY).id
        assert (this_week(client).required, this_week(client).met) == (540, None)
        nobody = person(cast.ana.actor, admitted_on=None).id
        assert (this_week(nobody).required, this_week(nobody).scheduled) == (None, 0)


def test_weeks_and_clients_in_a_fixed_number_of_statements(kim, cast, transaction, statements):
    counts = []
    for people, first in ((1, WEDNESDAY), (9, WEDNESDAY - timedelta(days=70))):
        with transaction():
            ids = [kim, *(person(cast.ana.actor, f"N{n}", "X").id for n in range(people))]
        with transaction(), statements() as seen:
            weeks = weeks_of_clients(ids, first, WEDNESDAY + timedelta(days=4))
            assert weeks_of_clients([]) == {}
            counts.append(len(seen))
        assert len(weeks[kim]) == (1 if people == 1 else 11)
        assert weeks[kim][-1].attended == 168
    assert counts[0] == counts[1]


@pytest.fixture
def small(transaction, cast):
    """A running group of two places, both taken, that began at nine; Max Weiss has none. It is 9:12 am."""
    with clock.freeze(at(8)), transaction():
        session = group(cast.ana.actor, 2, places=2, room_id=room("Room 3", 8).id)
        max_ = person(cast.ana.actor, "Weiss", "Max").id
        person(cast.ana.actor, "Webb", "Tia", admitted_on=None)
    with clock.freeze(at(9, 12)):
        yield session.id, max_


def test_someone_who_came_is_added_over_the_limit_with_a_reason(visit, cast, transaction, small):
    id, max_ = small
    visitor, path = visit(cast.ana), f"/sessions/{id}/attendance"
    found = visitor.submit(f"{path}/add", {"who": "we", "find": "1"})
    assert "Weiss, Max" in found.text and "Webb" not in found.text and "3 people, limit 2." in found.text
    form = visitor.form(f"{path}/add", to=f"{path}/add").fields | {"who": "we", "client": max_, "why": "make_up"}
    refused = visitor.raw.post(f"{path}/add", data=form | {"arrived": "9:12 am"})
    assert refused.status_code == 422 and "That makes 3 people, limit 2." in refused.text
    form = visitor.form(f"{path}/add", to=f"{path}/add").fields | form | {"arrived": "9:12 am"}
    added = visitor.raw.post(f"{path}/add", data=form | {"why_over": "supervisor_agreed", "form_key": "k"})
    assert added.status_code == 303
    page = visitor.get(path).text
    assert "168<span" in page and "Added: make-up for a session they missed" in page and "3 people, limit 2" in page
    with transaction():
        [place] = [one for one in queries.list_of(db.get(Session, id)) if one.client_id == max_]
    sent = {"csrf_token": visitor.token(path)}
    assert visitor.raw.post(f"{path}/{place.id}/off", data=sent).status_code == 303
    with transaction():
        assert len(queries.list_of(db.get(Session, id))) == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"client": "nobody"}, "Choose one of these"), ({"why": ""}, "Choose why they are here."),
     ({"arrived": "12:30 pm"}, "They must have come before the end"), ({"arrived": "soon"}, "Enter a time such as")],
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_wrong_with_someone_added(visit, cast, small, wrong, says):
    id, max_ = small
    visitor, path = visit(cast.ana), f"/sessions/{id}/attendance/add"
    sent = {
        "who": "weiss",
        "client": max_,
        "why": "visitor",
        "arrived": "9:12 am",
        "why_over": "supervisor_agreed",
    } | wrong
    answer = visitor.raw.post(path, data=visitor.form(path, to=path).fields | sent)
    assert answer.status_code == 422 and says in answer.text


def test_nobody_is_there_and_elsewhere_at_the_same_time(cast, transaction, small):
    id, max_ = small
    here = {"why": WhyAdded.visitor, "why_over": WhyOver.supervisor_agreed, "arrived_at": at(9, 12)}
    with transaction():
        other = group(cast.sue.actor, 0)
        actions.mark(scheduling.book(other, db.get(Client, max_), cast.sue.actor), MarkState.present, cast.sue.actor)
    with transaction(), pytest.raises(RuleBroken, match="Marked as there in Relapse prevention at the same time"):
        actions.add(db.get(Session, id), db.get(Client, max_), cast.ana.actor, **here)
