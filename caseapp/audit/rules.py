"""The vocabulary of the audit, and what goes into an event's code."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

# What a page asks for by itself is written down once in so long, for the same person, page and clients.
POLLS_COUNT_ONCE_IN = timedelta(minutes=1)


# Stands for the command line where a person is chosen.
COMMANDS = "commands"


class LogBroken(Exception):
    """The log does not fit what is anchored outside the database: it was cut, or written anew. `str()` is the sentence."""


class Kind(StrEnum):
    """What sort of thing happened."""

    change = auto()
    read = auto()
    refusal = auto()
    sign_in = auto()
    export = auto()


def event_code(key: bytes, facts: dict[str, Any]) -> str:
    """HMAC-SHA-256 over every stored fact of an event; any later edit of one of them shows."""
    return hmac.new(key, canonical(facts), hashlib.sha256).hexdigest()


def link(key: bytes, previous: str, position: int, codes: list[str]) -> str:
    """The code of a batch: over the batch before it, its own place in the chain, and its events' codes in order."""
    return hmac.new(key, canonical([previous, position, codes]), hashlib.sha256).hexdigest()


def facts_of(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """What some columns of a row say, as a fingerprint covers them: sealed texts as they lie there."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes | memoryview) else value


def fingerprint(said: Any) -> str:
    """SHA-256 over all that a signed row says; the event of signing carries it, and so does the row.

    Of texts as they lie sealed: no short sentence can be guessed from it, and it holds when a key has been destroyed.
    """
    return hashlib.sha256(canonical(said)).hexdigest()


def digest(value: Any) -> str:
    """A short fingerprint of a value that must not stand in the log in the clear."""
    return hashlib.sha256(canonical(value)).hexdigest()[:16]


def canonical(value: Any) -> bytes:
    """One spelling for one value, so that a code can be computed again years later."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_spell).encode()


def _spell(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
