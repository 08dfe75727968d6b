"""What is on disk in a project, read when it is asked for and then remembered: the `ours` of a merge."""
# Why no pathlib: see files.py.
# ruff: noqa: PTH115, PTH123

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping

from scaffolder.merging import Entry, has_marks
from scaffolder.tree import File

_NOT_SOURCES = frozenset({"venv", "env", "node_modules", "__pycache__", "dist", "build", "target"})
_LARGE = 1_000_000


def own_files(root: str, known: Collection[str], suffixes: Collection[str]) -> dict[str, bytes]:
    """Read the files below `root` that are not `known` and end with one of `suffixes`: those that people made.

    Left out are hidden folders, those where tools put what they make, links, and files of more than a megabyte.

    Raises:
        OSError: something cannot be read.
    """
    found: dict[str, bytes] = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in _NOT_SOURCES)
        for name in sorted(names):
            path = os.path.relpath(f"{folder}/{name}", root).replace(os.sep, "/")
            if path in known or name.rpartition(".")[2] not in suffixes:
                continue
            status = os.lstat(f"{folder}/{name}")
            if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGE:
                with open(f"{folder}/{name}", "rb") as stream:
                    found[path] = stream.read()
    return found


def marked_files(root: str, base: Mapping[str, File], disk: Mapping[str, Entry]) -> tuple[str, ...]:
    """Give the files with marks of a conflict that nobody settled: those of the last run, `base`, and people's own.

    A person's own file gets marks when it is one of `base` under another name. So only where one of those is gone, the
    files with its suffix are looked into.

    Raises:
        OSError: something cannot be read.
    """
    found = {path: disk.get(path) for path in base}
    marked = [
        path
        for path, entry in found.items()
        if entry is not None and entry.kind == "file" and has_marks(entry.content) and not has_marks(base[path].content)
    ]
    suffixes = {path.rpartition("/")[2].rpartition(".")[2] for path, entry in found.items() if entry is None}
    if suffixes:
        marked += [path for path, content in own_files(root, base.keys(), suffixes).items() if has_marks(content)]
    return tuple(sorted(marked))


class Disk(Mapping[str, Entry]):
    """A mapping from paths below `root` to what stands there; a path below a link or a file is not there.

    Raises (when read):
        OSError: something cannot be read.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[str, Entry | None] = {}
        self._folders: dict[str, bool] = {"": True}

    def __getitem__(self, path: str) -> Entry:
        if path not in self._known:
            self._known[path] = self._read(path) if self._is_folder(path.rpartition("/")[0]) else None
        found = self._known[path]
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        """Give the paths that were asked for so far and are there."""
        return (path for path, entry in self._known.items() if entry is not None)

    def __len__(self) -> int:
        return sum(entry is not None for entry in self._known.values())

    def read(self) -> dict[str, Entry | None]:
        """Give all that was asked for so far; `None` for what was not there."""
        return dict(self._known)

    def _is_folder(self, folder: str) -> bool:
        if folder not in self._folders:
            above = folder.rpartition("/")[0]
            try:
                is_folder = self._is_folder(above) and stat.S_ISDIR(os.lstat(f"{self._root}/{folder}").st_mode)
            except (FileNotFoundError, NotADirectoryError):
                is_folder = False
            self._folders[folder] = is_folder
        return self._folders[folder]

    def _read(self, path: str) -> Entry | None:
        full = f"{self._root}/{path}"
        try:
            mode = os.lstat(full).st_mode
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(mode):
            return Entry("folder", below=tuple(sorted(self._below(path))))
        if stat.S_ISLNK(mode):
            return Entry("link", os.fsencode(os.readlink(full)))
        if not stat.S_ISREG(mode):
            return Entry("other")
        with open(full, "rb") as stream:
            content = stream.read()
        return Entry("file", content, 0o755 if mode & 0o111 else 0o644)

    def _below(self, folder: str) -> Iterator[str]:
        with os.scandir(f"{self._root}/{folder}") as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}"
                if not entry.is_dir(follow_symlinks=False):
                    yield path
                    continue
                below = list(self._below(path))
                yield from below or [f"{path}/"]
