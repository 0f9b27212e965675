"""Whom someone may not know of, where such a person could show, and addresses and forms that ask for what is not one's own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from flask import Flask
from sqlalchemy import or_, select

from caseapp.clients import actions as clients
from caseapp.clients.models import CareAccess, Client
from caseapp.clients.queries import visible_to
from caseapp.clients.rules import Ground
from caseapp.core.access import Actor
from caseapp.core.db import new_id, transaction
from caseapp.core.errors import RuleBroken
from caseapp.crisis.models import CrisisContact
from caseapp.episodes.models import Episode, Transition
from caseapp.identity import queries as identity
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.tasks.models import Task
from tests.house.forms import subject_of

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass
class Hidden:
    """A client someone may not know of, and the ids of what belongs to this client alone, by table."""

    id: str
    first: str
    last: str
    record_number: str
    born: date
    ids: dict[str, list[str]] = field(default_factory=dict)
    session_of: dict[str, str] = field(default_factory=dict)

    def told_by(self, text: str, typed: Iterable[str] = ()) -> list[str]:
        """What of this client stands in a text, beside what the reader has typed."""
        names = {f"{self.last}, {self.first}", f"{self.first} {self.last}", self.record_number, self.id}
        names |= {one for table in ("task", "crisis_contact") for one in self.ids[table]}
        said = names - set(typed)
        return [one for one in sorted(said) if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)]


def staff(email: str) -> Actor:
    """The member of staff with that address, as who acts."""
    return identity.actor(identity.by_email(email))


def deny(user: Actor, by: Actor, most: int = 1) -> list[Hidden]:
    """Deny someone clients of every kind they have to do with: at most so many of each; whom they still see remains.

    On their caseload, with tasks of theirs, with crisis contacts, on the lists of sessions they lead.
    """
    led = select(SessionStaff.session_id).where(SessionStaff.staff_id == user.id)
    ways = [
        select(Episode.client_id).where(Episode.case_manager_id == user.id),
        select(Task.client_id).where(Task.owner_id == user.id, Task.closed_at.is_(None)),
        select(Task.client_id).where(Task.owner_id == user.id, Task.closed_at.is_not(None)),
        select(CrisisContact.client_id).where(CrisisContact.client_id.is_not(None)),
        select(Place.client_id).where(Place.session_id.in_(led), Place.released_at.is_(None)),
    ]
    denied: dict[str, Client] = {}
    with transaction() as session:
        for way in ways:
            found = session.scalars(select(Client).where(Client.id.in_(way), visible_to(user)).order_by(Client.id))
            for client in list(found)[:most]:
                _deny(client, user, by)
                denied[client.id] = client
        return [_hidden(session, one) for one in denied.values()]


def _deny(client: Client, user: Actor, by: Actor) -> None:
    try:
        clients.decide_access(client, Ground.denied, by, reason="They are family.", staff_id=user.id)
    except RuleBroken:  # nobody else would be left: someone else is let in first
        clients.decide_access(client, Ground.given, by, reason="Looks after them now.", staff_id=by.id)
        clients.decide_access(client, Ground.denied, by, reason="They are family.", staff_id=user.id)


def strangers(user: Actor, most: int = 2) -> list[Hidden]:
    """Clients nobody ever gave this person access to, and who owe them nothing."""
    mine = select(CareAccess.client_id).where(
        or_(CareAccess.staff_id == user.id, CareAccess.team_id.in_(user.team_ids))
    )
    owned = select(Task.client_id).where(Task.owner_id == user.id, Task.client_id.is_not(None))
    recorded = select(CrisisContact.client_id).where(
        CrisisContact.recorded_by_id == user.id, CrisisContact.client_id.is_not(None)
    )
    with transaction() as session:
        found = select(Client).where(Client.id.not_in(mine), Client.id.not_in(owned), Client.id.not_in(recorded))
        people = list(session.scalars(found.order_by(Client.id).limit(most)))
        return [_hidden(session, one) for one in people]


def _hidden(session, client: Client) -> Hidden:
    one = Hidden(client.id, client.first_name, client.last_name, client.record_number, client.born)
    one.session_of = dict(
        session.execute(
            select(Place.id, Place.session_id).where(Place.client_id == client.id, Place.released_at.is_(None))
        ).all()
    )
    episodes = select(Episode.id).where(Episode.client_id == client.id)
    one.ids = {
        "client": [client.id],
        "task": list(session.scalars(select(Task.id).where(Task.client_id == client.id))),
        "crisis_contact": list(session.scalars(select(CrisisContact.id).where(CrisisContact.client_id == client.id))),
        "access_id": list(session.scalars(select(CareAccess.id).where(CareAccess.client_id == client.id))),
        "move_id": list(session.scalars(select(Transition.id).where(Transition.episode_id.in_(episodes)))),
        "place_id": list(one.session_of),
    }
    return one


def doors(app: Flask, hidden: Hidden, most: int = 2) -> Iterator[tuple[str, str, str]]:
    """Method, address with an id of the hidden client's, and the same address with an id that leads nowhere.

    Few ids of each kind: the newest and the oldest are as good as any.
    """
    for rule in app.url_map.iter_rules():
        names = ARGUMENT.findall(rule.rule)
        table = subject_of(rule.rule) if names else None
        if "place_id" in names:
            ways = [{"id": hidden.session_of[one], "place_id": one} for one in hidden.ids["place_id"][:most]]
        elif len(names) == 2 and table == "client":
            ways = [{"id": hidden.id, names[1]: one} for one in hidden.ids[names[1]][:most]]
        elif names == ["id"] and table in hidden.ids:
            ways = [{"id": one} for one in hidden.ids[table][:most]]
        else:
            continue
        for way in ways:
            nowhere = way | {names[-1]: new_id()}
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, _filled(rule.rule, way), _filled(rule.rule, nowhere)


def _filled(rule: str, ids: dict[str, str]) -> str:
    return ARGUMENT.sub(lambda match: ids[match[1]], rule)


def views(app: Flask, around: list[Hidden]) -> list[str]:
    """Addresses beyond the plain ones on which people are listed: everyone's, every view, the days when these have places.

    And the charts of those who sit beside them in sessions.
    """
    with transaction() as session:
        ids = {place for one in around for place in one.session_of.values()}
        days = set(session.scalars(select(Session.on_day).where(Session.id.in_(ids))))
        hidden = {one.id for one in around}
        beside = set(session.scalars(select(Place.client_id).where(Place.session_id.in_(sorted(ids)[:2])))) - hidden
    found = ["/clients?show=all&size=100", "/clients?show=mine&size=100", "/clients?show=all&size=100&page=2"]
    found += [f"/tasks?whose={whose}&size=100&show={show}" for whose in ("mine", "all") for show in ("open", "done")]
    found += [f"/crisis?whose={whose}&show={show}" for whose in ("mine", "all") for show in ("open", "closed")]
    found += ["/phases?show=all", "/phases?show=mine", "/today", "/reports"]
    found += [f"/clients/{id}{page}" for id in sorted(beside) for page in ("", "/safety", "/access")]
    found += [
        f"/schedule?show=all&view={view}&week={day}" for view in ("week", "list", "day") for day in sorted(days)[-2:]
    ]
    found += [f"/sessions/{id}{page}" for id in sorted(ids)[:6] for page in ("", "/edit", *_LISTS)]
    return found


_LISTS = ("/attendance", "/attendance/sheet", "/attendance/add", "/attendance/reopen", "/attendance/did-not-happen")
