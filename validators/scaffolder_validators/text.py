"""Any text file: UTF-8, and nothing in it that people cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scaffolder_validators.finding import Finding

# Bidirectional controls (CVE-2021-42574), zero-width characters, soft hyphen, Unicode's tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
_BINARY = (".png", ".jpg", ".gif", ".ico", ".woff", ".woff2", ".gz", ".zip", ".pdf")


def applies_to(path: str) -> bool:
    """All files but those that are known to be binary."""
    return not path.lower().endswith(_BINARY)


def check(path: str, content: bytes) -> Sequence[Finding]:
    """Find what is not UTF-8, and characters that change what a reader sees."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [Finding(path, line, 1, "text:encoding", "error", "not UTF-8", "Save the file as UTF-8.")]
    return list(_invisible(path, text)) if not text.isascii() else []


def _invisible(path: str, text: str) -> Iterator[Finding]:
    for match in _INVISIBLE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        message = f"invisible character U+{ord(match.group()):04X}"
        yield Finding(path, line, column, "text:invisible", "error", message, "Delete it, or write it as an escape.")
