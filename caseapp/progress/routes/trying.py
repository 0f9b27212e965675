"""A draft's criteria, tried on the clients of today before they are published."""

from caseapp.core.access import Can, requires
from caseapp.core.fields import site_today
from caseapp.core.pages import page
from caseapp.programs import queries as programs
from caseapp.progress.queries.trying import try_on
from caseapp.progress.routes.board import bp


@bp.route("/admin/programs/versions/<id>/try")
@requires(Can.edit_programs)
def try_version(id: str):
    """How many would be ready, nearly and not yet by a draft, and how many are now."""
    version = programs.get_version(id)
    programs.must_be_draft(version)
    return page("progress/try.html", version=version, tried=try_on(version, site_today()))
