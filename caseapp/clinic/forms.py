"""Forms of the clinic's surroundings."""

from typing import Any

from wtforms import BooleanField

from caseapp.clinic import queries
from caseapp.clinic.rules import PROVIDER_KINDS, ProviderKind
from caseapp.core.fields import ChoiceList, ChoiceRadios, LineText, Needed, NumberField
from caseapp.core.forms import BOOKKEEPING, CreatingForm, EditingForm


class Facts:
    """What the actions take of a form."""

    def facts(self) -> dict[str, Any]:
        return {field.name: field.data for field in self if field.name not in BOOKKEEPING}


class OrganizationForm(Facts, CreatingForm, EditingForm):
    """The clinic's own name."""

    name = LineText("Name of the clinic", [Needed("Enter the name of the clinic.")], most=200)


class SiteDetails(Facts):
    """A site."""

    name = LineText("Name", [Needed("Enter a name.")], most=100)
    zone = LineText("Time zone", [Needed("Choose a time zone.")], most=64)


class RoomDetails(Facts):
    """A room."""

    name = LineText("Name", [Needed("Enter a name.")], most=100)
    seats = NumberField("Seats", [Needed("Enter seats from 1 to 500.")], least=1, most=500, what="seats")


class PayerDetails(Facts):
    """A payer."""

    name = LineText("Name", [Needed("Enter a name.")], most=200)


class ProviderDetails(Facts):
    """Another provider."""

    name = LineText("Name", [Needed("Enter a name.")], most=200)
    kind = ChoiceRadios("What they do", [Needed("Choose what they do.")], choices=PROVIDER_KINDS, coerce=ProviderKind)
    phone = LineText("Phone", most=40)
    address = LineText("Address", most=300)


class NewSiteForm(SiteDetails, CreatingForm):
    """A further site."""


class NewRoomForm(RoomDetails, CreatingForm):
    """A room of a site."""

    site_id = ChoiceList(
        "Site", [Needed("Choose a site.")], choices=lambda: [(site.id, site.name) for site in queries.sites()]
    )


class NewPayerForm(PayerDetails, CreatingForm):
    """A payer."""


class NewProviderForm(ProviderDetails, CreatingForm):
    """Another provider."""


class SiteForm(SiteDetails, CreatingForm, EditingForm):
    """Change a site."""


class RoomForm(RoomDetails, CreatingForm, EditingForm):
    """Change a room."""

    active = BooleanField("In use")


class PayerForm(PayerDetails, CreatingForm, EditingForm):
    """Change a payer."""

    active = BooleanField("In use")


class ProviderForm(ProviderDetails, CreatingForm, EditingForm):
    """Change another provider."""

    active = BooleanField("In use")


# By the word in the address: the form that adds one, the form that changes one, what one is called.
FORMS = {
    "sites": (NewSiteForm, SiteForm, "site"),
    "rooms": (NewRoomForm, RoomForm, "room"),
    "payers": (NewPayerForm, PayerForm, "payer"),
    "providers": (NewProviderForm, ProviderForm, "provider"),
}
