"""Who is in the demo clinic, a line each. Every name is invented."""

from dataclasses import dataclass
from datetime import date

# First name, last name, goes by, pronouns, born, sex, language, case manager, clinician, prior care, story.
#
# A story is what happened, in weeks. "1:5 2:3" is five weeks in Phase 1, then three weeks in Phase 2 so far; "1:5 2:3 1:2" went
# back to Phase 1 for more support. It may end with "completed@3" (three weeks ago), "left@3", "transferred@3", "program@3",
# "incarcerated@3", "died@3", "other@3", or with ">2": a move to phase 2 lies ahead. " | " parts two episodes. The words alone
# stand for people who are not admitted: "new", "held", "unknown", "benzo", "referred", "cleared", "declined".
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
Amara | Okoye | | she/her | 2002-04-03 | female | | eli | dana | residential | 1:2 program@6
Piet | Vogel | | he/him | 1991-08-11 | male | | mara | | none | declined
Lucia | Marin | | she/her | 1986-05-20 | female | Spanish | eli | rosa | none | 1:1
Desmond | Achebe | | he/him | 1965-09-14 | male | | mara | ivo | partial | 1:4 2:3 left@15
Yara | Haddad | | she/her | 1979-03-16 | female | Arabic | eli | dana | inpatient | 1:4 2:5
Tobias | Lindgren | | he/him | 1960-11-03 | male | | mara | ivo | none | 1:4 2:2 left@12 | 1:5 2:1
Wren | Calloway | | they/them | 1979-12-12 | unknown | | eli | rosa | detox | 1:5 2:3 program@18
Mateo | Quispe | | he/him | 1995-08-03 | male | Spanish | mara | | none | held
Freya | Aldous | | she/her | 1963-05-16 | female | | eli | dana | none | 1:5 2:5 3:8 4:6 completed@4
Ismail | Yilmaz | | he/him | 1961-12-23 | male | Turkish | mara | ivo | residential | 1:5 2:4 transferred@9
Connie | Bright | | she/her | 1999-10-22 | female | | eli | rosa | detox | 1:4 2:5 3:8 completed@8
Darnell | Hughes | | he/him | 1976-12-13 | male | | mara | ivo | none | 1:5 2:1
Sunita | Rao | | she/her | 1959-08-12 | female | | eli | dana | partial | 1:4 left@2
Gustav | Holm | | he/him | 1997-02-16 | male | | mara | ivo | detox | 1:5 2:5 3:7
Priya | Menon | | she/her | 1971-05-05 | female | | eli | rosa | outpatient | 1:4 2:4 3:8 4:1
Rafael | Cardoso | | he/him | 1983-07-28 | male | Portuguese | mara | ivo | detox | 1:2
Odette | Clair | | she/her | 1963-03-15 | female | French | eli | | none | referred
Jonah | Pike | | he/him | 1983-09-09 | male | | mara | ivo | partial | 1:5 2:4 3:7 4:14
Mei Lian | Tan | | she/her | 1985-09-09 | female | Mandarin | eli | rosa | inpatient | 1:5 2:2 1:2 2:4 3:5
Bruno | Keller | | he/him | 1980-11-13 | male | | mara | ivo | outpatient | 1:4 2:2
Saskia | Doorn | | she/her | 1967-02-06 | female | | eli | | detox | cleared
Elias | Brook | | he/him | 1967-04-22 | male | | mara | ivo | outpatient | 1:4 2:4 3:6
Nadia | Petrov | | she/her | 1958-08-27 | female | Russian | eli | rosa | partial | 1:5 2:4 3:3
Hollis | Grey | | they/them | 1974-05-01 | unknown | | mara | ivo | partial | 1:5 2:5 3:9 4:11
Tamika | Rowe | | she/her | 1984-09-12 | female | | eli | dana | none | 1:5 2:5 3:8 completed@1
Walter | Finch | | he/him | 1966-12-28 | male | | mara | ivo | detox | 1:4 transferred@20
Leticia | Duarte | | she/her | 1987-11-26 | female | Spanish | eli | rosa | inpatient | 1:6 2:4 3:2
Andre | Fontaine | | he/him | 1983-07-13 | male | French | mara | ivo | none | 1:2 left@8
Marguerite | Shaw | | she/her | 1988-11-13 | female | | eli | dana | detox | 1:6 2:3 >3
Kofi | Mensah | | he/him | 1970-02-07 | male | | mara | ivo | detox | 1:2
Bridget | Malloy | | she/her | 1968-02-11 | female | | eli | rosa | detox | 1:3 left@13
Sanjay | Verma | | he/him | 1964-01-19 | male | | mara | ivo | partial | 1:4 2:4 3:8 4:8 completed@1
Ilse | Brandvold | | she/her | 1992-02-12 | female | | eli | | none | unknown
Emeka | Nwosu | | he/him | 1997-01-03 | male | | mara | ivo | outpatient | 1:4 incarcerated@10
Carla | Benitez | | she/her | 1997-07-05 | female | Spanish | eli | rosa | residential | 1:5 2:4 3:1
Linus | Ekberg | | he/him | 1980-10-12 | male | | mara | ivo | detox | 1:1
Rosalind | Pryce | | she/her | 1965-02-28 | female | | eli | dana | detox | 1:6 2:2 transferred@16
Thanh | Le | | he/him | 1987-08-16 | male | Vietnamese | mara | ivo | residential | 1:3 left@16 | 1:2
Delphine | Roux | | she/her | 1963-03-04 | female | French | eli | rosa | none | 1:5 2:2 1:2 2:4 3:8 completed@5
Amos | Tarrant | | he/him | 1974-08-27 | male | | mara | ivo | partial | 1:6 2:5 3:8 completed@11
Zainab | Farouk | | she/her | 1991-01-07 | female | Arabic | eli | dana | none | 1:4 2:5 3:8 4:2
Peter | Yoon | | he/him | 1967-12-18 | male | Korean | mara | ivo | detox | 1:5 2:4 3:9 completed@13
Helga | Strand | | she/her | 1991-05-21 | female | | eli | rosa | none | 1:5 2:5 3:8 completed@19
Marcus | Bell | | he/him | 2002-05-17 | male | | mara | | none | referred
Anjali | Desai | | she/her | 1981-03-12 | female | | eli | dana | outpatient | 1:6 left@22
Felix | Amsel | | he/him | 1992-09-25 | male | | mara | |  | new
Rosario | Vega | | she/her | 1990-06-21 | female | Spanish | eli | rosa | outpatient | 1:5 2:4 3:8 completed@3
Nolan | Crewe | | he/him | 1997-04-26 | male | | mara | ivo | outpatient | 1:5 2:3
Shirin | Azadi | | she/her | 1983-12-26 | female | Farsi | eli | dana | outpatient | 1:5 2:1
Clyde | Norwood | | he/him | 1970-09-16 | male | | mara | ivo | none | 1:5 2:4 3:2 left@6
Winona | Tallman | | she/her | 1959-01-26 | female | | eli | rosa | residential | 1:4
Ewan | Muir | | he/him | 1988-05-07 | male | | mara | ivo | none | 1:5 2:5 3:2 died@12
Katya | Sokol | | she/her | 1986-12-12 | female | Russian | eli | dana | none | 1:1 left@17
Dion | Fairley | | he/him | 1963-04-04 | male | | mara | ivo | outpatient | 1:4 2:3
Pilar | Navas | | she/her | 1988-04-11 | female | Spanish | eli | rosa | outpatient | 1:5 2:2 1:1
Hugh | Pemberton | | he/him | 1988-10-20 | male | | mara | ivo | detox | 1:0
Aiko | Mori | | she/her | 1988-11-12 | female | Japanese | eli | dana | none | 1:5 2:5 3:8 4:9
Stefan | Nowicki | | he/him | 2000-02-13 | male | Polish | mara | ivo | outpatient | 1:6 2:5 3:8 4:5
Imani | Cole-Baker | | she/her | 1988-03-14 | female | | eli | rosa | none | 1:5
Ray | Tolliver | | he/him | 1963-12-13 | male | | mara | ivo | detox | 1:3
Josefa | Lima | | she/her | 1983-12-03 | female | Portuguese | eli | dana | partial | 1:6 2:0
Curtis | Vane | | he/him | 1968-03-01 | male | | mara | ivo | partial | 1:5 2:2 left@4
Maren | Falk | | she/her | 1995-08-26 | female | | eli | rosa | partial | 1:3 other@5
Ahmed | Khalil | | he/him | 1997-10-16 | male | Arabic | mara | ivo | none | 1:6
Daphne | Orr | | she/her | 1967-09-18 | female | | eli | dana | partial | 1:5 2:4 3:7 completed@17
Luis | Espinal | | he/him | 1959-01-26 | male | Spanish | mara | ivo | none | 1:5 2:4
Ottilie | Kranz | | she/her | 1991-12-05 | female | | eli | rosa | inpatient | 1:3
Samir | Bose | | he/him | 1970-04-01 | male | | mara | dana | residential | 1:2
Juno | Hale | | they/them | 1971-05-17 | unknown | | eli | dana | outpatient | 1:3 transferred@3
Grant | Whitlock | | he/him | 1995-06-09 | male | | mara | ivo | inpatient | 1:5 2:5 3:4
Eunice | Abara | | she/her | 1966-01-24 | female | | eli | rosa | none | 1:5 2:5 3:7 completed@6
Milan | Kovac | | he/him | 1979-06-19 | male | Serbian | mara | rosa | outpatient | 1:5 2:4 3:8 completed@10
Tess | Harrow | | she/her | 2003-02-25 | female | | eli | dana | none | 1:2 left@19
Roland | Achterberg | | he/him | 1961-10-08 | male | | mara | ivo | inpatient | 1:5 2:4 3:4 transferred@11
"""
GATE = ("new", "held", "unknown", "benzo", "referred", "cleared", "declined")
# Who misses more than others; the rest come nearly always.
OFTEN_AWAY = ("Ortiz", "Webb", "Frost", "Kaya", "Rao", "Espinal", "Kranz", "Vane")


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
    def comes_evenings(self) -> bool:
        """Whether their groups are those of the evening."""
        return self.clinician == "ivo" or (self.clinician == "rosa" and self.number % 5 > 1)

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
