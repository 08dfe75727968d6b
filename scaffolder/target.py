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
from scaffolder.state import SPEC_FILE, Lock
from scaffolder.tree import File, Tree


@dataclass(frozen=True, slots=True)
class Target:
    """What the project would be: `tree` are its files with the locked fills in them, `state` the files of the state."""

    planned: Planned
    rendered: Rendered
    tree: Tree
    state: tuple[File, ...]
    notes: tuple[str, ...] = ()


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


def rendered(
    project: Project,
    lock: Lock,
    spec: SpecSource | None = None,
    overrides: tuple[Override, ...] = (),
    on_event: OnEvent = ignore,
) -> tuple[Planned, Rendered]:
    """Render a project from its spec, or another one, with the blueprints of today; the slots have their static text.

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
        return planned, render(planned.plan, pipeline.catalog(), on_event)


def target(
    project: Project,
    lock: Lock,
    spec: SpecSource | None = None,
    overrides: tuple[Override, ...] = (),
    on_event: OnEvent = ignore,
) -> Target:
    """Render a project as `rendered` does, and put the locked fills into it.

    Raises:
        SourceError: the project has no spec, or there is no such stack any more.
        BadInputError: the spec has errors.
    """
    planned, made = rendered(project, lock, spec, overrides, on_event)
    if made.failures:
        return Target(planned, made, Tree(), ())
    filled, slots = replayed(made.tree, planned.spec, read_entries(project.root), pipeline.catalog())
    kept, state = state_of(filled, planned, lock.exclude)
    lost = tuple(f"{one.slot}: {one.reason}" for one in slots if one.state != "replayed")
    return Target(planned, made, kept, state, (*planned.plan.notes, *planned.not_done, *made.notes, *lost))
