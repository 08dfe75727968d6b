"""Frozen values in tests."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any


def set_fields(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that are not at their default."""
    return {
        field.name: getattr(value, field.name)
        for field in fields(value)
        if field.default is MISSING or getattr(value, field.name) != field.default
    }
