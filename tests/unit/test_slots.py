"""Declarations of slots: what they give, and that what is wrong is refused with its line."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
import scaffolder_fills.kinds
from scaffolder_fills.kinds.registry import KINDS, OPTIONS

from scaffolder.blueprints import load_blueprint
from scaffolder.contract import Contract
from scaffolder.errors import BlueprintError
from scaffolder.slots import ITEMS, PARTS, SlotDeclaration
from tests.support.blueprints import write_blueprint

RULES = SlotDeclaration(
    "entities.*.rules",
    "python.body",
    "Say it.",
    context=("entity", "app/models/{item}.py"),
    tests=("tests/resources/test_{item}.py",),
)


def test_the_item_is_what_the_star_stands_for() -> None:
    assert RULES.item("entities.ticket.rules") == "ticket"
    assert RULES.item("entities.ticket.docstring") is None
    assert RULES.item("entities.a.b.rules") is None
    assert SlotDeclaration("readme", "text", "Say it.").item("readme") == ""


def test_paths_are_completed_with_the_item() -> None:
    assert RULES.context_of("entities.ticket.rules") == ("entity", "app/models/ticket.py")
    assert RULES.tests_of("entities.ticket.rules") == ("tests/resources/test_ticket.py",)


@pytest.mark.parametrize(
    ("slots", "line", "message"),
    [
        ("  a: {kind: magic, goal: x}", 5, "there is no kind 'magic'; known are text, markdown.section"),
        ("  a:\n    goal: x\n    kind: python.bodies", 7, "no kind 'python.bodies'; did you mean 'python.body'?"),
        ("  a:\n    goal: x\n    kind: [text]", 7, "there is no kind ['text']"),
        ("  a: {goal: x}", 5, "there is no kind None"),
        ("  a: {kind: text}", 5, "needs a kind and a goal"),
        ("  a: {kind: text, goal: ' '}", 5, "needs a kind and a goal"),
        ("  a: x", 5, "needs a kind and a goal"),
        ("  a:\n    kind: text\n    goal: x\n    max_word: 3", 8, "key 'max_word'; did you mean 'max_words'?"),
        ("  a:\n    kind: text\n    goal: x\n    max_lines: 3", 8, "unknown key 'max_lines'"),
        ("  a:\n    kind: text\n    goal: x\n    test: [a/b.py]", 8, "key 'test'; did you mean 'tests'?"),
        ("  a:\n    kind: text\n    goal: x\n    context: project", 8, "context must be a list of strings"),
        ("  a:\n    kind: text\n    goal: x\n    context: [entitys]", 8, "'entitys' is neither a part of the spec"),
        ("  a:\n    kind: text\n    goal: x\n    context: [../x.py]", 8, "'../x.py' is no path inside the project"),
        ("  a:\n    kind: text\n    goal: x\n    context: [/etc/x]", 8, "'/etc/x' is no path inside the project"),
        ("  a:\n    kind: text\n    goal: x\n    context: ['a/*.py']", 8, "'a/*.py' is no path inside the project"),
        ("  a:\n    kind: text\n    goal: x\n    context: [entity]", 8, "'entity' needs a `*` in the id"),
        ("  a:\n    kind: text\n    goal: x\n    tests: ['a/{item}.py']", 8, "'a/{item}.py' needs a `*` in the id"),
        ("  a:\n    kind: text\n    goal: x\n    tests: [entities]", 8, "'entities' is no path"),
        ("  a.*.*: {kind: text, goal: x}", 5, "at most one part of the id can be `*`"),
    ],
)
def test_refuses_what_is_wrong(tmp_path: Path, slots: str, line: int, message: str) -> None:
    folder = write_blueprint(tmp_path / "demo", {})
    (folder / "blueprint.yml").write_text(f"name: demo\nversion: 1.0.0\ndescription: x\nslots:\n{slots}\n")

    with pytest.raises(BlueprintError) as info:
        load_blueprint(folder)
    assert message in str(info.value)
    assert (info.value.template, info.value.line) == ("blueprint.yml", line)


def test_kinds_of_other_packages_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scaffolder.slots.names", lambda: (*KINDS, "other.kind"))
    folder = write_blueprint(tmp_path / "demo", {}, meta="slots:\n  a: {kind: other.kind, goal: x, anything: 1}\n")

    assert load_blueprint(folder).slots["a"].options == {"anything": 1}


def test_parts_are_those_of_the_contract() -> None:
    parts = {field.name for field in dataclasses.fields(Contract)}
    assert set(ITEMS.values()) <= PARTS <= parts


def test_every_limit_that_a_kind_reads_can_be_declared() -> None:
    folder = Path(scaffolder_fills.kinds.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    read = set(re.findall(r"""(?:\.limit|options\.get)\(\s*"(\w+)\"""", source))
    assert read == set().union(*OPTIONS.values())
    assert set(OPTIONS) == set(KINDS)


def test_loading_the_blueprints_is_quick() -> None:
    """Neither pydantic, the guard nor the list of all installed packages is needed to read blueprints."""
    code = (
        "import sys; from scaffolder.blueprints import load_catalog; assert not load_catalog().broken;"
        "slow = ('pydantic', 'scaffolder_fills.guard', 'importlib.metadata', 'difflib');"
        "print([name for name in slow if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
