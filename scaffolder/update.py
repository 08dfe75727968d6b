"""The order of an update: state -> spec -> contract -> plan -> render -> fills -> merge -> validate -> write -> report.

As in `scaffolder.pipeline`, whose first stages these are. Nothing is written before all is known, and then all of it
in one transaction, the state included.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Literal

from scaffolder.errors import DestinationError
from scaffolder.events import OnEvent, Recovered, ignore
from scaffolder.input import SpecSource
from scaffolder.merging import (
    Entry,
    Mention,
    Merged,
    PathOutcome,
    Renaming,
    edited_views,
    find_renames,
    has_marks,
    merge,
    moves_of,
    restart,
)
from scaffolder.merging.slots import keep_edited_slots
from scaffolder.merging.text import Style
from scaffolder.overrides import Override
from scaffolder.patterns import matcher
from scaffolder.pipeline import once_globs, spec_file, stage
from scaffolder.problem import Problem, as_problem
from scaffolder.project import Project, require_lock
from scaffolder.state import SPEC_FILE, Lock
from scaffolder.tree import File, Tree
from scaffolder.updating.diffs import FileChange
from scaffolder.updating.disk import Disk, marked_files, own_files
from scaffolder.updating.git import uncommitted
from scaffolder.updating.renamed import asked_again, left_over, renaming_of, with_errors
from scaffolder.updating.report import Migration, Status, UpdateReport
from scaffolder.updating.target import History, Target, require_settled, target
from scaffolder.write import recover, write_changes


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """What `update` shall do with the project in the folder `root`.

    Without `spec` the project's own `scaffold.yml` is used, as it is now. `force` passes over uncommitted changes and
    marks of earlier conflicts. With `kind` "recopy" edits are given up, which needs `overwrite` if there are any. A
    migration that loses something of the rows needs `allow_destructive`.
    """

    root: Path
    spec: SpecSource | None = None
    overrides: tuple[Override, ...] = ()
    kind: Literal["update", "recopy"] = "update"
    style: Style = "inline"
    pretend: bool = False
    force: bool = False
    overwrite: bool = False
    validate: bool = True
    allow_destructive: bool = False


def update(request: UpdateRequest, on_event: OnEvent = ignore) -> UpdateReport:
    """Bring a project up to date with its spec and the blueprints, without loss of what people edited.

    Raises:
        ScaffolderError: the run cannot go on; the project is as it was.
    """
    started = perf_counter()
    if request.pretend:
        require_settled(request.root)
    elif (recovered := recover(request.root)) is not None:
        on_event(Recovered(str(request.root), recovered.action, recovered.kept))
    project = Project(request.root)
    lock = require_lock(project)
    notes = [] if request.force or request.pretend else _check_committed(project)
    history: History = "restore" if request.kind == "recopy" else "keep"
    made = target(project, lock, request.spec, request.overrides, on_event, history)
    try:
        result = _result(request, project, made, on_event)
    except OSError as error:
        where = error.filename or request.root
        raise DestinationError(f"cannot read {where}: {error.strerror}; nothing was changed") from error
    return replace(result, not_done=(*notes, *result.not_done), seconds=perf_counter() - started)


def _check_committed(project: Project) -> list[str]:
    """Refuse when git does not have what people edited; the spec may be edited, that is what updates are for.

    Files that neither git nor scaffolder knows are no reason: an update never replaces them.
    """
    found = uncommitted(project.root)
    ours = project.base
    paths = [path for path in found.changed if path != SPEC_FILE] + [path for path in found.untracked if path in ours]
    if paths:
        shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if paths[5:] else "")
        raise DestinationError(
            f"{project.root} has uncommitted changes: {shown}; nothing was changed",
            hint="commit or stash them, or pass --force",
        )
    return [f"whether all is committed: {found.unknown}"] if found.unknown else []


def _result(request: UpdateRequest, project: Project, made: Target, on_event: OnEvent) -> UpdateReport:
    report = UpdateReport(
        "failed",
        made.planned.plan.source,
        str(request.root),
        made.planned.project,
        0.0,
        errors=tuple(str(error) for failure in made.rendered.failures for error in failure.errors),
        warnings=made.planned.warnings,
        not_done=made.notes,
    )
    if made.rendered.failures:
        return report
    lock = require_lock(project)
    report = replace(report, blueprints=_blueprints(lock, made), migration=_migration(made))
    disk = Disk(str(request.root))
    with stage("merge", on_event):
        _check_spec(request, lock, disk)
        if request.kind == "update" and not request.force:
            marked = marked_files(str(request.root), project.base, disk)
            if marked:
                return replace(
                    report, status="unsettled", outcomes=tuple(PathOutcome(one, "conflict") for one in marked)
                )
        renaming = renaming_of(made.planned, project.base) if request.kind == "update" else Renaming()
        merged, kept = _merged(request, project, made, disk, renaming)
        once = matcher(once_globs(made.planned))
        old_names = left_over(renaming, project, made.tree, merged, disk, once) if renaming else ()
        writes = _with_state(merged.writes, made, disk)
    changes = tuple(_change(path, file, disk) for path, file in _paths(writes, merged.deletes))
    own = tuple(f"{slot}: you edited it, so it keeps your text" for slot in kept)
    asked = tuple(one for one in asked_again(renaming, project, made.tree) if one.partition(":")[0] not in kept)
    report = replace(report, outcomes=merged.outcomes, changes=changes, not_done=(*report.not_done, *own, *asked))
    if request.kind == "recopy" and not request.overwrite and _replaces(merged):
        return replace(report, status="edits")
    if report.migration is not None and report.migration.losses and not (request.allow_destructive or request.pretend):
        return replace(report, status="destructive")
    findings, unchecked = _findings(request, project, merged, on_event)
    old_names = with_errors(renaming, old_names, findings, merged)
    report = replace(report, findings=findings, old_names=old_names, not_done=(*report.not_done, *unchecked))
    if not merged.unsettled and any(not _says_old_name(one, old_names) for one in findings):
        return replace(report, status="invalid")
    if request.pretend:
        return replace(report, status="pretended")
    with stage("write", on_event):
        _write(writes, merged.deletes, disk, request.root)
    status: Status = "updated" if changes or merged.unsettled else "current"
    return replace(report, status=status)


def _migration(made: Target) -> Migration | None:
    new = made.revisions.new
    return None if new is None else Migration(made.revisions.path_in(made.tree), new.title, new.losses, new.notes)


def _check_spec(request: UpdateRequest, lock: Lock, disk: Mapping[str, Entry]) -> None:
    """Refuse to replace a spec that was edited since the last run: there is no base to merge it with."""
    there = disk.get(SPEC_FILE)
    if request.spec is None or request.force or there is None:
        return
    from hashlib import sha256  # noqa: PLC0415 - only with --data-file

    given = request.spec.path.read_bytes() if request.spec.path is not None else request.spec.content
    if f"sha256:{sha256(there.content).hexdigest()}" != lock.spec and there.content != given:
        raise DestinationError(
            f"{SPEC_FILE} was edited since the last run, and --data-file would replace it; nothing was changed",
            hint="edit scaffold.yml and leave --data-file out, or pass --force",
        )


def _merged(
    request: UpdateRequest, project: Project, made: Target, disk: Mapping[str, Entry], renaming: Renaming
) -> tuple[Merged, tuple[str, ...]]:
    """Merge, or start over; also gives the slots that keep the text of a person."""
    once = matcher(once_globs(made.planned))
    if request.kind == "recopy":
        return restart(project.base, disk, made.tree, once=once), ()
    base, ours = project.base, disk
    if renaming:
        moves = moves_of(base, made.tree, renaming)
        base, ours = edited_views(renaming.texts(), base, disk, made.tree, moves)
    theirs, kept = keep_edited_slots(base, ours, made.tree)
    renames = _renames_by_user(request.root, project.base, disk, theirs)
    merged = merge(
        project.base, disk, theirs, once=once, style=request.style, renaming=renaming, renamed_by_user=renames
    )
    return merged, kept


def _says_old_name(finding: Problem, old_names: Collection[Mention]) -> bool:
    """Tell whether a finding is about a line of a person's that the report points out anyway."""
    return any((one.path, one.line) == (finding.path, finding.line) for one in old_names)


