"""Histories of clients, made through the actions of the house, and what they should count to, kept in plain Python."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from caseapp.clients import actions as clients
from caseapp.clients.models import Client
from caseapp.clients.rules import Answer, Sex
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes import actions as episodes
from caseapp.episodes import queries as episode_queries
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.episodes.rules import MoveKind, MoveReason, PriorLevel, ReferralSource
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress

LEAVE = {
    "complete": (MoveKind.complete, MoveReason.completed, "Completed"),
    "transfer": (MoveKind.transfer, MoveReason.moved_to_other_provider, "Transferred"),
    "leave": (MoveKind.discharge, MoveReason.left_before_completing, "Left before completing"),
    "end": (MoveKind.discharge, MoveReason.discharged_by_program, "Discharged by the program"),
    "die": (MoveKind.discharge, MoveReason.died, "Other"),
}


@dataclass(frozen=True)
class Deed:
    """A move as whoever did it remembers it."""

    client: int
    episode: int
    came_from: str
    to: str
    ended_as: str
    kind: str
    reason: str
    on: date
    days: int | None
    sex: str
    manager: str


@dataclass
class Person:
    """One client under way: admitted, moved, discharged, admitted again. `deeds` is what was done and not taken back."""

    number: int
    by: object
    sex: Sex
    day: date
    client: Client = None
    episode: Episode | None = None
    position: int = 0
    entered: list[tuple[int, date]] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    episodes: int = 0

    def __post_init__(self) -> None:
        names = {"first_name": f"Person{self.number}", "last_name": "Lund", "born": date(1990, 1, 1)}
        self.client = clients.register(self.by, sex=self.sex, **names)

    def step(self, what: str, days: int, to: int) -> None:
        """One thing that happens so many days after the last; what is not possible now does not happen."""
        self.day += timedelta(days=days)
        if what == "take back":
            self.take_back()
        elif self.episode is None:
            self.admit(to)
        elif what in LEAVE:
            kind, reason, words = LEAVE[what]
            self._move(kind, reason, words, None)
        elif to != self.position:
            down = to > self.position
            reason = MoveReason.goals_met if down else MoveReason.returned_to_use
            self._move(MoveKind.step_down if down else MoveKind.step_up, reason, "", to)

    def admit(self, to: int) -> None:
        """Screen and admit into the phase at a position."""
        day = self.day - timedelta(days=9)
        with clock.freeze(max(clock.now(), clock.instant(self.day, clock.time(12), clinic.zone()))):
            screen = episodes.prescreen(
                self.client, self.by, referral_source=ReferralSource.individual, prior_level=PriorLevel.none,
                last_use_known=Answer.yes, last_use_at=clock.instant(day, clock.time(20), clinic.zone()),
                seizure_or_delirium=Answer.no, benzodiazepine_dependence=Answer.no, withdrawal_now=Answer.no,
            )  # fmt: skip
            version = programs.version_in_use(programs.programs()[0], self.day)
            self.episode = progress.admit(
                self.client, screen, self.by, program_version=version, phase=version.phases[to - 1],
                admitted_on=self.day, case_manager_id=self.by.id, clinician_id=None, payer_id=None, words="Entered later.",
            )  # fmt: skip
        self.phases, self.position, self.entered = version.phases, to, [(to, self.day)]
        self.episodes += 1
        self._remember("Admission", version.phases[to - 1].name, "", "admit", "admitted", None)

    def _move(self, kind: MoveKind, reason: MoveReason, ended_as: str, to: int | None) -> None:
        left = self.phases[self.position - 1]
        target = self.phases[to - 1] if to else None
        facts = {"kind": kind, "reason": reason, "to_phase": target, "effective_on": self.day}
        progress.move(self.episode, self.by, words="Said in the meeting.", **facts)
        days = (self.day - self.entered[-1][1]).days
        self._remember(
            left.name, target.name if target else "Left the program", ended_as, kind.value, reason.value, days
        )
        if to:
            self.position = to
            self.entered.append((to, self.day))
        else:
            self.left, self.episode = self.episode, None

    def _remember(self, came_from: str, to: str, ended_as: str, kind: str, reason: str, days: int | None) -> None:
        who = (self.sex.value.capitalize(), self.by.name)
        self.deeds.append(Deed(self.number, self.episodes, came_from, to, ended_as, kind, reason, self.day, days, *who))

    def take_back(self) -> None:
        """The last move was recorded by mistake: its rows are superseded, and the stay before it goes on."""
        if not self.deeds or self.deeds[-1].kind == "admit":
            return
        episode = self.episode or self.left
        chain = episode_queries.stays(episode.id)
        last, undone = (chain[-1:], chain[-1]) if self.episode is None else (chain[-2:], chain[-2])
        undone.transition_out.superseded_at = clock.now()
        for stay in last:
            stay.in_force, stay.superseded_at = None, clock.now()
        episode.discharged_on = None
        db.flush()
        facts = {name: getattr(undone, name) for name in ("episode_id", "phase_id", "started_on", "previous_ended_on")}
        db.add(PhaseStay(transition_in_id=undone.transition_in_id, **facts))
        db.flush()
        if self.episode is not None:
            self.entered.pop()
        self.episode, self.position = episode, self.entered[-1][0]
        self.deeds.pop()
