"""The first page of the day, and the pages that help to find one's way: Help and Keys."""

from typing import Any

from flask import Blueprint, request, url_for
from flask_login import current_user

from caseapp.clients.queries import kept_drafts
from caseapp.core import clock
from caseapp.core.access import Can, Role, requires
from caseapp.core.fields import site_today
from caseapp.core.pages import page
from caseapp.drug_tests.queries import due as tests_due
from caseapp.notes.due import owed
from caseapp.notes.queries import to_cosign
from caseapp.progress.queries import reviews
from caseapp.today.queries import due, people, sessions
from caseapp.today.rules import Rows, first_rows, session_of_the_page

bp = Blueprint("today", __name__)
SIZES = (25, 50, 100)


def on_every_page() -> dict[str, Any]:
    """The links at the foot of every page of someone signed in."""
    if not current_user.is_authenticated:
        return {}
    links = [("Help", "today.help"), ("Keys", "today.keys")]
    return {"footer_links": [{"label": label, "url": url_for(endpoint)} for label, endpoint in links]}


@bp.route("/today")
@requires(Can.see_today)
def index():
    """What needs this person now, by harm; several roles see their parts one under the other."""
    tasks = {"overdue": due.overdue(current_user), "due": due.due_today(current_user)}
    parts = _of_sessions() | _of_people()
    calm = not any(tasks.values()) and not any(parts[name] for name in CALLS_FOR_SOMETHING)
    return page(
        "today/index.html",
        shows=_named(tasks, parts),
        later=due.due_later(current_user),
        drafts=kept_drafts(current_user),
        tests=_tests(),
        calm=calm,
        upcoming=sessions.next_one(current_user) if calm else None,
        **tasks,
        **parts,
    )


CALLS_FOR_SOMETHING = (
    "to_decide",
    "to_answer",
    "sessions",
    "unmarked",
    "notes",
    "cosign",
    "below",
    "absent",
    "ready",
    "gate",
    "moves",
    "unowned",
)


def _of_sessions() -> dict[str, Any]:
    """One's own sessions of today: the one that is on or next, and the rest; what is not finished; what to know before."""
    mine = sessions.today(current_user)
    here = session_of_the_page([row.session for row in mine], clock.now())
    know = sessions.know_before_group(current_user, mine) if Role.clinician in current_user.roles else Rows()
    return {
        "sessions": mine,
        "here": next((row for row in mine if row.session is here), None),
        "unmarked": sessions.unfinished(current_user),
        "notes": first_rows(owed(current_user)),
        "cosign": first_rows(to_cosign(current_user)),
        "know": know,
    }


def _tests() -> tuple[int, int]:
    """How many drug tests are to be collected today, and how many of earlier days nobody has said anything of."""
    today, found = site_today(), tests_due(current_user, site_today())
    return sum(one.day == today for one in found), sum(one.day < today for one in found)


def _of_people() -> dict[str, Any]:
    """Clients who need a look, as far as one's roles look after them."""
    roles = current_user.roles
    manages = Role.case_manager in roles
    clients = people.caseload(current_user) if manages else []
    ready, nearly = people.by_readiness(current_user, clients) if clients else (Rows(), Rows())
    screens = manages or Role.supervisor in roles
    proposes = current_user.can(Can.propose_moves)
    below, also_short = people.short_this_week(clients)
    return {
        "clients": clients,
        "below": below,
        "also_short": also_short,
        "absent": people.absent(clients),
        "milestones": people.milestones(clients),
        "ready": ready,
        "nearly": nearly,
        "gate": people.at_the_gate(current_user) if screens else Rows(),
        "moves": people.moves_ahead(current_user) if manages else Rows(),
        "unowned": people.without_case_manager(current_user) if Role.supervisor in roles else Rows(),
        "last": people.looked_at_last(current_user),
        "to_decide": first_rows(reviews.to_decide(current_user)),
        "to_answer": first_rows(reviews.to_answer(current_user) if proposes else []),
    }


def _in_pairs(parts: dict[str, Any]) -> list[tuple]:
    """The rows that are a client with something about them."""
    return [row for name in ("absent", "milestones", "unowned") for row in parts[name].shown]


def _named(tasks: dict[str, Rows], parts: dict[str, Any]) -> set[str]:
    """The clients whose names stand on the page."""
    named = {row.task.client_id for block in tasks.values() for row in block.shown if row.task.client_id}
    named |= {client.id for client, _more in _in_pairs(parts)}
    named |= {
        row.client.id
        for name in ("below", "ready", "nearly", "gate", "moves", "know", "to_decide", "to_answer")
        for row in parts[name].shown
    }
    return named | {client.id for client in parts["last"]}


@bp.route("/today/not-finished")
@requires(Can.mark_attendance)
def not_finished():
    """Past lists that are not done, with how long they wait: one's own, for a supervisor everyone's."""
    size = request.args.get("size", 25, type=int)
    size, number = size if size in SIZES else 25, min(max(request.args.get("page", 1, type=int), 1), 10_000)
    found = sessions.unfinished(current_user, number, size)
    at = {"number": number, "size": size, "total": found.total}
    return page("today/not_finished.html", rows=found.shown, at=at, every=Role.supervisor in current_user.roles)


@bp.route("/help")
@requires(Can.use_own_account)
def help():
    """What each page is for, as far as one's roles may open it, and whom to call."""
    return page("today/help.html")


@bp.route("/help/keys")
@requires(Can.use_own_account)
def keys():
    """The keys that work, and where."""
    return page("today/keys.html")
