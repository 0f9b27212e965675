"""The files of a tree and what to say of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", "instance", "__pycache__", ".make", "node_modules"}


def files(root: Path, *endings: str, under: tuple[str, ...] = ("",)) -> Iterator[Path]:
    """Our own files with one of the endings, in order, below the folders (or being the files) named in `under`."""
    for place in under:
        start = root / place
        found = [start] if start.is_file() else start.rglob("*")
        for path in sorted(found):
            parts = path.relative_to(root).parts
            ours = not NOT_OURS & set(parts) and not any(part.startswith(".") and part != ".ci" for part in parts)
            if ours and path.is_file() and (not endings or path.suffix in endings):
                yield path


def at(root: Path, path: Path, line: int, says: str) -> str:
    """One finding, as an editor can jump to it."""
    return f"{path.relative_to(root)}:{line}: {says}"


def copy_of_the_house(to: Path) -> Path:
    """A copy of what the checkers read, in which mistakes may be planted."""
    for name in ("caseapp", "templates", "migrations", "tests"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for name in ("config.py", "wsgi.py", "pyproject.toml"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, to / name)
    return to
