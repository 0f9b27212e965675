"""Crisis contacts and their follow-ups, each for those who may know of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import find_anyone, granted_to, not_denied_to, visible_ids, visible_to
from caseapp.clients.queries.care import denied_staff
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor, Can, Role
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.crisis import rules
from caseapp.crisis.models import FACTS, TEXTS, ContactFacts, CrisisContact, EarlierContact, FollowUpAnswers
from caseapp.crisis.rules import Risk
from caseapp.episodes.models import Episode
from caseapp.episodes.queries import current_stays
from caseapp.identity.models import Staff
from caseapp.identity.queries import working_staff
from caseapp.programs.queries import profile
from caseapp.programs.queries import programs as all_programs
from caseapp.tasks.models import Attempt, Task
from caseapp.tasks.queries import possible_owners
from caseapp.tasks.rules import TaskKind

LOOK_AHEAD = timedelta(hours=4)
OF_A_CONTACT = (TaskKind.crisis_follow_up, TaskKind.look_at_crisis)
Theirs = aliased(Task)


@dataclass(frozen=True)
class FollowUp:
    """One row of the board. `most` is the number of attempts after which the profile has it reconsidered."""

    contact: CrisisContact
    task: Task
    most: int


@dataclass(frozen=True)
class Found:
    """Someone of the clinic as anybody on its staff may see them in a crisis: name, born, ID and phase, nothing else."""

    client: Client
    phase: str
    position: int

    @property
    def id(self) -> str:
        return self.client.id

    @property
    def hint(self) -> str:
        """Everything but the name: "born May 2, 1990 · ID 2M8CX · Phase 1"."""
        born = self.client.born
        facts = [f"born {born:%b} {born.day}, {born.year}", f"ID {self.client.record_number}", self.phase]
        return " · ".join(fact for fact in facts if fact)


@dataclass(frozen=True)
class Numbers:
    """What the profile in force says of a client's follow-ups."""

    high_hours: float
    other_hours: float
    attempts_most: int

    @property
    def hours(self) -> tuple[float, float]:
        return self.high_hours, self.other_hours


def found_anyone(text: str, ids: Iterable[str] = ()) -> list[Found]:
    """Clients of the whole clinic by name, birth date or record number, and those with these ids."""
    people = find_anyone(text) if text else []
    wanted = set(ids) - {one.id for one in people}
    if wanted:
        people = [*db.scalars(select(Client).where(Client.id.in_(wanted)).order_by(Client.last_name)), *people]
    stays = current_stays([one.id for one in people], clock.today(clinic.zone()))
    phases = {id: stay.phase for id, stay in stays.items()}
    return [
        Found(one, phases[one.id].name, phases[one.id].position) if one.id in phases else Found(one, "", 0)
        for one in people
    ]


def get_contact(contact_id: str, user: Actor) -> CrisisContact:
    """A contact for those who see its client, for who recorded it and who owns its follow-up. Raises NotFound.

    Unknown callers are everyone's who follows up crises.
    """
    row = db.scalar(select(CrisisContact).where(CrisisContact.id == contact_id, _known_to(user)))
    if row is None:
        raise NotFound
    return row


def _known_to(user: Actor) -> ColumnElement[bool]:
    charged = exists().where(
        Theirs.source_id == CrisisContact.id, Theirs.kind.in_(OF_A_CONTACT), Theirs.owner_id == user.id
    )
    ways = [CrisisContact.recorded_by_id == user.id, charged]
    if user.can(Can.follow_up_crisis):
        ways += [CrisisContact.client_id.is_(None), granted_to(user, CrisisContact.client_id)]
    return or_(*ways) & not_denied_to(user, CrisisContact.client_id)


def knows_of(contact: CrisisContact, user: Actor) -> bool:
    """Whether this person may open a contact. Of a client denied to them they may record one, and no more."""
    return db.scalar(select(CrisisContact.id).where(CrisisContact.id == contact.id, _known_to(user))) is not None


def sees_client(contact: CrisisContact, user: Actor) -> bool:
    """Whether this person may see the client of a contact; of an unknown caller there is nobody to be hidden."""
    seen = select(Client.id).where(Client.id == contact.client_id, visible_to(user))
    return contact.client_id is None or db.scalar(seen) is not None


def may_see(client_id: str, user: Actor) -> bool:
    """Whether this person may open the record of a client found here."""
    return user.can(Can.see_clients) and bool(visible_ids([client_id], user))


