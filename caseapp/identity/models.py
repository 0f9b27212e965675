"""Staff, their roles and teams, and their sign-ins."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.core import clock
from caseapp.core.access import Role
from caseapp.core.db import NOT_IN_BACKUPS, Base, Edited, Id, Word


class Staff(Base):
    """Someone who works here. Never deleted: `left_on` ends their access."""

    __tablename__ = "staff"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    credential: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    compact_rows: Mapped[bool] = mapped_column(default=False)
    notes_cosigned: Mapped[bool] = mapped_column(default=False, server_default=false())
    left_on: Mapped[date | None]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(Integer, default=1)
    roles: Mapped[list["StaffRole"]] = relationship(cascade="all, delete-orphan", order_by="StaffRole.role")
    memberships: Mapped[list["TeamMember"]] = relationship(viewonly=True)
    __mapper_args__ = {"version_id_col": version}

    @property
    def role_names(self) -> list[str]:
        """The roles as a form shows them."""
        return [row.role.value for row in self.roles]

    def teams_on(self, day: date) -> frozenset[str]:
        """The ids of the teams that someone is in on a day."""
        there = (
            row for row in self.memberships if row.started_on <= day and (row.ended_on is None or row.ended_on > day)
        )
        return frozenset(row.team_id for row in there)


class StaffRole(Base):
    """A role someone holds."""

    __tablename__ = "staff_role"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(Word(Role), primary_key=True)


class Team(Edited, Base):
    """People who share a caseload. A team that takes referrals sees clients who have no case manager yet."""

    __tablename__ = "team"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    takes_referrals: Mapped[bool] = mapped_column(default=True)


class TeamMember(Base):
    """Who is in a team, from a day to a day (`ended_on` is the first day no longer)."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("team_id", "staff_id", "started_on"), Index(None, "staff_id"))

    id: Mapped[Id]
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]


class SignIn(Base):
    """One sign-in of one person on one device. The cookie holds a random token; here stands only its digest."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "staff_id", "ended_at"), {"info": NOT_IN_BACKUPS})

    id: Mapped[Id]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(200), default="")


class SignInAttempt(Base):
    """A try at signing in that failed, by digest of the account and of the address; for throttling."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "who_digest", "at"), {"info": NOT_IN_BACKUPS})

    id: Mapped[Id]
    who_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class OneTimeLink(Base):
    """A link an admin hands over, to set a first or a new password; used once, for a day at most."""

    __tablename__ = "one_time_link"
    __table_args__ = ({"info": NOT_IN_BACKUPS},)

    id: Mapped[Id]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    made_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
