"""Grafana dashboards: the schema, panels that do not collide, data sources and expressions that hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, TypeAlias

from scaffolder_validators import prometheus, promql, schema
from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

_Panel: TypeAlias = tuple[Keys, dict[str, Any]]

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_WIDTH = 24
_NEEDS_NO_DATA = frozenset({"row", "text", "news", "dashlist", "alertlist"})
_VARIABLE = re.compile(r"^\$(?:\{(\w+)[^}]*\}|(\w+))$")

probe = prometheus.probe


def applies_to(path: str) -> bool:
    """Any JSON file: its content tells."""
    return path.endswith(".json")


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    mine = [
        path
        for path, content in sources.files.items()
        if b'"panels"' in content and (b'"schemaVersion"' in content or "grafana" in path)
    ]
    for document in read("grafana", sources.only(mine)):
        if isinstance(document, Finding):
            yield document
        elif "panels" in mapping(document.data):
            yield from schema.violations("grafana", document)
            panels = list(_panels(document.data, ()))
            yield from _identities(document, panels)
            yield from _overlaps(document, panels)
            variables = {
                str(mapping(item).get("name")) for item in items(mapping(document.data.get("templating")).get("list"))
            }
            for keys, panel in panels:
                yield from _data(document, keys, panel, variables)


def _panels(around: dict[str, Any], keys: Keys) -> Iterator[_Panel]:
    for index, panel in enumerate(items(around.get("panels"))):
        if isinstance(panel, dict):
            yield (*keys, "panels", index), panel
            yield from _panels(panel, (*keys, "panels", index))


def _identities(document: Document, panels: list[_Panel]) -> Iterator[Finding]:
    seen: set[int] = set()
    for keys, panel in panels:
        number = panel.get("id")
        if isinstance(number, int) and number in seen:
            hint = "Give the panel a number of its own."
            message = f"the id {number} is taken by another panel"
            yield document.finding((*keys, "id"), "grafana:panel-id", "error", message, hint)
        elif isinstance(number, int):
            seen.add(number)
        if not panel.get("title") and panel.get("type") not in {"row", "text"}:
            message = "the panel has no title"
            yield document.finding(keys, "grafana:title", "warning", message, "Say in the title what it shows.")


def _overlaps(document: Document, panels: list[_Panel]) -> Iterator[Finding]:
    # Panels inside a collapsed row have places of their own, so only those of one list are compared.
    placed = [(keys, box) for keys, panel in panels if (box := _box(panel)) is not None]
    for keys, (_, _, right, _) in placed:
        if right > _WIDTH:
            message = f"the panel ends in column {right} of {_WIDTH}"
            hint = "Make x and w add up to 24 at most."
            yield document.finding((*keys, "gridPos"), "grafana:width", "error", message, hint)
    for (first, one), (second, other) in combinations(placed, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        if not apart and first[:-1] == second[:-1]:
            message = f"the panel lies over that of line {document.place(*first, 'gridPos')[0]}"
            hint = "Move it, so that x, y, w and h leave both free."
            yield document.finding((*second, "gridPos"), "grafana:overlap", "error", message, hint)


def _box(panel: dict[str, Any]) -> tuple[int, int, int, int] | None:
    numbers = [mapping(panel.get("gridPos")).get(name) for name in ("x", "y", "w", "h")]
    match numbers:
        case [int(x), int(y), int(w), int(h)]:
            return x, y, x + w, y + h
    return None


def _data(document: Document, keys: Keys, panel: dict[str, Any], variables: set[str]) -> Iterator[Finding]:
    if panel.get("type") in _NEEDS_NO_DATA:
        return
    targets = [mapping(item) for item in items(panel.get("targets"))]
    own = [(keys, panel.get("datasource"))]
    if "datasource" not in panel and targets:
        own = [((*keys, "targets", index), target.get("datasource")) for index, target in enumerate(targets)]
    for at, source in own:
        name = source.get("uid") if isinstance(source, dict) else source
        variable = _VARIABLE.match(str(name))
        if not name:
            message = "no data source: the panel shows whatever is the default where it is imported"
            hint = "Set datasource with a uid, as ${datasource}."
            yield document.finding((*at, "datasource"), "grafana:datasource", "error", message, hint)
        elif variable and (variable[1] or variable[2]) not in variables:
            message = f"the variable {name} is not declared"
            hint = "Declare it under templating.list."
            yield document.finding((*at, "datasource"), "grafana:variable", "error", message, hint)
    letters: set[Any] = set()
    for index, target in enumerate(targets):
        at = (*keys, "targets", index)
        if target.get("refId") in letters:
            message = f"the refId {target['refId']} is taken by another query of the panel"
            yield document.finding((*at, "refId"), "grafana:ref-id", "error", message, "Use the next letter.")
        letters.add(target.get("refId"))
        expression = target.get("expr")
        if isinstance(expression, str) and (said := promql.wrong(promql.without_variables(expression))):
            yield document.finding((*at, "expr"), "grafana:expr", "error", said, "Mend the expression.")
