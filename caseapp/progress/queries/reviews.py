"""Phase reviews: what waits for whom, one with all that was said, and what was decided with criteria unmet or without a review."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor, Can
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind
from caseapp.identity.models import Staff
from caseapp.progress.models import PhaseReview, ReviewStep
from caseapp.progress.rules import BY_PROPOSERS, Decision, ReviewState, decision_words
from caseapp.progress.snapshots import Step, read

LATELY = timedelta(days=90)
MOST_LISTED = 50


@dataclass(frozen=True)
class Listed:
    """A review in a list, with whose it is."""

    review: PhaseReview
    client: Client

    @property
    def words(self) -> str:
        """What it proposes: "Step down to Phase 2"."""
        return words_of(self.review)


@dataclass(frozen=True)
class Told:
    """A step of a review as it is told: what was done, by whom, when, and what was said and stood."""

    row: ReviewStep
    step: Step

    @property
    def by(self) -> str:
        """Who did it."""
        return self.row.by.name if self.row.by else "the command line"


def words_of(review: PhaseReview) -> str:
    """What a review proposes or decided, in words."""
    to = review.to_phase.name if review.to_phase else ""
    return decision_words(review.decision, review.stay.phase.name, to)


def get_review(review_id: str, user: Actor) -> tuple[PhaseReview, Client]:
    """A review of a client whom this person may see. Raises NotFound for any other."""
    row = db.execute(_reviews(user).where(PhaseReview.id == review_id)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def open_review(episode_id: str) -> PhaseReview | None:
    """The review of an episode that waits for someone."""
    found = select(PhaseReview).where(PhaseReview.episode_id == episode_id, PhaseReview.ended_at.is_(None))
    return db.scalar(found.options(*_WHOLE))


def told(review: PhaseReview, client_id: str) -> list[Told]:
    """Everything that was done with a review, in order; opens the sealed text."""
    keys = sealed.load_keys([client_id])
    steps = [Told(row, read(sealed.unseal(client_id, row.body_sealed))) for row in review.steps]
    del keys  # held until now, so that each step finds its key without asking again
    return steps


def last_sent(review: PhaseReview) -> Step:
    """The proposal as it was sent last."""
    row = next(one for one in reversed(review.steps) if one.happened in BY_PROPOSERS)
    return read(sealed.unseal(review.episode.client_id, row.body_sealed))


_NAMED = (
    joinedload(PhaseReview.stay).joinedload(PhaseStay.phase),
    joinedload(PhaseReview.to_phase),
    joinedload(PhaseReview.proposed_by),
    joinedload(PhaseReview.decided_by),
)
_WHOLE = (*_NAMED, selectinload(PhaseReview.steps).joinedload(ReviewStep.by))


# Every chart asks it, so it is put together once.
_STANDING = (
    select(PhaseReview)
    .where(PhaseReview.episode_id == bindparam("episode_id"))
    .where(
        or_(
            PhaseReview.ended_at.is_(None),
            and_(
                PhaseReview.state == ReviewState.decided,
                PhaseReview.decision == Decision.stay,
                PhaseReview.effective_on >= bindparam("today"),
            ),
        )
    )
    .order_by(PhaseReview.proposed_at.desc(), PhaseReview.id)
    .options(*_NAMED)
)


def _reviews(user: Actor) -> Select:
    rows = select(PhaseReview, Client).join(PhaseReview.episode).join(Client, Episode.client_id == Client.id)
    return rows.where(visible_to(user)).options(contains_eager(PhaseReview.episode), *_WHOLE)


def _listed(rows: Select) -> list[Listed]:
    return [Listed(review, client) for review, client in db.execute(rows)]


def to_decide(user: Actor) -> list[Listed]:
    """What waits for approval by someone who decides reviews, and who did not propose it; the longest waiting first."""
    if not user.can(Can.decide_moves):
        return []
    rows = _reviews(user).where(PhaseReview.state == ReviewState.proposed)
    listed = _listed(rows.order_by(PhaseReview.proposed_at, PhaseReview.id))
    return [one for one in listed if user.id not in _proposers(one.review)]


def _proposers(review: PhaseReview) -> set[str | None]:
    return {step.by_id for step in review.steps if step.happened in BY_PROPOSERS}


def to_answer(user: Actor) -> list[Listed]:
    """What came back with a question: to whoever sent it, or whose case manager they are."""
    mine = or_(PhaseReview.proposed_by_id == user.id, Episode.case_manager_id == user.id)
    rows = _reviews(user).where(PhaseReview.state == ReviewState.returned, mine)
    return _listed(rows.order_by(PhaseReview.proposed_at, PhaseReview.id))


def open_ones(user: Actor) -> list[Listed]:
    """Every review that waits for someone, of clients one may see; the longest waiting first."""
    rows = _reviews(user).where(PhaseReview.ended_at.is_(None))
    return _listed(rows.order_by(PhaseReview.proposed_at, PhaseReview.id))


def decided_lately(user: Actor) -> list[Listed]:
    """What was decided, the last first."""
    rows = _reviews(user).where(PhaseReview.state == ReviewState.decided, PhaseReview.ended_at > clock.now() - LATELY)
    return _listed(rows.order_by(PhaseReview.ended_at.desc(), PhaseReview.id).limit(MOST_LISTED))


def overrides(user: Actor) -> list[tuple[Listed, Step]]:
    """What was decided with criteria unmet in the last 90 days, with the proposal that says why; the last first."""
    rows = _reviews(user).where(PhaseReview.state == ReviewState.decided, PhaseReview.unmet > 0)
    rows = rows.where(PhaseReview.ended_at > clock.now() - LATELY).order_by(PhaseReview.ended_at.desc(), PhaseReview.id)
    found = _listed(rows.limit(MOST_LISTED))
    keys = sealed.load_keys([one.client.id for one in found])
    opened = [(one, last_sent(one.review)) for one in found]
    del keys  # held until now, so that each finds its key without asking again
    return opened


def without_review(user: Actor) -> list[tuple[Client, Transition, str]]:
    """Moves of the last 90 days that no review decided, with who decided them, the last first. Corrections of others are left out."""
    reviewed = select(PhaseReview.transition_id).where(PhaseReview.transition_id.is_not(None))
    rows = select(Client, Transition, Staff.name).join(Episode, Transition.episode_id == Episode.id)
    rows = rows.join(Client, Episode.client_id == Client.id).outerjoin(Staff, Transition.decided_by_id == Staff.id)
    rows = rows.where(visible_to(user), Transition.kind != MoveKind.admit, Transition.superseded_at.is_(None))
    rows = rows.where(Transition.replaces_id.is_(None), Transition.id.not_in(reviewed))
    rows = rows.where(Transition.recorded_at > clock.now() - LATELY).order_by(
        Transition.recorded_at.desc(), Transition.id
    )
    return [tuple(row) for row in db.execute(rows.limit(MOST_LISTED))]


def waiting_of(episode_ids: Collection[str]) -> dict[str, PhaseReview]:
    """By episode, the review that waits for someone; one statement, which reads all that wait: they are fewer than episodes."""
    meant = set(episode_ids)
    rows = db.scalars(select(PhaseReview).where(PhaseReview.ended_at.is_(None)).options(*_NAMED))
    return {row.episode_id: row for row in rows if row.episode_id in meant}


def standing(episode_id: str) -> tuple[PhaseReview | None, PhaseReview | None]:
    """The review of an episode that waits for someone, and the last that decided to stay until a day ahead; one statement."""
    found = list(db.scalars(_STANDING, {"episode_id": episode_id, "today": clock.today(clinic.zone())}))
    waits = next((row for row in found if row.open), None)
    return waits, next((row for row in found if not row.open), None)


def of_client(client_id: str) -> list[PhaseReview]:
    """Every review of a client, the last first."""
    rows = select(PhaseReview).join(PhaseReview.episode).where(Episode.client_id == client_id)
    return list(db.scalars(rows.order_by(PhaseReview.proposed_at.desc(), PhaseReview.id).options(*_WHOLE)))


def by_move(client_id: str) -> dict[str, PhaseReview]:
    """By the id of a move, the review that decided it; also for moves that were corrected since."""
    found = {row.transition_id: row for row in of_client(client_id) if row.transition_id}
    rows = select(Transition.id, Transition.replaces_id).join(Episode).where(Episode.client_id == client_id)
    replaced = dict(db.execute(rows.where(Transition.replaces_id.is_not(None))).all())
    for id in replaced:
        root = id
        while root in replaced:
            root = replaced[root]
        if root in found:
            found[id] = found[root]
    return found
