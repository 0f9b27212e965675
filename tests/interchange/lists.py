"""Lists of people as the generator writes them, made in the test that needs them."""

import csv
from pathlib import Path

COLUMNS = [
    "Id",
    "BIRTHDATE",
    "DEATHDATE",
    "FIRST",
    "LAST",
    "RACE",
    "ETHNICITY",
    "GENDER",
    "ADDRESS",
    "CITY",
    "STATE",
    "ZIP",
]
NORA = {
    "Id": "a-1", "BIRTHDATE": "1988-03-04", "FIRST": "Nora46", "LAST": "Quist958", "RACE": "white", "GENDER": "F",
    "ETHNICITY": "nonhispanic", "ADDRESS": "1 Elm Street", "CITY": "Lowell", "STATE": "Massachusetts", "ZIP": "01851",
}  # fmt: skip


def person(number: int, **changes: str) -> dict[str, str]:
    """Someone with an id and a name of their own."""
    letters = "".join(chr(97 + int(digit)) for digit in str(number))
    return NORA | {"Id": f"p-{number}", "FIRST": f"Ann{letters}7", "BIRTHDATE": f"19{60 + number % 40}-01-02"} | changes


def write(path: Path, *people: dict[str, str], columns: list[str] = COLUMNS) -> Path:
    """A file of these people."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, restval="")
        writer.writeheader()
        writer.writerows(people)
    return path


def rejected(path: Path) -> dict[str, str]:
    """The reasons in the rejects of a file, by the first cell of the row."""
    rejects = path.with_name(f"{path.name}.rejects.csv")
    if not rejects.exists():
        return {}
    with rejects.open(newline="", encoding="utf-8", errors="surrogateescape") as out:
        rows = list(csv.reader(out))
    assert rows[0][-1] == "reject_reason"
    return {row[0]: row[-1] for row in rows[1:]}
