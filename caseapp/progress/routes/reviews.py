"""Phase reviews: propose, answer a question, decide, return, withdraw; the list of what waits and of what was overridden."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, request
from flask_login import current_user

from caseapp.clients.models import Client
from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, Role, requires
from caseapp.core.errors import Stale
from caseapp.core.pages import go, page
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.episodes.rules import MoveReason
from caseapp.programs import queries as programs
from caseapp.programs.models import Phase
from caseapp.progress import actions
from caseapp.progress.criteria import WHERE
from caseapp.progress.forms import DecideForm, QuestionForm, ReviewForm, WithdrawForm
from caseapp.progress.models import PhaseReview
from caseapp.progress.queries import reviews as queries
from caseapp.progress.queries import rights
from caseapp.progress.queries.facts import facts_now, reviewed_stay
from caseapp.progress.queries.preview import next_phase, preview
from caseapp.progress.routes.board import bp
from caseapp.progress.rules import (
    HAPPENED_WORDS,
    KIND_WORDS,
    STATE_WORDS,
    Decision,
    ReviewState,
    decision_words,
    must_wait,
    reason_words,
    reasons_for,
)
from caseapp.progress.snapshots import Said, Stood, changed_since, missing_musts

WORDS = {
    "reason_words": reason_words,
    "state_words": STATE_WORDS,
    "happened_words": HAPPENED_WORDS,
    "words_of": queries.words_of,
}


@dataclass(frozen=True)
class Here:
    """What a review starts from: the episode, its open stay, the phases, the facts of now, and the review that came back."""

    episode: Episode
    stay: PhaseStay
    phases: list[Phase]
    stood: Stood
    returned: PhaseReview | None

    def usual(self, decision: Decision) -> Phase | None:
        """The phase one usually moves to."""
        return next_phase(self.phases, self.stay, decision.kind) if decision.goes_on else None

    def phase(self, id: str | None) -> Phase | None:
        """A phase of the program by its id."""
        return next((one for one in self.phases if one.id == id), None)


@bp.route("/clients/<id>/review", methods=["GET", "POST"])
@requires(Can.propose_moves)
def review(id: str):
    """The facts as of now, and what they come to: propose it, or answer the question with which it came back."""
    client, episode = get_client(id, current_user), episodes.get_open_episode(id)
    waits = queries.open_review(episode.id)
    if waits and waits.state is ReviewState.proposed and request.method == "GET":
        return go("progress.show_review", id=waits.id)
    here = _here(episode, waits if waits and waits.state is ReviewState.returned else None)
    form = _form(here)
    if form.validate_on_submit() and _fits(form) and form.step.data != "look":
        with form.refusals():
            sent = _send(form, here)
            return go("progress.show_review", _sent_words(sent), id=sent.id)
    return page(
        "progress/review.html", form=form, shows=[client], client=client, here=here, **_beside(form, here), **WORDS
    )


def _here(episode: Episode, returned: PhaseReview | None) -> Here:
    stay = reviewed_stay(episode)
    phases = programs.get_version(episode.program_version_id).phases
    return Here(episode, stay, phases, facts_now(episode, stay), returned)


def _form(here: Here) -> ReviewForm:
    form = ReviewForm(data=_opened(here) if request.method == "GET" else None)
    to = [phase for phase in here.phases if phase.position != here.stay.phase.position]
    form.kind.choices = [(one.value, decision_words(one, here.stay.phase.name)) for one in Decision]
    form.to_phase.choices = [("", "Choose"), *((phase.id, phase.name) for phase in to)]
    form.reason.choices = {"": [("", "Choose")], **{KIND_WORDS[kind]: reasons_for(kind) for kind in KIND_WORDS}}
    form.agrees_by.choices = [("", "Choose"), *((one.id, one.name) for one in rights.clinicians())]
    return form


def _opened(here: Here) -> dict[str, Any]:
    """What the form says when it is opened: what came back, or what the facts and the link suggest. No fact is answered beforehand."""
    said: dict[str, Any] = {"stay": here.stay.id, "version": here.returned.version if here.returned else ""}
    today = clock.today(clinic.zone())
    asked = request.args.get("kind")
    decision = Decision(asked) if asked in set(Decision) else None
    if here.returned and not decision:
        return said | _as_sent(here.returned)
    decision = decision or _suggested(here)
    said |= {"effective_on": max(today, here.stay.started_on + timedelta(days=1)), "until": today + timedelta(days=14)}
    if Role.clinician in current_user.roles:
        said["agrees_by"] = current_user.id
    if decision:
        usual, reasons = here.usual(decision), reasons_for(decision.kind) if decision.kind else []
        said |= {"kind": decision.value, "to_phase": usual.id if usual else ""}
        plain = decision is Decision.step_down and not _unmet(here, decision, usual)
        said["reason"] = reasons[0][0] if plain or len(reasons) == 1 else None
    return said


def _as_sent(returned: PhaseReview) -> dict[str, Any]:
    sent = queries.last_sent(returned)
    names = ("work_on", "words", "client_view", "override", "agrees", "agrees_by")
    said = {name: getattr(sent.said, name) or None for name in names} if sent.said else {}
    day = {"until" if returned.decision is Decision.stay else "effective_on": returned.effective_on}
    reason = returned.reason.value if returned.reason else None
    return said | day | {"kind": returned.decision.value, "to_phase": returned.to_phase_id, "reason": reason}


def _suggested(here: Here) -> Decision | None:
    """What the facts suggest: on when nothing is missing, more support where something asks for a closer look."""
    if here.stood.signs:
        return Decision.step_up if here.usual(Decision.step_up) else None
    down = here.usual(Decision.step_down)
    decision = Decision.step_down if down else Decision.complete
    return decision if here.stood.facts and not _unmet(here, decision, down) else None


def _unmet(here: Here, decision: Decision, to: Phase | None) -> list:
    """What this decision asks for and is not met; a clinician's word is given on the page."""
    changes = bool(to and to.level_of_care != here.stay.phase.level_of_care)
    return [one for one in here.stood.asked(decision, changes) if not one.met and not one.to_answer]


