"""Contract + stack -> plan: which blueprints run, in which order, with which answers, giving which files and slots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from scaffolder.blueprints import Catalog
from scaffolder.errors import BlueprintError, PlanError, SourceError

PLAN_VERSION = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class Step:
    """One blueprint of a plan.

    `reads` are the names of its answers, `files` the paths that it will give (sorted), `slots` the patterns of the
    slots that it declares. Version and digest are empty for a blueprint that cannot be loaded.
    """

    blueprint: str
    version: str
    digest: str
    phase: int
    requires: tuple[str, ...]
    reads: tuple[str, ...]
    files: tuple[str, ...]
    slots: tuple[str, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Step:
        """A step from its JSON form; raises KeyError, TypeError or ValueError when it is none."""
        return cls(
            blueprint=str(data["blueprint"]),
            version=str(data["version"]),
            digest=str(data["digest"]),
            phase=int(data["phase"]),
            requires=tuple(map(str, data["requires"])),
            reads=tuple(map(str, data["reads"])),
            files=tuple(map(str, data["files"])),
            slots=tuple(map(str, data["slots"])),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be rendered. `phases` are levels: a blueprint requires only what stands in earlier phases."""

    source: str
    phases: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]
    answers: Mapping[str, Any] = field(repr=False)
    notes: tuple[str, ...] = ()

    def step(self, blueprint: str) -> Step:
        """The step of this blueprint.

        Raises:
            PlanError: it is not part of the plan.
        """
        for step in self.steps:
            if step.blueprint == blueprint:
                return step
        raise PlanError(f"{blueprint} is not part of this plan", hint=f"it has {_names(self.steps)}")

    def answers_of(self, blueprint: str) -> dict[str, Any]:
        """The answers that this blueprint reads: what `copier copy --data-file` would be given.

        Raises:
            PlanError: it is not part of the plan.
        """
        return {name: self.answers[name] for name in self.step(blueprint).reads if name in self.answers}

    def to_json(self) -> str:
        """The whole plan as JSON, answers included: enough to render it later without the spec."""
        data = {"version": PLAN_VERSION, "source": self.source, "phases": self.phases, "notes": self.notes}
        data |= {"steps": [asdict(step) for step in self.steps], "answers": dict(self.answers)}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read what `to_json` wrote.

        Raises:
            PlanError: the text is no plan, or one of another version.
        """
        try:
            data = json.loads(text)
            version = data["version"]
            plan = cls(
                str(data["source"]),
                tuple(tuple(phase) for phase in data["phases"]),
                tuple(Step.from_dict(step) for step in data["steps"]),
                dict(data["answers"]),
                tuple(data["notes"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"{error!s} is missing" if isinstance(error, KeyError) else str(error)
            raise PlanError(f"not a plan: {reason}", hint="make the plan again") from error
        if version != PLAN_VERSION:
            raise PlanError(f"the plan has version {version!r}, not {PLAN_VERSION}", hint="make the plan again")
        if {step.blueprint for step in plan.steps} != {name for phase in plan.phases for name in phase}:
            raise PlanError("not a plan: its phases and steps name different blueprints", hint="make the plan again")
        return plan


def resolve(source: str, catalog: Catalog) -> tuple[str, ...] | None:
    """The names of the blueprints that `source` (a stack or a blueprint) stands for; None when it is neither."""
    if source in catalog.stacks:
        return catalog.stacks[source].blueprints
    return (source,) if source in catalog.blueprints or source in catalog.broken else None


def make_plan(source: str, catalog: Catalog, answers: Mapping[str, Any]) -> Plan:
    """Plan what `source`, a stack or one blueprint, gives with these answers.

    One blueprint is planned with only itself; `Plan.notes` names what it requires from elsewhere. A blueprint that
    cannot be loaded, or whose paths cannot be rendered, is planned with no files: rendering says what is wrong with it.

    Raises:
        SourceError: there is no such stack or blueprint.
        PlanError: the blueprints require each other in a circle, or a stack lacks one that is required.
    """
    names = resolve(source, catalog)
    if names is None:
        known = ", ".join([*sorted(catalog.stacks), *catalog.names])
        raise SourceError(f"there is no stack or blueprint {source!r}", hint=f"there are {known}")
    requires = {name: catalog.blueprints[name].requires if name in catalog.blueprints else () for name in names}
    notes: list[str] = []
    for name in names:
        absent = [other for other in requires[name] if other not in requires]
        if absent and source in catalog.stacks:
            raise PlanError(f"stack {source}: {name} requires {', '.join(absent)}, which the stack lacks")
        if absent:
            notes.append(f"{name} requires {', '.join(absent)}, which this run does not render")
    phases = phase_order({name: [one for one in requires[name] if one in requires] for name in names})
    steps = [_step(name, catalog, answers, number) for number, phase in enumerate(phases, 1) for name in phase]
    read = {name for step in steps for name in step.reads}
    return Plan(source, phases, tuple(steps), {key: answers[key] for key in answers if key in read}, tuple(notes))


def check_plan(plan: Plan, catalog: Catalog) -> None:
    """Make sure that a stored plan still fits the blueprints.

    Raises:
        PlanError: a blueprint is gone or differs from the one that was planned.
    """
    for step in plan.steps:
        blueprint = catalog.blueprints.get(step.blueprint)
        if blueprint is None:
            raise PlanError(f"the plan needs the blueprint {step.blueprint}, which is not here (or cannot be loaded)")
        if blueprint.digest != step.digest:
            raise PlanError(
                f"the blueprint {step.blueprint} is not the one that was planned "
                f"(version {step.version} then, {blueprint.version} now)",
                hint="make the plan again",
            )


def phase_order(requires: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Topological levels: each name stands after all that it requires, as early as possible, sorted within a level.

    Raises:
        PlanError: some require each other in a circle, which the message spells out.
    """
    waiting = {name: set(needed) for name, needed in requires.items()}
    phases: list[tuple[str, ...]] = []
    while waiting:
        ready = tuple(sorted(name for name, needed in waiting.items() if not needed))
        if not ready:
            raise PlanError(f"blueprints require each other in a circle: {' -> '.join(_circle(waiting))}")
        phases.append(ready)
        waiting = {name: needed.difference(ready) for name, needed in waiting.items() if name not in ready}
    return tuple(phases)


def _circle(waiting: Mapping[str, set[str]]) -> list[str]:
    path = [min(waiting)]
    while True:
        following = min(waiting[path[-1]])
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)


def _step(name: str, catalog: Catalog, answers: Mapping[str, Any], phase: int) -> Step:
    from scaffolder.templates import expand, read_answers  # noqa: PLC0415 - Jinja is slow to import

    blueprint = catalog.blueprints.get(name)
    if blueprint is None:
        return Step(name, "", "", phase, (), (), (), ())
    try:
        jobs, _ = expand(blueprint, read_answers(blueprint, answers))
        digest = blueprint.digest
    except BlueprintError:
        jobs, digest = (), ""  # the same error comes again, with all others, when the plan is rendered
    return Step(
        name,
        blueprint.version,
        digest,
        phase,
        blueprint.requires,
        tuple(blueprint.questions),
        tuple(sorted(job.path for job in jobs)),
        tuple(blueprint.slots),
    )


def _names(steps: Iterable[Step]) -> str:
    return ", ".join(step.blueprint for step in steps)
