"""Record a crisis contact, which starts the clock of its follow-up; complete it; note each attempt; tell a supervisor."""

from datetime import datetime
from typing import Any

from caseapp.audit.actions import changed
from caseapp.audit.rules import digest
from caseapp.clients.models import Client
from caseapp.clients.queries.care import denied_staff
from caseapp.clients.rules import DENIED
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import RuleBroken
from caseapp.crisis import queries, rules
from caseapp.crisis.models import FACTS, TEXTS, CrisisContact, EarlierContact, FollowUpAnswers
from caseapp.crisis.rules import Asked, Risk
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Attempt, Task
from caseapp.tasks.queries import possible_owners, task_of
from caseapp.tasks.rules import Result, TaskKind


def record(by: Actor, *, owner_id: str | None = None, **facts: Any) -> CrisisContact:
    """Keep a contact and open its follow-up, due 24 h after high or not asked, 72 h after others, from its end.

    `facts` are columns of ContactFacts; the texts of `models.TEXTS` come as plain words. Needed: risk, started_at,
    ended_at (aware), caller, channel. The hours are those of the profile in force; the owner is the client's case manager
    unless one is chosen. Raises RuleBroken where the judgment does not fit the screen or times are impossible.
    """
    words = {name: (facts.pop(name, "") or "").strip() for name in TEXTS}
    _check(facts, words["lowered_because"], clock.now())
    contact = CrisisContact(id=new_id(), recorded_by_id=by.id, recorded_by_credential=by.credential, **facts)
    _write(contact, words)
    db.add(contact)
    db.flush()
    changed("crisis.record", contact.id, by, client_id=contact.client_id, risk=contact.risk.value)
    _start_clock(contact, owner_id, by)
    return contact


def edit(contact: CrisisContact, by: Actor, **facts: Any) -> bool:
    """Complete or correct a contact. What it said before is kept beside it; its follow-up keeps time with the rule.

    Gives whether anything was changed. Raises RuleBroken as `record` does.
    """
    hold(contact)
    words = {name: (facts.pop(name, "") or "").strip() for name in TEXTS}
    _check(facts, words["lowered_because"], contact.recorded_at)
    before = queries.codes_of(contact) | queries.texts_of(contact)
    after = queries.codes_of(contact) | facts | words
    fields = [name for name in after if after[name] != before[name]]
    if not fields:
        return False
    _supersede(contact, by)
    _rename(contact, facts.get("client_id", contact.client_id), by)
    for name, value in facts.items():
        setattr(contact, name, value)
    _write(contact, words)
    contact.changed_at, contact.changed_by_id = clock.now(), by.id
    db.flush()
    then = digest({name: before[name] for name in fields})
    changed("crisis.edit", contact.id, by, client_id=contact.client_id, fields=" ".join(fields), before=then)
    _keep_time(contact, by)
    return True


def hold(contact: CrisisContact) -> None:
    """Take hold of the row until the end of the request, and see it as it stands now."""
    lock(CrisisContact, [contact.id])
    db.refresh(contact)


def _write(contact: CrisisContact, words: dict[str, str]) -> None:
    for name, text in words.items():
        setattr(contact, f"{name}_sealed", sealed.seal(contact.sealed_for, text))


def _check(facts: dict[str, Any], reason: str, recorded_at: datetime) -> None:
    if facts["ended_at"] < facts["started_at"]:
        raise RuleBroken("The contact can't end before it started", "ended")
    if facts["ended_at"] > clock.now():
        raise RuleBroken("The contact can't end later than now", "ended")
    if facts["ended_at"] - facts["started_at"] > rules.LONGEST:
        raise RuleBroken("That is more than 12 hours after it started. Check both times", "ended")
    zone = clinic.zone()
    if clock.day_of(facts["started_at"], zone) < clock.day_of(recorded_at, zone) - rules.LATEST_RECORDING:
        raise RuleBroken("A contact is recorded within 31 days", "started_day")
    if facts.get("client_id") and db.get(Client, facts["client_id"]) is None:
        raise RuleBroken("Choose who it is about", "client_id")
    answers = {name: facts.get(name, Asked.not_asked) for name in rules.SCREEN}
    wrong = rules.what_is_wrong_with(answers, Risk(facts["risk"]), reason)
    if wrong:
        raise RuleBroken(*wrong)