def may_read_texts(contact: CrisisContact, user: Actor) -> bool:
    """Whether the words of a contact are for this person, who may read clinical text.

    They are for those who see the client, for who wrote them, and for whoever is charged with its follow-up or was asked
    to look at it, as long as that is open.
    """
    if not user.can(Can.see_clinical_text):
        return False
    if contact.words_by_id == user.id or sees_client(contact, user):
        return True
    charged = select(Task.id).where(Task.source_id == contact.id, Task.kind.in_(OF_A_CONTACT), Task.owner_id == user.id)
    return db.scalar(charged.where(Task.closed_at.is_(None)).limit(1)) is not None


def texts_of(contact: CrisisContact) -> dict[str, str]:
    """The words of a contact by field, opened; "" where there are none. Ask `may_read_texts` first."""
    return words_of(contact, contact.sealed_for)


def words_of(facts: ContactFacts, owner_id: str) -> dict[str, str]:
    """The words of what a contact says or said, opened with the key of their owner; "" where there are none."""
    return {name: sealed.unseal(owner_id, getattr(facts, f"{name}_sealed")) or "" for name in TEXTS}


def codes_of(facts: ContactFacts) -> dict[str, object]:
    """Everything but the words that a contact says or said, by field."""
    return {name: getattr(facts, name) for name in FACTS}


def missing_from(contact: CrisisContact) -> list[rules.Missing]:
    """What a contact must hold and does not yet. Says of the words only whether there are any."""
    given = {name: "given" if getattr(contact, f"{name}_sealed") else "" for name in TEXTS}
    return rules.what_is_missing(codes_of(contact), given)


def changes_of(contact: CrisisContact) -> list[tuple[EarlierContact, list[tuple[str, object]]]]:
    """What a contact said before each change: the superseded row, and every field that differed with its value then."""
    people = joinedload(EarlierContact.superseded_by)
    found = select(EarlierContact).where(EarlierContact.contact_id == contact.id).options(people)
    rows: list[ContactFacts] = list(db.scalars(found.order_by(EarlierContact.superseded_at, EarlierContact.id)))
    rows.append(contact)
    said = [codes_of(row) | words_of(row, contact.sealed_for) for row in rows]
    pairs = zip(rows, said, said[1:], strict=False)
    return [(row, [(name, old[name]) for name in old if old[name] != new[name]]) for row, old, new in pairs][::-1]


def answers_of(task: Task, contact: CrisisContact, reads: bool) -> dict[str, tuple[FollowUpAnswers, str]]:
    """By attempt: what was asked then, and the next step in words (with `reads`; else "")."""
    found = select(FollowUpAnswers).join(Attempt).where(Attempt.task_id == task.id)
    return {
        row.attempt_id: (row, (sealed.unseal(contact.sealed_for, row.next_step_sealed) or "") if reads else "")
        for row in db.scalars(found)
    }


def newest_answers(task: Task) -> FollowUpAnswers | None:
    """What was asked at the last attempt that reached someone; None if none did."""
    found = select(FollowUpAnswers).join(Attempt).where(Attempt.task_id == task.id)
    return db.scalar(found.order_by(Attempt.tried_at.desc(), Attempt.id).limit(1))


def open_follow_ups(user: Actor, mine: bool = False) -> list[FollowUp]:
    """Follow-ups not closed yet, the first due first: all this person may know of, or their own."""
    return _rows(_board(user, mine).where(Task.closed_at.is_(None)).order_by(Task.due_at, Task.id))


def closed_this_week(user: Actor, mine: bool = False) -> list[FollowUp]:
    """Follow-ups closed since the week began at the clinic, the last first."""
    return _rows(_closed(_board(user, mine)).order_by(Task.closed_at.desc(), Task.id))


def count_closed_this_week(user: Actor, mine: bool = False) -> int:
    """How many follow-ups were closed since the week began. One statement beside those for the zone and the profile."""
    closed = _closed(_board(user, mine)).with_only_columns(func.count(Task.id), maintain_column_froms=True)
    return db.scalar(closed) or 0


def _closed(rows: Select) -> Select:
    zone = clinic.zone()
    today = clock.today(zone)
    first, _after = clock.week_of(today, int(profile(None, today)["week_starts_on"]))
    return rows.where(Task.closed_at >= clock.day_bounds(first, zone)[0])


def _board(user: Actor, mine: bool) -> Select:
    rows = select(CrisisContact, Task).join(Task, Task.source_id == CrisisContact.id)
    rows = rows.where(_IS_FOLLOW_UP, _known_to(user))
    return rows.where(Task.owner_id == user.id) if mine else rows


