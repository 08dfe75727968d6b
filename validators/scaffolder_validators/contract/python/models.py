"""SQLAlchemy models: the classes of one file that stand for tables."""

from __future__ import annotations

import ast
from typing import Any, Final

from scaffolder_validators.contract.facts import Column, Model, Part, Place, Relation, Table
from scaffolder_validators.contract.python.evaluate import (
    annotation,
    class_attribute,
    enum_values,
    evaluate,
    is_enum,
    lineage,
)
from scaffolder_validators.contract.python.json_schema import plain
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.sql_types import is_type, of_python, sql_type, value_name
from scaffolder_validators.contract.python.tables import add_constraint, add_foreign_key, sa_name
from scaffolder_validators.contract.python.values import UNKNOWN, Call, Def, Either, Module, Ref, Sub

_MAPPED: Final = "sqlalchemy.orm.Mapped"


def read_models(program: Program, path: str) -> tuple[Model, ...]:
    """Give the models of the file `path`."""
    module = program.module_at(path)
    if module is None:
        return ()
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef) and _names_table(node)]
    return tuple(_Reader(program, program.define(module, node)).model() for node in classes)


def _names_table(node: ast.ClassDef) -> bool:
    return any(
        isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name) and item.targets[0].id == "__tablename__"
        for item in node.body
    )


class _Reader:
    """Reads one class."""

    def __init__(self, program: Program, owner: Def) -> None:
        self._program = program
        self._owner = owner
        name, line = class_attribute(program, owner, "__tablename__")
        self._table = Table(str(name), Place(owner.path, line))
        self._relations: dict[str, Relation] = {}
        self._columns: dict[str, str] = {}

    def model(self) -> Model:
        for one in reversed(lineage(self._program, self._owner)):
            module = self._program.module(one.module)
            for item in one.node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and module is not None:
                    self._attribute(module, item, item.target.id)
        arguments, _ = class_attribute(self._program, self._owner, "__table_args__")
        for item in arguments if isinstance(arguments, tuple | list) else ():
            add_constraint(self._table, item)
        return Model(self._owner.name, self._table, self._relations)

    def _attribute(self, module: Module, item: ast.AnnAssign, attr: str) -> None:
        # Columns of the class itself are named without a prefix in the arguments of its relations.
        scope = {name: name for name in self._columns}
        value = evaluate(self._program, module, item.value, scope) if item.value is not None else None
        typed = annotation(self._program, module, item.annotation)
        typed = typed.args[0] if isinstance(typed, Sub) and typed.base == Ref(_MAPPED) else UNKNOWN
        kind = sa_name(value)
        if kind == "relationship" and isinstance(value, Call):
            self._relations[attr] = _relation(typed, value, item)
        elif kind == "mapped_column" or (value is None and typed is not UNKNOWN):
            self._columns[attr] = attr
            self._column(attr, typed, value, Place(module.path, item.lineno))

    def _column(self, attr: str, typed: Any, value: Any, place: Place) -> None:
        call = value if isinstance(value, Call) else Call(None, (), {}, place.line)
        name = next((item for item in call.args if isinstance(item, str)), attr)
        options = typed.options if isinstance(typed, Either) else (typed,)
        inner = next((item for item in options if item is not None), UNKNOWN)
        key = call.keywords.get("primary_key") is True
        optional = None in options or inner == Ref("typing.Any")
        made = next((item for item in call.args if is_type(item) and sa_name(item) != "ForeignKey"), None)
        shown = value_name(inner)
        if made is not None:
            postgresql, sqlite = sql_type(self._program, made)
        else:
            postgresql, sqlite = of_python(inner.name if isinstance(inner, Ref) else "?")
        default = call.keywords.get("default")
        self._table.columns[name] = Column(
            name=name,
            place=place,
            postgresql=postgresql,
            sqlite=sqlite,
            nullable=call.keywords.get("nullable", optional and not key) is True,
            attr=attr,
            value=shown,
            default=_stored(default),
            allowed=self._allowed(inner, made),
        )
        if key:
            self._table.primary_key = (*self._table.primary_key, name)
        self._constraints(name, call, place.line)

    def _allowed(self, inner: Any, made: Any) -> tuple[Any, ...] | None:
        item = inner.args[0] if isinstance(inner, Sub) and inner.args else inner
        stored = [one for one in made.args if isinstance(one, Def)] if isinstance(made, Call) else []
        if not is_enum(self._program, item):
            return None
        if stored and stored[0] is not item:
            return ("another enum than the annotation says",)
        return tuple(enum_values(self._program, item).values())

    def _constraints(self, name: str, call: Call, line: int) -> None:
        table = self._table
        for item in call.args:
            if isinstance(item, Call) and sa_name(item) == "ForeignKey":
                title = str(item.keywords.get("name", f"fk_{table.name}_{name}"))
                add_foreign_key(table, title, (name,), item.args[:1], item.keywords.get("ondelete"), item.line)
        if call.keywords.get("unique") is True:
            table.uniques[f"uq_{table.name}_{name}"] = Part((name,), line)
        if call.keywords.get("index") is True:
            table.indexes[f"ix_{table.name}_{name}"] = Part((name,), line)


def _stored(default: Any) -> Any:
    """Give the default of a column; one that is made anew for each row is `{"generated": what}`."""
    match default:
        case Ref("uuid.uuid4"):
            return {"generated": "uuid"}
        case Def(name="utc_now"):
            return {"generated": "now"}
    return None if default is None else plain(default)


def _relation(typed: Any, value: Call, item: ast.AnnAssign) -> Relation:
    many = isinstance(typed, Sub) and typed.base == Ref("builtins.list")
    inner = typed.args[0] if isinstance(typed, Sub) and many else typed
    options = inner.options if isinstance(inner, Either) else (inner,)
    target = next((one.name for one in options if isinstance(one, Def)), "?")
    by = value.keywords.get("foreign_keys", "?")
    if not isinstance(by, str):
        # `TicketTags.ticket_id`: a column of the class that it leads to.
        node = next(
            (one.value for one in getattr(item.value, "keywords", ()) if one.arg == "foreign_keys"), ast.Constant("?")
        )
        by = node.attr if isinstance(node, ast.Attribute) else "?"
    return Relation(target, by, many, item.lineno)
