"""Names in every case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffolder.naming import (
    IDENTIFIER_LIMIT,
    Names,
    column_name,
    pascal,
    python_attribute,
    python_module,
    sql_identifier,
)


@pytest.mark.parametrize(
    ("text", "snake", "class_name", "plural"),
    [
        pytest.param("DueAt", "due_at", "DueAt", "due_ats", id="pascal"),
        pytest.param("due-at", "due_at", "DueAt", "due_ats", id="kebab"),
        pytest.param("HTTPServer", "http_server", "HTTPServer", "http_servers", id="capitals are kept in classes"),
        pytest.param("User2", "user2", "User2", "user2s", id="digits stay with their word"),
        pytest.param("Person", "person", "Person", "people", id="irregular"),
        pytest.param("Category", "category", "Category", "categories", id="y"),
        pytest.param("Status", "status", "Status", "statuses", id="s"),
        pytest.param("Series", "series", "Series", "series", id="same in plural"),
        pytest.param("OrderStatus", "order_status", "OrderStatus", "order_statuses", id="only the last word"),
    ],
)
def test_names(text: str, snake: str, class_name: str, plural: str) -> None:
    names = Names.of(text)
    assert (names.snake, names.pascal, names.plural_snake) == (snake, class_name, plural)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("class", "class_"),
        ("metadata", "metadata_"),
        ("schema", "schema_"),
        ("str", "str_"),
        ("model_dump", "model_dump_"),
    ],
)
def test_an_attribute_that_python_or_a_framework_owns_gets_an_underscore(name: str, attribute: str) -> None:
    assert python_attribute(name) == attribute


@pytest.mark.parametrize("name", ["type", "order", "from_date", "status", "id_"])
def test_other_attributes_stay(name: str) -> None:
    assert python_attribute(name) == name


def test_a_trailing_underscore_keeps_columns_apart() -> None:
    assert column_name("id_") == "id_"


@pytest.mark.parametrize(
    ("name", "module"), [("Class", "class_"), ("Import", "import_"), ("Base", "base_"), ("Tag", "tag")]
)
def test_modules_can_be_imported(name: str, module: str) -> None:
    assert python_module(name) == module


def test_a_name_without_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="no letters or digits"):
        Names.of("--")


@given(st.lists(st.from_regex(r"[a-z]{1,40}", fullmatch=True), min_size=1, max_size=4))
def test_identifiers_fit_postgresql_and_differ(parts: list[str]) -> None:
    name = sql_identifier(*parts)
    assert len(name) <= IDENTIFIER_LIMIT
    assert sql_identifier(*parts, "x") != name


@given(st.from_regex(r"[A-Z][a-z0-9]{0,8}([A-Z][a-z0-9]{0,8}){0,3}", fullmatch=True))
def test_cases_are_stable(text: str) -> None:
    names = Names.of(text)
    assert Names.of(names.snake).snake == names.snake
    assert pascal(text) == text
