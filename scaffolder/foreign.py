"""Somebody else's Copier template (a path or a git address), handed to Copier as it is.

The only module that imports copier, and only when such a template is used: that import costs 0.6 s of CPU time.
Copier's own rules hold here: its questions, its trust (`~/.config/copier/settings.yml`), its conflicts.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from scaffolder.errors import ForeignTemplateError, ScaffolderError

# Set inside a git hook: git commands about the template would then look at the wrong repository.
_GIT_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")


@dataclass(frozen=True, slots=True)
class ForeignCopy:
    """What to copy where, in Copier's own terms: https://copier.readthedocs.io/en/stable/configuring/"""

    source: str
    destination: Path
    data: Mapping[str, Any]
    answers_file: str | None = None
    vcs_ref: str | None = None
    exclude: Sequence[str] = ()
    skip: Sequence[str] = ()
    defaults: bool = False
    overwrite: bool = False
    pretend: bool = False
    quiet: bool = False
    trust: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What Copier would make: path (relative, POSIX) to content, and what a person answered to its questions."""

    files: Mapping[str, bytes]
    answers: Mapping[str, Any]


def copy_foreign(request: ForeignCopy) -> None:
    """Let Copier make the project.

    Raises:
        ForeignTemplateError: Copier failed; what it had written to a new destination, it has removed again.
    """
    _run(request, skip_tasks=False)


def preview_foreign(request: ForeignCopy) -> Preview:
    """Let Copier make the project in a temporary folder of the same name, without its tasks.

    Raises:
        ForeignTemplateError: Copier failed.
    """
    with tempfile.TemporaryDirectory(prefix="scaffolder-preview-") as folder:
        root = Path(folder) / request.destination.absolute().name
        answers = _run(replace(request, destination=root, overwrite=True, quiet=True, pretend=False), skip_tasks=True)
        files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
    return Preview(files, answers)


@dataclass(frozen=True, slots=True)
class ForeignUpdate:
    """What to update and how, in Copier's own terms; with `recopy` the history of the template is not looked at."""

    destination: Path
    data: Mapping[str, Any]
    vcs_ref: str | None = None
    conflict: Literal["inline", "rej"] = "inline"
    defaults: bool = False
    overwrite: bool = False
    pretend: bool = False
    quiet: bool = False
    trust: bool = False
    recopy: bool = False


def update_foreign(request: ForeignUpdate) -> tuple[str, ...]:
    """Let Copier update a project that it made; give the files that a person has to settle now, which it does not say.

    Raises:
        ForeignTemplateError: Copier failed.
    """
    before = frozenset(_unsettled(request.destination))
    with _without_git_variables(), _explained(str(request.destination)):
        import copier  # noqa: PLC0415 - see the head of this module

        shared: dict[str, Any] = {
            "vcs_ref": request.vcs_ref,
            "defaults": request.defaults,
            "overwrite": request.overwrite or not request.recopy,  # an update without it is refused by Copier
            "pretend": request.pretend,
            "quiet": request.quiet,
            "unsafe": request.trust,
            "settings": None,  # the user's own
        }
        if request.recopy:
            copier.run_recopy(request.destination, dict(request.data), **shared)
        else:
            copier.run_update(request.destination, dict(request.data), conflict=request.conflict, **shared)
    return tuple(path for path in _unsettled(request.destination) if path not in before)


def _unsettled(root: Path) -> list[str]:
    """Give the files with Copier's marks in them, and its `.rej` files."""
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in {".git", ".venv", "node_modules"})
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_symlink() or not path.is_file():
                continue
            if name.endswith(".rej") or b"<<<<<<< before updating" in path.read_bytes():
                found.append(path.relative_to(root).as_posix())
    return found


