"""What is about to be written is checked first, and what was not checked is said."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from scaffolder_validators import tool
from scaffolder_validators.registry import VALIDATORS

from scaffolder.checking import ADVISERS
from tests.support.blueprints import snapshot
from tests.support.updating import Workshop

END = "\n\n\nEND = 1\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workshop:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Workshop(tmp_path, monkeypatch, capsys)


def test_new_errors_stop_the_write_and_old_ones_do_not(shop: Workshop) -> None:
    shop.copy(base={"a.json": '{"a": 1}\n', "b.json": '{"b": 1}\n'})
    shop.write("b.json", '{"b" 1}\n')
    shop.blueprints(base={"a.json": '{"a" 1}\n', "b.json": '{"b": 1}\n'})
    before = snapshot(shop.root)
    done = shop.update()
    assert done.code == 1
    assert "1 new error in the new files; nothing was written" in done.err
    assert "a.json:1:" in done.err
    assert "b.json:" not in done.err
    assert snapshot(shop.root) == before
    done = shop.update("--no-validate")
    assert done.code == 0
    assert "validation: it was switched off" in done.out


def test_what_is_sound_alone_may_not_be_sound_together(shop: Workshop) -> None:
    shop.copy(base={"a.py": "A = 1\nB = 2\n", "b.py": "import a\n\nprint(a)" + END})
    shop.write("b.py", "from a import B\n\nprint(B)" + END)
    shop.blueprints(base={"a.py": "A = 1\nC = 2\n", "b.py": "import a\n\nprint(a)" + END.replace("1", "2")})
    before = snapshot(shop.root)
    done = shop.update()
    assert (done.code, "b.py:1:15: error[imports:missing-name]" in done.err) == (1, True), done.err
    assert snapshot(shop.root) == before


@pytest.mark.parametrize(
    ("statement", "call"),
    [("from pkg.a import price", "price(1)"), ("from pkg import a", "a.price(1)"), ("import pkg.a", "pkg.a.price(1)")],
)
@pytest.mark.parametrize("edited", [True, False])
def test_types_are_checked_where_people_wrote_something(
    shop: Workshop, statement: str, call: str, edited: bool
) -> None:
    start = {"pkg/__init__.py": "", "pkg/a.py": "def price(net: int) -> int:\n    return net\n", "own.txt": ""}
    shop.copy(base=start)
    if edited:
        shop.write("pkg/a.py", start["pkg/a.py"].replace("net: int", "net: int, tax: int"))
    shop.blueprints(base={**start, "b.py": f"{statement}\n\nPRICE = {call}\n"})
    done = shop.update()
    assert done.code == (1 if edited else 0), done.err
    assert ("b.py:3:9: error[ty:missing-argument]" in done.err) == edited


def test_engines_that_are_not_there_are_named(shop: Workshop) -> None:
    shop.copy(base={"a.py": f"A = 1{END}"})
    shop.write("a.py", f"A = 1{END}MINE = 1\n")
    shop.blueprints(base={"a.py": f"A = 2{END}"})
    shop.patch.setattr(tool, "find", lambda _program: None)
    done = shop.update()
    assert done.code == 0
    assert "Not done:\n  - skipped: ruff (1 file): ruff not found: pip install ruff\n" in done.out
    assert "  - skipped: ty (1 file): ty not found: pip install 'scaffolder[validators]'" in done.out


@pytest.mark.parametrize("name", sorted(ADVISERS))
def test_advisers_never_say_that_something_is_an_error(name: str) -> None:
    source = Path(str(import_module(VALIDATORS[name]).__file__)).read_text()
    assert '"warning"' in source
    assert '"error"' not in source
