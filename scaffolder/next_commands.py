"""What a user types next in a project that was just written, told from the files that it has."""

from __future__ import annotations

import shlex
from collections.abc import Collection

_INSTALL = "python3 -m venv .venv && .venv/bin/pip install --require-hashes -r"

COMMANDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("requirements.txt", "app/__main__.py"), f"{_INSTALL} requirements.txt && .venv/bin/python -m app"),
    (("requirements-dev.txt", "tests/conftest.py"), f"{_INSTALL} requirements-dev.txt && .venv/bin/pytest"),
)
"""Files that a project must have for a command to work there, and the command."""


def next_commands(paths: Collection[str], destination: str) -> tuple[str, ...]:
    """Give the shell commands that work in a project of these files: into it, run it, test it."""
    found = tuple(command for needed, command in COMMANDS if all(path in paths for path in needed))
    return (f"cd {shlex.quote(destination)}", *found)
