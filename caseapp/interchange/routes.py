"""Bring people in by a page: hand files over, look at what would come of it, say yes, see it done."""

from flask import Blueprint, Response
from flask_login import current_user

from caseapp.audit.actions import record
from caseapp.audit.rules import Kind
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.pages import go, page
from caseapp.interchange import queries
from caseapp.interchange.forms import UploadForm
from caseapp.interchange.rules import BRING_IN, DEFAULT_SOURCE, LOOK
from caseapp.interchange.uploads import base_name, must_be_readable
from caseapp.jobs import actions as jobs
from caseapp.jobs.models import Job
from caseapp.jobs.queries import get_job, newest_jobs, result_of, why_it_waits
from caseapp.jobs.rules import GOING, JobState

bp = Blueprint("interchange", __name__, url_prefix="/admin/import")
KINDS = frozenset({LOOK, BRING_IN})


@bp.route("", methods=["GET", "POST"])
@requires(Can.bring_in_clients)
def index():
    """Hand over lists and Bundles; nothing is brought in before someone has looked."""
    form = UploadForm()
    if form.validate_on_submit():
        with form.refusals():
            files = [(base_name(one.filename or ""), one.read()) for one in form.files.data or () if one.filename]
            must_be_readable(files)
            job = jobs.ask_for(LOOK, current_user, {"source": form.source.data or ""}, files)
            return go("interchange.show", id=job.id)
    return page("interchange/index.html", form=form, jobs=newest_jobs(KINDS), words=words_of, list_name=DEFAULT_SOURCE)


@bp.route("/<id>")
@requires(Can.bring_in_clients)
def show(id: str):
    """How far it is, or what came of it."""
    job = _job(id)
    result = result_of(job)
    counts = result.get("counts", {})
    done = result.get("so_far") or {"imported": result.get("imported", []), "many": counts.get("imported", 0)}
    imported = queries.record_numbers(done["imported"])
    facts = {
        "going": job.state in GOING,
        "looked": job.kind == LOOK,
        "waits": why_it_waits(job),
        "words": words_of(job),
        "counts": counts,
        "many": done["many"],
    }
    return page("interchange/show.html", shows=imported, job=job, result=result, imported=imported, **facts)


@bp.route("/<id>/go-on", methods=["POST"])
@requires(Can.bring_in_clients)
def bring_in(id: str):
    """Yes, bring them in."""
    jobs.go_on_as(_job(id), BRING_IN, current_user)
    return go("interchange.show", id=id)


@bp.route("/<id>/stop", methods=["POST"])
@requires(Can.bring_in_clients)
def stop(id: str):
    """Stop it before its next step, or take away what was handed over."""
    jobs.stop(_job(id), current_user)
    return go("interchange.show", id=id)


@bp.route("/<id>/rejects/<number>")
@requires(Can.bring_in_clients)
def rejects(id: str, number: str):
    """The rejects of one file, to be put right and handed over again; taking them away is recorded."""
    rejected = result_of(_job(id)).get("rejected", [])
    one = {str(at): one for at, one in enumerate(rejected, 1)}.get(number)
    if one is None:
        raise NotFound
    record(Kind.export, "interchange.rejects", current_user, rows=one["rows"])
    headers = {"Content-Disposition": f"attachment; filename=rejects-{number}.csv"}
    return Response(one["csv"].encode("utf-8", "surrogateescape"), mimetype="text/csv", headers=headers)


def _job(id: str) -> Job:
    return get_job(id, KINDS, current_user)


def words_of(job: Job) -> str:
    """Where a job is, in words."""
    looked = job.kind == LOOK
    return {
        JobState.waiting: "Waiting",
        JobState.running: "Looking through" if looked else "Bringing in",
        JobState.done: ("Looked through, nothing brought in yet" if job.files else "Not brought in")
        if looked
        else "Done",
        JobState.failed: "It did not work",
        JobState.stopped: "Stopped",
    }[job.state]
