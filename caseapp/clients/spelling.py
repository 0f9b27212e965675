"""How names and birth dates are written, misheard and mistyped. Plain Python."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Protocol

# Letters that do not come apart into a plain letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_APOSTROPHES = re.compile("['\u2018\u2019\u02bb\u02bc\u02b9`\u00b4]")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OLDEST = 120


class Named(Protocol):
    """A client, or a row with as much of one as makes a name."""

    last_name: str
    first_name: str
    called_elsewhere: str | None


def last_first(one: Named) -> str:
    """A name as lists show it; of someone without one, what another system calls them, which most lists do not read."""
    name = ", ".join(filter(None, (one.last_name, one.first_name)))
    return name or ", ".join(filter(None, ("No name", one.called_elsewhere)))


def folded(text: str) -> str:
    """Text as it is compared: without accents, in small letters, with single spaces."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
    return re.sub(r"\s+", " ", plain).strip()


def parts(text: str) -> list[str]:
    """The words of a name as people look for them: "O'Brien-Ruiz" gives obrien, ruiz; in order, each once."""
    return list(dict.fromkeys(re.findall(r"[^\W_]+", _APOSTROPHES.sub("", folded(text)))))


def findable(*names: str) -> set[str]:
    """Every word by which these names are found: their parts, parts around an apostrophe, and each name in one piece."""
    found: set[str] = set()
    for name in names:
        found |= {*parts(name), *parts(_APOSTROPHES.sub(" ", name))}
        found.add("".join(parts(name)))
    return {word[:100] for word in found if word}


_SOUNDS = (
    (r"^(kn|gn|pn)", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^wh", "w"), (r"^x", "s"),
    (r"tch|sch|sh|ch(?=[iey])|ch$", "s"), (r"ph|v|w(?=[aeiou])", "f"), (r"dg(?=[iey])|g(?=[iey])|j", "j"),
    (r"gh(?=[aeiou])", "g"), (r"gh", ""), (r"c(?=[iey])", "s"), (r"ck|ch|c|q", "k"), (r"x", "ks"),
    (r"tz|ts|z", "s"), (r"th|dt|d", "t"), (r"b(?=$)(?<=mb)", ""), (r"[hwy]", ""),
)  # fmt: skip


def sound(word: str) -> str:
    """A key that words which sound alike share: Ortiz and Orteez, Smith and Schmidt, Catherine and Katherine."""
    key = re.sub(r"^y(?=[aeiou])", "j", word)
    for pattern, replacement in _SOUNDS:
        key = re.sub(pattern, replacement, key)
    key = re.sub(r"^[aeiou]+", "0", key)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiou]", "", key))[:40]


def sounds(*names: str) -> set[str]:
    """The sound keys of these names' parts; keys of one sound tell nothing and are left out."""
    return {key for word in findable(*names) if len(key := sound(word)) > 1}


