"""What a run leaves in the project for later ones (`.scaffold/`), as files of the tree: pure functions, no disk.

    .scaffold/lock.json    versions and digests of scaffolder, spec and blueprints; digest, mode and origin of each file
    .scaffold/base.jsonl   the last output itself, for merging: one file per line, as text where it is UTF-8

Both are sorted and have one line per file, so that two branches of a project merge as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffolder.errors import StateError
from scaffolder.tree import File, Mode, Origin, Tree, unsafe_path

LOCK = ".scaffold/lock.json"
BASE = ".scaffold/base.jsonl"
SPEC_FILE = "scaffold.yml"
"""Where a project keeps the spec that it was made from."""
STATE_VERSION = 1
"""Raised when a key of either file is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class Used:
    """A blueprint that took part in a run."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class LockedFile:
    """A file as the last run gave it: `sha256` in hex, `mode` 0o644 or 0o755."""

    sha256: str
    mode: Mode
    origin: Origin


@dataclass(frozen=True, slots=True)
class Lock:
    """What the last run was made from, and what it gave."""

    scaffolder: str
    source: str
    spec: str
    blueprints: Mapping[str, Used]
    files: Mapping[str, LockedFile]
    exclude: tuple[str, ...] = ()
    """Patterns of files that the user did not want at the first copy: later runs leave them out too."""


def state_files(
    tree: Tree,
    *,
    scaffolder: str,
    source: str,
    spec: bytes,
    blueprints: Mapping[str, Used],
    exclude: Sequence[str] = (),
) -> tuple[File, File]:
    """The two state files for `tree`, which was rendered from `spec` by version `scaffolder` as stack `source`.

    `exclude` are the patterns of what was left out of it.
    """
    digests = {path: hashlib.sha256(file.content).hexdigest() for path, file in tree.items()}
    head: dict[str, Any] = {
        "version": STATE_VERSION,
        "scaffolder": scaffolder,
        "source": source,
        "spec": f"sha256:{hashlib.sha256(spec).hexdigest()}",
    }
    if exclude:
        head["exclude"] = list(exclude)
    lines = [f" {_json(key)}: {_json(value)}," for key, value in head.items()]
    used = [
        f"  {_json(name)}: {_json({'version': one.version, 'digest': one.digest})}"
        for name, one in sorted(blueprints.items())
    ]
    files = [f"  {_json(path)}: {_json(_entry(file, digests[path]))}" for path, file in tree.items()]
    text = "\n".join(["{", *lines, *_block("blueprints", used, ","), *_block("files", files, ""), "}", ""])
    base = b"".join(line_of(path, _mode(file), file.content) + b"\n" for path, file in tree.items())
    return _own(LOCK, scaffolder, text.encode()), _own(BASE, scaffolder, base)


def read_lock(content: bytes) -> Lock:
    """Read `lock.json`.

    Raises:
        StateError: it is damaged (a merge left its marks, say) or of another version.
    """
    try:
        data = json.loads(content)
        _check_version(data["version"])
        scaffolder = str(data["scaffolder"])
        used = {name: Used(str(one["version"]), str(one["digest"])) for name, one in data["blueprints"].items()}
        # The version stands once, not in each line, so that a new one does not change all lines.
        versions = {name: one.version for name, one in used.items()} | {"scaffolder": scaffolder}
        files = {_safe(path): _locked(one, versions) for path, one in data["files"].items()}
        exclude = tuple(str(pattern) for pattern in data.get("exclude", ()))
        return Lock(scaffolder, str(data["source"]), str(data["spec"]), used, files, exclude)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(LOCK, error, content) from error


def read_base(content: bytes, lock: Lock) -> Tree:
    """Read `base.jsonl`: the last output, with the origins that the lock knows.

    Raises:
        StateError: it is damaged, or does not fit the lock.
    """
    files: list[File] = []
    try:
        for line in content.split(b"\n"):
            if not line:
                continue
            data = json.loads(line)
            path = _safe(data["path"])
            locked = lock.files.get(path)
            body = body_of(data)
            if locked is None or hashlib.sha256(body).hexdigest() != locked.sha256:
                raise StateError(
                    f"{BASE} does not fit {LOCK}: {path}",
                    hint="restore both from version control, or run `scaffolder state rebuild`",
                )
            files.append(File(path, body, locked.mode, locked.origin))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(BASE, error, content) from error
    if len(files) != len(lock.files):
        raise StateError(f"{BASE} has {len(files)} files, {LOCK} {len(lock.files)}", hint="restore both")
    return Tree(files)


def body_of(line: Mapping[str, str]) -> bytes:
    """Give the content of a file from its line of `base.jsonl`.

    Raises:
        ValueError, KeyError: it is damaged.
    """
    return line["text"].encode() if "text" in line else base64.b64decode(line["base64"], validate=True)


# One encoder for all lines: `json.dumps` with options makes a new one at each call.
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def _block(name: str, lines: list[str], end: str) -> list[str]:
    return [f' "{name}": {{', *(f"{line}," for line in lines[:-1]), *lines[-1:], f" }}{end}"]


def _entry(file: File, digest: str) -> dict[str, Any]:
    origin = file.origin
    entry = {"sha256": digest, "mode": _mode(file), "blueprint": origin.blueprint, "template": origin.template}
    return entry if origin.item is None else entry | {"item": origin.item}


def line_of(path: str, mode: str, content: bytes) -> bytes:
    """Give the line of a file in `base.jsonl`; `mode` is "644" or "755"."""
    data = {"path": path, "mode": mode}
    try:
        data["text"] = content.decode()
    except UnicodeDecodeError:
        data["base64"] = base64.b64encode(content).decode()
    return _json(data).encode()


def _mode(file: File) -> str:
    return "755" if file.mode == 0o755 else "644"


def _own(path: str, version: str, content: bytes) -> File:
    return File(path, content, 0o644, Origin("scaffolder", version, path))


def _locked(data: Mapping[str, Any], versions: Mapping[str, str]) -> LockedFile:
    if data["mode"] not in {"644", "755"}:
        raise ValueError(f"there is no mode {data['mode']!r}")
    item = data.get("item")
    name = str(data["blueprint"])
    origin = Origin(name, versions[name], str(data["template"]), None if item is None else str(item))
    return LockedFile(str(data["sha256"]), 0o755 if data["mode"] == "755" else 0o644, origin)


def _safe(path: object) -> str:
    if not isinstance(path, str) or unsafe_path(path) is not None:
        raise ValueError(f"{path!r} is no path inside a project")
    return path


def _check_version(version: object) -> None:
    if version != STATE_VERSION:
        raise StateError(
            f"{LOCK} has version {version!r}, this scaffolder reads {STATE_VERSION}",
            hint="use the version of scaffolder that wrote it, or a newer one",
        )


def _damaged(path: str, error: Exception, content: bytes) -> StateError:
    if b"<<<<<<< " in content and b">>>>>>> " in content:
        return StateError(
            f"{path} cannot be read: it has the marks of a merge conflict",
            hint="settle scaffold.yml, then run `scaffolder state rebuild`",
        )
    reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return StateError(
        f"{path} cannot be read: {reason}",
        hint="restore it from version control, or run `scaffolder state rebuild`",
    )
