"""Entities of the spec -> entities of the contract: columns, relations from both ends, constraints, access."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import inflection

from scaffolder.contract.drafts import Draft
from scaffolder.contract.entity_model import (
    BackReference,
    Check,
    Entity,
    EntityRef,
    Enum,
    Field,
    Index,
    Many,
    OperationIds,
    Reference,
    States,
    Transition,
    UniqueSet,
)
from scaffolder.contract.fields import EnumNames, build_enum, build_field
from scaffolder.contract.literals import doc_text, python_literal
from scaffolder.contract.scarcity import share_scarce_rows
from scaffolder.contract.typemap import column_checks
from scaffolder.naming import (
    Names,
    column_name,
    entity_class,
    python_attribute,
    python_module,
    snake,
    sql_identifier,
    title,
)
from scaffolder.spec.model import EntityMeta, FieldSpec

OWN_SCHEMAS = frozenset(
    {"Health", "LoginRequest", "Problem", "ProblemError", "RefreshRequest", "RegisterRequest", "TokenPair"}
)
"""Schemas that are no entity's."""
_SCHEMA_SUFFIXES = ("Read", "Create", "Update", "Page", "Query", "Repository")


def build_entities(drafts: list[Draft], audit: tuple[str, ...], roles: tuple[str, ...]) -> tuple[Entity, ...]:
    """Resolve all drafts; the result is in their order and knows its relations from both ends."""
    by_name = {draft.name: draft for draft in drafts} | {draft.key: draft for draft in drafts if draft.builtin}
    # A user's own `Agent` is what the user's references mean; the built-in one is then `SystemAgent`.
    by_name |= {draft.name: draft for draft in drafts if not draft.builtin}
    classes = [entity_class(draft.name) for draft in drafts]
    # A field called `read` must not make an enum `TicketRead`, which is a schema.
    names = EnumNames([*classes, *OWN_SCHEMAS, *(name + suffix for name in classes for suffix in _SCHEMA_SUFFIXES)])
    tables = {table_name(Names.of(draft.name)) for draft in drafts}
    entities = [_Builder(draft, by_name, names, tables, audit, roles).build() for draft in drafts]
    return share_scarce_rows(_with_backrefs(entities))


def table_name(names: Names) -> str:
    """Return the table of an entity: its plural, cut where PostgreSQL would cut it."""
    return sql_identifier(names.plural_snake)


