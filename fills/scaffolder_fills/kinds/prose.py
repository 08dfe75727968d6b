"""Prose: a text (a prompt, a description), or a section of Markdown."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from scaffolder_fills.kinds.kind import Place, written
from scaffolder_fills.kinds.strings import markdown_paragraph, python_strings, yaml_string

_KEY = re.compile(r"\s*(?P<key>[\w.-]+):\s")


def _words_at_most(limit: int) -> AfterValidator:
    def check(text: str) -> str:
        words = len(text.split())
        if words > limit:
            raise ValueError(f"{words} words; at most {limit} are allowed")
        if not text.strip():
            raise ValueError("it is empty")
        return text.strip()

    return AfterValidator(check)


class Strict(BaseModel):
    """Data of a fill: nothing but what the schema names."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Text:
    """A text of one or more paragraphs: string literals in Python, prose in Markdown, one scalar in YAML."""

    name = "text"
    version = 1
    suffixes = frozenset({".py", ".md", ".yml", ".yaml"})

    def schema(self, place: Place) -> type[BaseModel]:
        """One field, `text`, of at most `max_words`."""
        words = place.limit("max_words", 120)
        text = Annotated[str, Field(min_length=1, max_length=words * 12, description=f"At most {words} words."),
                         _words_at_most(words)]  # fmt: skip
        return create_model("Text", __base__=Strict, __doc__="Plain text, without markup.", text=(text, ...))

    def write(self, data: BaseModel, place: Place) -> str:
        """Write the text in the way of the file; in Python it ends with a line end if the static one does."""
        text: str = data.text  # type: ignore[attr-defined]
        match place.suffix:
            case ".py":
                end = "\n" if place.static.rstrip().endswith('\\n"') else ""
                return written(python_strings(text + end, place.indent), self.name)
            case ".md":
                paragraphs = [markdown_paragraph(one) for one in re.split(r"\n\s*\n", text)]
                return written("\n\n".join("\n".join(lines) for lines in paragraphs if lines) + "\n", self.name)
            case _:
                key = _KEY.match(place.static)
                if key is None or place.static.count("\n") != 1:
                    raise ValueError(f"slot {place.slot}: the static text must be one `key: value`")
                return written(f"{place.indent}{key['key']}: {yaml_string(text)}\n", self.name)


class Block(Strict):
    """A paragraph, or a list of points."""

    kind: Literal["paragraph", "bullets", "numbers"]
    lines: Annotated[list[Annotated[str, Field(min_length=1, max_length=1200)]], Field(min_length=1, max_length=12)]


class Section:
    """Paragraphs and lists under a heading that stands already."""

    name = "markdown.section"
    version = 1
    suffixes = frozenset({".md"})

    def schema(self, place: Place) -> type[BaseModel]:
        """Blocks, of at most `max_words` in all."""
        words = place.limit("max_words", 300)

        def check(blocks: list[Block]) -> list[Block]:
            total = sum(len(line.split()) for block in blocks for line in block.lines)
            if total > words:
                raise ValueError(f"{total} words; at most {words} are allowed")
            return blocks

        blocks = Annotated[list[Block], Field(min_length=1, max_length=20), AfterValidator(check)]
        return create_model("Section", __base__=Strict, __doc__=f"At most {words} words, without headings.",
                            blocks=(blocks, ...))  # fmt: skip

    def write(self, data: BaseModel, place: Place) -> str:
        """Write the blocks with a blank line between them."""
        del place
        blocks: list[Block] = data.blocks  # type: ignore[attr-defined]
        return written("\n\n".join("\n".join(_block(block)) for block in blocks) + "\n", self.name)


def _block(block: Block) -> list[str]:
    if block.kind == "paragraph":
        return markdown_paragraph(" ".join(block.lines))
    lines: list[str] = []
    for number, text in enumerate(block.lines, 1):
        mark = "- " if block.kind == "bullets" else f"{number}. "
        lines += markdown_paragraph(text, mark, " " * len(mark))
    return lines
