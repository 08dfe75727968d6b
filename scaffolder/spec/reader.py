"""Reads values of the expected kind from YAML nodes; what is of another kind becomes a problem and reads as None."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from scaffolder.spec.problems import Problems, nearest, quote
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode

_DURATION = re.compile(r"\s*([0-9]{1,9})\s*([A-Za-z]*)\s*\Z")
_RATE = re.compile(r"\s*([0-9]{1,9})\s*/\s*([A-Za-z]+)\s*\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_RATE_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3_600,
    "hour": 3_600,
    "day": 86_400,
}


def parse_duration(text: str) -> int | None:
    """Return the seconds of `30s`, `15m`, `2h`, `7d` or `1w`, or None."""
    match = _DURATION.match(text)
    return int(match[1]) * _SECONDS[match[2]] if match and match[2] in _SECONDS else None


def parse_rate(text: str) -> tuple[int, int] | None:
    """Return requests and seconds of `100/min`, or None."""
    match = _RATE.match(text)
    return (int(match[1]), _RATE_UNITS[match[2].lower()]) if match and match[2].lower() in _RATE_UNITS else None


def describe(node: Node) -> str:
    """Return what `node` is, in the words of a message."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if node.plain and node.value is None:
        return "nothing"
    return quote(node.text)


@dataclass(frozen=True, slots=True)
class Entry:
    """One pair of a mapping."""

    name: str
    key: ScalarNode
    value: Node


