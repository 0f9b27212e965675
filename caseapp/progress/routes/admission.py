"""Admission, and who answers for an episode."""

from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, Role, requires
from caseapp.core.errors import NotFound
from caseapp.core.pages import go, page
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode, Prescreen
from caseapp.episodes.rules import Outcome
from caseapp.identity.queries import get_staff, working_staff
from caseapp.programs import queries as programs
from caseapp.programs.models import Phase
from caseapp.progress import actions
from caseapp.progress.forms import AdmitForm, ReassignForm
from caseapp.progress.routes.board import bp


@bp.route("/clients/<id>/admit", methods=["GET", "POST"])
@requires(Can.screen_and_admit)
def admit(id: str):
    """Admit, if the detox gate is open."""
    client, row = get_client(id, current_user), episodes.newest_prescreen(id)
    if row is None or row.outcome is not Outcome.open:
        raise NotFound
    form, phases = AdmitForm(), _phases_for(row)
    _offer(form, phases)
    if form.validate_on_submit():
        with form.refusals():
            actions.admit(client, row, current_user, **_admission(form, phases))
            return go("chart.show", "Admitted.", id=id)
    facts = {"row": row, "blocked_by": episodes.gate(row), "earlier": episodes.episodes_of(id)}
    return page("progress/admit.html", form=form, shows=[client], client=client, **facts)


def _phases_for(row: Prescreen) -> dict[str, Phase]:
    """The phases one may be admitted to, by id: of the program screened for, else of every program."""
    today = clock.today(clinic.zone())
    wanted = [one for one in programs.programs() if row.program_id in (None, one.id)]
    versions = [version for program in wanted if (version := programs.version_in_use(program, today))]
    return {phase.id: phase for version in versions for phase in version.phases}


def _offer(form: AdmitForm, phases: dict[str, Phase]) -> None:
    groups: dict[str, list] = {}
    for phase in phases.values():
        words = f"{phase.name}, level {phase.level_of_care}, {float(phase.hours_least):g} h a week"
        version = phase.program_version
        groups.setdefault(f"{version.program.name}, version {version.number}", []).append((phase.id, words))
    form.phase.choices = groups
    for name, role in (("case_manager", Role.case_manager), ("clinician", Role.clinician)):
        form[name].choices = [("", "Choose"), *((one.id, one.name) for one in working_staff(role))]
    form.payer.choices = [("", "Not known yet"), *((one.id, one.name) for one in clinic.payers())]
    if not form.is_submitted():
        form.admitted_on.data = clock.today(clinic.zone())


def _admission(form: AdmitForm, phases: dict[str, Phase]) -> dict:
    phase = phases[form.phase.data]
    return {
        "program_version": phase.program_version,
        "phase": phase,
        "admitted_on": form.admitted_on.data,
        "case_manager_id": form.case_manager.data,
        "clinician_id": form.clinician.data,
        "payer_id": form.payer.data,
        "words": form.words.data or "",
    }


@bp.route("/clients/<id>/reassign", methods=["GET", "POST"])
@requires(Can.move_phases)
def reassign(id: str):
    """Change case manager or primary clinician of an open episode; access follows."""
    client, episode = get_client(id, current_user), episodes.get_open_episode(id)
    form = ReassignForm(obj=_answers(episode))
    _offer_staff(form, episode)
    if form.validate_on_submit():
        form.check_fresh(episode, now=_answers(episode))
        with form.refusals():
            chosen = {"case_manager_id": form.case_manager.data, "clinician_id": form.clinician.data}
            done = actions.reassign(episode, current_user, words=form.words.data or "", **chosen)
            return go("chart.show", "Recorded." if done else "Nothing was changed.", id=id)
    past = episodes.assignments(episode.id)
    return page("progress/reassign.html", form=form, shows=[client], client=client, past=past)


def _answers(episode: Episode) -> dict:
    facts = {"case_manager": episode.case_manager_id, "clinician": episode.clinician_id, "version": episode.version}
    return type("Answers", (), facts)()


def _offer_staff(form: ReassignForm, episode: Episode) -> None:
    """Whoever works here in that role, and who answers now, even if they have left."""
    for name, role in (("case_manager", Role.case_manager), ("clinician", Role.clinician)):
        now = getattr(episode, f"{name}_id")
        offered = {one.id: one.name for one in working_staff(role)}
        if now and now not in offered:
            offered[now] = get_staff(now).name
        form[name].choices = [("", "Choose"), *offered.items()]
