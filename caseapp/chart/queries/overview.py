"""Everything the overview shows of one client, in a fixed number of statements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import joinedload, load_only

from caseapp.attendance.counting import Sitting
from caseapp.attendance.facts import InPhase, in_phase, sittings_between
from caseapp.attendance.hours import Week, running_week
from caseapp.chart.rules import Step, steps
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Provider
from caseapp.core import clock, sealed
from caseapp.core.db import db
from caseapp.crisis.models import CrisisContact
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode, PhaseStay, Prescreen, Transition
from caseapp.episodes.queries import Referred
from caseapp.episodes.rules import Outcome
from caseapp.identity.models import Staff
from caseapp.programs.models import Criterion, Phase, Program, ProgramVersion
from caseapp.programs.rules.criteria import Asks
from caseapp.progress.criteria import Readiness
from caseapp.progress.models import PhaseReview
from caseapp.progress.queries import reviews
from caseapp.progress.queries.absence import absences_in
from caseapp.progress.queries.readiness import Known, first_day, readiness
from caseapp.progress.rules import Absence
from caseapp.tasks.models import Task
from caseapp.use.queries import last_use
from caseapp.use.rules import days_words

NEXT_SHOWN, CRISES_SHOWN = 3, 2
LOOK_BACK, LOOK_AHEAD = timedelta(days=28), timedelta(days=14)


@dataclass(frozen=True)
class InProgram:
    """An episode as the overview shows it. `stay` is today's, `ahead` those that begin later."""

    episode: Episode
    version: ProgramVersion
    stays: list[PhaseStay]
    stay: PhaseStay | None
    ahead: list[PhaseStay]
    steps: list[Step]
    case_manager: str
    clinician: str

    @property
    def left(self) -> PhaseStay | None:
        """The stay with which it ended or will end; None while it goes on."""
        return self.stays[-1] if self.episode.discharged_on and self.stays else None


@dataclass(frozen=True)
class BeforeAdmission:
    """The newest pre-screen, what stands in the way of admission, and where someone was referred."""

    prescreen: Prescreen | None
    blocked_by: list[str]
    referred_to: str


@dataclass(frozen=True)
class Chart:
    """Where a client is, and what comes next. `now` is the open episode, or the last one; `others` are the rest."""

    client: Client
    now: InProgram | None
    others: list[Episode]
    before: BeforeAdmission
    week: Week
    attendance: Counter = field(default_factory=Counter)
    absence: Absence | None = None
    readiness: Readiness | None = None
    next: list[Sitting] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    crises: Sequence[Row] = ()
    problems: list[Referred] = field(default_factory=list)
    without_use: str = ""
    review: PhaseReview | None = None
    held: PhaseReview | None = None
    contact_wishes: str = ""
    contact_times: str = ""

    @property
    def admitted(self) -> bool:
        """Whether someone is in the program, or will be from a day on."""
        return self.now is not None and not self.now.episode.discharged_on

    @property
    def review_words(self) -> str:
        """What the review that waits proposes."""
        return reviews.words_of(self.review) if self.review else ""

    @property
    def leaving(self) -> bool:
        """Whether the end of the episode is set for a day that lies ahead."""
        return self.now is not None and self.now.stay is not None and self.now.left is not None


def chart(client: Client) -> Chart:
    """The chart of a client one may see, as of now. Sessions, stays and the last use are read once for all that tells of them."""
    today = clock.today(clinic.zone())
    lives = _lives(client.id)
    mine = list(lives)
    main = next((one for one in mine if one.discharged_on is None), mine[0] if mine else None)
    now, criteria = _in_program(main, lives[main], today) if main else (None, {})
    known = _known(client, now, criteria, today)
    last = known.uses.get(client.id)
    waiting, held = reviews.standing(main.id) if main and not main.discharged_on else (None, None)
    return Chart(
        client=client,
        now=now,
        others=[one for one in mine if one is not main],
        before=_before_admission(client, main),
        week=running_week(today, _in_phases(lives), known.sittings[client.id]),
        attendance=_attendance(known.sittings[client.id], today),
        absence=_absence(mine, today),
        readiness=readiness([main], today, known=known).get(main.id) if known.stays else None,
        next=_next_sessions(known.sittings[client.id]),
        tasks=_open_tasks(client),
        crises=_crises(client),
        problems=episodes.referred_with(client.id),
        without_use=days_words(last, today) if last else "",
        review=waiting,
        held=held if held and now and now.stay and held.stay_id == now.stay.id else None,
        contact_wishes=sealed.unseal(client.id, client.contact_wishes_sealed) or "",
        contact_times=sealed.unseal(client.id, client.contact_times_sealed) or "",
    )


def _known(client: Client, now: InProgram | None, criteria: dict[str, list[Asks]], today: date) -> Known:
    """What several parts of the chart tell of: sessions of all; stay, criteria and last use of whoever is in the program."""
    here = now is not None and now.episode.discharged_on is None
    stays = {now.episode.id: now.stay} if here and now.stay else {}
    since = today - LOOK_BACK
    for stay in stays.values():
        since = min(since, first_day(criteria[stay.phase_id], [stay.started_on], today))
    sittings = list(sittings_between(since, today + LOOK_AHEAD, [client.id]))
    uses = last_use([client.id], until=today) if here else {}
    return Known(stays, criteria, {client.id: sittings}, uses)


