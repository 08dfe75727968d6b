"""PromQL expressions, by promql-parser."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from scaffolder_validators.validator import Missing, Ready

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`')
_RANGE_VARIABLE = re.compile(r"(?<=[\[:])\s*\$(?:\w+|\{[^}]*\})\s*(?=[\]:])")
_VARIABLE = re.compile(r"\$(?:\w+|\{[^}]*\})")
_HOW: Final = "promql-parser not found: pip install 'scaffolder[validators]'"


def probe() -> Ready | Missing:
    """Look for promql-parser."""
    try:
        return Ready(version("promql-parser"))
    except PackageNotFoundError:
        return Missing(_HOW)


def wrong(expression: str) -> str | None:
    """Say what is wrong with an expression, types included, or nothing."""
    import promql_parser  # noqa: PLC0415 - an extra

    try:
        promql_parser.parse(expression)
    except ValueError as error:
        return str(error)
    return None


def without_variables(expression: str) -> str:
    """Put something plain in the place of Grafana's variables, which Prometheus never sees."""
    ranged = _RANGE_VARIABLE.sub("5m", expression)
    kept = _STRING.findall(ranged)
    between = [_VARIABLE.sub("variable", piece) for piece in _STRING.split(ranged)]
    return "".join(part for pair in zip(between, [*kept, ""], strict=True) for part in pair)
