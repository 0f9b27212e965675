"""How far a long command is, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

# What is done sooner needs no bar.
SHOWN_AFTER_SECONDS = 2

# Called with how many are done, and of how many.
Tell = Callable[[int, int], None]


@contextmanager
def bar(what: str) -> Iterator[Tell | None]:
    """On a terminal, what shows how far it is, once that has taken long enough; elsewhere None."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console)
    task, began = progress.add_task(what), progress.get_time()

    def tell(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)
        if progress.get_time() - began > SHOWN_AFTER_SECONDS:
            progress.start()

    try:
        yield tell
    finally:
        progress.stop()
