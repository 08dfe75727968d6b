"""Any text file: UTF-8, and nothing in it that people cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

# Bidirectional controls (CVE-2021-42574), zero-width characters, soft hyphen, Unicode's tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
_BINARY = (".png", ".jpg", ".gif", ".ico", ".woff", ".woff2", ".gz", ".zip", ".pdf")

TIER: Tier = "fast"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """All files but those that are known to be binary."""
    return not path.lower().endswith(_BINARY)


def check(sources: Sources) -> Iterator[Finding]:
    """Find what is not UTF-8, and characters that change what a reader sees."""
    for path, content in sources.files.items():
        if content.isascii():
            continue
        try:
            yield from _invisible(path, content.decode())
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            yield Finding(path, line, 1, "text:encoding", "error", "not UTF-8", "Save the file as UTF-8.")


def _invisible(path: str, text: str) -> Iterator[Finding]:
    for match in _INVISIBLE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        message = f"invisible character U+{ord(match.group()):04X}"
        yield Finding(path, line, column, "text:invisible", "error", message, "Delete it, or write it as an escape.")
