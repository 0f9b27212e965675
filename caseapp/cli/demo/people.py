"""Who is in the demo clinic, a line each. Every name is invented."""

from dataclasses import dataclass
from datetime import date

# First name, last name, goes by, pronouns, born, sex, language, case manager, clinician, prior care, story.
#
# A story is what happened, in weeks. "1:5 2:3" is five weeks in Phase 1, then three weeks in Phase 2 so far; "1:5 2:3 1:2" went
# back to Phase 1 for more support. It may end with "completed@3" (three weeks ago), "left@3", "transferred@3", "program@3",
# "incarcerated@3", or with ">2": a move to phase 2 lies ahead. " | " parts two episodes. The words alone stand for people
# who are not admitted: "new", "held", "unknown", "benzo", "referred", "cleared".
LINES = """
Alicia | Ramos | Ali | she/her | 1988-03-04 | female | | eli | dana | detox | 1:5
Ben | Ortiz | | he/him | 1990-05-02 | male | | eli | dana | partial | 1:3
Chandra | Patel | | she/her | 1979-11-21 | female | | mara | dana | none | 1:2
Dae | Kim | | he/him | 1996-07-15 | male | Korean | eli | dana | residential | 1:6 >2
سامي | حداد | Sam | he/him | 1985-01-30 | male | Arabic | mara | rosa | detox | 1:5 2:4 1:1
Jin | Park | | | 2001-09-09 | unknown | | eli | dana | detox | 1:0
Lee | Cho | | they/them | 1993-02-11 | unknown | | eli | rosa | none | 1:4
Noor | Aydin | | she/her | 1987-06-28 | female | Turkish | mara | dana | inpatient | 1:5
Tia | Webb | | she/her | 1999-12-05 | female | | eli | dana | none | 1:2
Kim | Nguyen | | he/him | 1972-04-17 | male | Vietnamese | mara | rosa | partial | 1:5 2:6 3:5 1:1
Otis | Marsh | | he/him | 1969-08-08 | male | | mara | rosa | outpatient | 1:3 left@14 | 1:4
Alina | Ramos | | she/her | 1991-03-14 | female | Spanish | eli | dana | detox | 1:5 2:2
Joao | Silva | | he/him | 1983-10-01 | male | Portuguese | eli | rosa | residential | 1:6 2:5
Ann | Reed | | she/her | 1965-05-19 | female | | mara | dana | none | 1:5 2:4
Max | Weiss | | he/him | 1994-01-23 | male | | eli | rosa | partial | 1:4 2:0
Ravi | Iyer | | he/him | 1989-09-30 | male | | mara | rosa | detox | 1:5 2:3 1:2 2:2
Maximiliana Konstanze|Wolfeschlegelsteinhausen-Montgomery y Santiago|Maxi|she/her|1977-02-27|female|| eli|dana|none|1:5 2:3
Deniz | Kaya | | they/them | 1998-11-02 | unknown | | mara | rosa | none | 1:6 2:3
Petra | Novo | | she/her | 1981-07-07 | female | | eli | rosa | partial | 1:4 2:4 >3
Quinn | Doyle | | they/them | 1992-06-16 | unknown | | eli | dana | detox | 1:5 2:5 3:3
Salma | Frost | | she/her | 1974-12-24 | female | | mara | rosa | none | 1:4 2:5 3:7
Mia | Lund | | she/her | 1997-03-31 | female | | eli | dana | inpatient | 1:6 2:4 3:5
O | Ng | | he/him | 1986-08-19 | male | | mara | rosa | none | 1:5 2:4 3:2
Hana | Sato | | she/her | 1990-10-10 | female | Japanese | eli | rosa | partial | 1:5 2:4 1:2 2:4 3:4
Theo | Blake | | he/him | 1982-04-29 | male | | mara | dana | residential | 1:5 2:5 3:8 >4
Ines | Moreau | | she/her | 1995-01-12 | female | French | eli | rosa | detox | 1:4 2:5 3:1
Carl | Jensen | | he/him | 1968-09-05 | male | | eli | dana | none | 1:5 2:5 3:8 4:6
Bea | Lowe | | she/her | 1959-06-02 | female | | mara | dana | partial | 1:5 2:4 3:8 4:12
Omar | Said | | he/him | 1991-12-18 | male | Arabic | eli | rosa | detox | 1:4 2:5 3:9 4:3
Ruth | Adler | | she/her | 1963-03-26 | female | | mara | rosa | none | 1:6 2:5 3:8 4:16
Leo | Grant | | he/him | 1984-02-08 | male | | eli | dana | detox | 1:5 2:5 3:8 4:10 completed@2
Vera | Stone | | she/her | 1978-07-20 | female | | mara | rosa | none | 1:5 2:4 3:8 completed@9
Milo | Hart | | he/him | 2000-05-13 | male | | eli | dana | none | 1:2 left@5
Dina | Cruz | | she/her | 1996-10-27 | female | Spanish | mara | rosa | detox | 1:4 2:3 left@10
Yusuf | Demir | | he/him | 1988-08-31 | male | Turkish | eli | dana | partial | 1:3 transferred@7
Elsa | Brandt | | she/her | 1971-01-09 | female | | mara | rosa | none | 1:5 2:2 program@12
Nico | Ferrer | | he/him | 1993-11-11 | male | | eli | dana | residential | 1:5 2:5 3:6 completed@4
Gwen | Ashby | | she/her | 1985-04-04 | female | | mara | rosa | none | 1:4 left@20
Paul | Renner | | he/him | 1980-12-30 | male | | eli | dana | detox | 1:5 2:5 3:4 incarcerated@6
Lila | Monroe | | she/her | 1976-09-16 | female | | mara | rosa | partial | 1:5 2:6 3:8 completed@15
Iris | Vance | | she/her | 1998-02-14 | female | | eli | | | new
Cal | Dorsey | | he/him | 1987-10-22 | male | | eli | | none | held
Bo | Tran | | | 1994-06-06 | unknown | | mara | | none | unknown
Nell | Ward | | she/her | 1973-03-18 | female | | mara | | outpatient | benzo
Remy | Fox | | he/him | 1990-07-29 | male | | eli | | none | referred
Abe | Stern | | he/him | 1966-11-25 | male | | eli | | detox | cleared
"""
GATE = ("new", "held", "unknown", "benzo", "referred", "cleared")
# Who misses more than others; the rest come nearly always.
OFTEN_AWAY = ("Ortiz", "Webb", "Frost", "Kaya")


