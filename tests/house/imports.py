"""Runs the import contracts of pyproject.toml on a tree."""

import os
import subprocess
import sys
from pathlib import Path


def broken_contracts(root: Path) -> str:
    """What import-linter says when a contract is broken; empty when all are kept."""
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr
