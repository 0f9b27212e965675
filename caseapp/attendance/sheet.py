"""The list as a page shows it: one row a person, with what stands in its boxes and what is wrong or disputed."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from caseapp.attendance import queries
from caseapp.attendance.forms import NOT_MARKED, Typed
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import BEFORE_THE_START, PARTLY, MarkState, Said
from caseapp.clients.queries import folded
from caseapp.core import clock, sealed
from caseapp.core.errors import RuleBroken
from caseapp.scheduling.models import Place, Session


@dataclass(frozen=True)
class Row:
    """One person on the list. `typed` is what stands in the boxes; `refused` why the last of it was not taken."""

    place: Place
    mark: Mark | None
    said: Said
    typed: Typed
    refused: RuleBroken | None = None
    alike: bool = False
    corrected: bool = False
    may_excuse: bool = True

    @property
    def state(self) -> str:
        """The state chosen in the boxes, "none" for not marked."""
        return self.typed.state or NOT_MARKED

    @property
    def saved(self) -> str:
        """The state in force, or nothing."""
        return self.said.state.value if self.said.state else ""

    @property
    def differs(self) -> bool:
        """Whether someone else said otherwise meanwhile."""
        return hasattr(self.refused, "theirs")

    @property
    def locked(self) -> bool:
        """Whether it stands as it is until the list is reopened."""
        return bool(self.place.session.finished_at and self.saved)

    @property
    def target(self) -> str:
        """The id of the control in which what is wrong is put right."""
        part = self.refused.field if self.refused else None
        if self.differs:
            return f"settle-{self.place.id}-theirs"
        return f"{part}-{self.place.id}" if part and part != "state" else f"state-{self.place.id}-{self.state}"

    @property
    def allowed(self) -> frozenset[str]:
        """The states that may be chosen now, by this person."""
        states = frozenset(MarkState) if self.place.session.begun else BEFORE_THE_START
        return frozenset({*states, NOT_MARKED} - (frozenset() if self.may_excuse else {MarkState.excused}))

    @property
    def came_at(self) -> datetime | None:
        """When they came, if later than the session's start."""
        late = timedelta(minutes=self.said.late)
        if self.said.state in PARTLY and late:
            return (self.place.arrived_at or self.place.session.starts_at) + late
        return self.place.arrived_at

    @property
    def left_at(self) -> datetime | None:
        """When they left, if earlier than the session's end."""
        early = timedelta(minutes=self.said.early)
        return self.place.session.ends_at - early if self.said.state in PARTLY and early else None


def rows_of(
    rows: list[tuple[Place, Mark | None]],
    typed: dict[str, Typed] | None = None,
    refused: dict[str, RuleBroken] | None = None,
    reopened_at: datetime | None = None,
    may_excuse: bool = True,
) -> list[Row]:
    """The rows of a page. Of those in `refused`, what was typed stands in the boxes; of all others, what is in force.

    `reopened_at` is when the list was last reopened: what was marked since is shown as changed.
    """
    typed, refused = typed or {}, refused or {}
    keys = sealed.load_keys([place.client_id for place, mark in rows if mark and mark.words_sealed])
    alike = _alike([place for place, _mark in rows])
    made = []
    for place, mark in rows:
        said = queries.said_by(mark, place.client_id)
        box = typed[place.id] if place.id in refused and place.id in typed else boxes(said, mark)
        since = bool(mark and reopened_at and mark.recorded_at >= reopened_at)
        made.append(Row(place, mark, said, box, refused.get(place.id), place.id in alike, since, may_excuse))
    del keys  # held until here, so that each text opens without a statement of its own
    return made


def boxes(said: Said, mark: Mark | None) -> Typed:
    """What stands in the boxes of a row that nobody is typing in."""
    return Typed(
        state=said.state.value if said.state else NOT_MARKED,
        late=str(said.late or ""),
        early=str(said.early or ""),
        reason=said.reason.value if said.reason else "",
        words=said.words,
        seen=mark.id if mark else "",
    )


def _alike(places: list[Place]) -> set[str]:
    """Whose name could be taken for another one's on the same list: the same last name, or first name and initial."""
    by_key: dict[str, list[str]] = {}
    for place in places:
        first, last = folded(place.client.first_name), folded(place.client.last_name)
        for key in {f"last {last}", f"first {first} {last[:1]}"}:
            by_key.setdefault(key, []).append(place.id)
    return {place_id for ids in by_key.values() if len(ids) > 1 for place_id in ids}


def newest_batch(rows: list[Row]) -> tuple[str, int, datetime] | None:
    """The newest act of marking the rest that still stands: its id, how many it marked, and when; None without one."""
    marks = [row.mark for row in rows if row.mark and row.mark.state and row.mark.batch_id]
    if not marks:
        return None
    newest = max(marks, key=lambda mark: mark.recorded_at)
    same = [mark for mark in marks if mark.batch_id == newest.batch_id]
    return newest.batch_id, len(same), newest.recorded_at


def printed_name(place: Place) -> str:
    """The name on a sheet that everyone in the room signs: what they go by, and one letter of the last name."""
    client = place.client
    return f"{client.goes_by or client.first_name} {client.last_name[:1]}."


def arrival(session: Session, at: time) -> datetime:
    """The instant of an arrival typed as a wall time: of the next day where the session runs past midnight and it is earlier."""
    zone = session.site.zone
    arrived = clock.instant(session.on_day, at, zone)
    past_midnight = clock.day_of(session.ends_at, zone) > session.on_day
    if past_midnight and arrived < session.starts_at - timedelta(hours=12):
        return clock.instant(session.on_day + timedelta(days=1), at, zone)
    return arrived


def since_start(session: Session) -> datetime:
    """When someone who is added now came: now while the session runs, its start once it is over."""
    return clock.now() if session.begun and not session.over else session.starts_at
