"""What users of other tools were burnt by in their second year, each a test of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from scaffolder_validators import Finding, Sources
from scaffolder_validators import text as engine

from scaffolder.__main__ import main
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest, copy
from tests.support.blueprints import snapshot
from tests.support.specs import many_entities
from tests.support.updating import TEXT, Workshop, lines

ROOT = Path(__file__).resolve().parents[2]
NEW = TEXT.replace("five", "5")
MINE = TEXT.replace("one", "1")
BOTH = MINE.replace("five", "5")
CLASH = TEXT.replace("one", "uno")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workshop:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Workshop(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("style", ["inline", "rej"])
@pytest.mark.parametrize("flags", [(), ("--quiet",), ("--json",), ("--no-validate",), ("--force",)])
def test_a_conflict_never_exits_with_0(shop: Workshop, style: str, flags: tuple[str, ...]) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"a.txt": CLASH, "b.txt": NEW})
    assert shop.update("--pretend", "--conflict", style, *flags).code == 1
    done = shop.update("--conflict", style, *flags)
    assert done.code == 1
    assert "a.txt" in done.out + done.err
    assert shop.read("b.txt") == NEW, "what does not overlap is written all the same"


def test_of_sixty_files_with_marks_sixty_are_named(shop: Workshop) -> None:
    names = {f"folder{number % 7}/file{number}.txt" for number in range(60)}
    shop.copy(base={**dict.fromkeys(names, TEXT), "fine.txt": TEXT})
    for name in names:
        shop.write(name, MINE)
    shop.write("fine.txt", MINE)
    shop.blueprints(base={**dict.fromkeys(names, CLASH), "fine.txt": NEW})
    done = shop.update()
    assert done.code == 1
    named = {line.partition(": ")[0].removeprefix("  - ") for line in done.err.splitlines() if "<<<<<<< yours" in line}
    marked = {path for path in shop.files() if "<<<<<<< yours" in shop.read(path)}
    assert named == marked == names
    again = shop.update()
    assert (again.code, "60 files with marks of an earlier conflict" in again.err) == (1, True)
    found = shop.run("check", str(shop.root))
    assert (found.code, {line.split()[1] for line in lines(found.out)} == names) == (1, True)


@pytest.mark.parametrize("after", [{"moved/b.txt": NEW}, {}], ids=["renamed", "deleted"])
def test_edits_stay_in_files_that_the_template_renamed_or_deleted(shop: Workshop, after: Mapping[str, str]) -> None:
    shop.copy(base={"a.txt": TEXT, "z.txt": TEXT})
    shop.write("a.txt", MINE)
    shop.blueprints(base={**after, "z.txt": TEXT})
    done = shop.update()
    assert done.code == 0
    path, text = ("moved/b.txt", BOTH) if after else ("a.txt", MINE)
    assert shop.files() == {path, "z.txt"}
    assert shop.read(path) == text
    assert any("a.txt" in line for line in lines(done.out))


def test_a_deleted_file_does_not_come_back(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT})
    (shop.root / "a.txt").unlink()
    for text in (TEXT, NEW, CLASH):
        shop.blueprints(base={"a.txt": text, "b.txt": text})
        assert shop.update().code == 0
        assert shop.files() == {"b.txt"}
    shop.blueprints(base={"moved.txt": CLASH, "b.txt": TEXT})
    assert shop.update().code == 0
    assert shop.files() == {"b.txt"}


def test_a_check_that_crashes_does_not_undo_what_is_sound(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"a.txt": NEW})

    def crash(_: Sources) -> Iterator[Finding]:
        raise RuntimeError("no more")

    shop.patch.setattr(engine, "check", crash)
    done = shop.update()
    assert done.code == 0
    assert "  - crashed: text: RuntimeError: no more" in done.out
    assert shop.read("a.txt") == BOTH


def test_a_report_that_nobody_can_read_does_not_undo_the_update(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    copy(CopyRequest("agent-backend", root, SpecSource("s.yml", content=many_entities(2).encode()), validate=False))
    (root / "scaffold.yml").write_text(many_entities(3))
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "scaffolder", "update", str(root), "--no-validate"]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode != 2
    assert (root / "app/models/thing2.py").is_file()
    assert main(["check", str(root), "--quiet"]) == 0


@pytest.mark.parametrize("what", ["order", "time", "place", "environment"])
def test_no_file_changes_because_of(tmp_path: Path, what: str) -> None:
    """The same project is updated twice, under conditions that differ in this."""
    started = SpecSource("s.yml", content=many_entities(2).encode())
    first, second = tmp_path / "shop", tmp_path / ("a longer/place where it is" if what == "place" else "other")
    grown = many_entities(4)
    for root in (first, second):
        assert copy(CopyRequest("agent-backend", root, started, validate=False)).status == "written"
        (root / "README.md").write_text("Mine.\n\n" + (root / "README.md").read_text())
        (root / "scaffold.yml").write_text(grown)
    environment, command = dict(os.environ), [sys.executable, "-m", "scaffolder", "update", "--no-validate", "-q"]
    subprocess.run([*command, str(first)], cwd=ROOT, check=True)
    if what == "order":  # files made in another order are listed in another order
        for path in sorted((path for path in second.rglob("*") if path.is_file()), reverse=True):
            content, mode = path.read_bytes(), path.stat().st_mode
            path.unlink()
            path.write_bytes(content)
            path.chmod(mode)
        environment["PYTHONHASHSEED"] = "7"
    elif what == "time":
        for path in second.rglob("*"):
            os.utime(path, (86_400, 86_400))
        environment["TZ"] = "Pacific/Kiritimati"
    elif what == "environment":
        environment |= {
            "LANG": "tr_TR.UTF-8",
            "LC_ALL": "C",
            "HOME": str(tmp_path),
            "USER": "somebody",
            "COLUMNS": "20",
        }
    subprocess.run([*command, str(second)], cwd=ROOT, env=environment, check=True)
    assert snapshot(first) == snapshot(second)
