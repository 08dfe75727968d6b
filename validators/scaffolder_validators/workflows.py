"""GitHub workflows: what lets others in. Syntax and the commonest injections are the validator `actionlint`'s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_COMMIT: Final = re.compile(r"^[0-9a-f]{40}$")
_OWN: Final = frozenset({"actions", "github"})
_EXPRESSION: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_GIVEN: Final = re.compile(r"\b(inputs\.\w|github\.event\.(inputs|client_payload)\b|github\.(head_ref|event\.))")
_HARMLESS: Final = re.compile(r"^\s*github\.event\.(\w+\.)*(number|id|sha|action|draft|merged|\w+_at|private)\s*$")
_FOREIGN: Final = re.compile(r"github\.(head_ref|event\.(pull_request|workflow_run)\.head)")
_PRIVILEGED: Final = ("pull_request_target", "workflow_run")


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """Workflows where GitHub looks for them, and actions of the repository itself."""
    folder, _, name = path.rpartition("/")
    return (folder == ".github/workflows" and name.endswith((".yml", ".yaml"))) or name in {"action.yml", "action.yaml"}


def check(sources: Sources) -> Iterator[Finding]:
    """Look for rights that are too wide and for text of strangers that is run."""
    for document in read("workflows", sources):
        if isinstance(document, Finding):
            yield document
            continue
        data = mapping(document.data)
        yield from _rights(document, data)
        events = data.get("on")
        named = list(events) if isinstance(events, dict | list) else [events]
        privileged = next((name for name in _PRIVILEGED if name in named), None)
        for keys, step in _steps(data):
            yield from _uses(document, keys, step)
            yield from _scripts(document, keys, step)
            if privileged is not None:
                yield from _checkout(document, keys, step, privileged)


def _steps(data: dict[str, Any]) -> Iterator[tuple[Keys, dict[str, Any]]]:
    for name, job in mapping(data.get("jobs")).items():
        if "uses" in mapping(job):
            yield ("jobs", name), mapping(job)
        for index, step in enumerate(items(mapping(job).get("steps"))):
            yield ("jobs", name, "steps", index), mapping(step)
    for index, step in enumerate(items(mapping(data.get("runs")).get("steps"))):
        yield ("runs", "steps", index), mapping(step)


def _rights(document: Document, data: dict[str, Any]) -> Iterator[Finding]:
    jobs = mapping(data.get("jobs"))
    every: list[tuple[Keys, Any]] = [(("permissions",), data.get("permissions"))]
    every += [(("jobs", name, "permissions"), mapping(job).get("permissions")) for name, job in jobs.items()]
    for keys, rights in every:
        if rights == "write-all":
            message = "every job may write everything in the repository"
            yield document.finding(
                keys, "workflows:permissions", "error", message, "Name the one right that is needed."
            )
    if "permissions" not in data and any("permissions" not in mapping(job) for job in jobs.values()):
        message = "without permissions the jobs have those of the repository's settings, which may be all"
        hint = "Add permissions: {contents: read} at the top."
        yield document.finding(("jobs",), "workflows:no-permissions", "warning", message, hint)


def _uses(document: Document, keys: Keys, step: dict[str, Any]) -> Iterator[Finding]:
    action = step.get("uses")
    if not isinstance(action, str) or action.startswith("./"):
        return
    if action.startswith("docker://"):
        if "@sha256:" not in action:
            message = f"'{action}' may be another image tomorrow"
            yield document.finding((*keys, "uses"), "workflows:unpinned", "warning", message, "Pin it by @sha256:….")
        return
    owner, _, version = action.partition("/")[0], *action.partition("@")[1:]
    if owner not in _OWN and not _COMMIT.match(version):
        message = f"'{action}' is of a third party, and its tag can be moved to other code"
        hint = "Pin the full commit, and write the version in a comment behind it."
        yield document.finding((*keys, "uses"), "workflows:unpinned", "warning", message, hint)


def _scripts(document: Document, keys: Keys, step: dict[str, Any]) -> Iterator[Finding]:
    script = ("run", step.get("run"))
    if "github-script" in str(step.get("uses")):
        script = ("script", mapping(step.get("with")).get("script"))
    name, text = script
    at = (*keys, "with", name) if name == "script" else (*keys, name)
    for match in _EXPRESSION.finditer(str(text)):
        if _GIVEN.search(match[1]) and not _HARMLESS.match(match[1]):
            message = f"whoever sets {match[1].strip()} writes a part of this script"
            hint = 'Pass it as an environment variable and use "$NAME".'
            yield document.finding(at, "workflows:injection", "error", message, hint)


def _checkout(document: Document, keys: Keys, step: dict[str, Any], event: str) -> Iterator[Finding]:
    if not str(step.get("uses")).startswith("actions/checkout"):
        return
    given = mapping(step.get("with"))
    if any(_FOREIGN.search(str(given.get(name, ""))) for name in ("ref", "repository")):
        message = f"{event} runs with the repository's secrets, and this checks out the code of a stranger"
        hint = "Use pull_request, or do not run what is checked out."
        yield document.finding((*keys, "with", "ref"), "workflows:foreign-code", "error", message, hint)
