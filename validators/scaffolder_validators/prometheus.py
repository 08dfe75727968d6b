"""Prometheus rule files: the schema, expressions that parse, alerts that say what they are about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from scaffolder_validators import promql, schema
from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_PATH = re.compile(r"(^|/)(prometheus|alerts?|rules)(/|[.-][\w.-]*)?", re.IGNORECASE)
_RULES = re.compile(rb"^\s*(-\s+)?(alert|record):", re.MULTILINE)


def probe() -> Ready | Missing:
    """Look for both engines."""
    first, second = schema.probe(), promql.probe()
    if isinstance(first, Missing):
        return first
    if isinstance(second, Missing):
        return second
    return Ready(f"{second.version} with jsonschema-rs {first.version}")


def applies_to(path: str) -> bool:
    """Any YAML file: its content tells."""
    return path.endswith((".yaml", ".yml"))


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    for document in read("prometheus", sources.only(_rule_files(sources))):
        if isinstance(document, Finding):
            yield document
        elif "groups" in mapping(document.data):
            yield from schema.violations("prometheus", document)
            yield from _groups(document, items(document.data["groups"]))


def _rule_files(sources: Sources) -> Iterator[str]:
    for path, content in sources.files.items():
        if b"groups:" in content and (_PATH.search(path) or _RULES.search(content)):
            yield path


def _groups(document: Document, groups: list[Any]) -> Iterator[Finding]:
    names = Counter(str(mapping(group).get("name")) for group in groups)
    alerts: set[str] = set()
    for index, group in enumerate(groups):
        name = str(mapping(group).get("name"))
        if names[name] > 1:
            message = f"the group '{name}' stands there {names[name]} times"
            yield document.finding(("groups", index), "prometheus:group", "error", message, "Give each its own name.")
        for position, rule in enumerate(items(mapping(group).get("rules"))):
            keys: Keys = ("groups", index, "rules", position)
            yield from _rule(document, keys, mapping(rule))
            same = f"{mapping(rule).get('alert')} {sorted(mapping(mapping(rule).get('labels')).items())}"
            if "alert" in mapping(rule) and same in alerts:
                message = f"the alert '{rule['alert']}' stands there twice with the same labels"
                yield document.finding((*keys, "alert"), "prometheus:alert-twice", "warning", message, "Rename one.")
            alerts.add(same)


def _rule(document: Document, keys: Keys, rule: dict[str, Any]) -> Iterator[Finding]:
    if ("alert" in rule) == ("record" in rule):
        message = "a rule is either an alert or a record"
        yield document.finding(keys, "prometheus:kind", "error", message, "Write one of alert and record.")
    if "expr" in rule and (said := promql.wrong(str(rule["expr"]))):
        hint = "Mend the expression; Prometheus refuses the whole file."
        yield document.finding((*keys, "expr"), "prometheus:expr", "error", said, hint)
    if "alert" not in rule:
        return
    if "severity" not in mapping(rule.get("labels")):
        message = f"the alert '{rule['alert']}' has no severity, so nobody can route it"
        yield document.finding(keys, "prometheus:severity", "warning", message, "Add the label severity.")
    if "summary" not in mapping(rule.get("annotations")):
        message = f"the alert '{rule['alert']}' does not say what happened"
        yield document.finding(keys, "prometheus:summary", "warning", message, "Add the annotation summary.")
    for part in ("labels", "annotations"):
        for name, text in mapping(rule.get(part)).items():
            if isinstance(text, str) and text.count("{{") != text.count("}}"):
                message = f"the braces of '{name}' are not closed"
                hint = "Close each {{ with }}."
                yield document.finding((*keys, part, name), "prometheus:template", "error", message, hint)
