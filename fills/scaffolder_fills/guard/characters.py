"""Rules for the characters of any fill, in whatever language."""

from __future__ import annotations

import re
import unicodedata

from scaffolder_fills.guard.rejected import Rejected

LARGEST = 20_000
"""Characters of a fill."""
LONGEST_LINE = 1_000
"""Characters of a line."""

_MARKER = re.compile(r"(?:#|//|--|<!--|/\*|\{#)\s*(?:end\s+slot|slot\s*:)", re.IGNORECASE)
# Directives to tools hide what they would say; the fill must stand without them.
_PRAGMA = re.compile(
    r"(?:#|//|--|/\*|<!--)[^\n]*?\b(?:noqa|nosec|nosemgrep|type:\s*ignore|ty:\s*ignore|mypy:|pyright:|ruff:|isort:|"
    r"pylint:|flake8|pragma|fmt:\s*(?:on|off|skip)|yapf:|black:|coding[:=]|ts-ignore|ts-nocheck|ts-expect-error|"
    r"eslint-|oxlint-|biome-ignore|prettier-ignore|istanbul|c8 ignore|v8 ignore|sqlfluff|noqa:|squawk-ignore|"
    r"allowlist secret|gitleaks:allow|shellcheck disable|hadolint ignore|NOSONAR)",
    re.IGNORECASE,
)
_ALLOWED_CONTROLS = frozenset("\n\t")
# Cc controls, Cf invisible (bidi, zero width, tags), Cs lone surrogates, Co private use, Cn unassigned, Zl and Zp
# separators that some programs take for line ends.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def check(fill: str) -> None:
    """See that the text is whole lines of visible characters of bounded size, without markers and directives.

    Raises:
        Rejected: it is not.
    """
    if not fill.endswith("\n"):
        raise Rejected("the text must end with a line end")
    if len(fill) > LARGEST:
        raise Rejected(f"the text has {len(fill):,} characters; at most {LARGEST:,} are allowed")
    for character in set(fill) - _ALLOWED_CONTROLS:
        if unicodedata.category(character) in _REFUSED:
            raise Rejected(f"the text may not hold the character U+{ord(character):04X}")
    if any(len(line) > LONGEST_LINE for line in fill.split("\n")):
        raise Rejected(f"a line is longer than {LONGEST_LINE:,} characters")
    if _MARKER.search(fill):
        raise Rejected("the text may not hold the comments that mark a slot")
    if found := _PRAGMA.search(fill):
        raise Rejected(f"directives to tools are not allowed: {found.group()[:60]}")
