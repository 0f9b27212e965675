"""Taking a move back that lies ahead, and putting right the day or the reason of one."""

from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.core.words import count, day
from caseapp.episodes import queries as episodes
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.progress import actions
from caseapp.progress.forms import CorrectForm, TakeBackForm
from caseapp.progress.queries.reviews import by_move, of_client, words_of
from caseapp.progress.routes.board import bp
from caseapp.progress.rules import KIND_WORDS, STATE_WORDS, reason_words, reasons_for
from caseapp.scheduling.actions import Again
from caseapp.scheduling.clashes import hours_of
from caseapp.scheduling.queries import freed_by


@bp.route("/clients/<id>/moves")
@requires(Can.propose_moves)
def history(id: str):
    """Every move and review of every episode, with those that were taken back or corrected, and what may be done about each."""
    client = get_client(id, current_user)
    paths = [(one, episodes.history(one.id, superseded=True)) for one in episodes.episodes_of(id)]
    words = {"reason_words": reason_words, "kinds": KIND_WORDS | {MoveKind.admit: "Admitted"}}
    reviews = {"by_move": by_move(id), "reviews": of_client(id), "words_of": words_of, "state_words": STATE_WORDS}
    return page("progress/history.html", shows=[client], client=client, paths=paths, **words, **reviews)


@bp.route("/clients/<id>/moves/<move_id>/take-back", methods=["GET", "POST"])
@requires(Can.move_phases)
def take_back(id: str, move_id: str):
    """Take back a move that lies ahead; the history keeps it."""
    client, form = get_client(id, current_user), TakeBackForm()
    transition, episode = episodes.get_transition(id, move_id)
    if form.validate_on_submit():
        with form.refusals():
            again = actions.take_back(transition, episode, current_user, words=form.words.data)
            return go("progress.history", taken_back(again), id=id)
    facts = {"kind": KIND_WORDS.get(transition.kind, "Admission"), "freed": freed_by(transition.id)}
    return page("progress/take_back.html", form=form, shows=[client], client=client, move=transition, **facts)


def taken_back(again: list[Again]) -> str:
    """What came of it, in words without a name: how many places are booked again, and each that could not be, with why."""
    booked = sum(not one.why_not for one in again)
    says = ["Taken back.", f"{count('place', booked)} booked again.".capitalize() if booked else ""]
    for one in again:
        if one.why_not:
            on = day(one.session.on_day)
            says.append(f"Not booked again: {one.session.name}, {on}, {hours_of(one.session)} ({one.why_not}).")
    return " ".join(filter(None, says))


@bp.route("/clients/<id>/moves/<move_id>/correct", methods=["GET", "POST"])
@requires(Can.move_phases)
def correct(id: str, move_id: str):
    """Put right the day or the reason of a move; the reports count the corrected one."""
    client, form = get_client(id, current_user), CorrectForm()
    transition, episode = episodes.get_transition(id, move_id)
    form.reason.choices = reasons_for(transition.kind) or [(MoveReason.admitted.value, "Admitted")]
    if not form.is_submitted():
        form.effective_on.data, form.reason.data = transition.effective_on, transition.reason.value
    if form.validate_on_submit():
        with form.refusals():
            reason = MoveReason(form.reason.data or transition.reason.value)
            facts = {"effective_on": form.effective_on.data, "reason": reason, "words": form.words.data}
            actions.correct(transition, episode, current_user, **facts)
            return go("progress.history", "Corrected.", id=id)
    words = KIND_WORDS.get(transition.kind, "Admission")
    return page("progress/correct.html", form=form, shows=[client], client=client, move=transition, kind=words)
