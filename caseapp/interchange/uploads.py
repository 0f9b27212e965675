"""Files handed over on a page: looked through first, then brought in, both as jobs, by the same code as the command."""

import io
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import Any

from caseapp.core.access import Actor
from caseapp.core.errors import RuleBroken
from caseapp.core.parsing import FORBIDDEN
from caseapp.interchange.rules import BRING_IN, LOOK, Outcome
from caseapp.interchange.runs import Tally, bring_in, look_through
from caseapp.interchange.sources import Source, Unreadable, file_in_memory, sources_of
from caseapp.interchange.tables import Rejects
from caseapp.jobs.rules import Step
from caseapp.jobs.running import Files, Result, Work

FIRST_ROWS, REASONS, LINKS = 10, 20, 200
Pass = Callable[[Source, Rejects], Iterator[Tally]]


def base_name(name: str) -> str:
    """How a file is called, without the folders that some browsers send and without what no name should have."""
    return FORBIDDEN.sub("", name.replace("\\", "/").rpartition("/")[2]).strip()[:200] or "file"


def must_be_readable(files: Files) -> None:
    """Raise RuleBroken, at the field of the upload, for what is no list of people and no Bundle by its name or first line."""
    if not files or not any(content for _name, content in files):
        raise RuleBroken("Choose the files to bring in.", "files")
    with ExitStack() as opened:
        for one in sources_of([file_in_memory(*one) for one in files], opened):
            if isinstance(one, Unreadable):
                raise RuleBroken(one.sentence, "files")


def _look_through(facts: dict[str, Any], files: Files, _by: Actor) -> Generator[Step, None, Result]:
    return (yield from _through(files, lambda file, rejects: look_through(file, rejects, facts["source"]), {}))


def _bring_in(facts: dict[str, Any], files: Files, by: Actor) -> Generator[Step, None, Result]:
    def one_pass(file: Source, rejects: Rejects) -> Iterator[Tally]:
        return bring_in(file, rejects, facts["source"], by)

    return (yield from _through(files, one_pass, facts["so_far"]))


def _through(files: Files, one_pass: Pass, earlier: dict[str, Any]) -> Generator[Step, None, Result]:
    """Go through files one by one; gives counts, the first rows, why people were refused, and the rejects of each file.

    `earlier` is how far a worker came that did not end it: whom it imported is known by now, and counts as imported.
    """
    summary = _Summary(earlier)
    with ExitStack() as opened:
        sources = sources_of([file_in_memory(*one) for one in files], opened)
        before, size = 0, sum(one.size for one in sources)
        yield Step(0, size)
        for file in sources:
            out = io.StringIO(newline="")
            rejects = Rejects(file.header, out)
            for done in one_pass(file, rejects):
                summary.add(done)
                yield Step(before + file.position, size, summary.so_far)
            before += file.size
            if rejects.number:
                summary.rejected.append({"name": file.name, "rows": rejects.number, "csv": out.getvalue()})
    return summary.result


class _Summary:
    """What a page tells of an import."""

    def __init__(self, earlier: dict[str, Any]):
        self.earlier, self.tally = earlier, Tally()
        self.first: list[dict[str, str]] = []
        self.reasons: Counter[str] = Counter()
        self.rejected: list[dict[str, Any]] = []

    def add(self, done: Tally) -> None:
        self.tally.add(done)
        self.first += [vars(one) for one in done.told[: FIRST_ROWS - len(self.first)]]
        self.reasons.update(one.what for one in done.told if one.what not in list(Outcome))

    @property
    def so_far(self) -> dict[str, Any]:
        ids = [*self.earlier.get("imported", []), *self.tally.imported]
        many = self.earlier.get("many", 0) + self.tally.counts["imported"]
        return {"imported": ids[:LINKS], "many": many}

    @property
    def result(self) -> dict[str, Any]:
        known = max(self.tally.counts["known"] - self.earlier.get("many", 0), 0)
        counts = {"imported": self.so_far["many"], "known": known, "rejected": self.tally.counts["rejected"]}
        reasons = [{"why": why, "many": many} for why, many in self.reasons.most_common(REASONS)]
        return {
            "counts": counts,
            "imported": self.so_far["imported"],
            "first": self.first,
            "reasons": reasons,
            "rejected": self.rejected,
        }


JOBS: dict[str, Work] = {LOOK: _look_through, BRING_IN: _bring_in}
KEEP_FILES = frozenset({LOOK})  # for the import that someone may ask for after a look
