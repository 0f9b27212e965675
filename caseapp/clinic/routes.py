"""What every page says of the clinic, and its settings for admins."""

from flask import Blueprint, g
from flask_login import current_user

from caseapp.clinic import actions, queries
from caseapp.clinic.forms import FORMS, OrganizationForm
from caseapp.clinic.rules import zones
from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.core.words import zone_words

bp = Blueprint("clinic", __name__, url_prefix="/admin")


@bp.record_once
def tell_the_zone(state) -> None:
    """Forms read days in the zone of the first site as it is now, not as it was at set-up."""
    state.app.extensions["site_zone"] = _zone_now


def _zone_now() -> str | None:
    if "site_zone" not in g:
        site = queries.site()
        g.site_zone = site.zone if site else "UTC"
    return g.site_zone


def on_every_page() -> dict[str, object]:
    """Name, zone and demo ribbon; times on pages are shown in the site's zone."""
    organization, site = queries.organization(), queries.site()
    g.site_zone = site.zone if site else "UTC"
    return {
        "site_name": organization.name if organization else "caseapp",
        "is_demo": bool(organization and organization.is_demo),
        "site_zone_words": zone_words(g.site_zone),
    }


@bp.route("")
@requires(Can.manage_clinic)
def first():
    """The settings begin with the clinic's own."""
    return go("clinic.index")


@bp.route("/clinic")
@requires(Can.manage_clinic)
def index():
    """What is still missing, the name, sites, rooms, payers, and the directory of other providers."""
    lists = {kind: queries.everything(kind) for kind in FORMS}
    facts = {"organization": queries.organization(), "steps": queries.steps_to_start(), "zone_words": zone_words}
    return page("clinic/index.html", **facts, **lists)


@bp.route("/clinic/name", methods=["GET", "POST"])
@requires(Can.manage_clinic)
def edit_organization():
    """Give the clinic its name."""
    organization = queries.organization()
    form = OrganizationForm(obj=organization)
    if form.validate_on_submit():
        form.check_fresh(organization)
        with form.refusals():
            actions.rename(organization, form.name.data, current_user)
            return go("clinic.index", "Saved.")
    return page("clinic/form.html", form=form, kind="name", word="clinic", row=organization)


@bp.route("/clinic/<kind>/new", methods=["GET", "POST"])
@requires(Can.manage_clinic)
def new(kind: str):
    """Add a site, a room, a payer or another provider."""
    queries.must_be_a_kind(kind)
    form = FORMS[kind][0]()
    if form.validate_on_submit():
        with form.refusals():
            _add(kind, form.facts())
            return go("clinic.index", f"The {FORMS[kind][2]} was added.")
    return page("clinic/form.html", form=form, kind=kind, word=FORMS[kind][2], row=None, zones=zones())


def _add(kind: str, facts: dict) -> None:
    if kind == "rooms":
        facts["site"] = queries.get("sites", facts.pop("site_id"))
    add = {
        "sites": actions.add_site,
        "rooms": actions.add_room,
        "payers": actions.add_payer,
        "providers": actions.add_provider,
    }
    add[kind](by=current_user, **facts)


@bp.route("/clinic/<kind>/<id>", methods=["GET", "POST"])
@requires(Can.manage_clinic)
def edit(kind: str, id: str):
    """Change a site, a room, a payer or another provider, or stop using it."""
    row = queries.get(kind, id)
    form = FORMS[kind][1](obj=row)
    if form.validate_on_submit():
        form.check_fresh(row)
        with form.refusals():
            actions.edit(row, current_user, **form.facts())
            return go("clinic.index", "Saved.")
    return page("clinic/form.html", form=form, kind=kind, word=FORMS[kind][2], row=row, zones=zones())
