"""Changes of a spec as cases for `tests/generated/programs/migrate.py`: revisions, rows, and what must stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scaffolder.input import SpecSource
from scaffolder.migrations import NewRevision, Schema, facts_of, new_revision, read_history, tables_of
from scaffolder.migrations.bounds import Bounds, bounds_of
from scaffolder.migrations.changes import type_change
from scaffolder.migrations.column_types import kind_of
from scaffolder.migrations.data import Fill, Refer
from scaffolder.migrations.diff import difference
from scaffolder.migrations.names import Names, effective
from scaffolder.migrations.phases import Difference
from scaffolder.migrations.schema import Column, Table
from scaffolder.pipeline import catalog, plan
from scaffolder.planned import Planned
from scaffolder.templates import render_blueprint

_FOLDER = "migrations/versions/"
_ROWS = 3
"""In each table, where that many can be."""


@dataclass(frozen=True)
class Change:
    """A spec that became another one: revisions before and after (name -> text), and the new one."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    fresh: Mapping[str, str]
    old: Schema
    new: Schema
    names: Names
    revision: NewRevision | None


def planned_of(text: str) -> Planned:
    """Plan what holds the migrations.

    Raises:
        BadInputError: the spec has errors.
    """
    return plan("data_models", SpecSource("scaffold.yml", content=text.encode()))


def revisions_of(answers: Mapping[str, Any]) -> dict[str, str]:
    """Give the revisions that the blueprint renders, by file name; the first one is what a copy gives."""
    files = render_blueprint(catalog().blueprints["data_models"], answers)
    return {file.path.removeprefix(_FOLDER): file.content.decode() for file in files if file.path.startswith(_FOLDER)}


def change(before: Mapping[str, str], was: Planned, now: Planned) -> Change:
    """Give the revision that an update would add to those in `before`."""
    history = read_history({name: text.encode() for name, text in before.items()})
    contract = tables_of(now.plan.answers)
    known = {entity["name"] for entity in was.plan.answers["entities"]}
    renames = now.renames(known) if now.renames is not None else None
    revision = new_revision(history.schema, history, contract, renames, facts_of(now.plan.answers))
    fresh = revisions_of(now.plan.answers)
    after = dict(before)
    if revision is not None:
        made = revisions_of({**now.plan.answers, "revision": revision.answer})
        after |= {name: text for name, text in made.items() if name.startswith(revision.id)}
    return Change(
        before, after, fresh, history.schema, contract, effective(renames, history.schema, contract), revision
    )


def joined(one: Change, other: Change, now: Planned) -> Change:
    """Give what an update makes of two branches that were merged, for a database that is as `one` left it."""
    files = {**one.after, **other.after}
    history = read_history({name: text.encode() for name, text in files.items()})
    contract, answers = tables_of(now.plan.answers), now.plan.answers
    revision = new_revision(history.schema, history, contract, None, facts_of(answers))
    assert revision is not None
    made = revisions_of({**answers, "revision": revision.answer})
    after = {**files, **{name: text for name, text in made.items() if name.startswith(revision.id)}}
    return Change(one.after, after, revisions_of(answers), one.new, contract, Names(), revision)


def case_of(name: str, one: Change, *, back: bool = True) -> str:
    """Write a case as a line of JSON, with the way `back` or without."""
    history = read_history({name: text.encode() for name, text in one.before.items()})
    forth = difference(one.old, one.new, one.names, {})
    undone = difference(one.new, one.old, one.names.back(), {})
    kept = [[was, now, pairs] for was, now, pairs in _kept(one, forth, undone)]
    return json.dumps(
        {
            "name": name,
            "before": one.before,
            "after": one.after,
            "fresh": one.fresh,
            "head": (history.heads[0] if history.heads else "base") if back else "",
            "rows": list(_rows(one.old)),
            "kept": kept,
            "restored": list(_restored(one)),
            "may_refuse": _may_refuse(one.old, one.new, one.names),
            "may_refuse_back": _may_refuse(one.new, one.old, one.names.back()),
        }
    )


def _may_refuse(was: Schema, now: Schema, names: Names) -> bool:
    """Tell whether rows can break a unique constraint: one that is new, or one over values that are cut to fit."""
    found = difference(was, now, names, {})
    tightened = _touched(found)
    cut = any(
        (table.name, column) in tightened for table in now.values() for one in table.unique_sets for column in one
    )
    return cut or any("no two rows may share" in note for note in found.notes)


def _touched(found: Difference) -> set[tuple[str, str]]:
    """Give the columns whose values change, or may change: by table and name."""
    steps = (*found.data, *found.converts)
    return {(step.table.name, step.column.name) for step in steps if not isinstance(step, Fill | Refer)}


