"""Panels: the classes of substances that one cup or strip looks for. Another one is another entry here.

The classes are those that point-of-care cups are sold with; which ones a clinic buys is its own matter.
"""

from dataclasses import dataclass

from caseapp.medications.known import ScreenClass as C


@dataclass(frozen=True)
class Panel:
    """What one screen looks for, in the order of its page."""

    code: str
    name: str
    classes: tuple[C, ...]


STANDARD = Panel(
    "standard",
    "Standard screen",
    (
        C.amphetamines,
        C.methamphetamine,
        C.benzodiazepines,
        C.buprenorphine,
        C.cannabis,
        C.cocaine,
        C.fentanyl,
        C.methadone,
        C.opiates,
        C.oxycodone,
    ),
)
WIDE = Panel(
    "wide", "Wide screen with alcohol", (C.alcohol, *STANDARD.classes, C.barbiturates, C.mdma, C.phencyclidine)
)
ALCOHOL = Panel("alcohol", "Alcohol alone", (C.alcohol,))
PANELS = {one.code: one for one in (STANDARD, WIDE, ALCOHOL)}
