"""Markdown: the same blocks but for those of the slot, and those are prose: paragraphs, lists, code in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from scaffolder_fills.guard.characters import check_visible
from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

if TYPE_CHECKING:
    from markdown_it.token import Token

DEEPEST: Final = 8
"""Levels of lists in each other; a list has two, and its text one more."""

MOST_BRACKETS: Final = 400
"""For each one the parser looks through the rest of the paragraph for the end of a link."""

_CODE: Final = re.compile(r"(?<![\\`])(`+)(?!`)[^`]+(?<!`)\1(?!`)")
_UNESCAPED: Final = re.compile(r"(?<!\\)(?:\\\\)*(?:<[A-Za-z/!?]|\]\((?!https://))")
_BLOCKS: Final = frozenset(
    f"{name}_{end}" for name in ("paragraph", "bullet_list", "ordered_list", "list_item") for end in ("open", "close")
) | {"inline"}
_INLINES: Final = frozenset(
    {"text", "softbreak", "code_inline", "text_special", "strong_open", "strong_close", "em_open", "em_close",
     "link_open", "link_close"}
)  # fmt: skip


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """Compare the blocks outside the slot, and allow only prose inside.

    Raises:
        Rejected: a block outside changes, or one inside is HTML, a heading, a fence, an image, a definition of a link.
    """
    del kind
    if new.text.count("[") > MOST_BRACKETS:
        raise Rejected(f"it has more than {MOST_BRACKETS} opening brackets")
    outside_before, _ = _split(before, old)
    outside_after, inside = _split(after, new)
    if outside_before != outside_after:
        raise Rejected("the text reaches out of its slot and changes the rest of the file")
    for token in inside:
        _allowed(token)


def _split(text: str, slot: Slot) -> tuple[list[tuple[object, ...]], list[Token]]:
    """Give the essence of the blocks outside of the slot, and the tokens inside."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - not needed where no Markdown is filled

    environment: dict[str, dict[str, dict[str, object]]] = {}
    tokens = MarkdownIt("commonmark").parse(text, environment)
    definitions = {name: one["href"] for name, one in environment.get("references", {}).items()}
    moved = slot.end - slot.start
    outside: list[tuple[object, ...]] = [("references", repr(definitions))]
    inside: list[Token] = []
    for token, line in _with_lines(tokens):
        if slot.start <= line < slot.end - 1:
            inside.append(token)
        else:
            place = line if line < slot.start else line - moved
            # Where a block ends is a part of what it is: one from before the slot may not go on into it.
            end = token.map[1] - (moved if token.map[1] > slot.start else 0) if token.map else 0
            outside.append(
                (token.type, token.content, place, end, token.markup, token.tag, token.level, token.hidden,
                 sorted(token.attrs.items()))
            )  # fmt: skip
    return outside, inside


def _with_lines(tokens: Iterable[Token]) -> Iterator[tuple[Token, int]]:
    """Give each token with the line (from 0) where it begins; a closing one has that of its opening one."""
    opened: list[int] = []
    for token in tokens:
        if token.nesting == 1:
            opened.append(token.map[0] if token.map else opened[-1])
            yield token, opened[-1]
        elif token.nesting == -1:
            yield token, opened.pop()
        else:
            yield token, token.map[0] if token.map else opened[-1]


def _allowed(token: Token) -> None:
    if token.type not in _BLOCKS:
        raise Rejected(f"only paragraphs and lists may stand in this slot, not {token.type.replace('_', ' ')}")
    if token.level > DEEPEST:
        raise Rejected("the lists are nested too deeply")
    # What one program takes for text may be a link or a tag to another, unless it is escaped.
    if token.type == "inline" and (found := _UNESCAPED.search(_CODE.sub("", token.content))):
        raise Rejected(f"{found.group()!r} may not stand in this slot; links are [text](https://…)")
    for part in token.children or ():
        # An entity, `&#8238;`, has become the character by now.
        check_visible(part.content)
        if part.type not in _INLINES:
            raise Rejected(f"only plain prose may stand in this slot, not {part.type.replace('_', ' ')}")
        if part.type == "link_open" and not _is_fine(str(part.attrs.get("href", ""))):
            raise Rejected("links in this slot begin with https://, and say nothing but where they lead")


def _is_fine(href: str) -> bool:
    """Say whether a link leads to a public place: without a user, and without data that would be sent along."""
    host, _, query = href.removeprefix("https://").partition("?")
    return href.startswith("https://") and "@" not in host and not query
