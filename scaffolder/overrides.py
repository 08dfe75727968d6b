"""`--data KEY=VALUE`: change parts of a spec's text by dotted key, keeping its comments, layout and line numbers.

The text is edited in place rather than loaded and dumped again: what is written into the project is still the file
that a person wrote, and a problem in the untouched part still names the line that they see in their editor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from scaffolder.errors import BadInputError
from scaffolder.problem import Problem

_DEPTH_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Override:
    """One `--data` option: a dotted key and the YAML text of its value."""

    key: str
    value: str

    @property
    def label(self) -> str:
        """How messages name this override."""
        return f"--data {self.key}"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of characters of the edited text, and where it comes from: an offset in the original, or an override."""

    text: str
    offset: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Overridden:
    """The edited text, and the way back from a place in it to the place that the user knows."""

    text: str
    original: str
    pieces: tuple[_Piece, ...]

    def locate(self, line: int, column: int) -> str | tuple[int, int]:
        """Give the override's label for a 1-based line and column of `text`, or line and column in the original."""
        index = sum(len(row) + 1 for row in self.text.split("\n")[: line - 1]) + column - 1
        for piece in self.pieces:
            if index < len(piece.text) or piece is self.pieces[-1]:
                if piece.label is not None:
                    return piece.label
                before = self.original[: piece.offset + index]
                return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
            index -= len(piece.text)
        return line, column

    def relabel(self, problem: Problem, label: str) -> Problem:
        """Move a problem of the edited text to where the user wrote it; `label` is the file's name."""
        place = self.locate(problem.line, problem.column) if problem.line else (problem.line, problem.column)
        path, line, column = (place, 0, 0) if isinstance(place, str) else (label, *place)
        return Problem(path, line, column, problem.code, problem.severity, problem.message, problem.hint)


def parse_overrides(options: Sequence[str]) -> tuple[Override, ...]:
    """Read `KEY=VALUE` options; raises `BadInputError` with one problem for each that is not of that form."""
    overrides, problems = [], []
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or not all(key.split(".")):
            hint = "write KEY=VALUE with a dotted key, for example project.name=shop"
            problems.append(_problem(f"--data {option}", "data-form", "is not of the form KEY=VALUE", hint))
            continue
        overrides.append(Override(key, value))
    if problems:
        raise BadInputError(tuple(problems))
    return tuple(overrides)


def apply_overrides(text: str, overrides: Sequence[Override]) -> Overridden:
    """Apply the overrides in order; a later one wins.

    A text that is not a YAML mapping is returned as it is: the loader says better what is wrong with it.
    Raises `BadInputError` when a value is not YAML or a key leads through something that is not a mapping.
    """
    result = Overridden(text, text, (_Piece(text, 0),))
    problems = []
    for override in overrides:
        try:
            result = _apply(result, override)
        except _RefusedError as refused:
            problems.append(_problem(override.label, "data-value", str(refused), refused.hint))
    if problems:
        raise BadInputError(tuple(problems))
    return result


class _RefusedError(Exception):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _problem(path: str, code: str, message: str, hint: str) -> Problem:
    return Problem(path=path, line=0, column=0, code=code, severity="error", message=message, hint=hint)


def _apply(current: Overridden, override: Override) -> Overridden:
    value = _value_node(override.value)
    try:
        root = _compose(current.text)
    except yaml.YAMLError:
        return current
    if not isinstance(root, yaml.MappingNode):
        return current
    mapping, keys = root, override.key.split(".")
    for depth, key in enumerate(keys, start=1):
        found = _get(mapping, key)
        rest = keys[depth:]
        if found is None:
            return _insert(current, mapping, _flow({key: _nested(rest, value)}), override)
        key_node, child = found
        if child.start_mark.index < key_node.end_mark.index:
            raise _RefusedError(f"{key} is an alias", "change the value where its anchor is")
        if not rest or _is_null(child):
            return _replace(current, key_node, child, _flow([_nested(rest, value)]), override)
        if not isinstance(child, yaml.MappingNode):
            inner = ".".join(keys[:depth])
            raise _RefusedError(f"{inner} is not a mapping, so it has no {rest[0]!r}", f"give all of {inner}")
        mapping = child
    raise AssertionError("a key has at least one part")


