"""Rendered projects in memory, with the facts of their contracts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from scaffolder.blueprints import load_catalog
from scaffolder.contract import build_contract, contract_answers
from scaffolder.contract.facts import contract_facts
from scaffolder.plan import make_plan
from scaffolder.render import render
from scaffolder.spec import load_spec_text


@dataclass(frozen=True)
class Project:
    """The files of a project (path to bytes), and what its contract promises of them."""

    files: dict[str, bytes]
    facts: dict[str, Any]

    @property
    def problem_statuses(self) -> frozenset[int]:
        """The status codes of problems that some operation documents."""
        operations = (one for path in self.facts["openapi"]["paths"].values() for one in path.values())
        return frozenset(int(code) for one in operations for code, said in one["responses"].items() if "$ref" in said)


@cache
def project(spec: str) -> Project:
    """Render the stack `agent-backend` for the text of a spec."""
    contract = build_contract(load_spec_text(spec.encode(), "scaffold.yml").spec)
    catalog = load_catalog()
    rendered = render(make_plan("agent-backend", catalog, contract_answers(contract)), catalog)
    assert not rendered.failures, rendered.failures
    return Project({path: file.content for path, file in rendered.tree.items()}, contract_facts(contract))
