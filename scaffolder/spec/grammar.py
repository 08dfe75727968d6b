"""The one-line form of a field, parsed and written: `string(1..120) unique`, `-> User? set_null`, `enum(a, b) = a`.

field   = scalar | "->" Entity ["?"] words | "<->" Entity
scalar  = type ["(" bounds ")"] ["[]"] ["?"] words
words   = { "unique" | "index" | "=" default | "was" old name | for references: "cascade" | "set_null" | "restrict"
        | "owner" }
bounds  = "40" | "1..200" | "1.." | "..40"       string, text, bytes (a single number is the maximum)
        | "1..5"                                 int, bigint, float
        | "12,2" | "12,2,0..100"                 decimal: precision, scale, bounds
        | "free, pro"                            enum
default = word | "quoted text" | JSON list or object
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, get_args

from scaffolder.spec.model import FieldSpec, OnDelete, ScalarType
from scaffolder.spec.problems import nearest, quote
from scaffolder.spec.reader import format_duration
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode

TYPES: tuple[str, ...] = get_args(ScalarType)
ON_DELETE: tuple[str, ...] = get_args(OnDelete)
LENGTH_TYPES = frozenset({"string", "text", "bytes"})
NUMBER_TYPES = frozenset({"int", "bigint", "float", "decimal"})
FLAGS = ("unique", "index")
REFERENCE_FLAGS = (*ON_DELETE, "owner", *FLAGS)
DECIMAL_DIGITS = (18, 2)
"""Precision and scale of a bare `decimal`."""

_SYNONYMS = {
    "str": "string", "char": "string", "varchar": "string", "integer": "int", "smallint": "int", "boolean": "bool",
    "long": "bigint", "double": "float", "real": "float", "number": "float", "numeric": "decimal", "money": "decimal",
    "timestamp": "datetime", "instant": "datetime", "timestamptz": "datetime", "interval": "duration", "object": "json",
    "dict": "json", "map": "json", "jsonb": "json", "any": "json", "blob": "bytes", "binary": "bytes", "guid": "uuid",
    "uri": "url", "link": "url", "mail": "email", "longtext": "text", "choice": "enum", "list": "string[]",
    "array": "string[]",
}  # fmt: skip

_HEAD = re.compile(r"(?P<arrow><?->)\s*(?P<target>[^\s?\[\](),=]*)|(?P<type>[^\s?\[\](),=]+)")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"')
_SINGLE = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?\Z")
_BARE_VALUE = re.compile(r"[^\s\"'(),=\[\]{}][^\"'(),=]*\Z")
_BARE_DEFAULT = re.compile(r"[^\s\"'\[{=][^\s=]*\Z")


class FieldSyntaxError(ValueError):
    """The text is no field: `offset` (from 0) is where, `message` what, `hint` what to write instead."""

    def __init__(self, offset: int, message: str, hint: str = "", code: str = "field-syntax") -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.hint = hint
        self.code = code


def parse_compact(text: str) -> dict[str, Any]:
    """Return what `text` says, under the names of `FieldSpec`; a `default` is still a YAML node.

    Raises:
        FieldSyntaxError: `text` is not in the grammar; whether its parts fit together is not looked at here.
    """
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> dict[str, Any]:
        self._space()
        head = _HEAD.match(self._text, self._at)
        if head is None:
            raise self._error("a field starts with a type, '->' or '<->'", "such as string(1..200) or -> User")
        self._at = head.end()
        options = self._reference(head) if head["arrow"] else self._scalar(head)
        self._words(options)
        return options

    def _reference(self, head: re.Match[str]) -> dict[str, Any]:
        if not head["target"]:
            raise self._error(f"{head['arrow']} must be followed by the name of an entity", "such as -> User")
        options: dict[str, Any] = {"type": "many" if head["arrow"] == "<->" else "reference", "target": head["target"]}
        if self._take("["):
            self._at -= 1
            raise self._error("a reference cannot be a list", f"write <-> {head['target']} for many")
        if self._take("?"):
            options["nullable"] = True
        return options

    def _scalar(self, head: re.Match[str]) -> dict[str, Any]:
        name = head["type"]
        if name not in TYPES:
            raise FieldSyntaxError(head.start(), f"unknown type {quote(name)}", _type_hint(name), "unknown-type")
        options: dict[str, Any] = {"type": name}
        if name == "decimal":
            options["precision"], options["scale"] = DECIMAL_DIGITS
        start = self._at
        if self._take("("):
            self._bounds(name, self._inside(start), options)
        elif name == "enum":
            raise self._error("an enum needs its values", "such as enum(low, high)")
        if self._take("["):
            if not self._take("]"):
                raise self._error("'[' must be followed by ']'", "write string(40)[] for a list")
            options["array"] = True
        if self._take("?"):
            options["nullable"] = True
        if self._text[self._at : self._at + 1] == "[":
            raise self._error("'[]' must stand before '?'", "write string(40)[]? for a list that may be missing")
        return options

    def _inside(self, start: int) -> tuple[str, int]:
        """Return what stands between the parentheses, and its offset."""
        begin = self._at
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in "\"'":
                self._at = self._quoted().end()
                continue
            if character == ")":
                self._at += 1
                return self._text[begin : self._at - 1], begin
            self._at += 1
        hint = f'inside {{ }} a comma ends the text: put all of it in quotes, "{self._text[: start + 1].strip()}…)"'
        raise FieldSyntaxError(start, "'(' is not closed", hint)

    def _bounds(self, name: str, inside: tuple[str, int], options: dict[str, Any]) -> None:
        text, at = inside
        if name == "enum":
            options["values"] = tuple(_split_values(text, at))
        elif name == "decimal":
            parts = text.split(",", 2)
            digits = [part.strip() for part in parts[:2]]
            if len(digits) != 2 or not all(part.isascii() and part.isdigit() for part in digits):
                hint = "such as decimal(12,2) or decimal(12,2,0..100)"
                raise FieldSyntaxError(at, "decimal takes its precision and its scale", hint)
            options["precision"], options["scale"] = (int(part[:9]) for part in digits)
            if len(parts) == 3:
                _range(parts[2], at + len(text) - len(parts[2]), name, options)
        elif name in LENGTH_TYPES or name in NUMBER_TYPES:
            _range(text, at, name, options)
        else:
            raise FieldSyntaxError(at - 1, f"{name} takes nothing in parentheses", f"write {name}")

    def _words(self, options: dict[str, Any]) -> None:
        reference = options["type"] in {"reference", "many"}
        while self._space():
            start = self._at
            if self._take("="):
                if "default" in options:
                    raise FieldSyntaxError(start, "a field has one default", "keep one of them")
                if reference:
                    raise FieldSyntaxError(start, "a reference cannot have a default")
                options["default"] = self._default()
                continue
            word = self._bare()
            if word == "was":
                self._was(start, options)
            else:
                self._word(word, start, options, reference=reference)

    def _was(self, start: int, options: dict[str, Any]) -> None:
        if not self._space():
            message = "'was' must be followed by the name that the field had"
            raise FieldSyntaxError(start, message, "such as was subject")
        if "default" in options:
            hint = "write was and the old name in front of '=', or put a default of several words in quotes"
            raise FieldSyntaxError(start, "unexpected 'was'", hint)
        name = self._bare()
        if name in options.get("renamed_from", ()):
            raise FieldSyntaxError(start, f"{quote(name)} stands twice", "keep one")
        options["renamed_from"] = (*options.get("renamed_from", ()), name)

    def _word(self, word: str, start: int, options: dict[str, Any], *, reference: bool) -> None:
        allowed = REFERENCE_FLAGS if reference else FLAGS
        if word not in allowed:
            hint = _word_hint(word, options["type"], allowed)
            if "default" in options and not hint.startswith("did"):
                hint = "put a default of several words in quotes"
            raise FieldSyntaxError(start, f"unexpected {quote(word)}", hint)
        if word in ON_DELETE:
            if "on_delete" in options:
                raise FieldSyntaxError(start, f"{quote(word)} contradicts {quote(options['on_delete'])}", "keep one")
            options["on_delete"] = word
        elif word in options:
            raise FieldSyntaxError(start, f"{quote(word)} stands twice", "keep one")
        else:
            options[word] = True

    def _default(self) -> Node:
        if not self._space():
            raise self._error("'=' must be followed by the default", "such as = 3")
        first = self._text[self._at]
        if first in "\"'":
            match = self._quoted()
            self._at = match.end()
            return ScalarNode(0, 0, unquote(match[0]), plain=False)
        if first in "[{":
            try:
                value, end = json.JSONDecoder().raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                raise self._error("the default is not valid JSON", 'such as ["a", "b"]') from None
            self._at = end
            return _json_node(value)
        if first == "=":
            raise self._error("'=' stands twice", 'put a default with = in it in quotes: = "a=b"')
        return ScalarNode(0, 0, self._bare(), plain=True)

    def _bare(self) -> str:
        """Return what stands up to the next blank."""
        word = self._text[self._at :].split(maxsplit=1)[0]
        if "=" in word:
            quoted = "'" + word + "'" if '"' in word else f'"{word}"'
            raise self._error("a default with '=' in it needs quotes", f"write = {quoted}")
        self._at += len(word)
        return word

    def _quoted(self) -> re.Match[str]:
        match = (_DOUBLE if self._text[self._at] == '"' else _SINGLE).match(self._text, self._at)
        if match is None:
            raise self._error("a quote is not closed")
        return match

    def _space(self) -> bool:
        """Skip blanks; return whether something follows."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at < len(self._text)

    def _take(self, character: str) -> bool:
        # Blanks may stand before any of the marks: `string (40) ?` is as good as `string(40)?`.
        position = self._at
        if self._space() and self._text[self._at] == character:
            self._at += 1
            return True
        self._at = position
        return False

    def _error(self, message: str, hint: str = "") -> FieldSyntaxError:
        return FieldSyntaxError(self._at, message, hint)


