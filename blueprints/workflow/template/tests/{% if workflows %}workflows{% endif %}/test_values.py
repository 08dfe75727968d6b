"""Values as the expressions of workflows use them."""

from typing import Any

import pytest

from app.workflows import nodes
from app.workflows.errors import NotConfiguredError
from tests.workflows.toys import Number, ToyRun

DATA = {"list": [{"name": "first"}, Number(value=2)], "text": "letters"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("list", 0, "name"), "first"),
        (("list", 1, "value"), 2),
        (("list", 2, "name"), None),
        (("list", "name"), None),
        (("text", 0), None),
        (("missing", "deeper"), None),
        ((), DATA),
    ],
)
def test_pick_finds_what_is_there(path: tuple[str | int, ...], expected: Any) -> None:
    assert nodes.pick(DATA, *path) == expected


def test_a_setting_that_is_required_has_a_value() -> None:
    assert nodes.required("https://example.com", "HOOK_URL") == "https://example.com"
    for missing in (None, ""):
        with pytest.raises(NotConfiguredError, match="HOOK_URL is not set"):
            nodes.required(missing, "HOOK_URL")


def test_only_steps_with_a_result_are_done() -> None:
    run = ToyRun(Number(value=1))
    run.left = Number(value=2)
    assert nodes.done(run, "left")
    assert not nodes.done(run, "left", "right")
