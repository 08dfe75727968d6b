"""The contract as the plain mappings that blueprints ask for, part by part."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from scaffolder.contract.model import Contract
from scaffolder.contract.openapi import openapi_document, openapi_text


def contract_answers(contract: Contract) -> dict[str, Any]:
    """Return every part of the contract by the name that a blueprint's `copier.yml` asks it by.

    Lists and mappings are plain, so that the answers are the same after a round through YAML or JSON.
    """
    answers = {
        name: _plain(getattr(contract, name)) for name in _names(Contract) if name not in {"components", "notes"}
    }
    answers["resources"] = [entity for entity in answers["entities"] if entity["operations"]]
    answers["openapi_json"] = openapi_text(openapi_document(contract))
    return answers


@lru_cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _names(type(value))}
    raise TypeError(f"{type(value).__name__} cannot be an answer")