def _absence(mine: list[Episode], today: date) -> Absence | None:
    """How they have been missing from the newest episode that goes on; None in none."""
    goes_on = (one for one in mine if one.admitted_on <= today and (one.discharged_on or date.max) > today)
    newest = next(goes_on, None)
    return absences_in({newest.client_id: newest}, today)[newest.client_id] if newest else None


def _lives(client_id: str) -> dict[Episode, list[PhaseStay]]:
    """Every episode of a client, the newest first, with its stays in force, the one begun first first. One statement."""
    found: dict[Episode, list[PhaseStay]] = {}
    for episode, stay in db.execute(_LIVES, {"client_id": client_id}):
        found.setdefault(episode, []).extend([stay] if stay else [])
    return found


def _in_phases(lives: dict[Episode, list[PhaseStay]]) -> list[InPhase]:
    found = [in_phase(episode, stay) for episode, stays in lives.items() for stay in stays]
    return sorted(found, key=lambda one: one.started_on)


def _in_program(episode: Episode, stays: list[PhaseStay], today: date) -> tuple[InProgram, dict[str, list[Asks]]]:
    """An episode with its stays in force, and its plan; and the criteria of today's phase, by its id. One statement."""
    stay = next((s for s in stays if s.started_on <= today and (s.ended_on is None or s.ended_on > today)), None)
    asked = {"version_id": episode.program_version_id, "phase_id": stay.phase_id if stay else None}
    plan = db.execute(_PLAN, asked).all()
    phases = list(dict.fromkeys(row.Phase for row in plan))
    now = InProgram(
        episode=episode,
        version=episode.program_version,
        stays=stays,
        stay=stay,
        ahead=[s for s in stays if s.started_on > today],
        steps=steps(phases, stays, today, ended=episode.discharged_on),
        case_manager=episode.case_manager.name if episode.case_manager else "",
        clinician=episode.clinician.name if episode.clinician else "",
    )
    return now, {stay.phase_id: [row.Criterion.asks for row in plan if row.Criterion]} if stay else {}


def _before_admission(client: Client, main: Episode | None) -> BeforeAdmission:
    """The newest pre-screen counts for an admission only if it has not led to the episode already."""
    row = episodes.newest_prescreen(client.id)
    waits = row is not None and row.outcome is Outcome.open
    provider = db.get(Provider, row.referred_to_id) if row and row.referred_to_id else None
    return BeforeAdmission(row, episodes.gate(row) if waits else [], provider.name if provider else "")


# What every chart asks, put together once: building a statement takes longer than its answer.
MOVES = (PhaseStay.transition_in, PhaseStay.transition_out)
_LIVES = (
    select(Episode, PhaseStay)
    .outerjoin(PhaseStay, (PhaseStay.episode_id == Episode.id) & (PhaseStay.in_force == 1))
    .where(Episode.client_id == bindparam("client_id"))
    .order_by(Episode.admitted_on.desc(), Episode.id, PhaseStay.started_on)
    .options(*(joinedload(of).load_only(Staff.name) for of in (Episode.case_manager, Episode.clinician)))
    .options(joinedload(Episode.program_version).load_only(ProgramVersion.number), joinedload(PhaseStay.phase))
    .options(joinedload(Episode.program_version).joinedload(ProgramVersion.program).load_only(Program.name))
    .options(*(joinedload(of).load_only(Transition.kind, Transition.reason) for of in MOVES))
)
# The phases of a version, and beside one of them its criteria.
_PLAN = (
    select(Phase, Criterion)
    .outerjoin(Criterion, (Criterion.phase_id == Phase.id) & (Phase.id == bindparam("phase_id")))
    .where(Phase.program_version_id == bindparam("version_id"))
    .order_by(Phase.position, Criterion.position, Criterion.id)
)
_TASKS = (
    select(Task)
    .where(Task.client_id == bindparam("client_id"), Task.closed_at.is_(None))
    .order_by(Task.due_at)
    .options(load_only(Task.kind, Task.source_id, Task.client_id, Task.due_at))
    .options(joinedload(Task.owner).load_only(Staff.name))
)
_CRISES = (
    select(CrisisContact.id, CrisisContact.started_at, CrisisContact.risk)
    .where(CrisisContact.client_id == bindparam("client_id"))
    .order_by(CrisisContact.started_at.desc())
    .limit(CRISES_SHOWN)
)


def _attendance(sittings: Sequence[Sitting], today: date) -> Counter:
    """By state (None is not marked), the sessions of the last four weeks that are over."""
    now = clock.now()
    return Counter(one.state for one in sittings if one.on_day > today - LOOK_BACK and one.ends_at <= now)


def _next_sessions(sittings: Sequence[Sitting]) -> list[Sitting]:
    """The first ones that are on or still to come."""
    now = clock.now()
    ahead = (one for one in sittings if one.ends_at > now and one.starts_at < now + LOOK_AHEAD)
    return list(islice(ahead, NEXT_SHOWN))


def _open_tasks(client: Client) -> list[Task]:
    return list(db.scalars(_TASKS, {"client_id": client.id}))


def _crises(client: Client) -> Sequence[Row]:
    """Id, when it began and risk of the last ones."""
    return db.execute(_CRISES, {"client_id": client.id}).all()
