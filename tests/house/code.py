"""Checks on the source: sizes, names, who reads the clock, who ends a transaction, what must not stand in a file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import at, files

LONGEST_FUNCTION = 40
LONGEST_FILE = {".py": 400, ".html": 600, ".css": 600, ".js": 120}
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "services", "managers"}
CODE = ("caseapp", "config.py", "wsgi.py", "migrations", "tests")
PRODUCT = ("caseapp", "config.py", "wsgi.py")

_CLOCK = "caseapp/core/clock.py"
_READS_THE_CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime",
    "time.gmtime", "func.now", "func.current_timestamp", "func.current_date", "func.localtimestamp",
}  # fmt: skip
_ENDS_TRANSACTIONS = ("caseapp/core/", "caseapp/jobs/", "caseapp/cli/")
_ROOMS_OF_A_MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|opt/\w+)/|(?:extra-)?index-url|find-links|trusted-host"
)
_TEXT = {".py", ".toml", ".txt", ".md", ".html", ".css", ".js", ".mako", ".ini", ".cfg", ".yml", ".yaml", ".json", ""}


def too_long(root: Path) -> list[str]:
    """Functions and files over the hard limit."""
    found = []
    for path in files(root, *LONGEST_FILE, under=(*CODE, "templates")):
        text = path.read_text()
        lines = text.count("\n")
        limit = LONGEST_FILE[path.suffix]
        # A migration is written by a tool and never grows: nobody is tired by its length.
        if lines > limit and "versions" not in path.parts:
            found.append(at(root, path, lines, f"{lines} lines, the limit is {limit}"))
        if path.suffix == ".py" and "versions" not in path.parts:
            found += [at(root, path, line, says) for line, says in _long_functions(text)]
    return found


def _long_functions(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines, the limit is {LONGEST_FUNCTION}"


def names_that_say_nothing(root: Path) -> list[str]:
    """Modules and folders whose name does not say what is in them."""
    return [
        at(root, path, 1, f"a name that says nothing: {part}")
        for path in files(root, ".py", ".html", ".css", ".js", under=(*CODE, "templates"))
        for part in path.relative_to(root).with_suffix("").parts
        if part in SAYS_NOTHING
    ]


def clock_reads(root: Path) -> list[str]:
    """Reads of the clock elsewhere than in core.clock, by calls and by the database's own functions."""
    found = []
    for path in files(root, ".py", under=PRODUCT):
        if path.relative_to(root).as_posix() == _CLOCK:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = _dotted(node.func) if isinstance(node, ast.Call) else ""
            if ".".join(name.split(".")[-2:]) in _READS_THE_CLOCK:
                found.append(at(root, path, node.lineno, f"{name}() reads the clock; ask caseapp.core.clock"))
            elif isinstance(node, ast.ImportFrom) and node.module == "time" and {"time", "time_ns"} & _names(node):
                found.append(at(root, path, node.lineno, "imports time.time; ask caseapp.core.clock"))
    return found


def ended_transactions(root: Path) -> list[str]:
    """Calls that commit or roll back outside the floor that owns transactions: one request, one transaction."""
    return [
        at(root, path, node.lineno, f"{node.func.attr}() belongs to the end of the request, not to a room")
        for path in files(root, ".py", under=("caseapp",))
        if not path.relative_to(root).as_posix().startswith(_ENDS_TRANSACTIONS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]


def traces_of_a_machine(root: Path) -> list[str]:
    """Paths of one machine and addresses of package hosts: a clone must work anywhere."""
    found = []
    for path in files(root):
        if path.suffix in _TEXT and path.name != Path(__file__).name:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if match := _ROOMS_OF_A_MACHINE.search(line):
                    found.append(at(root, path, number, f"belongs to one machine: {match[0]}"))
    return found


def imports_in_migrations(root: Path) -> list[str]:
    """Migrations that import anything of ours: a later change of ours would change what they once did."""
    found = []
    for path in files(root, ".py", under=("migrations/versions",)):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            found += [
                at(root, path, node.lineno, f"a migration imports {module}")
                for module in modules
                if module.split(".")[0] in {"caseapp", "config", "tests"}
            ]
    return found


def weak_tests(root: Path) -> list[str]:
    """Tests that are switched off, or that replace our own code by a mock."""
    found = []
    for path in files(root, ".py", under=("tests",)):
        for node in ast.walk(ast.parse(path.read_text())):
            name = _dotted(node) if isinstance(node, ast.Attribute) else ""
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if name.endswith(("mark.skip", "mark.skipif", "mark.xfail")):
                found.append(at(root, path, node.lineno, f"a test that is switched off: {name}"))
            if any(module.startswith(("unittest.mock", "mock")) for module in modules):
                found.append(at(root, path, node.lineno, "a mock: let the real thing run"))
    return found


def _dotted(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ".".join(reversed(parts))


def _names(node: ast.ImportFrom) -> set[str]:
    return {name.name for name in node.names}
