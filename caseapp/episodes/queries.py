"""Pre-screens, the gate, episodes, stays in force, and the whole history."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.db import db
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.core.words import age_on
from caseapp.episodes.gate import Blocker, Cleared, WithdrawalFacts, what_blocks_admission
from caseapp.episodes.models import Assignment, Episode, PhaseStay, Prescreen, ReferralProblem, Transition
from caseapp.episodes.rules import CodeSystem, MoveKind, MoveReason, ProblemStatus
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase, Program
from caseapp.programs.queries import count_episodes_with, profile, programs


def newest_prescreen(client_id: str) -> Prescreen | None:
    """The latest pre-screen of a client; None before the first."""
    return db.scalar(_NEWEST, {"client_id": client_id})


# Every chart asks these, so they are put together once.
_NEWEST = (
    select(Prescreen)
    .where(Prescreen.client_id == bindparam("client_id"))
    .order_by(Prescreen.screened_at.desc())
    .limit(1)
)
_REFERRED = (
    select(ReferralProblem)
    .where(ReferralProblem.client_id == bindparam("client_id"))
    .order_by(ReferralProblem.onset_on, ReferralProblem.recorded_at, ReferralProblem.id)
)


@dataclass(frozen=True)
class Referred:
    """A problem as a referral names it, all its mentions together. Days are as exact as given ("" is not known)."""

    words: str
    medication: bool
    since: str
    until: str
    status: ProblemStatus
    mentions: int
    source: str


def referred_with(client_id: str) -> list[Referred]:
    """What referrals say of substances: conditions before medications, what goes on before what ended, the newest first.

    Opens sealed words: for those who may read clinical text. A fixed number of statements; a purged text is left out.
    """
    named: dict[tuple, list[ReferralProblem]] = defaultdict(list)
    for row in db.scalars(_REFERRED, {"client_id": client_id}):
        named[row.source, row.code_system, row.code].append(row)
    found = [_referred(client_id, mentions) for mentions in named.values()]
    found.sort(key=lambda one: one.since, reverse=True)
    found.sort(key=lambda one: (one.medication, list(ProblemStatus).index(one.status)))
    return [one for one in found if one.words]


def _referred(client_id: str, mentions: list[ReferralProblem]) -> Referred:
    last = mentions[-1]
    status = min((one.status for one in mentions), key=list(ProblemStatus).index)
    return Referred(
        words=sealed.unseal(client_id, last.words_sealed) or "",
        medication=last.code_system is CodeSystem.rxnorm,
        since=mentions[0].onset_on,
        until=max(one.ended_on for one in mentions) if status is ProblemStatus.ended else "",
        status=status,
        mentions=len(mentions),
        source=last.source,
    )


def gate(prescreen: Prescreen, program_id: str | None = None) -> list[Blocker]:
    """What stands in the way of admission by this pre-screen now; empty means open. See `gates`."""
    return gates([prescreen], program_id)[prescreen.id]


def gates(prescreens: list[Prescreen], program_id: str | None = None) -> dict[str, list[Blocker]]:
    """By pre-screen, what stands in the way of admission now; a fixed number of statements for each program.

    By the numbers in force today of the program asked about, else the one a pre-screen is for, else the first there is.
    """
    now, today = clock.now(), clock.today(clinic.zone())
    first = program_id or (_first_program() if any(one.program_id is None for one in prescreens) else None)
    of = {one.id: program_id or one.program_id or first for one in prescreens}
    numbers = {program: profile(program, today) for program in set(of.values())}
    return {one.id: what_blocks_admission(_facts_of(one, numbers[of[one.id]], now)) for one in prescreens}


def _facts_of(prescreen: Prescreen, numbers: dict[str, float], now: datetime) -> WithdrawalFacts:
    newest = prescreen.clearances[-1] if prescreen.clearances else None
    return WithdrawalFacts(
        last_use_known=prescreen.last_use_known,
        last_use_at=prescreen.last_use_at,
        seizure_or_delirium=prescreen.seizure_or_delirium,
        benzodiazepine_dependence=prescreen.benzodiazepine_dependence,
        withdrawal_now=prescreen.withdrawal_now,
        ciwa=prescreen.ciwa,
        cows=prescreen.cows,
        asked_at=prescreen.changed_at,
        now=now,
        clearance=Cleared(newest.cleared_at, newest.fit) if newest else None,
        ciwa_bands=prescreen.ciwa_bands,
        ciwa_blocks_from=numbers["ciwa_blocks_from"],
        ciwa_classic_blocks_from=numbers["ciwa_classic_blocks_from"],
        cows_blocks_from=numbers["cows_blocks_from"],
        lasts_days=numbers["prescreen_lasts_days"],
    )


def _first_program() -> str | None:
    return next((program.id for program in programs()), None)


def open_episode(client_id: str) -> Episode | None:
    """The episode in which a client is now, or None."""
    return db.scalar(
        select(Episode)
        .where(Episode.client_id == client_id, Episode.discharged_on.is_(None))
        .order_by(Episode.admitted_on.desc(), Episode.id)
        .limit(1)
    )


def case_managers(client_ids: Iterable[str]) -> dict[str, str]:
    """By client, the id of the case manager of the open episode; who has none is left out. One statement."""
    found = select(Episode.client_id, Episode.case_manager_id).where(Episode.client_id.in_(set(client_ids)))
    found = found.where(Episode.discharged_on.is_(None), Episode.case_manager_id.is_not(None))
    return {row[0]: row[1] for row in db.execute(found)}


def get_open_episode(client_id: str) -> Episode:
    """The open episode of a client. Raises NotFound without one."""
    episode = open_episode(client_id)
    if episode is None:
        raise NotFound
    return episode


def episodes_of(client_id: str) -> list[Episode]:
    """Every episode of a client, the newest first."""
    found = select(Episode).where(Episode.client_id == client_id)
    return list(db.scalars(found.order_by(Episode.admitted_on.desc(), Episode.recorded_at.desc(), Episode.id)))


def must_be_of_age(born: date, program: Program, admitted_on: date, field: str) -> None:
    """Raises RuleBroken, at that field, if someone born then is under the program's least age on a day."""
    years = age_on(born, admitted_on)
    if years is not None and years < program.least_age:
        says = f"{program.name} takes people from {program.least_age} years on; on that day they are {years}."
        raise RuleBroken(says, field)


