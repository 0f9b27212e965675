"""What the pages of a contact are given: facts, words for those who may read them, proposals of the rules."""

from datetime import datetime
from typing import Any

from flask_login import current_user

from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Can
from caseapp.core.pages import page
from caseapp.crisis import queries, rules, words
from caseapp.crisis.forms import AttemptForm
from caseapp.crisis.models import CrisisContact
from caseapp.crisis.rules import Risk
from caseapp.tasks.models import Task
from caseapp.tasks.queries import history, may_reassign, task_of
from caseapp.tasks.rules import Result, TaskKind


def form_page(template: str, form: Any, found: list[queries.Found], contact: CrisisContact | None = None):
    """The form of a contact, new or being completed, with the level of the answers so far and the follow-up they mean."""
    answers = form.answers()
    chosen = next((one for one in found if one.id == form.chosen()), None)
    numbers = queries.numbers_on(chosen.id if chosen else None, clock.today(clinic.zone()))
    return page(
        template,
        form=form,
        shows=[one.client for one in found],
        contact=contact,
        level=rules.level_of(answers),
        numbers=numbers,
        ends_at=_ends_at(form),
        phone=_phone_for(chosen),
        rules=rules,
        words=words,
        **_seen(contact),
    )


def _ends_at(form: Any) -> datetime:
    """From when the hours of the preview count: the end as typed, or now where there is none that can be read."""
    wrong = any(form[name].data is None or form[name].process_errors for name in ("started_day", "started"))
    return clock.now() if wrong else form.ended_at()


def _phone_for(chosen: queries.Found | None) -> str:
    """The number on record, for those who may see the client; "" for anyone else."""
    if chosen is None or not queries.may_see(chosen.id, current_user):
        return ""
    return chosen.client.phone


def _seen(contact: CrisisContact | None) -> dict[str, Any]:
    """The client's banner and tabs, for those who may open the record."""
    if contact is None:
        return {}
    sees = queries.sees_client(contact, current_user) and current_user.can(Can.see_clients)
    return {"client": contact.client, "sees": sees}


def contact_page(contact: CrisisContact):
    """One contact, as far as this person may read it."""
    task = task_of(TaskKind.crisis_follow_up, contact.id)
    reads, sees = queries.may_read_texts(contact, current_user), queries.sees_client(contact, current_user)
    learns = reads and (sees or (task is not None and task.owner_id == current_user.id))
    return page(
        "crisis/show.html",
        shows=[contact.client_id] if contact.client_id else [],
        contact=contact,
        task=task,
        texts=queries.texts_of(contact) if reads else None,
        history=history(task, learns) if task else [],
        answers=queries.answers_of(task, contact, learns) if task else {},
        changes=queries.changes_of(contact) if reads and sees else [],
        reassigns=task is not None and task.closed_at is None and may_reassign(task, current_user),
        **_seen(contact),
        missing=queries.missing_from(contact),
        **_follow_up(contact, task),
        words=words,
        rules=rules,
    )


def _follow_up(contact: CrisisContact, task: Task | None) -> dict[str, Any]:
    """How far the follow-up is: tries of how many, whether the risk was high at the last, who was told."""
    newest = queries.newest_answers(task) if task else None
    return {
        "most": queries.numbers_on(contact.client_id, clock.today(clinic.zone())).attempts_most,
        "high_now": newest is not None and newest.risk_now is Risk.high,
        "told": queries.asked_to_look(contact),
        "supervisors": queries.supervisors() if contact.risk in rules.HIGH or task else [],
    }


def attempt_page(contact: CrisisContact, task: Task, form: AttemptForm):
    """The form of an attempt, with how the client may be reached and when the rule would try again."""
    reads = queries.may_read_texts(contact, current_user)
    texts = queries.texts_of(contact) if reads else {}
    client = contact.client
    return page(
        "crisis/attempt.html",
        form=form,
        shows=[contact.client_id] if contact.client_id else [],
        contact=contact,
        task=task,
        texts=texts,
        wishes=sealed.unseal(client.id, client.contact_wishes_sealed) if client and reads else "",
        reads=reads,
        if_reached=propose(contact, True, _risk_for(contact, form)),
        if_not=propose(contact, False, _risk_for(contact, form)),
        newest=queries.newest_answers(task),
        **_seen(contact),
        **_follow_up(contact, task),
        words=words,
    )


def propose(contact: CrisisContact, reached: bool, risk: Risk) -> datetime:
    """When the rule would try again from now, for the client of a contact."""
    zone = clinic.zone()
    numbers = queries.numbers_on(contact.client_id, clock.today(zone))
    return rules.next_try(clock.now(), reached, risk, numbers.hours, zone)


def next_due(contact: CrisisContact, form: AttemptForm) -> datetime:
    """When to try again: the time chosen, or the rule's, by the risk they are at now where that was asked."""
    return form.next_due() or propose(contact, form.came_of_it() is Result.spoke, _risk_for(contact, form))


def _risk_for(contact: CrisisContact, form: AttemptForm) -> Risk:
    """By which risk the rule counts: the one they are at now, where that was asked, else the contact's."""
    asked = form.risk_asked()
    return contact.risk if asked is Risk.not_asked else asked