class _Builder:
    """Builds one entity; holds what its parts share."""

    def __init__(
        self,
        draft: Draft,
        drafts: dict[str, Draft],
        names: EnumNames,
        tables: set[str],
        audit: tuple[str, ...],
        roles: tuple[str, ...],
    ) -> None:
        self.draft = draft
        self.drafts = drafts
        self.enum_names = names
        self.tables = tables
        self.audit = audit
        self.roles = roles
        self.names = Names.of(draft.name)
        self.class_name = entity_class(draft.name)
        self.table = table_name(self.names)
        self.enums: list[Enum] = []
        self.references: list[Reference] = []
        self.many: list[Many] = []

    def build(self) -> Entity:
        meta = self.draft.entity.meta
        fields = tuple(self._fields())
        owner = next((reference for reference in self.references if reference.owner), None)
        label = meta.label or self.names.title.lower()
        return Entity(
            name=self.draft.name,
            class_name=self.class_name,
            module=python_module(self.draft.name),
            var=python_attribute(self.names.snake),
            var_plural=self.names.plural_snake,
            table=self.table,
            path=f"/api/v1/{self.names.plural_kebab}",
            tag=self.names.plural_kebab,
            label=label,
            label_plural=inflection.pluralize(label) if meta.label else self.names.plural_title.lower(),
            description=meta.description or "",
            doc=doc_text(meta.description or "", f"One row of `{self.table}`."),
            builtin=self.draft.builtin,
            param=f"{self.names.snake}_id",
            operations=self.draft.operations,
            operation_ids=self._operation_ids(),
            errors=self._errors(),
            owner=owner,
            write_roles=self.draft.write_roles,
            read_roles=self.draft.read_roles,
            search=tuple(python_attribute(name) for name in meta.search),
            fields=fields,
            enums=tuple(self.enums),
            references=tuple(self.references),
            many=tuple(self.many),
            backrefs=(),
            uniques=tuple(self._uniques(fields, meta)),
            indexes=tuple(self._indexes(fields, meta)),
            checks=tuple(self._checks()),
            states=self._states(meta),
            filters=tuple(
                item.attr
                for item in fields
                if not item.hidden and not item.array and (item.kind in {"enum", "bool"} or item.reference)
            ),
            audited=tuple(
                action
                for action in ("create", "update", "delete")
                if action in {*self.audit} & {*self.draft.operations}
            ),
        )

    def _fields(self) -> list[Field]:
        built: list[Field] = []
        for name, field in self.draft.entity.fields.items():
            hidden, read_only = name in self.draft.hidden, name in self.draft.read_only
            if field.type == "many":
                self.many.append(self._many(name, field))
            elif field.type == "reference":
                built.append(self._reference(name, field))
            else:
                enum = self._enum(name, field) if field.type == "enum" else None
                built.append(build_field(name, field, enum=enum, hidden=hidden, read_only=read_only))
        return built

    def _enum(self, name: str, field: FieldSpec) -> Enum:
        doc = f"Allowed values of `{self.draft.name}.{column_name(name)}`."
        enum = build_enum(self.enum_names.claim(self.class_name, name), name, field, doc)
        self.enums.append(enum)
        return enum

    def _target(self, field: FieldSpec) -> tuple[str, Names]:
        target = self.drafts[str(field.target)]
        return target.name, Names.of(target.name)

    def _reference(self, name: str, field: FieldSpec) -> Field:
        target, names = self._target(field)
        column = f"{snake(name)}_id"
        self.references.append(
            Reference(
                name=snake(name),
                attr=column,
                column=column,
                relation=python_attribute(name),
                label=field.label or title(name),
                target=target,
                target_class=entity_class(target),
                target_module=python_module(target),
                target_table=table_name(names),
                target_var=python_attribute(names.snake),
                on_delete=field.on_delete or ("set_null" if field.nullable else "restrict"),
                nullable=field.nullable,
                owner=field.owner,
                self_reference=target == self.draft.name,
                constraint=sql_identifier("fk", self.table, column),
                back_relation=self._back_relation(name, names),
                target_owner=self._owner_of(target),
            )
        )
        plain = FieldSpec(
            type="uuid",
            nullable=field.nullable,
            unique=field.unique,
            index=True,
            label=field.label or title(name),
            description=field.description,
        )
        return build_field(column, plain, read_only=field.owner, reference=target)

    def _back_relation(self, name: str, target: Names) -> str:
        plural = self.names.plural_snake
        return plural if snake(name) == target.snake else f"{plural}_as_{snake(name)}"

    def _many(self, name: str, field: FieldSpec) -> Many:
        target, names = self._target(field)
        relation = snake(name)
        one = inflection.singularize(relation)
        left = f"{self.names.snake}_id"
        right = f"{one if target == self.draft.name else names.snake}_id"
        right = right if right != left else f"other_{right}"
        table = sql_identifier(self.names.snake, relation)
        if table in self.tables:
            table = sql_identifier(self.names.snake, relation, "links")
        return Many(
            name=relation,
            attr=f"{one}_ids",
            relation=python_attribute(relation),
            label=field.label or title(name),
            target=target,
            target_class=entity_class(target),
            target_module=python_module(target),
            target_table=table_name(names),
            target_var=python_attribute(names.snake),
            table=table,
            left_column=left,
            right_column=right,
            link_class=self.enum_names.claim(self.class_name, relation),
            left_constraint=sql_identifier("fk", table, left),
            right_constraint=sql_identifier("fk", table, right),
            right_index=sql_identifier("ix", table, right),
            self_reference=target == self.draft.name,
            target_owner=self._owner_of(target),
        )

    def _owner_of(self, target: str) -> str | None:
        fields = self.drafts[target].entity.fields
        return next((f"{snake(name)}_id" for name, field in fields.items() if field.owner), None)

    def _operation_ids(self) -> OperationIds:
        one, many = self.names.snake, self.names.plural_snake
        words = {"list": f"list_{many}", "create": f"create_{one}", "get": f"get_{one}"}
        words |= {"update": f"update_{one}", "delete": f"delete_{one}"}
        ids = [words[kind] if kind in self.draft.operations else "" for kind in words]
        return OperationIds(*ids)

    def _errors(self) -> dict[str, tuple[int, ...]]:
        secured = {401} if self.roles else set()
        limited = {429}
        conflict = {409}
        read = secured | ({403} if self.draft.read_roles else set()) | limited
        write = secured | ({403} if self.draft.write_roles else set()) | limited
        body = {400, 413, 422}
        errors = {
            "list": read | {400, 422},
            "create": write | body | conflict,
            "get": read | {404, 422},
            "update": write | body | conflict | {404, 412},
            "delete": write | conflict | {404, 412, 422},
        }
        return {kind: tuple(sorted(errors[kind])) for kind in self.draft.operations}

    def _uniques(self, fields: tuple[Field, ...], meta: EntityMeta) -> list[UniqueSet]:
        single = [(item.name,) for item in fields if item.unique]
        together = [tuple(self._column(name) for name in group) for group in meta.unique]
        attrs = {item.name: item.attr for item in fields}
        return [
            UniqueSet(sql_identifier("uq", self.table, *columns), columns, tuple(attrs[column] for column in columns))
            for columns in dict.fromkeys([*single, *together])
        ]

    def _indexes(self, fields: tuple[Field, ...], meta: EntityMeta) -> list[Index]:
        single: list[tuple[str, ...]] = [(item.name,) for item in fields if item.index and not item.unique]
        together = [tuple(self._column(name) for name in group) for group in meta.indexes]
        owner = next((item.column for item in self.references if item.owner), None)
        paging: list[tuple[str, ...]] = [("created_at", "id")] if self.draft.operations else []
        if owner and paging:
            paging.append((owner, "created_at", "id"))
            single = [columns for columns in single if columns != (owner,)]
        return [
            Index(sql_identifier("ix", self.table, *columns), columns)
            for columns in dict.fromkeys([*single, *together, *paging])
        ]

    def _column(self, name: str) -> str:
        field = self.draft.entity.fields.get(name)
        return f"{snake(name)}_id" if field is not None and field.type == "reference" else column_name(name)

    def _checks(self) -> list[Check]:
        return [
            Check(sql_identifier("ck", self.table, column_name(name), suffix), sql, python_literal(sql))
            for name, field in self.draft.entity.fields.items()
            if field.type not in {"reference", "many"}
            for suffix, sql in column_checks(field, name)
        ]

    def _states(self, meta: EntityMeta) -> States | None:
        if not meta.states:
            return None
        chosen = [enum for enum in self.enums if enum.attr == "status"] or self.enums
        enum = chosen[0]
        members = {item.literal: item.member for item in enum.members}
        return States(
            attr=enum.attr,
            name=enum.attr.rstrip("_"),
            enum=enum.class_name,
            transitions=tuple(
                Transition(
                    state=item.literal,
                    member=item.member,
                    following=meta.states.get(item.literal, ()),
                    following_members=tuple(members[state] for state in meta.states.get(item.literal, ())),
                )
                for item in enum.members
            ),
        )


