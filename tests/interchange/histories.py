"""Histories of another system, made in the test that needs them: the published table of 2004, and rows one by one."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from caseapp.interchange.history.rules import EPISODE_COLUMNS, PHASE_COLUMNS

PROGRAM = "Intensive outpatient"
# TEDS-D 2004, table 4.11 (`domain.md` 7.3): completed, transferred, dropped out, terminated, other, by education.
TABLE = {
    "0-8": (1_562, 1_147, 1_497, 843, 338),
    "9-11": (8_501, 5_245, 7_462, 4_336, 1_967),
    "12": (16_753, 7_976, 10_092, 5_936, 2_913),
    "13+": (10_177, 3_732, 4_695, 2_633, 1_267),
}
REASONS = ("1", "4", "2", "3", "7")
# Its percentages, as they were printed.
PRINTED = {
    "0-8": (29.0, 21.3, 27.8, 15.6, 6.3),
    "9-11": (30.9, 19.1, 27.1, 15.8, 7.1),
    "12": (38.4, 18.3, 23.1, 13.6, 6.7),
    "13+": (45.2, 16.6, 20.9, 11.7, 5.6),
    "all": (37.3, 18.3, 24.0, 13.9, 6.5),
}


def episode(ref: str, admitted_on: date = date(2004, 1, 5), days: int | None = 30, **changes: str) -> dict[str, str]:
    """A row of EPISODES.csv; without days the episode is open."""
    left = admitted_on + timedelta(days=days) if days is not None else None
    return {
        "client_ref": ref, "date_of_birth": "1970-02-03", "sex": "2", "education": "12", "program": PROGRAM,
        "teds_service": "6", "admitted_on": str(admitted_on), "last_contact_on": "",
        "discharged_on": str(left or ""), "discharge_reason": "1" if left else "",
    } | changes  # fmt: skip


def phase(ref: str, started_on: date, ended_on: date | None, **changes: str) -> dict[str, str]:
    """A row of PHASES.csv, of an episode that begins with it unless `admitted_on` says otherwise."""
    days = {"admitted_on": str(started_on), "started_on": str(started_on), "ended_on": str(ended_on or "")}
    return {"client_ref": ref, "phase": "Phase 1", "reason": ""} | days | changes


def write(path: Path, rows: Iterable[dict[str, str]], columns: tuple[str, ...] = EPISODE_COLUMNS) -> Path:
    """A file of these rows."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_phases(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """A file of phases."""
    return write(path, rows, PHASE_COLUMNS)


def published(of: int = 1) -> Iterator[dict[str, str]]:
    """An episode for each discharge of the published table, or for every so-manieth of each cell."""
    number = 0
    for education, counts in TABLE.items():
        for reason, count in zip(REASONS, counts, strict=True):
            for at in range(count // of):
                number += 1
                begin, days = date(2004, 1, 1) + timedelta(days=number % 250), 1 + at % 100
                facts = {"education": education, "discharge_reason": reason, "sex": str(1 + number % 2)}
                yield episode(f"C{number:06}", begin, days, **facts)


def lives(times: Iterable[tuple[int, bool]], admitted_on: date, as_of: date) -> tuple[list[dict], list[dict]]:
    """Episodes of one phase for a published table: how many days, and whether they left or were still there then.

    Whoever was still there is censored at `as_of`: their episodes are open and begin so many days before it.
    """
    episodes, phases = [], []
    for number, (days, left) in enumerate(times):
        begin = admitted_on if left else as_of - timedelta(days=days)
        episodes.append(episode(f"K{number}", begin, days if left else None))
        phases.append(phase(f"K{number}", begin, begin + timedelta(days=days) if left else None))
    return episodes, phases
