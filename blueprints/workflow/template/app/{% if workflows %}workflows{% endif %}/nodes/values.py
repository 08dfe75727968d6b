"""Values of settings and of untyped results, as the expressions of workflows use them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from app.workflows.errors import NotConfiguredError
from app.workflows.pipeline import RunData


def required(value: str | None, name: str) -> str:
    """Return a setting; raise `NotConfiguredError` that names its environment variable when it has no value."""
    if not value:
        raise NotConfiguredError(f"{name} is not set")
    return value


def pick(value: Any, *path: str | int) -> Any:
    """Return what is at `path` inside of nested objects and lists, or None where there is nothing."""
    for key in path:
        value = _child(value, key)
    return value


def done(run: RunData[Any], *steps: str) -> bool:
    """Whether these steps have left a result, that is, were not skipped."""
    return all(step in vars(run) for step in steps)


def _child(value: Any, key: str | int) -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, str(key), None)
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, Sequence) and not isinstance(value, str) and isinstance(key, int) and key < len(value):
        return value[key]
    return None
