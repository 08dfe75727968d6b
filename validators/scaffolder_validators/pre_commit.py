""".pre-commit-config.yaml: the schema, and hooks that are the same tomorrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffolder_validators import schema
from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_BRANCH = re.compile(r"^(main|master|head|develop|stable|latest)$", re.IGNORECASE)

probe = schema.probe


def applies_to(path: str) -> bool:
    """`.pre-commit-config.yaml`."""
    return path.rpartition("/")[2] == ".pre-commit-config.yaml"


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    for document in read("pre-commit", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("pre-commit", document)
        for index, repository in enumerate(items(mapping(document.data).get("repos"))):
            yield from _repository(document, ("repos", index), mapping(repository))


def _repository(document: Document, keys: Keys, repository: dict[str, Any]) -> Iterator[Finding]:
    where, revision = str(repository.get("repo")), repository.get("rev")
    if where in {"local", "meta"}:
        if revision is not None:
            message = f"'{where}' hooks have no rev"
            yield document.finding((*keys, "rev"), "pre-commit:rev", "error", message, "Delete rev.")
    elif revision is None:
        hint = "Add rev with a tag or a commit."
        yield document.finding(keys, "pre-commit:rev", "error", "the repository has no rev", hint)
    elif _BRANCH.match(str(revision)):
        message = f"'{revision}' is a branch, and another one tomorrow"
        yield document.finding((*keys, "rev"), "pre-commit:rev", "warning", message, "Name a tag or a commit.")
    for index, hook in enumerate(items(repository.get("hooks"))):
        missing = [name for name in ("name", "entry", "language") if name not in mapping(hook)]
        if where == "local" and missing:
            message = f"a local hook needs {', '.join(missing)}"
            yield document.finding(
                (*keys, "hooks", index), "pre-commit:local", "error", message, "Add what is missing."
            )
        for name in ("files", "exclude"):
            yield from _pattern(document, (*keys, "hooks", index, name), mapping(hook).get(name))


def _pattern(document: Document, keys: Keys, pattern: Any) -> Iterator[Finding]:
    try:
        re.compile(str(pattern))
    except re.error as error:
        message = f"'{keys[-1]}' is no regular expression: {error}"
        yield document.finding(keys, "pre-commit:pattern", "error", message, "Mend the pattern.")
