"""The slots of a project on disk: what each is, what became of it, and what that cost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from scaffolder_fills import Slot

from scaffolder.blueprints import Catalog
from scaffolder.errors import StateError
from scaffolder.filling.jobs import declaration_of, slots_in
from scaffolder.project import Project, require_lock
from scaffolder.report import columns


@dataclass(frozen=True, slots=True)
class Listed:
    """A slot at `path` and `line`. `state` is static, filled, failed, edited or gone; `tokens` were spent on it."""

    slot: str
    kind: str
    path: str
    line: int
    state: str
    reason: str = ""
    model: str = ""
    tokens: int = 0


def list_slots(project: Project, catalog: Catalog) -> list[Listed]:
    """Give all slots of a project in the order of its files.

    Raises:
        SourceError: the folder is no project of scaffolder.
        StateError: its `.scaffold` is damaged.
    """
    require_lock(project)
    return list(_listed(project, catalog))


def _listed(project: Project, catalog: Catalog) -> Iterator[Listed]:
    entries = project.entries
    for path, file in project.base.items():
        if b" slot" not in file.content:
            continue
        try:
            text = (project.root / path).read_bytes().decode().replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError):
            text = ""
        now, damage = _now(text, path)
        blueprint = catalog.blueprints.get(file.origin.blueprint)
        for slot, before in slots_in(file.content.decode(), path).items():
            declared = declaration_of(slot, blueprint) if blueprint is not None else None
            kind, entry = (declared.kind if declared is not None else "unknown"), entries.get(slot)
            here = now.get(slot)
            model, tokens = (entry.model, entry.usage.total) if entry is not None else ("", 0)
            if here is None:
                yield Listed(slot, kind, path, before.start, "gone", damage)
            elif here.text != before.text:
                yield Listed(slot, kind, path, here.start, "edited", "by a person", model, tokens)
            elif entry is not None and entry.state == "failed":
                yield Listed(slot, kind, path, here.start, "failed", entry.reason, model, tokens)
            elif entry is not None and entry.text == here.text:
                yield Listed(slot, kind, path, here.start, "filled", "", model, tokens)
            else:
                reason = "its fill was made for something else" if entry is not None else ""
                yield Listed(slot, kind, path, here.start, "static", reason)


def _now(text: str, path: str) -> tuple[Mapping[str, Slot], str]:
    """Give the slots of a file as it is, and why one that should be there is not."""
    try:
        return slots_in(text, path), "the file or its comments are gone"
    except StateError as error:
        return {}, f"its comments are damaged: {error.message}"


def to_json(slots: list[Listed]) -> str:
    """Write the list as one JSON object on one line."""
    return json.dumps({"version": 1, "slots": [asdict(one) for one in slots]}, ensure_ascii=False)


def to_text(slots: list[Listed]) -> str:
    """Write the list as a table."""
    if not slots:
        return "no slots"
    rows: list[tuple[str, ...]] = [("slot", "kind", "state", "model", "tokens", "where")]
    rows += [
        (one.slot, one.kind, one.state, one.model, str(one.tokens or ""), f"{one.path}:{one.line}") for one in slots
    ]
    reasons = [f"  {one.slot}: {one.reason}" for one in slots if one.reason]
    return "\n".join([*columns(rows, right=(4,)), *(["", *reasons] if reasons else [])])
