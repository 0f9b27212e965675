"""Everything the overview shows of one client, in a fixed number of statements."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.attendance.hours import Week, week_of_client
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import MarkState
from caseapp.chart.rules import Step, steps
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Provider
from caseapp.core import clock, sealed
from caseapp.core.db import db
from caseapp.crisis.models import CrisisContact
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode, PhaseStay, Prescreen
from caseapp.episodes.queries import Referred
from caseapp.episodes.rules import Outcome
from caseapp.identity.models import Staff
from caseapp.programs.models import ProgramVersion
from caseapp.programs.queries import get_version
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState
from caseapp.tasks.models import Task

NEXT_SHOWN, CRISES_SHOWN = 3, 2
LOOK_BACK, LOOK_AHEAD = timedelta(days=28), timedelta(days=14)
ON = (SessionState.scheduled, SessionState.held)


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
    next: list[Session] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    crises: list[CrisisContact] = field(default_factory=list)
    problems: list[Referred] = field(default_factory=list)
    contact_wishes: str = ""
    contact_times: str = ""

    @property
    def admitted(self) -> bool:
        """Whether someone is in the program, or will be from a day on."""
        return self.now is not None and not self.now.episode.discharged_on

    @property
    def leaving(self) -> bool:
        """Whether the end of the episode is set for a day that lies ahead."""
        return self.now is not None and self.now.stay is not None and self.now.left is not None


def chart(client: Client) -> Chart:
    """The chart of a client one may see, as of now."""
    today = clock.today(clinic.zone())
    mine = episodes_of(client.id)
    main = next((one for one in mine if one.discharged_on is None), mine[0] if mine else None)
    return Chart(
        client=client,
        now=in_program(main, today) if main else None,
        others=[one for one in mine if one is not main],
        before=_before_admission(client, main),
        week=week_of_client(client.id),
        attendance=_attendance(client, today),
        next=_next_sessions(client),
        tasks=_open_tasks(client),
        crises=_crises(client),
        problems=episodes.referred_with(client.id),
        contact_wishes=sealed.unseal(client.id, client.contact_wishes_sealed) or "",
        contact_times=sealed.unseal(client.id, client.contact_times_sealed) or "",
    )


def episodes_of(client_id: str) -> list[Episode]:
    """All episodes of a client, the newest first, with program and version."""
    found = select(Episode).where(Episode.client_id == client_id).order_by(Episode.admitted_on.desc(), Episode.id)
    return list(db.scalars(found.options(joinedload(Episode.program_version).joinedload(ProgramVersion.program))))


def in_program(episode: Episode, today: date) -> InProgram:
    """An episode with its stays in force, its plan, and who looks after it."""
    chain = select(PhaseStay).where(PhaseStay.episode_id == episode.id, PhaseStay.in_force == 1)
    load = [joinedload(PhaseStay.phase), joinedload(PhaseStay.transition_in), joinedload(PhaseStay.transition_out)]
    stays = list(db.scalars(chain.order_by(PhaseStay.started_on).options(*load)))
    version = get_version(episode.program_version_id)
    names = _names([episode.case_manager_id, episode.clinician_id])
    stay = next((s for s in stays if s.started_on <= today and (s.ended_on is None or s.ended_on > today)), None)
    return InProgram(
        episode=episode,
        version=version,
        stays=stays,
        stay=stay,
        ahead=[s for s in stays if s.started_on > today],
        steps=steps(version.phases, stays, today, ended=episode.discharged_on),
        case_manager=names.get(episode.case_manager_id, ""),
        clinician=names.get(episode.clinician_id, ""),
    )


def _names(staff_ids: list[str | None]) -> dict[str | None, str]:
    return dict(db.execute(select(Staff.id, Staff.name).where(Staff.id.in_([one for one in staff_ids if one]))).all())


def _before_admission(client: Client, main: Episode | None) -> BeforeAdmission:
    """The newest pre-screen counts for an admission only if it has not led to the episode already."""
    row = episodes.newest_prescreen(client.id)
    waits = row is not None and row.outcome is Outcome.open
    provider = db.get(Provider, row.referred_to_id) if row and row.referred_to_id else None
    return BeforeAdmission(row, episodes.gate(row) if waits else [], provider.name if provider else "")


def _attendance(client: Client, today: date) -> Counter:
    """By state (None is not marked), the sessions of the last four weeks that are over; one statement."""
    mark = (Mark.place_id == Place.id) & Mark.superseded_at.is_(None)
    rows = select(Mark.state, func.count()).select_from(Place).join(Place.session).outerjoin(Mark, mark)
    rows = rows.where(Place.client_id == client.id, Place.released_at.is_(None), Session.state.in_(ON))
    rows = rows.where(Session.on_day > today - LOOK_BACK, Session.ends_at <= clock.now()).group_by(Mark.state)
    states: Counter[MarkState | None] = Counter()
    for state, many in db.execute(rows):
        states[state] += many
    return states


def _next_sessions(client: Client) -> list[Session]:
    ahead = select(Session).join(Place).where(Place.client_id == client.id, Place.released_at.is_(None))
    ahead = ahead.where(Session.ends_at > clock.now(), Session.starts_at < clock.now() + LOOK_AHEAD)
    ahead = ahead.where(Session.state.in_(ON)).order_by(Session.starts_at).limit(NEXT_SHOWN)
    return list(db.scalars(ahead.options(selectinload(Session.service), selectinload(Session.room))))


def _open_tasks(client: Client) -> list[Task]:
    open_ones = select(Task).where(Task.client_id == client.id, Task.closed_at.is_(None)).order_by(Task.due_at)
    return list(db.scalars(open_ones.options(joinedload(Task.owner), joinedload(Task.client))))


def _crises(client: Client) -> list[CrisisContact]:
    last = select(CrisisContact).where(CrisisContact.client_id == client.id)
    return list(db.scalars(last.order_by(CrisisContact.started_at.desc()).limit(CRISES_SHOWN)))
