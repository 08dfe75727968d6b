"""Fields and enums: of entities, of agents' outputs and of workflows' inputs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from scaffolder.contract.entity_model import Enum, EnumMember, Field
from scaffolder.contract.examples import examples_for
from scaffolder.contract.literals import doc_text, json_default, python_literal, typed_literal
from scaffolder.contract.typemap import type_set
from scaffolder.naming import column_name, pascal, python_attribute, title
from scaffolder.spec.model import FieldSpec

_NOT_WORD = re.compile(r"\W+", re.ASCII)


class EnumNames:
    """Hands out enum class names that are unique in the project."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def claim(self, owner: str, name: str) -> str:
        """Return a free class name for the enum of field `name` of class `owner`."""
        class_name = f"{owner}{pascal(column_name(name))}"
        while class_name in self._taken:
            class_name += "Choice"
        self._taken.add(class_name)
        return class_name


def enum_members(literals: Collection[str]) -> tuple[EnumMember, ...]:
    """Return a Python member for each literal: `in-progress` -> `IN_PROGRESS`, `2d` -> `VALUE_2D`."""
    members: list[EnumMember] = []
    taken: set[str] = set()
    for literal in literals:
        name = _NOT_WORD.sub("_", literal).strip("_").upper() or "EMPTY"
        if not name[0].isalpha():
            name = f"VALUE_{name}"
        while name in taken:
            name += "_"
        taken.add(name)
        members.append(EnumMember(name, literal, python_literal(literal)))
    return tuple(members)


def build_enum(class_name: str, name: str, field: FieldSpec, doc: str) -> Enum:
    """Return the enum of field `name`."""
    return Enum(class_name, python_attribute(name), enum_members(field.values), doc)


def build_field(
    name: str,
    field: FieldSpec,
    *,
    enum: Enum | None = None,
    hidden: bool = False,
    read_only: bool = False,
    reference: str | None = None,
) -> Field:
    """Resolve one scalar field, or the UUID column of a reference (`reference` names its target)."""
    column = column_name(name)
    label = field.label or title(name)
    enum_class = enum.class_name if enum else ""
    members = tuple(item.member for item in enum.members) if enum else ()
    examples = examples_for(field, label, enum_class, members)
    default = json_default(field.type, field.default) if field.has_default else None
    return Field(
        name=column,
        attr=python_attribute(name),
        aliased=python_attribute(name) != column,
        kind=field.type,
        types=type_set(field, enum_class),
        nullable=field.nullable,
        required=not (field.nullable or field.has_default or hidden or read_only),
        array=field.array,
        unique=field.unique,
        index=field.index,
        has_default=field.has_default or field.nullable,
        default_python=_default_python(field, enum, default),
        default_json=default,
        hidden=hidden,
        read_only=read_only,
        enum=enum.class_name if enum else None,
        reference=reference,
        label=label,
        description=field.description or "",
        doc=doc_text(field.description or "", label),
        example_python=examples.python,
        nth_python=examples.nth,
        distinct=examples.distinct,
        example_json=examples.json,
        other_json=examples.other,
        invalid_json=examples.invalid,
    )


def _default_python(field: FieldSpec, enum: Enum | None, default: object) -> str:
    if not field.has_default or default is None:
        return "None"
    if field.array and isinstance(default, list):
        return "[" + ", ".join(_one_default(field, enum, item) for item in default) + "]"
    return _one_default(field, enum, default)


def _one_default(field: FieldSpec, enum: Enum | None, default: object) -> str:
    if enum is None:
        return python_literal(default) if field.type == "json" else typed_literal(field.type, default)
    member = next(item.member for item in enum.members if item.literal == default)
    return f"{enum.class_name}.{member}"


def build_fields(
    fields: dict[str, FieldSpec], owner: str, names: EnumNames
) -> tuple[tuple[Field, ...], tuple[Enum, ...]]:
    """Resolve the fields of an output or an input of class `owner`; references there are UUIDs."""
    built: list[Field] = []
    enums: list[Enum] = []
    for name, field in fields.items():
        enum = None
        if field.type == "enum":
            enum = build_enum(names.claim(owner, name), name, field, f"Allowed values of `{column_name(name)}`.")
            enums.append(enum)
        plain = field if field.type not in {"reference", "many"} else replace(field, type="uuid")
        built.append(build_field(name, plain, enum=enum))
    return tuple(built), tuple(enums)
