"""A list of people from another system: the real one beside the clone where there is one, else one of the same kind."""

import csv
import shutil
from pathlib import Path

GIVEN = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea-csv" / "patients.csv"
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
FIRST = ("Ada", "Bo", "Cleo", "Dov", "Elif", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kofi", "Lena", "Milo", "Nia", "Oz")


def a_list(folder: Path) -> Path:
    """A `patients.csv` in that folder, with at least twelve grown-ups, someone who has died and someone too young."""
    path = folder / "patients.csv"
    if GIVEN.exists():
        shutil.copyfile(GIVEN, path)
        return path
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for at, first in enumerate(FIRST):
            died = "2020-01-01" if first == "Nia" else ""
            born = f"{2015 if first == 'Oz' else 1970 + at}-03-0{1 + at % 9}"
            place = (f"{at} Elm Street", "Winchester", "Massachusetts", "01890")
            writer.writerow([f"{at:08}-0000", born, died, first, f"Sample{at}", "white", "nonhispanic", "F", *place])
    return path
