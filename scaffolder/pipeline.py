"""The order of the stages: spec -> contract -> plan -> render -> validate -> write -> report. No other module knows it.

Every stage takes frozen values and gives frozen values. What the user can mend is in the `Report`; exceptions
(`scaffolder.errors`) mean that the run cannot go on, and then nothing was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from scaffolder import __version__
from scaffolder.blueprints import Catalog, load_catalog
from scaffolder.errors import SourceError, StateError
from scaffolder.events import OnEvent, Recovered, Stage, StageFinished, StageStarted, ignore
from scaffolder.filling.lock import replayed
from scaffolder.input import SpecSource, load
from scaffolder.overrides import Override
from scaffolder.patterns import matcher
from scaffolder.plan import check_plan, make_plan, resolve
from scaffolder.planned import Planned
from scaffolder.problem import Problem, as_problem
from scaffolder.project import Project, read_entries
from scaffolder.render import render
from scaffolder.report import Change, Report
from scaffolder.state import SPEC_FILE, Used, state_files
from scaffolder.summary import Outcome, summarise
from scaffolder.tree import File, Origin, Tree
from scaffolder.write import recover, write_tree

Choose: TypeAlias = Callable[[Sequence[str]], frozenset[str]]
"""Asked for the files that are in the way; gives those of them to keep."""


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """What `copy` shall do. Exactly one of `spec` and `planned` (a stored plan) is given.

    `skip` and `exclude` are patterns: files to keep when they are there, and files to leave out.
    With `partial`, a blueprint that fails does not keep the sound ones from being written. Without `validate`, nothing
    is checked before it is written, and the report says so.
    """

    source: str
    destination: Path
    spec: SpecSource | None = None
    overrides: tuple[Override, ...] = ()
    planned: Planned | None = None
    overwrite: bool = False
    skip: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    pretend: bool = False
    partial: bool = False
    validate: bool = True


@cache
def catalog() -> Catalog:
    """Give our own blueprints and stacks, read once."""
    return load_catalog()


def is_own(source: str) -> bool:
    """Tell whether `source` names one of our stacks or blueprints, or else a Copier template.

    Raises:
        SourceError: it is a plain word, and neither ours nor a path that exists.
    """
    if resolve(source, catalog()) is not None:
        return True
    if not any(mark in source for mark in "/:\\") and not Path(source).exists():
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        known = [*catalog().stacks, *catalog().names]
        near = get_close_matches(source, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise SourceError(f"there is no stack, blueprint or directory {source!r}", hint=hint)
    return False


def plan(source: str, spec: SpecSource, overrides: Sequence[Override] = (), on_event: OnEvent = ignore) -> Planned:
    """Read the spec, resolve it and plan what `source` (a stack or a blueprint) makes of it.

    Raises:
        BadInputError: the spec has errors; all of them are in it, at the places where the user wrote them.
        SourceError: there is no such stack or blueprint.
        PlanError: the blueprints do not fit together.
    """
    # The contract is slow to import and not needed to carry out a stored plan.
    from scaffolder.contract import build_contract, contract_answers  # noqa: PLC0415
    from scaffolder.contract.renames import renames_since  # noqa: PLC0415

    with stage("spec", on_event):
        loaded = load(spec, overrides)
    with stage("contract", on_event):
        contract = build_contract(loaded.spec)
        answers = contract_answers(contract)
    with stage("plan", on_event):
        made = make_plan(source, catalog(), answers)
    renames = partial(renames_since, loaded.spec, contract)
    return Planned(made, loaded.spec.project.name, loaded.source, loaded.problems, contract.notes, renames)


def copy(request: CopyRequest, on_event: OnEvent = ignore, choose: Choose | None = None) -> Report:
    """Make a project, or change nothing and say all that is in the way.

    `choose` is asked when files in the destination differ; without it they are conflicts in the report.

    Raises:
        ScaffolderError: the run cannot go on; the destination is as it was.
    """
    started = perf_counter()
    if request.planned is not None:
        planned = request.planned
        check_plan(planned.plan, catalog())
    elif request.spec is not None:
        planned = plan(request.source, request.spec, request.overrides, on_event)
    else:
        raise ValueError("either a spec or a plan must be given")
    with stage("render", on_event):
        rendered = render(planned.plan, catalog(), on_event)
    outcome = Outcome("failed")
    entries = read_entries(request.destination)
    tree, slots = replayed(rendered.tree, planned.spec, entries, catalog())
    if not rendered.failures or (request.partial and tree):
        tree = _project(_with_history(tree, planned, request.destination), planned, request)
        findings = _findings(tree, on_event) if request.validate else None
        if findings and any(finding.severity == "error" for finding in findings):
            outcome = Outcome("invalid")
        else:
            with stage("write", on_event):
                outcome = _write(tree, request, planned, choose, on_event)
            if outcome.status == "written" and rendered.failures:
                outcome = replace(outcome, status="partial")
        outcome = replace(outcome, findings=findings, slots=slots)
    return summarise(request.destination, planned, rendered, tree, outcome, perf_counter() - started)


def _project(rendered: Tree, planned: Planned, request: CopyRequest) -> Tree:
    """Add the spec and the state to what was rendered; the state is that of the files that are written."""
    _, state = state_of(rendered, planned, request.exclude)
    return rendered.merge(Tree([spec_file(planned), *state]))


def _with_history(rendered: Tree, planned: Planned, destination: Path) -> Tree:
    """Put the migrations that a project has in the place of those that its spec would begin with now.

    So the state goes on to say what a database went through, and an update can tell what it lacks.
    """
    matches = matcher(append_globs(planned))
    paths = [path for path in rendered if matches(path) and (destination / path).is_file()]
    if not paths:
        return rendered
    try:
        kept = Tree(file for path, file in Project(destination).base.items() if matches(path))
    except StateError:
        kept = Tree()
    own = [replace(rendered[path], content=(destination / path).read_bytes()) for path in paths if path not in kept]
    others = (file for path, file in rendered.items() if path not in kept and path not in paths)
    return Tree([*others, *own, *kept.values()])


def state_of(rendered: Tree, planned: Planned, exclude: Sequence[str]) -> tuple[Tree, tuple[File, File]]:
    """Give the files that are not left out by `exclude`, and the state of a project that has just these."""
    excluded = matcher(exclude)
    kept = Tree(file for file in rendered.values() if not excluded(file.path))
    owners = {file.origin.blueprint for file in rendered.values()}
    used = {step.blueprint: Used(step.version, step.digest) for step in planned.plan.steps if step.blueprint in owners}
    state = state_files(
        kept, scaffolder=__version__, source=planned.plan.source, spec=planned.spec, blueprints=used, exclude=exclude
    )
    return kept, state


def spec_file(planned: Planned) -> File:
    """Give the spec as the file that a project keeps of it."""
    return File(SPEC_FILE, planned.spec, 0o644, Origin("scaffolder", __version__, SPEC_FILE))


def once_globs(planned: Planned) -> tuple[str, ...]:
    """Give the patterns of the files that the blueprints of a plan write at the first copy only."""
    known = catalog().blueprints
    return tuple(glob for step in planned.plan.steps if step.blueprint in known for glob in known[step.blueprint].once)


def append_globs(planned: Planned) -> tuple[str, ...]:
    """Give the patterns of the files to which later runs only add others."""
    known = catalog().blueprints
    steps = (step for step in planned.plan.steps if step.blueprint in known)
    return tuple(glob for step in steps for glob in known[step.blueprint].append_only)


def _findings(tree: Tree, on_event: OnEvent) -> tuple[Problem, ...]:
    """Check the files that are new with the validators that cost next to nothing; `.scaffold` is our own notes."""
    from scaffolder_validators import validate_fast  # noqa: PLC0415 - not needed with --no-validate

    with stage("validate", on_event):
        files = {path: file.content for path, file in tree.items() if not path.startswith(".scaffold/")}
        said = validate_fast(files)
    crashed = (result for result in said.results if result.status == "error")
    return (
        *(
            Problem("", 0, 0, result.validator, "warning", f"a check crashed: {result.reason}", "")
            for result in crashed
        ),
        *map(as_problem, said.findings),
    )


def _write(tree: Tree, request: CopyRequest, planned: Planned, choose: Choose | None, on_event: OnEvent) -> Outcome:
    write = partial(
        write_tree,
        tree,
        request.destination,
        overwrite=request.overwrite,
        skip=(*request.skip, *once_globs(planned)),
        exclude=request.exclude,
        pretend=request.pretend,
    )
    try:
        result = write()
        if result.conflicts and choose is not None and not request.pretend:
            keep = choose(result.conflicts)
            result = write(overwrite=True, keep=keep)
    except KeyboardInterrupt:
        # The renames may have begun: finish them or take them back before the program ends.
        recover(request.destination)
        raise
    if result.recovered is not None:
        on_event(Recovered(str(request.destination), result.recovered.action, result.recovered.kept))
    changes = tuple(Change(path, action) for path, action in result.actions.items())
    if result.conflicts:
        return Outcome("conflicts", changes)
    return Outcome("pretended" if request.pretend else "written", changes)


@contextmanager
def stage(name: Stage, on_event: OnEvent) -> Iterator[None]:
    """Tell that a stage begins, and that it ended well."""
    started = perf_counter()
    on_event(StageStarted(name))
    yield
    on_event(StageFinished(name, perf_counter() - started))
