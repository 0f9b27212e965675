"""Recording a contact: who may, what it takes, what it starts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from caseapp.audit.models import AuditEvent
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs.models import Program, RuleSetting
from tests.crisis.contacts import admit, contacts, path_of, register, save, tasks


@pytest.fixture
def ben(cast):
    return register(cast.ana.actor, phone="555-0177")


def test_three_answers_are_enough_and_start_the_clock(visit, cast):
    page = path_of(save(visit(cast.ana)))
    [contact], [task] = contacts(), tasks()
    assert (contact.client_id, contact.risk, contact.by_screen) == (None, "not_asked", "not_asked")
    assert (task.owner_id, task.closed_at, task.due_at) == (cast.ana.actor.id, None, task.first_due_at)
    assert task.due_at - contact.ended_at == timedelta(hours=24)
    assert page == f"/crisis/{contact.id}"
    assert "Missing: 8" in visit(cast.ana).get(page).text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"risk": None}, "Choose the risk"),
        ({"client_id": None}, "Choose who it is about"),
        ({"client_id": "nobody"}, "Choose one of these"),
        ({"risk": "low", "behavior": "within_three_months"}, "Enter why you judge it lower"),
        ({"risk": "not_asked", "wish_to_be_dead": "no", "thoughts": "no", "behavior": "no"}, "choose the risk you see"),
        ({"started": "half past"}, "Enter a time"),
        ({"started_day": "tomorrow"}, "must be on or before"),
        ({"started_day": "Jan 3, 2090"}, "must be on or after"),
        ({"started": "11:40 pm"}, "has not been yet"),
        ({"started_day": "yesterday", "started": "10:00 am", "ended": "9:00 am"}, "more than 12 hours after"),
        ({"started": "9:00 am", "ended": "11:00 am"}, "can&#39;t end later than now"),
        ({"where": "x" * 201}, "Shorten this to 200 characters"),
        ({"owner_id": "someone"}, "Choose one of the list"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_and_nothing_is_kept(visit, cast, sent, said):
    with clock.freeze(datetime(2090, 11, 15, 15, 12, tzinfo=UTC)):
        visitor = visit(cast.ana)
        values = {"what_happened": "<script>alert(1)</script>", "client_id": "unknown", "risk": "high"} | sent
        answer = visitor.submit("/crisis/new", values, to="/crisis/new")
    assert answer.status_code == 422
    assert said in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text and "<script>alert" not in answer.text
    assert (contacts(), tasks()) == ([], [])


def test_a_reason_makes_a_lower_judgment_possible_and_is_sealed(visit, cast):
    page = path_of(save(visit(cast.ana), "low", behavior="within_three_months", lowered_because="Years of it"))
    [contact] = contacts()
    assert contact.by_screen == "high"
    assert b"Years" not in contact.lowered_because_sealed
    assert "Years of it" in visit(cast.ana).get(page).text


def test_sent_twice_is_once(visit, cast):
    visitor = visit(cast.ana)
    form = dict(visitor.form("/crisis/new", to="/crisis/new").fields) | {"client_id": "unknown", "risk": "low"}
    first, second = (visitor.raw.post("/crisis/new", data=form) for _ in range(2))
    assert path_of(first) == path_of(second)
    assert len(contacts()) == len(tasks()) == 1


def test_any_staff_find_any_client_and_see_four_facts(visit, cast, ben):
    admit(ben, cast.ana.actor)
    for member in (cast.otto, cast.ada):
        visitor = visit(member)
        found = visitor.submit("/crisis/new", {"who": "ort", "find": "1", "what_happened": "typed"}, to="/crisis/new")
        assert found.status_code == 200
        assert "Ortiz, Ben · born May 2, 1990 · ID " in found.text and "typed" in found.text
        assert "555-0177" not in found.text
        token = visitor.token("/crisis/new")
        [one] = visitor.raw.post("/crisis/suggest", data={"q": "ort", "csrf_token": token}).json
        assert (one["id"], one["label"], sorted(one)) == (ben, "Ortiz, Ben", ["hint", "id", "label"])
    assert "555-0177" in visit(cast.ana).submit("/crisis/new", {"client_id": ben, "find": "1"}, to="/crisis/new").text


def test_about_chooses_a_client_one_may_see(visit, cast, ben):
    page = visit(cast.ana).get(f"/crisis/new?about={ben}")
    assert f'value="{ben}" checked' in page.text
    assert "Ortiz" not in page.text.split("</title>")[0]
    assert visit(cast.otto).get(f"/crisis/new?about={ben}").status_code == 404
    assert visit(cast.ana).get("/crisis/new?about=nobody").status_code == 404


def test_the_case_manager_calls_again_unless_someone_is_chosen(visit, cast, ben):
    admit(ben, cast.ana.actor)
    visitor = visit(cast.carl)
    save(visitor, "high", ben, who="ort", owner_id="")
    save(visitor, "high", ben, who="ort", owner_id=cast.sue.actor.id)
    save(visit(cast.ada), "high")
    assert [task.owner_id for task in tasks()] == [one.actor.id for one in (cast.ana, cast.sue, cast.sue)]


def test_who_sees_what_of_it(visit, cast, ben):
    admit(ben, cast.ana.actor)
    page = path_of(save(visit(cast.ana), "high", ben, who="ort", what_happened="A quiet word"))
    assert "A quiet word" in visit(cast.ana).get(page).text
    assert "A quiet word" in visit(cast.sue).get(page).text
    assert visit(cast.otto).get(page).status_code == visit(cast.otto).get(page + "/attempt").status_code == 404
    assert visit(cast.otto).get(page + "/edit").status_code == 404
    assert visit(cast.ana).get("/crisis/nothing").status_code == 404
    assert visit(cast.ada).get(page).status_code == 404
    # Who records a contact of someone they may not see reads their own words and nobody else's.
    page = path_of(save(visit(cast.otto), "high", ben, who="ort", what_happened="Otto heard this"))
    otto = visit(cast.otto)
    assert "Otto heard this" in otto.get(page).text
    tried = {"result": "no_answer", "words": "Ana tried", "next": "rule"}
    assert visit(cast.ana).submit(page + "/attempt", tried).status_code == 303
    assert "Ana tried" in visit(cast.ana).get(page).text
    shown = otto.get(page).text
    assert "Ana tried" not in shown and "No answer" in shown
    # An admin takes a call and sees no clinical text, not even their own.
    page = path_of(save(visit(cast.ada), "high", ben, who="ort", what_happened="Ada wrote"))
    shown = visit(cast.ada).get(page)
    assert shown.status_code == 200 and "Ada wrote" not in shown.text and "/edit" not in shown.text
    assert visit(cast.ada).get(page + "/edit").status_code == 403


def test_no_words_and_no_name_stand_in_the_audit_or_in_a_title(visit, cast, ben, transaction):
    visitor = visit(cast.ana)
    page = path_of(save(visitor, "high", ben, who="ort", what_happened="Secret words", where="Elm Street"))
    visitor.submit(page + "/edit", {"what_happened": "Other secret"})
    with transaction():
        said = " ".join(f"{row.what} {row.facts}" for row in db.scalars(select(AuditEvent)))
    assert "crisis.record" in said and "crisis.edit" in said
    assert "ecret" not in said and "Elm" not in said and "Ortiz" not in said
    assert "Ortiz" not in visitor.get(page).text.split("</title>")[0]


def setting(program_id, name, value, from_day):
    db.add(RuleSetting(program_id=program_id, name=name, value=value, from_day=from_day))


@pytest.mark.parametrize(("started_day", "hours"), [("Nov 15, 2090", 12), ("Nov 14, 2090", 20)])
def test_the_hours_are_those_of_the_client_s_program_on_that_day(visit, cast, ben, transaction, started_day, hours):
    program_id = admit(ben, cast.ana.actor)
    with transaction():
        setting(program_id, "crisis_follow_up_high_hours", 12, date(2090, 11, 15))
        setting(program_id, "crisis_follow_up_high_hours", 20, date(2026, 1, 1))
        other = Program(name="Evening program")
        db.add(other)
        db.flush()
        setting(other.id, "crisis_follow_up_high_hours", 6, date(2026, 1, 1))
    with clock.freeze(datetime(2090, 11, 18, 15, tzinfo=UTC)):
        # 11:30 pm at the clinic is the next day in UTC: the day of the clinic counts.
        times = {"started_day": started_day, "started": "11:10 pm", "ended": "11:30 pm"}
        save(visit(cast.ana), "high", ben, who="ort", **times)
        save(visit(cast.ana), "high", **times)
    [contact, _other], [task, unknown] = contacts(), tasks()
    assert task.due_at - contact.ended_at == timedelta(hours=hours)
    # Of someone in no program, the shortest of the clinic's.
    assert unknown.due_at - contact.ended_at == timedelta(hours=6)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_contact_over_midnight_and_over_the_change_of_the_clocks(visit, cast):
    with clock.freeze(datetime(2090, 11, 5, 12, tzinfo=UTC)):
        visitor = visit(cast.ana)
        save(visitor, "high", started_day="yesterday", started="11:40 pm", ended="12:05 am")
        over = {"started_day": "today", "started": "12:50 am", "ended": "1:30 am"}
        asked = save(visitor, "high", **over)
        assert asked.status_code == 422 and "came twice that night" in asked.text
        assert "After the clocks went back" in asked.text
        save(visitor, "high", **over, ended_pass="second")
    assert [one.minutes for one in contacts()] == [25, 100]
    # 24 hours that pass: 12:05 am EDT plus 24 h is 11:05 pm EST.
    assert tasks()[0].due_at == datetime(2090, 11, 6, 4, 5, tzinfo=UTC)
    with clock.freeze(datetime(2091, 3, 11, 12, tzinfo=UTC)):
        answer = save(visit(cast.ana), "high", started_day="today", started="2:30 am")
        assert answer.status_code == 422 and "The clocks skip this time" in answer.text


def test_a_supervisor_is_told_once_and_with_one_press(visit, cast, ben):
    visitor = visit(cast.ana)
    page = path_of(save(visitor, "high", ben, who="ort"))
    shown = visitor.get(page).text
    assert "Do not leave them alone" in shown and "Tell Sue Okafor" in shown
    token = visitor.token(page)
    for id, status in ((cast.otto.actor.id, 422), (cast.sue.actor.id, 303), (cast.sue.actor.id, 303)):
        sent = {"supervisor_id": id, "csrf_token": token}
        assert visitor.raw.post(page + "/tell", data=sent).status_code == status
    told = [task for task in tasks() if task.kind == "look_at_crisis"]
    assert [task.owner_id for task in told] == [cast.sue.actor.id]
    assert "Told Sue Okafor" in visitor.get(page).text


def test_signed_out_leads_to_sign_in(visit):
    assert visit().get("/crisis/new").status_code in (302, 303)