def _with_backrefs(entities: list[Entity]) -> tuple[Entity, ...]:
    found: dict[str, list[BackReference]] = defaultdict(list)
    for entity in entities:
        for reference in entity.references:
            found[reference.target].append(
                _backref(entity, "reference", reference.back_relation, reference.attr, reference.on_delete)
            )
        for many in entity.many:
            found[many.target].append(
                _backref(entity, "many", f"{entity.var_plural}_with_{many.relation}", many.attr, "cascade")
            )
    return tuple(replace(entity, backrefs=tuple(found[entity.name])) for entity in entities)


def _backref(entity: Entity, kind: str, relation: str, attr: str, on_delete: str) -> BackReference:
    return BackReference(
        kind=kind,
        relation=relation,
        source=entity.name,
        source_class=entity.class_name,
        source_module=entity.module,
        source_table=entity.table,
        source_attr=attr,
        on_delete=on_delete,
    )


def entity_ref(entity: Entity) -> EntityRef:
    """Return how other parts of the generated code name `entity`."""
    texts = tuple(
        item.attr for item in entity.fields if item.kind in {"string", "text"} and not (item.hidden or item.array)
    )
    return EntityRef(
        name=entity.name,
        class_name=entity.class_name,
        module=entity.module,
        var=entity.var,
        table=entity.table,
        path=entity.path,
        label=entity.label,
        read_class=f"{entity.class_name}Read",
        create_class=f"{entity.class_name}Create",
        update_class=f"{entity.class_name}Update",
        repository_class=f"{entity.class_name}Repository",
        owner_attr=entity.owner.attr if entity.owner else None,
        text_attrs=entity.search or texts,
        enums={enum.attr: enum.class_name for enum in entity.enums},
    )
