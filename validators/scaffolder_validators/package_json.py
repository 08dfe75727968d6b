"""package.json: the fields that npm reads, and scripts and dependencies that hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from scaffolder_validators import schema
from scaffolder_validators.documents import Document, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_KNOWN: Final = (
    "name version description type private license main module types scripts dependencies devDependencies "
    "peerDependencies optionalDependencies engines keywords files packageManager workspaces bin sideEffects exports "
    "imports author contributors repository homepage bugs overrides resolutions browserslist funding os cpu config"
).split()
_KINDS: Final = ("dependencies", "devDependencies", "optionalDependencies")
_RUN: Final = re.compile(r"\b(?:npm run|pnpm run|yarn run)\s+(?!-)([\w:.-]+)")
_LOOSE: Final = re.compile(r"^(\*|x|latest|next|)$")
_ADDRESS: Final = re.compile(r"^(https?:|git(\+\w+)?:|github:|[\w-]+/[\w.-]+(#.*)?$)")

probe = schema.probe


def applies_to(path: str) -> bool:
    """`package.json`, wherever it stands."""
    return path.rpartition("/")[2] == "package.json"


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    for document in read("package-json", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("package-json", document)
        data = mapping(document.data)
        yield from _keys(document, data)
        yield from _scripts(document, mapping(data.get("scripts")))
        yield from _dependencies(document, data)


def _keys(document: Document, data: dict[str, Any]) -> Iterator[Finding]:
    # Any tool may read keys of its own here, so that only a slip of the pen can be told.
    for name in data:
        close = get_close_matches(name, _KNOWN, 1, 0.85)
        if name not in _KNOWN and close:
            message = f"npm does not read '{name}' (did you mean '{close[0]}'?)"
            yield document.finding((name,), "package-json:unknown-key", "error", message, "Correct the spelling.")


def _scripts(document: Document, scripts: dict[str, Any]) -> Iterator[Finding]:
    for name, text in scripts.items():
        for wanted in _RUN.findall(str(text)):
            if wanted not in scripts and "--workspace" not in text and "-w " not in text:
                hint = "Name a script of this file, or add it."
                message = f"there is no script '{wanted}'"
                yield document.finding(("scripts", name), "package-json:script", "error", message, hint)


def _dependencies(document: Document, data: dict[str, Any]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for kind in _KINDS:
        for name, wanted in mapping(data.get(kind)).items():
            at = (kind, name)
            if name in seen:
                message = f"'{name}' stands under {seen[name]} too"
                yield document.finding(at, "package-json:twice", "warning", message, "Keep one of the two.")
            seen[name] = kind
            if _LOOSE.match(str(wanted).strip()):
                message = f"any version of '{name}' will do, also one that breaks"
                yield document.finding(at, "package-json:range", "warning", message, "Name a version or a range.")
            elif _ADDRESS.match(str(wanted)):
                message = f"'{name}' does not come from the registry"
                yield document.finding(at, "package-json:address", "warning", message, "Name a published version.")
