"""Commands of ours in processes of their own: what they said, how long and how much memory they took."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser import HERE, environment


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its exit status, what it wrote to both of its outputs, seconds, and the most memory in MB."""

    status: int
    said: str
    seconds: float
    memory: float

    @property
    def last(self) -> str:
        """The last line that it wrote."""
        return self.said.splitlines()[-1]


def start(settings: Any, *words: str, **options: Any) -> subprocess.Popen:
    """`flask --app wsgi …` in a process of its own; more of its environment as `env`, other options as Popen has them."""
    env = os.environ | environment(settings) | options.pop("env", {})
    outputs = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=HERE, env=env, **outputs, **options
    )


def ended(process: subprocess.Popen) -> Ended:
    """Wait for the end of a process. Its memory is looked at all the while: what `wait4` tells counts whoever started it too."""
    begin, memory = time.monotonic(), 0.0
    with ThreadPoolExecutor(1) as reader, process.stdout as out:
        said = reader.submit(out.read)
        while process.poll() is None:
            memory = max(memory, most_memory(process.pid))
            time.sleep(0.02)
        return Ended(process.returncode, said.result(), time.monotonic() - begin, memory)


def most_memory(pid: int) -> float:
    """The most memory that a running process has taken so far, in MB; 0 of one that has just ended."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return max((int(line.split()[1]) / 1000 for line in status if line.startswith("VmHWM")), default=0.0)