def _range(text: str, at: int, name: str, options: dict[str, Any]) -> None:
    low, dots, high = (part.strip() for part in text.partition(".."))
    if not dots and name in NUMBER_TYPES:
        hint = f"write {name}(0..{low}) or {name}(..{low})" if _NUMBER.match(low) else f"such as {name}(1..5)"
        raise FieldSyntaxError(at, f"{name} takes bounds as 'least..greatest'", hint)
    if not dots:
        low, high = "", low
    if not low and not high:
        raise FieldSyntaxError(at, "the bounds are empty", f"such as {name}(1..40)")
    for key, bound in (("minimum", low), ("maximum", high)):
        if bound:
            options[key] = parse_number(bound, at, name)


def parse_number(text: str, at: int, name: str) -> int | Decimal:
    """Return a bound as a number; whole for all types but float and decimal."""
    match = _NUMBER.match(text) if len(text) <= 40 else None
    if match is None:
        raise FieldSyntaxError(at, f"{quote(text)} is not a number", f"such as {name}(1..40)")
    if match[1] is None:
        return int(text)
    if name not in {"float", "decimal"}:
        raise FieldSyntaxError(at, f"the bounds of {name} are whole numbers, not {quote(text)}")
    return Decimal(text)


def _split_values(text: str, at: int) -> list[str]:
    values: list[str] = []
    position = 0
    while True:
        match = re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,\"']*?)\s*(,|\Z)").match(text, position)
        if match is None:
            raise FieldSyntaxError(at + position, "the values of an enum are separated by commas", "enum(low, high)")
        if not match[1]:
            if values and match.end() == len(text) and not match[2]:
                return values
            raise FieldSyntaxError(at + position, "an enum has an empty value", "such as enum(low, high)")
        values.append(unquote(match[1]) if match[1][0] in "\"'" else match[1])
        position = match.end()
        if not match[2]:
            return values


