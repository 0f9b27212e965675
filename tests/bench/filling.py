"""Many invented clients beside those of the demo clinic, written in large steps past the pages, sealed texts included."""

import os
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, text

from caseapp.attendance.history import bring_in_past as bring_in_roll_calls
from caseapp.attendance.rules import MarkState, Said
from caseapp.audit.actions import changed_together
from caseapp.clients.actions import free_record_numbers
from caseapp.clients.models import CareAccess, Client, ClientName
from caseapp.clients.rules import Ground, NameKind
from caseapp.clients.spelling import findable, sounds
from caseapp.clinic import queries as clinic
from caseapp.core import changes, clock, sealed
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db, engine, is_sqlite, keep_statistics, new_id, transaction
from caseapp.core.models import SealingKey
from caseapp.episodes.actions import PastEpisode, PastStay, bring_in_past
from caseapp.episodes.rules import MoveReason
from caseapp.identity import queries as staff
from caseapp.programs import queries as programs
from caseapp.programs.models import ProgramVersion
from caseapp.scheduling.actions import PastSession

AT_ONCE = 5_000
ONE_IN_HERE = 50  # of so many clients one is in the program now, the others have been
IN_A_GROUP = 10
SYLLABLES = [
    "ba",
    "ri",
    "no",
    "ta",
    "mel",
    "os",
    "ka",
    "lin",
    "der",
    "vo",
    "shi",
    "ran",
    "go",
    "pet",
    "ul",
    "ma",
    "fi",
    "jo",
]
SINCE = timedelta(days=3 * 365)
REASONS = (MoveReason.completed, MoveReason.left_before_completing, MoveReason.moved_to_other_provider)


def fill(many: int) -> None:
    """So many clients with names, a sealed text, access, an episode through the phases and a marked group session.

    Says how far it is on standard error.
    """
    chance, started = Random(1946), time.monotonic()
    for begin in range(0, many, AT_ONCE):
        with transaction():
            _bring_in(min(AT_ONCE, many - begin), begin, chance)
        done, took = min(begin + AT_ONCE, many), time.monotonic() - started
        print(f"{done:,} of {many:,} clients are in, after {took:.0f} s", file=sys.stderr, flush=True)
    settle()


def settle() -> None:
    """Leave the tables as `work`, or PostgreSQL's own cleaning, leaves them within minutes: not in the midst of measuring."""
    keep_statistics()
    with transaction():
        changes.drop_old(clock.today(clinic.zone()))
    if not is_sqlite():
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _bring_in(many: int, begin: int, chance: Random) -> None:
    rows: dict[type, list[dict[str, Any]]] = {table: [] for table in (Client, SealingKey, ClientName, CareAccess)}
    teams = [team.id for team in staff.teams()]
    numbers = iter(free_record_numbers(many))
    for _ in range(many):
        person(rows, next(numbers), teams, chance)
    for table, made in rows.items():
        db.execute(insert(table.__table__), made)
    ids = [row["id"] for row in rows[Client]]
    bring_in_past(list(_episodes(ids, begin, chance)), COMMAND_LINE)
    bring_in_roll_calls(list(_roll_calls(ids, begin)))
    changed_together("interchange.bring_in_history", COMMAND_LINE, ids, registered=many)


def person(rows: dict[type, list[dict[str, Any]]], number: str, teams: list[str], chance: Random) -> None:
    id, (first, last) = new_id(), (invented_name(chance), invented_name(chance))
    key, text_sealed = _sealed(id, "Only after 5 pm, and not at work.")
    rows[SealingKey].append(key)
    facts = {"id": id, "record_number": number, "first_name": first, "last_name": last}
    facts |= {"born": date(1940, 1, 1) + timedelta(days=chance.randrange(24_000)), "contact_wishes_sealed": text_sealed}
    rows[Client].append(facts)
    tokens = [(NameKind.word, word) for word in sorted(findable(first, last) | {number.casefold()})]
    tokens += [(NameKind.sound, key) for key in sorted(sounds(first, last))]
    rows[ClientName] += [{"kind": kind, "token": token, "client_id": id} for kind, token in tokens]
    given = {"client_id": id, "ground": Ground.team, "started_on": clock.today(clinic.zone()) - SINCE}
    rows[CareAccess] += [given | {"team_id": team} for team in teams]


