"""Where a file, or a line of it, comes from: blueprint and template, loop item, slot and fill, or a person."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from scaffolder_fills import SlotError, find_slots

from scaffolder.blueprints import Catalog
from scaffolder.errors import BlueprintError, DestinationError, SourceError
from scaffolder.merging.lines import align
from scaffolder.project import Project, require_lock
from scaffolder.state import SPEC_FILE, Lock
from scaffolder.tree import Origin, unsafe_path
from scaffolder.updating.git import Blame, blame

JSON_VERSION = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What a model wrote: `digest` is that of all that shaped the question, `date` ISO 8601 to the day."""

    slot: str
    model: str
    digest: str
    date: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where something comes from.

    `origin` is that of the line when one was asked for, of the file otherwise: a template, a fill, a person, the spec
    (written by people, kept by scaffolder), or the state. `is_edited` tells that a person changed the file. `template`
    is a path inside the blueprint, `template_line` counts from 1 and is known where the line stands in the template
    as it is; `digest_differs` tells that the blueprint that is here now is not the one that wrote the file.
    """

    path: str
    line: int | None
    origin: Literal["template", "fill", "person", "spec", "state"]
    blueprint: str = ""
    blueprint_version: str = ""
    template: str = ""
    template_line: int | None = None
    item: str | None = None
    slot: str = ""
    fill: Fill | None = None
    blame: Blame | None = None
    is_edited: bool = False
    digest_differs: bool = False

    def to_json(self) -> str:
        """Write it as one JSON object on one line."""
        return json.dumps({"version": JSON_VERSION, **asdict(self)}, ensure_ascii=False, separators=(",", ":"))

    def to_text(self) -> str:
        """Write it as lines of plain text."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        lines = [f"{place}: {self._who()}"]
        if self.template:
            where = self.template if self.template_line is None else f"{self.template}:{self.template_line}"
            lines += [f"  blueprint  {self.blueprint} {self.blueprint_version}", f"  template   {where}"]
        if self.item is not None:
            lines.append(f"  for        {self.item}")
        if self.slot:
            lines.append(f"  slot       {self.slot}")
        if self.fill is not None:
            lines.append(f"  fill       {self.fill.model}, {self.fill.date}, {self.fill.digest}")
        if self.blame is not None:
            one = self.blame
            lines.append(f"  git        {one.commit} {one.date} {one.author}: {one.summary}")
        if self.digest_differs:
            lines.append(
                "  note       the blueprint that is installed now is another one; `scaffolder update` takes it"
            )
        return "\n".join(lines)

    def _who(self) -> str:
        match self.origin:
            case "template":
                return "from a template" + (", edited by a person" if self.is_edited and self.line is None else "")
            case "fill":
                return "written by a language model"
            case "person":
                return "written by a person"
            case "spec":
                return "the spec of the project: written by people"
            case "state":
                return "written by scaffolder about itself"


def explain(root: Path, path: str, line: int | None, catalog: Catalog) -> Explanation:
    """Tell where the file `path` of the project in `root`, or its line `line` (from 1), comes from.

    Raises:
        SourceError: there is no such file or line, or no run made this folder.
        StateError: the state is damaged.
    """
    project = Project(root)
    lock = require_lock(project)
    content = _read(root, path)
    if line is not None and not 1 <= line <= max(1, len(content.splitlines())):
        raise SourceError(f"{path} has {len(content.splitlines())} lines, and no line {line}")
    if path.startswith(".scaffold/"):
        return Explanation(path, line, "state")
    if path == SPEC_FILE:
        return Explanation(path, line, "spec", blame=blame(root, path, line))
    locked = lock.files.get(path)
    if locked is None:
        return Explanation(path, line, "person", blame=blame(root, path, line))
    base = project.base[path].content
    found = _of_template(path, line, locked.origin, is_edited=content != base)
    base_line = line
    if line is not None and content != base:
        base_line = _other_line(content, base, line)
        if base_line is None:
            return replace(found, origin="person", blame=blame(root, path, line))
    elif line is None and content != base:
        found = replace(found, blame=blame(root, path))
    return _with_slot(_with_template_line(found, base, base_line, lock, catalog), base, base_line, project)


def _read(root: Path, path: str) -> bytes:
    if (reason := unsafe_path(path)) is not None:
        raise SourceError(f"{path!r} {reason}", hint="give a path inside the project")
    try:
        return (root / path).read_bytes()
    except FileNotFoundError:
        raise SourceError(f"there is no {path} in {root}") from None
    except OSError as error:
        raise DestinationError(f"cannot read {path}: {error.strerror}") from error


def _of_template(path: str, line: int | None, origin: Origin, *, is_edited: bool) -> Explanation:
    return Explanation(
        path, line, "template", origin.blueprint, origin.version, origin.template, item=origin.item, is_edited=is_edited
    )


def _other_line(one: bytes, other: bytes, line: int) -> int | None:
    """Give the line of `other` that line `line` of `one` is; None when it has none. Lines count from 1."""
    for block in align(one.splitlines(), other.splitlines()):
        if block.a < line <= block.a + block.size:
            return block.b + line - block.a
    return None


def _with_template_line(found: Explanation, base: bytes, line: int | None, lock: Lock, catalog: Catalog) -> Explanation:
    """Find the line in the template, where it stands there word for word."""
    blueprint = catalog.blueprints.get(found.blueprint)
    try:
        is_same = blueprint is not None and blueprint.digest == lock.blueprints[found.blueprint].digest
        source = blueprint.files.get(found.template) if blueprint is not None else None
    except BlueprintError:
        is_same, source = False, None
    if not is_same or source is None:
        return replace(found, digest_differs=not is_same)
    if line is None:
        return found
    return replace(found, template_line=_other_line(base, source.content, line))


def _with_slot(found: Explanation, base: bytes, line: int | None, project: Project) -> Explanation:
    """Tell in which slot the line is, and who filled it."""
    if line is None or b"slot" not in base:
        return found
    try:
        slots = find_slots(base.decode(), found.path)
    except (SlotError, UnicodeDecodeError):
        return found
    slot = next((one for one in slots if one.start <= line <= one.end), None)
    if slot is None:
        return found
    found = replace(found, slot=slot.id)
    entry = project.entries.get(slot.id)
    is_inside = slot.start < line < slot.end
    if entry is None or entry.state != "filled" or not is_inside:
        return found
    fill = Fill(slot.id, entry.model, entry.digest, entry.date)
    return replace(found, origin="fill", fill=fill, template_line=None)
