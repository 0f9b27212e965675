"""What lets a page keep what it worked out: for each client a stamp that is another one after each fact written about them.

A room says of each table that criteria read how a row leads to its client. A trigger notes every change of it, on both engines,
whoever writes and by whatever way; a migration writes the same triggers out (`docs/decisions/criteria.md`). Notes are only ever
added, so that two who write about the same people never wait for each other; `work` takes out those that newer ones stand for.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import DDL, ColumnElement, Index, Integer, String, cast, delete, event, func, insert, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from caseapp.core.db import Base, db, kept

EVERYONE = ""  # the client of a note that concerns all: a service that counts from now on, a number of the rule profile


class FactNoted(Base):
    """That a fact about a client was written or changed. What it was stands in its own table, who did it in the audit."""

    __tablename__ = "fact_noted"
    __table_args__ = (Index(None, "client_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(22))


def noted(model: type[Base], whose: str, of: Collection[str] = (), was: str = "") -> None:
    """Note each INSERT and each UPDATE (of these columns, if any are named) for the clients whom `whose` selects.

    `whose` is SQL that both engines know, with NEW for the row. `was` is the same with OLD, for rows that can go from one client to
    another. Nothing is noted of a DELETE: rows of such tables stay.
    """
    changed = f"UPDATE OF {', '.join(of)}" if of else "UPDATE"
    both = f"{whose} UNION {was}" if was else whose
    for dialect, triggers in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        for statement in triggers(model.__tablename__, changed, whose, both):
            event.listen(model.__table__, "after_create", DDL(statement).execute_if(dialect=dialect))


def _sqlite(table: str, changed: str, whose: str, both: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_noted_insert AFTER INSERT ON {table} "
        f"BEGIN INSERT INTO fact_noted (client_id) {whose}; END",
        f"CREATE TRIGGER {table}_noted_update AFTER {changed} ON {table} "
        f"BEGIN INSERT INTO fact_noted (client_id) {both}; END",
    ]


def _postgresql(table: str, changed: str, _whose: str, both: str) -> list[str]:
    return [
        f"CREATE FUNCTION {table}_noted() RETURNS trigger AS $$ "
        f"BEGIN INSERT INTO fact_noted (client_id) {both}; RETURN NULL; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_noted AFTER INSERT OR {changed} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_noted()",
    ]


def stamp(client_id: ColumnElement[str]) -> ColumnElement[str]:
    """Beside a row that names a client by this column: the stamp of all facts about them, and of what concerns everyone.

    Read it before the facts: what is worked out from them holds at least for as long as the stamp is the same. Only where the
    transaction itself has written nothing, for what it takes back could be noted again under the same number.
    """
    return _stamp_of(client_id).concat(" ").concat(_stamp_of(EVERYONE))


def _stamp_of(client_id: ColumnElement[str] | str) -> ColumnElement[str]:
    """A note more makes more of them, also where two write at once and are seen in another order than that of their numbers;
    `drop_old` leaves a number that is higher than all before.
    """
    said = cast(func.coalesce(func.max(FactNoted.id), 0), String).concat(" ").concat(cast(func.count(), String))
    return select(said).where(FactNoted.client_id == client_id).scalar_subquery()


def drop_old(day: date) -> None:
    """Of each client of whom there are several notes, leave one that is new: no stamp that was ever read comes back by this.

    Once in a day, which is when everything is worked out anew; a second time it does nothing. Belongs into a transaction of its own.
    """
    if kept.get("notes dropped") == day:
        return
    several = select(FactNoted.client_id).group_by(FactNoted.client_id).having(func.count() > 1)
    added = db.scalars(insert(FactNoted).from_select(["client_id"], several).returning(FactNoted.id)).all()
    if added:
        newer = aliased(FactNoted)
        again = select(newer.client_id).where(newer.id >= min(added))
        db.execute(delete(FactNoted).where(FactNoted.id < min(added), FactNoted.client_id.in_(again)))
    kept["notes dropped"] = day
