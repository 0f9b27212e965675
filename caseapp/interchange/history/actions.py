"""Bring in a batch of past episodes, with the people they are about: all that fit, and a reason for each that does not."""

from datetime import date

from caseapp.audit.actions import changed_together
from caseapp.clients.actions import register_from_elsewhere
from caseapp.core.access import Actor
from caseapp.episodes.actions import PastEpisode, PastStay, bring_in_past
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.interchange.history import queries
from caseapp.interchange.history.queries import Known
from caseapp.interchange.history.rules import (
    Past,
    PhaseRow,
    digest_of,
    must_fit,
    overlap,
    phase_of,
    same_person,
    why_moved,
)
from caseapp.interchange.rules import CannotBringIn, Outcome
from caseapp.programs.models import ProgramVersion

Phases = dict[str, list[dict[str, str]]]


def bring_in_history(batch: list[Past], phases: Phases, source: str, today: date, by: Actor) -> list[Outcome | str]:
    """What becomes of each episode: imported, known already, or the reason for which it stays outside.

    `phases` holds the rows of PHASES.csv by the key of their episode. One event of the audit names every client of the batch.
    """
    return _Batch(batch, source, today).kept(batch, phases, by)


class _Batch:
    """What is on record of a batch, and what is about to be."""

    def __init__(self, batch: list[Past], source: str, today: date):
        self.source, self.today = source, today
        self.versions = queries.published_versions()
        self.clients = queries.known_clients(source, (past.reference for past in batch))
        self.episodes = queries.known_episodes(source, (past.key for past in batch))
        self.new: list[tuple[Past, ProgramVersion, tuple[PastStay, ...], str]] = []

    def kept(self, batch: list[Past], phases: Phases, by: Actor) -> list[Outcome | str]:
        outcomes = [self._outcome(past, phases.get(past.key, [])) for past in batch]
        strangers = {past.reference: past for past, *_rest in self.new if self.clients[past.reference].id is None}
        people = [{"reference": one.reference, "born": one.born, "sex": one.sex} for one in strangers.values()]
        ids = register_from_elsewhere(people, self.source, by) if people else {}
        made = [self._episode(*facts, ids) for facts in self.new]
        bring_in_past(made, by)
        if made:
            clients = {episode.client_id for episode in made}
            facts = {"source": self.source, "episodes": len(made), "registered": len(ids)}
            changed_together("interchange.bring_in_history", by, clients, **facts)
        return outcomes

    def _outcome(self, past: Past, rows: list[dict[str, str]]) -> Outcome | str:
        try:
            phases = [phase_of(row, self.today) for row in rows]
            if past.key in self.episodes:
                return self._known(past, phases)
            version = self._version(past)
            client = self._client(past, version)
            stays = _stays(past, phases, version)
        except CannotBringIn as refused:
            return refused.reason
        self.clients[past.reference] = client
        client.episodes[version.program_id].append((past.admitted_on, past.discharged_on))
        self.new.append((past, version, stays, digest_of(past, phases)))
        return Outcome.imported

    def _known(self, past: Past, phases: list[PhaseRow]) -> Outcome:
        """What was put right here since stays as it is; what the file says differently now is for a person to look at."""
        if self.episodes[past.key] != digest_of(past, phases):
            raise CannotBringIn("On record already, and the files said something else of it then. Correct it by hand")
        return Outcome.known

    def _version(self, past: Past) -> ProgramVersion:
        """The version in use on the day of admission; for a time before the first one, the first."""
        versions = self.versions.get(past.program)
        if not versions:
            raise CannotBringIn(f'There is no program "{past.program}"')
        return max((v for v in versions if v.effective_on <= past.admitted_on), key=_in_use, default=versions[0])

    def _client(self, past: Past, version: ProgramVersion) -> Known:
        client = self.clients.get(past.reference) or Known(None, past.born, past.sex)
        same_person(past, client.born, client.sex)
        for days in client.episodes[version.program_id]:
            if overlap(past, days):
                until = f"to {days[1]}" if days[1] else "and is open"
                raise CannotBringIn(f"Overlaps the episode in {past.program} that began on {days[0]} {until}")
        return client

    def _episode(
        self, past: Past, version: ProgramVersion, stays: tuple[PastStay, ...], digest: str, ids: dict[str, str]
    ) -> PastEpisode:
        return PastEpisode(
            client_id=self.clients[past.reference].id or ids[past.reference],
            program_id=version.program_id,
            program_version_id=version.id,
            admitted_on=past.admitted_on,
            last_contact_on=past.last_contact_on,
            discharged_on=past.discharged_on,
            reason=past.reason,
            education=past.education,
            teds_service=past.teds_service,
            source=self.source,
            source_reference=past.key,
            source_digest=digest,
            stays=stays,
        )


def _in_use(version: ProgramVersion) -> tuple[date, int]:
    return version.effective_on, version.number


def _stays(past: Past, rows: list[PhaseRow], version: ProgramVersion) -> tuple[PastStay, ...]:
    if not rows:
        return ()
    must_fit(past, rows)
    phases = {phase.name: phase for phase in version.phases}
    for row in rows:
        if row.phase not in phases:
            raise CannotBringIn(f'{past.program} has no phase "{row.phase}"')
    stays = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        phase = phases[row.phase]
        reason, words = _why(row, phase.position, phases[following.phase].position if following else None)
        stays.append(PastStay(phase.id, phase.position, row.started_on, row.ended_on, reason, words))
    return tuple(stays)


def _why(row: PhaseRow, position: int, following: int | None) -> tuple[MoveReason, str]:
    """Why a stay ended; of the last one the episode says why, and only words of its own are kept."""
    if following is None:
        return MoveReason.not_recorded, ""
    return why_moved(row.reason, MoveKind.step_down if following > position else MoveKind.step_up)
