"""The last pass over rendered Python: import order and line breaks, by ruff, in one batch.

A template cannot know how long a line gets or how an entity's name sorts; everything else it must get right itself.
The version of ruff is part of "same in, same out", and therefore pinned to the digit.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from scaffolder.errors import TemplateError, ToolError
from scaffolder.tree import File

RUFF_VERSION = "0.17.5"
LINE_LENGTH = 120
TARGET_VERSION = "py311"


def format_files(
    files: Sequence[File], *, first_party: Iterable[str] = ()
) -> tuple[tuple[File, ...], tuple[TemplateError, ...]]:
    """The files with every .py file formatted and its imports sorted; and an error for each that is not Python.

    `first_party` are the top-level packages of the project, beside `app` and `tests`.

    Raises:
        ToolError: ruff is missing, has another version than `RUFF_VERSION`, or failed.
    """
    python = [file for file in files if file.path.endswith(".py")]
    if not python:
        return tuple(files), ()
    packages = sorted({"app", "tests", *first_party})
    with tempfile.TemporaryDirectory(prefix="scaffolder-format-", dir=_scratch()) as folder:
        for parent in {file.path.rpartition("/")[0] for file in python}:
            os.makedirs(f"{folder}/{parent}", exist_ok=True)  # noqa: PTH103 - as below
        for file in python:
            # Plain strings: a Path for each of a thousand files costs as much as writing them.
            with open(f"{folder}/{file.path}", "wb") as stream:  # noqa: PTH123
                stream.write(file.content)
        # Statements that cannot be parsed are reported by this first command, in a form that machines read.
        found = _ruff(["check", "--select=I", "--fix", "--exit-zero", "--output-format=json"], packages, cwd=folder)
        broken = _syntax_errors(found, folder, python)
        for path in broken:
            os.unlink(f"{folder}/{path}")  # noqa: PTH108
        sound = [file for file in python if file.path not in broken]
        if sound:
            _ruff(["format", "--quiet"], packages, cwd=folder)
        formatted: dict[str, File] = {}
        for file in sound:
            with open(f"{folder}/{file.path}", "rb") as stream:  # noqa: PTH123
                content = stream.read()
            if content != file.content:
                formatted[file.path] = replace(file, content=content)
    return tuple(formatted.get(file.path, file) for file in files), tuple(broken.values())


def _scratch() -> str | None:
    # Rewriting a thousand small files on a disk takes a second of waiting; in memory it takes none.
    memory = "/dev/shm"  # noqa: S108 - a private folder is made in it
    try:
        space = os.statvfs(memory)
    except OSError:
        return None
    return memory if os.access(memory, os.W_OK | os.X_OK) and space.f_bavail * space.f_frsize > 1 << 28 else None


def find_ruff() -> Path:
    """The ruff that is installed beside us.

    Raises:
        ToolError: there is none.
    """
    try:
        from ruff import find_ruff_bin  # type: ignore[import-untyped]  # noqa: PLC0415 - only when something was rendered

        return Path(find_ruff_bin())
    except (ImportError, FileNotFoundError):
        raise ToolError(
            "ruff, which formats the rendered Python, is not installed",
            hint=f"install ruff=={RUFF_VERSION} into the environment of scaffolder",
        ) from None


def _ruff(command: list[str], packages: list[str], *, cwd: str) -> str:
    ruff = find_ruff()
    options = {
        "required-version": f"=={RUFF_VERSION}",
        "line-length": LINE_LENGTH,
        "target-version": TARGET_VERSION,
        "respect-gitignore": False,  # a stray /tmp/.gitignore would hide files
        "exclude": [],  # a folder called `build` is no reason to leave files alone
        "lint.isort.known-first-party": packages,
    }
    inline = [part for key, value in options.items() for part in ("--config", f"{key}={json.dumps(value)}")]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, our own arguments
            [ruff, *command, "--isolated", "--no-cache", *inline, "."],
            cwd=cwd,
            # RUFF_* variables of the user would change the result; a second thread costs more than it brings.
            env={"RAYON_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise ToolError(f"cannot start {ruff}: {error.strerror}") from error
    if done.returncode != 0:
        complaint = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        wrong_version = "required version" in complaint.lower() or "required-version" in complaint
        hint = f"install ruff=={RUFF_VERSION} into the environment of scaffolder" if wrong_version else ""
        raise ToolError(f"ruff failed: {complaint}", hint=hint)
    return done.stdout


def _syntax_errors(found: str, folder: str, files: Iterable[File]) -> dict[str, TemplateError]:
    by_path = {os.path.realpath(f"{folder}/{file.path}"): file for file in files} if found.strip() != "[]" else {}
    errors: dict[str, TemplateError] = {}
    for finding in json.loads(found):
        file = by_path[os.path.realpath(finding["filename"])]
        line = finding["location"]["row"]
        message = f"renders {file.path}, whose line {line} is not Python: {finding['message']}"
        errors.setdefault(file.path, TemplateError(file.origin.blueprint, message, template=file.origin.template))
    return errors
