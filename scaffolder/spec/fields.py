"""Fields, in one line or as a mapping, -> `FieldSpec`."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from scaffolder.spec.grammar import (
    DECIMAL_DIGITS,
    LENGTH_TYPES,
    NUMBER_TYPES,
    ON_DELETE,
    FieldSyntaxError,
    parse_compact,
    parse_number,
)
from scaffolder.spec.model import FieldSpec, field_names
from scaffolder.spec.problems import Position, nearest, quote
from scaffolder.spec.reader import Reader
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode
from scaffolder.spec.values import DEFAULT_LENGTHS, RANGES, ValueMismatchError, convert, decimal_problem, is_null

LONG_KEYS = tuple(name for name in field_names(FieldSpec) if name != "has_default")
PLACEHOLDER = FieldSpec(type="json", nullable=True)
"""Stands for a field that could not be read, so that what refers to it is not reported as well."""

_LENGTH_LIMITS = {"string": 10_000, "text": 10_000_000, "bytes": 100_000_000}
_PRECISION_LIMIT = 28
_VALUE_LENGTH = 63
_FLAGS = ("array", "nullable", "unique", "index", "owner")


class FieldReader:
    """Reads fields; `entities` are the names that references may lead to (unknown ones are somebody else's problem).

    `stored` says that the fields are columns: an input or an output has no references, keys or indexes.
    """

    def __init__(self, reader: Reader, entities: Collection[str], *, stored: bool) -> None:
        self._reader = reader
        self._problems = reader.problems
        self._entities = entities
        self._stored = stored
        self._known: dict[str, FieldSpec] = {}

    def read(self, name: str, node: Node) -> FieldSpec:
        """Return the field `name`, or a placeholder when it has problems."""
        # Large specs say the same thing in the same words often: `string(1..120)` is read once.
        if not isinstance(node, ScalarNode):
            return self._read(name, node)
        known = self._known.get(node.text)
        if known is None:
            known = self._read(name, node)
            if known is not PLACEHOLDER:
                self._known[node.text] = known
        return known

    def _read(self, name: str, node: Node) -> FieldSpec:
        found = self._problems.errors
        options = self._options(name, node)
        if options is None or self._problems.errors > found:
            return PLACEHOLDER
        self._check(name, node, options)
        if self._problems.errors > found:
            return PLACEHOLDER
        default = options.pop("default", None)
        if default is not None and not is_null(default):
            try:
                options["default"] = convert(options, default)
                options["has_default"] = True
            except ValueMismatchError as error:
                at = default if default.line else node
                self._problems.error(at, "default", f"the default of {quote(name)} {error.message}", error.hint)
                return PLACEHOLDER
        elif default is not None and not options.get("nullable"):
            hint = "put '?' behind the type if it may be missing"
            self._problems.error(default if default.line else node, "default", f"{quote(name)} cannot be null", hint)
            return PLACEHOLDER
        return FieldSpec(**options)

    def _options(self, name: str, node: Node) -> dict[str, Any] | None:
        if isinstance(node, MappingNode):
            return self._long(name, node)
        if isinstance(node, ScalarNode) and not is_null(node):
            return self._compact(node)
        if isinstance(node, SequenceNode) and node.items and isinstance(node.items[0], ScalarNode):
            hint = f"write enum({', '.join(item.text for item in node.items[:5] if isinstance(item, ScalarNode))})"
        else:
            hint = "such as string(1..200)"
        self._reader.wrong(node, f"field {quote(name)}", "a type or a mapping", hint)
        return None

    def _compact(self, node: ScalarNode) -> dict[str, Any] | None:
        try:
            return parse_compact(node.text)
        except FieldSyntaxError as error:
            # The offset holds for text on one line; the quote in front of it counts.
            shift = error.offset + (not node.plain) if "\n" not in node.text else 0
            at = Position(node.line, node.column + shift)
            hint = error.hint
            if error.code == "unknown-type" and (guess := self._entity_like(node.text.strip())):
                hint = f"for a reference write -> {guess}"
            self._problems.error(at, error.code, error.message, hint)
            return None

    def _entity_like(self, text: str) -> str | None:
        if not text[:1].isupper() or not text.isidentifier():
            return None
        return text if text in self._entities else nearest(text, self._entities)

    def _long(self, name: str, node: MappingNode) -> dict[str, Any] | None:
        what = f"field {quote(name)}"
        given = self._reader.known(node, what, LONG_KEYS)
        kind = given.get("type")
        if kind is None:
            if "type" not in node.values:
                self._problems.error(node, "missing-key", f"{what} has no type", "such as type: string(1..200)")
            return None
        word = self._reader.text(kind, f"{what}: type")
        if word is None or not isinstance(kind, ScalarNode):
            return None
        options = self._long_type(word, kind, given)
        if options is None:
            return None
        for key in given.keys() - {"type", "values", "target"}:
            if key in options and not (options["type"] == "decimal" and "(" not in word):
                self._problems.error(node.keys[key], "twice", f"{what}: {key} stands in its type already", "keep one")
        self._long_values(what, given, options)
        return options

    def _long_type(self, word: str, node: ScalarNode, given: Any) -> dict[str, Any] | None:
        if word in {"reference", "many"}:
            target = self._reader.text(given.get("target"), "target")
            if "target" not in given:
                self._problems.error(node, "missing-key", f"a {word} needs a target", "such as target: User")
            return {"type": word, "target": target} if target else None
        if word == "enum":
            if "values" not in given:
                self._problems.error(node, "missing-key", "an enum needs its values", "such as values: [low, high]")
                return None
            values = self._reader.words(given["values"], "values")
            return {"type": "enum", "values": tuple(value for value, _ in values)}
        options = self._compact(node)
        for key, types in (("values", "enum"), ("target", "references")):
            if key in given and options is not None:
                self._problems.error(given[key], "contradiction", f"{key} is for {types}", "remove it")
        return options

    def _long_values(self, what: str, given: Any, options: dict[str, Any]) -> None:
        read = self._reader
        found: dict[str, Any] = {flag: read.boolean(given.get(flag), f"{what}: {flag}") or None for flag in _FLAGS}
        found |= {key: read.integer(given.get(key), f"{what}: {key}", 0, 1_000) for key in ("precision", "scale")}
        found |= {key: self._number(given.get(key), f"{what}: {key}", options) for key in ("minimum", "maximum")}
        found |= {key: read.text(given.get(key), f"{what}: {key}") for key in ("label", "description")}
        found["renamed_from"] = read.names(given.get("renamed_from"), f"{what}: renamed_from") or None
        found["on_delete"] = read.choice(given.get("on_delete"), f"{what}: on_delete", ON_DELETE)
        found["default"] = given.get("default")
        options.update((key, value) for key, value in found.items() if value is not None)

    def _number(self, node: Node | None, what: str, options: dict[str, Any]) -> int | Decimal | None:
        if node is None:
            return None
        try:
            return parse_number(node.text if isinstance(node, ScalarNode) else "", 0, options["type"])
        except FieldSyntaxError as error:
            self._problems.error(node, "wrong-type", f"{what}: {error.message}")
            return None

    def _check(self, name: str, node: Node, options: dict[str, Any]) -> None:
        if options["type"] in {"reference", "many"}:
            self._check_reference(name, node, options)
            return
        for key in ("on_delete", "owner"):
            if key in options:
                self._error(node, name, f"{key} is for references", "such as -> User")
        for key in ("unique", "index", "renamed_from"):
            if options.get(key) and not self._stored:
                self._error(node, name, f"{key} is for the fields of entities", f"remove {key}")
            elif (
                key != "renamed_from"
                and options.get(key)
                and (options.get("array") or options["type"] in {"json", "bytes"})
            ):
                self._error(node, name, f"a list, json or bytes cannot be {'indexed' if key == 'index' else key}")
        if options["type"] == "decimal":
            self._check_decimal(name, node, options)
        elif options.get("precision") is not None or options.get("scale") is not None:
            self._error(node, name, "precision and scale are for decimal")
        if options["type"] == "enum":
            self._check_values(name, node, options["values"])
        self._check_bounds(name, node, options)

    def _check_reference(self, name: str, node: Node, options: dict[str, Any]) -> None:
        if not self._stored:
            self._error(node, name, "only entities have references", "write uuid for the id of a row")
            return
        for key in ("minimum", "maximum", "precision", "scale", "array", "default"):
            if key in options:
                self._error(node, name, f"a reference takes no {key}", f"remove {key}")
        if options["type"] == "many":
            for key in ("on_delete", "owner", "nullable", "unique", "index"):
                if options.get(key):
                    hint = "'<->' may always be empty" if key == "nullable" else "use '->' for that"
                    self._error(
                        node,
                        name,
                        f"'<->' takes no {'?' if key == 'nullable' else options[key] if key == 'on_delete' else key}",
                        hint,
                    )
        elif options.get("on_delete") == "set_null" and not options.get("nullable"):
            self._error(
                node, name, "set_null needs a reference that may be missing", f"write -> {options['target']}? set_null"
            )

    def _check_decimal(self, name: str, node: Node, options: dict[str, Any]) -> None:
        precision = options.setdefault("precision", DECIMAL_DIGITS[0])
        scale = options.setdefault("scale", DECIMAL_DIGITS[1])
        if not 1 <= precision <= _PRECISION_LIMIT:
            self._error(node, name, f"the precision must be from 1 to {_PRECISION_LIMIT}, not {precision}")
        elif scale > precision:
            hint = f"decimal({scale},{precision})?" if scale <= _PRECISION_LIMIT else "decimal(12,2)"
            self._error(
                node, name, f"the scale {scale} is greater than the precision {precision}", f"did you mean {hint}"
            )
        else:
            for key in ("minimum", "maximum"):
                if options.get(key) is not None and (problem := decimal_problem(options, options[key])):
                    self._error(node, name, f"the {key} {problem}")

    def _check_values(self, name: str, node: Node, values: tuple[str, ...]) -> None:
        if not values:
            self._error(node, name, "an enum needs its values", "such as enum(low, high)")
        seen: set[str] = set()
        for value in values:
            if value in seen:
                self._error(node, name, f"the value {quote(value)} stands twice", "keep one of them")
            elif len(value) > _VALUE_LENGTH:
                self._error(node, name, f"the value {quote(value)} has more than {_VALUE_LENGTH} characters")
            elif not value.isprintable() or value != value.strip() or not value:
                self._error(node, name, f"the value {quote(value)} holds characters that cannot be shown, or is blank")
            seen.add(value)

    def _check_bounds(self, name: str, node: Node, options: dict[str, Any]) -> None:
        kind, low, high = options["type"], options.get("minimum"), options.get("maximum")
        if low is None and high is None:
            return
        if kind not in LENGTH_TYPES and kind not in NUMBER_TYPES:
            self._error(node, name, f"{kind} has no bounds", f"write {kind}")
        elif low is not None and high is not None and low > high:
            self._error(
                node, name, f"the least {low} is greater than the greatest {high}", f"did you mean {high}..{low}?"
            )
        elif kind in LENGTH_TYPES:
            self._check_length(name, node, kind, low, high)
        elif kind in RANGES:
            least, greatest = RANGES[kind]
            for bound in (low, high):
                if bound is not None and not least <= bound <= greatest:
                    hint = "use bigint" if kind == "int" and RANGES["bigint"][0] <= bound <= RANGES["bigint"][1] else ""
                    self._error(node, name, f"{bound} does not fit into {kind} ({least} to {greatest})", hint)

    def _check_length(self, name: str, node: Node, kind: str, low: Any, high: Any) -> None:
        limit = _LENGTH_LIMITS[kind]
        for bound in (low, high):
            if bound is not None and not 0 <= bound <= limit:
                hint = "use text" if kind == "string" and bound > 0 else ""
                self._error(node, name, f"the length of {kind} is from 0 to {limit:,}, not {bound:,}", hint)
        if high is None and low > DEFAULT_LENGTHS[kind]:
            message = f"the least {low} is greater than {DEFAULT_LENGTHS[kind]}, the greatest length of a bare {kind}"
            self._error(node, name, message, f"write {kind}({low}..{low * 2})")
        if high == 0:
            self._error(node, name, "a length of at most 0 leaves nothing to store")

    def _error(self, node: Node, name: str, message: str, hint: str = "") -> None:
        self._problems.error(node, "field", f"field {quote(name)}: {message}", hint)
