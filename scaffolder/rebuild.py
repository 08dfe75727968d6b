"""The state of a project, written anew: the way out when `.scaffold` is damaged, lost, or in a merge conflict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scaffolder import pipeline
from scaffolder.errors import SourceError, StateError
from scaffolder.events import OnEvent, Recovered, ignore
from scaffolder.project import Project
from scaffolder.state import BASE, LOCK, SPEC_FILE, Lock, state_files
from scaffolder.tree import File, Tree
from scaffolder.updating.disk import Disk
from scaffolder.updating.git import merged_versions
from scaffolder.updating.state_merge import merge_state
from scaffolder.updating.target import History, Target, target
from scaffolder.write import recover, write_changes


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What `state rebuild` did: files of the new base, and how many of them are on disk exactly so.

    `behind` are the files for which `update` has more to bring: the state was put together from those of two branches.
    """

    project: str
    source: str
    files: int
    same: int
    differ: tuple[str, ...]
    missing: tuple[str, ...]
    changed: bool
    behind: tuple[str, ...] = ()


def rebuild(root: Path, source: str | None = None, on_event: OnEvent = ignore) -> Rebuilt:
    """Write the state of the project in `root` as if its spec had just been rendered with the blueprints of today.

    No other file is touched. The base for the next merge is then what the blueprints give now: what an older version
    of them gave differently counts as edited by a person from now on, and stays. But where git left the states of two
    branches in it, the base is put together from these, and an update brings what neither of them has.

    `source` is the stack; without it, that of the damaged state is taken where it can be read. A state that is sound
    is left alone: to write it anew would turn what an update has yet to bring into edits of a person.

    Raises:
        SourceError: there is no spec, the stack cannot be told, or the state is sound but not of today.
        BadInputError: the spec has errors.
        BlueprintError: a blueprint cannot be rendered.
    """
    if (recovered := recover(root)) is not None:
        on_event(Recovered(str(root), recovered.action, recovered.kept))
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
    base, state = _of_branches(root, made, disk) or (made.tree, made.state)
    writes = [file for file in state if (there := disk.get(file.path)) is None or there.content != file.content]
    if writes and is_sound:
        hint = "`scaffolder update` brings the project up to date with its spec and the blueprints"
        raise SourceError(f"the state of {root} is sound, there is nothing to mend", hint=hint)
    write_changes(writes, (), disk, root)
    differ = [path for path, file in base.items() if (there := disk.get(path)) and there.content != file.content]
    missing = [path for path in base if path not in disk]
    same = len(base) - len(differ) - len(missing)
    behind = [path for path in {**base, **made.tree} if _content(base, path) != _content(made.tree, path)]
    return Rebuilt(
        made.planned.project,
        source,
        len(base),
        same,
        tuple(differ),
        tuple(missing),
        changed=bool(writes),
        behind=tuple(sorted(behind)),
    )


def _of_branches(root: Path, made: Target, disk: Disk) -> tuple[Tree, tuple[File, ...]] | None:
    """Put the states of two branches together, if git left them both in `.scaffold`."""
    lock, base = ((root / path).read_bytes() if (root / path).is_file() else b"" for path in (LOCK, BASE))
    there = {path: entry.content for path in made.tree if (entry := disk.get(path)) and entry.kind == "file"}
    found = merge_state(lock, base, there, partial(merged_versions, root))
    if found is None:
        return None
    read, tree = found
    state = state_files(
        tree, scaffolder=read.scaffolder, source=read.source, spec=made.planned.spec, blueprints=read.blueprints,
        exclude=read.exclude,
    )  # fmt: skip
    return tree, state


def _content(tree: Tree, path: str) -> bytes | None:
    return tree[path].content if path in tree else None


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
