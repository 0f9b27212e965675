"""Roll-call by the form: who may, what is kept, who is asked, and that no mark is ever lost."""

import pytest
from sqlalchemy import select

from caseapp.attendance import actions, queries
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import MarkState, Reason
from caseapp.audit.models import AuditEvent
from caseapp.clients.actions import give_access
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState
from caseapp.tasks.models import Task
from caseapp.today.queries.sessions import unfinished
from tests.sessions import at, group


@pytest.fixture
def roll(transaction, cast):
    """A group of three, led by Carl, with Ana's clients; the clock stands at 9:15 am."""
    with transaction():
        session = group(cast.ana.actor, leader=cast.carl.actor)
        places = {place.client.last_name: place.id for place in queries.list_of(session)}
    with clock.freeze(at(9, 15)):
        yield f"/sessions/{session.id}/attendance", session.id, places


def states(transaction, session_id: str) -> dict[str, str]:
    """By last name, what is in force."""
    with transaction():
        rows = queries.roll(db.get(Session, session_id))
        return {place.client.last_name: str(queries.said_by(mark, place.client_id)) for place, mark in rows}


def test_who_may_open_it(visit, cast, roll):
    path, _id, _places = roll
    assert visit(cast.ana).get(path).status_code == 200
    assert visit(cast.carl).get(path).status_code == 200
    assert visit(cast.otto).get(path).status_code == 404
    assert visit(cast.ada).get(path).status_code == 403
    assert visit().get(path).status_code in (302, 303)
    assert visit(cast.ana).get("/sessions/nothing/attendance").status_code == 404
    for page in ("/add", "/sheet", "/did-not-happen", "/reopen"):
        assert visit(cast.otto).get(path + page).status_code == 404


def test_one_form_saves_every_state_and_repeating_it_changes_nothing(visit, cast, roll, transaction):
    path, id, places = roll
    kim, haddad, lund = places["Kim"], places["Haddad"], places["Lund"]
    sent = {
        f"state-{haddad}": "late", f"late-{haddad}": "12", f"early-{haddad}": "25", f"words-{haddad}": "<script>unwell",
        f"state-{kim}": "excused", f"reason-{kim}": "court", f"state-{lund}": "none",
    }  # fmt: skip
    for _time in range(2):
        assert visit(cast.carl).submit(path, sent, to=path).status_code == 303
    assert states(transaction, id) == {
        "Haddad": "Late 12 min, left early 25 min", "Kim": "Excused: court date", "Lund": "not marked",
    }  # fmt: skip
    page = visit(cast.ana).get(path).text
    assert "&lt;script&gt;unwell" in page and "<script>unwell" not in page
    assert "143<span" in page and "came 9:12 am" in page and "left 11:35 am" in page
    with transaction():
        assert len(list(db.scalars(select(Mark)))) == 2
        assert b"unwell" not in (db.scalar(select(Mark.words_sealed).where(Mark.words_sealed.is_not(None))) or b"")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"state": "late", "late": "181"}, "Enter minutes from 1 to 179."),
        ({"state": "late"}, "Enter how many minutes late."),
        ({"state": "late", "late": "soon"}, "Enter minutes as a number, such as 12."),
        ({"state": "late", "late": "١٢"}, "Enter minutes as a number, such as 12."),
        ({"state": "present", "late": "12"}, "You entered minutes."),
        ({"state": "asleep"}, "Choose one of these."),
        ({"state": "excused", "reason": "<script>"}, "Choose one of these."),
        ({"state": "left_early", "early": "5", "words": "x" * 201}, "Shorten the words to 200 characters."),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_wrong_row_comes_back_as_typed_and_nothing_is_saved(visit, cast, roll, transaction, sent, says):
    path, id, places = roll
    form = {f"{name}-{places['Kim']}": value for name, value in sent.items()} | {f"state-{places['Lund']}": "present"}
    answer = visit(cast.ana).submit(path, form, to=path)
    assert answer.status_code == 422
    assert says in answer.text and "<title>Error: " in answer.text
    assert states(transaction, id)["Lund"] == "not marked"
    if sent.get("late", "").isalpha():
        assert f'value="{sent["late"]}"' in answer.text


