"""Crisis contacts, what they said before they were changed, and the answers of each attempt to follow up."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id, Word
from caseapp.crisis import rules
from caseapp.crisis.rules import Asked, Behavior, Caller, Channel, Disposition, Risk
from caseapp.identity.models import Staff

# Columns of words, each kept as `<name>_sealed`.
TEXTS = ("lowered_because", "where", "call_back", "participants", "what_happened", "substances", "means")


def _asked() -> Mapped[Asked]:
    return mapped_column(Word(Asked), default=Asked.not_asked, server_default="not_asked")


class ContactFacts:
    """What a crisis contact says (`domain.md` 5.1): the same columns for what is in force and for what was before."""

    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    caller: Mapped[Caller] = mapped_column(Word(Caller))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    wish_to_be_dead: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    thoughts: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    method: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    intent: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    plan: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    behavior: Mapped[Behavior] = mapped_column(Word(Behavior), default=Behavior.not_asked)
    harm_to_others: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    withdrawal_or_overdose: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    naloxone_at_hand: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    safety_plan: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    overdose: Mapped[Asked] = _asked()
    naloxone_given: Mapped[Asked] = _asked()
    means_at_hand: Mapped[Asked] = _asked()
    safety_plan_viewed: Mapped[Asked] = _asked()
    safety_plan_requested: Mapped[Asked] = _asked()
    risk: Mapped[Risk] = mapped_column(Word(Risk))
    what_was_done: Mapped[str] = mapped_column(String(300), default="")
    disposition: Mapped[Disposition | None] = mapped_column(Word(Disposition))
    lowered_because_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    where_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    call_back_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    participants_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    what_happened_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    substances_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    means_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    @property
    def by_screen(self) -> Risk:
        """The level that the screen gives, computed from the answers as they stand."""
        return rules.level_of({name: getattr(self, name) for name in rules.SCREEN})

    @property
    def minutes(self) -> int:
        """How long it lasted, in whole minutes."""
        return int((self.ended_at - self.started_at).total_seconds() // 60)


FACTS = tuple(name for name in ContactFacts.__annotations__ if not name.endswith("_sealed"))


class CrisisContact(ContactFacts, Base):
    """One contact in a crisis. Without a client it was an unknown caller. Sealed texts belong to the client, or to the
    contact itself where the caller is unknown."""

    __tablename__ = "crisis_contact"
    __table_args__ = (CheckConstraint("ended_at >= started_at", name="ends_after_it_starts"), Index(None, "client_id"))

    id: Mapped[Id]
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_by_credential: Mapped[str] = mapped_column(String(100), default="")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime | None]
    changed_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    client: Mapped[Client | None] = relationship()
    recorded_by: Mapped[Staff | None] = relationship(foreign_keys=[recorded_by_id])
    changed_by: Mapped[Staff | None] = relationship(foreign_keys=[changed_by_id])
    earlier: Mapped[list["EarlierContact"]] = relationship(order_by="EarlierContact.superseded_at")
    __mapper_args__ = {"version_id_col": version}

    @property
    def sealed_for(self) -> str:
        """Whose key its texts are sealed under."""
        return self.client_id or self.id

    @property
    def words_by_id(self) -> str | None:
        """Who wrote what it says now: who changed it last, else who recorded it."""
        return self.changed_by_id or self.recorded_by_id


class EarlierContact(ContactFacts, Base):
    """What a contact said from `recorded_at` until it was superseded. Appended with every change, never changed itself."""

    __tablename__ = "crisis_contact_earlier"
    __table_args__ = (Index(None, "contact_id"),)

    id: Mapped[Id]
    contact_id: Mapped[str] = mapped_column(ForeignKey("crisis_contact.id"))
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    superseded_by: Mapped[Staff | None] = relationship()


class FollowUpAnswers(Base):
    """What was asked at an attempt that follows a contact up: risk now, safety plan and means, next step, consent."""

    __tablename__ = "crisis_answers"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    risk_now: Mapped[Risk] = mapped_column(Word(Risk), default=Risk.not_asked)
    safety_plan: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    means_safe: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    may_call_again: Mapped[Asked] = mapped_column(Word(Asked), default=Asked.not_asked)
    next_step_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


_WHOSE = "SELECT {row}.client_id WHERE {row}.client_id IS NOT NULL"
noted(CrisisContact, _WHOSE.format(row="NEW"), was=_WHOSE.format(row="OLD"))
