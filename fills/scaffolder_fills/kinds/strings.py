"""Text as literals of the languages that slots are written in."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from scaffolder_fills.guard.characters import check_visible
from scaffolder_fills.kinds.kind import WIDTH
from scaffolder_fills.slot import lines_of

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
_CODE = re.compile(r"(?<!`)`(?=\S)[^`\n<>]+(?<=\S)`(?!`)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#~|!])")
_BLOCK_START = re.compile(r"^(\s*\d*)(?:(?<=\d)(?=[.)])|(?<!\d)(?=[-+=]))")


def python_string(text: str) -> str:
    """Write one Python string literal in double quotes, on one line."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def python_strings(text: str, indent: str) -> str:
    """Write a text as lines of adjacent string literals that fit the width; words are not divided where it can be."""
    pieces = [piece for line in lines_of(text) for piece in _pieces(line, WIDTH - len(indent) - 4)]
    return "".join(f"{indent}{python_string(piece)}\n" for piece in pieces)


def _pieces(line: str, width: int) -> Iterator[str]:
    """Divide a line, with its line end, after blanks, so that each part written as a literal fits `width`."""
    part = ""
    for word in re.findall(r"\S+\s*|\s+", line):
        if part and len(python_string(part + word)) > width:
            yield part
            part = ""
        part += word
    if part:
        yield part


def yaml_string(text: str) -> str:
    """Write a YAML scalar in double quotes: JSON's strings are YAML's.

    Raises:
        ValueError: a character of the text cannot be seen; an escape would hide it.
    """
    check_visible(text)
    return json.dumps(text, ensure_ascii=False)


def sql_string(text: str) -> str:
    """Write an SQL string literal as the standard has it.

    Raises:
        ValueError: the text holds a backslash, which means something to some databases only.
    """
    if "\\" in text:
        raise ValueError("a text in SQL may not hold a backslash")
    return "'" + text.replace("'", "''") + "'"


def markdown(text: str) -> str:
    """Write a line of prose: what Markdown would take for markup is escaped, but for `code` in backticks."""
    parts: list[str] = []
    position = 0
    for match in _CODE.finditer(text):
        parts += [_SPECIAL.sub(r"\\\1", text[position : match.start()]), match.group()]
        position = match.end()
    parts.append(_SPECIAL.sub(r"\\\1", text[position:]))
    return "".join(parts)


def markdown_paragraph(text: str, first: str = "", rest: str = "") -> list[str]:
    """Write a paragraph or an item of a list as lines that fit the width; `first` and `rest` are put before them."""
    words = markdown(" ".join(text.split()))
    lines = textwrap.wrap(words, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False,
                          break_on_hyphens=False)  # fmt: skip
    return [_not_a_block(line, first if number == 0 else rest) for number, line in enumerate(lines)]


def _not_a_block(line: str, prefix: str) -> str:
    """Escape what would begin a list, or underline a heading, at the beginning of a line."""
    return prefix + _BLOCK_START.sub(r"\1\\", line[len(prefix) :])
