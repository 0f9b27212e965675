"""The two editions of the level-of-care criteria as data: names of dimensions and of levels, nothing of their text (`domain.md` 2).

Ratings of different editions are never compared: dimensions 4 to 6 are other questions in each. "ASAM" and "The ASAM Criteria"
are registered trademarks of the American Society of Addiction Medicine, with whom this program is not connected.
"""

from dataclasses import dataclass

LEAST, MOST = 0, 4


@dataclass(frozen=True)
class Dimension:
    """One of six; `sets_level` says that its rating takes part in finding the level, so that it must be given."""

    number: int
    name: str
    sets_level: bool = True


@dataclass(frozen=True)
class Edition:
    """Its code, its name, its dimensions, and its levels of care as (level, name), least support first."""

    code: str
    name: str
    dimensions: tuple[Dimension, ...]
    levels: tuple[tuple[str, str], ...]

    def level_words(self, level: str) -> str:
        """A level with its name: "2.1 Intensive outpatient"."""
        return f"{level} {dict(self.levels)[level]}"


THIRD = Edition(
    "3",
    "3rd edition (2013)",
    (
        Dimension(1, "Acute intoxication and withdrawal potential"),
        Dimension(2, "Biomedical conditions and complications"),
        Dimension(3, "Emotional, behavioral or cognitive conditions and complications"),
        Dimension(4, "Readiness to change"),
        Dimension(5, "Relapse, continued use or continued problem potential"),
        Dimension(6, "Recovery and living environment"),
    ),
    (
        ("0.5", "Early intervention"),
        ("1", "Outpatient"),
        ("2.1", "Intensive outpatient"),
        ("2.5", "Partial hospitalization"),
        ("3.1", "Low-intensity residential"),
        ("3.3", "High-intensity residential, specific population"),
        ("3.5", "High-intensity residential"),
        ("3.7", "Medically monitored inpatient"),
        ("4", "Medically managed intensive inpatient"),
    ),
)
FOURTH = Edition(
    "4",
    "4th edition (2023)",
    (
        Dimension(1, "Intoxication, withdrawal and addiction medications"),
        Dimension(2, "Biomedical conditions"),
        Dimension(3, "Psychiatric and cognitive conditions"),
        Dimension(4, "Substance use-related risks"),
        Dimension(5, "Recovery environment interactions"),
        Dimension(6, "Person-centered considerations", sets_level=False),
    ),
    (
        ("1.0", "Long-term remission monitoring"),
        ("1.5", "Outpatient therapy"),
        ("1.7", "Medically managed outpatient"),
        ("2.1", "Intensive outpatient"),
        ("2.5", "High-intensity outpatient"),
        ("2.7", "Medically managed intensive outpatient"),
        ("3.1", "Low-intensity residential"),
        ("3.5", "High-intensity residential"),
        ("3.7", "Medically managed residential"),
        ("4", "Medically managed inpatient"),
    ),
)
EDITIONS = {one.code: one for one in (FOURTH, THIRD)}
