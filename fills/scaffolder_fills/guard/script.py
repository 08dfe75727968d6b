"""TypeScript and JavaScript: whole statements of closed strings and balanced brackets, within what they are given.

The slot is read token by token in a small part of the language: no comments, no regular expressions, no nested
templates. What cannot be read so is refused, so nothing can stay open at its end; whether it is right is for `oxlint`
and `tsc` to say.
"""

from __future__ import annotations

import re
from typing import Final

from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>"(?:[^"\\\n]|\\["'\\nrt])*"|'(?:[^'\\\n]|\\["'\\nrt])*')
  | (?P<template>`(?:[^`\\$]|\$(?!\{)|\$\{[A-Za-z_][\w.]*\})*`)
  | (?P<number>\d{1,15}(?:\.\d{1,15})?(?![\w.]))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<open>[([{])
  | (?P<close>[)\]}])
  | (?P<mark>=>|===|!==|<=|>=|&&|\|\||\?\?|\?\.|\.\.\.|\+\+|--|\+=|-=|[-+*%<>=!?:;,.|&])
    """,
    re.VERBOSE,
)
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_REFUSED: Final = frozenset(
    "eval Function require import export process globalThis global window document self top parent fetch "
    "XMLHttpRequest WebSocket EventSource Worker navigator location history localStorage sessionStorage indexedDB "
    "cookie constructor prototype __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ "
    "Reflect Proxy Symbol setTimeout setInterval setImmediate queueMicrotask while do with debugger class var "
    "yield enum namespace module declare delete void this super new arguments innerHTML outerHTML "
    "dangerouslySetInnerHTML insertAdjacentHTML any Buffer Deno Bun child_process fs repeat padStart padEnd "
    "console function async".split()
)
_STARTS: Final = frozenset("const let return if for throw switch await".split())
_CONTINUES: Final = frozenset("else catch finally case default of in instanceof as satisfies".split())


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """See that the slot holds whole statements only.

    Raises:
        Rejected: it does not, or uses a name that code in a slot may not.
    """
    del before, old, after, kind
    tokens = _tokens(new.text)
    if not tokens:
        return
    _balanced(tokens)
    first, last = tokens[0], tokens[-1]
    if first[0] != "name" or first[1] in _CONTINUES or last[1] not in {";", "}"}:
        raise Rejected("only whole statements may stand in this slot")
    if first[1] not in _STARTS and (len(tokens) < 2 or tokens[1][1] in {"=>", ":", "?"}):
        raise Rejected("only whole statements may stand in this slot")
    for kind_of, word in tokens:
        if kind_of == "name" and (word in _REFUSED or word.startswith("__")):
            raise Rejected(f"{word} may not be used here: code in a slot computes with what it is given")


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise Rejected(f"{text[position : position + 20]!r} may not stand in this slot")
        if match.lastgroup != "space":
            found.append((match.lastgroup, match.group()))
        position = match.end()
    return found


def _balanced(tokens: list[tuple[str, str]]) -> None:
    opened: list[str] = []
    for _, word in tokens:
        if word in "([{":
            opened.append(word)
        elif word in _PAIRS and (not opened or opened.pop() != _PAIRS[word]):
            raise Rejected("the brackets do not match")
    if opened:
        raise Rejected("the brackets do not match")
