"""The lock: one file per slot in `.scaffold/fills/`, with the fill and the digest of all that shaped it.

One file per slot, so that two branches which filled different slots merge without a conflict. Replaying needs no key
and no network: the text is stored as it was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from scaffolder_fills.cost import NOTHING, Usage

FOLDER: Final = ".scaffold/fills"
LOCK_VERSION: Final = 1
"""Raised when a key is removed or changes its meaning."""


class LockError(ValueError):
    """A file of the lock that cannot be read: which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a slot when it was last asked for.

    `digest` is that of kind, schema, goal, context and static text; `ladder` are the models that might have been asked,
    `model` is the one that was. `state` is `failed` when no answer could be used; then `reason` says why and there is
    no `text`. `date` is ISO 8601, in UTC, to the day.
    """

    slot: str
    path: str
    kind: str
    digest: str
    ladder: tuple[str, ...]
    state: Literal["filled", "failed"]
    text: str = ""
    model: str = ""
    reason: str = ""
    usage: Usage = NOTHING
    date: str = ""

    def to_json(self) -> str:
        """Write the entry, sorted and indented, so that it merges as text."""
        data = {"version": LOCK_VERSION, **asdict(self)}
        # A list of lines shows in a diff what changed.
        data["text"] = self.text.splitlines(keepends=True)
        return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def file_of(slot: str) -> str:
    """Give the path of a slot's file inside the project; an id has only letters, digits, `.`, `_` and `-`."""
    return f"{FOLDER}/{slot}.json"


def read_entry(path: str, content: bytes) -> Entry:
    """Read a file of the lock.

    Raises:
        LockError: it is damaged (a merge left its marks, say) or of a newer version.
    """
    try:
        data: dict[str, Any] = json.loads(content)
        version = data.pop("version")
        if version != LOCK_VERSION:
            raise LockError(f"{path} has version {version!r}, this scaffolder reads {LOCK_VERSION}; use a newer one")
        entry = Entry(**data)
        if entry.state not in {"filled", "failed"} or file_of(entry.slot) != path:
            raise LockError(f"{path} cannot be read: it is not the entry of its slot; delete it, and fill again")
        text = "".join(data["text"])
        return replace(entry, text=text, ladder=tuple(data["ladder"]), usage=Usage(**data["usage"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, LockError):
            raise
        raise LockError(f"{path} cannot be read: {error}; restore it from version control, or delete it") from error


def digest_of(parts: Mapping[str, Any]) -> str:
    """Give the digest of what shapes a fill: `sha256:…` of its canonical JSON."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
