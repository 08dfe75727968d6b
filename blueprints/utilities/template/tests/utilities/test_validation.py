"""Checks of identifiers."""

import pytest

from app.utilities.validation import is_identifier


@pytest.mark.parametrize(
    ("value", "good"), [("a", True), ("a-b_c.1", True), ("", False), ("-a", False), ("a b", False)]
)
def test_identifiers(value: str, good: bool) -> None:
    assert is_identifier(value) is good