def test_two_at_once_are_asked_only_where_they_differ(visit, cast, roll, transaction):
    path, id, places = roll
    ana, carl = visit(cast.ana), visit(cast.carl)
    by_ana, by_carl = (dict(one.form(path, to=path).fields) for one in (ana, carl))
    kim, haddad, lund = (places[name] for name in ("Kim", "Haddad", "Lund"))
    by_ana |= {f"state-{kim}": "present", f"state-{haddad}": "no_show"}
    by_carl |= {f"state-{kim}": "late", f"late-{kim}": "12", f"state-{haddad}": "no_show", f"state-{lund}": "present"}
    assert ana.raw.post(path, data=by_ana).status_code == 303
    answer = carl.raw.post(path, data=by_carl)
    assert answer.status_code == 200
    assert "Ana Moreau 9:15 am: Present. You chose: Late 12 min." in answer.text
    assert states(transaction, id) == {"Haddad": "No-show", "Kim": "Present", "Lund": "Present"}

    settled = by_carl | {f"settle-{kim}": ""}
    assert carl.raw.post(path, data=settled).status_code == 200, "without a choice it is asked again"
    current = marks_in_force(transaction, kim)
    keep = carl.raw.post(path, data=by_carl | {f"settle-{kim}": f"theirs:{current}"})
    assert keep.status_code == 303 and states(transaction, id)["Kim"] == "Present"
    use = carl.raw.post(path, data=by_carl | {f"settle-{kim}": f"mine:{current}"})
    assert use.status_code == 303 and states(transaction, id)["Kim"] == "Late 12 min"
    stale = ana.raw.post(path, data=by_ana | {f"state-{kim}": "excused", f"settle-{kim}": f"mine:{current}"})
    assert stale.status_code == 200, "a choice against an older mark does not count against a newer one"


def marks_in_force(transaction, place_id: str) -> str:
    with transaction():
        return queries.marks_of([place_id])[place_id].id


def test_one_mark_by_script(visit, cast, roll, transaction):
    path, id, places = roll
    kim, ana, carl = places["Kim"], visit(cast.ana), visit(cast.carl)

    def send(visitor, seen="", **row):
        data = {f"{name}-{kim}": value for name, value in row.items()} | {f"seen-{kim}": seen}
        return visitor.raw.post(f"{path}/{kim}", data=data | {"csrf_token": visitor.token(path)})

    first = send(ana, state="present")
    assert first.status_code == 200 and 'data-saved="present"' in first.text and "<html" not in first.text
    assert send(ana, state="present").status_code == 200
    refused = send(carl, state="no_show")
    assert refused.status_code == 409 and "Keep Present" in refused.text and "Use No-show" in refused.text
    assert send(carl, seen=marks_in_force(transaction, kim), state="late", late="0").status_code == 422
    assert send(carl, seen=marks_in_force(transaction, kim), state="none").status_code == 200
    assert states(transaction, id)["Kim"] == "not marked"
    assert send(visit(cast.ada), state="present").status_code == 403
    assert visit(cast.ana).raw.post(f"{path}/nobody", data={"csrf_token": ana.token(path)}).status_code in (400, 404)


def test_the_rest_is_one_act_and_undone_in_one_press_but_for_corrections(visit, cast, roll, transaction):
    path, id, places = roll
    visitor = visit(cast.carl)
    fields = visitor.form(path, to=path).fields | {f"state-{places['Kim']}": "no_show"}
    assert visitor.raw.post(f"{path}/rest", data=fields).status_code == 303
    assert states(transaction, id) == {"Haddad": "Present", "Kim": "No-show", "Lund": "Present"}
    page = visitor.get(path).text
    assert "2 people marked present with the rest." in page and "marked with the rest" in page
    with transaction():
        place = db.get(Place, places["Lund"])
        actions.mark(place, MarkState.late, cast.ana.actor, late=5)
    batch = page.split('name="batch" value="')[1].split('"')[0]
    visitor.raw.post(f"{path}/undo", data={"csrf_token": visitor.token(path), "batch": batch})
    assert states(transaction, id) == {"Haddad": "not marked", "Kim": "No-show", "Lund": "Late 5 min"}


