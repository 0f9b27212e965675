"""Records that are corrected by appending: what one says stands in its readings, of which one is in force; taken back, none is.

A room's record (a measure, a drug test) is `Corrected` and has `readings`, each of which is a `Reading`. The room says what
stands in them, checks it, and writes the event.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import Edited, db, lock
from caseapp.core.errors import RuleBroken


class Corrected(Edited):
    """A record of a client. Its `readings` are declared by the room, the one recorded first first."""

    taken_back_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    @property
    def reading(self) -> Any:
        """What it says now; None if it was taken back."""
        return next((one for one in self.readings if one.in_force), None)


class Reading:
    """What a record says from `recorded_at` until it was superseded. Appended with each correction, never changed.

    `reason_sealed` is why it says something else than before, under the client's key.
    """

    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    in_force: Mapped[int | None] = mapped_column(Integer, default=1)
    superseded_at: Mapped[datetime | None]
    superseded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))

    @declared_attr
    def recorded_by(cls) -> Mapped[Any]:
        return relationship("Staff", foreign_keys=f"{cls.__name__}.recorded_by_id")

    @declared_attr
    def superseded_by(cls) -> Mapped[Any]:
        return relationship("Staff", foreign_keys=f"{cls.__name__}.superseded_by_id")


def one_in_force(record_id: str) -> tuple[UniqueConstraint, CheckConstraint, CheckConstraint]:
    """The constraints of a table of readings, by its column that names the record."""
    return (
        UniqueConstraint(record_id, "in_force"),
        CheckConstraint("in_force IS NULL OR in_force = 1", name="in_force_or_null"),
        CheckConstraint("(in_force IS NULL) = (superseded_at IS NOT NULL)", name="superseded_is_not_in_force"),
    )


def hold(row: Corrected) -> None:
    """Take hold of the record until the end of the request, and see it as it stands now."""
    lock(type(row), [row.id])
    db.refresh(row)


def must_stand(row: Corrected) -> None:
    """Raises RuleBroken for a record that was taken back."""
    if row.reading is None:
        raise RuleBroken("This was taken back already.")


def must_have(reason: str, sentence: str) -> None:
    """Raises RuleBroken with this sentence, at its field, for a reason without words."""
    if not reason.strip():
        raise RuleBroken(sentence, "reason")


def supersede(row: Corrected, by: Actor) -> None:
    """What the record says holds no more from now on; a correction appends what it says instead."""
    reading = row.reading
    reading.in_force, reading.superseded_at, reading.superseded_by_id = None, clock.now(), by.id
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()


def take_back(row: Corrected, reason: str, by: Actor) -> None:
    """It should not have been recorded: it counts no more, and stays to be seen with the reason.

    The caller holds the record. Raises RuleBroken without a reason, or if it was taken back already.
    """
    must_stand(row)
    must_have(reason, "Enter why it is taken back")
    supersede(row, by)
    row.taken_back_sealed = sealed.seal(row.client_id, reason.strip())
    db.flush()
