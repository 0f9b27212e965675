"""Programs and their versions: made, drafted, published, discarded."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.core.words import day
from caseapp.programs import queries
from caseapp.programs.models import Criterion, Phase, Program, ProgramVersion, ServiceRequirement
from caseapp.programs.rules import CONSTRAINTS, DRAFT_EXISTS, VersionState, check_version


def new_program(name: str, least_age: int, by: Actor, like: Program | None = None) -> ProgramVersion:
    """A program and its first draft: empty, or with the phases of the version of another program in use today."""
    _must_be_a_new_name(name)
    program = Program(name=name, least_age=least_age, position=queries.next_position(Program), changed_by_name=by.name)
    db.add(program)
    db.flush()
    source = queries.version_in_use(like, clock.today(clinic.zone())) if like else None
    changed("programs.new", program.id, by, least_age=least_age)
    return _draft(program, 1, source, by, known_again=False)


def edit_program(program: Program, by: Actor, *, name: str, least_age: int) -> None:
    """Change a program's name and least age; they hold for all its versions. Raises RuleBroken if the name is taken."""
    _must_be_a_new_name(name, program)
    program.name, program.least_age = name, least_age
    program.changed_at, program.changed_by_name = clock.now(), by.name
    db.flush()
    changed("programs.edit", program.id, by, least_age=least_age)


def _must_be_a_new_name(name: str, but: Program | None = None) -> None:
    for program in queries.programs():
        if program is not but and program.name.casefold() == name.casefold():
            raise RuleBroken(*CONSTRAINTS["uq_program_name"])


def new_draft(program: Program, by: Actor) -> ProgramVersion:
    """A draft of the next version, as a copy of the newest published one. Raises RuleBroken if there is a draft already."""
    lock(Program, [program.id])
    there = queries.versions(program)
    if there and there[0].state is VersionState.draft:
        raise RuleBroken(DRAFT_EXISTS)
    source = there[0] if there else None
    return _draft(program, source.number + 1 if source else 1, source, by)


def _draft(
    program: Program, number: int, source: ProgramVersion | None, by: Actor, known_again: bool = True
) -> ProgramVersion:
    draft = ProgramVersion(program_id=program.id, number=number, changed_at=clock.now(), changed_by_name=by.name)
    db.add(draft)
    db.flush()
    for phase in source.phases if source else []:
        db.add(_copy_of(phase, draft, known_again))
    db.flush()
    db.refresh(draft)
    changed("programs.new_draft", draft.id, by, number=number)
    return draft


def _copy_of(phase: Phase, draft: ProgramVersion, known_again: bool) -> Phase:
    copy = Phase(
        program_version_id=draft.id,
        origin_id=(phase.origin_id or phase.id) if known_again else None,
        position=phase.position,
        **{name: getattr(phase, name) for name in queries.PHASE_FACTS},
    )
    copy.requirements = [
        ServiceRequirement(service_id=old.service_id, times=old.times, per=old.per, minutes=old.minutes)
        for old in phase.requirements
    ]
    copy.criteria = [
        Criterion(**{name: getattr(old, name) for name in queries.CRITERION_FACTS}) for old in phase.criteria
    ]
    return copy


def open_draft(version_id: str, by: Actor) -> ProgramVersion:
    """A draft, held until this transaction ends so that nobody publishes it meanwhile, and marked as edited.

    Raises RuleBroken if it is published, NotFound if it was discarded.
    """
    version = held(version_id)
    queries.must_be_draft(version)
    version.changed_at, version.changed_by_name = clock.now(), by.name
    flag_modified(version, "changed_at")  # two edits in one instant are two edits
    return version


def held(version_id: str) -> ProgramVersion:
    """A version as it is now, with nobody else changing it until this transaction ends. Raises NotFound."""
    lock(ProgramVersion, [version_id])
    fresh = select(ProgramVersion).where(ProgramVersion.id == version_id).execution_options(populate_existing=True)
    version = db.scalar(fresh.options(selectinload(ProgramVersion.phases).selectinload(Phase.requirements)))
    if version is None:
        raise NotFound
    return version


def discard(version: ProgramVersion, by: Actor) -> None:
    """Throw a draft away with its phases. Raises RuleBroken if it is published."""
    draft = open_draft(version.id, by)
    for phase in draft.phases:
        db.delete(phase)
    db.flush()
    db.expire(draft, ["phases"])
    db.delete(draft)
    db.flush()
    changed("programs.discard", version.id, by, number=version.number)


def publish(version: ProgramVersion, effective_on: date, by: Actor) -> None:
    """From that day new admissions use this version; open episodes stay on theirs. Read-only for good from now on.

    Raises RuleBroken if it is published already, changes nothing, does not add up, or starts before today or before a
    version of a lower number.
    """
    version = held(version.id)
    if version.state is VersionState.published:
        raise RuleBroken("This version is published already.")
    _must_start_in_time(version, effective_on)
    numbers = queries.profile(version.program_id, effective_on)
    wrong = [check.sentence for check in check_version(queries.facts_of(version), numbers) if check.blocks]
    if wrong:
        raise RuleBroken("This version can't be published yet. " + " ".join(wrong))
    before, said = queries.changes_of(version)
    if before and not said:
        raise RuleBroken("There are no changes to publish.", way_out="Change the draft first, or discard it.")
    put_in_force(version, effective_on, by)


def _must_start_in_time(version: ProgramVersion, effective_on: date) -> None:
    if effective_on < clock.today(clinic.zone()):
        raise RuleBroken("Choose today or a later day.", "effective_on")
    before = queries.newest_published(version.program_id, below=version.number)
    if before and before.effective_on > effective_on:
        raise RuleBroken(
            f"Version {before.number} starts {day(before.effective_on)}. Choose that day or a later one.",
            "effective_on",
        )


def put_in_force(version: ProgramVersion, effective_on: date, by: Actor) -> None:
    """Mark a version as published, whatever the day; `publish` asks first whether it may be."""
    version.state, version.effective_on = VersionState.published, effective_on
    version.published_at, version.published_by_id = clock.now(), by.id
    version.changed_at, version.changed_by_name = clock.now(), by.name
    db.flush()
    changed("programs.publish", version.id, by, number=version.number, effective_on=effective_on)
