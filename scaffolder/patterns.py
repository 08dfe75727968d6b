"""Path patterns as `--skip`, `--exclude` and `once:` take them: the part of gitignore's that people use.

Rules: https://git-scm.com/docs/gitignore#_pattern_format. Negation (`!`) is refused rather than misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from scaffolder.errors import ScaffolderError


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A function that tells whether a relative posix path, or a folder above it, matches one of the patterns.

    `*` and `?` stay within a part of the path, `**` spans parts, `[ab]` is a set. A pattern without a slash matches
    at any depth, one with a slash (not at its end) from the top; a slash at the end makes it match folders only.

    Raises:
        ScaffolderError: a pattern is empty or starts with `!`.
    """
    joined = "|".join(_translate(pattern) for pattern in patterns)
    if not joined:
        return lambda _path: False
    found = re.compile(f"(?:{joined})", re.DOTALL).match
    return lambda path: found(path) is not None


def _translate(pattern: str) -> str:
    body = pattern.rstrip("/")
    if not body.strip("/") or body.startswith("!"):
        raise ScaffolderError(
            f"{pattern!r} is not a path pattern that can be used", hint="examples: docs/, *.md, app/*"
        )
    anchored = "/" in body
    expression = "" if anchored else "(?:.*/)?"
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|.", body.removeprefix("/"), re.DOTALL):
        expression += _TOKENS.get(token) or _literal(token)
    return f"{expression}{'/' if pattern.endswith('/') else '(?:/|$)'}"


_TOKENS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _literal(token: str) -> str:
    if len(token) == 1:
        return re.escape(token)
    inner = token[1:-1].replace("\\", r"\\").replace("[", r"\[")
    return f"(?!/)[{'^' + inner[1:] if inner[0] in '!^' else inner}]"
