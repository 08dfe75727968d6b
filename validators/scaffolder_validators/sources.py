"""The files that are checked: in memory, and as a folder for engines that are programs."""

from __future__ import annotations

import ast
import gc
import os
import shutil
import stat
import tempfile
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from scaffolder_validators.finding import Finding

LARGEST = 2_000_000
"""Bytes; a larger file is not read, and a note says so. Generated sources stay far below."""

COMPILING = threading.RLock()
"""Held by whoever parses Python: its warnings are caught by means that all threads share."""

_SKIPPED_FOLDERS = frozenset(
    ".git .hg .venv venv node_modules __pycache__ .mypy_cache .ruff_cache .pytest_cache .hypothesis .nox .tox .cache "
    ".scaffold dist build htmlcov".split()
)


class Workspace:
    """A folder that holds the files: the project itself, or a copy that is made when an engine first asks for it."""

    def __init__(self, files: Mapping[str, bytes], existing: Path | None = None) -> None:
        self._files = files
        self._existing = existing
        self._made: Path | None = None
        self._lock = threading.Lock()
        self._modules: dict[str, ast.Module | None] = {}

    @property
    def is_project(self) -> bool:
        """Tell whether the folder is the project itself, where dependencies may be installed."""
        return self._existing is not None

    @property
    def path(self) -> Path:
        """The folder; nobody writes into it."""
        if self._existing is not None:
            return self._existing
        with self._lock:
            if self._made is None:
                self._made = Path(tempfile.mkdtemp(prefix="scaffolder-validate-"))
                for name, content in self._files.items():
                    target = self._made / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
            return self._made

    def module(self, path: str) -> ast.Module | None:
        """Give the syntax tree of the Python file `path`; `None` when it does not parse."""
        with COMPILING:  # also because two validators want the same tree at the same time
            if path not in self._modules:
                self._modules[path] = _parsed(self._files[path])
            return self._modules[path]

    def close(self) -> None:
        """Remove the copy, if there is one, and forget the trees."""
        self._modules = {}
        with self._lock:
            if self._made is not None:
                shutil.rmtree(self._made, ignore_errors=True)
                self._made = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What a validator gets: `files` are to be checked, `tree` holds all files that are known (path to bytes).

    `contract` is the plain data of the contract that the project was made from, for validators that compare with it.
    """

    files: Mapping[str, bytes]
    tree: Mapping[str, bytes]
    workspace: Workspace
    contract: Mapping[str, Any] | None = None
    problems: tuple[Finding, ...] = field(default=())
    environment: Path | None = None
    """A virtual environment with the dependencies of the project, for engines that look into them."""

    @classmethod
    def of(cls, files: Mapping[str, bytes], contract: Mapping[str, Any] | None = None) -> Sources:
        """Make sources of files in memory."""
        return cls(files, files, Workspace(files), contract)

    @property
    def folder(self) -> Path:
        """A folder with the whole tree, for programs; it may be the user's project, so nobody writes into it."""
        return self.workspace.path

    def only(self, paths: Iterable[str]) -> Sources:
        """The same tree with `paths` to be checked."""
        return replace(self, files={path: self.tree[path] for path in paths})

    def module(self, path: str) -> ast.Module | None:
        """Give the syntax tree of the Python file `path` of the tree, parsed once per run; `None` if it is no Python.

        It belongs to all validators: nobody changes it.
        """
        return self.workspace.module(path)

    def installed(self) -> Sequence[str]:
        """Name what is installed for the project: it changes what engines that look into it find."""
        names: list[str] = []
        if self.environment is not None:
            names += sorted(path.name for path in self.environment.glob("lib/python*/site-packages/*.dist-info"))
        for modules in self.node_modules():
            with suppress(OSError):
                status = (modules / ".package-lock.json").stat()
                names.append(f"{modules} {status.st_mtime_ns} {status.st_size}")
        return names

    def node_modules(self) -> Sequence[Path]:
        """Give the folders with installed packages that stand beside a `package.json`."""
        if not self.workspace.is_project:
            return ()
        beside = (self.folder / path for path in self.tree if path.rpartition("/")[2] == "package.json")
        return [path.parent / "node_modules" for path in beside if (path.parent / "node_modules").is_dir()]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Give path and text of each file to be checked, but for what is not UTF-8: the validator `text` says that."""
        for path, content in self.files.items():
            try:
                yield path, content.decode("utf-8-sig")
            except UnicodeDecodeError:
                continue


def read_folder(root: Path, contract: Mapping[str, Any] | None = None) -> Sources:
    """Read all files of a project, but for environments, caches, version control and what is linked to.

    What cannot be read (too large, gone meanwhile, no permission) is a finding in `problems`.

    Raises:
        NotADirectoryError: `root` is no folder.
    """
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is no folder")
    files: dict[str, bytes] = {}
    problems: list[Finding] = []
    for folder, names, members in os.walk(root, followlinks=False):
        names[:] = sorted(name for name in names if name not in _SKIPPED_FOLDERS)
        for member in sorted(members):
            path = Path(folder, member)
            name = path.relative_to(root).as_posix()
            content = _read(path, name)
            if isinstance(content, Finding):
                problems.append(content)
            elif content is not None:
                files[name] = content
    environment = root / ".venv" if (root / ".venv" / "pyvenv.cfg").is_file() else None
    return Sources(files, files, Workspace(files, root), contract, tuple(problems), environment)


@contextmanager
def parsing() -> Iterator[None]:
    """Build trees of Python syntax in here, also by libraries that do (`ast.literal_eval` and what uses it).

    Building a tree counts its depth in a place that all threads share, and the garbage collector may run a finalizer
    in the middle that builds another tree (that of a traceback, say): CPython 3.11 then raises SystemError. So one
    thread parses at a time, and nothing is collected meanwhile.
    """
    with COMPILING:
        collects = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collects:
                gc.enable()


def parse_python(source: str | bytes, mode: str = "exec") -> Any:
    """Parse Python in any thread, without its warnings, which the validator `python` gives.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    with parsing(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source, mode=mode)


def _parsed(content: bytes) -> ast.Module | None:
    try:
        return cast("ast.Module", parse_python(content))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _read(path: Path, name: str) -> bytes | Finding | None:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return None  # a link's target is checked where it stands; pipes and sockets hold no source
        if status.st_size > LARGEST:
            message = f"not checked: {status.st_size:,} bytes, the limit is {LARGEST:,}"
            return Finding(name, 1, 1, "files:too-large", "note", message, "Check it by other means.")
        return path.read_bytes()
    except FileNotFoundError:
        return Finding(name, 1, 1, "files:gone", "note", "not checked: it was deleted meanwhile", "Run it again.")
    except OSError as error:
        message = f"not checked: {error.strerror or error}"
        return Finding(name, 1, 1, "files:unreadable", "warning", message, "Make the file readable.")
