"""One client as of a past day: phase, program version, criteria, hours, who answered for them; by what is known now or was then."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from caseapp.chart.rules import Step, steps
from caseapp.clients.models import Client
from caseapp.core.db import db
from caseapp.core.past import UNTIL, stood
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.episodes.rules import LEAVING, Part
from caseapp.identity.models import Staff
from caseapp.programs.models import ProgramVersion
from caseapp.progress.criteria import Readiness
from caseapp.progress.queries.past import AsOf, answering_on, moves_ahead
from caseapp.progress.queries.readiness import readiness
from caseapp.use.queries import last_use
from caseapp.use.rules import days_words


@dataclass(frozen=True)
class Then:
    """An episode as of a day. `stay` is that of the day, None once they had left; `ahead` the move that was on record by then."""

    episode: Episode
    version: ProgramVersion
    stays: list[PhaseStay]
    stay: PhaseStay | None
    steps: list[Step]
    case_manager: str
    clinician: str
    ahead: str = ""
    readiness: Readiness | None = None
    without_use: str = ""

    @property
    def left_on(self) -> date | None:
        """The day on which they had left by then."""
        return self.stays[-1].ended_on if self.stay is None else None

    @property
    def following(self) -> str:
        """The phase that came next by the plan."""
        return next((step.name for step in self.steps if step.state == "next"), "")


def past_chart(client: Client, at: AsOf) -> list[Then]:
    """The episodes that had begun by a day, the newest first; a fixed number of statements."""
    stays = _stays(client.id, at)
    begun = _episodes(list(stays), at)
    going = [one for one, *_who in begun if _stay(stays[one.id], at.day)]
    stands = readiness(going, at.day, at.known_at, warn=True)
    here = [_stay(stays[one.id], at.day).id for one in going]
    ahead = moves_ahead(here, at.ended_at)
    last = last_use([client.id], until=at.day, known_at=at.known_at).get(client.id)
    words = days_words(last, at.day) if last else ""
    found = []
    for episode, case_manager, clinician in begun:
        chain = stays[episode.id]
        stay, version = _stay(chain, at.day), episode.program_version
        plan = steps(version.phases, chain, at.day, ended=None if stay else chain[-1].ended_on)
        known = (ahead.get(stay.id, ""), stands.get(episode.id), words) if stay else ()
        found.append(Then(episode, version, chain, stay, plan, case_manager or "", clinician or "", *known))
    return found


def _stay(chain: list[PhaseStay], day: date) -> PhaseStay | None:
    return next((one for one in chain if one.ended_on is None or one.ended_on > day), None)


def _stays(client_id: str, at: AsOf) -> dict[str, list[PhaseStay]]:
    """By episode, the stays that had begun by the day, in order."""
    rows = select(PhaseStay).join(Episode, PhaseStay.episode_id == Episode.id)
    rows = rows.where(Episode.client_id == client_id, stood(PhaseStay, at.stood), PhaseStay.started_on <= UNTIL)
    load = [joinedload(PhaseStay.phase), joinedload(PhaseStay.transition_in), joinedload(PhaseStay.transition_out)]
    found: dict[str, list[PhaseStay]] = {}
    for row in db.scalars(rows.order_by(PhaseStay.started_on).options(*load), at.asked):
        found.setdefault(row.episode_id, []).append(row)
    return found


def _episodes(ids: list[str], at: AsOf) -> list[tuple[Episode, str | None, str | None]]:
    """Each episode with the names of its case manager and counselor on the day."""
    manager, counselor = aliased(Staff), aliased(Staff)
    rows = select(Episode, manager.name, counselor.name).select_from(Episode).where(Episode.id.in_(ids))
    rows = rows.outerjoin(manager, manager.id == answering_on(Part.case_manager, at))
    rows = rows.outerjoin(counselor, counselor.id == answering_on(Part.clinician, at))
    load = joinedload(Episode.program_version).options(joinedload(ProgramVersion.program))
    return [tuple(row) for row in db.execute(rows.order_by(Episode.admitted_on.desc(), Episode.id).options(load))]


def was_left(then: Then) -> str:
    """How an episode had ended by then, in words."""
    out = then.stays[-1].transition_out
    return out.kind.value.replace("_", " ") if out and out.kind in LEAVING else "left"
