"""Formats of notes, when one is due, whom a text mentions, what can't be signed, and the fingerprint of what is signed."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from itertools import pairwise
from typing import Any

from caseapp.audit import rules as audit
from caseapp.audit.rules import facts_of
from caseapp.clients.spelling import findable, parts

MOST = 8_000
MOST_OWN = 4_000
CONSTRAINTS = {
    "uq_note_one_for_everyone": ("Someone else has just signed the part for everyone. Look at the note again.", None),
    "uq_note_place_id": ("Someone else has just signed a note for one of these people. Look at it again.", None),
    "uq_note_cosignature_note_id": ("Someone else has just co-signed this.", None),
    "ck_note_signed_is_locked": ("A signed note can't be changed. Add an addendum.", None),
}


class Section(StrEnum):
    """A heading under which a note says something."""

    group = auto()
    own = auto()
    data = auto()
    subjective = auto()
    objective = auto()
    behavior = auto()
    intervention = auto()
    response = auto()
    assessment = auto()
    plan = auto()
    text = auto()


class Format(StrEnum):
    """How a note is laid out. `group` and `own` are the two parts of a group's note."""

    dap = auto()
    soap = auto()
    birp = auto()
    free = auto()
    group = auto()
    own = auto()


@dataclass(frozen=True)
class Layout:
    """A format: its name and its headings in order."""

    name: str
    sections: tuple[Section, ...]


HEADINGS = {section: section.value.capitalize() for section in Section} | {
    Section.group: "What the group did",
    Section.own: "How they took part",
    Section.text: "Note",
}
FORMATS = {
    Format.dap: Layout("DAP", (Section.data, Section.assessment, Section.plan)),
    Format.soap: Layout("SOAP", (Section.subjective, Section.objective, Section.assessment, Section.plan)),
    Format.birp: Layout("BIRP", (Section.behavior, Section.intervention, Section.response, Section.plan)),
    Format.free: Layout("Free text", (Section.text,)),
    Format.group: Layout("Group, for everyone", (Section.group,)),
    Format.own: Layout("Group, own part", (Section.own,)),
}
# Of which one is chosen for a session with one person.
OF_ONE_PERSON = (Format.dap, Format.soap, Format.birp, Format.free)


def body_of(texts: Mapping[Section, str]) -> str:
    """What a note says as one text, its headings in the order of the house; empty ones are left out."""
    return json.dumps([[section.value, texts[section]] for section in Section if texts.get(section)])


def texts_of(body: str | None) -> list[tuple[str, str]]:
    """Heading and text of a note, in order; nothing where the text has been purged."""
    return [(HEADINGS[Section(section)], text) for section, text in json.loads(body or "[]")]


def due_at(ended_at: datetime, hours: float, next_of_type: datetime | None) -> datetime:
    """When a note is due: before the next session of the same type (WAC 246-341-0640), and within the profile's hours."""
    latest = ended_at + timedelta(hours=hours)
    return min(latest, next_of_type) if next_of_type else latest


_WORDS, _OF_SOMEONE = re.compile(r"[^\W\d_][\w'’-]*"), re.compile(r"['’]s$")


@dataclass(frozen=True)
class Person:
    """Someone of a group by name, as a text may mention them."""

    id: str
    first: str
    last: str
    goes_by: str = ""

    @property
    def names(self) -> set[str]:
        """Every word that names them, as it is compared."""
        return {word for word in findable(self.first, self.last, self.goes_by) if len(word) > 1}


def mentioned(text: str, of_id: str | None, group: Iterable[Person]) -> list[str]:
    """The ids of others of the group whom a text seems to name: by a word with a capital, or by first and last name.

    A name that the person has whose part it is (`of_id`; None is everyone's part) is theirs. A hint, not a finding: "Will"
    begins sentences too.
    """
    people = list(group)
    own = {name for one in people if one.id == of_id for name in one.names}
    words = [(word, _compared(_OF_SOMEONE.sub("", word))) for word in _WORDS.findall(text)]
    capitals = {plain for word, plain in words if word[0].isupper()}
    pairs = {(plain, after) for (_word, plain), (_next, after) in pairwise(words)}
    found = []
    for one in people:
        names, whole = one.names - own, (_compared(one.first), _compared(one.last))
        if one.id != of_id and names and (names & capitals or whole in pairs or whole[::-1] in pairs):
            found.append(one.id)
    return found


def _compared(word: str) -> str:
    return "".join(parts(word))


@dataclass(frozen=True)
class Facts:
    """What of a row goes into its fingerprint, by the kind of row; the names are those of its columns."""

    kind: str
    names: tuple[str, ...]


_SIGNED = ("signed_by_id", "signed_by_name", "signed_by_credential", "signed_at")
NOTE = Facts(
    "note",
    ("id", "session_id", "place_id", "client_id", "mark_id", "format", "body_sealed", "needs_cosignature", *_SIGNED),
)
# What a note says only where it has it: older ones have neither, and keep the fingerprint that they were signed with.
WHERE_THERE = ("due_at",)
ADDENDUM = Facts("addendum", ("id", "note_id", "body_sealed", *_SIGNED))
COSIGNATURE = Facts("cosignature", ("id", "note_id", *_SIGNED))
# What a mark says, as a note stands on it.
OF_MARK = ("id", "place_id", "state", "minutes", "late_minutes", "early_minutes", "reason")


def fingerprint(facts: Facts, row: Any, mark: Any = None, goals: Iterable[tuple[str, int]] = ()) -> str:
    """The fingerprint of everything that a signed row says: its sealed text, the roll-call's facts, and the goals it names.

    `goals` are pairs of a plan's revision and a number.
    """
    said = facts_of(row, [*facts.names, *(name for name in WHERE_THERE if getattr(row, name, None))])
    of_mark = facts_of(mark, OF_MARK) if mark is not None else None
    named = sorted(list(one) for one in goals)
    return audit.fingerprint([facts.kind, said, of_mark, *([named] if named else [])])
