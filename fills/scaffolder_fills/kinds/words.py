"""Lists of words: a choice among those that are declared, or names."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, create_model

from scaffolder_fills.kinds.kind import Place, written
from scaffolder_fills.kinds.prose import Strict
from scaffolder_fills.kinds.strings import python_string, yaml_string

_LIST_FILES = frozenset({".py", ".yml", ".yaml"})


class Choices:
    """Some of the words in `of`, in the order of their declaration."""

    name = "choices"
    version = 1
    suffixes = _LIST_FILES

    def schema(self, place: Place) -> type[BaseModel]:
        """At least `at_least` and at most `at_most` of the words."""
        words = place.options.get("of")
        if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) for word in words):
            raise ValueError(f"slot {place.slot}: `of` must list the words to choose from")
        choice = StrEnum("Choice", {f"choice_{number}": word for number, word in enumerate(words)})  # type: ignore[misc]
        bounds = Field(min_length=place.limit("at_least", 1), max_length=place.limit("at_most", len(words)))
        chosen = Annotated[list[choice], bounds, AfterValidator(_no_word_twice)]
        return create_model("Choices", __base__=Strict, __doc__="Words chosen from those that are allowed.",
                            chosen=(chosen, ...))  # fmt: skip

    def write(self, data: Any, place: Place) -> str:
        """Write one word per line, as an item of a list."""
        order = list(place.options["of"])
        return written(_items(sorted((word.value for word in data.chosen), key=order.index), place), self.name)


class Names:
    """Names in snake case."""

    name = "names"
    version = 1
    suffixes = _LIST_FILES

    def schema(self, place: Place) -> type[BaseModel]:
        """At least `at_least` and at most `at_most` names."""
        name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Lower case, with underscores.")]
        bounds = Field(min_length=place.limit("at_least", 1), max_length=place.limit("at_most", 10))
        names = Annotated[list[name], bounds, AfterValidator(_no_word_twice)]
        return create_model("Names", __base__=Strict, __doc__="Names in snake case.", names=(names, ...))

    def write(self, data: Any, place: Place) -> str:
        """Write one name per line, as an item of a list."""
        return written(_items(data.names, place), self.name)


def _no_word_twice(words: list[str]) -> list[str]:
    if len(set(words)) < len(words):
        raise ValueError("a word stands twice")
    return words


def _items(words: list[str], place: Place) -> str:
    if place.suffix == ".py":
        return "".join(f"{place.indent}{python_string(word)},\n" for word in words)
    return "".join(f"{place.indent}- {yaml_string(word)}\n" for word in words)
