"""The file `openapi.json`, which clients are made from."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final

from scaffolder_validators.contract.facts import Json, Place
from scaffolder_validators.contract.report import Report, differences, show

PATH: Final = "openapi.json"
_MOST: Final = 50
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]')


def compare_openapi(contract: Json, content: bytes, report: Report) -> None:
    """Compare the document with the contract's; a file that is no JSON is for another validator to name."""
    document, shown = _parsed(content)
    if document is None or shown == repr(contract):
        return  # comparing the texts is by far the fastest way to see that nothing changed
    for at, left, right in list(_differences(contract, document))[:_MOST]:
        message = f"{'/'.join(at) or 'document'}: the contract says {show(left)}, the file says {show(right)}"
        report.say(Place(PATH, _line(content, at)), "openapi", message)


@lru_cache(maxsize=4)
def _parsed(content: bytes) -> tuple[Any, str]:
    try:
        document = json.loads(content)
        return document, repr(document)
    except (ValueError, RecursionError):
        return None, ""


def _differences(contract: Any, code: Any, at: tuple[str, ...] = ()) -> Any:
    """As `differences`, with the way to each place as its parts; names of paths hold slashes."""
    if isinstance(contract, dict) and isinstance(code, dict):
        for key in [*contract, *(key for key in code if key not in contract)]:
            yield from _differences(contract.get(key, ...), code.get(key, ...), (*at, key))
    else:
        for _, left, right in differences(contract, code):
            yield at, left, right


def _line(content: bytes, at: tuple[str, ...]) -> int:
    """Give the line of the last part of `at` that is there, by reading on from one key to the next inside of it."""
    position, wanted, depth, key_depth = 0, 0, 0, 0
    pending: bytes | None = None
    for match in _TOKEN.finditer(content):
        token = match.group()
        if token in {b"{", b"["}:
            depth += 1
        elif token in {b"}", b"]"}:
            depth -= 1
            if depth <= key_depth and wanted:
                break
        elif token == b":":
            if depth == wanted + 1 and pending is not None and _text(pending) == at[wanted]:
                position, key_depth = match.start(), depth - 1
                wanted += 1
                if wanted == len(at):
                    break
        elif token != b",":
            pending = token
    return content.count(b"\n", 0, position) + 1


def _text(token: bytes) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return ""
