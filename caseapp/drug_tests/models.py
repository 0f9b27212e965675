"""Days that were drawn, tests, what each says and said before, and what the laboratory says."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id, Word
from caseapp.core.readings import Corrected, Reading, one_in_force
from caseapp.drug_tests.panels import PANELS, Panel
from caseapp.drug_tests.rules import (
    Finding,
    Found,
    Happened,
    LabStep,
    Observed,
    Outcome,
    Sample,
    Why,
    WhyWithdrawn,
    outcome,
)
from caseapp.identity.models import Staff
from caseapp.medications.known import ScreenClass


class DrawRun(Base):
    """On this day of the clinic the days ahead were drawn; once a day, whoever comes first."""

    __tablename__ = "test_draw_run"

    on_day: Mapped[date] = mapped_column(primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(default=clock.now)


class TestDraw(Base):
    """A day on which someone is tested, drawn at random for the stretch that begins on `window_on`. For staff alone to know.

    One that no longer holds is withdrawn and stays on record; of each stretch at most one is in force.
    """

    __tablename__ = "test_draw"
    __table_args__ = (
        UniqueConstraint("episode_id", "window_on", "in_force"),
        CheckConstraint("(in_force IS NULL) = (withdrawn_at IS NOT NULL)", name="withdrawn_is_not_in_force"),
        Index(None, "day"),
        Index(None, "client_id"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    episode_id: Mapped[str] = mapped_column(ForeignKey("episode.id"))
    window_on: Mapped[date]
    day: Mapped[date]
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)
    in_force: Mapped[int | None] = mapped_column(Integer, default=1)
    withdrawn_at: Mapped[datetime | None]
    why_withdrawn: Mapped[WhyWithdrawn | None] = mapped_column(Word(WhyWithdrawn))
    client: Mapped[Client] = relationship()


class DrugTest(Corrected, Base):
    """One test of a client. What it says stands in its readings, one of which is in force."""

    __tablename__ = "drug_test"
    __table_args__ = (UniqueConstraint("draw_id"), Index(None, "client_id"))

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    draw_id: Mapped[str | None] = mapped_column(ForeignKey("test_draw.id"))
    why: Mapped[Why] = mapped_column(Word(Why))
    client: Mapped[Client] = relationship()
    readings: Mapped[list["TestReading"]] = relationship(order_by="TestReading.recorded_at")
    reports: Mapped[list["LabReport"]] = relationship(order_by="LabReport.recorded_at")

    def found(self, reading: "TestReading") -> dict[ScreenClass, Found]:
        """By class what a reading found, with the last word of the laboratory; in the order of the panel."""
        last = {one.substance: one.step for one in self.reports}
        rows = {one.substance: Found(one.finding, one.expected, last.get(one.substance)) for one in reading.findings}
        return {one: rows[one] for one in ScreenClass if one in rows}

    def outcome(self, reading: "TestReading") -> tuple[Outcome, bool] | None:
        """What a reading says as a whole, as `rules.outcome`."""
        return outcome(reading.happened, reading.sample, self.found(reading).values())


class TestReading(Reading, Base):
    """What a test says from `recorded_at` until it was superseded. Appended with each correction, never changed."""

    __tablename__ = "test_reading"
    __table_args__ = (
        *one_in_force("test_id"),
        CheckConstraint("(happened = 'collected') = (sample IS NOT NULL)", name="a_sample_if_collected"),
    )

    id: Mapped[Id]
    test_id: Mapped[str] = mapped_column(ForeignKey("drug_test.id"))
    day: Mapped[date]
    happened: Mapped[Happened] = mapped_column(Word(Happened))
    observed: Mapped[Observed | None] = mapped_column(Word(Observed))
    sample: Mapped[Sample | None] = mapped_column(Word(Sample))
    panel: Mapped[str] = mapped_column(String(40))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    findings: Mapped[list["TestFinding"]] = relationship()

    @property
    def screen(self) -> Panel:
        """The panel."""
        return PANELS[self.panel]


class TestFinding(Base):
    """What a reading found of one class. `expected`: a person decided that a prescription explains the positive."""

    __tablename__ = "test_finding"
    __table_args__ = (CheckConstraint("NOT expected OR finding = 'positive'", name="expected_is_positive"),)

    reading_id: Mapped[str] = mapped_column(ForeignKey("test_reading.id"), primary_key=True)
    substance: Mapped[ScreenClass] = mapped_column(Word(ScreenClass), primary_key=True)
    finding: Mapped[Finding] = mapped_column(Word(Finding))
    expected: Mapped[bool] = mapped_column(default=False)


class LabReport(Base):
    """A step of the laboratory's confirmation of one class. Appended: the last recorded counts, the screen's result stays."""

    __tablename__ = "lab_report"
    __table_args__ = (Index(None, "test_id"),)

    id: Mapped[Id]
    test_id: Mapped[str] = mapped_column(ForeignKey("drug_test.id"))
    substance: Mapped[ScreenClass] = mapped_column(Word(ScreenClass))
    step: Mapped[LabStep] = mapped_column(Word(LabStep))
    on_day: Mapped[date]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by: Mapped[Staff | None] = relationship()


for _model in (TestReading, LabReport):
    noted(_model, "SELECT client_id FROM drug_test WHERE id = NEW.test_id")
