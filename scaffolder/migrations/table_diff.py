"""One table that stays: what becomes of its columns, its constraints, its indexes, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scaffolder.migrations.changes import TypeChange, narrowed, type_change
from scaffolder.migrations.contract import Facts
from scaffolder.migrations.data import Convert, Fill, Refer, Unlink
from scaffolder.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DropColumn,
    DropIndex,
    Operation,
)
from scaffolder.migrations.phases import Difference, drop_of, is_about, saved
from scaffolder.migrations.schema import Column, Constraint, Index, Schema, Table
from scaffolder.migrations.values import is_plenty, shown, value_of
from scaffolder.naming import IDENTIFIER_LIMIT


class TableDiff:
    """The table `was`, which becomes the one of its name in the schema `now`; all goes into `out`."""

    def __init__(self, out: Difference, was: Table, now: Schema, facts: Facts) -> None:
        self.out, self.was, self.now, self.schema, self.facts = out, was, now[was.name], now, facts
        self.name = was.name
        self.changes = {
            name: type_change(was.columns[name].type, column.type)
            for name, column in self.now.columns.items()
            if name in was.columns
        }
        self.replaced = {name for name, change in self.changes.items() if change.how == "replaced"}
        self.converted = {name: change for name, change in self.changes.items() if change.how == "converted"}
        self.remade = self.replaced | self.converted.keys()
        self.touched = {name for name, change in self.changes.items() if change.how != "same"}
        self.filled = [column for column in self.now.columns.values() if self._may_lack(column)]

    def run(self) -> None:
        """Note all that is to be done."""
        before, after = self.was, self.now
        gone: list[Operation] = [DropIndex(self.name, one.name) for one in self._other_indexes(before, after)]
        gone += [drop_of(self.name, one) for one in self._other_constraints(before, after)]
        loose = [*gone, *self._loose_columns()]
        self._swap(gone)
        loose += self._unlinked()
        if any(not isinstance(one, AddColumn | DropIndex) for one in loose):
            loose = [*saved(loose, before), *loose]
        tight = list(self._tight_columns())
        tight += [AddConstraint(self.name, one) for one in self._other_constraints(after, before)]
        if tight:
            tight = [*saved(tight, after), *tight]
        tight += [CreateIndex(self.name, one) for one in self._other_indexes(after, before)]
        self._narrowed()
        self._fill()
        self._uniques()
        if loose:
            self.out.loose[self.name] = loose
        if tight:
            self.out.tight[self.name] = tight
        if loose or tight:
            self._say()

    def _may_lack(self, column: Column) -> bool:
        """Tell whether rows may lack a value of a column, and must not."""
        old = self.was.columns.get(column.name)
        change = self.changes.get(column.name)
        is_partial = change is not None and change.how == "converted" and not change.is_total
        is_new = old is None or column.name in self.replaced or is_partial
        return not column.nullable and (is_new or (old is not None and old.nullable))

    def _other_indexes(self, these: Table, others: Table) -> Iterator[Index]:
        for index in these.indexes.values():
            if others.indexes.get(index.name) != index or set(index.columns) & self.remade:
                yield index

    def _other_constraints(self, these: Table, others: Table) -> Iterator[Constraint]:
        """Give what differs, and what is about a column that gets another type: it is compiled for that type."""
        for one in these.constraints.values():
            if others.constraints.get(one.name) != one or is_about(one, self.touched):
                yield one

    def _loose_columns(self) -> Iterator[Operation]:
        for name in self.was.columns:
            if name not in self.now.columns:
                self.out.losses.append(f"column {self.name}.{name} is dropped, with its values")
            if name not in self.now.columns or name in self.replaced:
                yield DropColumn(self.name, name)
        for name, column in self.now.columns.items():
            old = self.was.columns.get(name)
            if old is None or name in self.replaced:
                yield AddColumn(self.name, replace(column, nullable=True))
                continue
            change = self.changes[name]
            if name in self.converted:
                yield AddColumn(self.name, self._beside(column))
                continue
            is_wider, is_freed = change.how == "wider", column.nullable and not old.nullable
            if is_wider or is_freed:
                yield AlterColumn(
                    self.name,
                    name,
                    type=column.type if is_wider else None,
                    nullable=True if is_freed else None,
                    existing_type=old.type,
                    existing_nullable=old.nullable,
                    using=_using(column, change) if is_wider else "",
                )

    def _beside(self, column: Column) -> Column:
        """Give the column that values are converted into, before it takes the name."""
        name = f"new_{column.name}"[:IDENTIFIER_LIMIT]
        while name in self.was.columns or name in self.now.columns:
            name = f"{name[: IDENTIFIER_LIMIT - 1]}_"
        return Column(name, column.type, nullable=True)

    def _swap(self, gone: Sequence[Operation]) -> None:
        if not self.converted:
            return
        drops: list[Operation] = [DropColumn(self.name, name) for name in self.converted]
        self.out.swapped.append((self.name, [*saved(gone, self.was), *drops]))
        for name, change in self.converted.items():
            new = self._beside(self.now.columns[name])
            self.out.converts.append(Convert(self.was, self.was.columns[name], new, change.convert))
            renamed = AlterColumn(self.name, new.name, name, existing_type=new.type, existing_nullable=True)
            self.out.swapped.append((self.name, [renamed]))

    def _unlinked(self) -> Iterator[Operation]:
        """See to columns that refer to another table than before, or to one for the first time."""
        for key in self.now.foreign_keys:
            name = key.columns[0]
            is_same = self.was.target_of(name) == key.target or name not in self.was.columns or name in self.touched
            if len(key.columns) > 1 or is_same:
                continue
            column = self.now.columns[name]
            self.out.data.append(Unlink(self.now, column, key.target))
            self.out.losses.append(f"{self.name}.{name}: values that are no id of {key.target} are cleared")
            if not column.nullable and column not in self.filled:
                self.filled.append(column)
                yield AlterColumn(self.name, name, nullable=True, existing_type=column.type, existing_nullable=False)

    def _tight_columns(self) -> Iterator[Operation]:
        for name, column in self.now.columns.items():
            change = self.changes.get(name)
            is_narrower = change is not None and change.how == "narrower"
            is_converted = name in self.converted and not column.nullable
            is_filled = column in self.filled or is_converted
            if is_narrower or is_filled:
                yield AlterColumn(
                    self.name,
                    name,
                    type=column.type if is_narrower else None,
                    nullable=False if is_filled else None,
                    existing_type=self.was.columns[name].type if is_narrower else column.type,
                    existing_nullable=is_filled or column.nullable,
                    using=_using(column, change) if is_narrower and change is not None else "",
                )

    def _narrowed(self) -> None:
        for name, change in self.changes.items():
            old, column = self.was.columns[name], self.now.columns[name]
            if change.loss:
                types = f"becomes {_said(column.type)}, it was {_said(old.type)}"
                self.out.losses.append(f"{self.name}.{name} {types}: {change.loss}")
            for step, loss in narrowed(self.was, self.now, old, column, self.facts):
                self.out.data.append(step)
                if loss != change.loss:
                    self.out.losses.append(f"{self.name}.{name}: {loss}")

    def _fill(self) -> None:
        apart = self._apart()
        for column in self.filled:
            target = self.now.target_of(column.name)
            what = f"{self.name}.{column.name}: rows without a value"
            is_apart = column.name in apart
            if target is not None and "id" in self.schema[target].columns:
                self.out.data.append(Refer(self.now, column, target, is_apart))
                which = f"each to a row of its own in {target}" if is_apart else f"to the oldest row of {target}"
                self.out.notes.append(f"{what} refer {which}, which is made if there is none")
                continue
            value = value_of(self.now, column, self.facts, distinct=is_apart)
            self.out.data.append(Fill(self.now, column, value))
            self.out.notes.append(f"{what} get {shown(value)}")

    def _apart(self) -> set[str]:
        """Give the columns in which each row needs a value of its own, so that unique constraints hold."""
        empty = {column.name: column for column in self.filled}
        known = [
            set(columns) for columns in self.was.unique_sets if set(columns) <= self.now.columns.keys() - empty.keys()
        ]
        apart: set[str] = set()
        for columns in self.now.unique_sets:
            names = [name for name in columns if name in empty]
            if not names or apart & set(columns) or any(one <= set(columns) for one in known):
                continue
            plain = [name for name in names if self.now.target_of(name) is None]
            plenty = [name for name in plain if is_plenty(self.now, empty[name])]
            apart.add((plenty or plain or names)[0])
        return apart

    def _uniques(self) -> None:
        """Say which unique constraints rows that exist may not keep."""
        new = {column.name for column in self.filled} | (self.now.columns.keys() - self.was.columns.keys())
        for columns in self.now.unique_sets:
            if columns not in self.was.unique_sets and not new & set(columns):
                self.out.notes.append(
                    f"{self.name}: no two rows may share {', '.join(columns)} from now on; the revision fails, and "
                    "changes nothing, while some do"
                )

    def _say(self) -> None:
        gone = [f"drop {self.name}.{name}" for name in self.was.columns if name not in self.now.columns]
        new = [f"add {self.name}.{name}" for name in self.now.columns if name not in self.was.columns]
        changed = [f"change {self.name}.{name}" for name in self.changes if self._is_changed(name)]
        is_renamed = any(f" {self.name}." in word or word.endswith(f" to {self.name}") for word in self.out.words)
        self.out.words += [*gone, *new, *changed] or ([] if is_renamed else [f"change {self.name}"])

    def _is_changed(self, name: str) -> bool:
        old, column = self.was.columns[name], self.now.columns[name]
        return old != column


def _using(column: Column, change: TypeChange) -> str:
    return f'"{column.name}"::{change.using}' if change.using else ""


def _said(type_text: str) -> str:
    return type_text.replace("sa.", "").partition(".with_variant")[0]
