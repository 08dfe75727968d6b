"""The code agrees with the contract: operations, schemas, models, migrations, agents and workflows.

It reads syntax trees of the generated code, never templates, and runs nothing. `Sources.contract` is what the code
is compared with (`scaffolder.contract.facts` makes it); a part that is not in there is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scaffolder_validators.contract.check import compare
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Skip, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """The application, its migrations and its description."""
    return path == "openapi.json" or (path.endswith(".py") and path.startswith(("app/", "migrations/versions/")))


def check(sources: Sources) -> Iterator[Finding]:
    """Compare all files of the project with the contract.

    Raises:
        Skip: the contract is not known, as in a project without `scaffold.yml`.
    """
    contract: Mapping[str, Any] | None = sources.contract
    if contract is None:
        raise Skip("no contract: the spec that this was made from is not known")
    files = {path: content for path, content in sources.tree.items() if applies_to(path)}
    yield from compare(contract, files)
