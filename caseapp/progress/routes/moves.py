"""Moves without a review: what can't wait for one or was decided on paper, with what they will change."""

from dataclasses import dataclass
from datetime import timedelta

from flask import request
from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.pages import go, page
from caseapp.episodes import actions as episode_actions
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.episodes.rules import LEAVING, MoveKind, MoveReason
from caseapp.programs import queries as programs
from caseapp.programs.models import Phase
from caseapp.progress import actions
from caseapp.progress.forms import MoveForm, PlaceForm
from caseapp.progress.queries.preview import Preview, next_phase, preview
from caseapp.progress.queries.rights import decides_alone
from caseapp.progress.routes.board import bp
from caseapp.progress.rules import KIND_WORDS, reasons_for


@dataclass(frozen=True)
class Here:
    """The episode a move starts from: its open stay, its phases, and the kind the page was opened for."""

    episode: Episode
    stay: PhaseStay
    phases: list[Phase]
    kind: MoveKind | None


@bp.route("/clients/<id>/move", methods=["GET", "POST"])
@requires(Can.move_phases)
def move(id: str):
    """Record a move without a review, for whoever may decide alone; everyone else comes to the review. Leaving is confirmed here."""
    client, episode = get_client(id, current_user), episodes.get_open_episode(id)
    if not decides_alone(current_user, episode) and request.method == "GET":
        return go("progress.review", id=id, kind=request.args.get("kind"))
    here = _here(episode)
    form = _form(here)
    if form.validate_on_submit() and _fits(form) and not _looks_first(form):
        with form.refusals():
            actions.move_without_review(episode, current_user, **_facts(form, here))
            return go("chart.show", "Recorded.", id=id)
    looking = form.is_submitted() and not form.errors
    facts = {"here": here, "change": _change(form, here), "looking": looking, "confirm": _confirm(form)}
    return page("progress/move.html", form=form, shows=[client], client=client, **facts)


@bp.route("/clients/<id>/phase", methods=["GET", "POST"])
@requires(Can.move_phases)
def place(id: str):
    """Say in which phase someone is whom another system brought in without phases."""
    client, episode = get_client(id, current_user), episodes.get_open_episode(id)
    phases = {phase.id: phase for phase in programs.get_version(episode.program_version_id).phases}
    form = PlaceForm(since=episode.admitted_on)
    form.phase.choices = [(phase.id, phase.name) for phase in phases.values()]
    if form.validate_on_submit():
        with form.refusals():
            facts = {"phase": phases[form.phase.data], "since": form.since.data, "words": form.words.data or ""}
            episode_actions.place_in_phase(episode, current_user, **facts)
            return go("chart.show", "Recorded.", id=id)
    elif not form.is_submitted() and episodes.stays(episode.id):
        raise NotFound
    return page("progress/place.html", form=form, shows=[client], client=client, episode=episode)


def _here(episode: Episode) -> Here:
    phases = programs.get_version(episode.program_version_id).phases
    asked = request.form.get("kind") or request.args.get("kind")
    kind = MoveKind(asked) if asked in {kind.value for kind in KIND_WORDS} else None
    return Here(episode, episodes.open_stay(episode), phases, kind)


def _form(here: Here) -> MoveForm:
    form = MoveForm()
    to = [phase for phase in here.phases if phase.position != here.stay.phase.position]
    form.to_phase.choices = [("", "Choose"), *((phase.id, phase.name) for phase in to)]
    if here.kind and request.method == "GET":
        form.reason.choices = {
            "": [("", "Choose")],
            **{KIND_WORDS[one]: reasons_for(one) for one in _family(here.kind)},
        }
        usual = next_phase(here.phases, here.stay, here.kind)
        form.kind.data, form.to_phase.data = here.kind.value, usual.id if usual else None
        form.effective_on.data = max(clock.today(clinic.zone()), here.stay.started_on + timedelta(days=1))
    return form


def _family(kind: MoveKind) -> list[MoveKind]:
    """The kinds one is likely to change one's mind to: within the program, or out of it."""
    return [one for one in KIND_WORDS if (one in LEAVING) == (kind in LEAVING)]


def _fits(form: MoveForm) -> bool:
    """A reason that fits the kind, and a phase to move to where one goes on."""
    kind = MoveKind(form.kind.data)
    if form.reason.data not in dict(reasons_for(kind)):
        form.refuse(f"Choose a reason that fits: {KIND_WORDS[kind].lower()}.", "reason")
    if kind not in LEAVING and not form.to_phase.data:
        form.refuse("Choose the phase to move to.", "to_phase")
    return not form.errors


def _confirm(form: MoveForm) -> str:
    """What is confirmed by looking: the kind and the day. Another day asks to look again."""
    return f"{form.kind.data} {form.effective_on.data}"


def _looks_first(form: MoveForm) -> bool:
    """Whether this press only shows what will change: it was asked for, or someone would leave and it was not seen yet."""
    return form.step.data == "look" or (MoveKind(form.kind.data) in LEAVING and form.looked.data != _confirm(form))


def _to_phase(form: MoveForm, here: Here) -> Phase | None:
    return next((phase for phase in here.phases if phase.id == form.to_phase.data), None)


def _change(form: MoveForm, here: Here) -> Preview | None:
    """What the move would change, as far as the form says what it is."""
    if not form.kind.data or form.kind.errors or not form.effective_on.data or form.effective_on.errors:
        return None
    return preview(here.episode, here.stay, MoveKind(form.kind.data), form.effective_on.data, _to_phase(form, here))


def _facts(form: MoveForm, here: Here) -> dict:
    kind = MoveKind(form.kind.data)
    return {
        "kind": kind,
        "to_phase": None if kind in LEAVING else _to_phase(form, here),
        "effective_on": form.effective_on.data,
        "reason": MoveReason(form.reason.data),
        "words": form.words.data or "",
    }