# Spelled out: told of any kind at all, PostgreSQL expects many more rows than there are, and plans anew for each page.
_IS_FOLLOW_UP = Task.kind == literal_column(f"'{TaskKind.crisis_follow_up}'")


def _rows(found: Select) -> list[FollowUp]:
    people = joinedload(CrisisContact.client), joinedload(Task.owner), selectinload(Task.attempts)
    pairs = list(db.execute(found.options(*people)))
    today = clock.today(clinic.zone())
    ids = {contact.client_id for contact, _task in pairs if contact.client_id}
    programs = _programs_on(ids, today)
    profiles = _profiles_on(today)
    return [
        FollowUp(contact, task, _numbers(profiles, programs.get(contact.client_id, [])).attempts_most)
        for contact, task in pairs
    ]


def numbers_on(client_id: str | None, day: date) -> Numbers:
    """The profile of the program a client was in on a day at the clinic; outside any program, of all of them.

    Of several the shortest hours and the most attempts hold.
    """
    programs = _programs_on({client_id}, day).get(client_id, []) if client_id else []
    return _numbers(_profiles_on(day), programs)


def _profiles_on(day: date) -> dict[str | None, dict[str, float]]:
    """The profile in force on a day by program; the defaults under None while there is no program."""
    return {one.id: profile(one.id, day) for one in all_programs()} or {None: profile(None, day)}


def _numbers(profiles: dict[str | None, dict[str, float]], programs: list[str]) -> Numbers:
    of_client = [profiles[id] for id in programs or profiles]
    return Numbers(
        min(one["crisis_follow_up_high_hours"] for one in of_client),
        min(one["crisis_follow_up_other_hours"] for one in of_client),
        int(max(one["crisis_attempts_most"] for one in of_client)),
    )


def _programs_on(client_ids: Iterable[str], day: date) -> dict[str, list[str]]:
    """By client, the programs they were in on a day. One statement."""
    still = or_(Episode.discharged_on.is_(None), Episode.discharged_on > day)
    rows = select(Episode.client_id, Episode.program_id).where(Episode.client_id.in_(client_ids))
    programs: dict[str, list[str]] = {}
    for client_id, program_id in db.execute(rows.where(Episode.admitted_on <= day, still)):
        programs.setdefault(client_id, []).append(program_id)
    return programs


def due_of(client_id: str | None, ended_at: datetime, risk: Risk) -> datetime:
    """When the follow-up of a contact is due, by the profile in force for the client on the day it ended."""
    numbers = numbers_on(client_id, clock.day_of(ended_at, clinic.zone()))
    return rules.follow_up_due(ended_at, risk, *numbers.hours)


def owner_by_default(client_id: str | None, by: Actor) -> Staff | None:
    """Who calls again unless someone is chosen: the client's case manager, else who records it, else a supervisor.

    Only someone who works here, may follow up (an admin who took the call does not) and may see the client. None if there is
    nobody.
    """
    open_one = select(Episode.case_manager_id).where(Episode.client_id == client_id, Episode.discharged_on.is_(None))
    denied = denied_staff(client_id) if client_id else set()
    staff = {one.id: one for one in possible_owners() if one.id not in denied}
    ids = [*(db.scalars(open_one) if client_id else ()), by.id, *(one.id for one in supervisors())]
    return next((staff[id] for id in ids if id in staff), None)


def supervisors() -> list[Staff]:
    """The supervisors who work here, by name."""
    return working_staff(Role.supervisor)


def asked_to_look(contact: CrisisContact) -> Task | None:
    """The task by which a supervisor was told of a contact, open or closed."""
    found = select(Task).where(Task.kind == TaskKind.look_at_crisis, Task.source_id == contact.id)
    return db.scalar(found.options(joinedload(Task.owner)))


def count_pressing(user: Actor) -> int:
    """How many follow-ups are overdue or due within four hours: one's own, for a supervisor all they may know of."""
    counted = _pressing(user.id, user.roles, user.team_ids, clock.today(clinic.zone()))
    return db.scalar(counted, {"until": clock.now() + LOOK_AHEAD}) or 0


# Every page asks this, and always in the same words: putting them together takes longer than the answer.
@lru_cache(maxsize=500)
def _pressing(staff_id: str, roles: frozenset[Role], team_ids: frozenset[str], _day: date) -> Select:
    user = Actor(id=staff_id, name="", roles=roles, team_ids=team_ids)
    rows = _board(user, mine=Role.supervisor not in roles)
    rows = rows.where(Task.closed_at.is_(None), Task.due_at <= bindparam("until"))
    return rows.with_only_columns(func.count(Task.id), maintain_column_froms=True)
