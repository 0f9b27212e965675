"""What making or changing a series does, day by day, before anything is saved: what changes, what stands in its way, what can be done.

Everything is read in a number of statements that does not grow with the days.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum, auto

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_ids
from caseapp.clinic.models import Room
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.errors import RuleBroken
from caseapp.core.words import clock_time
from caseapp.identity.models import Staff
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.busy import Busy, busy_between
from caseapp.scheduling.clashes import Span, hours_of
from caseapp.scheduling.models import Session, TimeOff
from caseapp.scheduling.rules import needs_admission
from caseapp.scheduling.times_off import said
from caseapp.series import queries
from caseapp.series.models import Series, SeriesDay
from caseapp.series.plans import Plan, plan_of
from caseapp.series.recurrence import Repeats
from caseapp.series.rules import Clash, Do
from caseapp.series.saying import differs, room_name

ONE_DAY_HAS_NO_RULE = "How it repeats and when it ends can't be changed for one day only."


class Kind(StrEnum):
    """What becomes of a day."""

    made = auto()
    changed = auto()
    moved = auto()
    ends = auto()


@dataclass(frozen=True)
class Line:
    """One day of a making or a change. `day` is its day from now on; of one that falls away, its day until now.

    `choices` is what can be done, the proposed one first; `why` says what stands in the way, no more than the reader may know,
    and `named` are the ids of the clients it names.
    """

    kind: Kind
    day: date
    session: Session | None = None
    was_on: date | None = None
    what: str = ""
    clashes: tuple[Clash, ...] = ()
    why: str = ""
    choices: tuple[Do, ...] = (Do.go,)
    other_room: Room | None = None
    other_lead: Staff | None = None
    clients: tuple[Client, ...] = ()
    busy_clients: frozenset[str] = frozenset()
    busy_leads: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """By what a form names it."""
        return f"do-{self.day.isoformat()}"

    @property
    def needs_a_decision(self) -> bool:
        """Whether something stands in its way."""
        return bool(self.clashes)

    @property
    def stuck(self) -> bool:
        """Whether nothing can be done about it but to leave it."""
        return self.choices == (Do.skip,)


@dataclass
class Preview:
    """All lines of a making or a change, and how many sessions stay as they are because they were held or begun.

    `only` says that it is of one day and no later one.
    """

    plan: Plan
    lines: list[Line]
    untouched: int = 0
    only: bool = False

    @property
    def stuck(self) -> bool:
        """Whether there is something to be done, and all of it is in the way of something."""
        return bool(self.lines) and all(line.stuck for line in self.lines)

    @property
    def digest(self) -> str:
        """A mark of what was shown: what is saved must be what was seen."""
        said = [
            (line.kind, line.day, line.session and (line.session.id, line.session.version), line.what, line.why)
            + (line.choices, line.other_room and line.other_room.id, line.other_lead and line.other_lead.id)
            for line in self.lines
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]

    def number(self, kind: Kind) -> int:
        """How many lines of a kind there are."""
        return sum(line.kind is kind for line in self.lines)


def preview_new(plan: Plan, until: date, by: Actor) -> Preview:
    """The sessions of a new series on its days before `until`."""
    lines = [Line(Kind.made, day) for day in _days(plan.repeats, plan.repeats.first_on, until)]
    return Preview(plan, list(_looked_at(plan, lines, by)))


def preview_change(series: Series, plan: Plan, since: date, by: Actor, *, only: bool = False) -> Preview:
    """What becomes of a series' days from `since` on, or of that day `only`.

    Held, marked and begun sessions never change, nor do cancelled ones. Raises RuleBroken if one day is to repeat otherwise.
    """
    if only:
        return _preview_one(series, plan, since, by)
    days = queries.days_of(series.id, since)
    ahead = {row.on_day: row for row in days if row.session and row.session.may_change and not row.session.begun}
    fixed = {row.on_day for row in days if row.on_day not in ahead and (row.session or row.left_out == "skipped")}
    wanted = [day for day in _days(plan.repeats, since, series.made_until) if day not in fixed]
    lines = [*_paired(ahead, wanted), *(Line(Kind.changed, day, ahead[day].session) for day in wanted if day in ahead)]
    looked_at = _looked_at(plan, sorted(lines, key=lambda line: line.day), by, series)
    untouched = queries.number_fixed(series.id)
    return Preview(plan, [line for line in looked_at if line.what or line.kind is not Kind.changed], untouched)


def _preview_one(series: Series, plan: Plan, day: date, by: Actor) -> Preview:
    """What becomes of one day. That it is otherwise than its series already is what whoever asks for it knows."""
    if plan.repeats != series.repeats:
        raise RuleBroken(ONE_DAY_HAS_NO_RULE, "since", "Choose that day and all later ones.")
    rows = [row for row in queries.days_of(series.id, day)[:1] if row.on_day == day and row.session]
    ahead = [row.session for row in rows if row.session.may_change and not row.session.begun]
    lines = [Line(Kind.changed, day, session) for session in ahead]
    looked_at = _looked_at(plan, lines, by, series, only=True)
    return Preview(plan, [line for line in looked_at if line.what], queries.number_fixed(series.id), only=True)


def preview_ahead(series: Series, until: date, by: Actor) -> Preview:
    """The sessions that come into sight when a series is made ahead up to `until`."""
    plan = plan_of(series)
    lines = [Line(Kind.made, day) for day in _days(plan.repeats, series.made_until, until)]
    return Preview(plan, list(_looked_at(plan, lines, by, series)))


def changed_by_hand(series: Series, session: Session, day: date) -> bool:
    """Whether a session is otherwise than its series; one from before the last change is as the series was."""
    return day >= series.planned_from and bool(differs(session, day, plan_of(series)))


def _days(repeats: Repeats, since: date, until: date) -> list[date]:
    return repeats.days(since, until) if since < until else []


def _paired(ahead: dict[date, SeriesDay], wanted: list[date]) -> Iterator[Line]:
    """Days that fall away move to days that come new in the same week; what is left over ends, or is made."""
    weeks: dict[date, tuple[list[date], list[date]]] = defaultdict(lambda: ([], []))
    for gone in sorted(ahead.keys() - set(wanted)):
        weeks[clock.week_of(gone)[0]][0].append(gone)
    for new in sorted(set(wanted) - ahead.keys()):
        weeks[clock.week_of(new)[0]][1].append(new)
    for gone, new in weeks.values():
        both = min(len(gone), len(new))
        yield from (Line(Kind.moved, to, ahead[off].session, off) for off, to in zip(gone, new, strict=False))
        yield from (Line(Kind.ends, off, ahead[off].session) for off in gone[both:])
        yield from (Line(Kind.made, to) for to in new[both:])


@dataclass(frozen=True)
class _Looking:
    """What is known while lines are looked at: who is busy, who is on which list, whom the reader may see."""

    plan: Plan
    busy: Busy
    may_see: set[str]
    ours: frozenset[str]
    series: Series | None
    people: list[Staff]
    only: bool


def _looked_at(
    plan: Plan, lines: list[Line], by: Actor, series: Series | None = None, *, only: bool = False
) -> Iterator[Line]:
    """The lines with what stands in their way and what can be done."""
    if not lines:
        return
    members = queries.members(series.id) if series else []
    lists = scheduling.lists_of([line.session.id for line in lines if line.session])
    on_day = {
        line.key: _by_name(place.client for place in lists.get(line.session.id, ()))
        if line.session
        else _by_name(one.client for one in members if one.holds(line.day))
        for line in lines
    }
    people = sorted({client.id for clients in on_day.values() for client in clients})
    first, last = (clock.day_bounds(line.day, plan.site.zone)[0] for line in (lines[0], lines[-1]))
    whole = first - timedelta(days=1), last + timedelta(days=3)
    leaders = scheduling.leaders()
    busy = busy_between(whole, plan.site.id, {one.id for one in (*plan.leads, *leaders)}, people)
    ours = frozenset(line.session.id for line in lines if line.session)
    looking = _Looking(plan, busy, visible_ids(people, by), ours, series, leaders, only)
    for line in lines:
        yield _look(looking, replace(line, clients=on_day[line.key]))


def _by_name(clients: Iterable[Client]) -> tuple[Client, ...]:
    """In one order, so that the same preview is the same each time."""
    return tuple(sorted(clients, key=lambda one: (one.last_first, one.id)))


def _look(at: _Looking, line: Line) -> Line:
    if line.kind is Kind.ends:
        return replace(line, what="is cancelled", choices=(Do.go, Do.skip))
    line = replace(line, what=_what(at, line))
    if line.kind is Kind.changed and not line.what:
        return line
    span = at.plan.span(line.day)
    if span is None:
        why = f"The clocks change: there is no {clock_time(at.plan.starts)}, or it comes twice."
        return replace(line, clashes=(Clash.clock,), why=why, choices=(Do.skip, Do.earlier, Do.later))
    found = [*_in_the_way(at, line, span)]
    if not found:
        return line
    clashes, sentences = tuple(clash for clash, _says in found), " ".join(says for _clash, says in found)
    line = replace(line, clashes=clashes, why=sentences)
    return _with_ways_out(at, line, span)


def _what(at: _Looking, line: Line) -> str:
    if line.kind is Kind.made:
        return "new"
    changes = differs(line.session, line.day, at.plan)
    if line.kind is Kind.moved:
        return f"moves from {line.was_on:%a %b} {line.was_on.day}" + (f", {changes}" if changes else "")
    return changes


def _in_the_way(at: _Looking, line: Line, span: Span) -> Iterator[tuple[Clash, str]]:
    """What stands in the way of a line, each with its sentence."""
    plan, busy = at.plan, at.busy
    by_hand = line.session and at.series and changed_by_hand(at.series, line.session, line.was_on or line.day)
    if by_hand and not at.only:
        yield Clash.by_hand, f"Changed by hand: {hours_of(line.session)}, {room_name(line.session.room)}."
    closed = _closed(at, span)
    if closed:
        yield Clash.closed, said(closed)
    taken_by = plan.room and busy.during(plan.room.id, span, at.ours)
    if taken_by:
        yield Clash.room, f"{plan.room.name} is taken: {taken_by.name}, {hours_of(taken_by)}."
    elif plan.room and not plan.room.active:
        yield Clash.room, f"{plan.room.name} is not in use any more."
    for lead in plan.leads:
        clash, why = _why_not_lead(at, lead, span)
        if why:
            yield clash, why
    busy_people = [client for client in line.clients if _reason(at, client, line.day, span)]
    if busy_people:
        yield Clash.client, _people(at, busy_people, line.day, span)
    if len(line.clients) - (len(busy_people) if line.kind is Kind.made else 0) > plan.places:
        yield Clash.places, f"{len(line.clients)} people are on the list, for {plan.places} places."


def _closed(at: _Looking, span: Span) -> TimeOff | None:
    return at.busy.off.closed(at.plan.site.id, at.plan.room and at.plan.room.id, span)


def _why_not_lead(at: _Looking, lead: Staff, span: Span) -> tuple[Clash, str]:
    """What keeps someone from leading a session, with its sentence; none if it is empty."""
    other, away = at.busy.during(lead.id, span, at.ours), at.busy.off.away(lead.id, span)
    if lead.id not in at.busy.working:
        return Clash.staff, f"{lead.name} does not lead sessions here any more."
    if away:
        return Clash.leave, said(away)
    if other:
        return Clash.staff, f"{lead.name} leads {other.name}, {hours_of(other)}."
    outside = at.busy.off.off_hours(lead.id, span, at.plan.site.zone)
    return Clash.hours, f"{lead.name} {outside}." if outside else ""


def _reason(at: _Looking, client: Client, day: date, span: Span) -> str:
    admitted_only = needs_admission(at.plan.service.capacity)
    return at.busy.why_not(client.id, span, day, at.ours, admitted_only=admitted_only)


def _people(at: _Looking, people: list[Client], day: date, span: Span) -> str:
    """By what they have, who has it: names of those whom the reader may see; of the others only how many there are."""
    seen: dict[str, list[str]] = defaultdict(list)
    for one in people:
        if one.id in at.may_see:
            seen[_reason(at, one, day, span)].append(one.last_first)
    told = [f"{'; '.join(names)}: {reason}." for reason, names in seen.items()]
    hidden = sum(one.id not in at.may_see for one in people)
    told += [f"{hidden} on the list {'is' if hidden == 1 else 'are'} busy."] if hidden else []
    return " ".join(told)


def _with_ways_out(at: _Looking, line: Line, span: Span) -> Line:
    """The proposed way out first: as many as can come, unless half of them or more can't.

    Where several things stand in the way at once, the day is left as it is. Hours that someone does not work are theirs to
    agree to, so these alone keep nothing from being done.
    """
    hard = set(line.clashes) - {Clash.hours}
    only = next(iter(hard)) if len(hard) == 1 else None
    cannot = {one.id: _why_not_lead(at, one, span) for one in at.plan.leads}
    busy_leads = frozenset(id for id, (clash, why) in cannot.items() if why and clash is not Clash.hours)
    busy_clients = frozenset(one.id for one in line.clients if _reason(at, one, line.day, span))
    line = replace(line, busy_leads=busy_leads, busy_clients=busy_clients, choices=(Do.skip,))
    line = replace(line, named=tuple(sorted(busy_clients & at.may_see)))
    if not hard:
        return replace(line, choices=(Do.go, Do.skip))
    if only is Clash.room or (only is Clash.closed and _closed(at, span).room_id):
        mine = line.session.room_id if line.session else None
        room = at.busy.free_room(at.plan.places, span, at.ours, mine)
        return replace(line, other_room=room, choices=(Do.other_room, Do.skip)) if room else line
    led = only in (Clash.staff, Clash.leave)
    if led:
        line = _with_other_lead(at, line, span)
    if only is Clash.client or (led and len(busy_leads) < len(at.plan.leads)):
        alone = (
            line.kind is Kind.made and only is Clash.client and len(busy_clients) == len(line.clients) == at.plan.places
        )
        if alone:
            return line
        few = len(busy_clients) * 2 < len(line.clients) or led
        choices = (Do.without, *line.choices) if few else (*line.choices, Do.without)
        return replace(line, choices=choices)
    return replace(line, choices=(Do.skip, Do.go)) if only is Clash.by_hand else line


def _with_other_lead(at: _Looking, line: Line, span: Span) -> Line:
    """Someone who could lead that day instead of whoever can't; a person decides, for counseling goes by whom one knows."""
    away = next(lead for lead in at.plan.leads if lead.id in line.busy_leads)
    planned = {lead.id for lead in at.plan.leads}
    others = [one for one in at.people if one.id not in planned]
    free = at.busy.who_could_lead(others, away, span, at.ours, at.plan.site.zone)
    return replace(line, other_lead=free[0], choices=(Do.other_lead, Do.skip)) if free else line
