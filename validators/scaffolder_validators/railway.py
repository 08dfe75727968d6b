"""Railway: the old file is checked as long as it is read, and said to end."""

from __future__ import annotations

from collections.abc import Iterator

from scaffolder_validators import schema
from scaffolder_validators.documents import read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

probe = schema.probe


def applies_to(path: str) -> bool:
    """`railway.json` and `railway.toml`; `.railway/railway.ts` is TypeScript, and checked as such."""
    return path.rpartition("/")[2] in {"railway.json", "railway.toml"}


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, and say what comes after it."""
    for document in read("railway", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("railway", document)
        message = "Railway reads this file until 2026-12-01, and not at all for new services"
        hint = "Write .railway/railway.ts, and delete this file."
        yield document.finding((), "railway:legacy", "warning", message, hint)