def must_follow_earlier(episode: Episode, admitted_on: date) -> None:
    """Raises RuleBroken if another episode of this program would not have ended by that day."""
    others = _others(episode)
    if any(
        one.admitted_on < episode.admitted_on and one.discharged_on and one.discharged_on > admitted_on
        for one in others
    ):
        raise RuleBroken("The earlier episode ends after that day. Choose a later one.", "effective_on")


def must_precede_later(episode: Episode, discharged_on: date) -> None:
    """Raises RuleBroken if another episode of this program begins before that day."""
    if any(one.admitted_on >= episode.admitted_on and one.admitted_on < discharged_on for one in _others(episode)):
        raise RuleBroken("A later episode begins before that day. Choose an earlier one.", "effective_on")


def _others(episode: Episode) -> list[Episode]:
    same = select(Episode).where(Episode.client_id == episode.client_id, Episode.program_id == episode.program_id)
    return list(db.scalars(same.where(Episode.id != episode.id)))


def stays(episode_id: str) -> list[PhaseStay]:
    """The stays of an episode as they are in force, in order, with their phases."""
    chain = select(PhaseStay).where(PhaseStay.episode_id == episode_id, PhaseStay.in_force == 1)
    return list(db.scalars(chain.order_by(PhaseStay.started_on).options(joinedload(PhaseStay.phase))))


def open_stay(episode: Episode) -> PhaseStay:
    """The stay with which an episode goes on, the only one from which it can move. Raises RuleBroken without one."""
    chain = stays(episode.id)
    if not chain and episode.discharged_on is None:
        raise RuleBroken(
            "This episode was brought in from another system without phases, so there is no phase to leave yet.",
            way_out="Say first in which phase they are.",
        )
    if episode.discharged_on is not None or chain[-1].ended_on is not None:
        raise RuleBroken("This episode has ended, so there is nothing to move.")
    return chain[-1]


