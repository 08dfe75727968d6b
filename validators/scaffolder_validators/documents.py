"""JSON, TOML and YAML as plain data that knows where each key stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.places import Lines
from scaffolder_validators.sources import Sources
from scaffolder_validators.toml_places import toml_places
from scaffolder_validators.yaml_nodes import TooLargeError, read_yaml

Keys: TypeAlias = tuple[str | int, ...]
"""The way from the root of a document to a value: names in mappings, indices (from 0) in lists."""

Place: TypeAlias = tuple[int, int]

_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_COMMENT = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|,(?=\s*[}\]])', re.DOTALL)
_JSON_WITH_COMMENTS: Final = re.compile(r"(^|/)(\.?devcontainer\.json|[jt]sconfig[^/]*\.json|\.vscode/[^/]+\.json)$")


@dataclass(frozen=True, slots=True)
class Document:
    """The plain data of one document in the file `path`; `places` has the place of every key and list item."""

    path: str
    data: Any
    places: Mapping[Keys, Place]

    def place(self, *keys: str | int) -> Place:
        """Give the place of a key or a list item, or of the nearest thing around it that stands in the file."""
        while keys and keys not in self.places:
            keys = keys[:-1]
        return self.places.get(keys, (1, 1))

    def finding(self, keys: Keys, rule: str, severity: Severity, message: str, hint: str) -> Finding:
        """Make a finding at the place of `keys`."""
        return Finding(self.path, *self.place(*keys), rule, severity, message, hint)


def read(engine: str, sources: Sources) -> Iterator[Document | Finding]:
    """Give the documents of the files to be checked, and a note for each that is too large to be read.

    Files with broken syntax give nothing: the validator `config` says what is wrong with them.
    """
    for path, text in sources.texts():
        try:
            yield from documents(path, text)
        except (TooLargeError, RecursionError):
            message = "not checked: it is nested too deep, or its aliases make it too large"
            yield Finding(path, 1, 1, f"{engine}:too-large", "note", message, "Split or flatten the file.")


def documents(path: str, text: str) -> list[Document]:
    """Read a file by its ending; broken syntax gives no documents.

    Raises:
        TooLargeError: aliases in YAML make it larger than what anybody writes.
        RecursionError: it is nested too deep.
    """
    if path.endswith((".yaml", ".yml")):
        return [Document(path, data, places) for data, places in read_yaml(text)]
    try:
        if path.endswith(".toml"):
            return [Document(path, tomllib.loads(text), toml_places(text))]
        plain = without_comments(text) if has_comments(path) else text
        return [Document(path, json.loads(plain), _json_places(plain))]
    except ValueError:
        return []


def has_comments(path: str) -> bool:
    """Tell whether the readers of this JSON file allow comments and trailing commas."""
    return _JSON_WITH_COMMENTS.search(path) is not None


def without_comments(text: str) -> str:
    """Blank out comments and trailing commas of JSON; everything else keeps its place."""
    return _TRAILING_COMMA.sub(_blank, _COMMENT.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return match[1] or re.sub(r"[^\n]", " ", match[0])


def duplicate_keys(text: str) -> list[tuple[str, Place]]:
    """Give the keys of well-formed JSON that stand twice in one object, and where they do for the second time."""
    return _json_keys(text)[1]


def _json_places(text: str) -> dict[Keys, Place]:
    return _json_keys(text)[0]


def _json_keys(text: str) -> tuple[dict[Keys, Place], list[tuple[str, Place]]]:
    """Find the keys and items of JSON that is known to be well-formed, and the keys that stand twice."""
    lines, found, twice = Lines(text), dict[Keys, Place](), list[tuple[str, Place]]()
    stack: list[str | int] = []
    key_next = False
    for match in _JSON_TOKEN.finditer(text):
        piece = match[0]
        if piece in {"}", "]"}:
            stack.pop()
            key_next = False
        elif piece == ",":
            last = stack[-1]
            key_next = isinstance(last, str)
            stack[-1] = "" if isinstance(last, str) else last + 1
        elif key_next and piece != ":":
            stack[-1], key_next = json.loads(piece, strict=False), False
            if tuple(stack) in found:
                twice.append((str(stack[-1]), lines.place(match.start())))
            found[tuple(stack)] = lines.place(match.start())
        elif piece != ":":
            if stack and isinstance(stack[-1], int):
                found[tuple(stack)] = lines.place(match.start())
            if piece in {"{", "["}:
                stack.append("" if piece == "{" else 0)
                key_next = piece == "{"
    return found, twice


def mapping(value: Any) -> dict[str, Any]:
    """Give a mapping as it is, and an empty one for anything else: what has the wrong type is the schema's business."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Give a list as it is, and an empty one for anything else."""
    return value if isinstance(value, list) else []
