"""Docstrings, and the two kinds that return code: nothing else would do for a body."""

from __future__ import annotations

import re
import textwrap
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, create_model

from scaffolder_fills.kinds.kind import WIDTH, Place, written
from scaffolder_fills.kinds.prose import Strict

_FENCE = re.compile(r"\A\s*```[a-z]*\n(?P<code>.*?)\n?```\s*\Z", re.DOTALL)


class Docstring:
    """A docstring: a summary of one line, and paragraphs."""

    name = "python.docstring"
    version = 1
    suffixes = frozenset({".py"})

    def schema(self, place: Place) -> type[BaseModel]:
        """A summary that fits a line, and at most `max_words` in all."""
        room = WIDTH - len(place.indent) - len('"""."""')
        summary = Annotated[str, Field(min_length=3, max_length=min(room, 100), description="One sentence, one line."),
                            AfterValidator(_one_line)]  # fmt: skip
        detail = Annotated[str, Field(min_length=1, max_length=600)]
        details = Annotated[list[detail], Field(max_length=5, description="Further paragraphs, or none.")]
        return create_model("Docstring", __base__=Strict, __doc__="What the code does, for its readers.",
                            summary=(summary, ...), details=(details, ...))  # fmt: skip

    def write(self, data: Any, place: Place) -> str:
        """Write the string in triple quotes; backslashes and quotes inside are escaped."""
        summary = _quoted(data.summary.rstrip(".") + ".")
        if not data.details:
            return written(f'{place.indent}"""{summary}"""\n', self.name)
        lines = [f'{place.indent}"""{summary}']
        for detail in data.details:
            words, room = _quoted(" ".join(detail.split())), WIDTH - len(place.indent)
            wrapped = textwrap.wrap(words, room, break_long_words=False, break_on_hyphens=False)
            lines += ["", *(place.indent + line for line in wrapped)]
        return written("\n".join([*lines, f'{place.indent}"""', ""]), self.name)


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("the summary must be one line")
    return text


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


class PythonBody:
    """The statements of a function whose signature and docstring stand already."""

    name = "python.body"
    version = 1
    suffixes = frozenset({".py"})

    def schema(self, place: Place) -> type[BaseModel]:
        """One field, `code`, of at most `max_lines`."""
        return _code_model("PythonBody", place, "The statements of the function's body, without its signature.")

    def write(self, data: Any, place: Place) -> str:
        """Write the statements at the slot's indentation."""
        return _indented(data.code, place.indent)


class TypeScriptBody:
    """The statements of a function in TypeScript or JavaScript."""

    name = "typescript.body"
    version = 1
    suffixes = frozenset({".ts", ".tsx", ".js", ".jsx"})

    def schema(self, place: Place) -> type[BaseModel]:
        """One field, `code`, of at most `max_lines`."""
        return _code_model("TypeScriptBody", place, "The statements of the function's body, without its signature.")

    def write(self, data: Any, place: Place) -> str:
        """Write the statements at the slot's indentation."""
        return _indented(data.code, place.indent)


def _code_model(name: str, place: Place, doc: str) -> type[BaseModel]:
    lines = place.limit("max_lines", 30)

    def check(code: str) -> str:
        fenced = _FENCE.match(code)
        bare = fenced["code"] if fenced else code
        count = bare.strip("\n").count("\n") + 1
        if count > lines:
            raise ValueError(f"{count} lines; at most {lines} are allowed")
        if not bare.strip():
            raise ValueError("it is empty")
        return bare

    field = Annotated[str, Field(min_length=1, max_length=lines * WIDTH, description=f"At most {lines} lines."),
                      AfterValidator(check)]  # fmt: skip
    # Strip nothing: the indentation of the first line says that of all.
    return create_model(name, __config__={"extra": "forbid"}, __doc__=doc, code=(field, ...))


def _indented(code: str, indent: str) -> str:
    lines = textwrap.dedent(code.expandtabs(4)).strip("\n").split("\n")
    return "".join(f"{indent}{line.rstrip()}\n" if line.strip() else "\n" for line in lines)
