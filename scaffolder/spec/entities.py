"""Entities: their fields and `$meta`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import inflection

from scaffolder.naming import Names, column_name, python_attribute, snake, split_words
from scaffolder.spec.draft import Draft
from scaffolder.spec.fields import PLACEHOLDER, FieldReader
from scaffolder.spec.model import Entity, EntityMeta, FieldSpec, field_names
from scaffolder.spec.names import NameChecker
from scaffolder.spec.problems import Problems, quote
from scaffolder.spec.reader import Entry, Reader
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode

META = "$meta"
FIELD_LIMIT = 500
STAMPS = ("created_at", "updated_at")
RESERVED_COLUMNS = ("id", "row_version")
BUILT_IN_COLUMNS = ("id", *STAMPS)
"""Columns of every entity that expressions and agents may read."""

USER_COLUMNS = ("email", "full_name", "role", "is_active", "password", "password_hash")
BUILT_IN_ENTITIES = ("User", "Project")
"""Entities that a reference may lead to without being declared; `User` only with `auth`."""

_META_KEYS = field_names(EntityMeta)
_SEARCHABLE = frozenset({"string", "text", "email", "url"})


def column_of(name: str, field: FieldSpec) -> str:
    """Return the column of field `name`: its own, `organization_id` of a reference, `tag_ids` of a `<->`."""
    if field.type == "reference":
        return f"{snake(name)}_id"
    return f"{inflection.singularize(snake(name))}_ids" if field.type == "many" else column_name(name)


class EntitiesReader:
    """Reads the section `entities` into a draft."""

    def __init__(self, draft: Draft, reader: Reader) -> None:
        self._draft = draft
        self._reader = reader
        self._problems: Problems = reader.problems
        self._names = NameChecker(self._problems, "entity")

    def read(self, node: Node | None) -> None:
        """Read all entities."""
        if isinstance(node, MappingNode):
            self._fields = FieldReader(self._reader, node.values.keys() | set(BUILT_IN_ENTITIES), stored=True)
        for entry in self._reader.entries(node, "entities", "such as entities: {Ticket: {subject: string(1..200)}}"):
            errors = self._problems.errors
            self._draft.entities[entry.name] = self._entity(entry)
            if self._problems.errors > errors:
                self._draft.broken.add(("entities", entry.name))

    def _entity(self, entry: Entry) -> Entity:
        if self._names.check(entry.name, entry.key):
            names = Names.of(entry.name)
            if self._names.claim(names.snake, entry.name, entry.key) and self._names.claim(
                names.plural_snake, entry.name, entry.key, "table"
            ):
                self._names.claim(names.pascal, entry.name, entry.key, "class")
        hint = f"such as {entry.name}: {{name: string(1..120)}}"
        mapping = self._reader.mapping(entry.value, f"entity {quote(entry.name)}", hint)
        if mapping is None:
            return Entity(fields={})
        if len(mapping.values) > FIELD_LIMIT:
            message = f"entity {quote(entry.name)} has {len(mapping.values)} fields; at most {FIELD_LIMIT} are allowed"
            self._problems.error(entry.key, "too-large", message, "split it")
            return Entity(fields={})
        fields = self._entity_fields(entry.name, mapping)
        for name, field in fields.items():
            for old in filter(split_words, field.renamed_from):
                self._problems.renamed(old, name)
                self._problems.renamed(column_of(old, field), column_of(name, field))
        meta = EntityMeta()
        if META in mapping.values:
            what = f"{entry.name}.{META}"
            given = self._reader.known(mapping.values[META], what, _META_KEYS)
            meta = _MetaReader(self._reader, what, fields).read(given)
        for old in filter(split_words, meta.renamed_from if split_words(entry.name) else ()):
            self._problems.renamed(old, entry.name)
            self._problems.renamed(Names.of(old).plural_snake, Names.of(entry.name).plural_snake)
        return Entity(fields=fields, meta=meta)

    def _entity_fields(self, entity: str, mapping: MappingNode) -> dict[str, FieldSpec]:
        names = NameChecker(self._problems, "field")
        fields: dict[str, FieldSpec] = {}
        owner: str | None = None
        for name, value in mapping.values.items():
            if name == META:
                continue
            key = mapping.keys[name]
            if name.startswith("$"):
                self._problems.unknown(key, "unknown-key", f"key in {entity}:", name, [META])
                continue
            if isinstance(value, ScalarNode) and name.endswith(")") and mapping.flow and not value.text:
                # The rest of an `enum(a, b)` that braces cut at its comma; the field before it was reported.
                continue
            fields[name] = field = self._fields.read(name, value)
            if not names.check(name, key) or field is PLACEHOLDER or self._built_in(entity, name, field, key):
                if self._is_stamp(entity, name, field):
                    del fields[name]
                continue
            if names.claim(column_of(name, field), name, key, "column"):
                names.claim(python_attribute(name), name, key, "attribute")
            if field.owner:
                if owner:
                    message = f"{entity} has two owners: {quote(owner)} and {quote(name)}"
                    self._problems.error(value, "owner", message, "keep one")
                owner = name
        return fields

    def _is_stamp(self, entity: str, name: str, field: FieldSpec) -> bool:
        column = column_name(name)
        return (column in STAMPS and field.type == "datetime") or (
            entity == "User" and self._draft.auth is not None and column in USER_COLUMNS
        )

    def _built_in(self, entity: str, name: str, field: FieldSpec, key: ScalarNode) -> bool:
        """Report a field that every entity, or User, has already; return whether it is one."""
        column = column_of(name, field)
        if column in RESERVED_COLUMNS:
            hint = "the id is built in" if column == "id" else "the version of a row is built in"
            message = f"{quote(name)} is the name of a built-in column"
            self._problems.error(key, "reserved", message, f"{hint}: remove it, or rename it if it is something else")
        elif column in STAMPS and field.type == "datetime":
            self._problems.warning(key, "built-in", f"{quote(name)} is built in", "remove it")
        elif column in STAMPS:
            message = f"{quote(name)} is built in as a datetime, and cannot be {field.type}"
            self._problems.error(key, "reserved", message, "remove it, or rename it if it is something else")
        elif entity == "User" and self._draft.auth is not None and column in USER_COLUMNS:
            hint = "roles are listed in auth.roles" if column == "role" else "remove it"
            self._problems.warning(key, "built-in", f"{quote(name)} of User is built in", hint)
        else:
            return False
        return True


class _MetaReader:
    """Reads `$meta`, whose names must be those of `fields`."""

    def __init__(self, reader: Reader, what: str, fields: Mapping[str, FieldSpec]) -> None:
        self._reader = reader
        self._problems = reader.problems
        self._what = what
        self._fields = fields
        self._by_column = {column_of(name, field): name for name, field in fields.items()}

    def read(self, given: Mapping[str, Node]) -> EntityMeta:
        """Return the options in `given`."""
        options: dict[str, Any] = {}
        for key in ("label", "description"):
            if text := self._reader.text(given.get(key), f"{self._what}.{key}"):
                options[key] = text
        return EntityMeta(
            renamed_from=self._reader.names(given.get("renamed_from"), f"{self._what}.renamed_from"),
            search=self._search(given.get("search")),
            states=self._states(given.get("states")),
            unique=self._combinations(given.get("unique"), "unique"),
            indexes=self._combinations(given.get("indexes"), "indexes"),
            **options,
        )

    def _field(self, word: str, at: Node, what: str) -> str | None:
        name = word if word in self._fields else self._by_column.get(word)
        if name is None and word in STAMPS and what.endswith(".indexes"):
            return word
        if name is None:
            self._problems.unknown(at, "unknown-field", f"field in {what}:", word, self._fields)
        return name

    def _search(self, node: Node | None) -> tuple[str, ...]:
        what = f"{self._what}.search"
        found: list[str] = []
        for word, at in self._reader.words(node, what):
            name = self._field(word, at, what)
            if name is None:
                continue
            field = self._fields[name]
            if field is not PLACEHOLDER and (field.type not in _SEARCHABLE or field.array):
                kind = "a list" if field.array else field.type
                self._problems.error(at, "search", f"{quote(word)} is {kind}, and only text can be searched")
            found.append(name)
        return tuple(found)

    def _combinations(self, node: Node | None, key: str) -> tuple[tuple[str, ...], ...]:
        what = f"{self._what}.{key}"
        if node is None:
            return ()
        items = self._reader.items(node, what)
        flat = [item for item in items if isinstance(item, ScalarNode)]
        if len(flat) > 1:
            names = [item.text for item in flat[:4]]
            hint = (
                f"write [[{', '.join(names)}]] for them together, [{', '.join(f'[{name}]' for name in names)}] for each"
            )
            self._problems.error(node, key, f"{what} is a list of lists of fields", hint)
            return ()
        found: dict[tuple[str, ...], Node] = {}
        for item in items:
            words = self._reader.words(item, what)
            fields = tuple(name for word, at in words if (name := self._field(word, at, what)) is not None)
            for name in fields:
                self._check_indexed(name, item, what)
            if fields in found:
                self._problems.error(item, "duplicate", f"{what} names {', '.join(fields)} twice", "keep one of them")
            elif not words and isinstance(item, SequenceNode):
                self._problems.error(item, "empty", f"{what} holds an empty list")
            elif fields:
                found[fields] = item
        return tuple(found)

    def _check_indexed(self, name: str, at: Node, what: str) -> None:
        field = self._fields.get(name, PLACEHOLDER)
        if field is not PLACEHOLDER and (field.array or field.type in {"json", "bytes", "many"}):
            kind = "a list" if field.array else "'<->'" if field.type == "many" else field.type
            self._problems.error(at, "index", f"{what}: {quote(name)} is {kind}, which cannot be in it")

    def _states(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        if node is None:
            return {}
        what = f"{self._what}.states"
        enum = self._states_values(node)
        states: dict[str, tuple[str, ...]] = {}
        for entry in self._reader.entries(node, what, "such as {open: [closed], closed: []}"):
            self._check_state(entry.name, entry.key, enum)
            following = self._reader.words(entry.value, f"{what}.{entry.name}") if not _is_empty(entry.value) else []
            for word, at in following:
                self._check_state(word, at, enum)
            states[entry.name] = tuple(word for word, _ in following)
        return states

    def _check_state(self, word: str, at: Node, values: Collection[str] | None) -> None:
        if values is not None and word not in values:
            self._problems.unknown(at, "states", "state", word, values)

    def _states_values(self, at: Node) -> tuple[str, ...] | None:
        """Return the values of the enum that `states` is about: `status`, or the only enum there is."""
        name = states_field(self._fields)
        if name is not None:
            return self._fields[name].values
        if any(field is PLACEHOLDER for field in self._fields.values()):
            return None
        enums = [name for name, field in self._fields.items() if field.type == "enum"]
        if enums:
            message = f"{self._what}.states could be about {' or '.join(map(quote, enums))}"
            self._problems.error(at, "states", message, "call the field that it is about 'status'")
        else:
            message = f"{self._what}.states needs an enum field called 'status'"
            self._problems.error(at, "states", message, "such as status: enum(open, closed) = open")
        return None


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.plain and node.value is None


def states_field(fields: Mapping[str, FieldSpec]) -> str | None:
    """Return the enum field that `states` is about: `status`, or the only enum; None when that is not clear."""
    enums = [name for name, field in fields.items() if field.type == "enum" and not field.array]
    if "status" in enums:
        return "status"
    return enums[0] if len(enums) == 1 and "status" not in fields else None
