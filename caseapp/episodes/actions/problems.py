"""What a referral says of substances: kept as it was given, beside what is asked here."""

from collections.abc import Iterable

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.core import sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.episodes.models import ReferralProblem
from caseapp.episodes.rules import Problem


def note_problems(client: Client, problems: Iterable[Problem], source: str, by: Actor) -> None:
    """Add what a source says of a client's problems. What it said already (same code and onset) stays as it was."""
    lock(Client, [client.id])
    said = select(ReferralProblem.code_system, ReferralProblem.code, ReferralProblem.onset_on)
    said = said.where(ReferralProblem.client_id == client.id, ReferralProblem.source == source)
    known = {tuple(row) for row in db.execute(said)}
    new = {(one.system, one.code, one.onset_on): one for one in problems}
    rows = [_row(client.id, one, source) for key, one in new.items() if key not in known]
    if rows:
        db.add_all(rows)
        db.flush()
        changed("episodes.note_problems", None, by, client_id=client.id, source=source, problems=len(rows))


def _row(client_id: str, one: Problem, source: str) -> ReferralProblem:
    return ReferralProblem(
        client_id=client_id,
        source=source,
        code_system=one.system,
        code=one.code,
        words_sealed=sealed.seal(client_id, one.words),
        onset_on=one.onset_on,
        ended_on=one.ended_on,
        status=one.status,
    )
