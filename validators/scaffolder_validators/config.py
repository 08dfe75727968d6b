"""JSON, TOML and YAML: they parse, and no key stands twice."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from scaffolder_validators.documents import duplicate_keys, has_comments, without_comments
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier
from scaffolder_validators.yaml_nodes import TooLargeError, compose

_SYNTAX = "Mend the syntax; the file cannot be read as it is."
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_DUPLICATE = "Keep one of the two; readers silently take the last."

TIER: Tier = "fast"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """Files with one of the endings that are checked."""
    return path.endswith(tuple(_CHECKS))


def check(sources: Sources) -> Iterator[Finding]:
    """Parse each file by its ending."""
    for path, text in sources.texts():
        ending = next(item for item in _CHECKS if path.endswith(item))
        yield from _CHECKS[ending](path, text)


def _json(path: str, text: str) -> Iterator[Finding]:
    plain = without_comments(text) if has_comments(path) else text
    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice.append(pairs[0][0])
        return found

    try:
        json.loads(plain, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        yield Finding(path, error.lineno, error.colno, "json:syntax", "error", error.msg, _SYNTAX)
        return
    except RecursionError:
        yield Finding(path, 1, 1, "json:depth", "error", "nested too deep", "Flatten the document.")
        return
    except ValueError as error:  # a number with more digits than Python converts
        yield Finding(path, 1, 1, "json:syntax", "error", str(error), _SYNTAX)
        return
    for key, place in duplicate_keys(plain) if twice else ():
        yield Finding(path, *place, "json:duplicate-key", "error", f"the key '{key}' stands twice", _DUPLICATE)


def _toml(path: str, text: str) -> Iterator[Finding]:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, column = _toml_place(error, text)
        yield Finding(path, line, column, "toml:syntax", "error", str(error), _SYNTAX)
    except (ValueError, RecursionError) as error:
        yield Finding(path, 1, 1, "toml:syntax", "error", str(error) or "nested too deep", _SYNTAX)


def _toml_place(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, int]:
    # The attributes exist from Python 3.14; before, the place stands in the message alone.
    match = _TOML_PLACE.search(str(error))
    return (int(match[1]), int(match[2])) if match else (max(1, len(text.splitlines())), 1)


def _yaml(path: str, text: str) -> Iterator[Finding]:
    try:
        for document in compose(text):
            yield from _duplicates(path, document)
    except TooLargeError:
        yield Finding(path, 1, 1, "yaml:depth", "error", "nested too deep", "Flatten the document.")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        yield Finding(path, *place, "yaml:syntax", "error", error.problem or "not YAML", _SYNTAX)
    except (yaml.YAMLError, ValueError) as error:
        yield Finding(path, 1, 1, "yaml:syntax", "error", str(error), _SYNTAX)


def _duplicates(path: str, root: Any) -> Iterator[Finding]:
    pending, seen = [root], set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value != "<<" and key.value in keys:
                    mark = key.start_mark
                    message = f"the key {key.value!r} stands twice"
                    yield Finding(
                        path, mark.line + 1, mark.column + 1, "yaml:duplicate-key", "error", message, _DUPLICATE
                    )
                keys.add(key.value if isinstance(key, yaml.ScalarNode) else "")
                pending.append(value)
        elif isinstance(node, yaml.SequenceNode):
            pending += node.value


_CHECKS: dict[str, Callable[[str, str], Iterator[Finding]]] = {
    ".json": _json,
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
}
