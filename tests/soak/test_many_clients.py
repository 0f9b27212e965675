"""A hundred thousand clients: finding, likely duplicates, lists and access stay quick, on both engines. Prints what it measured."""

import time
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import insert, text

from caseapp.clients import queries
from caseapp.clients.models import CareAccess, Client, ClientName
from caseapp.clients.queries import listing
from caseapp.clients.rules import Ground, NameKind
from caseapp.clients.spelling import findable, sounds
from caseapp.core import clock
from caseapp.core.db import db, is_sqlite, new_id
from caseapp.identity.queries import teams
from tests.bench.filling import invented_name
from tests.episodes.people import registered, today

MANY = 100_000
MOST_MS = 400


def fill(many, by_id):
    """So many clients, all seen by the first team, written in large steps."""
    chance, team, now, since = Random(1946), teams()[0].id, clock.now(), today() - timedelta(days=30)
    clients, words, access = [], [], []
    for at in range(many):
        id, first, last = new_id(), invented_name(chance), invented_name(chance)
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(24_000))
        number = f"{at:05d}Z"
        clients.append({"id": id, "record_number": number, "first_name": first, "last_name": last, "born": born})
        tokens = [(NameKind.word, word) for word in findable(first, last) | {number.casefold()}]
        tokens += [(NameKind.sound, key) for key in sounds(first, last)]
        words += [{"kind": kind, "token": token, "client_id": id} for kind, token in tokens]
        row = {
            "id": new_id(),
            "client_id": id,
            "team_id": team,
            "ground": Ground.team,
            "started_on": since,
            "given_at": now,
        }
        access.append(row)
    for table, rows in ((Client, clients), (ClientName, words), (CareAccess, access)):
        for start in range(0, len(rows), 20_000):
            db.execute(insert(table), rows[start : start + 20_000])
    return clients


def took(work):
    """The best of three, in milliseconds."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


@pytest.mark.soak
def test_a_hundred_thousand_clients(transaction, cast, engine):
    with transaction():
        clients = fill(MANY, cast.sue.actor.id)
        for at in range(3):
            registered(cast.otto.actor, "Otto", f"Own{'abc'[at]}")
    with transaction():
        db.execute(text("ANALYZE"))
    someone, sue, otto = clients[MANY // 2], cast.sue.actor, cast.otto.actor
    first, last, born = someone["first_name"], someone["last_name"], someone["born"]
    every = listing.Wanted()
    work = {
        "find by a whole name": lambda: queries.find(f"{last} {first}", sue),
        "find by four letters": lambda: queries.find(last[:4], sue, most=8),
        "find by one letter": lambda: queries.find(last[:1], sue, most=8),
        "find by two letters": lambda: queries.find(last[:2], sue, most=8),
        "find by two beginnings": lambda: queries.find(f"{last[:1]} {first[:1]}", sue, most=8),
        "find by one letter, of few": lambda: queries.find("o", otto, most=8),
        "find anyone by a letter": lambda: queries.find_anyone(last[:1]),
        "find by birth date": lambda: queries.find(f"{born:%m/%d/%Y}", sue),
        "find by ID": lambda: queries.find(someone["record_number"], sue),
        "find nobody": lambda: queries.find("xyzzy", sue),
        "find by sound": lambda: queries.find_alike(last, sue),
        "find, of few": lambda: queries.find("own", otto),
        "find anyone (crisis)": lambda: queries.find_anyone(last[:4]),
        "likely duplicates": lambda: queries.likely_duplicates(first, last, born),
        "first page of all": lambda: listing.listed(sue, every),
        "page 30 of all": lambda: listing.listed(sue, listing.Wanted(number=30)),
        "first page of few": lambda: listing.listed(otto, every),
        "my caseload": lambda: listing.listed(sue, listing.Wanted(mine=True)),
        "open one": lambda: queries.get_client(someone["id"], sue),
        "similar names": lambda: queries.sharing_a_name(db.get(Client, someone["id"]), sue, 50),
    }
    slow = []
    with transaction():
        print(f"\n{MANY:,} clients on {'SQLite' if is_sqlite() else 'PostgreSQL'}")
        for name, deed in work.items():
            milliseconds = took(deed)
            print(f"  {name:28} {milliseconds:8.1f} ms")
            slow += [name] if milliseconds > MOST_MS else []
    assert slow == []
