"""What must be so after any fill, whoever wrote it."""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import yaml
from markdown_it import MarkdownIt
from scaffolder_fills.guard import guard
from scaffolder_fills.kinds import load
from scaffolder_fills.slot import find_slots

from tests.hostile.samples import SLOT, Sample


def put(sample: Sample, text: str) -> str | None:
    """Put lines into the slot; gives the file, or nothing if they are refused. Anything else is an escape."""
    try:
        after = guard(sample.path, sample.source, SLOT, text, sample.kind)
    except ValueError:  # `Rejected` is one
        return None
    check(sample, after, text)
    return after


def answer(sample: Sample, data: Mapping[str, Any]) -> str | None:
    """Put what a model answers into the slot; gives the file, or nothing if it is refused."""
    kind = load(sample.kind)
    try:
        text = kind.write(kind.schema(sample.place).model_validate(data), sample.place)
    except ValueError:  # a ValidationError is one
        return None
    return put(sample, text)


def check(sample: Sample, after: str, text: str) -> None:
    """See that outside of the slot each byte is the same, that the slots are found again, and that the file parses."""
    before, _, rest = sample.source.partition(f"slot: {SLOT}")
    _, closing, end = rest.partition("end slot")
    head = before + f"slot: {SLOT}" + rest[: rest.index("\n") + 1]
    static = sample.place.static
    tail = rest[rest.index("\n") + 1 + len(static) :]
    assert after == head + text + tail
    assert closing
    assert tail.endswith(end)
    were, are = find_slots(sample.source, sample.path), find_slots(after, sample.path)
    assert [slot.id for slot in were] == [slot.id for slot in are]
    assert [slot.text for slot in were if slot.id != SLOT] == [slot.text for slot in are if slot.id != SLOT]
    assert next(slot.text for slot in are if slot.id == SLOT) == text
    _PARSERS[sample.path.rpartition(".")[2]](after)
    if sample.path.endswith(".py"):
        assert _outline(sample) == _outline(replace(sample, source=after))


def _python(text: str) -> None:
    compile(ast.parse(text), "fill", "exec", dont_inherit=True)


def _outline(sample: Sample) -> list[str]:
    """Give each statement that does not hold the slot, and the first lines of those that do, as they were parsed."""
    start, end = next((slot.start, slot.end) for slot in find_slots(sample.source, sample.path) if slot.id == SLOT)
    found: list[str] = []
    level: list[ast.AST] = [ast.parse(sample.source)]
    for node in level:
        for child in ast.iter_child_nodes(node):
            decorators = [one.lineno for one in getattr(child, "decorator_list", ())]
            first, last = min([getattr(child, "lineno", 0), *decorators]), getattr(child, "end_lineno", 0)
            if first > end or (0 < last < start):
                found.append(f"{type(node).__name__}: {ast.dump(child)}")
            elif first <= start and last >= end:
                found.append(f"{type(child).__name__} {getattr(child, 'name', '')} in {type(node).__name__}")
                level.append(child)
    return sorted(found)


def _yaml(text: str) -> None:
    # `on` is true in YAML 1.1, hence the loader that resolves nothing.
    read = yaml.load(text, Loader=yaml.BaseLoader)  # it makes texts, lists and mappings only
    assert isinstance(read, dict)
    assert set(read) in ({"on", "labels", "jobs"}, {"title", "description", "command", "other"}, {"names", "other"})


def _markdown(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(text)
    headings = [tokens[number + 1].content for number, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == ["Title", "Next"]
    assert [token.content for token in tokens if token.type == "fence"] == ["make test\n"]
    assert len([token for token in tokens if token.type == "html_block"]) == 4


def _sql(text: str) -> None:
    database = sqlite3.connect(":memory:")
    database.executescript("CREATE TABLE tags (id, name, weight, used); CREATE TABLE users (id, name);")
    database.executescript(text)
    assert database.execute("SELECT * FROM users").fetchall() == [("0", "root")]
    tables = database.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
    assert tables == [("tags",), ("users",)]
    database.close()


def _script(text: str) -> None:
    opened: list[str] = []
    for character in text:
        if character in "([{":
            opened.append(character)
        elif character in ")]}" and "\"'`" not in text:
            assert opened
            assert opened.pop() + character in {"()", "[]", "{}"}


_PARSERS: Mapping[str, Callable[[str], None]] = {
    "py": _python,
    "yml": _yaml,
    "md": _markdown,
    "sql": _sql,
    "ts": _script,
}
