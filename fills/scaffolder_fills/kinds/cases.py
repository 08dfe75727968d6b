"""Test cases: typed inputs and outputs, in the shape of the static ones, rendered into a parametrised test."""

from __future__ import annotations

import ast
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, create_model

from scaffolder_fills.kinds.kind import WIDTH, Place, written
from scaffolder_fills.kinds.prose import Strict
from scaffolder_fills.kinds.strings import python_string

_NAME = r"^[a-z0-9][a-z0-9 ]{2,60}$"


class TestCases:
    """Cases `("name", {"argument": value, …}, expected),`; types are those of the first static case, or None."""

    __test__ = False  # the name is a kind's, not a test's
    name = "test.cases"
    version = 1
    suffixes = frozenset({".py"})

    def schema(self, place: Place) -> type[BaseModel]:
        """Cases with a name, the arguments of the static case, and what is expected."""
        _, arguments, expected = _first(place)
        # Arguments have names like `schema` and `copy`, which attributes of a model must not have.
        fields = {f"given_{name}": (_type_of(value, place), Field(alias=name)) for name, value in arguments.items()}
        for key in _nullable(place) & {key for key, value in arguments.items() if value is not None}:
            fields[f"given_{key}"] = (_type_of(arguments[key], place) | None, Field(alias=key))
        given = create_model("Input", __base__=Strict, __doc__="The arguments.", **fields)  # type: ignore[call-overload]
        name = Annotated[str, Field(pattern=_NAME, description="What the case shows, in lower case.")]
        case = create_model("Case", __base__=Strict, __doc__="One case.", name=(name, ...), given=(given, ...),
                            expected=(_type_of(expected, place), ...))  # fmt: skip
        bounds = Field(min_length=1, max_length=place.limit("at_most", 8))
        cases = Annotated[list[case], bounds, AfterValidator(_no_name_twice)]  # type: ignore[valid-type]
        return create_model("TestCases", __base__=Strict, __doc__="Cases that a right implementation passes.",
                            cases=(cases, ...))  # fmt: skip

    def write(self, data: Any, place: Place) -> str:
        """Write one case per line, or over several where it does not fit."""
        _, arguments, _ = _first(place)
        return written("".join(_case(one, list(arguments), place.indent) for one in data.cases), self.name)


def _no_name_twice(cases: list[Any]) -> list[Any]:
    if len({one.name for one in cases}) < len(cases):
        raise ValueError("a name stands twice")
    return cases


def _first(place: Place) -> tuple[str, dict[str, Any], Any]:
    wrong = f'slot {place.slot}: the static text must be cases ("name", {{"argument": value}}, expected),'
    try:
        first = ast.literal_eval(f"[{place.static}]")[0]
    except (ValueError, SyntaxError, TypeError, IndexError):
        raise ValueError(wrong) from None
    match first:
        case (str() as name, {**arguments}, expected) if arguments:
            return name, {str(key): value for key, value in arguments.items()}, expected
    raise ValueError(wrong)


def _nullable(place: Place) -> frozenset[str]:
    """Give the arguments that are None in one of the static cases, whatever they are in the first."""
    cases = ast.literal_eval(f"[{place.static}]")
    return frozenset(name for _, arguments, _ in cases for name, value in arguments.items() if value is None)


def _type_of(value: Any, place: Place) -> Any:
    match value:
        case bool():
            return Annotated[bool, Field(strict=True)]
        case int():
            return Annotated[int, Field(strict=True, ge=-1_000_000_000, le=1_000_000_000)]
        case float():
            return Annotated[float, Field(strict=True, ge=-1e9, le=1e9)]
        case str():
            return Annotated[str, Field(max_length=500)]
        case None:
            return Annotated[str, Field(max_length=500)] | None
        case [first, *_]:
            return Annotated[list[_type_of(first, place)], Field(max_length=20)]  # type: ignore[misc]
        case []:
            return Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)]
        case _:
            raise ValueError(f"slot {place.slot}: {value!r} is no value that a case can have")


def _case(case: Any, arguments: list[str], indent: str) -> str:
    given = [f"{python_string(name)}: {_literal(getattr(case.given, f'given_{name}'))}" for name in arguments]
    expected = _literal(case.expected)
    line = f"{indent}({python_string(case.name)}, {{{', '.join(given)}}}, {expected}),"
    if len(line) <= WIDTH:
        return line + "\n"
    inner = f"{indent}    "
    rows = [
        f"{inner}{python_string(case.name)},",
        f"{inner}{{",
        *(f"{inner}    {one}," for one in given),
        f"{inner}}},",
    ]
    return "\n".join([f"{indent}(", *rows, f"{inner}{expected},", f"{indent}),", ""])


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return python_string(value)
    if isinstance(value, list):
        return "[" + ", ".join(_literal(one) for one in value) + "]"
    return repr(value)
