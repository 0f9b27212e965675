"""When a client can come, from what they said of their week: work, school, child care, or the only times that suit. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum, auto

from caseapp.core.words import time_range
from caseapp.weekplan.rules import WEEKDAYS, Span

# Between these hours, on any day, a client of whom nothing else is known can be asked to come.
EARLIEST, LATEST = time(7), time(21)


class What(StrEnum):
    """What a client has at some times of the week. Only `can` says when they can come; all else, when they can't."""

    work = auto()
    school = auto()
    child_care = auto()
    other = auto()
    can = auto()


WORDS = {
    What.work: "Works",
    What.school: "Is at school",
    What.child_care: "Cares for children",
    What.other: "Has something else",
    What.can: "Can come only then",
}


@dataclass(frozen=True)
class Said:
    """One thing that a client said: on these days of the week (0 is Monday), from and until on the wall clock."""

    what: What
    days: tuple[int, ...]
    starts: time
    ends: time

    @property
    def spans(self) -> list[Span]:
        """Its times of the week."""
        return [Span(day, minute_of(self.starts), minute_of(self.ends)) for day in self.days]


def minute_of(at: time) -> int:
    """Minutes from midnight."""
    return at.hour * 60 + at.minute


def free_times(said: Iterable[Said]) -> tuple[Span, ...]:
    """When they can come: the times of which they said so (any, if they named none), without those taken by something else."""
    said = list(said)
    can = [span for one in said if one.what is What.can for span in one.spans]
    whole = [Span(day, minute_of(EARLIEST), minute_of(LATEST)) for day in range(len(WEEKDAYS))]
    return without(can or whole, [span for one in said if one.what is not What.can for span in one.spans])


def against(said: Iterable[Said], spans: Iterable[Span]) -> Said | None:
    """What someone said that stands against their coming at these times; None if nothing does. Of other times nobody has asked them."""
    said, spans = list(said), list(spans)
    taken = (
        one
        for one in said
        if one.what is not What.can and any(mine.meets(span) for mine in one.spans for span in spans)
    )
    only = [one for one in said if one.what is What.can]
    can = _joined(span for one in only for span in one.spans)
    outside = only[0] if only and not all(span.within(can) for span in spans) else None
    return next(taken, outside)


def in_words(one: Said) -> str:
    """What someone said: "Works Mon, Wed 9:00 am - 5:00 pm"."""
    return f"{WORDS[one.what]} {', '.join(WEEKDAYS[day] for day in one.days)} {time_range(one.starts, one.ends)}"


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """These times, joined where they touch, without what is taken."""
    left = _joined(spans)
    for gone in taken:
        left = [part for one in left for part in _cut(one, gone)]
    return tuple(left)


def _cut(span: Span, gone: Span) -> list[Span]:
    if not span.meets(gone):
        return [span]
    parts = (Span(span.day, span.starts, gone.starts), Span(span.day, gone.ends, span.ends))
    return [part for part in parts if part.starts < part.ends]


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and found[-1].day == span.day and span.starts <= found[-1].ends:
            found[-1] = Span(span.day, found[-1].starts, max(found[-1].ends, span.ends))
        else:
            found.append(span)
    return found


def by_day(spans: Iterable[Span]) -> list[tuple[str, str]]:
    """For each day of the week its name, and in words when they can come: "7:00 am to 9:00 am, 5:00 pm to 9:00 pm"."""
    spans = sorted(spans)
    return [
        (name, ", ".join(time_range(clock_of(one.starts), clock_of(one.ends)) for one in spans if one.day == day))
        for day, name in enumerate(WEEKDAYS)
    ]


def clock_of(minute: int) -> time:
    """The time of a minute from midnight."""
    return time(*divmod(minute, 60))