def _value_node(value: str) -> yaml.Node:
    try:
        node = _compose(value)
    except yaml.YAMLError as error:
        reason = getattr(error, "problem", None) or error
        raise _RefusedError(f"the value is not YAML: {reason}", "put the value in quotes") from None
    if node is None:
        return yaml.ScalarNode("tag:yaml.org,2002:str", "", style="'")
    return node


def _compose(text: str) -> yaml.Node | None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for event in yaml.parse(text, loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        # The composer of libyaml's binding recurses in C: a deep enough text would end the process.
        if depth > _DEPTH_LIMIT:
            raise yaml.YAMLError("nested too deeply")
    return yaml.compose(text, loader)


def _nested(keys: Sequence[str], value: yaml.Node) -> yaml.Node:
    for key in reversed(keys):
        value = yaml.MappingNode("tag:yaml.org,2002:map", [(_key(key), value)])
    return value


def _key(key: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", key)


def _flow(wrapped: dict[str, yaml.Node] | list[yaml.Node]) -> str:
    """Write one pair or one value on one line, quoted as needed inside `{}` and so safe outside of it too."""
    node: yaml.Node
    if isinstance(wrapped, dict):
        node = yaml.MappingNode("tag:yaml.org,2002:map", [(_key(key), value) for key, value in wrapped.items()])
    else:
        node = yaml.SequenceNode("tag:yaml.org,2002:seq", wrapped)
    _set_flow(node)
    text: str = yaml.serialize(node, Dumper=yaml.SafeDumper, width=float("inf"), allow_unicode=True)
    return text.strip()[1:-1]


def _set_flow(node: yaml.Node) -> None:
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = True
        for item in node.value:
            for child in item if isinstance(item, tuple) else (item,):
                _set_flow(child)


def _get(mapping: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    for key_node, value in mapping.value:
        if isinstance(key_node, yaml.ScalarNode) and key_node.value == key:
            return key_node, value
    return None


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _end(node: yaml.Node, text: str) -> int:
    """Give the offset after the node's last character; the end mark of a block is behind what follows it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(_end(part, text) for part in last) if isinstance(last, tuple) else _end(last, text)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip("\r\n"))


def _replace(current: Overridden, key: yaml.Node, old: yaml.Node, new: str, override: Override) -> Overridden:
    start, end = int(old.start_mark.index), _end(old, current.text)
    if start == end:
        # "key:" with nothing behind it: the parser puts the empty value at the next token.
        start = end = current.text.index(":", int(key.end_mark.index)) + 1
        new = f" {new}"
    return _splice(current, start, end, new, override)


def _insert(current: Overridden, mapping: yaml.MappingNode, pair: str, override: Override) -> Overridden:
    if mapping.flow_style:
        at = int(mapping.end_mark.index) - 1
        separate = mapping.value and not current.text[:at].rstrip().endswith(",")
        return _splice(current, at, at, f", {pair}" if separate else pair, override)
    text, at = current.text, _end(mapping, current.text)
    line_end = "\r\n" if "\r\n" in text else "\n"
    line = " " * mapping.value[0][0].start_mark.column + pair + line_end
    newline = text.find("\n", at)
    if newline < 0:
        return _splice(current, len(text), len(text), line_end + line, override)
    return _splice(current, newline + 1, newline + 1, line, override)


def _splice(current: Overridden, start: int, end: int, new: str, override: Override) -> Overridden:
    pieces: list[_Piece] = []
    position, placed = 0, False
    for piece in current.pieces:
        left, right = position, position + len(piece.text)
        if left < start:
            pieces.append(_Piece(piece.text[: start - left], piece.offset, piece.label))
        if not placed and right >= start:
            pieces.append(_Piece(new, 0, override.label))
            placed = True
        if right > end:
            cut = max(end - left, 0)
            pieces.append(_Piece(piece.text[cut:], piece.offset + cut, piece.label))
        position = right
    kept = tuple(piece for piece in pieces if piece.text)
    return Overridden("".join(piece.text for piece in kept), current.original, kept)
