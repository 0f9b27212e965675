"""Register and change clients, and say who may see them."""

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, or_, select

from caseapp.audit.actions import changed
from caseapp.audit.rules import digest
from caseapp.clients.models import CareAccess, Client, ClientName, ClientReference
from caseapp.clients.queries.care import keepers
from caseapp.clients.rules import Ground, NameKind, plausible_name
from caseapp.clients.spelling import findable, sounds
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor, Role
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import RuleBroken
from caseapp.identity import queries as staff

# Letters and digits that are not mistaken for one another when read aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SEALED = ("contact_wishes", "contact_times")


def register(by: Actor, **details: Any) -> Client:
    """A new client, from the columns of Client and the texts of SEALED.

    Whoever registers may see them, and so may their teams; of someone in no team, the supervisors; from a command, the teams
    that take referrals. Raises RuleBroken if the birth date lies ahead or there is no name.
    """
    _check(details["born"], details.get("first_name", ""), details.get("last_name", ""))
    texts = {name: details.pop(name, "") for name in SEALED}
    client = Client(record_number=free_record_numbers(1)[0], changed_by_name=by.name, **_trimmed(details))
    db.add(client)
    db.flush()
    _seal(client, texts)
    _make_findable(client)
    if by.id:
        give_access(client.id, Ground.caseload, by, staff_id=by.id)
    for team_id in sorted(by.team_ids) or [team.id for team in staff.teams() if team.takes_referrals and not by.id]:
        give_access(client.id, Ground.team, by, team_id=team_id)
    if by.id and not by.team_ids:
        for person in staff.working_staff(Role.supervisor):
            give_access(client.id, Ground.given, by, staff_id=person.id, reason="Registered by someone in no team")
    changed("clients.register", client.id, by, client_id=client.id)
    return client


def register_from_elsewhere(people: list[dict[str, Any]], source: str, by: Actor) -> dict[str, str]:
    """Many new clients whom a source knows by a reference and no name; gives their ids by the reference.

    Each of `people` has `reference`, `born` and `sex`. The teams that take referrals may see them. The caller records one
    event for all of them in the same transaction. A fixed number of statements, and no row is read back.
    """
    numbers, day = free_record_numbers(len(people)), clock.today(clinic.zone())
    teams = [team.id for team in staff.teams() if team.takes_referrals]
    ids = {one["reference"]: new_id() for one in people}
    rows: dict[type, list[dict[str, Any]]] = {table: [] for table in (Client, ClientReference, ClientName, CareAccess)}
    for one, number in zip(people, numbers, strict=True):
        reference = one["reference"]
        at = {"client_id": ids[reference]}
        facts = {"id": ids[reference], "record_number": number, "first_name": "", "last_name": "", "born": one["born"]}
        facts |= {"sex": one["sex"], "called_elsewhere": reference, "changed_by_name": by.name}
        rows[Client].append(facts)
        rows[ClientReference].append(at | {"id": new_id(), "source": source, "reference": reference})
        words = sorted(findable(reference) | {number.casefold()})
        rows[ClientName] += [at | {"kind": NameKind.word, "token": word} for word in words]
        rows[CareAccess] += [at | {"team_id": team, "ground": Ground.team, "started_on": day} for team in teams]
    for table, made in rows.items():
        if made:
            db.execute(insert(table.__table__), made)
    return ids


def edit(client: Client, by: Actor, **details: Any) -> None:
    """Change what is known of a client; a text of SEALED that is left out is emptied. Raises RuleBroken as `register` does."""
    names = [details.get(name, getattr(client, name)) for name in ("first_name", "last_name")]
    _check(details.get("born", client.born), *names, may_be_nameless=bool(client.called_elsewhere))
    _seal(client, {name: details.pop(name, "") for name in SEALED})
    before = {name: getattr(client, name) for name in details}
    for name, value in _trimmed(details).items():
        setattr(client, name, value)
    client.changed_at, client.changed_by_name = clock.now(), by.name
    db.flush()
    _make_findable(client)
    which = " ".join(name for name, value in before.items() if value != getattr(client, name))
    changed("clients.edit", client.id, by, client_id=client.id, fields=which, before=digest(before))


def give_name(client: Client, by: Actor, first_name: str, last_name: str) -> None:
    """The name of someone who was brought in without one; nothing for someone who has one. Raises RuleBroken as `register`."""
    if client.first_name or client.last_name:
        return
    _check(client.born, first_name, last_name)
    client.first_name, client.last_name = first_name.strip(), last_name.strip()
    client.changed_at, client.changed_by_name = clock.now(), by.name
    db.flush()
    _make_findable(client)
    changed("clients.edit", client.id, by, client_id=client.id, fields="first_name last_name")


