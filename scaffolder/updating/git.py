"""What git knows of a project, where there is one: asked, never changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

# Set inside a hook: git would then look at the repository of the hook.
_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """Paths below the project whose changes are in no commit: of files that git follows, and of such that it does not.

    `unknown` says why git could not tell; it is empty when it could, and when there is no repository.
    """

    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Blame:
    """Who last changed a line: `commit` abbreviated, `date` ISO 8601 to the day."""

    commit: str
    author: str
    date: str
    summary: str


def uncommitted(root: Path) -> Uncommitted:
    """Tell what in the project is not committed; nothing where there is no repository."""
    if not _in_repository(root):
        return Uncommitted()
    command = ["--no-optional-locks", "status", "--porcelain=v1", "-z", "--untracked-files=all", "--", "."]
    try:
        done = _git(root, *command)
    except OSError as error:
        return Uncommitted(unknown=f"git cannot be run: {error.strerror}")
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return Uncommitted(unknown=said[0] if said else f"git ended with {done.returncode}")
    top = _git(root, "rev-parse", "--show-prefix").stdout.decode(errors="surrogateescape").strip("\n")
    changed: list[str] = []
    untracked: list[str] = []
    entries = iter(done.stdout.decode(errors="surrogateescape").split("\0"))
    for entry in entries:
        if entry:
            if entry[0] in "RC":
                next(entries)  # the path that it had before
            (untracked if entry.startswith("??") else changed).append(entry[3:].removeprefix(top))
    return Uncommitted(tuple(sorted(changed)), tuple(sorted(untracked)))


def blame(root: Path, path: str, line: int | None = None) -> Blame | None:
    """Tell who last changed line `line` (from 1) of a file, or the file; None where git does not know."""
    try:
        if line is None:
            return _last(root, "--", path)
        done = _git(root, "blame", "--porcelain", "-L", f"{line},{line}", "--", path)
        said = done.stdout.decode(errors="replace").split(maxsplit=1)
        if done.returncode != 0 or not said or set(said[0]) == {"0"}:  # zeros: not committed yet
            return None
        return _last(root, said[0])
    except OSError:
        return None


def merged_versions(root: Path, paths: Collection[str]) -> dict[str, tuple[bytes, bytes]]:
    """Give the files at `paths` as the two branches have them that are being merged, ours first.

    Those that a branch does not have are left out; all of them where nothing is being merged, or git cannot tell.
    """
    names = [path for path in paths if "\n" not in path]
    if not names or not _in_repository(root):
        return {}
    try:
        for other in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD"):
            if _git(root, "rev-parse", "-q", "--verify", other).returncode == 0:
                asked = "".join(f"{branch}:./{path}\n" for path in names for branch in ("HEAD", other))
                done = _git(root, "cat-file", "--batch", given=asked.encode())
                contents = list(_objects(done.stdout))
                pairs = zip(names, contents[::2], contents[1::2], strict=True)
                return {path: (ours, theirs) for path, ours, theirs in pairs if ours is not None and theirs is not None}
    except (OSError, ValueError):
        pass
    return {}


def _objects(said: bytes) -> Iterator[bytes | None]:
    """Read what `cat-file --batch` gives: a line with the size before each content, or one that it is missing."""
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        words = said[at:end].split()
        if words[-1:] == [b"missing"]:
            yield None
            at = end + 1
        else:
            size = int(words[-1])
            yield said[end + 1 : end + 1 + size]
            at = end + 2 + size


def _last(root: Path, *what: str) -> Blame | None:
    """Give the last commit, of those that `git log` shows for `what`."""
    done = _git(root, "log", "-1", "--format=%h%n%an%n%as%n%s", *what)
    parts = done.stdout.decode(errors="replace").splitlines()
    return Blame(*parts[:4]) if done.returncode == 0 and len(parts) >= 4 else None


def _in_repository(root: Path) -> bool:
    """Tell whether a folder above has a `.git`: without one, git need not be started, nor be there."""
    here = root.resolve()
    return any((folder / ".git").exists() for folder in (here, *here.parents))


def _git(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
    return subprocess.run(  # noqa: S603 - a fixed program; the paths come after --
        ["git", *arguments],  # noqa: S607 - the user's own git
        cwd=root,
        env=environment | {"LC_ALL": "C"},
        input=given,
        capture_output=True,
        check=False,
    )
