"""The state of a project, written anew: the way out when `.scaffold` is damaged, lost, or in a merge conflict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder import pipeline
from scaffolder.disk import Disk
from scaffolder.errors import SourceError, StateError
from scaffolder.events import OnEvent, ignore
from scaffolder.project import Project
from scaffolder.state import LOCK, SPEC_FILE, Lock
from scaffolder.target import History, target
from scaffolder.write import recover, write_changes


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What `state rebuild` did: files of the new base, and how many of them are on disk exactly so."""

    project: str
    source: str
    files: int
    same: int
    differ: tuple[str, ...]
    missing: tuple[str, ...]
    changed: bool


def rebuild(root: Path, source: str | None = None, on_event: OnEvent = ignore) -> Rebuilt:
    """Write the state of the project in `root` as if its spec had just been rendered with the blueprints of today.

    No other file is touched. The base for the next merge is then what the blueprints give now: what an older version
    of them gave differently counts as edited by a person from now on, and stays.

    `source` is the stack; without it, that of the damaged state is taken where it can be read. A state that is sound
    is left alone: to write it anew would turn what an update has yet to bring into edits of a person.

    Raises:
        SourceError: there is no spec, the stack cannot be told, or the state is sound but not of today.
        BadInputError: the spec has errors.
        BlueprintError: a blueprint cannot be rendered.
    """
    recover(root)
    project = Project(root)
    exclude: tuple[str, ...] = ()
    if source is None:
        source, exclude = _known(project)
    if project.spec is None:
        raise SourceError(f"{root} has no {SPEC_FILE}, so there is nothing to make the state from")
    is_sound = _is_sound(project)
    history: History = "keep" if is_sound else "lost"
    made = target(project, Lock("", source, "", {}, {}, exclude), on_event=on_event, history=history)
    if made.rendered.failures:
        raise next(error for failure in made.rendered.failures for error in failure.errors)
    disk = Disk(str(root))
    writes = [file for file in made.state if (there := disk.get(file.path)) is None or there.content != file.content]
    if writes and is_sound:
        hint = "`scaffolder update` brings the project up to date with its spec and the blueprints"
        raise SourceError(f"the state of {root} is sound, there is nothing to mend", hint=hint)
    write_changes(writes, (), disk, root)
    differ = [path for path, file in made.tree.items() if (there := disk.get(path)) and there.content != file.content]
    missing = [path for path in made.tree if path not in disk]
    same = len(made.tree) - len(differ) - len(missing)
    return Rebuilt(
        made.planned.project, source, len(made.tree), same, tuple(differ), tuple(missing), changed=bool(writes)
    )


def _is_sound(project: Project) -> bool:
    try:
        return project.lock is not None and len(project.base) == len(project.lock.files)
    except StateError:
        return False


def _known(project: Project) -> tuple[str, tuple[str, ...]]:
    """Tell the stack and what was excluded, from a state that may be damaged."""
    try:
        lock = project.lock
    except StateError:
        lock = None
    if lock is not None:
        return lock.source, lock.exclude
    path = project.root / LOCK
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    named = {line.split('"')[3] for line in text.splitlines() if line.strip().startswith('"source": "')}
    known = [name for name in sorted(named) if name in pipeline.catalog().stacks or name in pipeline.catalog().names]
    if len(known) != 1:
        found = f"its {LOCK} names {', '.join(known)}" if known else f"its {LOCK} does not name one"
        stacks = ", ".join(pipeline.catalog().stacks)
        raise SourceError(f"the stack of {project.root} is unknown: {found}", hint=f"pass --source ({stacks})")
    return known[0], ()
