"""Words for the clinic's surroundings, and what is still missing before the first client comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache
from zoneinfo import available_timezones

# The name that set-up gives a clinic until an admin gives it its own.
NAME_TO_BE_CHANGED = "Your clinic"


class ProviderKind(StrEnum):
    """What another provider does."""

    withdrawal_management = auto()
    hospital = auto()
    residential = auto()
    partial_hospitalization = auto()
    outpatient = auto()
    other = auto()


PROVIDER_KINDS = [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in ProviderKind]

CONSTRAINTS = {
    "uq_site_name": ("There is a site of this name already.", "name"),
    "uq_room_site_id_name": ("There is a room of this name at this site already.", "name"),
    "uq_provider_name": ("There is a provider of this name already.", "name"),
    "uq_payer_name": ("There is a payer of this name already.", "name"),
    "ck_room_seats_somebody": ("Enter seats from 1 to 500.", "seats"),
}


@cache
def zones() -> tuple[str, ...]:
    """The IANA time zones one may choose, those of the US first."""
    known = {
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    }
    ours = sorted(zone for zone in known if zone.startswith(("America/", "Pacific/Honolulu", "US/")))
    return (*ours, *sorted(known - set(ours)), "UTC")


def zone_named(text: str) -> str | None:
    """The IANA zone meant by a text, whatever its capitals and spaces; None if there is none."""
    plain = text.strip().replace(" ", "_").casefold()
    return next((zone for zone in zones() if zone.casefold() == plain), None)


@dataclass(frozen=True)
class Step:
    """One thing a clinic needs before its first client: done or missing, and where it is done."""

    what: str
    done: bool
    why: str
    endpoint: str
    kind: str | None = None


def getting_started(name: str, rooms: int, care_staff: int, payers: int, withdrawal_providers: int) -> Sequence[Step]:
    """The list of what is needed, from how much of each there is."""
    return (
        Step("Name the clinic", name != NAME_TO_BE_CHANGED, "It stands on every page and print.", "clinic.edit_organization"),
        Step("Add the rooms", rooms > 0, "Sessions are held in them.", "clinic.new", "rooms"),
        Step("Add staff who see clients", care_staff > 0, "Case managers, clinicians, supervisors.", "identity.new_staff"),
        Step("Add the payers", payers > 0, "Chosen at admission.", "clinic.new", "payers"),
        Step(
            "Add a provider of withdrawal management",
            withdrawal_providers > 0,
            "Whoever needs detox first is referred there.",
            "clinic.new",
            "providers",
        ),
    )  # fmt: skip
