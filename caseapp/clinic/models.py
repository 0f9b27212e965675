"""Organization, sites, rooms, payers, other providers. What is no longer `active` stays on record and is offered no more."""

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clinic.rules import ProviderKind
from caseapp.core.db import Base, Edited, Id, Word


class Organization(Edited, Base):
    """The one organization of this database; `is_demo` says that nobody here is real."""

    __tablename__ = "organization"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(default=False)


class Site(Edited, Base):
    """A place with its own IANA time zone. The days of the clinic are counted at the first by `position`."""

    __tablename__ = "site"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    zone: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Room(Edited, Base):
    """A room in which sessions are held. `seats` is how many people it holds."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("site_id", "name"), CheckConstraint("seats > 0", name="seats_somebody"))

    id: Mapped[Id]
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(String(100))
    seats: Mapped[int] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    site: Mapped[Site] = relationship()


class Provider(Edited, Base):
    """Another provider, to refer to or to receive from."""

    __tablename__ = "provider"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[ProviderKind] = mapped_column(Word(ProviderKind))
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    active: Mapped[bool] = mapped_column(default=True, server_default=true())


class Payer(Edited, Base):
    """Who pays."""

    __tablename__ = "payer"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