def stay_on(episode_id: str, day: date) -> PhaseStay | None:
    """The stay of an episode on a day, or None."""
    return next(
        (s for s in stays(episode_id) if s.started_on <= day and (s.ended_on is None or s.ended_on > day)), None
    )


def current_stays(client_ids: list[str], day: date) -> dict[str, PhaseStay]:
    """By client, the stay in force on a day; clients without one are left out. One statement."""
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > day)
    rows = select(Episode.client_id, PhaseStay).join(Episode, PhaseStay.episode_id == Episode.id)
    rows = rows.where(Episode.client_id.in_(client_ids), PhaseStay.in_force == 1, PhaseStay.started_on <= day, still)
    return {row[0]: row[1] for row in db.execute(rows.options(joinedload(PhaseStay.phase)))}


@dataclass(frozen=True)
class Told:
    """A transition as the history tells it. Superseded ones say when, by whom and why; `in_force` ones count in reports."""

    transition: Transition
    kind: MoveKind
    on: date
    reason: MoveReason
    from_phase: str
    to_phase: str
    words: str
    proposed_by: str
    decided_by: str
    recorded_at: datetime
    in_force: bool
    superseded_by: str = ""
    superseded_words: str = ""


def history(episode_id: str, *, superseded: bool = False) -> list[Told]:
    """The whole path of an episode: every transition by its day, on request with those that were taken back or corrected.

    Opens the sealed words: for those who may read clinical text. A fixed number of statements.
    """
    episode = db.get(Episode, episode_id)
    rows = select(Transition).where(Transition.episode_id == episode_id)
    if not superseded:
        rows = rows.where(Transition.superseded_at.is_(None))
    found = list(db.scalars(rows.order_by(Transition.effective_on, Transition.recorded_at, Transition.id)))
    ids = {id for row in found for id in (row.proposed_by_id, row.decided_by_id, row.superseded_by_id) if id}
    names = dict(db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))).all())
    phase_ids = {id for row in found for id in (row.from_phase_id, row.to_phase_id) if id}
    phases = dict(db.execute(select(Phase.id, Phase.name).where(Phase.id.in_(phase_ids))).all())
    return [_told(row, episode.client_id, names, phases) for row in found]


def _told(row: Transition, client_id: str, names: dict[str, str], phases: dict[str, str]) -> Told:
    return Told(
        transition=row,
        kind=row.kind,
        on=row.effective_on,
        reason=row.reason,
        from_phase=phases.get(row.from_phase_id, ""),
        to_phase=phases.get(row.to_phase_id, ""),
        words=sealed.unseal(client_id, row.words_sealed) or "",
        proposed_by=names.get(row.proposed_by_id, "the import"),
        decided_by=names.get(row.decided_by_id, "the import"),
        recorded_at=row.recorded_at,
        in_force=row.superseded_at is None,
        superseded_by=names.get(row.superseded_by_id, ""),
        superseded_words=sealed.unseal(client_id, row.superseded_words_sealed) or "",
    )


def get_transition(client_id: str, transition_id: str) -> tuple[Transition, Episode]:
    """A transition of this client with its episode. Raises NotFound."""
    found = select(Transition, Episode).join(Episode, Transition.episode_id == Episode.id)
    row = db.execute(found.where(Transition.id == transition_id, Episode.client_id == client_id)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def assignments(episode_id: str) -> list[Assignment]:
    """Who was case manager and clinician of an episode from when on, in order."""
    rows = select(Assignment).where(Assignment.episode_id == episode_id).options(joinedload(Assignment.staff))
    return list(db.scalars(rows.order_by(Assignment.from_day, Assignment.recorded_at, Assignment.id)))


def open_by_version(day: date) -> dict[str, int]:
    """By program version, how many episodes are open on a day. The editor of programs tells this number."""
    still = or_(Episode.discharged_on.is_(None), Episode.discharged_on > day)
    rows = select(Episode.program_version_id, func.count()).where(still).group_by(Episode.program_version_id)
    return dict(db.execute(rows).all())


count_episodes_with(open_by_version)