def _fits(form: ReviewForm) -> bool:
    """The day and the phase that the decision asks for."""
    if form.day.data is None and not form.day.errors:
        form.refuse("Enter the day.", form.day.name)
    if form.decision.goes_on and not form.to_phase.data:
        form.refuse("Choose the phase to move to.", "to_phase")
    if form.decision.kind and not form.reason.data:
        form.refuse("Choose a reason.", "reason")
    return not form.errors


def _send(form: ReviewForm, here: Here) -> PhaseReview:
    said = {name: (form[name].data or "").strip() for name in Said.__dataclass_fields__}
    decision = form.decision
    asked = actions.Proposal(
        decision=decision,
        effective_on=form.day.data,
        said=Said(**said),
        reason=MoveReason(form.reason.data) if decision.kind else None,
        to_phase=here.phase(form.to_phase.data) if decision.goes_on else None,
    )
    if form.version.data:
        waits = queries.open_review(here.episode.id)
        if waits is None:
            raise Stale(here.episode)
        return actions.send_again(waits, asked, current_user, _version(form))
    return actions.propose(here.episode, asked, current_user, form.stay.data or "")


def _sent_words(review: PhaseReview) -> str:
    return "Kept." if review.state is ReviewState.decided else "Sent."


def _beside(form: ReviewForm, here: Here) -> dict[str, Any]:
    """What stands beside the form: what is missing for this decision, what it would change, who decides."""
    decision = form.decision
    to = (here.phase(form.to_phase.data) or here.usual(decision)) if decision and decision.goes_on else None
    unmet = _unmet(here, decision, to) if decision else []
    day = form.effective_on.data if decision and decision.kind and not form.effective_on.errors else None
    shown = day and (to or not decision.goes_on)
    others = rights.others_who_decide(current_user)
    waits = decision is None or must_wait(decision, rights.numbers_of(here.episode))
    return {
        "where": WHERE,
        "unmet": unmet,
        "musts": missing_musts(unmet),
        "to_answer": [one for one in here.stood.facts if one.to_answer],
        "change": preview(here.episode, here.stay, decision.kind, day, to) if shown else None,
        "sends": _button(decision, waits, others),
        "told": queries.told(here.returned, here.episode.client_id) if here.returned else [],
    }


def _button(decision: Decision | None, waits: bool, others: list) -> str:
    if decision is Decision.stay and not waits:
        return "Keep in this phase"
    if not waits:
        return "Go on to the decision"
    return f"Send to {others[0].name} for approval" if len(others) == 1 else "Send for approval"


@bp.route("/reviews/<id>")
@requires(Can.propose_moves)
def show_review(id: str):
    """One review: what was proposed with the facts as they stood, what was said to it, and what came of it."""
    return _show(*queries.get_review(id, current_user))


