"""What to do in which order, so that rows survive it.

Names first; then what is in the way goes (constraints, columns, tables), and what is new comes, as loose as it can be;
then rows get what they lack; then all is made as tight as it shall be. Each step leaves a database in which the next
one can work, on PostgreSQL (one ALTER at a time) and on SQLite (Alembic copies the table).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from scaffolder.migrations.bounds import mentions
from scaffolder.migrations.data import Data
from scaffolder.migrations.operations import AddConstraint, DropColumn, DropConstraint, DropIndex, Operation
from scaffolder.migrations.schema import Check, Constraint, ForeignKey, Table, Unique

_TRAP: Final = re.compile(r"(?<![:\w])\\?:\w")
_KINDS: Final = {ForeignKey: "foreignkey", Unique: "unique", Check: "check"}


@dataclass(slots=True)
class Difference:
    """Operations in six phases; `converts` comes before the last but one, `data` before the last one.

    Names come in groups, each for one table. `losses` say what rows lose, `notes` what they get, `words` all that is
    done; one sentence or phrase each.
    """

    names: list[Sequence[Operation]] = field(default_factory=list)
    loose: dict[str, list[Operation]] = field(default_factory=dict)
    dropped: list[Operation] = field(default_factory=list)
    created: list[Operation] = field(default_factory=list)
    converts: list[Data] = field(default_factory=list)
    swapped: list[tuple[str, list[Operation]]] = field(default_factory=list)
    data: list[Data] = field(default_factory=list)
    tight: dict[str, list[Operation]] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether both schemas are the same."""
        return not (self.names or self.loose or self.dropped or self.created or self.tight)


def drop_of(table: str, one: Constraint) -> DropConstraint:
    """Give the operation that drops a constraint."""
    return DropConstraint(table, one.name, _KINDS[type(one)])


def is_about(one: Constraint, columns: Iterable[str]) -> bool:
    """Tell whether a constraint says something of one of the columns."""
    if isinstance(one, Check):
        return any(mentions(one, column) for column in columns)
    return bool(set(one.columns) & set(columns))


def without_column(table: Table, name: str) -> Iterator[Operation]:
    """Give what drops a column, and before it all that is about it."""
    yield from (DropIndex(table.name, index.name) for index in table.indexes.values() if name in index.columns)
    yield from (drop_of(table.name, one) for one in table.constraints.values() if is_about(one, [name]))
    yield DropColumn(table.name, name)


def saved(operations: Sequence[Operation], there: Table) -> list[Operation]:
    """Say those CHECKs of a table again that would be damaged when `operations` let SQLite's table be copied.

    SQLAlchemy takes `:name` in the text of a CHECK that it read from SQLite for a parameter, and writes NULL instead.
    """
    said = {one.name for one in operations if isinstance(one, DropConstraint)}
    said |= {one.constraint.name for one in operations if isinstance(one, AddConstraint)}
    again = [one for one in there.checks if one.name not in said and _TRAP.search(one.sql)]
    return [item for one in again for item in (drop_of(there.name, one), AddConstraint(there.name, one))]
