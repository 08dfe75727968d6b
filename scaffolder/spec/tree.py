"""YAML text -> a tree of nodes that know their line and column.

The tree is built from parser events rather than by PyYAML's composer: that one recurses in C without a limit, and is
slower. Scalars follow the core schema of YAML 1.2.2 (section 10.3), so `no`, `on`, `1_000` and `12:30` stay text.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from scaffolder.spec.problems import Place, Position, Problems, quote

DEPTH_LIMIT = 50
SCALAR_LIMIT = 100_000
"""Characters in one scalar; a spec describes a project, it does not carry its content."""

NODE_LIMIT = 1_000_000
"""Keys and values in one file; 10,000 entities of ten fields have a fifth of it."""

_EXPANSION_BASE = 10_000

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,400}\Z")
_OCTAL = re.compile(r"0o[0-7]{1,400}\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,400}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_STRING_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})
_COLLECTION_TAGS = frozenset({"!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})

Scalar = str | int | float | bool | None


class BaseNode:
    """A YAML value at `line` and `column`, both from 1; `size` counts it and all below it, `height` their depth."""

    # Plain classes: a dataclass costs a millisecond at import, and half a million of these may be made.
    __slots__ = ("column", "height", "line", "size")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.size = 1
        self.height = 1


class ScalarNode(BaseNode):
    """A scalar: its `text`, and whether it was written without quotes, so that it may be something else than text."""

    __slots__ = ("plain", "text")

    def __init__(self, line: int, column: int, text: str, *, plain: bool) -> None:
        super().__init__(line, column)
        self.text = text
        self.plain = plain

    @property
    def value(self) -> Scalar:
        """The value by the core schema."""
        return resolve(self.text) if self.plain else self.text


class SequenceNode(BaseNode):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, line: int, column: int, items: list[Node]) -> None:
        super().__init__(line, column)
        self.items = items


class MappingNode(BaseNode):
    """A mapping; keys are scalars and count as their text. `flow` says that it was written with braces."""

    __slots__ = ("flow", "keys", "values")

    def __init__(
        self, line: int, column: int, keys: dict[str, ScalarNode], values: dict[str, Node], *, flow: bool
    ) -> None:
        super().__init__(line, column)
        self.keys = keys
        self.values = values
        self.flow = flow


Node = ScalarNode | SequenceNode | MappingNode


def resolve(text: str) -> Scalar:
    """Return the value of a plain scalar by the core schema; a number with an absurd number of digits stays text."""
    first = text[:1]
    if first.isalpha() or first in {"", "~"}:
        if text in _NULL:
            return None
        return _BOOL.get(text, text)
    if _INT.match(text):
        return int(text)
    if _OCTAL.match(text):
        return int(text, 0)
    if _HEX.match(text):
        return int(text, 0)
    if _SPECIAL.match(text):
        return float(text.replace(".", ""))
    if _FLOAT.match(text):
        return float(text)
    return text


def plain_value(node: Node) -> Any:
    """Return `node` as strings, numbers, booleans, None, lists and dicts."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain_value(item) for item in node.items]
    return {key: plain_value(value) for key, value in node.values.items()}


class _StopError(Exception):
    """The rest of the text cannot be read; the problem was added already."""


