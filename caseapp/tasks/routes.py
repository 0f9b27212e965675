"""What is due: the list, one task, adding one, giving it away, opening it again."""

from flask import Blueprint, request, url_for
from flask_login import current_user

from caseapp.clients.queries import find, get_client
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound, RuleBroken, Stale
from caseapp.core.pages import Banner, go, go_to, page, stale_page
from caseapp.tasks import actions, queries
from caseapp.tasks.forms import NewTaskForm, OwnerForm, ReopenForm, TaskForm
from caseapp.tasks.models import Task
from caseapp.tasks.rules import KIND_WORDS, TaskKind, was_reached, where_attempts_stand

bp = Blueprint("tasks", __name__, url_prefix="/tasks")
SIZES = (25, 50, 100)


def whose_page(task: Task) -> str:
    """The address on which a task is worked on: a follow-up on its contact's page, the others on their own."""
    if task.kind is TaskKind.crisis_follow_up and task.source_id:
        return url_for("crisis.show", id=task.source_id)
    return url_for("tasks.show", id=task.id)


def undo_closing(task: Task, text: str) -> Banner:
    """The banner after a closing, which takes it back with one press."""
    return Banner(text, undo_url=url_for("tasks.reopen", id=task.id), undo_fields={"undo": "1"})


def about(task: Task) -> list[str]:
    """The client whose record a page about this task shows."""
    return [task.client_id] if task.client_id else []


@bp.route("")
@requires(Can.see_tasks)
def index():
    """All that is due within 14 days, overdue first: one's own, or everything one may know of."""
    mine = request.args.get("whose") != "all"
    kind = next((one for one in TaskKind if one.value == request.args.get("kind")), None)
    size = request.args.get("size", 25, type=int)
    size, number = size if size in SIZES else 25, max(request.args.get("page", 1, type=int), 1)
    listed = queries.page_of_tasks(current_user, mine, kind, min(number, 10_000), size)
    done = queries.done_lately(current_user, mine) if request.args.get("show") == "done" else None
    named = {task.client_id for task in [*listed.tasks, *(done or [])] if task.client_id}
    at = {"number": number, "size": size, "total": listed.total}
    chosen = {"mine": mine, "kind": kind, "kinds": KIND_WORDS}
    return page("tasks/index.html", shows=named, listed=listed, done=done, at=at, **chosen)


@bp.route("/new", methods=["GET", "POST"])
@requires(Can.see_tasks)
def new():
    """Add a task in one's own words, about a client one may see or about none."""
    form = NewTaskForm()
    people = _people(form)
    form.offer(people, queries.possible_owners(), current_user.id)
    if "find" in request.form:
        form.renew_key()
    elif form.validate_on_submit():
        with form.refusals():
            facts = {"client_id": form.client(), "owner_id": form.owner_id.data, "due_at": form.due_at()}
            task = actions.add(current_user, title=form.title.data, **facts)
            return go("tasks.show", "Added.", id=task.id)
    return page("tasks/new.html", form=form, shows=people, searched="find" in request.form)


def _people(form: NewTaskForm) -> list:
    """Whom the new task may be about: who was found by name, and who was chosen before or by a link."""
    chosen = request.form.get("client_id") or request.args.get("about")
    people = find(form.who.data, current_user, most=8) if form.who.data else []
    if chosen and chosen != "none" and chosen not in {one.id for one in people}:
        people = [get_client(chosen, current_user), *people]
    return people


@bp.route("/<id>", methods=["GET", "POST"])
@requires(Can.see_tasks)
def show(id: str):
    """One task: what, whose, what was tried; note an attempt, or that it is done."""
    task = queries.get_task(id, current_user)
    form = TaskForm.of(task)
    if form.validate_on_submit():
        with form.refusals():
            return _noted(task, form)
    facts = {"task": task, "title": queries.titles_of([task]).get(task.id), "reassigns": _reassigns(task)}
    facts["attempts"] = _attempts(task)
    history = queries.history(task, current_user.can(Can.see_clinical_text))
    return page("tasks/show.html", form=form, shows=about(task), history=history, home=whose_page(task), **facts)


def _attempts(task: Task) -> str:
    """Where the attempts after a no-show stand, as long as nobody was reached; else nothing."""
    results, least = [one.result for one in task.attempts], queries.attempts_least(task)
    return "" if least is None or was_reached(results) else where_attempts_stand(len(results), least)


def _reassigns(task: Task) -> bool:
    return task.closed_at is None and queries.may_reassign(task, current_user)


def _noted(task: Task, form: TaskForm):
    """Carry out what the form of a task says, and say so."""
    if task.kind is TaskKind.crisis_follow_up:
        raise RuleBroken("A call after a crisis contact is noted on the page of the contact.")
    result = form.what()
    if result:
        actions.attempt(task, result, current_user, form.words.data, form.next_due(), form.how())
    elif form.next.data != "done":
        actions.move(task, form.next_due(), current_user, form.words.data)
    if form.next.data != "done":
        return go("tasks.show", "Saved. It stays open.", id=task.id)
    actions.end(task, current_user, form.words.data, noted=result is not None)
    return go("tasks.index", undo_closing(task, "Done."))


@bp.route("/<id>/owner", methods=["GET", "POST"])
@requires(Can.see_tasks)
def reassign(id: str):
    """Give a task to someone else: its owner or a supervisor may."""
    task = queries.get_task(id, current_user)
    form = OwnerForm(obj=task if request.method == "GET" else None)
    form.offer(queries.possible_owners(), task.owner_id)
    if form.validate_on_submit():
        actions.hold(task)
        if form.version.data != task.version:
            return stale_page(Stale(task))
        with form.refusals():
            actions.reassign(task, form.owner_id.data, current_user, form.reason.data)
            return go_to(whose_page(task), f"Given to {task.owner.name}.")
    return page("tasks/reassign.html", form=form, shows=about(task), task=task, home=whose_page(task))


@bp.route("/<id>/reopen", methods=["GET", "POST"])
@requires(Can.see_tasks)
def reopen(id: str):
    """Open a closed task again, with a reason; whoever closed it may take that back without one."""
    task = queries.get_task(id, current_user)
    form = ReopenForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.reopen(task, current_user, form.reason.data)
            return go_to(whose_page(task), "It is open again.")
    elif request.method == "GET" and task.closed_at is None:
        raise NotFound
    return page("tasks/reopen.html", form=form, shows=about(task), task=task, home=whose_page(task))
