"""Schemas and renames -> the revision that is missing: an id, a name, and all that its template says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from itertools import pairwise
from typing import Any, Final

from scaffolder.migrations.contract import Facts
from scaffolder.migrations.diff import difference
from scaffolder.migrations.history import History
from scaffolder.migrations.merge import merged
from scaffolder.migrations.names import Renames, effective
from scaffolder.migrations.operations import DropColumn
from scaffolder.migrations.phases import Difference
from scaffolder.migrations.rows import Direction, Rows
from scaffolder.migrations.say import steps_of
from scaffolder.migrations.schema import Schema, renamed

_SLUG: Final = 40
_TITLE: Final = 90
_STATEMENTS: Final = 50
"""More of them in a function are too many for ruff (PLR0915)."""


@dataclass(frozen=True)
class NewRevision:
    """A revision to write: `answer` is what its template reads.

    `losses` say what of the rows is lost when it runs, `notes` what rows get; one sentence each.
    """

    id: str
    title: str
    answer: dict[str, Any]
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def new_revision(
    base: Schema, history: History, contract: Schema, renames: Renames | None, facts: Facts
) -> NewRevision | None:
    """Give the revision that brings a database from what is on disk to what the contract says now; None if none is due.

    `base` is the schema that our own revisions gave, `history` are the revisions that are on disk. Several heads of the
    history are joined.
    """
    names = effective(renames, history.schema, contract)
    disk = renamed(history.schema, names.tables, names.columns)
    wanted = merged(renamed(base, names.tables, names.columns), disk, contract)
    up = difference(history.schema, wanted, names, facts)
    if up.is_empty and len(history.heads) < 2:
        return None
    down = difference(wanted, history.schema, names.back(), {})
    rows = Rows()
    upgrade = steps_of(up, Direction(rows, wanted, facts))
    downgrade = steps_of(down, Direction(rows, history.schema, {}))
    words = sorted(dict.fromkeys(up.words), key=_rank) or ["join " + " and ".join(history.heads)]
    title = _title(words)
    digest = blake2s(json.dumps([history.heads, upgrade], sort_keys=True).encode(), digest_size=4).hexdigest()
    number = f"{history.next_number:04}_{digest}"
    said = json.dumps([rows.answer(), upgrade, downgrade])
    losses, notes = tuple(dict.fromkeys(up.losses)), tuple(dict.fromkeys(up.notes))
    answer = {
        "id": number,
        "slug": _slug(words) if up.words else "join",
        "down": list(history.heads),
        "title": title,
        "details": [_plain(line) for line in _details(words, title, losses, notes)],
        "modules": rows.imports(),
        "uses_sa": any(one in said for one in ("sa.", "create_table")) or bool(rows.tables),
        "postgresql": "postgresql." in said,
        "restores": _restores(up),
        "upgrade": {"steps": upgrade, "long": _statements(upgrade) > _STATEMENTS},
        "downgrade": {"steps": downgrade, "long": _statements(downgrade) > _STATEMENTS},
        **rows.answer(),
    }
    return NewRevision(number, title, answer, losses, notes)


_VERBS: Final = ("rename", "add", "drop", "change", "join")


def _rank(words: str) -> tuple[int, bool]:
    """Whole tables first."""
    verb, _, rest = words.partition(" ")
    return _VERBS.index(verb), "." in rest.partition(" ")[0]


def _said(words: Sequence[str]) -> str:
    """Write them as one phrase, in which a verb is said once for all that follow it."""
    parts = [words[0]]
    for before, one in pairwise(words):
        verb, _, rest = one.partition(" ")
        parts.append(rest if before.partition(" ")[0] == verb != "rename" else one)
    return ", ".join(parts)


def _title(words: Sequence[str]) -> str:
    """Write what is done as one line, as much of it as there is room for."""
    for count in range(len(words), 0, -1):
        rest = len(words) - count
        text = _said(words[:count]) + (f", and {rest} more" if rest else "")
        if len(text) <= _TITLE or count == 1:
            return text[:1].upper() + text[1:]
    return ""


def _slug(words: Sequence[str]) -> str:
    parts = re.findall(r"[a-z0-9]+", _said(words[:2]).lower())
    slug = ""
    for part in parts:
        if slug and len(slug) + 1 + len(part) > _SLUG:
            break
        slug = f"{slug}_{part}" if slug else part[:_SLUG]
    return slug


def _details(words: Sequence[str], title: str, losses: Sequence[str], notes: Sequence[str]) -> Iterator[str]:
    if len(words) > 1 and title.endswith("more"):
        yield from words
    yield from losses
    yield from notes


def _plain(text: str) -> str:
    """Write text so that it can stand in a docstring."""
    return text.replace("\\", "/").replace('"', "'")


def _restores(up: Difference) -> bool:
    """Tell whether the way back makes something anew whose rows or values are gone."""
    dropped = (one for operations in up.loose.values() for one in operations if isinstance(one, DropColumn))
    return bool(up.dropped) or any(True for _ in dropped)


def _statements(steps: Iterable[dict[str, Any]]) -> int:
    return sum(1 + len(step.get("calls", ())) for step in steps)
