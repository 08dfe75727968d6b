"""YAML: the same document but for the entries between the slot's comments, and those are plain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml

from scaffolder_fills.guard.characters import check_visible
from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot, lines_of

DEEPEST: Final = 20
"""Levels of mappings and lists in each other."""

_OUTSIDE: Final = "the text reaches out of its slot and changes the rest of the file"
_MERGE: Final = "<<"
_PLAIN_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_TEXT: Final = "tag:yaml.org,2002:str"


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """Compare the documents without what starts between the slot's comments, then look at what the fill brings.

    Raises:
        Rejected: it is not YAML, changes the rest of the document, or holds anchors, aliases, tags or merge keys, or
            other than its kind writes.
    """
    if any(line.lstrip().startswith(("---", "...", "%")) for line in new.text.split("\n")):
        raise Rejected("a document may not begin or end in this slot")
    # First what a single pass over the text finds: an alias could make a document of endless size out of it.
    _plain(after, new)
    trees_before, trees_after = _compose(before), _compose(after)
    kept_before = [_without(document, old) for document in trees_before]
    kept_after = [_without(document, new) for document in trees_after]
    unmarked = [_without(document, new) for document in _compose(_without_markers(after, new))]
    if kept_before != kept_after or kept_after != unmarked:
        raise Rejected(_OUTSIDE)
    _of_kind(kind, _brought(trees_before, old), _brought(trees_after, new))


def _without_markers(text: str, slot: Slot) -> str:
    """Blank the slot's comments: the document must not change, or one of them has become part of a value."""
    lines = lines_of(text)
    lines[slot.start - 1] = lines[slot.end - 1] = "\n"
    return "".join(lines)


def _compose(text: str) -> list[yaml.Node | None]:
    try:
        return list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error)
        raise Rejected(f"it is not YAML: {problem}") from None


def _without(node: yaml.Node | None, slot: Slot, depth: int = 0) -> object:
    """Give the tree as plain values, without the entries and items that start between the slot's comments."""
    if depth > DEEPEST:
        raise Rejected(f"it is nested deeper than {DEEPEST} levels")
    if isinstance(node, yaml.MappingNode):
        _no_key_twice(node, slot)
        pairs = [
            (_without(key, slot, depth + 1), _without(value, slot, depth + 1))
            for key, value in node.value
            if not _is_inside(key, slot)
        ]
        return ["map", node.tag, pairs, "slot" if len(pairs) < len(node.value) else ""]
    if isinstance(node, yaml.SequenceNode):
        items = [_without(item, slot, depth + 1) for item in node.value if not _is_inside(item, slot)]
        return ["list", node.tag, items, "slot" if len(items) < len(node.value) else ""]
    if isinstance(node, yaml.ScalarNode):
        return ["value", node.tag, node.value]
    return None


def _brought(documents: list[yaml.Node | None], slot: Slot) -> list[tuple[yaml.Node | None, yaml.Node]]:
    """Give the entries (key and value) and items (`None` and value) that start between the slot's comments."""
    found: list[tuple[yaml.Node | None, yaml.Node]] = []
    level = [node for node in documents if node is not None]
    for _ in range(DEEPEST + 1):
        below: list[yaml.Node] = []
        for node in level:
            if isinstance(node, yaml.MappingNode):
                found += [pair for pair in node.value if _is_inside(pair[0], slot)]
                below += [value for key, value in node.value if not _is_inside(key, slot)]
            elif isinstance(node, yaml.SequenceNode):
                found += [(None, item) for item in node.value if _is_inside(item, slot)]
                below += [item for item in node.value if not _is_inside(item, slot)]
        level = below
    return found


def _of_kind(
    kind: str, old: list[tuple[yaml.Node | None, yaml.Node]], new: list[tuple[yaml.Node | None, yaml.Node]]
) -> None:
    """See that entries are such as their kind writes, whoever wrote these: texts, under the same key if it is one."""
    for key, value in new:
        if not isinstance(value, yaml.ScalarNode) or value.style not in {'"', "'"}:
            raise Rejected("only texts in quotes may stand in this slot")
        if key is not None and not _is_plain_key(key):
            raise Rejected("only plain words may be keys in this slot, or texts in quotes")
        if (key or value).start_mark.line != value.end_mark.line:
            raise Rejected("an entry stands on one line in this slot")
        check_visible(value.value)
        check_visible(str(key.value) if key is not None else "")
    if kind == "text" and _keys(old) != _keys(new):
        raise Rejected(f"the slot holds one entry, {', '.join(map(str, _keys(old)))}")


def _is_plain_key(key: yaml.Node) -> bool:
    # In quotes it is text to PyYAML, but not to every reader.
    if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT or key.value == _MERGE:
        return False
    return key.style in {'"', "'"} or _PLAIN_KEY.fullmatch(key.value) is not None


def _keys(pairs: list[tuple[yaml.Node | None, yaml.Node]]) -> list[object]:
    return [key.value if key is not None else None for key, _ in pairs]


def _no_key_twice(node: yaml.MappingNode, slot: Slot) -> None:
    keys = [(key.value, _is_inside(key, slot)) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    seen: set[str] = set()
    doubled = {name for name, _ in keys if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
    for name, is_inside in keys:
        if is_inside and name in doubled:
            raise Rejected(f"the key {name!r} stands twice")


def _is_inside(node: yaml.Node, slot: Slot) -> bool:
    return slot.start < _line(node) < slot.end


def _plain(text: str, slot: Slot) -> None:
    for event in _events(text, slot):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Rejected("anchors and aliases are not allowed in this slot")
        if getattr(event, "tag", None) is not None:
            raise Rejected("tags are not allowed in this slot")
        if isinstance(event, yaml.ScalarEvent) and event.value == _MERGE and event.style is None:
            raise Rejected("merge keys are not allowed in this slot")


def _events(text: str, slot: Slot) -> Iterator[yaml.Event]:
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if slot.start < _line(event) < slot.end:
                yield event
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise Rejected(f"it is nested deeper than {DEEPEST} levels")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, Rejected):
            raise
        raise Rejected(f"it is not YAML: {getattr(error, 'problem', None) or error}") from None


def _line(thing: yaml.Node | yaml.Event) -> int:
    # Marks count from 0.
    return thing.start_mark.line + 1 if thing.start_mark is not None else 0
