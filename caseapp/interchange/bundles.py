"""FHIR R4 Bundles as they come in: read in bounded time and memory, whatever someone sends under such a name.

What is no Bundle about one client becomes a sentence (`CannotBringIn`), without its full stop.
"""

import json
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from caseapp.core.parsing import FORBIDDEN
from caseapp.interchange.rules import MARKS, CannotBringIn

# A lifetime of records in FHIR is a few megabytes. These bounds keep the worst file found at 280 MB of memory and 6 seconds.
SIZE_MOST = 24_000_000  # bytes
DEPTH_MOST = 64  # objects and lists within one another; FHIR's own examples stay under 20
PARTS_MOST = 600_000  # objects and lists in all; real Bundles have 7 to 20 in 1,000 bytes
VALUES_MOST = 1_200_000  # values beside one another; real Bundles have 9 to 23 in 1,000 bytes
READ_MOST = 100_000  # objects and lists in the resources that are read: thousands of prescriptions

BUNDLE = "Bundle"
# What is read of a Bundle; everything else in it is let go as soon as it has been parsed.
READ = frozenset({BUNDLE, "Patient", "Condition", "MedicationRequest", "MedicationStatement", "Medication"})

# A JSON string, also one that is never closed, so that no text makes this take longer than its length.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?', re.DOTALL)
_NO_MARK = bytes(set(range(256)) - set(b"[]{},"))


@dataclass(frozen=True)
class Entry:
    """A resource of a Bundle under the address by which the others refer to it."""

    address: str
    resource: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.resource["resourceType"]

    @property
    def names(self) -> set[str]:
        """By what a reference means this entry."""
        return {self.address, f"{self.kind}/{self.resource.get('id')}"} - {""}


def entries_of(content: bytes) -> list[Entry]:
    """The resources of READ in a Bundle. Raises CannotBringIn for what is no Bundle, or too big or deep to be read."""
    bundle = _parsed(_text(content))
    if not isinstance(bundle, dict) or not isinstance(bundle.get("resourceType"), str):
        raise CannotBringIn("Is JSON, but no FHIR Bundle")
    if bundle["resourceType"] != BUNDLE:
        kind = FORBIDDEN.sub("", bundle["resourceType"][:40]) or "resource without a type"
        raise CannotBringIn(f"Is a {kind}, not a Bundle. Send the whole Bundle")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise CannotBringIn("Is no FHIR Bundle: its entries are not a list")
    read = [_entry(one) for one in entries if isinstance(one, dict) and _is_read(one.get("resource"))]
    if _has_more_parts([one.resource for one in read], READ_MOST):
        raise CannotBringIn(f"Has more than {READ_MOST:,} parts to read, more than a Bundle about one client")
    return read


def _has_more_parts(given: list[Any], most: int) -> bool:
    waiting, seen = [given], 0
    while waiting and seen <= most:
        part = waiting.pop()
        seen += 1
        inside = part.values() if isinstance(part, dict) else part
        waiting += [one for one in inside if isinstance(one, dict | list)]
    return seen > most


def _is_read(resource: Any) -> bool:
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    return isinstance(kind, str) and kind in READ


def _entry(one: dict[str, Any]) -> Entry:
    address = one.get("fullUrl", "")
    return Entry(address if isinstance(address, str) else "", one["resource"])


def _text(content: bytes) -> str:
    if len(content) > SIZE_MOST:
        raise CannotBringIn(too_big(len(content)))
    if not content.strip():
        raise CannotBringIn("Is empty")
    mark = MARKS.get(content[:2])
    if mark or b"\x00" in content:
        raise CannotBringIn(f"Is {mark or 'UTF-16'}, not UTF-8 text")
    _measure(content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CannotBringIn(f"Is not UTF-8 text (line {line}). Save it as UTF-8 and import it again") from None


def too_big(size: int) -> str:
    """The sentence for a file of so many bytes."""
    return f"Has {size / 1_000_000:,.0f} MB. At most {SIZE_MOST // 1_000_000} MB can be read of one Bundle"


def _measure(content: bytes) -> None:
    """Refuse what would overwhelm a parser that goes into itself, before it is called."""
    marks = _outside_strings(content).translate(None, _NO_MARK)
    brackets = marks.translate(None, b",")
    if len(brackets) > 2 * PARTS_MOST or len(marks) - len(brackets) > VALUES_MOST:
        raise CannotBringIn(f"Has {len(marks):,} parts, more than a Bundle about one client")
    deepest = max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)
    if deepest > DEPTH_MOST:
        raise CannotBringIn(f"Is nested {deepest:,} deep. No Bundle is nested more than {DEPTH_MOST} deep")


def _outside_strings(content: bytes) -> bytearray:
    """What is left without the strings; piece by piece, for millions of pieces at once would take much memory."""
    left, end = bytearray(), 0
    for string in _STRING.finditer(content):
        left += content[end : string.start()]
        end = string.end()
    return left + content[end:]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_hook=_let_go, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
            raise CannotBringIn(f"Is cut off in line {error.lineno}. Send the whole file again") from None
        raise CannotBringIn(f"Is not JSON (line {error.lineno})") from None
    except ValueError:  # a number of thousands of digits, or none such as NaN
        raise CannotBringIn("Is not JSON: it has a number that is none") from None


def _let_go(parsed: dict[str, Any]) -> dict[str, Any]:
    kind = parsed.get("resourceType")
    return {"resourceType": kind} if isinstance(kind, str) and kind not in READ else parsed


def _no_number(text: str) -> None:
    raise ValueError(text)
