"""Medications that this house knows: which treat a use disorder, and which classes of a drug screen they explain.

Which treat one: the medications that the FDA has approved for opioid use disorder (buprenorphine, methadone, naltrexone) and for
alcohol use disorder (acamprosate, disulfiram, naltrexone). Codes are of RxNorm: of the ingredient, and of the products in
the value sets Opiate Antagonists (2.16.840.1.113883.3.464.1003.198.12.1132) and Opioids (2.16.840.1.113762.1.4.1248.120) of
CMS' measures. What a medication explains is what its class of a screen is made to find; a person decides each time. Each says
where that was read, or that it was not (docs/decisions/drug-tests.md).
"""

import re
from dataclasses import dataclass
from enum import StrEnum, auto


class ScreenClass(StrEnum):
    """A class of substances that a screen looks for."""

    alcohol = auto()
    amphetamines = auto()
    barbiturates = auto()
    benzodiazepines = auto()
    buprenorphine = auto()
    cannabis = auto()
    cocaine = auto()
    fentanyl = auto()
    mdma = auto()
    methadone = auto()
    methamphetamine = auto()
    opiates = auto()
    oxycodone = auto()
    phencyclidine = auto()


CLASS_WORDS = {one: one.value.capitalize() for one in ScreenClass} | {
    ScreenClass.alcohol: "Alcohol (EtG)",
    ScreenClass.cannabis: "Cannabis (THC)",
    ScreenClass.mdma: "MDMA",
    ScreenClass.opiates: "Opiates (morphine, codeine)",
    ScreenClass.phencyclidine: "Phencyclidine (PCP)",
}

OPIOID, ALCOHOL = "opioid use disorder", "alcohol use disorder"


@dataclass(frozen=True)
class Known:
    """A medication by its ingredient. `words` are names and brands in small letters, `codes` those of RxNorm.

    `source` is where it was read that it is found by the classes it explains.
    """

    code: str
    words: tuple[str, ...]
    codes: frozenset[str] = frozenset()
    treats: tuple[str, ...] = ()
    explains: tuple[ScreenClass, ...] = ()
    source: str = ""

    @property
    def name(self) -> str:
        """What it is called: "Buprenorphine"."""
        return self.code.capitalize()

    @property
    def mark(self) -> str:
        """What it is for, if that is a use disorder: "medication for opioid use disorder"; else ""."""
        return f"medication for {' and '.join(self.treats)}" if self.treats else ""


# Where it was read what a class of a screen finds.
CCJM = "Cleveland Clinic Journal of Medicine, table of substances on screening immunoassays"
SCREENS = "Summary of common urine drug immunoassays (a copy of UpToDate, table 95110)"
ALIEM = "ALiEM card on the urine toxicology screen, 2010"
AAFP = "Kale, Urine drug tests, American Family Physician 2019;99:33-39"
NOT_CONFIRMED = "not confirmed at a source"


def _one(
    names: str,
    explains: tuple[ScreenClass, ...] = (),
    codes: str = "",
    treats: tuple[str, ...] = (),
    source: str = "",
) -> Known:
    words = tuple(names.split())
    return Known(words[0], words, frozenset(codes.split()), treats, explains, source)


C = ScreenClass
KNOWN = (
    _one(
        "buprenorphine suboxone subutex zubsolv sublocade brixadi",
        (C.buprenorphine,),
        "1819 351264 351265 351266 351267 352364 1010600 1010604",
        (OPIOID,),
        CCJM,
    ),
    _one("methadone methadose dolophine", (C.methadone,), "6813 864706 864718", (OPIOID,), CCJM),
    _one("naltrexone vivitrol revia", (), "7243 637213 1483744", (OPIOID, ALCOHOL)),
    _one("acamprosate campral", (), "82819 835726", (ALCOHOL,)),
    _one("disulfiram antabuse", (), "3554 197623 197624", (ALCOHOL,)),
    # That lisdexamfetamine becomes dextroamphetamine, which the class finds, was not read at a source.
    _one("amphetamine adderall dextroamphetamine lisdexamfetamine vyvanse", (C.amphetamines,), source=SCREENS),
    _one("methamphetamine desoxyn", (C.methamphetamine, C.amphetamines), source=SCREENS),
    # Many screens miss these; one that finds them is still explained.
    _one("alprazolam xanax", (C.benzodiazepines,), source=AAFP),
    _one("chlordiazepoxide librium", (C.benzodiazepines,), source=ALIEM),
    _one("clonazepam klonopin", (C.benzodiazepines,), source=AAFP),
    _one("diazepam valium", (C.benzodiazepines,), source=ALIEM),
    _one("lorazepam ativan", (C.benzodiazepines,), source=ALIEM),
    _one("phenobarbital", (C.barbiturates,), source=SCREENS),
    _one("codeine", (C.opiates,), source=CCJM),
    _one("morphine", (C.opiates,), source=CCJM),
    _one("hydrocodone vicodin norco", (C.opiates,), "856980 856987 857005", source=CCJM),
    _one("oxycodone percocet oxycontin", (C.oxycodone, C.opiates), "1049214", source=CCJM),
    _one("fentanyl", (C.fentanyl,), source=NOT_CONFIRMED),
    _one("dronabinol marinol", (C.cannabis,), source=ALIEM),
)
BY_CODE = {one.code: one for one in KNOWN}


def known_by(name: str, rxnorm: str) -> Known | None:
    """The known medication that a code of RxNorm, or else the first word of a name that is known, speaks of; None for any other."""
    by_rxnorm = next((one for one in KNOWN if rxnorm and rxnorm in one.codes), None)
    said = re.findall(r"[a-z]+", name.lower())
    by_words = (one for word in said for one in KNOWN if word in one.words)
    return by_rxnorm or next(by_words, None)
