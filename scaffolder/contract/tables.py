"""Tables in an order in which they can be created; foreign keys that close a cycle come afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scaffolder.contract.entity_model import Check, Column, Entity, ForeignKey, Index, Many, Reference, Table
from scaffolder.naming import sql_identifier

_ON_DELETE = {"cascade": "CASCADE", "set_null": "SET NULL", "restrict": "RESTRICT"}


def creation_order(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Sort entities so that one comes after those it refers to, else in the order given.

    Where they refer to each other in a circle, one reference of the circle is marked as deferred.
    """
    by_name = {entity.name: entity for entity in entities}
    done: dict[str, Entity] = {}
    for entity in entities:
        _visit(entity, by_name, done)
    return _mark_deferred(done.values())


def _mark_deferred(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    created: set[str] = set()
    marked = []
    for entity in entities:
        created.add(entity.name)
        late = {item.attr for item in entity.references if item.target not in created}
        references = tuple(replace(item, deferred=item.attr in late) for item in entity.references)
        marked.append(replace(entity, references=references) if late else entity)
    return tuple(marked)


def _visit(start: Entity, by_name: dict[str, Entity], done: dict[str, Entity]) -> None:
    # Iterative: a chain of ten thousand entities is deeper than Python's stack.
    open_names: set[str] = set()
    stack = [(start, iter(_targets(start)))]
    open_names.add(start.name)
    while stack:
        entity, targets = stack[-1]
        target = next(
            (name for name in targets if name not in done and name not in open_names and name in by_name), None
        )
        if target is None:
            done.setdefault(entity.name, entity)
            stack.pop()
        else:
            open_names.add(target)
            stack.append((by_name[target], iter(_targets(by_name[target]))))


def _targets(entity: Entity) -> list[str]:
    required = [item.target for item in entity.references if not item.nullable]
    return required + [item.target for item in entity.references if item.nullable]


def build_tables(entities: tuple[Entity, ...]) -> tuple[Table, ...]:
    """Return the tables of `entities`, which are in creation order, then the association tables."""
    tables = (_table(entity) for entity in entities)
    return (*tables, *(_association(many, entity) for entity in entities for many in entity.many))


def _table(entity: Entity) -> Table:
    return Table(
        name=entity.table,
        columns=(
            Column("id", "sa.Uuid()", nullable=False, primary_key=True),
            *(Column(item.name, item.types.migration, item.nullable, primary_key=False) for item in entity.fields),
            Column("created_at", "sa.DateTime(timezone=True)", nullable=False, primary_key=False),
            Column("updated_at", "sa.DateTime(timezone=True)", nullable=False, primary_key=False),
            Column("row_version", "sa.Integer()", nullable=False, primary_key=False),
        ),
        primary_key=sql_identifier("pk", entity.table),
        foreign_keys=tuple(_foreign_key(item) for item in entity.references if not item.deferred),
        deferred=tuple(_foreign_key(item) for item in entity.references if item.deferred),
        uniques=entity.uniques,
        checks=entity.checks,
        indexes=entity.indexes,
    )


def _foreign_key(reference: Reference) -> ForeignKey:
    return ForeignKey(reference.constraint, reference.column, reference.target_table, _ON_DELETE[reference.on_delete])


def _association(many: Many, entity: Entity) -> Table:
    columns = (many.left_column, many.right_column)
    no_checks: tuple[Check, ...] = ()
    return Table(
        name=many.table,
        columns=tuple(Column(name, "sa.Uuid()", nullable=False, primary_key=True) for name in columns),
        primary_key=sql_identifier("pk", many.table),
        foreign_keys=(
            ForeignKey(many.left_constraint, many.left_column, entity.table, "CASCADE"),
            ForeignKey(many.right_constraint, many.right_column, many.target_table, "CASCADE"),
        ),
        deferred=(),
        uniques=(),
        checks=no_checks,
        # The primary key serves look-ups from the left; this index serves those from the right.
        indexes=(Index(many.right_index, (many.right_column,)),),
    )
