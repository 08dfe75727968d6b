"""TypeScript and JavaScript: whole statements of closed strings and balanced brackets, within what they are given.

The slot is read token by token in a small part of the language: no comments, no regular expressions, no nested
templates. What cannot be read so is refused, so nothing can stay open at its end; whether it is right is for `oxlint`
and `tsc` to say.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, TypeAlias

from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

DEEPEST: Final = 30
"""Brackets in each other."""

_Token: TypeAlias = tuple[str, str]
_NOTHING: Final[_Token] = ("", "")

_TOKEN: Final = re.compile(
    r"""
    (?P<space>[ \t\n]+)
  | (?P<text>"(?:[^"\\\n]|\\["'\\nrt])*"|'(?:[^'\\\n]|\\["'\\nrt])*')
  | (?P<template>`(?:[^`\\$\n]|\$(?!\{)|\$\{[A-Za-z_][A-Za-z0-9_.]*\})*`)
  | (?P<number>[0-9]{1,12}(?:\.[0-9]{1,12})?(?![\w.]))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<open>[([{])
  | (?P<close>[)\]}])
  | (?P<mark>=>|===|!==|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\.\.\.|\+\+|--|\+=|-=|[-+*%<>=!?:;,.|&])
    """,
    re.VERBOSE,
)
_INSERTED: Final = re.compile(r"\$\{([^}]*)\}")
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_REFUSED: Final = frozenset(
    "eval Function require import export process globalThis global window document self top parent fetch "
    "XMLHttpRequest WebSocket EventSource Worker SharedWorker navigator location history localStorage sessionStorage "
    "indexedDB cookie constructor prototype __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ "
    "__lookupSetter__ Reflect Proxy Symbol setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame "
    "while do with debugger class var yield enum namespace module declare delete void this super new arguments "
    "innerHTML outerHTML srcdoc dangerouslySetInnerHTML insertAdjacentHTML any Buffer Deno Bun child_process fs repeat "
    "padStart padEnd console function async alert confirm prompt postMessage opener frames importScripts WebAssembly "
    "Atomics SharedArrayBuffer ArrayBuffer crypto caches structuredClone atob btoa getPrototypeOf setPrototypeOf "
    "defineProperty defineProperties getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames caller "
    "callee call apply bind execScript sendBeacon fromCharCode fromCodePoint raw Object.assign Image Audio BigInt "
    "Array fill RegExp matchAll replaceAll escape unescape meta try finally catch label fromEntries "
    "goto get set static".split()
)
_STARTS: Final = frozenset("const let return if for throw switch await".split())
_CONTINUES: Final = frozenset("else case default of in instanceof as satisfies".split())
_BETWEEN: Final = frozenset("typeof type interface keyof readonly is extends break continue".split())
_SETS: Final = frozenset({"=", "+=", "-=", "++", "--"})


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """See that the slot holds whole statements only.

    Raises:
        Rejected: it does not, or uses a name that code in a slot may not.
    """
    del before, after, kind
    tokens = _tokens(new.text)
    if not tokens:
        if _tokens(old.text):
            raise Rejected("the slot holds at least one statement")
        return
    openings = _openings(tokens)
    _whole_statements(tokens, openings)
    for number in range(len(tokens)):
        _no_prose(tokens, number)
        _words(tokens, number)
        _sets_nothing_of_others(tokens, number)
        _indexes(tokens, number, openings)
        _loop_ends(tokens, number, openings)


def _at(tokens: list[_Token], number: int) -> _Token:
    return tokens[number] if 0 <= number < len(tokens) else _NOTHING


def _tokens(text: str) -> list[_Token]:
    if "<!--" in text or "-->" in text:
        raise Rejected("<!-- and --> begin a comment in some scripts")
    found: list[_Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise Rejected(f"{text[position : position + 20]!r} may not stand in this slot")
        if match.lastgroup != "space":
            found.append((match.lastgroup, match.group()))
        position = match.end()
    return found


def _openings(tokens: list[_Token]) -> dict[int, int]:
    """Give for each token the number of the bracket around it, or -1; for a closing one, of its opening one."""
    around: dict[int, int] = {}
    opened: list[int] = []
    for number, (kind, word) in enumerate(tokens):
        if kind == "close":
            if not opened or tokens[opened[-1]][1] != _PAIRS[word]:
                raise Rejected("the brackets do not match")
            around[number] = opened.pop()
            continue
        around[number] = opened[-1] if opened else -1
        if kind == "open":
            opened.append(number)
        if len(opened) > DEEPEST:
            raise Rejected(f"brackets are nested deeper than {DEEPEST} levels")
    if opened:
        raise Rejected("the brackets do not match")
    return around


def _whole_statements(tokens: list[_Token], openings: dict[int, int]) -> None:
    wrong = Rejected("only whole statements may stand in this slot, and the last one ends with `;` or its block")
    first, last = tokens[0], tokens[-1]
    if first[0] != "name" or first[1] in _CONTINUES:
        raise wrong
    if first[1] not in _STARTS and _at(tokens, 1)[1] in {"=>", ":", "?"}:
        raise wrong
    # A `}` of an object or of an arrow function would go on in the next line: `const f = () => {}` and then `(x)`.
    ends_block = last[1] == "}" and _at(tokens, openings[len(tokens) - 1] - 1)[1] in {")", "else"}
    if last[1] != ";" and not ends_block:
        raise wrong
    for number, (kind, word) in enumerate(tokens):
        if kind == "name" and word in {"case", "default", "break", "continue"} and openings[number] == -1:
            raise Rejected(f"{word} may not stand here: it belongs to what is around the slot")


def _no_prose(tokens: list[_Token], number: int) -> None:
    """Refuse two values side by side, as words of a sentence stand."""
    (kind, word), (next_kind, next_word) = tokens[number], _at(tokens, number + 1)
    values = {"name", "text", "template", "number"}
    if (
        {kind, next_kind} <= values
        and word not in _STARTS | _CONTINUES | _BETWEEN
        and next_word not in _CONTINUES | _BETWEEN
    ):
        raise Rejected(f"{word[:40]} {next_word[:40]} is no code")


def _words(tokens: list[_Token], number: int) -> None:
    kind, word = tokens[number]
    if kind == "template":
        names = [name for inserted in _INSERTED.findall(word) for name in inserted.split(".")]
    elif kind == "name":
        names = [word]
    elif kind == "text":
        names = [word[1:-1]]  # it could name a property: rows["constructor"]
        if "</" in word:
            raise Rejected("`</` may not stand in a text here")
    else:
        return
    for name in names:
        if name == "Array" and [one for _, one in tokens[number + 1 : number + 3]] == [".", "isArray"]:
            continue
        is_spoken = kind == "text" and not name.startswith("__") and name not in {"constructor", "prototype"}
        if (name in _REFUSED or name.startswith("__")) and not is_spoken:
            raise Rejected(f"{name} may not be used here: code in a slot computes with what it is given")


def _sets_nothing_of_others(tokens: list[_Token], number: int) -> None:
    """Refuse `row.name = …` and `rows[0] = …`: what belongs to others is not changed behind their back."""
    word = tokens[number][1]
    if word not in _SETS:
        return
    before, after = _at(tokens, number - 1), _at(tokens, number + 1)
    begins = _at(tokens, number - 2)[1] in {"", ";", "{", "}", ")", "else"}
    own = {name for (_, let), (_, name) in pairwise(tokens) if let == "let"}
    if before[0] == "name" and begins and before[1] not in own:
        raise Rejected(f"setting {before[1]} is not allowed here: it is not declared by `let` in the slot")
    is_property = before[0] == "name" and _at(tokens, number - 2)[1] in {".", "?."}
    if is_property or (before[1] == "]" and word != "="):
        raise Rejected("setting a property is not allowed here")
    if word in {"++", "--"} and after[0] == "name" and _at(tokens, number + 2)[1] in {".", "?.", "["}:
        raise Rejected("setting a property is not allowed here")
    if word == "+=" and before[1] == after[1]:
        raise Rejected(f"{before[1]} would grow without bound")


def _indexes(tokens: list[_Token], number: int, openings: dict[int, int]) -> None:
    """Allow a number only as an index, and no computed keys: a computed name could be that of anything."""
    if tokens[number][1] != "[" or tokens[number][0] != "open":
        return
    before = _at(tokens, number - 1)
    is_index = before[0] in {"text", "template", "close"} or (
        before[0] == "name" and before[1] not in _STARTS | _CONTINUES
    )
    if is_index or before[1] == "?.":
        inside, close = _at(tokens, number + 1), _at(tokens, number + 2)
        is_type = inside[1] == "]"  # string[]
        if not is_type and not (inside[0] == "number" and close[1] == "]"):
            raise Rejected("an index is a number here; use find(), filter() or a name")
        if _at(tokens, number + 3)[1] == "=":
            raise Rejected("setting an item is not allowed here")
    around = openings[number]
    if before[1] == "{" or (before[1] == "," and around >= 0 and tokens[around][1] == "{"):
        raise Rejected("a computed key is not allowed here")


def _loop_ends(tokens: list[_Token], number: int, openings: dict[int, int]) -> None:
    """Allow `for (const x of rows)` only: what counts by itself need not end."""
    if tokens[number] != ("name", "for") or _at(tokens, number - 1)[1] in {".", "?."}:
        return
    head = [word for one, (_, word) in enumerate(tokens) if openings[one] == number + 1]
    if _at(tokens, number + 1)[1] != "(" or ";" in head or "of" not in head:
        raise Rejected("only `for (const one of many)` is allowed here: other loops need not end")
