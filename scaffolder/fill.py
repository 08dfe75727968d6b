"""The order of `fill`: spec -> contract -> plan -> render -> find slots -> ask -> validate -> write -> report.

As in `scaffolder.pipeline`, whose first stages these are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from scaffolder_fills.fill import Outcome
from scaffolder_fills.request import Asker, Request

from scaffolder.checking import judge
from scaffolder.errors import DestinationError
from scaffolder.events import OnEvent, Recovered, SlotFinished, ignore
from scaffolder.filling.lock import entry_files
from scaffolder.filling.report import FillReport, Status
from scaffolder.filling.run import (
    Done,
    FillRequest,
    Work,
    ask,
    changed_files,
    drop,
    new_base,
    prepare,
    questions,
    unfilled,
    unread,
    waiting_slots,
)
from scaffolder.pipeline import catalog, stage
from scaffolder.problem import Problem, as_problem
from scaffolder.project import Project, require_lock
from scaffolder.state import SPEC_FILE, Lock, state_files
from scaffolder.tree import Mode, Tree
from scaffolder.updating.target import rendered
from scaffolder.write import recover, write_tree


def fill(request: FillRequest, asker: Asker | None, on_event: OnEvent = ignore) -> FillReport:
    """Fill the slots of a project: ask, check, and write what was accepted, or say why the static text stays.

    Raises:
        ScaffolderError: the run cannot go on; the project is as it was.
    """
    started = perf_counter()
    work, name, lock = _slots_of(request, on_event)
    settings = request.settings
    if settings.locked and (missing := waiting_slots(work, settings)):
        outcomes = tuple(unfilled(work, missing))
        return FillReport("locked", name, outcomes, seconds=perf_counter() - started)
    total = len(work.chosen)
    count = iter(range(1, total + 1))

    def tell(one: Outcome) -> None:
        tokens = one.usage.total
        on_event(SlotFinished(one.slot, one.state, one.reason, one.model, tokens, one.seconds, next(count), total))

    with stage("fill", on_event):
        done = ask(work, asker, settings, tell, test=request.test)
    findings: tuple[Problem, ...] = ()
    unchecked: tuple[str, ...] = ("validation: it was switched off, so nothing was checked before writing",)
    with stage("validate", on_event):
        if request.validate:
            findings, unchecked = _judge(work, done)
    files = changed_files(work, done)
    status: Status = "interrupted" if done.interrupted else "written" if files else "unchanged"
    if findings:
        status, files = "invalid", {}
    else:
        with stage("write", on_event):
            _write_fills(work, done, files, lock)
    return FillReport(
        status,
        name,
        tuple(sorted(done.filled.outcomes, key=lambda one: one.slot)),
        tuple(sorted(files)),
        findings,
        (*done.not_tested, *unchecked),
        perf_counter() - started,
    )


def preview(request: FillRequest, on_event: OnEvent = ignore) -> list[Request]:
    """Give exactly what `fill` would send first for each slot that would have to be asked for.

    Raises:
        ScaffolderError: the slots cannot be told.
    """
    work, _, _ = _slots_of(request, on_event)
    return questions(work, request.settings)


def _slots_of(request: FillRequest, on_event: OnEvent) -> tuple[Work, str, Lock]:
    if (recovered := recover(request.root)) is not None:
        on_event(Recovered(str(request.root), recovered.action, recovered.kept))
    project = Project(request.root)
    lock = require_lock(project)
    planned, made, _ = rendered(project, lock, on_event=on_event)
    if made.failures:
        raise made.failures[0].errors[0]
    return prepare(project, planned.spec, made.tree, catalog(), request.slots), planned.project, lock


def _judge(work: Work, done: Done) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """Check the changed files with all engines and take back fills in files with new findings.

    Gives the errors that then stay, and what was not checked. A warning is enough: the static text has none.
    """
    while files := changed_files(work, done):
        said = judge(work.project, files, least="warning", with_contract=True)
        reasons = {one.path: f"{one.message} ({one.rule}, line {one.line})" for one in reversed(said.new)}
        if not said.new or not drop(work, done, reasons, reasons):
            return tuple(as_problem(one) for one in said.new if one.severity == "error"), said.unchecked
    return (), ()


def _write_fills(work: Work, done: Done, files: Mapping[str, bytes], lock: Lock) -> None:
    """Write the files with fills, the lock and the state, all or nothing; a file that changed meanwhile is refused."""
    if moved := unread(work, files):
        raise DestinationError(
            f"these files changed while slots were being filled: {', '.join(moved)}; nothing was written",
            hint="run the command again",
        )
    base = new_base(work, done)
    state = state_files(
        base, scaffolder=lock.scaffolder, source=lock.source, spec=(work.project.root / SPEC_FILE).read_bytes(),
        blueprints=lock.blueprints, exclude=lock.exclude,
    )  # fmt: skip
    root = work.project.root
    written = (replace(base[path], content=content, mode=_mode(root / path)) for path, content in files.items())
    tree = Tree([*written, *entry_files(done.filled.entries, lock.scaffolder), *state])
    write_tree(tree, root, overwrite=True)


def _mode(path: Path) -> Mode:
    return 0o755 if path.stat().st_mode & 0o111 else 0o644