def test_before_the_start_only_excused_and_cancelled_late(visit, cast, roll, transaction):
    path, id, places = roll
    with clock.freeze(at(8, 59)):
        visitor = visit(cast.carl)
        page = visitor.get(path).text
        assert "Until then only excused" in page and "data-rest" not in page and "data-finish" not in page
        form = visitor.form(path, to=path).fields
        assert visitor.raw.post(path, data=form | {f"state-{places['Kim']}": "present"}).status_code == 422
        assert visitor.raw.post(path, data=form | {f"state-{places['Kim']}": "excused"}).status_code == 303
        assert visitor.raw.post(f"{path}/finish", data=form).status_code == 422
        assert visitor.raw.post(f"{path}/rest", data=form).status_code == 422
    assert states(transaction, id)["Kim"] == "Excused"


def test_finish_asks_who_is_not_marked_then_leaves_them_on_the_list(visit, cast, roll, transaction):
    path, id, places = roll
    visitor = visit(cast.carl)
    form = visitor.form(path, to=path).fields | {f"state-{places['Kim']}": "no_show"}
    asked = visitor.raw.post(f"{path}/finish", data=form)
    assert asked.status_code == 200 and "2 people are not marked" in asked.text and "Haddad, Sam" in asked.text
    assert states(transaction, id)["Kim"] == "No-show", "what was marked is kept while it is asked"
    done = visitor.raw.post(f"{path}/finish", data=form | {"anyway": "yes"})
    assert done.status_code == 303
    assert "1 outreach task for no-shows, due by tomorrow 12:00 pm (noon)." in visitor.get(path).text
    assert visitor.raw.post(f"{path}/finish", data=form | {"anyway": "yes"}).status_code == 303, "a second click"
    assert "Roll-call is finished already." in visitor.get(path).text
    with transaction():
        assert db.get(Session, id).state is SessionState.held
        [task] = db.scalars(select(Task))
        assert (task.owner_id, task.source_id) == (cast.ana.actor.id, places["Kim"])
        assert task.due_at == at(12).replace(day=19)
    with clock.freeze(at(12, 1)), transaction():
        [row] = unfinished(cast.carl.actor).shown
        assert (row.session.id, row.on_list - row.marked) == (id, 2)
        assert queries.not_marked_in([id]) == {id: 2}


def test_a_finished_list_is_corrected_only_by_reopening_it_with_a_reason(visit, cast, roll, transaction):
    path, id, places = roll
    visitor = visit(cast.carl)
    form = visitor.form(path, to=path).fields | {f"state-{places['Kim']}": "no_show"}
    visitor.raw.post(f"{path}/finish", data=form | {"anyway": "yes"})
    refused = visitor.raw.post(path, data=form | {f"state-{places['Kim']}": "present"})
    assert refused.status_code == 422 and "Reopen it to correct a mark" in refused.text
    lund = {f"state-{places['Lund']}": "no_show", f"seen-{places['Lund']}": ""}
    late = visitor.raw.post(path, data={"csrf_token": visitor.token(path)} | lund)
    assert late.status_code == 303, "who was never marked can be marked without reopening"
    with transaction():
        assert len(list(db.scalars(select(Task)))) == 2

    with clock.freeze(at(9, 20)):
        assert visitor.submit(f"{path}/reopen", {}).status_code == 422
        assert visitor.submit(f"{path}/reopen", {"why": "heard_later"}).status_code == 303
        assert "Changed: reopened" in visitor.get(path).text
        fields = visitor.form(path, to=path).fields | {
            f"state-{places['Kim']}": "excused",
            f"reason-{places['Kim']}": "work",
        }
        assert visitor.raw.post(f"{path}/finish", data=fields | {"anyway": "yes"}).status_code == 303
        page = visitor.get(path).text
        assert "<b>changed</b>" in page and "Excused: work</p>" in page, "of a locked row it stands in words"
    with transaction():
        by_source = {task.source_id: task.closed_at for task in db.scalars(select(Task))}
        assert by_source[places["Kim"]] is not None and by_source[places["Lund"]] is None
        corrected = db.scalars(select(AuditEvent).where(AuditEvent.what == "attendance.mark"))
        assert ("no_show", "excused") in {(event.facts["was"], event.facts["now"]) for event in corrected}


