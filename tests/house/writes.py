"""Which tables a piece of work writes to, as the database hears it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.statements import watched

# Tables that tell of the visit, not of the clinic: who looked, who is signed in, what someone was typing. And the notes that triggers
# write beside each fact, which the fact itself tells.
NOISE = {
    "audit_event",
    "audit_client",
    "audit_seal",
    "sign_in",
    "sign_in_attempt",
    "draft",
    "form_receipt",
    "fact_noted",
}
_WRITE = re.compile(r'^\s*(?:WITH\b.*?\)\s*)?(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.I | re.S)


@contextmanager
def written_tables() -> Iterator[set[str]]:
    """Inside the block the set grows by each table of the clinic that is written to, even if it is rolled back."""
    tables: set[str] = set()
    with watched() as seen:
        yield tables
    for statement in seen:
        if (match := _WRITE.match(statement)) and match[2].lower() not in NOISE:
            tables.add(match[2].lower())
