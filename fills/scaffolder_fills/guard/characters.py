"""Rules for the characters of any fill, in whatever language."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from scaffolder_fills.guard.rejected import Rejected

LARGEST: Final = 20_000
"""Characters of a fill."""
LONGEST_LINE: Final = 1_000
"""Characters of a line."""
CODE: Final = frozenset({"python.body", "typescript.body"})
"""Kinds whose text is code: what looks like the markup of a template is a part of the language there."""

_MARKER: Final = re.compile(r"end\s+slot|slot\s*:", re.IGNORECASE)
_OPENING: Final = re.compile(r"#|//|--|<!--|/\*|\{#")
# Directives to tools hide what they would say; the fill must stand without them.
_PRAGMA: Final = re.compile(
    r"\b(?:noqa|nosec|nosemgrep|type:\s*ignore|ty:\s*ignore|mypy:|pyright:|pyre-|ruff:|isort:|"
    r"pylint:|flake8|pragma|fmt:\s*(?:on|off|skip)|yapf:|black:|coding[:=]|ts-ignore|ts-nocheck|ts-expect-error|"
    r"eslint-|oxlint-|biome-ignore|prettier-ignore|istanbul|c8 ignore|v8 ignore|sqlfluff|squawk-ignore|"
    r"allowlist secret|gitleaks:allow|shellcheck disable|hadolint ignore|NOSONAR|markdownlint-|yamllint)",
    re.IGNORECASE,
)
# Jinja, Liquid, GitHub Actions, ERB: some later program may read the file as a template.
_TEMPLATE: Final = re.compile(r"\{\{|\{%|\{#|<%|\$\{")
_ALLOWED_CONTROLS: Final = frozenset("\n\t")
# Cc controls, Cf invisible (bidi, zero width, tags), Cs lone surrogates, Co private use, Cn unassigned, Zl and Zp
# separators that some programs take for line ends.
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Of other categories, and yet nothing is seen of them: fillers, joiners, variation selectors.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_MARKS_IN_A_ROW: Final = 4
# Line ends to some programs and not to others: with them, line numbers would not mean the same to all.
_OTHER_LINE_ENDS: Final = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def check(fill: str, kind: str = "") -> None:
    """See that the text is whole lines of visible characters of bounded size, without markers and directives.

    Raises:
        Rejected: it is not.
    """
    if not fill.endswith("\n"):
        raise Rejected("the text must end with a line end")
    if len(fill) > LARGEST:
        raise Rejected(f"the text has {len(fill):,} characters; at most {LARGEST:,} are allowed")
    check_visible(fill)
    if any(len(line) > LONGEST_LINE for line in fill.split("\n")):
        raise Rejected(f"a line is longer than {LONGEST_LINE:,} characters")
    for line in fill.split("\n"):
        _no_comment_for_programs(line)
    if kind not in CODE and (found := _TEMPLATE.search(fill)):
        raise Rejected(f"{found.group()} may not stand here: it looks like a template")


def _no_comment_for_programs(line: str) -> None:
    opening = _OPENING.search(line)
    if opening is None:
        return
    for word in _MARKER.finditer(line, opening.end()):
        before = line[: word.start()]
        if _OPENING.search(before, len(before.rstrip(" \t-!*/#{<"))):
            raise Rejected("the text may not hold the comments that mark a slot")
    if found := _PRAGMA.search(line, opening.end()):
        raise Rejected(f"directives to tools are not allowed: {found.group()}")


def check_visible(text: str) -> None:
    """See that each character of a text is seen by whoever reads it.

    Raises:
        Rejected: one is a control, invisible, or no character.
    """
    for character in set(text) - _ALLOWED_CONTROLS:
        if unicodedata.category(character) in _REFUSED or _INVISIBLE.match(character):
            raise Rejected(f"the text may not hold the character U+{ord(character):04X}")
    marks = 0
    for character in text if not text.isascii() else "":
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MARKS_IN_A_ROW:
            raise Rejected(f"more than {_MARKS_IN_A_ROW} marks on one letter are not allowed")


def check_file(before: str) -> None:
    """See that all programs will agree on the lines of the file in which the slot is.

    Raises:
        Rejected: it has line ends besides `\\n`.
    """
    if found := _OTHER_LINE_ENDS.search(before):
        raise Rejected(f"the file holds U+{ord(found.group()):04X}, which some programs take for a line end")
