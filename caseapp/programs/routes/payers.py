"""What payers pay for services: codes, units, least minutes, rounding, since when."""

from flask import request
from flask_login import current_user

from caseapp.clinic import queries as clinic
from caseapp.core.access import Can, requires
from caseapp.core.fields import site_today
from caseapp.core.pages import go, page
from caseapp.programs import actions, payers, queries
from caseapp.programs.forms import PayerRuleForm
from caseapp.programs.routes.blueprint import bp
from caseapp.programs.rules.billing import CARE_WORDS


@bp.route("/payers")
@requires(Can.edit_programs)
def payer_rules():
    """Every service with its code, unit and rounding, for one payer or for all without rules of their own."""
    chosen = next((one for one in clinic.payers() if one.id == request.args.get("payer")), None)
    lines = payers.payer_lines(chosen.id if chosen else None, site_today())
    facts = {"payers": clinic.payers(), "chosen": chosen, "care_words": CARE_WORDS}
    return page("programs/payers.html", lines=lines, **facts)


@bp.route("/services/<id>/payers", methods=["GET", "POST"])
@requires(Can.edit_programs)
def payer_rule(id: str):
    """What a service is paid by: a new rule from a day on, and every one that was saved."""
    service = queries.get_service(id)
    form = PayerRuleForm(payer=request.args.get("payer"), care=request.args.get("care"))
    if form.validate_on_submit():
        payer = next((one for one in clinic.payers() if one.id == form.payer.data), None)
        with form.refusals():
            actions.save_payer_rule(service, payer, form.care.data, form.rule(), form.from_day.data, current_user)
            return go(
                "programs.payer_rules",
                "Saved. Days before that day stay as they were counted.",
                payer=form.payer.data or None,
            )
    facts = {"names": {one.id: one.name for one in clinic.payers()}, "rows": payers.rules_of(service)}
    facts["in_force"] = payers.in_force(form.payer.data, service, site_today())
    return page("programs/payer.html", form=form, service=service, care_words=CARE_WORDS, **facts)
