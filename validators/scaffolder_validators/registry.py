"""All validators by name. A new one is one module and one line here, or an entry point of another package."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import entry_points
from typing import Final, cast

from scaffolder_validators.validator import TIERS, Tier, Validator

ENTRY_POINTS: Final = "scaffolder.validators"
"""The group in which another package names its validators: `name = "package.module"`."""

VALIDATORS: Final[Mapping[str, str]] = {
    "text": "scaffolder_validators.text",
    "python": "scaffolder_validators.python",
    "config": "scaffolder_validators.config",
    "ruff": "scaffolder_validators.ruff",
    "imports": "scaffolder_validators.imports",
    "complexity": "scaffolder_validators.complexity",
    "ty": "scaffolder_validators.ty",
    "mypy": "scaffolder_validators.mypy",
    "postgast": "scaffolder_validators.postgast",
    "sqlite": "scaffolder_validators.sqlite",
    "postgres": "scaffolder_validators.postgres",
    "sqlfluff": "scaffolder_validators.sqlfluff",
    "squawk": "scaffolder_validators.squawk",
    "oxlint": "scaffolder_validators.oxlint",
    "tsc": "scaffolder_validators.tsc",
    "contract": "scaffolder_validators.contract",
    "hadolint": "scaffolder_validators.hadolint",
    "shellcheck": "scaffolder_validators.shellcheck",
    "actionlint": "scaffolder_validators.actionlint",
    "workflows": "scaffolder_validators.workflows",
    "compose": "scaffolder_validators.compose",
    "fly": "scaffolder_validators.fly",
    "render": "scaffolder_validators.render",
    "cloudrun": "scaffolder_validators.cloudrun",
    "railway": "scaffolder_validators.railway",
    "prometheus": "scaffolder_validators.prometheus",
    "grafana": "scaffolder_validators.grafana",
    "pyproject": "scaffolder_validators.pyproject",
    "package-json": "scaffolder_validators.package_json",
    "devcontainer": "scaffolder_validators.devcontainer",
    "pre-commit": "scaffolder_validators.pre_commit",
    "dependencies": "scaffolder_validators.dependencies",
    "secrets": "scaffolder_validators.secrets",
    "web-security": "scaffolder_validators.web_security",
    "python-security": "scaffolder_validators.python_security",
    "tests": "scaffolder_validators.project_tests",
}
"""Name to module; the module is imported when the validator is used."""

FAST: Final = ("text", "python", "config")
"""Our validators of the tier `fast`: known without importing all modules, because every `copy` runs them."""

SANDBOX: Final = ("mypy", "postgres", "tests")
"""Our validators of the tier `sandbox`: known for the same reason."""


class UnknownValidatorError(ValueError):
    """A name or pattern that no validator has; the text says which there are."""


@cache
def load(name: str) -> Validator:
    """Import a validator by its name.

    Raises:
        UnknownValidatorError: there is none of this name.
    """
    if name in VALIDATORS:
        return cast("Validator", importlib.import_module(VALIDATORS[name]))
    for point in entry_points(group=ENTRY_POINTS, name=name):
        return cast("Validator", point.load())
    raise UnknownValidatorError(f"there is no validator {name!r}; there are {', '.join(names())}")


@cache
def names() -> tuple[str, ...]:
    """Give the names of all validators, ours first."""
    others = sorted({point.name for point in entry_points(group=ENTRY_POINTS)} - set(VALIDATORS))
    return (*VALIDATORS, *others)


def select(tier: Tier, only: Iterable[str] = ()) -> dict[str, Validator]:
    """Give the validators of `tier` and the tiers below it, or those of them whose names match a pattern in `only`.

    Raises:
        UnknownValidatorError: a pattern matches none of the names.
    """
    patterns = tuple(only)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names()):
            raise UnknownValidatorError(f"there is no validator {pattern!r}; there are {', '.join(names())}")
    wanted = [name for name in names() if not patterns or any(fnmatchcase(name, one) for one in patterns)]
    if tier == "fast":
        wanted = [name for name in wanted if name in FAST or name not in VALIDATORS]
    elif tier == "project":
        wanted = [name for name in wanted if name not in SANDBOX]
    loaded = {name: load(name) for name in wanted}
    highest = TIERS.index(tier)
    return {name: one for name, one in loaded.items() if TIERS.index(one.TIER) <= highest}
