"""The contract as the plain mappings that blueprints ask for, part by part."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from scaffolder.contract.entity_model import TypeSet
from scaffolder.contract.model import Contract
from scaffolder.contract.openapi import openapi_document, openapi_text

_ATOMS = frozenset({str, int, float, bool, type(None)})


def contract_answers(contract: Contract) -> dict[str, Any]:
    """Return every part of the contract by the name that a blueprint's `copier.yml` asks it by.

    Lists and mappings are plain, so that the answers are the same after a round through YAML or JSON. Equal parts may
    be one object; nobody changes answers.
    """
    plain = _Plain()
    answers = {
        field.name: plain(getattr(contract, field.name))
        for field in fields(Contract)
        if field.name not in {"components", "notes"}
    }
    answers["resources"] = [entity for entity in answers["entities"] if entity["operations"]]
    answers["openapi_json"] = openapi_text(openapi_document(contract))
    return answers


class _Plain:
    """Turns values of the contract into plain ones; a hundred thousand of them for a large spec, so it is terse."""

    def __init__(self) -> None:
        self._names: dict[type[Any], tuple[str, ...]] = {}
        self._types: dict[int, dict[str, Any]] = {}

    def __call__(self, value: Any) -> Any:
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is tuple or kind is list:
            return [item if type(item) in _ATOMS else self(item) for item in value]
        if kind is dict:
            return {key: item if type(item) in _ATOMS else self(item) for key, item in value.items()}
        if kind is TypeSet:
            # Most fields share the types of their kind.
            known = self._types.get(id(value))
            if known is None:
                known = self._types[id(value)] = self._mapping(value, kind)
            return known
        return self._mapping(value, kind)

    def _mapping(self, value: Any, kind: type[Any]) -> dict[str, Any]:
        names = self._names.get(kind)
        if names is None:
            if not is_dataclass(kind):
                raise TypeError(f"{kind.__name__} cannot be an answer")
            names = self._names[kind] = tuple(field.name for field in fields(kind))
        plain = {}
        for name in names:
            item = getattr(value, name)
            plain[name] = item if type(item) in _ATOMS else self(item)
        return plain
