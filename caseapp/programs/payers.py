"""What payers pay for services: the rule in force for a payer, service and care on a day, and how it came to be."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from caseapp.core.db import db
from caseapp.programs.models import PayerRule, Service
from caseapp.programs.queries import all_services
from caseapp.programs.rules.billing import NOT_PAID, SHIPPED_UNITS, Care, UnitRule


class PayerProfiles:
    """The rules of all payers, read once in one statement: for whoever makes the units of many people over many days."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str | None, str, Care], list[PayerRule]] = {}
        known = select(PayerRule).where(PayerRule.superseded_at.is_(None)).order_by(PayerRule.from_day)
        for row in db.scalars(known):
            self._rows.setdefault((row.payer_id, row.service_id, row.care), []).append(row)

    def on(self, payer_id: str | None, service: Service, care: Care, day: date) -> UnitRule:
        """The rule in force on a day: the payer's own, or else the one for all payers, or else as shipped."""
        for whose in dict.fromkeys((payer_id, None)):
            begun = [row for row in self._rows.get((whose, service.id, care), ()) if row.from_day <= day]
            if begun:
                return begun[-1].rule
        return SHIPPED_UNITS.get((service.code, care), NOT_PAID)


@dataclass(frozen=True)
class Line:
    """A service with what is paid for it on a day in either care."""

    service: Service
    rules: dict[Care, UnitRule] = field(default_factory=dict)


def payer_lines(payer_id: str | None, day: date) -> list[Line]:
    """Every service offered with its rules for a payer (None: those without rules of their own) on a day. Two statements."""
    profiles = PayerProfiles()
    offered = [service for service in all_services() if service.active]
    return [Line(one, {care: profiles.on(payer_id, one, care, day) for care in Care}) for one in offered]


def in_force(payer_id: str | None, service: Service, day: date) -> dict[Care, UnitRule]:
    """What a payer (None: those without rules of their own) pays for a service on a day, in either care."""
    profiles = PayerProfiles()
    return {care: profiles.on(payer_id, service, care, day) for care in Care}


def rules_of(service: Service) -> list[PayerRule]:
    """Every rule that was ever saved for a service, the latest recorded first."""
    saved = select(PayerRule).where(PayerRule.service_id == service.id)
    return list(db.scalars(saved.order_by(PayerRule.recorded_at.desc(), PayerRule.id)))
