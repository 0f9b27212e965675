"""What roll-call sends: rows, each with names of its own, and the small forms around the list."""

from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from flask import request

from caseapp.attendance.rules import PARTLY, WHY_REOPENED, WORDS_MOST, MarkState, Reason, Said, Sent
from caseapp.core.db import new_id
from caseapp.core.errors import RuleBroken
from caseapp.core.fields import FORBIDDEN, ChoiceList, ChoiceRadios, LineText, Needed, TimeField
from caseapp.core.forms import CreatingForm
from caseapp.core.words import birth_day
from caseapp.scheduling.rules import WHY_ADDED, WHY_NOT, WHY_OVER

NOT_MARKED = "none"
FIELDS = ("state", "late", "early", "reason", "words", "seen", "settle")


@dataclass(frozen=True)
class Typed:
    """One row as it was typed, wrong values too, to be shown again."""

    state: str = ""
    late: str = ""
    early: str = ""
    reason: str = ""
    words: str = ""
    seen: str = ""
    settle: str = ""


def typed_row(data: Any, place_id: str) -> Typed | None:
    """What a post holds for one person; None if it says no state of them, as of a row that is locked."""
    if f"state-{place_id}" not in data:
        return None
    return Typed(**{name: FORBIDDEN.sub("", data.get(f"{name}-{place_id}", "")).strip()[:300] for name in FIELDS})


def read_row(row: Typed, before: Said) -> Sent:
    """What a typed row says. `before` is what the page showed, for minutes left standing there say nothing new.

    Raises RuleBroken with a sentence for what can't be read, at the part of the row it belongs to.
    """
    state = _one_of(MarkState, row.state if row.state != NOT_MARKED else "", "state")
    said = Said(state, _minutes(row.late, "late"), _minutes(row.early, "early"), words=row.words)
    stray = (said.late, said.early) not in ((0, 0), (before.late, before.early))
    if state not in PARTLY and stray:
        raise RuleBroken("You entered minutes. Choose late or left early, or clear them.", "late")
    if len(row.words) > WORDS_MOST:
        raise RuleBroken(f"Shorten the words to {WORDS_MOST} characters.", "words")
    verb, _colon, mark_id = row.settle.partition(":")
    settled = mark_id if verb in ("mine", "theirs") else None
    said = replace(said, reason=_one_of(Reason, row.reason, "reason"))
    return Sent(said, seen=row.seen or None, settled=settled, accepts=verb == "theirs")


def _one_of(words: type, value: str, part: str) -> Any:
    if value and value not in set(words):
        raise RuleBroken("Choose one of these.", part)
    return words(value) if value else None


def _minutes(text: str, part: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise RuleBroken("Enter minutes as a number, such as 12.", part)
    return int(text)


class AddForm(CreatingForm):
    """Someone who came without a place on the list. `who` is what is looked for; nothing of it stands in an address."""

    who = LineText("Name, birth date or ID", most=100)
    client = ChoiceRadios("Who came?", [Needed("Choose who came.")], choices=[])
    why = ChoiceRadios(
        "Why are they here?",
        [Needed("Choose why they are here.")],
        choices=[(w.value, s) for w, s in WHY_ADDED.items()],
    )
    arrived = TimeField("Arrived at", [Needed("Enter when they came.")])
    why_over = ChoiceRadios("Why one more than the limit?", choices=[(w.value, s) for w, s in WHY_OVER.items()])

    def offer(self, found: list[Any], arrived: time) -> None:
        """Offer these people to choose from, and a time of arrival until one is typed."""
        self.client.choices = [
            (one.id, f"{one.last_first} · born {birth_day(one.born)} · ID {one.record_number}") for one in found
        ]
        if not self.is_submitted() or "arrived" not in request.form:
            self.arrived.data = arrived

    def renew_key(self) -> None:
        """A search used this page's key; what is added later needs one of its own to be added once."""
        self.form_key.data = new_id()
        self.form_key.raw_data = None


class WhyNotForm(CreatingForm):
    """Why the session did not happen."""

    why = ChoiceList(
        "Why did it not happen?",
        [Needed("Choose why it did not happen.")],
        choices=[("", "Choose"), *((w.value, s) for w, s in WHY_NOT.items())],
    )


class ReopenForm(CreatingForm):
    """Why a finished list is opened again."""

    why = ChoiceRadios(
        "Why reopen it?", [Needed("Choose why you reopen it.")], choices=[(w.value, s) for w, s in WHY_REOPENED.items()]
    )
