"""What a revision needs around its steps to change rows: tables, constants, functions, each under a name of its own."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from scaffolder.contract.literals import python_literal
from scaffolder.migrations.column_types import kind_of
from scaffolder.migrations.contract import Facts
from scaffolder.migrations.data import Choose, Convert, Cut, Data, Fill, Limit, Pad, Refer, Unlink
from scaffolder.migrations.schema import Column, Schema, Table
from scaffolder.migrations.values import Value, value_of

_TAKEN: Final = frozenset(
    "op sa dt uuid decimal base64 itertools postgresql Callable revision down_revision branch_labels depends_on "
    "upgrade downgrade object str int float bool bytes map next print math Any RuntimeError "
    # What functions of the template call their arguments and variables.
    "bind column convert empty exact found free high largest length longer low new number numbers old oldest row table "
    "taken text unit value values whole".split()
)
_SET_HERE: Final = {
    "created_at": "dt.datetime.now(dt.UTC)",
    "updated_at": "dt.datetime.now(dt.UTC)",
    "row_version": "1",
}
_USED: Final = {
    "to_moment": "dt.", "to_date": "dt.", "to_text": "", "to_int": "decimal.", "to_bigint": "decimal.",
    "to_float": "math.", "to_decimal": "decimal.", "parse_date": "dt.", "parse_time": "dt.", "parse_uuid": "uuid.",
}  # fmt: skip
"""Modules that converters use, as they are said in the template."""
_MODULES: Final = ("base64", "datetime as dt", "decimal", "itertools", "math", "uuid")


@dataclass
class Rows:
    """Collects them over both directions; what means something else on the way back is `..._before`."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    constants: dict[str, dict[str, str]] = field(default_factory=dict)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    makers: dict[str, dict[str, Any]] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    converters: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """Give all of it as plain data for the template."""
        return {
            "tables": [
                {
                    "var": var,
                    "name": one["name"],
                    "columns": [{"name": n, "type": t} for n, t in one["columns"].items()],
                }
                for var, one in self.tables.items()
            ],
            "constants": list(self.constants.values()),
            "functions": list(self.functions.values()),
            "makers": list(self.makers.values()),
            "helpers": sorted(self.helpers),
            "converters": list(self.converters.values()),
        }

    def imports(self) -> list[str]:
        """Give the modules of the standard library that they use, as `import` says them."""
        text = " ".join([*self._sources(), *(_USED[one["how"]] for one in self.converters.values())])
        used = [name for name in _MODULES if re.search(rf"\b{name.rpartition(' ')[2]}\.", text)]
        if self.makers:
            used = [name for name in _MODULES if name in {*used, "uuid"}]
        return [name for name in _MODULES if name in used or (name == "itertools" and "number" in self.helpers)]

    def _sources(self) -> Iterator[str]:
        for one in self.constants.values():
            yield one["source"]
        for one in self.functions.values():
            yield f"{one['source']} {one['python']}."
        for maker in self.makers.values():
            yield from (value["source"] for value in maker["values"])


class Direction:
    """The names of one direction: what `data` steps of `upgrade` or `downgrade` say as plain data."""

    def __init__(self, rows: Rows, schema: Schema, facts: Facts) -> None:
        self.rows, self.schema, self.facts = rows, schema, facts
        self._vars: dict[str, str] = {}
        self._makers: dict[str, str] = {}

    def step(self, data: Data) -> dict[str, Any]:
        """Say one step."""
        if isinstance(data, Convert):
            return self._convert(data)
        var = self.var(data.table, data.column)
        step = {"table": var, "column": data.column.name, "kind": type(data).__name__.lower()}
        match data:
            case Fill(table, column, value):
                self._ordered(table) if value.distinct else None
                return step | self._filled(table, column, value)
            case Refer(table, column, target, distinct):
                self._ordered(table) if distinct else None
                return self._helped(step, "number" if distinct else "refer", self.maker(target))
            case Unlink(target=target):
                other = self.schema[target]
                return step | {"target": self.var(other, other.columns["id"])}
            case Choose(table, column, allowed, value):
                return step | {
                    "allowed_python": python_literal(list(allowed)),
                    "value": self._constant(table, column, value),
                }
            case Cut(length=length) | Pad(length=length):
                return self._helped(step, str(step["kind"]), length)
            case Limit(sign=sign, bound=bound):
                return self._helped(step, "at_least" if sign == "<" else "at_most", bound)

    def _convert(self, data: Convert) -> dict[str, Any]:
        """Say a conversion; the table has a variable of its own, since the column has another type afterwards."""
        var = f"{data.table.name}_with_{data.new.name}"
        columns = {"id": "sa.Uuid()", data.column.name: data.column.type, data.new.name: data.new.type}
        while self.rows.tables.get(var, {"columns": columns})["columns"] != columns:
            var = f"{var}_before"
        self.rows.tables[var] = {"name": data.table.name, "columns": columns}
        self.rows.helpers.add("convert")
        kind = kind_of(data.new.type)
        name = f"_{data.how}_{kind.precision}_{kind.scale}" if kind.family == "decimal" else f"_{data.how}"
        unit = Decimal(1).scaleb(-kind.scale)
        whole = kind.precision - kind.scale
        self.rows.converters[name] = {
            "name": name,
            "how": data.how,
            "unit": f"{unit:f}",
            "largest": f"{Decimal(10) ** whole - unit:f}",
            "whole": whole,
            "digits": kind.precision + 1,
        }
        return {"kind": "convert", "table": var, "column": data.column.name, "new": data.new.name, "value": name}

    def _helped(self, step: dict[str, Any], helper: str, value: object) -> dict[str, Any]:
        self.rows.helpers.add(helper)
        return step | {"kind": helper, "value": value}

    def var(self, table: Table, *columns: Column) -> str:
        """Give the variable of a table, in which `columns` are then known."""
        name = self._vars.get(table.name)
        if name is None:
            name = self._free(table)
            self._vars[table.name] = name
            self.rows.tables.setdefault(name, {"name": table.name, "columns": {}})
        known = self.rows.tables[name]["columns"]
        for column in columns:
            known[column.name] = column.type
        return name

    def _free(self, table: Table) -> str:
        """Give a name that no other table has, or the same one with other types of its columns."""
        plain = f"{table.name}_" if table.name in _TAKEN or keyword.iskeyword(table.name) else table.name
        there = self.rows.tables.get(plain)
        if there is None or all(table.columns[key].type == kind if key in table.columns else True
                                for key, kind in there["columns"].items()):  # fmt: skip
            return plain
        return f"{plain}_before"

    def _ordered(self, table: Table) -> None:
        self.var(table, *(table.columns[name] for name in ("id", "created_at") if name in table.columns))

    def _filled(self, table: Table, column: Column, value: Value) -> dict[str, Any]:
        if not value.distinct:
            return {"value": self._constant(table, column, value)}
        self.rows.helpers.add("number")
        name = _name(self.rows.functions, f"_{table.name}_{column.name}", value.source)
        self.rows.functions[name] = {
            "name": name, "python": value.python, "source": value.source, "what": f"{table.name}.{column.name}",
            "most": value.most,
        }  # fmt: skip
        return {"kind": "number", "value": name}

    def _constant(self, table: Table, column: Column, value: Value) -> str:
        name = _name(self.rows.constants, f"{table.name}_{column.name}".upper(), value.source)
        self.rows.constants[name] = {"name": name, "source": value.source, "python": value.python}
        return name

    def maker(self, target: str) -> str:
        """Give the function that finds or makes a row of `target`."""
        if target in self._makers:
            return self._makers[target]
        table = self.schema[target]
        name = f"_row_of_{target}"
        self._makers[target] = name
        self._ordered(table)
        values = [] if self._is_circular(target) else list(self._row(table))
        maker = {"name": name, "table": self.var(table), "values": values, "label": target}
        if self.rows.makers.get(name, maker) != maker:
            name = f"{name}_before"
            maker["name"] = self._makers[target] = name
        self.rows.makers[name] = maker
        return name

    def _row(self, table: Table) -> Iterator[dict[str, str]]:
        distinct = {
            columns[0] for columns in table.unique_sets if all(not table.columns[one].nullable for one in columns)
        }
        for column in table.columns.values():
            if column.nullable or column.name == "id":
                continue
            self.var(table, column)
            target = table.target_of(column.name)
            if target == table.name:
                source = "found"
            elif target is not None:
                source = f"{self.maker(target)}({'number' if column.name in distinct else 1})"
            elif column.name in _SET_HERE and table.columns[column.name].type != "sa.Text()":
                source = _SET_HERE[column.name]
            else:
                source = value_of(table, column, self.facts, distinct=column.name in distinct).source
            yield {"column": column.name, "source": source}

    def _is_circular(self, start: str) -> bool:
        """Tell whether a row would need itself, by way of other tables."""
        seen: set[str] = set()
        todo = [start]
        while todo:
            table = self.schema[todo.pop()]
            for column in table.columns.values():
                target = None if column.nullable else table.target_of(column.name)
                if target == start and table.name != start:
                    return True
                if target is not None and target not in seen and target in self.schema:
                    seen.add(target)
                    todo.append(target)
        return False


def _name(known: Mapping[str, Mapping[str, Any]], name: str, source: str) -> str:
    """Give the name, or another one if something else has it."""
    if keyword.iskeyword(name) or name in _TAKEN:
        name = f"{name}_"
    while name in known and known[name]["source"] != source:
        name += "_BEFORE" if name.isupper() else "_before"
    return name