def _show(review: PhaseReview, client: Client, form: Any = None, **forms: Any) -> Response:
    told = queries.told(review, client.id)
    sent = queries.last_sent(review)
    why_not = rights.why_not_decide(review, current_user)
    deciding = review.state is ReviewState.proposed and not why_not
    now, moved = _now(review) if review.open else (None, False)
    today = clock.today(clinic.zone())
    was_ahead = review.effective_on >= clock.day_of(review.proposed_at, clinic.zone())
    day = max(review.effective_on, today) if was_ahead else review.effective_on
    mine = current_user.id in rights.proposers(review)
    return page(
        "progress/show_review.html",
        form=form,
        shows=[client],
        client=client,
        review=review,
        told=told,
        sent=sent,
        deciding=deciding,
        why_not=why_not,
        moved=moved,
        changed=changed_since(sent.stood, now) if now and sent.stood else [],
        musts=missing_musts(now.asked(review.decision, sent.changes_level)) if now and deciding else [],
        where=WHERE,
        withdraws=review.open and (mine or current_user.can(Can.decide_moves)),
        change=_change(review, day) if deciding and not moved else None,
        decide_form=forms.get("decide") or DecideForm(data={"version": review.version, "effective_on": day}),
        question_form=forms.get("question") or QuestionForm(data={"version": review.version}),
        withdraw_form=forms.get("withdraw") or WithdrawForm(data={"version": review.version}),
        **WORDS,
    )


def _now(review: PhaseReview) -> tuple[Stood | None, bool]:
    """The facts of now, and whether someone was moved since the review was sent."""
    stay = review.stay
    if stay.in_force != 1 or stay.ended_on is not None:
        return None, True
    return facts_now(review.episode, stay), False


def _change(review: PhaseReview, day):
    if review.decision is Decision.stay:
        return None
    return preview(review.episode, review.stay, review.decision.kind, day, review.to_phase)


@bp.route("/reviews/<id>/decide", methods=["POST"])
@requires(Can.propose_moves)
def decide(id: str):
    """Approve what is proposed."""
    review, client = queries.get_review(id, current_user)
    form = DecideForm()
    if form.validate_on_submit():
        with form.refusals():
            facts = {"effective_on": form.effective_on.data, "words": form.words.data or ""}
            actions.decide(review, current_user, _version(form), **facts)
            return go("progress.show_review", "Approved.", id=id)
    return _show(*queries.get_review(id, current_user), form=form, decide=form)


@bp.route("/reviews/<id>/return", methods=["POST"])
@requires(Can.propose_moves)
def return_review(id: str):
    """Return it with a question to whoever proposed it."""
    review, client = queries.get_review(id, current_user)
    form = QuestionForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.return_with(review, form.question.data, current_user, _version(form))
            return go("progress.show_review", "Returned with your question.", id=id)
    return _show(*queries.get_review(id, current_user), form=form, question=form)


@bp.route("/reviews/<id>/withdraw", methods=["POST"])
@requires(Can.propose_moves)
def withdraw(id: str):
    """End it without a decision."""
    review, client = queries.get_review(id, current_user)
    form = WithdrawForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.withdraw(review, form.why.data, current_user, _version(form))
            return go("progress.show_review", "Withdrawn.", id=id)
    return _show(*queries.get_review(id, current_user), form=form, withdraw=form)


def _version(form: Any) -> int:
    """The version that was on the page; one that is none is stale."""
    sent = form.version.data or ""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


@bp.route("/phases/reviews")
@requires(Can.propose_moves)
def reviews():
    """What waits for whom; for supervisors also what was decided with criteria unmet, and what without a review."""
    mine = queries.to_decide(current_user)
    waiting = [one for one in queries.open_ones(current_user) if one.review.id not in {row.review.id for row in mine}]
    facts = {"mine": mine, "waiting": waiting, "decided": queries.decided_lately(current_user)}
    oversees = current_user.can(Can.decide_moves)
    facts["overrides"] = queries.overrides(current_user) if oversees else []
    facts["without"] = queries.without_review(current_user) if oversees else []
    shows = {one.client.id for name in ("mine", "waiting", "decided") for one in facts[name]}
    shows |= {one.client.id for one, _step in facts["overrides"]} | {client.id for client, *_rest in facts["without"]}
    return page("progress/reviews.html", shows=shows, oversees=oversees, kinds=KIND_WORDS, **facts, **WORDS)