class _Frame:
    """A collection that is still open."""

    __slots__ = ("anchor", "key", "node")

    def __init__(self, node: SequenceNode | MappingNode, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: ScalarNode | None = None


class _Builder:
    """Puts events together; a key that stands twice is a problem, and its second value is dropped."""

    def __init__(self, problems: Problems, expansion_limit: int) -> None:
        self._problems = problems
        self._limit = expansion_limit
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self.root: Node | None = None

    def feed(self, event: Any) -> None:
        """Take the next event of the document."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _scalar(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        plain = event.implicit[0]
        text = event.value
        node = ScalarNode(line, column, text, plain=plain)
        if event.tag is not None:
            if event.tag not in _STRING_TAGS:
                self._tag(node, event.tag)
            node.plain = False
        if len(text) > SCALAR_LIMIT:
            message = f"this text has {len(text):,} characters; at most {SCALAR_LIMIT:,} are allowed"
            self._problems.error(node, "too-long", message, "keep content out of the spec")
            node.text = text[:SCALAR_LIMIT]
        if event.anchor:
            self._anchors[event.anchor] = node
        self._place(node)

    def _open(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        node: SequenceNode | MappingNode
        if isinstance(event, yaml.MappingStartEvent):
            node = MappingNode(line, column, {}, {}, flow=bool(event.flow_style))
        else:
            node = SequenceNode(line, column, [])
        if event.tag is not None and event.tag not in _COLLECTION_TAGS:
            self._tag(node, event.tag)
        if len(self._stack) >= DEPTH_LIMIT:
            self.stop(node, "too-deep", f"nested more than {DEPTH_LIMIT} levels deep")
        self._stack.append(_Frame(node, event.anchor))

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.anchor:
            self._anchors[frame.anchor] = frame.node
        self._place(frame.node)

    def _alias(self, event: Any) -> None:
        at = ScalarNode(event.start_mark.line + 1, event.start_mark.column + 1, "", plain=True)
        name = event.anchor
        if any(frame.anchor == name for frame in self._stack):
            self.stop(at, "yaml-alias", f"alias *{name} stands inside its own anchor", "write the value out")
        node = self._anchors.get(name)
        if node is None:
            self._problems.unknown(at, "yaml-alias", "alias", name, self._anchors)
            node = at
        if len(self._stack) + node.height > DEPTH_LIMIT:
            self.stop(at, "too-deep", f"nested more than {DEPTH_LIMIT} levels deep")
        self._place(node, at)

    def _place(self, node: Node, at: Node | None = None) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        parent = frame.node
        parent.size += node.size
        if node.height >= parent.height:
            parent.height = node.height + 1
        if parent.size > self._limit:
            if at is not None:
                self.stop(at, "too-large", "aliases make this file too large", "write the values out")
            self.stop(node, "too-large", f"the file has more than {NODE_LIMIT:,} values", "split the project")
        if isinstance(parent, SequenceNode):
            parent.items.append(node)
        elif frame.key is None:
            frame.key = self._key(node)
        else:
            self._pair(parent, frame.key, node)
            frame.key = None

    def _key(self, node: Node) -> ScalarNode:
        if isinstance(node, ScalarNode):
            return node
        # `id: {{ input.x }}` is a mapping whose key is a mapping.
        expression = isinstance(node, MappingNode) and node.flow
        hint = "put text with {{ … }} in quotes" if expression else "did you forget quotes or a space after ':'?"
        self._problems.error(node, "yaml-key", "a key must be plain text", hint)
        return ScalarNode(node.line, node.column, f"\0{node.line}:{node.column}", plain=False)

    def _pair(self, parent: MappingNode, key: ScalarNode, value: Node) -> None:
        name = key.text
        if name.startswith("\0"):
            return
        if name == "<<" and key.plain:
            self._problems.error(key, "yaml-merge", "merge keys (<<) are not supported", "write the keys out")
        elif (first := parent.keys.get(name)) is not None:
            message = f"key {quote(name)} stands twice, first in line {first.line}"
            self._problems.error(key, "duplicate-key", message, "keep one of them")
        else:
            parent.keys[name] = key
            parent.values[name] = value

    def _tag(self, node: Node, tag: str) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        self._problems.error(node, "yaml-tag", f"tags such as {quote(shown)} are not supported", "leave the tag out")

    def stop(self, at: Place, code: str, message: str, hint: str = "") -> None:
        """Add an error and give up on the rest of the text."""
        self._problems.error(at, code, message, hint)
        raise _StopError


def _place(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def parse(text: str, problems: Problems) -> Node | None:
    """Return the root of the only document in `text`, or None after adding what is wrong to `problems`."""
    # Not every build of PyYAML has libyaml; the parser in Python gives the same events, slowly.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    builder = _Builder(problems, min(len(text) + _EXPANSION_BASE, NODE_LIMIT))
    documents = 0
    try:
        while loader.check_event():
            event: Any = loader.get_event()
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    hint = "remove '---' and what follows"
                    builder.stop(_place(event), "yaml-documents", "a spec is one YAML document", hint)
            builder.feed(event)
    except _StopError:
        return None
    except yaml.MarkedYAMLError as error:
        _add_syntax_error(error, text, problems)
        return None
    except yaml.reader.ReaderError as error:
        # Characters that YAML refuses were found before; the offset here counts bytes or characters, so leave it out.
        problems.error(Position(0, 0), "not-text", f"not valid YAML: {error.reason}")
        return None
    return builder.root


def _add_syntax_error(error: yaml.MarkedYAMLError, text: str, problems: Problems) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    lines = text.splitlines()
    row = lines[line] if line < len(lines) else ""
    message = " ".join(filter(None, (error.problem, error.context))) or "not YAML"
    at = Position(line + 1, column + 1)
    problems.error(at, "yaml-syntax", f"not valid YAML: {message}", _syntax_hint(message, row, column))


def _syntax_hint(message: str, row: str, column: int) -> str:
    if "\t" in row[: column + 1]:
        return "YAML does not allow tabs here: indent with spaces"
    if row[column : column + 1] in {"%", "@", "`"}:
        return f"put text that starts with {row[column]} in quotes"
    if "mapping values are not allowed" in message:
        return "put text that holds ': ' in quotes, and check the indentation"
    if "{{" in row or "}}" in row:
        return "put text with {{ … }} in quotes"
    if "flow" in message or "expected ',' or" in message:
        return "check that every { has its } and every [ its ]"
    if "could not find expected ':'" in message or "block mapping" in message:
        return "check the indentation here and in the line above, and that every key has a ':'"
    if "quoted scalar" in message:
        return "a quote is not closed"
    return "check the indentation, quotes and brackets here and in the line above"