def _renames_by_user(root: Path, base: Tree, disk: Mapping[str, Entry], now: Tree) -> dict[str, str]:
    """Give old path -> new path of files that a person renamed and that the blueprints change in this run."""
    missing = {
        path: file.content
        for path, file in base.items()
        if disk.get(path) is None and (path not in now or now[path].content != file.content)
    }
    if not missing:
        return {}
    suffixes = {path.rpartition("/")[2].rpartition(".")[2] for path in missing}
    own = own_files(str(root), base.keys() | now.keys() | {SPEC_FILE}, suffixes)
    return find_renames(missing, {path: content for path, content in own.items() if not has_marks(content)})


def _with_state(writes: tuple[File, ...], made: Target, disk: Mapping[str, Entry]) -> tuple[File, ...]:
    """Add the spec and the state where they differ from what is there."""
    more = (spec_file(made.planned), *made.state)
    return (
        *writes,
        *(file for file in more if (there := disk.get(file.path)) is None or there.content != file.content),
    )


def _paths(writes: tuple[File, ...], deletes: tuple[str, ...]) -> list[tuple[str, File | None]]:
    """Give what changes outside of `.scaffold`, in order."""
    files: dict[str, File | None] = {file.path: file for file in writes if not file.path.startswith(".scaffold/")}
    return sorted((files | dict.fromkeys(deletes)).items())