def invented_name(chance: Random) -> str:
    """Two or three syllables, so that many names are shared and many sound alike."""
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.choice((2, 3)))).capitalize()


def _sealed(owner_id: str, words: str) -> tuple[dict[str, Any], bytes]:
    """A key for an owner, as a row, and a text under it: what `sealed.seal` does, without asking for each."""
    key, key_id, nonce = AESGCM.generate_key(256), new_id(), os.urandom(12)
    wrapped = nonce + AESGCM(sealed._master()).encrypt(nonce, key, (key_id + owner_id).encode())
    blob = key_id.encode() + nonce + AESGCM(key).encrypt(nonce, words.encode(), owner_id.encode())
    return {"id": key_id, "owner_id": owner_id, "wrapped": wrapped}, blob


def _episodes(ids: list[str], begin: int, chance: Random) -> Iterator[PastEpisode]:
    """One each: most have ended, one in ONE_IN_HERE goes on in some phase."""
    today = clock.today(clinic.zone())
    version = programs.version_in_use(programs.programs()[0], today)
    for number, client_id in enumerate(ids, begin):
        here = number % ONE_IN_HERE == 0
        lengths = [chance.randrange(14, 70) for _phase in version.phases[: 1 + chance.randrange(len(version.phases))]]
        ended_on = today - timedelta(days=0 if here else chance.randrange(1, 700))
        admitted_on = ended_on - timedelta(days=sum(lengths))
        reason = None if here else chance.choice(REASONS)
        yield PastEpisode(
            client_id=client_id,
            program_id=version.program_id,
            program_version_id=version.id,
            admitted_on=admitted_on,
            last_contact_on=None,
            discharged_on=None if here else ended_on,
            reason=reason,
            education=None,
            teds_service=None,
            source="bench",
            source_reference=client_id,
            source_digest="",
            stays=stays(version, admitted_on, lengths, reason),
        )


def stays(version: ProgramVersion, day: date, lengths: list[int], reason: MoveReason | None) -> tuple[PastStay, ...]:
    stays, last = [], len(lengths) - 1
    for at, (phase, days) in enumerate(zip(version.phases, lengths, strict=False)):
        ends = None if at == last and reason is None else day + timedelta(days=days)
        why = reason or MoveReason.not_recorded if at == last else MoveReason.goals_met
        stays.append(PastStay(phase.id, phase.position, day, ends, why))
        day += timedelta(days=days)
    return tuple(stays)


def _roll_calls(ids: list[str], begin: int) -> Iterator[tuple[PastSession, dict[str, Said]]]:
    """A group session each, an hour long, one after the other back through the years."""
    service = next(one for one in programs.services() if one.code == "group_therapy")
    leads = [staff.actor(one) for one in staff.working_staff() if "clinician" in {row.role for row in one.roles}]
    before, zone = clock.now() - timedelta(days=400), clinic.zone()
    for start in range(0, len(ids), IN_A_GROUP):
        number = (begin + start) // IN_A_GROUP
        lead, people = leads[number % len(leads)], tuple(ids[start : start + IN_A_GROUP])
        starts_at = before - timedelta(hours=number // len(leads))
        ends_at = starts_at + timedelta(hours=1)
        session = PastSession(
            service=service,
            lead=lead,
            room=None,
            on_day=clock.day_of(starts_at, zone),
            starts_at=starts_at,
            ends_at=ends_at,
            made_at=starts_at - timedelta(days=10),
            finished_at=ends_at,
            places=IN_A_GROUP,
            client_ids=people,
        )
        yield session, dict.fromkeys(people, Said(MarkState.present))
