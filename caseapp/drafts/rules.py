"""How long a draft is kept, how much of it, and what never goes into one."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

LASTS = timedelta(days=7)
MOST = 100_000
LONGEST_ADDRESS = 300
# What belongs to the opened page and not to what someone types; passwords are never kept.
NOT_KEPT = {"csrf_token", "form_key", "save_as", "page_title", "password", "present_password"}
# What says how a page is looked at, and not what its form is about.
HOW_IT_IS_SHOWN = {"draft", "page", "size", "sort", "down"}


def page_of(address: str | None) -> str | None:
    """The address under which a draft is kept: the path, and of what stands behind it whom and what the form is about."""
    if not address:
        return None
    parts = urlsplit(address)
    about = [(name, text) for name, text in parse_qsl(parts.query) if name not in HOW_IT_IS_SHOWN]
    return f"{parts.path}?{urlencode(about)}" if about else parts.path


def path_of(address: str) -> str:
    """An address without what stands behind its path."""
    return urlsplit(address).path


def going_on(address: str) -> str:
    """The address at which a draft is filled in again."""
    return f"{address}{'&' if '?' in address else '?'}draft=continue"


def body_of(fields: list[tuple[str, str]]) -> str:
    """What was typed, as one text."""
    return urlencode([(name, text) for name, text in fields if name not in NOT_KEPT])


def fields_of(body: str) -> list[tuple[str, str]]:
    """The fields of a kept text again."""
    return [(name, text) for name, text in parse_qsl(body, keep_blank_values=True) if name not in NOT_KEPT]
