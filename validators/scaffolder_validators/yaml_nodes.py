"""YAML as plain data with the place of each key, for files that people and platforms read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

_MOST_NODES = 50_000
_DEEPEST = 60
_BRACKETS = 200
_BLOCKS = re.compile(r"^[ ?:-]{200}", re.MULTILINE)


class TooLargeError(Exception):
    """It is nested deeper, or aliases make it larger, than what anybody writes."""


def compose(text: str) -> list[yaml.Node]:
    """Parse YAML into nodes, one for each document that is not empty.

    Raises:
        TooLargeError: nested deeper than 200.
        yaml.YAMLError: broken syntax.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # The composer of libyaml's binding recurses in C and would take the whole process down.
    if text.count("[") + text.count("{") > _BRACKETS or _BLOCKS.search(text):
        _measure(text, loader)
    return [root for root in yaml.compose_all(text, Loader=loader) if root is not None]


def _measure(text: str, loader: Any) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _BRACKETS:
            raise TooLargeError


def read_yaml(text: str) -> list[tuple[Any, dict[tuple[str | int, ...], tuple[int, int]]]]:
    """Give data and places of each document; broken syntax gives none.

    Keys are texts as they are written (`on` stays `on`); dates and numbers that JSON does not have are texts.

    Raises:
        TooLargeError: more than 50,000 values once aliases are written out, or nested deeper than 60.
    """
    try:
        roots = compose(text)
    except (yaml.YAMLError, ValueError):
        return []
    readers = [(_Reader(), root) for root in roots]
    return [(reader.plain(root, ()), reader.places) for reader, root in readers]


class _Reader:
    def __init__(self) -> None:
        self.places: dict[tuple[str | int, ...], tuple[int, int]] = {}
        self._seen = 0
        self._scalars = SafeConstructor()

    def plain(self, node: yaml.Node, keys: tuple[str | int, ...]) -> Any:
        self._seen += 1
        if self._seen > _MOST_NODES or len(keys) > _DEEPEST:
            raise TooLargeError
        if isinstance(node, yaml.MappingNode):
            return {name: self._placed(key, value, (*keys, name)) for name, key, value in self._pairs(node)}
        if isinstance(node, yaml.SequenceNode):
            return [self._placed(item, item, (*keys, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _placed(self, at: yaml.Node, node: yaml.Node, keys: tuple[str | int, ...]) -> Any:
        self.places[keys] = (at.start_mark.line + 1, at.start_mark.column + 1)
        return self.plain(node, keys)

    def _pairs(self, node: yaml.MappingNode, depth: int = 0) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Give name, key and value; what `<<` merges comes first, so that the mapping's own keys win."""
        self._seen += 1
        if depth > _DEEPEST or self._seen > _MOST_NODES:
            raise TooLargeError
        for key, value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if isinstance(merged, yaml.MappingNode):
                        yield from self._pairs(merged, depth + 1)
        for key, value in node.value:
            if key.tag != "tag:yaml.org,2002:merge":
                yield (key.value if isinstance(key, yaml.ScalarNode) else str(key.tag)), key, value

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            return node.value
        plain = value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and isfinite(value))
        return value if plain else node.value