def _change(path: str, file: File | None, disk: Mapping[str, Entry]) -> FileChange:
    there = disk.get(path)
    before = there if there is not None and there.kind != "folder" else None
    return FileChange(
        path,
        None if before is None else before.content,
        None if file is None else file.content,
        0o644 if before is None else before.mode,
        0o644 if file is None else file.mode,
    )


def _replaces(merged: Merged) -> bool:
    return any(one.outcome == "replaced" for one in merged.outcomes)


def _findings(
    request: UpdateRequest, project: Project, merged: Merged, on_event: OnEvent
) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """Check what would be written; give the new errors, and what was not checked.

    Files for a person to settle are left out: with marks in them they cannot be sound.
    """
    if not request.validate:
        return (), ("validation: it was switched off, so nothing was checked before writing",)
    unsettled = {one.path for one in merged.unsettled} | {one.beside for one in merged.unsettled}
    changed = {file.path: file.content for file in merged.writes if file.path not in unsettled}
    if not changed:
        return (), ()
    from scaffolder.checking import judge  # noqa: PLC0415 - not needed with --no-validate

    with stage("validate", on_event):
        said = judge(project, changed, merged.deletes, least="error", with_contract=False)
    return tuple(map(as_problem, said.new)), said.unchecked


def _write(writes: tuple[File, ...], deletes: tuple[str, ...], disk: Mapping[str, Entry], root: Path) -> None:
    try:
        write_changes(writes, deletes, disk, root)
    except KeyboardInterrupt:
        # The renames may have begun: finish them or take them back before the program ends.
        recover(root)
        raise


def _blueprints(lock: Lock, made: Target) -> tuple[str, ...]:
    """Say which blueprints came, went or have another version; one that gives no file is not part of a project."""
    owners = {file.origin.blueprint for file in made.rendered.tree.values()}
    now = {step.blueprint: step.version for step in made.planned.plan.steps if step.blueprint in owners}
    came = [f"{name} {version} is new" for name, version in now.items() if name not in lock.blueprints]
    went = [f"{name} {used.version} has no files any more" for name, used in lock.blueprints.items() if name not in now]
    changed = [
        f"{name} {lock.blueprints[name].version} -> {version}"
        for name, version in now.items()
        if name in lock.blueprints and lock.blueprints[name].version != version
    ]
    return (*came, *went, *changed)
