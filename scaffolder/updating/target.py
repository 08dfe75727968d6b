"""What a project would be if its spec were rendered with the blueprints of today, and whether that can be told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from scaffolder import pipeline
from scaffolder.errors import SourceError, StateError
from scaffolder.events import OnEvent, ignore
from scaffolder.filling.lock import replayed
from scaffolder.input import SpecSource
from scaffolder.overrides import Override
from scaffolder.pipeline import plan, stage, state_of
from scaffolder.planned import Planned
from scaffolder.project import Project
from scaffolder.render import Rendered, render
from scaffolder.state import SPEC_FILE, Lock
from scaffolder.tree import File, Tree
from scaffolder.updating.revisions import Revisions, find_revisions, revisions_of

History: TypeAlias = Literal["keep", "restore", "lost"]
"""What becomes of the migrations: a deleted one stays so or comes back; or the state is lost, and they are found."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the project would be: `tree` are its files with the locked fills in them, `state` the files of the state.

    `revisions` tells which of the files are migrations, and which of these is new.
    """

    planned: Planned
    rendered: Rendered
    tree: Tree
    state: tuple[File, ...]
    notes: tuple[str, ...] = ()
    revisions: Revisions = field(default_factory=Revisions)


def require_settled(root: Path) -> None:
    """Make sure that no run was cut short here, for commands that only look.

    Raises:
        StateError: one was.
    """
    journal = root / ".scaffold/journal"
    if any(journal.glob("*")):
        is_complete = (journal / "commit").exists()
        what = "finish it: it is the new project then" if is_complete else "take it back: it is the old project then"
        raise StateError(
            f"an earlier run on {root} was cut short, or is still writing", hint=f"run `scaffolder update` to {what}"
        )


def rendered(
    project: Project,
    lock: Lock,
    spec: SpecSource | None = None,
    overrides: tuple[Override, ...] = (),
    on_event: OnEvent = ignore,
    history: History = "keep",
) -> tuple[Planned, Rendered, Revisions]:
    """Render a project from its spec, or another one, with the blueprints of today; the slots have their static text.

    The migrations that the project has are in the tree as they were written, and with them the one that it lacks.

    Raises:
        SourceError: the project has no spec, or there is no such stack any more.
        BadInputError: the spec has errors.
        DestinationError, MigrationError: a migration cannot be read.
    """
    if spec is None:
        if project.spec is None:
            hint = "restore it from version control, or give one with --data-file"
            raise SourceError(f"{project.root} has no {SPEC_FILE}", hint=hint)
        spec = SpecSource(SPEC_FILE, project.spec)
    planned = plan(lock.source, spec, overrides, on_event)
    revisions = Revisions()
    if history != "lost":
        revisions = find_revisions(project.root, planned, project.base, restore=history == "restore")
        planned = revisions.planned(planned)
    with stage("render", on_event):
        made = render(planned.plan, pipeline.catalog(), on_event)
    if history == "lost":
        revisions = revisions_of(project.root, planned, made.tree)
    return planned, replace(made, tree=revisions.tree(made.tree)), revisions


def target(
    project: Project,
    lock: Lock,
    spec: SpecSource | None = None,
    overrides: tuple[Override, ...] = (),
    on_event: OnEvent = ignore,
    history: History = "keep",
) -> Target:
    """Render a project as `rendered` does, and put the locked fills into it.

    Raises:
        SourceError: the project has no spec, or there is no such stack any more.
        BadInputError: the spec has errors.
        DestinationError, MigrationError: a migration cannot be read.
    """
    planned, made, revisions = rendered(project, lock, spec, overrides, on_event, history)
    if made.failures:
        return Target(planned, made, Tree(), ())
    filled, slots = replayed(made.tree, planned.spec, project.entries, pipeline.catalog())
    kept, state = state_of(filled, planned, lock.exclude)
    lost = tuple(f"{one.slot}: {one.reason}" for one in slots if one.state != "replayed")
    notes = (*planned.plan.notes, *planned.not_done, *made.notes, *lost, *revisions.notes)
    return Target(planned, made, kept, state, notes, revisions)