def a_letter_apart(one: str, other: str) -> bool:
    """Whether two words are the same but for one letter added, lost, changed, or two neighbours the other way round."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, remains = one[start:], other[start:]
    if len(one) == len(other):
        return rest[1:] == remains[1:] or (rest[:2] == remains[1::-1] and rest[2:] == remains[2:])
    return rest[1:] == remains or rest == remains[1:]


class Heard:
    """A name as it is compared with many others: in one piece, and how it sounds, worked out once and only if it is asked for."""

    def __init__(self, name: str):
        self.word = "".join(parts(name))

    @cached_property
    def sound(self) -> str:
        """Its sound key."""
        return sound(self.word)

    def like(self, other: "Heard") -> bool:
        """Whether the two could be meant for one another: the same, a letter apart, or the same in sound. Nothing is like nothing."""
        if not self.word or not other.word:
            return False
        if min(len(self.word), len(other.word)) < 3:
            return self.word == other.word
        return a_letter_apart(self.word, other.word) or (len(self.sound) > 1 and self.sound == other.sound)

    def begins_like(self, other: "Heard") -> bool:
        """Whether both begin with the same three letters."""
        return min(len(self.word), len(other.word)) >= 3 and self.word[:3] == other.word[:3]


# Lists show the same names again and again.
heard = lru_cache(maxsize=10_000)(Heard)


def alike(one: str, other: str) -> bool:
    """Whether two names could be meant for one another."""
    return Heard(one).like(Heard(other))


@lru_cache(maxsize=50_000)  # lists show the same people again and again
def confusable(one: tuple[Heard, Heard], other: tuple[Heard, Heard]) -> bool:
    """Whether two people, each as (first, last) name, could be taken for each other: one name alike, the other too or begins the same."""
    (first, last), (their_first, their_last) = one, other
    if last.begins_like(their_last):
        return first.like(their_first) or (first.begins_like(their_first) and last.like(their_last))
    return last.like(their_last) and (first.begins_like(their_first) or first.like(their_first))


def mistyped_days(day: date, today: date) -> list[date]:
    """The birth dates that one slip makes of a day: day and month the other way round, one digit wrong, two digits swapped."""
    digits, found = f"{day:%Y%m%d}", {f"{day:%Y%d%m}"}
    for place in range(8):
        found |= {digits[:place] + other + digits[place + 1 :] for other in "0123456789"}
        found.add(digits[:place] + digits[place : place + 2][::-1] + digits[place + 2 :])
    days = {_real(int(text[:4]), int(text[4:6]), int(text[6:])) for text in found}
    oldest = today - timedelta(days=OLDEST * 366)
    return sorted(one for one in days if one and oldest <= one <= today and one != day)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True)
class Asked:
    """What someone typed to find a client: words of names or IDs, a birth date, or a year of birth."""

    words: tuple[str, ...]
    born: date | None = None
    year: int | None = None

    def __bool__(self) -> bool:
        return bool(self.words or self.born or self.year)

    @property
    def born_between(self) -> tuple[date, date] | None:
        """The first and the last day on which they may be born; None if any day will do."""
        if self.born:
            return self.born, self.born
        return (date(self.year, 1, 1), date(self.year, 12, 31)) if self.year else None


_DATES = (
    (re.compile(r"(?<![\w/-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\w/-])"), (1, 2, 3)),
    (re.compile(r"(?<![\w/-])(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?![\w/-])"), (3, 1, 2)),
    (re.compile(r"(?<!\w)([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}|'?\d{2})(?!\w)"), (3, 1, 2)),
    (re.compile(r"(?<!\w)(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})\.?,? (\d{4}|'?\d{2})(?!\w)"), (3, 2, 1)),
    (re.compile(r"(?<!\w)(\d{2})(\d{2})(\d{4})(?!\w)"), (3, 1, 2)),
)


def asked(text: str, today: date) -> Asked:
    """Read what was typed to find someone: a birth date in any usual form (month first), a year, and the words besides."""
    text = folded(text).replace(", ", " ").strip(" ,")
    for pattern, order in _DATES:
        for match in pattern.finditer(text):
            born = _birth_date(*(match[place] for place in order), today)
            if born:
                return Asked(tuple(parts(text[: match.start()] + " " + text[match.end() :])), born)
    words = parts(text)
    years = [
        word for word in words if re.fullmatch(r"(19|20)\d\d", word) and today.year - OLDEST <= int(word) <= today.year
    ]
    if len(years) == 1:
        words.remove(years[0])
        return Asked(tuple(words), year=int(years[0]))
    return Asked(tuple(words))


def _birth_date(year: str, month: str, day: str, today: date) -> date | None:
    """The day of these texts, or None; a year of two digits is the last such year that has been, 25/12 is Christmas."""
    full, number = int(year.strip("'")), _month(month)
    if len(year.strip("'")) == 2:
        full += today.year // 100 * 100
        full -= 100 if full > today.year else 0
    if number is None or not today.year - OLDEST <= full <= today.year:
        return None
    found = _real(full, number, int(day))
    if found is None and month.isdigit():
        found = _real(full, int(day), number)
    return found if found and found <= today else None


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else None
