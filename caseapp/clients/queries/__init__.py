"""Who may be seen, finding people, likely duplicates, lists, and who has seen whom."""

from caseapp.clients.queries.finding import (
    by_record_number,
    find,
    find_alike,
    find_anyone,
    likely_duplicates,
    record_numbers,
    sharing_a_name,
)
from caseapp.clients.queries.seen import (
    denied_ids,
    denied_to,
    get_client,
    granted_to,
    kept_drafts,
    not_denied_to,
    visible_ids,
    visible_to,
)
from caseapp.clients.spelling import folded

__all__ = [
    "denied_ids",
    "denied_to",
    "by_record_number",
    "record_numbers",
    "find",
    "find_alike",
    "find_anyone",
    "folded",
    "get_client",
    "granted_to",
    "kept_drafts",
    "likely_duplicates",
    "not_denied_to",
    "sharing_a_name",
    "visible_ids",
    "visible_to",
]
