"""A form opened before someone else changed the record: who changed which field, and what is left to choose.

The form carries a digest of what stood in each field when it was opened, under a key of ours. A field that only one of the
two changed is merged; where both did, a person chooses. What is chosen comes back under names that begin with `take.`.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from werkzeug.datastructures import MultiDict

from caseapp.core import sealed
from caseapp.core.words import minutes

BOOKKEEPING = {"csrf_token", "form_key", "version", "opened"}
THEIRS, MINE, BOTH = "theirs", "mine", "both"
# Texts of more words than this are shown whole, without marks: comparing takes the square of it.
MOST_WORDS_MARKED = 3_000

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Conflict:
    """A field that both changed: as it is now and as it was sent, in words and as a browser would send it."""

    name: str
    label: str
    theirs: str
    mine: str
    theirs_pairs: Pairs
    mine_pairs: Pairs
    long: bool

    @property
    def marked(self) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        """Both texts whole, in pieces; True with a piece that the other one has not."""
        return marked(self.theirs, self.mine)


@dataclass(frozen=True)
class Merged:
    """A field that only one of the two changed."""

    label: str
    words: str
    mine: bool


@dataclass
class Merge:
    """What becomes of two people's changes: `pairs` are settled, `conflicts` are to be chosen from."""

    conflicts: list[Conflict] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    pairs: Pairs = field(default_factory=list)
    mine: Pairs = field(default_factory=list)
    opened: str = ""


def opened_as(form: Any) -> str:
    """A digest of each field of a form as it stands: tells later whether it was changed, and not what it was."""
    digests = {one.name: _digest(form, as_typed(one)) for one in form if one.name not in BOOKKEEPING}
    return json.dumps(digests, separators=(",", ":"))


def merge(form: Any, now_on_record: Any) -> Merge:
    """Compare a stale form with the record as its form would show it now; without digests each difference is a conflict."""
    now = type(form)(formdata=None, obj=now_on_record)
    opened, found = _opened(form), Merge()
    for one in form:
        if one.name in BOOKKEEPING:
            continue
        mine = as_typed(one)
        found.mine += mine
        theirs = as_typed(now[one.name]) if hasattr(now_on_record, one.name) else mine
        before = opened.get(one.name)
        if theirs == mine:
            found.pairs += mine
        elif before == _digest(form, theirs) or before == _digest(form, mine):
            by_me = before != _digest(form, mine)
            found.pairs += mine if by_me else theirs
            found.merged.append(Merged(one.label.text, words_of(one if by_me else now[one.name], one), by_me))
        else:
            in_words = words_of(now[one.name], one), words_of(one, one)
            long = getattr(one, "template", "") == "textarea"
            found.conflicts.append(Conflict(one.name, one.label.text, *in_words, theirs, mine, long))
    found.opened = opened_as(now)
    return found


def _opened(form: Any) -> dict[str, str]:
    sent = form["opened"].data if "opened" in form else ""
    try:
        read = json.loads(sent or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _digest(form: Any, pairs: Pairs) -> str:
    spelled = json.dumps([type(form).__name__, sorted(pairs)]).encode()
    code = hmac.new(sealed.derived("opened forms"), spelled, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(code[:9]).decode()


def as_typed(one: Any) -> Pairs:
    """The name and value pairs by which a browser would send this field as it stands."""
    if one.type == "BooleanField":
        return [(one.name, "y")] if one.data else []
    if hasattr(one, "as_typed"):
        return one.as_typed()
    if isinstance(one.data, list | tuple | set):
        return sorted((one.name, str(value)) for value in one.data)
    value = one._value() if hasattr(one, "_value") else one.data
    return [(one.name, "" if value is None else str(value))]


def words_of(one: Any, offered_by: Any) -> str:
    """What a field says, in the words of its form: of a choice its words, not its code."""
    if one.type == "BooleanField":
        return "yes" if one.data else "no"
    if hasattr(one, "written_out"):
        return one.written_out() or "nothing"
    texts = [text for _name, text in as_typed(one) if text]
    if hasattr(offered_by, "iter_choices"):
        said = {str(choice[0]): str(choice[1]) for choice in offered_by.iter_choices()}
        texts = [said.get(text, text) for text in texts]
    elif getattr(one, "template", "") == "duration":
        texts = [minutes(int(text)) if text.isdecimal() else text for text in texts]
    return ", ".join(texts) or "nothing"


def marked(theirs: str, mine: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in pieces that together are the whole; True with what the other text has not."""
    one, other = (re.findall(r"\S+\s*", text) for text in (theirs, mine))
    if len(one) + len(other) > MOST_WORDS_MARKED:
        return [(theirs, False)], [(mine, False)]
    plain = [[word.strip() for word in words] for words in (one, other)]
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for what, from_a, to_a, from_b, to_b in SequenceMatcher(None, *plain, autojunk=False).get_opcodes():
        for side, words in ((left, one[from_a:to_a]), (right, other[from_b:to_b])):
            if words:
                side.append(("".join(words), what != "equal"))
    return left, right


def chosen(sent: Any) -> Any:
    """A sent form with the choices of the page of a stale form carried out; any other form as it is."""
    taken = {name.removeprefix("take."): sent[name] for name in sent or () if name.startswith("take.")}
    if not taken:
        return sent
    result: MultiDict[str, str] = MultiDict()
    for name, text in sent.items(multi=True):
        if not name.startswith(("take.", f"{THEIRS}.", f"{MINE}.")):
            result.add(name, text)
    for name, side in taken.items():
        for pair in _side(sent, name, side):
            result.add(*pair)
    return result


def _side(sent: Any, name: str, side: str) -> Iterable[tuple[str, str]]:
    """The pairs of one field as the chosen side has them; of both, one text with theirs first."""
    sides = {one: _pairs(sent, f"{one}.{name}:") for one in (THEIRS, MINE)}
    if side != BOTH:
        return sides.get(side, sides[MINE])
    return [(name, "\n\n".join(text for one in (THEIRS, MINE) for _name, text in sides[one] if text))]


def _pairs(sent: Any, prefix: str) -> Pairs:
    return [(name.removeprefix(prefix), text) for name, text in sent.items(multi=True) if name.startswith(prefix)]