def test_outreach_opens_once_however_often_a_mark_is_corrected(cast, roll, transaction):
    _path, id, places = roll

    def say(state, again=True):
        with transaction():
            session = db.get(Session, id)
            if session.finished_at:
                actions.reopen(session, actions.WhyReopened.wrong_mark, cast.ana.actor)
            actions.mark(db.get(Place, places["Kim"]), state, cast.ana.actor)
            actions.finish(session, cast.ana.actor)
            return [task.closed_at is None for task in db.scalars(select(Task).order_by(Task.opened_at, Task.id))]

    assert say(MarkState.no_show) == [True]
    assert say(MarkState.no_show) == [True]
    assert say(MarkState.present) == [False]
    assert say(MarkState.no_show) == [True]
    assert say(MarkState.excused) == [False]


def test_it_did_not_happen(visit, cast, roll, transaction):
    path, id, places = roll
    visitor = visit(cast.carl)
    with transaction():
        actions.mark(db.get(Place, places["Kim"]), MarkState.present, cast.ana.actor)
    refused = visitor.submit(f"{path}/did-not-happen", {"why": "weather"})
    assert refused.status_code == 422 and "1 person is marked as having come." in refused.text
    with transaction():
        actions.mark(db.get(Place, places["Kim"]), None, cast.ana.actor)
    assert visitor.submit(f"{path}/did-not-happen", {}).status_code == 422
    assert visitor.submit(f"{path}/did-not-happen", {"why": "weather"}).status_code == 303
    assert "did not happen: weather or travel" in visitor.get(path).text
    assert visitor.submit(f"{path}/reopen", {"why": "ended_by_mistake"}).status_code == 303
    with transaction():
        assert db.get(Session, id).state is SessionState.scheduled


def test_what_one_may_not_see_is_neither_shown_nor_marked(visit, cast, roll, transaction):
    path, id, places = roll
    with transaction():
        kim = db.get(Place, places["Kim"]).client_id
        give_access(kim, Ground.denied, cast.sue.actor, staff_id=cast.carl.actor.id)
    visitor = visit(cast.carl)
    page = visitor.get(path).text
    assert "Kim, Dae" not in page and "1 more person you may not see" in page
    visitor.raw.post(f"{path}/rest", data=visitor.form(path, to=path).fields)
    assert states(transaction, id) == {"Haddad": "Present", "Kim": "not marked", "Lund": "Present"}
    sent = {"csrf_token": visitor.token(path), f"state-{places['Kim']}": "present"}
    assert visitor.raw.post(f"{path}/{places['Kim']}", data=sent).status_code == 404


def test_similar_names_are_told_apart(visit, cast, transaction):
    with transaction():
        path = f"/sessions/{group(cast.ana.actor, 9).id}/attendance"
    with clock.freeze(at(9, 15)):
        page = visit(cast.ana).get(path).text
    assert page.count("Similar name") == 2


def test_statements_do_not_grow_with_rows(visit, cast, transaction, statements):
    with transaction():
        few = group(cast.ana.actor, 2)
        many = group(
            cast.ana.actor, 12, starts=few.starts_at.time().replace(hour=13), ends=few.starts_at.time().replace(hour=15)
        )
        for session in (few, many):
            with clock.freeze(at(14)):
                for place in queries.list_of(session):
                    actions.mark(place, MarkState.left_early, cast.ana.actor, early=5, words="unwell")
    counts, visitor = [], visit(cast.ana)
    with clock.freeze(at(14)):
        visitor.get("/today")
        for session in (few, many):
            with statements() as seen:
                visitor.get(f"/sessions/{session.id}/attendance")
            counts.append(len(seen))
    assert counts[0] == counts[1]


def test_reasons_are_words_of_the_list(roll, cast, transaction):
    _path, _id, places = roll
    with transaction():
        row = actions.mark(db.get(Place, places["Kim"]), MarkState.excused, cast.ana.actor, reason=Reason.illness)
        assert (row.minutes, str(queries.said_by(row, "x"))) == (0, "Excused: illness")
