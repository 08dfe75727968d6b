"""Entities of the contract: fields with their types, relations, constraints, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeSet:
    """One type in every language of the generated code.

    `python` is an annotation over the aliases `dt`, `decimal`, `uuid`, `Any`; `write` and `read` are pydantic
    annotations over `Annotated`, `Field` and `app.schemas.types`; `sqlalchemy` is an expression over `sa` and
    `app.models.types`, `migration` one over `sa` and `postgresql` only, since a migration must not import the models.
    `openapi_write` and `openapi_read` are JSON Schema 2020-12.
    """

    python: str
    write: str
    read: str
    sqlalchemy: str
    migration: str
    sqlite: str
    postgresql: str
    typescript: str
    zod: str
    openapi_write: Json
    openapi_read: Json


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnumMember:
    """`member` is the Python name of the stored `literal`; `python` is the literal as Python source."""

    member: str
    literal: str
    python: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Enum:
    """A closed set of strings; `class_name` is unique in the project."""

    class_name: str
    attr: str
    members: tuple[EnumMember, ...]
    doc: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field:
    """One column of an entity, or one field of an agent's output or a workflow's input.

    `name` is the JSON and column name, `attr` the Python attribute (`class` -> `class_`); they differ when
    `aliased`. `required` says that a create request must carry it. Values for code and tests come as Python source:
    `default_python` and `example_python` are typed values, `example_json`, `other_json` and `invalid_json` are what a
    JSON body would hold (two that are accepted, and some that must be refused). `nth_python` is a typed value that
    differs for each number which takes the place of `{n}` in it, up to `distinct` of them (0: as many as one likes).
    """

    name: str
    attr: str
    aliased: bool
    kind: str
    types: TypeSet
    nullable: bool
    required: bool
    array: bool
    unique: bool
    index: bool
    has_default: bool
    default_python: str
    default_json: Any
    hidden: bool
    read_only: bool
    enum: str | None
    reference: str | None
    label: str
    description: str
    doc: str
    example_python: str
    nth_python: str
    distinct: int
    example_json: str
    other_json: str
    invalid_json: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reference:
    """A foreign key: `attr` is `organization_id`, `relation` is `organization`.

    A `deferred` one points at a table that is created later, so its constraint is added when both are there. The
    target of a `shared` one can have few rows, so tests let several rows refer to one.
    """

    name: str
    attr: str
    column: str
    relation: str
    label: str
    target: str
    target_class: str
    target_module: str
    target_table: str
    target_var: str
    on_delete: str
    nullable: bool
    owner: bool
    self_reference: bool
    constraint: str
    back_relation: str
    target_owner: str | None = None
    deferred: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Many:
    """A many-to-many relation, seen from the side that declared it; `attr` is `tag_ids`, `relation` is `tags`.

    `link_class` is the model of the association table, whose foreign keys and index have the names given.
    """

    name: str
    attr: str
    relation: str
    label: str
    target: str
    target_class: str
    target_module: str
    target_table: str
    target_var: str
    table: str
    left_column: str
    right_column: str
    link_class: str
    left_constraint: str
    right_constraint: str
    right_index: str
    self_reference: bool
    target_owner: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BackReference:
    """The other end of a reference or of a many-to-many relation."""

    kind: str
    relation: str
    source: str
    source_class: str
    source_module: str
    source_table: str
    source_attr: str
    on_delete: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UniqueSet:
    """A named unique constraint over columns (with the attributes that hold them)."""

    name: str
    columns: tuple[str, ...]
    attrs: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Index:
    """A named index over columns."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Check:
    """A named CHECK; `sql` is portable between SQLite and PostgreSQL, with colons escaped for `sa.text`.

    `python` is the same as a Python string literal.
    """

    name: str
    sql: str
    python: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Transition:
    """From one state the listed ones may follow, by stored value and by enum member."""

    state: str
    member: str
    following: tuple[str, ...]
    following_members: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class States:
    """The allowed transitions of the enum field `attr`."""

    attr: str
    name: str
    enum: str
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OperationIds:
    """The operation id of each operation of a resource; empty where there is none."""

    list: str
    create: str
    read: str
    change: str
    remove: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Entity:
    """A table with its model; one with `operations` is a resource of the API as well. `doc` fits a docstring."""

    name: str
    class_name: str
    module: str
    var: str
    var_plural: str
    table: str
    path: str
    tag: str
    label: str
    label_plural: str
    description: str
    doc: str
    builtin: bool
    param: str
    operations: tuple[str, ...]
    operation_ids: OperationIds
    errors: dict[str, tuple[int, ...]]
    owner: Reference | None
    write_roles: tuple[str, ...]
    read_roles: tuple[str, ...]
    search: tuple[str, ...]
    fields: tuple[Field, ...]
    enums: tuple[Enum, ...]
    references: tuple[Reference, ...]
    many: tuple[Many, ...]
    backrefs: tuple[BackReference, ...]
    uniques: tuple[UniqueSet, ...]
    indexes: tuple[Index, ...]
    checks: tuple[Check, ...]
    states: States | None
    filters: tuple[str, ...]
    audited: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Column:
    """One column of a table as a migration writes it."""

    name: str
    type: str
    nullable: bool
    primary_key: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForeignKey:
    """A foreign key of one column; deferred ones close a cycle and are added when all tables are there."""

    name: str
    column: str
    target_table: str
    on_delete: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """A table in creation order."""

    name: str
    columns: tuple[Column, ...]
    primary_key: str
    foreign_keys: tuple[ForeignKey, ...]
    deferred: tuple[ForeignKey, ...]
    uniques: tuple[UniqueSet, ...]
    checks: tuple[Check, ...]
    indexes: tuple[Index, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EntityRef:
    """How code outside `app.models` names an entity; `text_attrs` are the columns worth showing to a model."""

    name: str
    class_name: str
    module: str
    var: str
    table: str
    path: str
    label: str
    read_class: str
    create_class: str
    update_class: str
    repository_class: str
    owner_attr: str | None
    text_attrs: tuple[str, ...]
    enums: dict[str, str]
