"""What the README shows is what the program does."""

import re
from pathlib import Path

import pytest

from scaffolder.contract import build_contract
from scaffolder.errors import BadInputError
from scaffolder.spec import load_spec_text

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def example() -> str:
    found = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def test_the_spec_by_example_is_accepted() -> None:
    loaded = load_spec_text(example(), "helpdesk.yml")
    assert loaded.problems == ()
    assert build_contract(loaded.spec).notes == ()


def test_the_message_that_is_shown_is_the_one_that_is_given() -> None:
    with pytest.raises(BadInputError) as caught:
        load_spec_text(example().replace("string(1..200)", "strng(1..200)"), "helpdesk.yml")
    assert f"```\n{caught.value.problems[0]}\n```" in README
