"""The withdrawal check: its questions, and how they become facts."""

from datetime import date, datetime, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.clients.rules import Answer
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.episodes import actions, queries
from caseapp.episodes.forms import PrescreenForm
from caseapp.episodes.models import Prescreen
from caseapp.episodes.rules import Frequency, Outcome, Route, Substance
from caseapp.programs import queries as programs

bp = Blueprint("episodes", __name__, url_prefix="/clients/<id>")

PLAIN = (
    "referral_source", "prior_level", "prior_ended_on", "last_use_known", "seizure_or_delirium", "benzodiazepine_dependence",
    "withdrawal_now", "ciwa", "cows",
)  # fmt: skip
# Field of the substance, of its route, of its frequency: the main one first.
USED = (
    ("substances", "main_route", "main_frequency"),
    ("second", "second_route", "second_frequency"),
    ("third", "third_route", "third_frequency"),
)
END_OF_DAY = time(23, 59)


@bp.route("/prescreen", methods=["GET", "POST"])
@requires(Can.screen_and_admit)
def prescreen(id: str):
    """The withdrawal check: the open one is continued, else a new one begins."""
    client, row = get_client(id, current_user), queries.newest_prescreen(id)
    row = row if row and row.outcome is Outcome.open else None
    asked = _as_asked(row) if row else None
    form = PrescreenForm(obj=asked)
    _offer(form)
    if form.validate_on_submit() and _days_fit(form):
        if row:
            form.check_fresh(asked)
        with form.refusals():
            _keep(form, client, row)
            return go("episodes.gate", "Saved.", id=id)
    blocked_by = {one.field: one.sentence for one in queries.gate(row)} if row else {}
    shown = {"client": client, "row": row, "blocked_by": blocked_by, "problems": queries.referred_with(id)}
    return page("episodes/prescreen.html", form=form, shows=[client], **shown)


def _keep(form: PrescreenForm, client, row: Prescreen | None) -> None:
    if row:
        actions.edit_prescreen(row, current_user, **_facts(form))
    else:
        actions.prescreen(client, current_user, **_facts(form))


def _offer(form: PrescreenForm) -> None:
    known = [(one.id, one.name) for one in programs.programs()]
    form.program.choices = known if len(known) == 1 else [("", "Choose"), *known]
    if len(known) == 1 and not form.program.data:
        form.program.data = known[0][0]
    directory = [(one.id, one.name) for one in clinic.providers()]
    form.prior_provider_id.choices = [("", "None of these"), *directory]


def _days_fit(form: PrescreenForm) -> bool:
    """A last use that is known has a day, and no other has; a score's time has its day."""
    if form.last_use_known.data == Answer.yes and not form.last_use_on.data:
        form.refuse("Enter the day of the last use.", "last_use_on")
    if form.last_use_known.data != Answer.yes and form.last_use_on.data:
        form.refuse("Choose known, or take the day of the last use out.", "last_use_known")
    for scale in ("ciwa", "cows"):
        if form[f"{scale}_at"].data and not form[f"{scale}_on"].data:
            form.refuse("Enter the day too.", f"{scale}_on")
    return not form.errors


def _moment(day: date | None, at: time | None, otherwise: time) -> datetime | None:
    return clock.instant(day, at or otherwise, clinic.zone()) if day else None


def _facts(form: PrescreenForm) -> dict:
    """What the actions take. Without a time the last use counts as the end of its day: an examination must be later."""
    facts = {name: form[name].data for name in PLAIN}
    known = form.last_use_known.data == Answer.yes
    facts["last_use_at"] = _moment(form.last_use_on.data, form.last_use_time.data, END_OF_DAY) if known else None
    return facts | {
        "program_id": form.program.data,
        "prior_provider_id": form.prior_provider_id.data,
        "prior_provider": form.prior_provider.data or "",
        "last_use_time_known": bool(form.last_use_time.data),
        "ciwa_bands": form.ciwa_bands.data if form.ciwa.data is not None else None,
        "ciwa_taken_at": _moment(form.ciwa_on.data, form.ciwa_at.data, time()),
        "cows_taken_at": _moment(form.cows_on.data, form.cows_at.data, time()),
        "substances": _used(form),
        "notes": form.notes.data or "",
    }


def _used(form: PrescreenForm) -> list[actions.Used]:
    used = []
    for substance, route, frequency in USED:
        if form[substance].data:
            how = Route(form[route].data) if form[route].data else None
            often = Frequency(form[frequency].data) if form[frequency].data else None
            used.append(actions.Used(Substance(form[substance].data), how, often))
    return used


def _as_asked(row: Prescreen) -> SimpleNamespace:
    """A pre-screen as the form shows it."""
    facts = {name: getattr(row, name) for name in PLAIN}
    facts |= {
        "program": row.program_id,
        "prior_provider": row.prior_provider,
        "prior_provider_id": row.prior_provider_id,
    }
    facts["last_use_on"], facts["last_use_time"] = _local(row.last_use_at)
    if not row.last_use_time_known:
        facts["last_use_time"] = None
    facts["ciwa_bands"] = row.ciwa_bands
    for scale, taken in (("ciwa", row.ciwa_taken_at), ("cows", row.cows_taken_at)):
        day, at = _local(taken)
        facts[f"{scale}_on"], facts[f"{scale}_at"] = day, at if at != time() else None
    for chosen, names in zip(row.substances, USED, strict=False):
        facts |= dict(zip(names, (chosen.substance, chosen.route, chosen.frequency), strict=True))
    bookkeeping = {"version": row.version, "changed_at": row.changed_at, "changed_by_name": row.changed_by_name}
    return SimpleNamespace(**facts, **bookkeeping, notes=sealed.unseal(row.client_id, row.notes_sealed))


def _local(moment: datetime | None) -> tuple[date | None, time | None]:
    here = moment.astimezone(ZoneInfo(clinic.zone())) if moment else None
    return (here.date(), here.time().replace(second=0, microsecond=0)) if here else (None, None)