def unquote(text: str) -> str:
    """Return the text inside of single or double quotes; escapes as in JSON, or '' for a single quote.

    Raises:
        FieldSyntaxError: an escape is not one of JSON's.
    """
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        raise FieldSyntaxError(0, f"{quote(text)} holds an escape that is not one of JSON's") from None


def _json_node(value: Any) -> Node:
    if isinstance(value, list):
        return SequenceNode(0, 0, [_json_node(item) for item in value])
    if isinstance(value, dict):
        keys = {key: ScalarNode(0, 0, key, plain=False) for key in value}
        return MappingNode(0, 0, keys, {key: _json_node(item) for key, item in value.items()}, flow=True)
    if isinstance(value, str):
        return ScalarNode(0, 0, value, plain=False)
    return ScalarNode(0, 0, json.dumps(value), plain=True)


def _type_hint(name: str) -> str:
    guess = _SYNONYMS.get(name.lower()) or nearest(name, TYPES)
    if guess:
        return f"did you mean {quote(guess)}?"
    return "known: " + ", ".join(sorted(TYPES)) + ", and -> Entity or <-> Entity"


def _word_hint(word: str, kind: str, allowed: tuple[str, ...]) -> str:
    plain = word.lower().strip(",")
    if plain in {"required", "notnull", "not"}:
        return "fields are required unless their type ends in '?'"
    if plain in {"optional", "nullable", "null"}:
        return "put '?' behind the type"
    if plain in REFERENCE_FLAGS and plain not in allowed:
        return f"{plain} is for references, and {kind} is none"
    guess = nearest(plain.replace("-", "_"), allowed)
    if guess:
        return f"did you mean {quote(guess)}?"
    return "known: " + ", ".join(allowed) + ("" if kind in {"reference", "many"} else ", = default") + ", was old name"


