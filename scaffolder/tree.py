"""A rendered project in memory: path -> bytes, mode, origin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal, TypeAlias

from scaffolder.errors import TreeError

# What nearly all paths are: the rules below need not be asked about them.
_PLAIN = re.compile(r"(?:[\w-][\w.-]{0,199}/)*[\w-][\w.-]{0,199}\Z", re.ASCII)
_UNSAFE = (
    (re.compile(r"\A\Z"), "is empty"),
    (re.compile(r"\A/|\A.:"), "is absolute"),
    (re.compile(r"\\"), "has a backslash"),
    (re.compile(r"(?:(?<=/)|\A)\.{0,2}(?=/|\Z)"), "has a part {!r}"),
)

Mode: TypeAlias = Literal[0o644, 0o755]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file came from: `template` is a path inside the blueprint, `item` the loop item that named the file."""

    blueprint: str
    version: str
    template: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One file: `path` is relative and posix, `mode` is 0o644 or 0o755."""

    path: str
    content: bytes
    mode: Mode
    origin: Origin


class Tree(Mapping[str, File]):
    """An immutable mapping path -> `File`, sorted by path.

    Raises:
        TreeError: two files claim one path, a file is also a directory, two paths differ only in case or in Unicode
            form (they would be one file on another system), or a path is absolute, has `..`, or is otherwise unsafe.
    """

    __slots__ = ("_files",)

    def __init__(self, files: Iterable[File] = ()) -> None:
        found: dict[str, File] = {}
        for file in sorted(files, key=lambda one: one.path):
            if file.path in found:
                raise _clash(found[file.path], file)
            found[file.path] = file
        _check_paths(found)
        self._files = found

    def __getitem__(self, path: str) -> File:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"Tree({len(self._files)} files)"

    def merge(self, *others: Tree) -> Tree:
        """This tree and the others as one.

        Raises:
            TreeError: as for the constructor; names both owners of the path.
        """
        return Tree(chain(self.values(), *(other.values() for other in others)))

    def replace(self, files: Iterable[File]) -> Tree:
        """This tree with these files put in, over those of the same path.

        Raises:
            TreeError: as for the constructor.
        """
        return Tree({**self._files, **{file.path: file for file in files}}.values())

    def without(self, paths: Iterable[str]) -> Tree:
        """This tree without these paths; paths that are not in it are no error."""
        dropped = frozenset(paths)
        return Tree(file for file in self.values() if file.path not in dropped)


def unsafe_path(path: str) -> str | None:
    """What is wrong with `path` as a path inside a project, or None."""
    if _PLAIN.match(path):
        return None
    for pattern, reason in _UNSAFE:
        if (found := pattern.search(path)) is not None:
            return reason.format(found[0])
    if not path.isprintable():
        return "has a character that cannot be printed"
    if any(len(part.encode()) > 255 for part in path.split("/")):
        return "has a part longer than 255 bytes"
    return None


def _check_paths(files: Mapping[str, File]) -> None:
    folded: dict[str, str] = {}
    directories: dict[str, str] = {}  # folded name -> as written
    for path, file in files.items():
        if (reason := unsafe_path(path)) is not None:
            raise TreeError(
                f"{_owner(file)} writes {path!r}, which {reason}",
                [path],
                hint="paths in a project are relative and stay inside it",
            )
        key = fold(path)
        if key in folded:
            raise _clash(files[folded[key]], file)
        folded[key] = path
        parent, parent_key = path.rpartition("/")[0], key.rpartition("/")[0]
        while parent and parent_key not in directories:
            directories[parent_key] = parent
            parent, parent_key = parent.rpartition("/")[0], parent_key.rpartition("/")[0]
        if parent and directories[parent_key] != parent:
            raise TreeError(
                f"the directories {directories[parent_key]!r} and {parent!r} differ only in case "
                f"({_owner(file)} writes {path!r})",
                [directories[parent_key], parent],
            )
    for key in directories.keys() & folded.keys():
        path = folded[key]
        below = next(other for other in files.values() if fold(other.path).startswith(key + "/"))
        raise TreeError(
            f"{path!r} is a file for {_owner(files[path])} and a directory for {_owner(below)}", [path, below.path]
        )


def fold(path: str) -> str:
    """`path` as a file system sees it that ignores case and Unicode form."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def _owner(file: File) -> str:
    return f"{file.origin.blueprint} ({file.origin.template})"


def _clash(one: File, other: File) -> TreeError:
    if one.path == other.path:
        message = f"{_owner(one)} and {_owner(other)} both write {one.path!r}"
    else:
        message = f"{one.path!r} of {_owner(one)} and {other.path!r} of {_owner(other)} differ only in case"
    return TreeError(message, sorted({one.path, other.path}), hint="a path belongs to one blueprint")