@dataclass(frozen=True)
class Person:
    """One line. `number` is its place, from which days and habits follow; `stories` are the episodes, the first one first."""

    number: int
    first: str
    last: str
    goes_by: str
    pronouns: str
    born: date
    sex: str
    language: str
    case_manager: str
    clinician: str
    prior: str
    stories: tuple[str, ...]

    @property
    def at_the_gate(self) -> str:
        """The word of someone who is not admitted, or nothing."""
        return self.stories[0] if self.stories[0] in GATE else ""


@dataclass(frozen=True)
class Stretch:
    """Days in one phase: its position, and how many days."""

    position: int
    days: int


@dataclass(frozen=True)
class Story:
    """One episode: the phases in order, how it ended and how many days ago, or the phase of a move that lies ahead."""

    stretches: tuple[Stretch, ...]
    ending: str = ""
    ended_days_ago: int = 0
    ahead: int = 0

    @property
    def days(self) -> int:
        """How many days ago it began."""
        return sum(stretch.days for stretch in self.stretches) + self.ended_days_ago


def people() -> list[Person]:
    """Everyone, in the order of the lines."""
    rows = []
    for number, line in enumerate(LINES.strip().splitlines()):
        cells = [cell.strip() for cell in line.split("|")]
        born, stories = date.fromisoformat(cells[4]), tuple(cells[10:])
        rows.append(Person(number, *cells[:4], born, *cells[5:10], stories))
    return rows


def story(person: Person, text: str) -> Story:
    """An episode in days. Stays do not end on the day on which they begin in the week, as in life."""
    stretches, ending, ago, ahead = [], "", 0, 0
    for step, word in enumerate(text.split()):
        if word.startswith(">"):
            ahead = int(word[1:])
        elif "@" in word:
            ending, _at, weeks = word.partition("@")
            ago = int(weeks) * 7 + person.number % 5
        else:
            position, weeks = (int(part) for part in word.split(":"))
            stretches.append(Stretch(position, max(weeks * 7 + (person.number * 3 + step * 2) % 6 - 2, 2)))
    return Story(tuple(stretches), ending, ago, ahead)
