"""The same work done in three ways: by us, by Jinja alone, by Copier."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jinja2

from scaffolder import compiled
from scaffolder.blueprints import Catalog, load_catalog
from scaffolder.contract import build_contract, contract_answers
from scaffolder.plan import Plan, make_plan
from scaffolder.render import render
from scaffolder.spec import load_spec_text
from scaffolder.templates import expand, read_answers
from scaffolder.write import write_tree

STACK = "agent-backend"


def spec_of(entities: int) -> str:
    """A spec with so many entities of eight fields, each of which refers to the one before."""
    lines = ["spec: 1", "project: {name: bench, description: Many entities.}", "auth: {roles: [user, admin]}"]
    lines.append("entities:" if entities else "")
    for number in range(entities):
        lines += [
            f"  Thing{number}:",
            "    name: string(1..120) unique",
            "    body: text",
            "    status: enum(open, pending, solved) = open",
            "    priority: int(1..5) = 3",
            "    cost: decimal(12,2)?",
            "    due_at: datetime?",
            f"    previous: -> Thing{number - 1}? set_null" if number else "    flag: bool = false",
            "    owner: -> User cascade owner",
        ]
    return "\n".join(lines) + "\n"


def answers_of(spec: str) -> dict[str, Any]:
    """The answers that the contract gives for a spec."""
    return contract_answers(build_contract(load_spec_text(spec.encode(), "bench.yml").spec))


class Work:
    """One spec to be rendered and written in each of the ways."""

    def __init__(self, entities: int, folder: Path) -> None:
        self.answers = answers_of(spec_of(entities))
        self.catalog: Catalog = load_catalog()
        self.plan: Plan = make_plan(STACK, self.catalog, self.answers)
        self.folder = folder

    def out(self) -> Path:
        """A new, missing destination."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        return self.folder / "out"

    def ours(self, out: Path, *, formatted: bool, warm: bool) -> int:
        """Render and write as `scaffolder copy` does; the number of files. Not `warm`: templates are compiled anew."""
        compiled._OPEN.clear()
        if not warm:
            for blueprint in self.catalog.blueprints.values():
                compiled._OPEN[blueprint.root, blueprint.digest] = _Forgetful(blueprint)
        result = render(self.plan, self.catalog, formatted=formatted)
        if result.failures:
            raise RuntimeError(str(result.failures))
        write_tree(result.tree, out)
        return len(result.tree)

    def jobs(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """What Jinja alone is given: blueprint, template, path, context."""
        found = []
        for name, blueprint in self.catalog.blueprints.items():
            own = read_answers(blueprint, self.answers)
            jobs, errors = expand(blueprint, own)
            if errors:
                raise RuntimeError(str(errors))
            found += [(name, job.source.path, job.path, {**own, **job.extra}) for job in jobs]
        return found

    def jinja(self, out: Path, jobs: list[tuple[str, str, str, dict[str, Any]]]) -> None:
        """Render and write the same files as simply as one can."""
        environments = {
            name: jinja2.Environment(
                loader=jinja2.FileSystemLoader(blueprint.root), undefined=jinja2.StrictUndefined, **blueprint.envops
            )
            for name, blueprint in self.catalog.blueprints.items()
        }
        for name, template, path, context in jobs:
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if template.endswith(".jinja"):
                target.write_text(environments[name].get_template(template).render(context), encoding="utf-8")
            else:
                target.write_bytes((self.catalog.blueprints[name].root / template).read_bytes())

    def copier(self, out: Path) -> None:
        """Let Copier do it, one blueprint after the other."""
        import copier  # noqa: PLC0415

        for name, blueprint in self.catalog.blueprints.items():
            answers = json.loads(json.dumps(self.plan.answers_of(name)))
            copier.run_copy(
                str(blueprint.root), out, answers, defaults=True, overwrite=True, quiet=True, settings=copier.Settings()
            )


class _Forgetful(compiled.CompiledTemplates):
    """A cache of compiled templates that starts empty and keeps nothing."""

    def _load(self) -> dict[str, Any]:
        return {}

    def save(self) -> None:
        """Keep nothing."""
