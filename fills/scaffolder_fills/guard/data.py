"""YAML: the same document but for the entries between the slot's comments, and those are plain."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

_DEEPEST = 20


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """Compare the documents without what starts between the slot's comments, then look at what the fill brings.

    Raises:
        Rejected: it is not YAML, changes the rest of the document, or holds anchors, aliases, tags or merge keys.
    """
    del kind
    if any(line.lstrip().startswith(("---", "...", "%")) for line in new.text.split("\n")):
        raise Rejected("a document may not begin or end in this slot")
    kept_before = [_without(document, old) for document in _compose(before)]
    kept_after = [_without(document, new) for document in _compose(after)]
    unmarked = [_without(document, new) for document in _compose(_without_markers(after, new))]
    if kept_before != kept_after or kept_after != unmarked:
        raise Rejected("the text reaches out of its slot and changes the rest of the file")
    _plain(after, new)


def _without_markers(text: str, slot: Slot) -> str:
    """Blank the slot's comments: the document must not change, or one of them has become part of a value."""
    lines = text.splitlines(keepends=True)
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
    if depth > _DEEPEST:
        raise Rejected(f"it is nested deeper than {_DEEPEST} levels")
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


def _no_key_twice(node: yaml.MappingNode, slot: Slot) -> None:
    keys = [(key.value, _is_inside(key, slot)) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    names = [name for name, _ in keys]
    for name, is_inside in keys:
        if is_inside and names.count(name) > 1:
            raise Rejected(f"the key {name!r} stands twice")


def _is_inside(node: yaml.Node, slot: Slot) -> bool:
    return slot.start < _line(node) < slot.end


def _plain(text: str, slot: Slot) -> None:
    for event in _events(text, slot):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Rejected("anchors and aliases are not allowed in this slot")
        if getattr(event, "tag", None) is not None:
            raise Rejected("tags are not allowed in this slot")
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<":
            raise Rejected("merge keys are not allowed in this slot")


def _events(text: str, slot: Slot) -> Iterator[yaml.Event]:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if slot.start < _line(event) < slot.end:
            yield event


def _line(thing: yaml.Node | yaml.Event) -> int:
    # Marks count from 0.
    return thing.start_mark.line + 1 if thing.start_mark is not None else 0
