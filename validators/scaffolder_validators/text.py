"""Any text file: UTF-8, and nothing in it that people cannot see or tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffolder_validators.finding import Finding
from scaffolder_validators.places import Lines
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

# Bidirectional controls (CVE-2021-42574), zero-width characters, soft hyphen, Unicode's tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
# Words in which Latin letters stand beside Cyrillic ones, or beside Greek ones that look like Latin: CVE-2021-42694.
_GREEK = (
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4"
    "\u03a5\u03a7\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
)
_CYRILLIC = (
    "\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423"
    "\u0425\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d"
)
_MIXED = re.compile(rf"\b(?=\w*[A-Za-z])(?=\w*[\u0400-\u052f{_GREEK}])\w+")
# Whole words of Cyrillic letters that all look Latin, as names.
_DISGUISED = re.compile(rf"\b(?=\w)[{_CYRILLIC}_0-9]{{2,}}\b")
_CODE = (".py", ".pyi", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".sh", ".sql")
_QUOTED = re.compile(
    r'""".*?"""'
    r"|'''.*?'''|`(?:[^`\\]|\\.)*`"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
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
            text = content.decode()
            yield from _invisible(path, text)
            if path.endswith(_CODE):
                yield from _disguised(path, text)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            yield Finding(path, line, 1, "text:encoding", "error", "not UTF-8", "Save the file as UTF-8.")


def _invisible(path: str, text: str) -> Iterator[Finding]:
    for match in _INVISIBLE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        message = f"invisible character U+{ord(match.group()):04X}"
        yield Finding(path, line, column, "text:invisible", "error", message, "Delete it, or write it as an escape.")


def _disguised(path: str, text: str) -> Iterator[Finding]:
    """Find names that look like others; what stands in quotes and comments may be in any alphabet."""
    code = _QUOTED.sub(_blank, text)
    lines = Lines(text)
    for pattern in (_MIXED, _DISGUISED):
        for match in pattern.finditer(code):
            if match.group().isascii():
                continue
            message = f"the name {match.group()!a} has letters that look like others"
            hint = "Write the name in letters of one alphabet."
            yield Finding(path, *lines.place(match.start()), "text:lookalike-letters", "error", message, hint)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
