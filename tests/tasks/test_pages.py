"""The pages of what is due: the list, one task, adding one, giving it away."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from caseapp.clients import actions as clients
from caseapp.clients import queries as clients_queries
from caseapp.clients.rules import Ground
from caseapp.core import clock, site
from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.programs import queries as programs
from caseapp.programs.actions.settings import save_setting
from caseapp.tasks import actions
from caseapp.tasks.models import Attempt, Task
from caseapp.tasks.rules import TaskKind

NOON = datetime(2090, 11, 18, 17, tzinfo=UTC)


@pytest.fixture
def ben(cast, transaction):
    with transaction():
        return clients.register(cast.ana.actor, first_name="Ben", last_name="Ortiz", born=date(1990, 5, 2)).id


def due(by, hours, kind=TaskKind.plan_due, source=None, client_id=None, **more):
    at = NOON + timedelta(hours=hours)
    facts = {"client_id": client_id, "owner_id": by.id, "due_at": at}
    return actions.open_task(kind, source, by, **facts, **more).id


def all_tasks(transaction):
    with transaction():
        return list(db.scalars(select(Task)))


def test_overdue_first_within_14_days_mine_or_all_and_by_kind(visit, cast, ben, transaction):
    with transaction():
        due(cast.ana.actor, 5, client_id=ben)
        due(cast.ana.actor, -5, TaskKind.no_show_outreach, "place", ben)
        due(cast.ana.actor, 24 * 14 + 1, TaskKind.other, title="Far ahead")
        due(cast.sue.actor, 3, TaskKind.other, title="Sue's own <b>thing</b>")
    with clock.freeze(NOON):
        mine = visit(cast.ana).get("/tasks").text
        assert mine.index("Reach out after no-show") < mine.rindex("Treatment plan due")
        assert "1 task due later" in mine and "Far ahead" not in mine and "Sue" not in mine.split("<main")[1]
        sees = visit(cast.sue).get("/tasks?whose=all").text
        assert "Ortiz, Ben" in sees and "Sue&#39;s own &lt;b&gt;thing" in sees
        only = visit(cast.ana).get("/tasks?kind=no_show_outreach").text
        assert only.count("Ortiz, Ben") and "plan due</a>" not in only
        assert "Nothing due in the next 14 days." in visit(cast.otto).get("/tasks?whose=all").text
    assert visit(cast.ada).get("/tasks").status_code == 403
    assert visit().get("/tasks").status_code in (302, 303)
    assert visit(cast.ana).get("/tasks?kind=x&page=-3&size=9999999999999999999999").status_code == 200


def test_a_task_of_someone_discharged_still_shows(visit, cast, ben, transaction):
    with transaction():
        version = programs.versions(programs.programs()[0])[0]
        facts = {"client_id": ben, "program_id": version.program_id, "program_version_id": version.id}
        db.add(Episode(**facts, admitted_on=date(2026, 1, 5), discharged_on=date(2026, 2, 5)))
        due(cast.ana.actor, 5, client_id=ben)
    with clock.freeze(NOON):
        assert "Ortiz, Ben" in visit(cast.ana).get("/tasks").text


def test_one_task_for_those_who_may_know_of_it(visit, cast, ben, transaction):
    with transaction():
        id = due(cast.ana.actor, 5, TaskKind.other, client_id=ben, title="Ask about the court date")
    for member, status in ((cast.ana, 200), (cast.sue, 200), (cast.otto, 404), (cast.ada, 403)):
        for page in (f"/tasks/{id}", f"/tasks/{id}/owner"):
            assert visit(member).get(page).status_code == status
    assert visit(cast.ana).get("/tasks/nothing").status_code == 404
    shown = visit(cast.ana).get(f"/tasks/{id}").text
    assert "Ask about the court date" in shown and "court" not in shown.split("</title>")[0]


def deny(cast, ben, member):
    clients.decide_access(
        clients_queries.get_client(ben, cast.sue.actor),
        Ground.denied,
        cast.sue.actor,
        reason="Kin.",
        staff_id=member.actor.id,
    )


def test_what_lies_with_someone_denied_falls_to_those_who_give_out_tasks(visit, cast, ben, transaction):
    with transaction():
        id = due(cast.ana.actor, 5, client_id=ben)
    with clock.freeze(NOON):
        assert "Ortiz, Ben" not in visit(cast.sue).get("/tasks").text
        with transaction():
            deny(cast, ben, cast.ana)
        assert "Ortiz, Ben" not in visit(cast.ana).get("/tasks").text
        assert visit(cast.ana).get(f"/tasks/{id}").status_code == 404
        assert "Ortiz, Ben" in visit(cast.sue).get("/tasks").text
        assert "Ortiz, Ben" in visit(cast.sue).get("/today").text
        assert "Ortiz, Ben" not in visit(cast.otto).get("/tasks").text


def test_what_becomes_due_by_rule_does_not_go_to_someone_denied(cast, ben, transaction):
    with transaction():
        deny(cast, ben, cast.ana)
        by_sue = actions.open_task(
            TaskKind.plan_due, None, cast.sue.actor, client_id=ben, owner_id=cast.ana.actor.id, due_at=NOON
        )
        by_ana = actions.open_task(
            TaskKind.risk_screen, None, cast.ana.actor, client_id=ben, owner_id=cast.ana.actor.id, due_at=NOON
        )
        by_carl = actions.open_task(
            TaskKind.hand_over, None, cast.carl.actor, client_id=ben, owner_id=cast.ana.actor.id, due_at=NOON
        )
        owners = [task.owner_id for task in (by_sue, by_ana, by_carl)]
    assert owners == [cast.sue.actor.id, cast.sue.actor.id, cast.carl.actor.id]


def test_an_attempt_then_done_then_undone(visit, cast, ben, transaction):
    with transaction():
        id = due(cast.ana.actor, -5, TaskKind.no_show_outreach, "place", ben)
    visitor, page = visit(cast.ana), f"/tasks/{id}"
    assert visitor.submit(page, {"next": "tomorrow"}).status_code == 422
    assert visitor.submit(page, {"result": "no_answer", "next": "tomorrow"}).status_code == 422, "how is asked too"
    assert visitor.submit(page, {"channel": "phone", "result": "no_answer", "next": "done"}).status_code == 422
    assert "Attempt 1 of 3 (rule profile)." in visitor.get(page).text
    assert visitor.submit(page, {"channel": "phone", "result": "no_answer", "next": "tomorrow"}).status_code == 303
    assert "Attempt 2 of 3 (rule profile)." in visitor.get(page).text and "Phone: no answer" in visitor.get(page).text
    [task] = all_tasks(transaction)
    assert task.due_at > clock.now() and task.first_due_at == NOON - timedelta(hours=5)
    form = dict(visitor.form(page, to=page).fields) | {
        "channel": "text", "result": "spoke", "next": "done", "words": "Back on Monday",
    }  # fmt: skip
    answers = [visitor.raw.post(page, data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    listed = visitor.get("/tasks")
    assert "Undo" in listed.text and "Nothing due" in listed.text
    assert "Reach out after no-show" in visitor.get("/tasks?show=done").text
    assert visitor.submit("/tasks/" + id + "/reopen", {}).status_code == 303
    assert "Back on Monday" in visitor.get(page).text
    [task] = all_tasks(transaction)
    assert task.closed_at is None


def test_after_the_profiles_number_a_person_decides(visit, cast, ben, transaction):
    with transaction():
        id = due(cast.ana.actor, -5, TaskKind.no_show_outreach, "place", ben)
        save_setting(programs.programs()[0], "no_show_attempts_least", Decimal(2), site.today(), cast.ada.actor)
    visitor, page = visit(cast.ana), f"/tasks/{id}"
    for channel in ("phone", "letter"):
        tried = {"channel": channel, "result": "left_message", "next": "tomorrow"}
        assert visitor.submit(page, tried).status_code == 303
    assert "2 of 2 attempts made, nobody reached." in visitor.get(page).text
    [task] = all_tasks(transaction)
    assert task.closed_at is None
    ended = {"channel": "in_person", "result": "no_answer", "next": "done", "words": "The team writes once more."}
    assert visitor.submit(page, ended).status_code == 303
    with transaction():
        assert [one.channel for one in db.scalars(select(Attempt).order_by(Attempt.tried_at))] == [
            "phone",
            "letter",
            "in_person",
        ]


def test_what_is_not_about_reaching_is_done_or_moved(visit, cast, ben, transaction):
    with transaction():
        id = due(cast.ana.actor, 5, client_id=ben)
    visitor, page = visit(cast.ana), f"/tasks/{id}"
    assert 'name="result"' not in visitor.get(page).text
    assert visitor.submit(page, {"next": "week", "words": "Waiting for the doctor"}).status_code == 303
    assert "Waiting for the doctor" in visitor.get(page).text
    assert visitor.submit(page, {"next": "done"}).status_code == 303
    assert all_tasks(transaction)[0].closed_at is not None
    assert all(words in visitor.get(page).text for words in ("Due time changed", "Closed"))


def test_add_a_task(visit, cast, ben, transaction):
    visitor = visit(cast.ana)
    values = {"title": "Order <script>forms</script>", "due_day": "tomorrow", "due_time": "3 pm"}
    assert "Ortiz, Ben" in visitor.submit("/tasks/new", values | {"who": "ort", "find": "1"}).text
    form = dict(visitor.form("/tasks/new", to="/tasks/new").fields) | values | {"who": "ort", "client_id": ben}
    first, second = (visitor.raw.post("/tasks/new", data=form) for _ in range(2))
    assert first.status_code == 303 and first.headers["Location"] == second.headers["Location"]
    [task] = all_tasks(transaction)
    assert (task.client_id, task.owner_id, task.opened_by_id) == (ben, cast.ana.actor.id, cast.ana.actor.id)
    shown = visitor.get(first.headers["Location"]).text
    assert "Order &lt;script&gt;forms" in shown
    assert f'value="{ben}" checked' in visitor.get(f"/tasks/new?about={ben}").text
    assert visit(cast.otto).get(f"/tasks/new?about={ben}").status_code == 404
    otto = visit(cast.otto).submit("/tasks/new", values | {"client_id": ben})
    assert otto.status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"title": " "}, "Enter what is to be done"),
        ({"title": "x" * 201}, "Shorten this to 200"),
        ({"due_day": ""}, "Enter the day"),
        ({"due_day": "yesterday"}, "must be on or after"),
        ({"due_day": "today", "due_time": "8 am"}, "Enter a time that lies ahead"),
        ({"due_day": "Jan 3, 2092"}, "must be on or before"),
        ({"owner_id": ""}, "Choose whose it is"),
        ({"who": "somebody", "client_id": None}, "Choose whom it is about"),
    ],
)
def test_a_task_that_will_not_do(visit, cast, transaction, sent, said):
    with clock.freeze(NOON):
        answer = visit(cast.ana).submit("/tasks/new", {"title": "Call", "due_day": "tomorrow"} | sent)
    assert answer.status_code == 422 and said in answer.text
    assert all_tasks(transaction) == []


def test_giving_away_is_stale_safe(visit, cast, ben, transaction):
    with transaction():
        id = due(cast.ana.actor, 5, client_id=ben)
    ana, page = visit(cast.ana), f"/tasks/{id}/owner"
    form = dict(ana.form(page, to=page).fields) | {"owner_id": cast.carl.actor.id}
    assert ana.submit(page, {"owner_id": ""}).status_code == 422
    assert visit(cast.sue).submit(page, {"owner_id": cast.otto.actor.id}).status_code == 303
    assert ana.raw.post(page, data=form).status_code == 409
    assert all_tasks(transaction)[0].owner_id == cast.otto.actor.id
