"""The vocabulary of jobs."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum, auto
from typing import Any

# Within so long a worker must say that it goes on; then another one takes the job up.
LEASE = timedelta(seconds=60)
# What was handed over and not gone on with is taken away after so long.
FILES_LAST = timedelta(days=1)
# After so long without a worker the page says so.
PATIENCE = timedelta(seconds=10)


class JobState(StrEnum):
    """Where a job is. What is done, failed or stopped stays so, unless it is asked to go on as another kind."""

    waiting = auto()
    running = auto()
    done = auto()
    failed = auto()
    stopped = auto()


GOING = (JobState.waiting, JobState.running)


@dataclass(frozen=True)
class Step:
    """How far a job has come: so much of so much. `so_far` (small, JSON) is given to whoever takes it up after a worker died."""

    done: int
    total: int
    so_far: dict[str, Any] = field(default_factory=dict)
