"""Plan -> tree: all blueprints of a plan, formatted, put together, with statistics and all errors at once."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from scaffolder_fills import SlotError, find_slots

from scaffolder.blueprints import Blueprint, Catalog
from scaffolder.errors import BlueprintError, TemplateError, TreeError
from scaffolder.events import BlueprintFailed, BlueprintFinished, BlueprintStarted, OnEvent, ignore
from scaffolder.formatting import format_files
from scaffolder.plan import Plan, Step
from scaffolder.templates import render_blueprint
from scaffolder.tree import File, Tree

__all__ = ["Failure", "Rendered", "Statistics", "imports_from_elsewhere", "render", "render_blueprint"]

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What one blueprint gave: `size` in bytes, ids of the `slots` in its files in order, `seconds` of wall time."""

    blueprint: str
    version: str
    phase: int
    files: int
    size: int
    slots: tuple[str, ...]
    seconds: float
    errors: tuple[BlueprintError, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A blueprint whose files are not in the tree: it has `errors` of its own, or `requires` some that failed."""

    blueprint: str
    errors: tuple[BlueprintError, ...]
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """The tree of the sound blueprints, statistics of all in the order of the plan, and what is missing."""

    tree: Tree
    statistics: tuple[Statistics, ...]
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()


def render(plan: Plan, catalog: Catalog, on_event: OnEvent = ignore, *, formatted: bool = True) -> Rendered:
    """Render all blueprints of a plan.

    A blueprint that fails does not stop the others from being tried, so that all errors are known at once. Its own
    files, and those of the blueprints that require it, are left out of the tree.
    With `formatted` false the Python files are as the templates (and plain Copier) give them.

    Raises:
        ToolError: ruff, which formats, is missing or has the wrong version.
    """
    with _without_collector():
        return _render(plan, catalog, on_event, formatted=formatted)


@contextmanager
def _without_collector() -> Iterator[None]:
    # Rendering makes many small objects and no circles: looking for some among them costs a tenth of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _render(plan: Plan, catalog: Catalog, on_event: OnEvent, *, formatted: bool) -> Rendered:
    done: dict[str, tuple[File, ...]] = {}
    errors: dict[str, tuple[BlueprintError, ...]] = {}
    seconds: dict[str, float] = {}
    slots: dict[str, tuple[str, ...]] = {}
    for index, step in enumerate(plan.steps, 1):
        name = step.blueprint
        on_event(BlueprintStarted(name, step.phase, index, len(plan.steps)))
        started = time.perf_counter()
        try:
            files = render_blueprint(_blueprint(name, catalog), plan.answers)
            slots[name] = _slots(name, files)
            done[name] = files
        except BlueprintError as error:
            errors[name] = error.all
        seconds[name] = time.perf_counter() - started
        if name in done:
            size = sum(len(file.content) for file in done[name])
            on_event(BlueprintFinished(name, len(done[name]), size, seconds[name]))
        else:
            on_event(BlueprintFailed(name, tuple(map(str, errors[name])), seconds[name]))
    errors |= _clashes(done)
    if formatted:
        new, found = _format({name: files for name, files in done.items() if name not in errors}, catalog)
        done |= new
        errors |= found
    required = _failed_requirements(plan, errors)
    sound = {name: files for name, files in done.items() if name not in errors and name not in required}
    tree = Tree(chain.from_iterable(sound.values()))
    return Rendered(
        tree,
        tuple(_statistics(step, done.get(step.blueprint, ()), slots, seconds, errors) for step in plan.steps),
        tuple(
            Failure(step.blueprint, errors.get(step.blueprint, ()), required.get(step.blueprint, ()))
            for step in plan.steps
            if step.blueprint in errors or step.blueprint in required
        ),
        imports_from_elsewhere(tree) if len(plan.steps) == 1 or errors else (),
    )


def _slots(blueprint: str, files: Iterable[File]) -> tuple[str, ...]:
    """Ids of the slots that are marked in the files, in order; a slot that does not close is an error."""
    ids: list[str] = []
    for file in files:
        if b" slot" in file.content:
            try:
                ids += (slot.id for slot in find_slots(file.content.decode(), file.path))
            except SlotError as error:
                message = f"renders {file.path}, whose line {error.line} says: {error.message}"
                raise TemplateError(blueprint, message, template=file.origin.template, hint=error.hint) from None
    return tuple(ids)


def imports_from_elsewhere(tree: Tree) -> tuple[str, ...]:
    """Modules of the project that its files import and that are not in the tree, one sentence each."""
    modules = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in tree}
    packages = {path.split("/")[0] for path in tree if path.endswith(".py") and "/" in path} - {"migrations", "tests"}
    importers: dict[str, list[str]] = {}
    for path, file in tree.items():
        if path.endswith(".py"):
            for name in sorted({match.decode() for match in _IMPORT.findall(file.content)}):
                if name.partition(".")[0] in packages and "." in name and name not in modules:
                    importers.setdefault(name, []).append(path)
    return tuple(
        f"{name} is not part of this run, and {paths[0]} imports it"
        + (f" (as do {len(paths) - 1} more files)" if len(paths) > 1 else "")
        for name, paths in sorted(importers.items())
    )


def _blueprint(name: str, catalog: Catalog) -> Blueprint:
    if name in catalog.broken:
        raise catalog.broken[name]
    return catalog.blueprints[name]


def _format(
    done: Mapping[str, tuple[File, ...]], catalog: Catalog
) -> tuple[dict[str, tuple[File, ...]], dict[str, tuple[BlueprintError, ...]]]:
    """Format the Python files that came from templates; the others are in the blueprint as they shall be."""
    rendered = [
        file
        for name, files in done.items()
        for file in files
        if file.path.endswith(".py") and file.origin.template.endswith(catalog.blueprints[name].suffix)
    ]
    packages = {file.path.split("/")[0] for file in chain.from_iterable(done.values()) if _in_package(file.path)}
    formatted, found = format_files(rendered, first_party=packages)
    new = {file.path: file for file in formatted}
    errors: dict[str, tuple[BlueprintError, ...]] = {}
    for error in found:
        errors[error.blueprint] = (*errors.get(error.blueprint, ()), error)
    return {name: tuple(new.get(file.path, file) for file in files) for name, files in done.items()}, errors


def _in_package(path: str) -> bool:
    return path.endswith(".py") and "/" in path


def _clashes(done: Mapping[str, tuple[File, ...]]) -> dict[str, tuple[BlueprintError, ...]]:
    """Errors of the blueprints whose files do not fit to those of the blueprints before them."""
    try:
        Tree(chain.from_iterable(done.values()))
    except TreeError:
        pass
    else:
        return {}
    errors: dict[str, tuple[BlueprintError, ...]] = {}
    sound = Tree()
    for name, files in done.items():
        try:
            sound = sound.merge(Tree(files))
        except TreeError as error:
            errors[name] = (BlueprintError(name, error.message, hint=error.hint),)
    return errors


def _failed_requirements(plan: Plan, errors: Iterable[str]) -> dict[str, tuple[str, ...]]:
    failed = set(errors)
    because: dict[str, tuple[str, ...]] = {}
    for step in plan.steps:  # in the order of the phases: what a step requires was looked at before
        if lost := tuple(name for name in step.requires if name in failed or name in because):
            because[step.blueprint] = lost
    return because


def _statistics(
    step: Step,
    files: tuple[File, ...],
    slots: Mapping[str, tuple[str, ...]],
    seconds: Mapping[str, float],
    errors: Mapping[str, tuple[BlueprintError, ...]],
) -> Statistics:
    return Statistics(
        step.blueprint,
        step.version,
        step.phase,
        len(files),
        sum(len(file.content) for file in files),
        slots.get(step.blueprint, ()),
        seconds[step.blueprint],
        errors.get(step.blueprint, ()),
    )