class Reader:
    """Reads nodes and adds what is wrong to `problems`; `what` names the value in messages (`auth.access`)."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def wrong(self, node: Node, what: str, expected: str, hint: str = "") -> None:
        """Add a problem: `what` is of another kind than `expected`."""
        self.problems.error(node, "wrong-type", f"{what} must be {expected}, not {describe(node)}", hint)

    def mapping(self, node: Node | None, what: str, hint: str = "") -> MappingNode | None:
        """Return `node` if it is a mapping."""
        if isinstance(node, MappingNode):
            return node
        if node is not None:
            self.wrong(node, what, "a mapping", hint)
        return None

    def entries(self, node: Node | None, what: str, hint: str = "") -> Iterator[Entry]:
        """Yield the pairs of a mapping with free keys."""
        mapping = self.mapping(node, what, hint)
        if mapping is not None:
            for name, value in mapping.values.items():
                yield Entry(name, mapping.keys[name], value)

    def known(self, node: Node | None, what: str, keys: Collection[str], hint: str = "") -> Mapping[str, Node]:
        """Return the values of a mapping whose keys are among `keys`; a key with nothing behind it counts as absent."""
        mapping = self.mapping(node, what, hint)
        if mapping is None:
            return {}
        values: dict[str, Node] = {}
        for name, value in mapping.values.items():
            if name not in keys:
                self.problems.unknown(mapping.keys[name], "unknown-key", f"key in {what}:", name, keys)
            elif isinstance(value, ScalarNode) and value.plain and value.value is None:
                self.problems.error(
                    mapping.keys[name], "wrong-type", f"{what}.{name} is empty", "give a value or remove it"
                )
            else:
                values[name] = value
        return values

    @staticmethod
    def is_mapping(node: Node) -> bool:
        """Return whether `node` is a mapping."""
        return isinstance(node, MappingNode)

    @staticmethod
    def has_key(node: Node, name: str) -> bool:
        """Return whether `node` is a mapping with that key, whatever stands behind it."""
        return isinstance(node, MappingNode) and name in node.values

    def text(self, node: Node | None, what: str) -> str | None:
        """Return a non-empty text."""
        if node is None:
            return None
        if not isinstance(node, ScalarNode):
            self.wrong(node, what, "text")
        elif not isinstance(node.value, str):
            hint = f'write "{node.text}" if you mean text' if node.text else ""
            self.wrong(node, what, "text", hint)
        elif not node.text.strip():
            self.problems.error(node, "empty", f"{what} is empty")
        else:
            return node.text.strip()
        return None

    def word(self, node: Node | None, what: str) -> str | None:
        """Return a text for which `true`, `null` or `1` without quotes are fine, as the values of an enum."""
        if node is None or (isinstance(node, ScalarNode) and node.text.strip()):
            return node.text.strip() if isinstance(node, ScalarNode) else None
        self.wrong(node, what, "text")
        return None

    def boolean(self, node: Node | None, what: str) -> bool | None:
        """Return a boolean."""
        if node is None:
            return None
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return node.value
        yes = isinstance(node, ScalarNode) and node.text.lower() in {"yes", "on", "y", "1", "true"}
        no = isinstance(node, ScalarNode) and node.text.lower() in {"no", "off", "n", "0", "false"}
        self.wrong(node, what, "true or false", f"write {'true' if yes else 'false'}" if yes or no else "")
        return None

    def integer(self, node: Node | None, what: str, low: int, high: int) -> int | None:
        """Return an integer from `low` to `high`."""
        if node is None:
            return None
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(node, what, "a whole number")
            return None
        if not low <= value <= high:
            self.problems.error(node, "out-of-range", f"{what} must be from {low:,} to {high:,}, not {value:,}")
            return None
        return value

    def number(self, node: Node | None, what: str, low: float, high: float) -> float | None:
        """Return a number between `low` and `high`, both included."""
        if node is None:
            return None
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(node, what, "a number")
            return None
        if not low <= value <= high:
            self.problems.error(node, "out-of-range", f"{what} must be from {low:g} to {high:g}, not {value:g}")
            return None
        return float(value)

    def duration(self, node: Node | None, what: str, low: int, high: int) -> int | None:
        """Return the seconds of a duration from `low` to `high` seconds."""
        if node is None:
            return None
        seconds = parse_duration(node.text) if isinstance(node, ScalarNode) else None
        if seconds is None:
            hint = "write a number and s, m, h, d or w, such as 30s or 15m"
            self.wrong(node, what, "a duration", hint)
        elif not low <= seconds <= high:
            message = f"{what} must be from {format_duration(low)} to {format_duration(high)}"
            self.problems.error(node, "out-of-range", message)
            return None
        return seconds

    def rate(self, node: Node | None, what: str) -> tuple[int, int] | None:
        """Return requests and seconds of a rate."""
        if node is None:
            return None
        found = parse_rate(node.text) if isinstance(node, ScalarNode) else None
        if found is None:
            self.wrong(node, what, "a rate", "write a number of requests per s, min, hour or day, such as 100/min")
        elif found[0] < 1:
            self.problems.error(node, "out-of-range", f"{what} must allow at least one request")
            return None
        return found

    def items(self, node: Node | None, what: str) -> list[Node]:
        """Return the items of a list; a single text counts as a list of one."""
        if node is None:
            return []
        if isinstance(node, SequenceNode):
            return node.items
        if isinstance(node, ScalarNode) and isinstance(node.value, str):
            return [node]
        self.wrong(node, what, "a list", "write [one, two]")
        return []

    def words(self, node: Node | None, what: str) -> list[tuple[str, ScalarNode]]:
        """Return the texts of a list with their nodes; one that stands twice is a problem."""
        found: dict[str, ScalarNode] = {}
        for item in self.items(node, what):
            word = self.word(item, f"an item of {what}")
            if word is None or not isinstance(item, ScalarNode):
                continue
            if word in found:
                self.problems.error(item, "duplicate", f"{quote(word)} stands twice in {what}", "keep one of them")
            else:
                found[word] = item
        return list(found.items())

    def names(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Return the texts of a list, or a single one."""
        return tuple(word for word, _ in self.words(node, what)) if node is not None else ()

    def choice(self, node: Node | None, what: str, options: Collection[str]) -> str | None:
        """Return a text that is one of `options`."""
        word = self.text(node, what)
        if word is None or word in options or node is None:
            return word
        guess = nearest(word, options)
        hint = f"did you mean {quote(guess)}?" if guess else "one of: " + ", ".join(options)
        self.problems.error(node, "unknown-value", f"{what} cannot be {quote(word)}", hint)
        return None


def format_duration(seconds: int) -> str:
    """Return `seconds` as the spec writes them: 900 -> `15m`."""
    for unit, length in reversed(_SECONDS.items()):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