def _seal(client: Client, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        setattr(client, f"{name}_sealed", sealed.seal(client.id, text.strip()))


def _make_findable(client: Client) -> None:
    """Write anew by which words and sounds a client is found."""
    names = (client.first_name, client.last_name, client.goes_by)
    db.execute(delete(ClientName).where(ClientName.client_id == client.id))
    words = findable(*names, client.called_elsewhere or "") | {client.record_number.casefold()}
    tokens = [(NameKind.word, word) for word in sorted(words)]
    tokens += [(NameKind.sound, key) for key in sorted(sounds(*names))]
    db.add_all([ClientName(client_id=client.id, kind=kind, token=token) for kind, token in tokens])
    db.flush()


def give_access(client_id: str, ground: Ground, by: Actor, **facts: Any) -> CareAccess:
    """Let one person (`staff_id`) or a team (`team_id`) see a client, as `give_access_to_all`."""
    return give_access_to_all([client_id], ground, by, **facts)[client_id]


def give_access_to_all(
    client_ids: list[str],
    ground: Ground,
    by: Actor,
    *,
    staff_id: str | None = None,
    team_id: str | None = None,
    started_on: date | None = None,
    ended_on: date | None = None,
    reason: str = "",
) -> dict[str, CareAccess]:
    """Let one person or a team see clients from a day to a day (`ended_on` is the first day no longer); once per ground.

    Gives the row by client, the one that was there already where it lasts as long. What sessions give goes on in one row, however
    many sessions there are.
    """
    started_on = started_on or clock.today(clinic.zone())
    same = select(CareAccess).where(CareAccess.client_id.in_(client_ids), CareAccess.ground == ground)
    same = same.where(CareAccess.staff_id == staff_id, CareAccess.team_id == team_id)
    same = same.where(CareAccess.started_on <= started_on)
    long_enough = CareAccess.ended_on.is_(None) if ended_on is None else _lasts(ended_on)
    rows = {row.client_id: row for row in db.scalars(same.where(long_enough))}
    facts = {"staff_id": staff_id, "team_id": team_id, "started_on": started_on, "ended_on": ended_on}
    if ground is Ground.group and ended_on:
        for row in _to_go_on(same, started_on, ended_on):
            if row.client_id not in rows:
                row.ended_on, rows[row.client_id] = ended_on, row
                changed("clients.give_access", row.id, by, client_id=row.client_id, ground=ground, **facts)
    new = [client_id for client_id in client_ids if client_id not in rows]
    made = [CareAccess(client_id=client_id, ground=ground, given_by_id=by.id, **facts) for client_id in new]
    for row in made:
        row.reason_sealed = sealed.seal(row.client_id, reason.strip())
    db.add_all(made)
    db.flush()
    for row in made:
        changed("clients.give_access", row.id, by, client_id=row.client_id, ground=ground, **facts)
    return rows | {row.client_id: row for row in made}


def _to_go_on(same: Select, since: date, until: date) -> Iterable[CareAccess]:
    """Rows that end too soon and that nobody has ended."""
    soon = same.where(CareAccess.ended_on.between(since, until), CareAccess.ended_by_id.is_(None))
    return db.scalars(soon.order_by(CareAccess.ended_on))


def _lasts(until: date) -> ColumnElement[bool]:
    return or_(CareAccess.ended_on.is_(None), CareAccess.ended_on >= until)


def decide_access(client: Client, ground: Ground, by: Actor, *, reason: str, **facts: Any) -> CareAccess:
    """A supervisor gives access (`Ground.given`) or sets a denial (`Ground.denied`), with a reason.

    Raises RuleBroken for a day that has been, if the days are not in order, or if a denial would leave nobody who may see
    this client.
    """
    if not reason.strip():
        raise RuleBroken("Enter the reason.", "reason")
    today = clock.today(clinic.zone())
    started_on = facts.get("started_on") or today
    if started_on < today:
        raise RuleBroken("Choose today or a later day: what was seen until now was seen.", "started_on")
    if facts.get("ended_on") and facts["ended_on"] <= started_on:
        raise RuleBroken("The last day must be after the first.", "ended_on")
    lock(Client, [client.id])
    row = give_access(client.id, ground, by, reason=reason, **facts)
    _must_not_be_orphaned(client.id)
    return row


def end_access(row: CareAccess, by: Actor, *, ended_on: date, reason: str = "") -> None:
    """End someone's access (or a denial) from a day on; of access by sessions, all that they give this person.

    Raises RuleBroken if nobody would be left who may see the client.
    """
    today = clock.today(clinic.zone())
    lock(Client, [row.client_id])
    db.refresh(row)
    if row.ended_on is not None and row.ended_on <= today:
        raise RuleBroken("This access has ended already.")
    if ended_on < today:
        raise RuleBroken("Choose today or a later day: what was seen until now was seen.", "ended_on")
    for one in [row, *_by_other_sessions(row, ended_on)]:
        one.ended_on, one.ended_by_id, one.end_recorded_at = max(ended_on, one.started_on), by.id, clock.now()
        one.end_reason_sealed = sealed.seal(one.client_id, reason.strip())
    db.flush()
    _must_not_be_orphaned(row.client_id)
    changed("clients.end_access", row.id, by, client_id=row.client_id, ground=row.ground, ended_on=row.ended_on)


def _by_other_sessions(row: CareAccess, ended_on: date) -> list[CareAccess]:
    if row.ground is not Ground.group:
        return []
    same = select(CareAccess).where(CareAccess.client_id == row.client_id, CareAccess.ground == Ground.group)
    same = same.where(CareAccess.staff_id == row.staff_id, CareAccess.id != row.id)
    return list(db.scalars(same.where(or_(CareAccess.ended_on.is_(None), CareAccess.ended_on > ended_on))))


def _must_not_be_orphaned(client_id: str) -> None:
    if not keepers(client_id):
        raise RuleBroken(
            "Then nobody here could open this record any more.",
            way_out="Give someone else access without an end first.",
        )


def close_caseload(client_id: str, staff_id: str, by: Actor, *, ended_on: date) -> bool:
    """End the access that someone has by their caseload, unless they are the last who may see the client. Gives whether it ended."""
    rows = select(CareAccess).where(CareAccess.client_id == client_id, CareAccess.staff_id == staff_id)
    rows = rows.where(CareAccess.ground == Ground.caseload, CareAccess.ended_on.is_(None))
    ended = False
    for row in db.scalars(rows):
        row.ended_on = max(ended_on, row.started_on)
        db.flush()
        if not keepers(client_id):
            row.ended_on = None
            db.flush()
            continue
        row.ended_by_id, row.end_recorded_at, ended = by.id, clock.now(), True
        db.flush()
        changed("clients.end_access", row.id, by, client_id=client_id, ground=row.ground, ended_on=row.ended_on)
    return ended


def end_access_by_sessions(staff_id: str, until: dict[str, date], by: Actor) -> None:
    """By client, the first day on which no session gives this person access any more; from then on they have none by sessions.

    What they can see today stays until the day is over, so that a slip can be undone.
    """
    tomorrow = clock.today(clinic.zone()) + timedelta(days=1)
    rows = select(CareAccess).where(CareAccess.client_id.in_(list(until)), CareAccess.staff_id == staff_id)
    for row in db.scalars(rows.where(CareAccess.ground == Ground.group, CareAccess.ended_on > tomorrow)):
        ended_on = max(until[row.client_id], tomorrow, row.started_on)
        if ended_on < row.ended_on:
            row.ended_on = ended_on
            changed("clients.end_access", row.id, by, client_id=row.client_id, ground=row.ground, ended_on=ended_on)
    db.flush()


def _check(born: date, *names: str, may_be_nameless: bool = False) -> None:
    if not may_be_nameless and not any(name.strip() for name in names):
        raise RuleBroken("Enter a first name or a last name.", "first_name")
    if not all(plausible_name(name) for name in names if name.strip()):
        raise RuleBroken("Enter a name with at least one letter.", "first_name")
    if born > clock.today(clinic.zone()):
        raise RuleBroken("The birth date lies ahead. Enter a day that has been.", "born")


def _trimmed(details: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in details.items()}


def free_record_numbers(how_many: int) -> list[str]:
    """So many record numbers that nobody has; one statement, or few where some were taken."""
    free: set[str] = set()
    while len(free) < how_many:
        drawn = {"".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(how_many - len(free))}
        free |= drawn - set(db.scalars(select(Client.record_number).where(Client.record_number.in_(drawn))))
    return sorted(free)
