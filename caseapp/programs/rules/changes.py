"""What differs between two versions of a program, as sentences a person can approve."""

from collections.abc import Sequence

from caseapp.programs.rules.checks import Need, PhaseFacts


def changes(old: Sequence[PhaseFacts], new: Sequence[PhaseFacts]) -> list[str]:
    """Every difference from old to new, phase by phase; empty if there is none. A phase is known again by its key."""
    before, after = {phase.key: phase for phase in old}, {phase.key: phase for phase in new}
    said = [f"{phase.name} is removed." for phase in old if phase.key not in after]
    for phase in new:
        if phase.key in before:
            said += _changed(before[phase.key], phase)
        else:
            said.append(f"{phase.name} is added in place {phase.position}: {_in_short(phase)}.")
    stayed_old = [phase.key for phase in old if phase.key in after]
    stayed_new = [phase.key for phase in new if phase.key in before]
    if stayed_old != stayed_new:
        said.append(f"The order is now {', '.join(phase.name for phase in new)}.")
    return said


def _in_short(phase: PhaseFacts) -> str:
    services = ", ".join(f"{need.service} {need.words}" for need in phase.needs) or "no required services"
    return (
        f"level {phase.level_of_care}, {_hours(phase)} hours and {phase.days_a_week} days a week, "
        f"{_weeks(phase)} weeks, {services}"
    )


def _changed(old: PhaseFacts, new: PhaseFacts) -> list[str]:
    said = []
    if old.name != new.name:
        said.append(f"{old.name} is now called {new.name}.")
    facts = (
        ("level of care", old.level_of_care, new.level_of_care),
        ("hours a week", _hours(old), _hours(new)),
        ("days a week", f"{old.days_a_week}", f"{new.days_a_week}"),
        ("weeks expected", _weeks(old), _weeks(new)),
        ("weeks, least", f"{old.weeks_least}", f"{new.weeks_least}"),
    )
    said += [f"{new.name}: {label} {was} becomes {now}." for label, was, now in facts if was != now]
    said += _services(new.name, {need.service: need for need in old.needs}, new.needs)
    return said + _criteria(new.name, old.criteria, new.criteria)


def _services(phase: str, before: dict[str, Need], needs: Sequence[Need]) -> list[str]:
    said = []
    for need in needs:
        was = before.pop(need.service, None)
        if was is None:
            said.append(f"{phase}: {need.service} is added, {need.words}.")
        elif was.words != need.words:
            said.append(f"{phase}: {need.service} {was.words} becomes {need.words}.")
    return said + [f"{phase}: {service} is no longer required." for service in before]


def _criteria(phase: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Criteria are known by their sentences: one whose number changed is said as removed and added."""
    said = [f"{phase}: {one} is removed." for one in old if one not in new]
    said += [f"{phase}: {one} is added." for one in new if one not in old]
    if not said and list(old) != list(new):
        said.append(f"{phase}: the order of its criteria changes.")
    return said


def _hours(phase: PhaseFacts) -> str:
    return _span(float(phase.hours_least), float(phase.hours_most))


def _weeks(phase: PhaseFacts) -> str:
    return _span(phase.weeks_expected_least, phase.weeks_expected_most)


def _span(least: float, most: float) -> str:
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"
