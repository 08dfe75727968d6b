"""What a project would be if its spec were rendered with the blueprints of today, and whether that can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder import pipeline
from scaffolder.errors import SourceError, StateError
from scaffolder.events import OnEvent, ignore
from scaffolder.filling.lock import read_entries, replayed
from scaffolder.input import SpecSource
from scaffolder.overrides import Override
from scaffolder.pipeline import plan, stage, state_of
from scaffolder.planned import Planned
from scaffolder.project import Project
from scaffolder.render import Rendered, render
from scaffolder.state import LOCK, SPEC_FILE, Lock
from scaffolder.tree import File, Tree


@dataclass(frozen=True, slots=True)
class Target:
    """What the project would be: `tree` are its files with the locked fills in them, `state` the files of the state."""

    planned: Planned
    rendered: Rendered
    tree: Tree
    state: tuple[File, ...]
    notes: tuple[str, ...] = ()


def require_lock(project: Project) -> Lock:
    """Give the lock of a project.

    Raises:
        SourceError: no run of scaffolder made this folder.
        StateError: the state is damaged or of another version.
    """
    if project.lock is None:
        hint = "give the folder of a project that `scaffolder copy` made"
        if project.spec is not None:
            hint = "`scaffolder state rebuild` makes it anew from scaffold.yml"
        raise SourceError(f"{project.root} has no {LOCK}, so there is nothing to compare it with", hint=hint)
    return project.lock


def require_settled(root: Path) -> None:
    """Make sure that no run was cut short here, for commands that only look.

    Raises:
        StateError: one was.
    """
    if any((root / ".scaffold/journal").glob("*")):
        raise StateError(
            f"an earlier run on {root} was cut short, or is still writing",
            hint="run `scaffolder update` to finish it or to take it back",
        )


def target(
    project: Project,
    lock: Lock,
    spec: SpecSource | None,
    overrides: tuple[Override, ...] = (),
    on_event: OnEvent = ignore,
) -> Target:
    """Render a project from its spec, or another one, with the blueprints of today.

    Raises:
        SourceError: the project has no spec, or there is no such stack any more.
        BadInputError: the spec has errors.
    """
    if spec is None:
        if project.spec is None:
            hint = "restore it from version control, or give one with --data-file"
            raise SourceError(f"{project.root} has no {SPEC_FILE}", hint=hint)
        spec = SpecSource(SPEC_FILE, project.spec)
    planned = plan(lock.source, spec, overrides, on_event)
    with stage("render", on_event):
        rendered = render(planned.plan, pipeline.catalog(), on_event)
    if rendered.failures:
        return Target(planned, rendered, Tree(), ())
    filled, slots = replayed(rendered.tree, planned.spec, read_entries(project.root), pipeline.catalog())
    kept, state = state_of(filled, planned, lock.exclude)
    lost = tuple(f"{one.slot}: {one.reason}" for one in slots if one.state != "replayed")
    return Target(planned, rendered, kept, state, (*planned.plan.notes, *planned.not_done, *rendered.notes, *lost))