def _supersede(contact: CrisisContact, by: Actor) -> None:
    """Keep what the contact says, word by word, before it says something else."""
    names = (*FACTS, *(f"{name}_sealed" for name in TEXTS))
    row = EarlierContact(contact_id=contact.id, superseded_by_id=by.id, **{n: getattr(contact, n) for n in names})
    row.recorded_at = contact.changed_at or contact.recorded_at
    db.add(row)
    db.flush()


def _rename(contact: CrisisContact, client_id: str | None, by: Actor) -> None:
    """It turned out whom the contact was about: all its words are sealed again, under the key of whom it is about now."""
    if client_id == contact.client_id:
        return
    before, task = contact.sealed_for, task_of(TaskKind.crisis_follow_up, contact.id)
    db.refresh(contact, ["earlier"])
    kept = [(row, queries.words_of(row, before)) for row in contact.earlier]
    answers = queries.answers_of(task, contact, reads=True) if task else {}
    contact.client_id = client_id
    for row, words in kept:
        for name, text in words.items():
            setattr(row, f"{name}_sealed", sealed.seal(contact.sealed_for, text))
    for row, step in answers.values():
        row.next_step_sealed = sealed.seal(contact.sealed_for, step)
    for one in (task, queries.asked_to_look(contact)):
        if one:
            tasks.name_client(one, client_id, by)
    db.refresh(contact, ["client"]) if client_id is None else setattr(contact, "client", db.get(Client, client_id))


def _start_clock(contact: CrisisContact, owner_id: str | None, by: Actor) -> Task:
    if owner_id is None:
        owner = queries.owner_by_default(contact.client_id, by)
        if owner is None:
            raise RuleBroken("Nobody would own the follow-up. Choose someone who works here", "owner_id")
        owner_id = owner.id
    elif owner_id not in {one.id for one in possible_owners()}:
        raise RuleBroken("Choose someone who works here", "owner_id")
    if contact.client_id and owner_id in denied_staff(contact.client_id):
        raise RuleBroken(DENIED, "owner_id")
    due = queries.due_of(contact.client_id, contact.ended_at, contact.risk)
    return tasks.open_task(
        TaskKind.crisis_follow_up, contact.id, by, client_id=contact.client_id, owner_id=owner_id, due_at=due
    )


def _keep_time(contact: CrisisContact, by: Actor) -> None:
    """Bring the follow-up's due time to what the rule says of the contact as it stands now."""
    task = task_of(TaskKind.crisis_follow_up, contact.id)
    if task is None:
        return
    tasks.hold(task)
    by_rule = queries.due_of(contact.client_id, contact.ended_at, contact.risk)
    tasks.due_by_rule(task, rules.due_after_change(task.due_at, by_rule, bool(task.attempts), clock.now()), by)


def attempt(
    task: Task,
    result: Result,
    by: Actor,
    *,
    words: str = "",
    closes: bool = False,
    next_due: datetime | None = None,
    **answers: Any,
) -> Attempt:
    """Note one try; `closes` says that a person ends the follow-up with it, else `next_due` is when to try again.

    `answers` are the columns of FollowUpAnswers, with `next_step` in plain words. Raises RuleBroken when the follow-up is
    closed, when it would end unreached and without a reason, or when it would end on an answer of high risk.
    """
    tasks.must_be_open(task)
    risk_now = Risk(answers.get("risk_now") or Risk.not_asked)
    if closes and risk_now is Risk.high:
        raise RuleBroken(
            "The risk is high now, so the follow-up stays open", "next", "Keep it open, and record a new contact."
        )
    row = tasks.attempt(task, result, by, words, None if closes else next_due)
    step = answers.pop("next_step", "")
    asked = FollowUpAnswers(attempt_id=row.id, next_step_sealed=sealed.seal(task.sealed_for, (step or "").strip()))
    for name, value in answers.items():
        setattr(asked, name, value)
    db.add(asked)
    db.flush()
    if closes:
        tasks.end(task, by, words, noted=True)
    return row


def tell_supervisor(contact: CrisisContact, supervisor_id: str, by: Actor) -> Task:
    """Ask a supervisor to look at a contact: a task of theirs, due at once. Told once: a second time gives the same task."""
    if supervisor_id not in {one.id for one in queries.supervisors()}:
        raise RuleBroken("Choose a supervisor who works here", "supervisor_id")
    return tasks.open_task(
        TaskKind.look_at_crisis,
        contact.id,
        by,
        client_id=contact.client_id,
        owner_id=supervisor_id,
        due_at=clock.now(),
    )
