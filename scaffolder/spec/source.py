"""Bytes of a spec file -> text, with the limits that keep a hostile or mistaken file from costing anything."""

from __future__ import annotations

import re
from pathlib import Path

from scaffolder.spec.problems import Position, Problems

SIZE_LIMIT = 10_000_000
"""Bytes of a spec file; 10,000 entities of ten fields take a third of it."""

# YAML 1.2.2, section 5.1. The parser knows them too, but not in which line they are.
_REFUSED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FILE = Position(0, 0)
_BOM = b"\xef\xbb\xbf"


def read_source(path: Path, problems: Problems) -> bytes | None:
    """Return the content of `path`, or None after adding why it cannot be read."""
    try:
        with path.open("rb") as file:
            source = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        problems.error(_FILE, "not-found", "there is no such file", _neighbour(path, problems))
        return None
    except IsADirectoryError:
        problems.error(_FILE, "not-a-file", "this is a directory", "name the YAML file in it")
        return None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        problems.error(_FILE, "not-readable", f"cannot be read: {reason}")
        return None
    return source


def decode_source(source: bytes, problems: Problems) -> str | None:
    """Return `source` as text without a byte order mark, or None after adding why it is none."""
    if len(source) > SIZE_LIMIT:
        problems.error(_FILE, "too-large", f"the file has more than {SIZE_LIMIT // 1_000_000} MB", "split the project")
        return None
    body = source.removeprefix(_BOM)
    if b"\0" in body:
        line, column = _place(body, body.index(b"\0"))
        hint = "a spec is text in UTF-8"
        problems.error(Position(line, column), "not-text", "this is a binary file", hint)
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        line, column = _place(body, error.start)
        message = f"byte 0x{body[error.start]:02x} is not UTF-8"
        problems.error(Position(line, column), "not-text", message, "save the file as UTF-8")
        return None
    if refused := _REFUSED.search(text):
        before = text[: refused.start()]
        at = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problems.error(at, "not-text", f"character U+{ord(refused[0]):04X} is not allowed in YAML", "remove it")
        return None
    return text


def _place(body: bytes, offset: int) -> tuple[int, int]:
    before = body[:offset]
    row = before[before.rfind(b"\n") + 1 :]
    return before.count(b"\n") + 1, len(row.decode(errors="replace")) + 1


def _neighbour(path: Path, problems: Problems) -> str:
    try:
        files = sorted(item.name for item in path.parent.iterdir() if item.suffix in {".yml", ".yaml"})
    except OSError:
        return "its directory cannot be read either"
    return problems.suggest(path.name, files)
