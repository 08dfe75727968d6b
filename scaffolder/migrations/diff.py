"""Two schemas -> what has to be done: names, the tables on both sides, those that go, those that are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scaffolder.migrations.contract import Facts
from scaffolder.migrations.names import Names
from scaffolder.migrations.operations import (
    AddConstraint,
    AlterColumn,
    CreateIndex,
    CreateTable,
    DropTable,
    Operation,
    RenameTable,
    SetPrimaryKey,
    applied,
)
from scaffolder.migrations.phases import Difference, drop_of, saved, without_column
from scaffolder.migrations.schema import PrimaryKey, Schema
from scaffolder.migrations.table_diff import TableDiff


def difference(was: Schema, now: Schema, names: Names, facts: Facts) -> Difference:
    """Tell how a database with the schema `was` becomes one with the schema `now`."""
    return _Differ(was, now, facts).run(names)


class _Differ:
    def __init__(self, was: Schema, now: Schema, facts: Facts) -> None:
        self.was, self.now, self.facts = was, now, facts
        self.out = Difference()

    def run(self, names: Names) -> Difference:
        self._rename(names)
        for name, table in self.was.items():
            if name in self.now and table != self.now[name]:
                TableDiff(self.out, table, self.now, self.facts).run()
        self._drop([name for name in self.was if name not in self.now])
        self._create([name for name in self.now if name not in self.was])
        return self.out

    def _do(self, *operations: Operation) -> None:
        """Note operations of the first phase, which belong together, and go on from what they give."""
        self.out.names.append(operations)
        for operation in operations:
            self.was = applied(self.was, operation)

    def _rename(self, names: Names) -> None:
        for old, new in names.tables.items():
            if new in self.was:  # on the way back, something new may have an old name
                self._make_way(new)
            self._do(RenameTable(old, new))
            self.out.words.append(f"rename {old} to {new}")
        for name, columns in names.columns.items():
            for old, new in columns.items():
                self._rename_column(name, old, new)
        # In the order of the tables' new names: in PostgreSQL, keys of different tables cannot have one name.
        for name in dict.fromkeys([*names.tables.values(), *self.was]):
            key = self.now[name].primary_key.name if name in self.now else ""
            if key and key != self.was[name].primary_key.name:
                self._do(SetPrimaryKey(name, PrimaryKey(key, ()), self.was[name].primary_key.name))

    def _rename_column(self, name: str, old: str, new: str) -> None:
        table = self.was[name]
        if new in table.columns:
            gone = list(without_column(table, new))
            self._do(*saved(gone, table), *gone)
        column = table.columns[old]
        self._do(AlterColumn(name, old, new, existing_type=column.type, existing_nullable=column.nullable))
        self.out.words.append(f"rename {name}.{old} to {new}")

    def _make_way(self, name: str) -> None:
        for other, table in self.was.items():
            keys = [key for key in table.foreign_keys if key.target == name and other != name]
            if keys:
                self._do(*saved([], table), *(drop_of(other, key) for key in keys))
        self._do(DropTable(name))

    def _drop(self, gone: Sequence[str]) -> None:
        left = list(gone)
        for name in reversed(gone):
            left.remove(name)
            for other in left:
                for key in self.was[other].foreign_keys:
                    if key.target == name:  # the one that refers goes later
                        self.out.loose.setdefault(other, []).append(drop_of(other, key))
            self.out.dropped.append(DropTable(name))
            self.out.losses.append(f"table {name} is dropped, with its rows")
            self.out.words.append(f"drop {name}")

    def _create(self, new: Sequence[str]) -> None:
        there = self.now.keys() - set(new)
        for name in new:
            there.add(name)
            table = self.now[name]
            late = [key for key in table.foreign_keys if key.target not in there]
            constraints = {key: one for key, one in table.constraints.items() if one not in late}
            self.out.created.append(CreateTable(replace(table, constraints=constraints, indexes={})))
            self.out.created += [CreateIndex(name, index) for index in table.indexes.values()]
            if late:
                self.out.tight[name] = [*saved([], table), *(AddConstraint(name, key) for key in late)]
            self.out.words.append(f"add {name}")