def format_field(field: FieldSpec) -> str:
    """Return the one-line form of `field`, without its label and description, which that form cannot say."""
    if field.type in {"reference", "many"}:
        arrow = "<->" if field.type == "many" else "->"
        words = [field.on_delete, "owner" if field.owner else None]
        head = f"{arrow} {field.target}"
    else:
        words = []
        head = field.type + _format_bounds(field) + ("[]" if field.array else "")
    words += ["unique" if field.unique else None, "index" if field.index else None]
    words += [f"was {name}" for name in field.renamed_from]
    default = f"= {_format_default(field)}" if field.has_default else None
    return " ".join(filter(None, [head + ("?" if field.nullable else ""), *words, default]))


def _format_bounds(field: FieldSpec) -> str:
    if field.type == "enum":
        return "(" + ", ".join(_format_value(value) for value in field.values) + ")"
    low = "" if field.minimum is None else str(field.minimum)
    high = "" if field.maximum is None else str(field.maximum)
    bounds = f"{low}..{high}" if low or high else ""
    if field.type == "decimal":
        return f"({field.precision},{field.scale}" + (f",{bounds})" if bounds else ")")
    return f"({bounds})" if bounds else ""


def _format_value(value: str) -> str:
    plain = _BARE_VALUE.match(value) and value == value.strip()
    return value if plain else json.dumps(value, ensure_ascii=False)


def _format_default(field: FieldSpec) -> str:
    default = field.default
    if isinstance(default, (list, tuple, dict)):
        return json.dumps(default, ensure_ascii=False, default=str)
    if field.type == "duration":
        return format_duration(default)
    if field.type == "json" or not isinstance(default, str):
        return json.dumps(default, ensure_ascii=False) if not isinstance(default, Decimal) else f"{default:f}"
    if _BARE_DEFAULT.match(default) and default not in {"~", "null", "Null", "NULL"}:
        return default
    return json.dumps(default, ensure_ascii=False)
