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


def test_engines_that_are_not_there_are_named(shop: Workshop) -> None:
    shop.copy(base={"a.py": "A = 1\n"})
    shop.blueprints(base={"a.py": "A = 2\n"})
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
