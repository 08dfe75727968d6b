"""A plan together with the spec that it was made from: what `scaffolder plan` prints and `copy --plan` carries out."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from scaffolder.errors import PlanError
from scaffolder.plan import Plan
from scaffolder.problem import Problem

if TYPE_CHECKING:
    from scaffolder.contract.renames import Renames


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the project's name and the bytes of the spec that it was made from, and what its reader should know.

    `warnings` are about the spec; `not_done` is what the contract could not take from it. `renames` tells what has
    another name than in a project with the entities given; a stored plan, which makes a new project, does not know.
    """

    plan: Plan
    project: str
    spec: bytes
    warnings: tuple[Problem, ...] = ()
    not_done: tuple[str, ...] = ()
    renames: Callable[[Collection[str]], Renames] | None = field(default=None, compare=False)

    def to_json(self) -> str:
        """Write all of it but the warnings as JSON: enough to carry it out later, without the spec file."""
        data = json.loads(self.plan.to_json())
        data |= {"project": self.project, "spec": self.spec.decode(), "not_done": self.not_done}
        return json.dumps(data, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Planned:
        """Read what `to_json` wrote; raises `PlanError` when it is something else."""
        plan = Plan.from_json(text)
        data = json.loads(text)
        try:
            project, spec, not_done = str(data["project"]), str(data["spec"]), tuple(map(str, data["not_done"]))
        except (KeyError, TypeError) as error:
            raise PlanError(f"not a plan: {error} is missing", hint="make the plan again") from error
        return cls(plan, project, spec.encode(), not_done=not_done)

    def answers_yaml(self, blueprint: str) -> str:
        """Write the answers of one blueprint as YAML, in the contract's order; raises `PlanError` for an unknown one.

        Plain Copier reads them with `copier copy --data-file`.
        """
        base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        # Anchors would be right for Copier, but nobody reads answers to follow them.
        dumper = type("_Dumper", (base,), {"ignore_aliases": lambda _self, _data: True})
        answers = self.plan.answers_of(blueprint)
        text: str = yaml.dump(answers, Dumper=dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
        return text