def _run(request: ForeignCopy, *, skip_tasks: bool) -> Mapping[str, Any]:
    """Run Copier, and give what a person answered to its questions."""
    with _without_git_variables(), _explained(request.source):
        import copier  # noqa: PLC0415 - see the head of this module

        worker = copier.run_copy(
            request.source,
            request.destination,
            dict(request.data),
            answers_file=request.answers_file,
            vcs_ref=request.vcs_ref,
            exclude=tuple(request.exclude),
            skip_if_exists=tuple(request.skip),
            defaults=request.defaults,
            overwrite=request.overwrite,
            pretend=request.pretend,
            quiet=request.quiet,
            unsafe=request.trust,
            skip_tasks=skip_tasks,
            settings=None,  # the user's own
        )
        return dict(worker.answers.user)


@contextmanager
def _without_git_variables() -> Iterator[None]:
    saved = {name: os.environ.pop(name) for name in _GIT_VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(saved)


@contextmanager
def _explained(source: str) -> Iterator[None]:
    try:
        yield
    except (ScaffolderError, KeyboardInterrupt):
        raise
    except Exception as error:
        # Copier lets through whatever its parts raise: jinja2, pydantic, plumbum, yaml, ValueError, OSError.
        kind = type(error).__name__
        message, hint = _describe(error)
        raise ForeignTemplateError(f"{source}: {message}", kind=kind, hint=hint) from error


def _describe(error: Exception) -> tuple[str, str]:
    for names, describe in _DESCRIPTIONS:
        if names & {base.__name__ for base in type(error).__mro__}:
            return describe(error)
    return f"{type(error).__name__}: {_first_line(error)}", ""


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return " ".join(line.strip() for line in text.splitlines()[:3]) if text else type(error).__name__


def _unsafe(error: Exception) -> tuple[str, str]:
    return _first_line(error), "pass --trust if you trust this template with running commands on your machine"


def _git(error: Exception) -> tuple[str, str]:
    said = str(getattr(error, "stderr", "")).strip().splitlines() or [_first_line(error)]
    reason = next((line for line in said if line.startswith(("fatal:", "error:"))), said[-1])
    return f"git failed: {reason}", "check the address, --vcs-ref and the network"


def _config(error: Exception) -> tuple[str, str]:
    cause = f": {_first_line(error.__cause__)}" if isinstance(error.__cause__, Exception) else ""
    return f"its copier.yml cannot be read{cause}", "the mistake is in the template"


def _interactive(error: Exception) -> tuple[str, str]:
    return _first_line(error), "there is no terminal to ask on: pass --defaults, --data or --data-file"


def _jinja(error: Exception) -> tuple[str, str]:
    line, name = getattr(error, "lineno", None), getattr(error, "name", None)
    if line is None:
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if "template code" in code.co_name or code.co_name.startswith("block "):  # so named by Jinja's traceback
                line, name = trace.tb_lineno, code.co_filename
            trace = trace.tb_next
    place = f" ({name}:{line})" if name and line else ""
    return f"a template cannot be rendered: {_first_line(error)}{place}", "the mistake is in the template, or in --data"


def _answers(error: Exception) -> tuple[str, str]:
    text = _first_line(error)
    if "must be a directory" in text or "not a directory" in text.lower():
        return "is no stack, no blueprint, no folder with a Copier template and no git address", (
            "`scaffolder blueprints` lists what there is"
        )
    return text, "check --data and --data-file against the questions of the template"


def _file(error: Exception) -> tuple[str, str]:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else _first_line(error)
    path = getattr(error, "filename", None)
    return f"{reason}{f': {path}' if path else ''}", "check the destination and its permissions"


# Matched by the names of the classes and of their bases, in this order, so that nothing of Copier need be imported.
_DESCRIPTIONS = (
    (frozenset({"UnsafeTemplateError"}), _unsafe),
    (frozenset({"InteractiveSessionError"}), _interactive),
    (frozenset({"ProcessExecutionError"}), _git),
    (frozenset({"TemplateError"}), _jinja),
    (frozenset({"InvalidConfigFileError"}), _config),
    (frozenset({"CopierError"}), lambda error: (_first_line(error), "")),
    (frozenset({"ValidationError", "ValueError", "TypeError", "YAMLError"}), _answers),
    (frozenset({"OSError"}), _file),
)
