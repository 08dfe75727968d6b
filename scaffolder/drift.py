"""Is a project what its spec and the blueprints say? The answer for CI: read only, and no validators."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from scaffolder.errors import DestinationError
from scaffolder.events import OnEvent, ignore
from scaffolder.project import Project, require_lock
from scaffolder.report import count
from scaffolder.tree import File, Tree
from scaffolder.updating.diffs import FileChange
from scaffolder.updating.disk import Disk, marked_files
from scaffolder.updating.target import require_settled, target

JSON_VERSION = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person did to a file that a run wrote."""

    path: str
    kind: Literal["edited", "deleted", "mode", "replaced"]


@dataclass(frozen=True, slots=True)
class Drift:
    """What `check` found: `drifted` is what an update would change, from the last output to the one of now.

    `errors` are those of blueprints that cannot be rendered; `marked` are files with marks of a merge conflict.
    """

    project: str
    destination: str
    files: int
    seconds: float
    drifted: tuple[FileChange, ...] = ()
    marked: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Tell whether there is nothing for a person to do."""
        return not (self.drifted or self.marked or self.errors)

    def to_text(self, *, edits: bool) -> str:
        """Write the result as lines of plain text, the diffs left out."""
        lines = [f"{self.project} in {self.destination}: {self._headline()}, in {self.seconds:.2f} s"]
        lines += [f"  {_kind(change):<8}  {change.path}" for change in self.drifted]
        lines += [f"  marks     {path} (has the marks of a conflict that nobody settled)" for path in self.marked]
        lines += [f"  error     {error}" for error in self.errors]
        if edits:
            lines += ["", "Changed by people:"] if self.edits else ["", "Nobody edited what scaffolder wrote."]
            lines += [f"  {edit.kind:<8}  {edit.path}" for edit in self.edits]
        if self.drifted:
            lines += ["", "Run `scaffolder update` to bring it up to date."]
        return "\n".join(lines)

    def to_json(self, *, edits: bool) -> str:
        """Write the result as one JSON object on one line."""
        data: dict[str, Any] = {
            "version": JSON_VERSION,
            "status": "clean" if self.is_clean else "drifted",
            "project": self.project,
            "destination": self.destination,
            "files": self.files,
            "seconds": round(self.seconds, 3),
            "drifted": [
                {"path": one.path, "change": _kind(one), "diff": "\n".join(one.diff())} for one in self.drifted
            ],
            "marked": self.marked,
            "errors": self.errors,
        }
        if edits:
            data["edits"] = [asdict(edit) for edit in self.edits]
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def to_github(self, *, edits: bool) -> str:
        """Write the result as workflow commands of GitHub Actions.

        https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
        """
        lines = [
            _command("error", one.path, f"scaffolder update would change this file ({_kind(one)})")
            for one in self.drifted
        ]
        lines += [_command("error", path, "has the marks of a merge conflict") for path in self.marked]
        lines += [_command("error", "", error) for error in self.errors]
        lines += [_command("notice", edit.path, f"{edit.kind} by a person") for edit in self.edits if edits]
        return "\n".join([*lines, f"{self.project}: {self._headline()}"])

    def _headline(self) -> str:
        if self.errors:
            return f"{count(len(self.errors), 'error')} in the blueprints"
        if self.drifted:
            return f"{count(len(self.drifted), 'file')} of {self.files} drifted"
        if self.marked:
            return f"{count(len(self.marked), 'file')} with marks of a conflict"
        return f"{count(self.files, 'file')} up to date"


def check(root: Path, on_event: OnEvent = ignore) -> Drift:
    """Compare what the last run wrote into a project with what a run would write now; people's edits do not count.

    Raises:
        ScaffolderError: it cannot be told: there is no state, it is damaged, or the spec has errors.
    """
    started = perf_counter()
    require_settled(root)
    project = Project(root)
    made = target(project, require_lock(project), None, (), on_event)
    errors = tuple(str(error) for failure in made.rendered.failures for error in failure.errors)
    drifted = () if errors else tuple(_drift(project.base, made.tree))
    try:
        disk = Disk(str(root))
        marked, edits = marked_files(str(root), project.base, disk), _edits(project.base, disk)
    except OSError as error:
        raise DestinationError(f"cannot read {error.filename or root}: {error.strerror}") from error
    return Drift(
        made.planned.project,
        str(root),
        len(project.base),
        perf_counter() - started,
        drifted,
        marked,
        edits,
        errors,
    )


def _drift(base: Tree, now: Tree) -> Iterable[FileChange]:
    for path in sorted(base.keys() | now.keys()):
        old, new = base.get(path), now.get(path)
        if _bytes(old) != _bytes(new):
            before, after = old.content if old is not None else None, new.content if new is not None else None
            yield FileChange(path, before, after, _mode(old), _mode(new))


def _edits(base: Tree, disk: Disk) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    for path, file in base.items():
        found = disk.get(path)
        if found is None:
            edits.append(Edit(path, "deleted"))
        elif found.kind != "file":
            edits.append(Edit(path, "replaced"))
        elif found.content != file.content:
            edits.append(Edit(path, "edited"))
        elif found.mode != file.mode:
            edits.append(Edit(path, "mode"))
    return tuple(edits)


def _bytes(file: File | None) -> tuple[bytes, int] | None:
    return None if file is None else (file.content, file.mode)


def _mode(file: File | None) -> int:
    return 0o644 if file is None else file.mode


def _kind(change: FileChange) -> str:
    if change.before is None:
        return "new"
    if change.after is None:
        return "gone"
    return "mode" if change.before == change.after else "changed"


def _command(level: str, path: str, message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    where = path.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    properties = f" file={where},title=scaffolder check" if path else " title=scaffolder check"
    return f"::{level}{properties}::{escaped}"
