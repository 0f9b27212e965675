"""Thirty marks are saved in as many statements as one, in one transaction; what follows from a no-show follows once."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select

from caseapp.attendance import actions, outreach, queries
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import MarkState, Reason, Said, Sent
from caseapp.audit.models import AuditEvent
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs.actions.settings import save_setting
from caseapp.programs.models import Program
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState, WhyNot
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Task
from caseapp.tasks.rules import Result
from tests.at_once import together
from tests.sessions import WEDNESDAY, at, group

MOST_STATEMENTS = 10
SAID = (Said(MarkState.present),) * 5 + (
    Said(MarkState.late, late=12), Said(MarkState.no_show), Said(MarkState.left_early, early=20, words="felt unwell"),
    Said(MarkState.excused, reason=Reason.court), Said(MarkState.cancelled_late),
)  # fmt: skip


@pytest.fixture
def thirty(transaction, cast) -> str:
    with transaction():
        return group(cast.ana.actor, 30).id


@contextmanager
def commits():
    """How many transactions end well inside the block."""
    seen = []

    def keep(connection) -> None:
        seen.append(connection)

    event.listen(Engine, "commit", keep)
    try:
        yield seen
    finally:
        event.remove(Engine, "commit", keep)


def save(session_id: str, by, says, statements, many: int = 30) -> tuple[int, int]:
    """Send so many rows; gives the number of statements and of transactions of taking them."""
    from caseapp.core.db import transaction

    with commits() as ended, transaction():
        session = db.get(Session, session_id)
        rows = queries.roll(session)[:many]
        sent = {place: Sent(says(n), seen=mark.id if mark else None) for n, (place, mark) in enumerate(rows)}
        with statements() as seen:
            assert actions.send(session, sent, by) == {}
            db.flush()
    return len(seen), len(ended)


def test_thirty_marks_take_ten_statements_and_one_transaction(cast, thirty, statements, record_property, engine):
    with clock.freeze(at(9, 15)):
        first = save(thirty, cast.ana.actor, lambda n: SAID[n % 6], statements)
        again = save(thirty, cast.ana.actor, lambda n: SAID[(n + 1) % 6], statements)
    assert first[1] == again[1] == 1
    assert max(first[0], again[0]) <= MOST_STATEMENTS
    record_property("counted", f"{engine}: 30 marks saved in {first[0]} statements, 30 corrected in {again[0]}")
    with clock.freeze(at(9, 16)):
        words, _transactions = save(thirty, cast.ana.actor, lambda n: SAID[n % 10], statements)
    assert words <= MOST_STATEMENTS + 3, "words are sealed: keys are read, and made for whom there were none"
    with_one, _transactions = save_again(thirty, cast, statements, 1)
    with_all, _transactions = save_again(thirty, cast, statements, 30)
    assert with_one == with_all


def save_again(thirty, cast, statements, many):
    with clock.freeze(at(9, 20)):
        save(thirty, cast.ana.actor, lambda n: SAID[7], statements)
        return save(thirty, cast.ana.actor, lambda n: SAID[0], statements, many)


def test_the_whole_form_takes_no_more_for_thirty_than_for_one(visit, cast, thirty, transaction, statements):
    path, visitor, counts = f"/sessions/{thirty}/attendance", visit(cast.ana), []
    with clock.freeze(at(9, 15)):
        for many in (1, 1, 28):  # the first also says since when the session is marked
            form = visitor.form(path, to=path).fields
            waiting = [name for name, values in form.items() if name.startswith("state-") and "none" in values][:many]
            assert len(waiting) == many
            with statements() as seen:
                assert (
                    visitor.raw.post(path, data=form | dict.fromkeys(waiting, "late") | minutes(waiting)).status_code
                    == 303
                )
            counts.append(len(seen))
    assert counts[2] == counts[1]


def minutes(names) -> dict[str, str]:
    return {name.replace("state-", "late-"): "10" for name in names}


def test_each_correction_is_logged_with_before_and_after(cast, thirty, transaction, statements):
    with clock.freeze(at(9, 15)):
        save(thirty, cast.ana.actor, lambda _n: Said(MarkState.excused), statements, 2)
        save(thirty, cast.ana.actor, lambda n: (SAID[5], SAID[8])[n], statements, 2)
    with transaction():
        events = list(
            db.scalars(select(AuditEvent).where(AuditEvent.what == "attendance.mark").order_by(AuditEvent.id))
        )
        marks = list(db.scalars(select(Mark)))
    assert [(one.facts["was"], one.facts["now"]) for one in events] == [
        ("not_marked", "excused"), ("not_marked", "excused"), ("excused", "late late 12"), ("excused", "excused"),
    ]  # fmt: skip
    assert [one.facts.get("why") for one in events] == [None, None, None, "changed"]
    assert len(marks) == 4 and sum(1 for mark in marks if mark.superseded_at) == 2
    assert "court" not in str([one.facts for one in events]), (
        "why someone was excused stands with the mark, not in the log"
    )


@pytest.fixture
def missed(transaction, cast):
    """A finished list with one no-show, Sam Haddad, at 9:15 am."""
    with transaction(), clock.freeze(at(9, 15)):
        session = group(cast.ana.actor, 2)
        place = queries.list_of(session)[0]
        actions.mark(place, MarkState.no_show, cast.ana.actor)
        actions.finish(session, cast.ana.actor)
        return place.id


def correct(place_id: str, state: MarkState, by) -> None:
    """Reopen if need be, correct, and finish again."""
    session = db.get(Session, db.get(Place, place_id).session_id)
    actions.scheduling.hold(session)
    if session.finished_at:
        actions.reopen(session, actions.WhyReopened.wrong_mark, by)
    actions.mark(db.get(Place, place_id), state, by)
    if not session.finished_at:
        actions.finish(session, by)


def test_two_people_who_correct_to_and_fro_keep_one_task(cast, missed, transaction):
    with clock.freeze(at(10)):
        for states in ((MarkState.present, MarkState.no_show), (MarkState.no_show, MarkState.excused)) * 3:
            pairs = zip(states, (cast.ana.actor, cast.sue.actor), strict=True)
            deeds = [lambda state=state, by=by: correct(missed, state, by) for state, by in pairs]
            together(deeds)
            with transaction():
                [task] = db.scalars(select(Task))
                marked = queries.marks_of([missed])[missed].state
                assert (task.closed_at is None) == (marked is MarkState.no_show)


def test_what_someone_has_tried_stays_open_for_a_person_to_close(cast, missed, transaction):
    with clock.freeze(at(10)), transaction():
        [task] = db.scalars(select(Task))
        tasks.attempt(task, Result.left_message, cast.ana.actor)
        correct(missed, MarkState.present, cast.ana.actor)
        assert task.closed_at is None
        tasks.end(task, cast.ana.actor, "They were here after all.")
        correct(missed, MarkState.no_show, cast.ana.actor)
        assert task.closed_at is not None and len(list(db.scalars(select(Task)))) == 1


def test_the_profile_says_by_when(cast, transaction):
    with transaction(), clock.freeze(at(8)):
        save_setting(db.scalars(select(Program)).one(), "no_show_outreach_hours", Decimal(4), WEDNESDAY, cast.ada.actor)
    with transaction(), clock.freeze(at(9, 15)):
        session = group(cast.ana.actor, 1)
        actions.mark(queries.list_of(session)[0], MarkState.no_show, cast.ana.actor)
        actions.finish(session, cast.ana.actor)
        assert db.scalars(select(Task)).one().due_at == at(16)


def test_a_list_that_nobody_finishes_opens_its_calls_when_the_session_is_over(cast, transaction):
    with transaction(), clock.freeze(at(9, 15)):
        session = group(cast.ana.actor, 2)
        for place in queries.list_of(session):
            actions.mark(place, MarkState.no_show, cast.ana.actor)
    with clock.freeze(at(11, 59)):
        assert outreach.open_what_waits() == 0, "they may still come"
    with clock.freeze(at(12, 1)):
        assert (outreach.open_what_waits(), outreach.open_what_waits()) == (2, 0)
        with transaction():
            assert {task.owner_id for task in db.scalars(select(Task))} == {cast.ana.actor.id}
            actions.finish(db.get(Session, session.id), cast.ana.actor)
            assert len(list(db.scalars(select(Task)))) == 2


def test_who_is_not_marked_never_becomes_a_no_show(cast, transaction):
    with transaction(), clock.freeze(at(9, 15)):
        session = group(cast.ana.actor, 3)
        actions.finish(session, cast.ana.actor)
    with clock.freeze(at(12).replace(month=12, day=1)), transaction():
        assert outreach.open_what_waits() == 0
        assert queries.not_marked_in([session.id]) == {session.id: 3}
        assert list(db.scalars(select(Mark))) == [] and list(db.scalars(select(Task))) == []


def test_a_session_that_did_not_happen_leaves_nobody_to_call(cast, transaction):
    with transaction(), clock.freeze(at(9, 15)):
        session = group(cast.ana.actor, 1)
        actions.mark(queries.list_of(session)[0], MarkState.no_show, cast.ana.actor)
        actions.finish(session, cast.ana.actor)
        actions.reopen(session, actions.WhyReopened.ended_by_mistake, cast.ana.actor)
        actions.did_not_happen(session, WhyNot.weather, cast.ana.actor)
        assert session.state is SessionState.did_not_happen
        assert db.scalars(select(Task)).one().closed_at is not None