def _kept(one: Change, forth: Difference, back: Difference) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Give tables that stay, with the columns whose values must stay too: by old and new name."""
    touched, touched_back = _touched(forth), _touched(back)
    for was, table in one.old.items():
        now = one.names.tables.get(was, was)
        if now not in one.new:
            continue
        renames = one.names.columns.get(now, {})
        pairs = []
        for column in table.columns.values():
            new = renames.get(column.name, column.name)
            other = one.new[now].columns.get(new)
            is_same = other is not None and other.type == column.type
            if is_same and (now, new) not in touched and (was, column.name) not in touched_back:
                pairs.append([column.name, new])
        yield was, now, pairs


def _losses(one: Change) -> Iterator[str]:
    """Give what rows lose on the way forth, a sentence each."""
    if one.revision is not None:
        yield from one.revision.losses


def _restored(one: Change) -> Iterator[list[Any]]:
    """Give columns by their old names that lose nothing on the way forth, so that the way back restores them."""
    for was, table in one.old.items():
        now = one.names.tables.get(was, was)
        renames = one.names.columns.get(now, {})
        fitting = [
            name
            for name, column in table.columns.items()
            if now in one.new
            and (other := one.new[now].columns.get(renames.get(name, name))) is not None
            and type_change(column.type, other.type).how in {"wider", "converted"}
            and not type_change(column.type, other.type).loss
            and not any(loss.startswith((f"{now}.{other.name}:", f"{now}.{other.name} ")) for loss in _losses(one))
        ]
        if fitting:
            yield [was, fitting]


def _rows(schema: Schema) -> Iterator[list[Any]]:
    """Give rows for all tables that can have some, in an order in which they can be inserted."""
    counts: dict[str, int] = {}
    for table in schema.values():
        needs = {key.target for key in table.foreign_keys if not table.columns[key.columns[0]].nullable}
        if not needs <= counts.keys():
            continue
        counts[table.name] = min([_ROWS, *_most(table, counts)])
        for number in range(counts[table.name]):
            columns = table.columns.values()
            yield [table.name, [[one.name, one.type, _value(table, one, number, counts)] for one in columns]]


def _most(table: Table, counts: Mapping[str, int]) -> Iterator[int]:
    """Give how many rows there can be, for each unique constraint that says so."""
    for columns in table.unique_sets:
        column = table.columns[columns[0]]
        target = table.target_of(column.name)
        bounds = bounds_of(column.name, table.checks)
        if target is not None:
            yield counts.get(target, _ROWS)
        elif column.type == "sa.Boolean()":
            yield 2
        elif bounds.values is not None:
            yield len(bounds.values)
        elif bounds.low is not None and bounds.high is not None:
            yield max(1, int(bounds.high - bounds.low))


def _id(table: str, number: int) -> str:
    return f"uuid.uuid5(uuid.NAMESPACE_URL, {f'{table}/{number}'!r})"


def _value(table: Table, column: Column, number: int, counts: Mapping[str, int]) -> str:
    if column.name == "id":
        return _id(table.name, number)
    if column.nullable and number == 1:
        return "None"
    target = table.target_of(column.name)
    if target is None:
        return _plain(column, bounds_of(column.name, table.checks), number)
    if target == table.name:
        return _id(target, number - 1) if number else "None"
    return _id(target, number % counts[target]) if target in counts else "None"


def _plain(column: Column, bounds: Bounds, number: int) -> str:
    kind = kind_of(column.type)
    if kind.family == "text":
        if bounds.values:
            return repr(bounds.values[number % len(bounds.values)])
        longest = min(one for one in (bounds.longest, kind.length, 30) if one is not None)
        size = longest if number == 2 else min(longest, max(bounds.shortest, 4))
        return repr(f"{number} {'ä b' * 100}"[: max(size, bounds.shortest)])
    if kind.family in {"int", "bigint", "double"}:
        low, high = bounds.low, bounds.high
        value = low + number if low is not None else high - number if high is not None else Decimal(100 * number)
        value = value if high is None else min(value, high)
        return repr(float(value)) if kind.family == "double" else repr(int(value))
    if kind.family == "decimal":
        return repr(f"{(bounds.low or 0) + number * Decimal(1).scaleb(-kind.scale):.{kind.scale}f}")
    return {
        "sa.Boolean()": repr(number % 2 == 0),
        "sa.Date()": f"dt.date(2026, 1, {number + 1})",
        "sa.Time()": f"dt.time(8, {number})",
        "sa.DateTime(timezone=True)": f"dt.datetime(2026, 1, 1, {number}, tzinfo=dt.UTC)",
        "sa.Uuid()": f"uuid.UUID(int={number + 7})",
        "sa.LargeBinary()": f"bytes([{number}])",
    }.get(column.type, f'{{"a": [{number}]}}')
