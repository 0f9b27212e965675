"""What is on record already of the people and episodes that a batch of history names: a few statements for all of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from caseapp.clients.models import Client, ClientReference
from caseapp.clients.rules import Sex
from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.programs.models import Program, ProgramVersion
from caseapp.programs.rules import VersionState


@dataclass
class Known:
    """A client on record (or about to be, then without an id), with the days of their episodes by program."""

    id: str | None
    born: date
    sex: Sex
    episodes: dict[str, list[tuple[date, date | None]]] = field(default_factory=lambda: defaultdict(list))


def known_clients(source: str, references: Iterable[str]) -> dict[str, Known]:
    """By reference, whom the source's references stand for, and when they were in which program."""
    rows = select(ClientReference.reference, Client.id, Client.born, Client.sex)
    rows = rows.join(Client, Client.id == ClientReference.client_id)
    rows = rows.where(ClientReference.source == source, ClientReference.reference.in_(set(references)))
    found = {reference: Known(*facts) for reference, *facts in db.execute(rows)}
    by_id = {one.id: one for one in found.values()}
    days = select(Episode.client_id, Episode.program_id, Episode.admitted_on, Episode.discharged_on)
    for client_id, program_id, *episode in db.execute(days.where(Episode.client_id.in_(by_id))):
        by_id[client_id].episodes[program_id].append(tuple(episode))
    return found


def known_episodes(source: str, keys: Iterable[str]) -> dict[str, str]:
    """By key, the fingerprints of the episodes that were brought in from a source."""
    rows = select(Episode.source_reference, Episode.source_digest)
    return dict(db.execute(rows.where(Episode.source == source, Episode.source_reference.in_(set(keys)))).all())


def published_versions() -> dict[str, list[ProgramVersion]]:
    """By the name of a program, its published versions with their phases, the oldest first."""
    rows = select(Program.name, ProgramVersion).join(ProgramVersion, ProgramVersion.program_id == Program.id)
    rows = rows.where(ProgramVersion.state == VersionState.published).options(selectinload(ProgramVersion.phases))
    versions: dict[str, list[ProgramVersion]] = defaultdict(list)
    for name, version in db.execute(rows.order_by(ProgramVersion.effective_on, ProgramVersion.number)):
        versions[name].append(version)
    return versions
