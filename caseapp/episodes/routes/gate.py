"""The admission gate, and the ways on from it: an examination, a referral, or no admission."""

from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.clinic.rules import ProviderKind
from caseapp.core import clock, sealed
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.pages import go, page
from caseapp.episodes import actions, queries
from caseapp.episodes.forms import ClearanceForm, NotAdmittedForm, ReferralForm
from caseapp.episodes.gate import ciwa_words, cows_words
from caseapp.episodes.models import Clearance, Prescreen
from caseapp.episodes.routes.screening import bp
from caseapp.episodes.rules import NotAdmitted, Outcome
from caseapp.identity.queries import get_staff


@bp.route("/gate")
@requires(Can.screen_and_admit)
def gate(id: str):
    """What stands in the way of admission, and the ways on."""
    client, row = get_client(id, current_user), queries.newest_prescreen(id)
    if row is None:
        raise NotFound
    blocked_by = queries.gate(row)
    facts = {"scores": _scores(row), "examinations": _examinations(row), "why": _why(row)}
    return page("episodes/gate.html", shows=[client], client=client, row=row, blocked_by=blocked_by, **facts)


def _scores(row: Prescreen) -> list[tuple[str, str, object]]:
    """The scales that were taken: name, score in words, when."""
    taken = []
    if row.ciwa is not None:
        taken.append(("CIWA-Ar", ciwa_words(row.ciwa, row.ciwa_bands), row.ciwa_taken_at))
    if row.cows is not None:
        taken.append(("COWS", cows_words(row.cows), row.cows_taken_at))
    return taken


def _examinations(row: Prescreen) -> list[tuple[Clearance, str, str]]:
    """Examinations, the one in force first: with the finding and who recorded it."""
    newest_first = reversed(row.clearances)
    return [
        (
            one,
            sealed.unseal(row.client_id, one.finding_sealed) or "",
            get_staff(one.recorded_by_id).name if one.recorded_by_id else "the import",
        )
        for one in newest_first
    ]


def _why(row: Prescreen) -> str:
    """How a pre-screen ended, in words; empty while it is open."""
    reason = dict(NotAdmittedForm.because.kwargs["choices"]).get(row.not_admitted_because, "")
    return {
        Outcome.open: "",
        Outcome.admitted: "They were admitted.",
        Outcome.referred_to_withdrawal_management: "They were referred to withdrawal management.",
        Outcome.not_admitted: f"They were not admitted: {reason[:1].lower()}{reason[1:]}.",
    }[row.outcome]


@bp.route("/clearance", methods=["GET", "POST"])
@requires(Can.screen_and_admit)
def clearance(id: str):
    """Record a medical examination."""
    client, row = _open_one(id)
    form = ClearanceForm()
    if form.validate_on_submit():
        with form.refusals():
            moment = clock.instant(form.on_day.data, form.at.data, clinic.zone())
            texts = {name: form[name].data for name in ("cleared_by", "place", "finding")}
            actions.clear(row, current_user, cleared_at=moment, fit=form.fit.data == "yes", **texts)
            return go("episodes.gate", "The examination is on record.", id=id)
    return page("episodes/clearance.html", form=form, shows=[client], client=client, row=row)


@bp.route("/refer", methods=["GET", "POST"])
@requires(Can.screen_and_admit)
def refer(id: str):
    """Refer to withdrawal management, with a provider of the directory."""
    client, row = _open_one(id)
    providers = {provider.id: provider for provider in clinic.providers(ProviderKind.withdrawal_management)}
    form = ReferralForm()
    form.provider.choices = [("", "Choose"), *((key, provider.name) for key, provider in providers.items())]
    if form.validate_on_submit():
        with form.refusals():
            actions.refer(row, providers[form.provider.data], current_user)
            return go("episodes.gate", "Referred to withdrawal management.", id=id)
    return page("episodes/refer.html", form=form, shows=[client], client=client, providers=providers)


@bp.route("/not-admitted", methods=["GET", "POST"])
@requires(Can.screen_and_admit)
def not_admitted(id: str):
    """End the withdrawal check without an admission, with the reason."""
    client, row = _open_one(id)
    form = NotAdmittedForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.not_admitted(row, NotAdmitted(form.because.data), current_user, form.words.data or "")
            return go("episodes.gate", "Recorded.", id=id)
    return page("episodes/not_admitted.html", form=form, shows=[client], client=client)


def _open_one(id: str) -> tuple:
    """The client and their open pre-screen. Raises NotFound without one."""
    client, row = get_client(id, current_user), queries.newest_prescreen(id)
    if row is None or row.outcome is not Outcome.open:
        raise NotFound
    return client, row
