"""The log, for admins."""

import csv
import io
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, g, request, url_for
from flask_login import current_user

from caseapp.audit import anchoring, queries, verifying, words
from caseapp.audit.actions import record
from caseapp.audit.forms import RecordForm, WantedForm
from caseapp.audit.models import AuditEvent
from caseapp.audit.queries import Wanted
from caseapp.audit.rules import COMMANDS, Kind
from caseapp.audit.signed import what_is_broken
from caseapp.core import clock
from caseapp.core.access import Can, requires
from caseapp.core.cells import safe_cell
from caseapp.core.errors import RuleBroken
from caseapp.core.pages import go, local_now, page

bp = Blueprint("audit", __name__, url_prefix="/admin/audit")
ROWS_A_PAGE = 50
MOST_IN_A_FILE = 100_000
COLUMNS = ["event", "at", "who", "staff_id", "kind", "what", "code", "record_numbers", "subject_id"]


def on_every_page() -> dict:
    """For admins: whether the log still fits what was sealed last; if not, it stands beside the link to it."""
    if not current_user.is_authenticated or not current_user.can(Can.see_audit):
        return {}
    broken = verifying.head_is_broken(_anchor())
    if broken:
        g.setdefault("nav_counts", {})["audit.index"] = (1, "a problem with the log")
    return {"log_is_broken": broken}


@bp.route("")
@requires(Can.see_audit)
def index():
    """Who saw and who changed what, the newest first; the filters are in the address."""
    form, wanted = _wanted()
    return _listed(form, wanted, RecordForm(formdata=None))


@bp.route("/record", methods=["POST"])
@requires(Can.see_audit)
def find_record():
    """The log of one record: its number is sent in a form, so that it stands in no address."""
    form = RecordForm()
    if form.validate_on_submit():
        client = current_app.extensions["client_by_record_number"](form.record_number.data)
        if client:
            return go("audit.index", client=client.id)
        form.refuse("No record has this number. Letters and digits as on the chart.", "record_number")
    return _listed(WantedForm(formdata=None), Wanted(), form)


@bp.route("/events.csv")
@requires(Can.see_audit)
def export():
    """The events looked for, as a file; taking it away is recorded."""
    form, wanted = _wanted()
    if wanted is None:
        return _listed(form, wanted, RecordForm(formdata=None))
    try:
        content, events = _file(wanted)
    except RuleBroken as refused:
        form.refuse(refused.sentence, refused.field, refused.way_out)
        return _listed(form, None, RecordForm(formdata=None))
    clients = [wanted.client_id] if wanted.client_id else []
    asked = " ".join(f"{name}={value}" for name, value in _asked(form).items())
    record(Kind.export, "audit.export", current_user, clients, events=events, asked=asked)
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=audit.csv"})


@bp.route("/verify")
@requires(Can.see_audit)
def check():
    """Check every event and every seal, and every signature against them."""
    signed, signature_is_broken = what_is_broken(current_app.extensions["signings"])
    verdict = verifying.verify(_anchor())
    return page("audit/check.html", verdict=verdict, signed=signed, signature_is_broken=signature_is_broken)


def _anchor() -> Path:
    return anchoring.path(current_app.config["SETTINGS"].key_file)


def _wanted() -> tuple[WantedForm, Wanted | None]:
    """What the address asks for, and its form; None where it can't be read, with the sentence at the field."""
    form = WantedForm(request.args)
    _offer(form)
    valid = form.validate()
    if valid and form.first.data and form.last.data and form.last.data < form.first.data:
        form.refuse("The last day must be on or after the first.", "last")
    if form.errors:
        return form, None
    zone = str(local_now().tzinfo)
    since = clock.day_bounds(form.first.data, zone)[0] if form.first.data else None
    until = clock.day_bounds(form.last.data, zone)[1] if form.last.data else None
    return form, Wanted(since, until, form.person.data or "", form.kind.data or "", form.client.data or "")


def _offer(form: WantedForm) -> None:
    staff = [(one.id, one.name) for one in current_app.extensions["all_staff"]()]
    form.person.choices = [("", "Everyone"), *staff, (COMMANDS, "Command line")]


def _asked(form: WantedForm) -> dict[str, str]:
    """The filters as the page's links carry them on."""
    days = {"from": form.first.data, "to": form.last.data}
    asked = {name: day.isoformat() for name, day in days.items() if day}
    return asked | {name: form[name].data for name in ("person", "kind", "client") if form[name].data}


def _listed(form: WantedForm, wanted: Wanted | None, record_form: RecordForm) -> Response:
    """A page of the events, or the filters again with what is wrong with them."""
    _offer(form)
    before = request.args.get("before", type=int)
    before = before if before is None or 0 < before < 2**31 else None
    events, more = queries.older_than(wanted, before, ROWS_A_PAGE) if wanted else ([], False)
    client_id = wanted.client_id if wanted else ""
    facts: dict[str, Any] = {
        "events": events,
        "more": more,
        "before": before,
        "asked": _asked(form),
        "said": words.said,
    }
    ids = {one.client_id for event in events for one in event.clients} | ({client_id} if client_id else set())
    facts |= {"numbers": current_app.extensions["record_numbers"](ids), "client_id": client_id}
    facts |= {"kinds": words.KINDS, "filters_form": form, "chips": _chips(form, facts["numbers"])}
    wrong = bool(form.errors or record_form.errors)
    shows = [client_id] if client_id in facts["numbers"] else []
    both = form if form.errors else record_form
    return page("audit/index.html", shows=shows, form=both, record_form=record_form, wrong=wrong,
                status=422 if wrong else 200, **facts)  # fmt: skip


def _chips(form: WantedForm, numbers: dict[str, str]) -> list[tuple[str, str]]:
    """Each filter that is set, in words, with the address without it."""
    if form.errors:
        return []
    asked, chips = _asked(form), []
    said = {"from": f"From {form.first._value()}", "to": f"To {form.last._value()}"}
    for name in ("person", "kind"):
        said[name] = next((one[1] for one in form[name].iter_choices() if one[0] == form[name].data), "")
    said["client"] = f"Record {numbers.get(form.client.data or '', 'not found')}"
    for name in asked:
        rest = {other: value for other, value in asked.items() if other != name}
        chips.append((said[name], url_for("audit.index", **rest)))
    return chips


def _file(wanted: Wanted) -> tuple[str, int]:
    """The events as CSV, and how many."""
    out = io.StringIO()
    writer, events = csv.writer(out), 0
    writer.writerow(COLUMNS)
    for batch in queries.all_of(wanted, MOST_IN_A_FILE):
        numbers = current_app.extensions["record_numbers"]({one.client_id for event in batch for one in event.clients})
        writer.writerows([safe_cell(value) for value in _row(event, numbers)] for event in batch)
        events += len(batch)
    return out.getvalue(), events


def _row(event: AuditEvent, numbers: dict[str, str]) -> list[Any]:
    clients = " ".join(sorted(numbers.get(one.client_id, one.client_id) for one in event.clients))
    what = words.said(event.kind, event.what)
    who = [event.actor_name, event.actor_id or ""]
    return [event.id, event.at.isoformat(), *who, event.kind.value, what, event.what, clients, event.subject_id or ""]
