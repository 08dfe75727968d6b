"""The state of two branches in one, after git left the marks of a conflict in it.

Both branches were updated on their own, so each has a last output of its own for some of the files. What is on disk
counts as the last output if it is one of these, or a mixture of both that git made; else somebody edited it, and the
output of the branch merged into counts. The next update brings the rest. To take what the blueprints give now
instead would turn what is out of date on disk into edits of a person.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any, TypeAlias

from scaffolder.errors import StateError
from scaffolder.state import Lock, body_of, line_of, read_base, read_lock
from scaffolder.tree import Tree

Committed: TypeAlias = Callable[[list[str]], Mapping[str, tuple[bytes, bytes]]]
"""Gives the contents that files have in the commits of the two branches, where git can tell."""
_Pair: TypeAlias = tuple[dict[str, Any], bytes]
"""The entry of a file in the lock, and its line in the base."""


@dataclass
class _Said:
    """What the branches say, that of the branch merged into first: entries of the lock, and lines of the base."""

    head: dict[str, Any] = field(default_factory=dict)
    blueprints: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    lines: dict[str, list[tuple[bytes, bytes]]] = field(default_factory=dict)
    """Path -> content and line of the base."""


def merge_state(
    lock: bytes, base: bytes, disk: Mapping[str, bytes], committed: Committed = lambda _paths: {}
) -> tuple[Lock, Tree] | None:
    """Bring together what two branches say in `lock.json` and `base.jsonl`; `disk` gives the files as they are now.

    `committed` is asked for files that may be a mixture, as the branches have them in git.

    Gives `None` when there are no marks of a conflict in them, or when what is between the marks is no state.
    """
    if not any(line.startswith(b"<<<<<<< ") for line in (*lock.split(b"\n"), *base.split(b"\n"))):
        return None
    said = _Said()
    try:
        for line in _ours_first(lock):
            _add_entry(said, line)
        for line in _ours_first(base):
            _add_line(said, line)
        known = {path: versions for path in said.files if (versions := _versions(said, path))}
        mixed = [
            path for path, versions in known.items() if len(versions) > 1 and disk.get(path) not in (None, *versions)
        ]
        in_git = committed(mixed) if mixed else {}
        chosen = {path: _choose(path, versions, disk.get(path), in_git.get(path)) for path, versions in known.items()}
        files = {path: entry for path, (entry, _) in chosen.items()}
        merged = read_lock(json.dumps({**said.head, "blueprints": said.blueprints, "files": files}).encode())
        return merged, read_base(b"\n".join(line for _, line in chosen.values()), merged)
    except (ValueError, KeyError, TypeError, AttributeError, StateError):
        return None


def _ours_first(content: bytes) -> Iterator[bytes]:
    """Give the lines that either branch has; those of the branch merged into come first."""
    theirs: list[bytes] = []
    side = "both"
    for line in content.split(b"\n"):
        mark = line.rstrip(b"\r")[:8].rstrip(b" ")
        if mark in {b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"}:
            side = {b"<": "ours", b"|": "before", b"=": "theirs", b">": "both"}[mark[:1]]
        elif side == "theirs":
            theirs.append(line)
        elif side != "before":
            yield line
    yield from theirs


def _add_entry(said: _Said, line: bytes) -> None:
    """Read a line of the lock: each entry has one of its own."""
    text = line.decode().strip().removesuffix(",")
    if text in {"", "{", "}"} or text.endswith(("{", "{}")):
        return
    ((name, value),) = json.loads(f"{{{text}}}").items()
    if not isinstance(value, dict):
        said.head.setdefault(name, value)
    elif "sha256" in value:
        said.files.setdefault(name, []).append(value)
    else:
        said.blueprints.setdefault(name, value)


def _add_line(said: _Said, line: bytes) -> None:
    if line:
        data = json.loads(line)
        said.lines.setdefault(data["path"], []).append((body_of(data), line))


def _versions(said: _Said, path: str) -> dict[bytes, _Pair]:
    """Give the contents that a file had, with the entry and the line that belong together, ours first."""
    found: dict[bytes, _Pair] = {}
    for body, line in said.lines.get(path, ()):
        for entry in said.files[path]:
            if entry["sha256"] == hashlib.sha256(body).hexdigest():
                found.setdefault(body, (entry, line))
    return found


def _choose(
    path: str, versions: Mapping[bytes, _Pair], there: bytes | None, in_git: tuple[bytes, bytes] | None
) -> _Pair:
    if there is not None and there in versions:
        return versions[there]
    entry, line = next(iter(versions.values()))
    if there is not None and len(versions) > 1 and _is_mixture(there, list(versions), in_git):
        return entry | {"sha256": hashlib.sha256(there).hexdigest()}, line_of(path, entry["mode"], there)
    return entry, line


def _is_mixture(there: bytes, versions: Sequence[bytes], in_git: tuple[bytes, bytes] | None) -> bool:
    """Tell whether git made a text of two versions.

    When nobody edited it on either branch, all its lines are in one of them. When that is not known, it also has no
    line more often than they have, and all that they share.
    """
    lines, *found = (Counter(text.split(b"\n")) for text in (there, *versions))
    if in_git is not None and set(in_git) == set(versions):
        return lines.keys() <= reduce(or_, found).keys()
    return lines <= reduce(or_, found) and lines >= reduce(and_, found)
