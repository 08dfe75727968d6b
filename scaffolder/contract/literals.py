"""Values as Python source, in the form that `ruff format` leaves alone, and as JSON."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any


def python_literal(value: Any) -> str:
    """Return Python source for a JSON-like value, strings in double quotes."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(python_literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{python_literal(key)}: {python_literal(item)}" for key, item in value.items()) + "}"
    return repr(value)


def _string(value: str) -> str:
    # Single quotes only where they save escapes, as the formatter prefers.
    if '"' in value and "'" not in value:
        return "'" + json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"') + "'"
    return json.dumps(value, ensure_ascii=False)


def typed_literal(kind: str, value: Any, enum_class: str = "", member: str = "") -> str:
    """Return Python source of `value` as the type that `kind` has in models.

    Args:
        kind: A scalar type of the spec.
        value: The value as it stands in JSON (a decimal or a date is a string).
        enum_class: Class of an enum field.
        member: Member of that class.
    """
    builders = {
        "decimal": lambda: f'decimal.Decimal("{value}")',
        "date": lambda: f'dt.date.fromisoformat("{value}")',
        "time": lambda: f'dt.time.fromisoformat("{value}")',
        "datetime": lambda: f'dt.datetime.fromisoformat("{value}")',
        "duration": lambda: f"dt.timedelta(seconds={_seconds(value)})",
        "uuid": lambda: f'uuid.UUID("{value}")',
        "enum": lambda: f"{enum_class}.{member}",
        "bigint": lambda: str(int(value)),
        "float": lambda: repr(float(value)),
        "bytes": lambda: f"base64.b64decode({python_literal(value)})",
    }
    builder = builders.get(kind)
    return builder() if builder else python_literal(value)


def json_default(kind: str, value: Any) -> Any:
    """Return a default of the spec as it stands in a JSON body; a list is taken item by item."""
    if isinstance(value, list | tuple) and kind != "json":
        return [json_default(kind, item) for item in value]
    if kind == "duration":
        return iso_duration(_seconds(value))
    if kind in {"decimal", "bigint"}:
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.date | dt.time):
        value = value.isoformat()
    # As pydantic writes it.
    return value.removesuffix("+00:00") + "Z" if kind == "datetime" and value.endswith("+00:00") else value


def doc_text(text: str, fallback: str) -> str:
    """Return one sentence that can stand in a docstring whatever the user wrote: one line, nothing to escape."""
    line = " ".join(text.split()).replace("\\", "/").replace('"', "'") or fallback
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _seconds(value: Any) -> int:
    if isinstance(value, dt.timedelta):
        return int(value.total_seconds())
    if isinstance(value, str) and value.startswith("P"):
        return sum(
            int(number) * {"D": 86_400, "H": 3_600, "M": 60, "S": 1}[unit]
            for number, unit in _duration_parts(value.replace("T", "")[1:])
        )
    return int(value)


def _duration_parts(text: str) -> list[tuple[str, str]]:
    parts, number = [], ""
    for character in text:
        if character.isdigit():
            number += character
        else:
            parts.append((number, character))
            number = ""
    return parts


def iso_duration(seconds: int) -> str:
    """Return `seconds` as pydantic writes a timedelta in JSON (ISO 8601): 900 -> `PT15M`."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    date = f"{days}D" if days else ""
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if number)
    return f"P{date}" + (f"T{time}" if time or not date else "") + ("0S" if not time and not date else "")
