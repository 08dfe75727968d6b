"""A real project: its spec grows, people edit it, and an update brings both together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffolder.__main__ import main
from tests.support.blueprints import snapshot
from tests.support.updating import copy_from

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
SPEC = """\
spec: 1
project: {name: shop}
auth: {roles: [user, admin]}
entities:
  Product: {name: string(1..80), price: 'decimal(10,2) = 0.00'}
  Tag: {label: string(1..20) unique}
"""
GROWN = SPEC + "  Invoice: {number: string(1..20) unique, product: -> Product}\n"
is_root = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_from(SPEC, tmp_path_factory.mktemp("rendered"))


@pytest.fixture
def root(rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, edited by a person."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "shop"
    shutil.copytree(rendered, root)
    return root


def edit(root: Path) -> None:
    """What a person does: edits, deletes, and adds files, and lets the spec grow."""
    insert(root / "app/models/product.py", "\n\nMINE = 1\n")
    readme = root / "README.md"
    readme.write_text("<!-- mine -->\n" + readme.read_text())
    (root / "docs/architecture.md").unlink()
    (root / "app/own.py").write_text("OWN = 1\n")
    (root / "scaffold.yml").write_text(GROWN)


def insert(path: Path, text: str) -> None:
    """Write `text` at the end of a file."""
    path.write_text(path.read_text().rstrip("\n") + text)


def outcomes(out: str) -> dict[str, str]:
    return {one["path"]: one["outcome"] for one in json.loads(out)["outcomes"]}


def test_an_entity_more(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root)
    before = {path: path.stat() for path in sorted(root.rglob("*")) if path.is_file()}
    code = main(["update", str(root), "--json"])
    said = capsys.readouterr().out
    assert code == 0, said
    found = outcomes(said)
    assert found["app/models/invoice.py"] == "created"
    assert found["app/models/product.py"] in {"edited", "merged"}
    assert found["README.md"] in {"edited", "merged"}
    assert found["docs/architecture.md"] == "kept-deleted"
    assert not (root / "docs/architecture.md").exists()
    assert "MINE = 1" in (root / "app/models/product.py").read_text()
    assert (root / "README.md").read_text().startswith("<!-- mine -->\n")
    assert (root / "app/own.py").read_text() == "OWN = 1\n"
    assert "Invoice" in (root / "app/models/__init__.py").read_text()
    for path, status in before.items():
        name = path.relative_to(root).as_posix()
        if found.get(name, "unchanged") in {"unchanged", "edited", "once"} and not name.startswith(".scaffold"):
            assert path.stat().st_mtime_ns == status.st_mtime_ns, name

    after = snapshot(root)
    assert main(["check", str(root), "--edits"]) == 0
    assert "  edited    README.md\n" in capsys.readouterr().out
    assert main(["update", str(root)]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert snapshot(root) == after


def test_an_entity_less_and_back(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = snapshot(root)
    (root / "scaffold.yml").write_text(GROWN)
    assert main(["update", str(root), "-q", "--no-validate"]) == 0
    (root / "scaffold.yml").write_text(SPEC)
    assert main(["update", str(root), "-q", "--no-validate", "--allow-destructive"]) == 0
    after = snapshot(root)
    assert len(after) == len(start) + 2  # what a database went through is not undone by forgetting it
    assert all(after[path] == start[path] for path in start if not path.startswith(".scaffold/"))


@pytest.mark.parametrize("has_git", [True, False])
def test_with_and_without_git_it_gives_the_same(
    root: Path, tmp_path: Path, has_git: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    shutil.copytree(root, other)
    for one in (root, other):
        edit(one)
    if has_git:
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.org"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
            subprocess.run([*git, *command], check=True)
    else:
        monkeypatch.setenv("PATH", os.path.dirname(sys.executable))  # noqa: PTH120 - ruff is there, git is not
    for one in (root, other):
        assert main(["update", str(one), "-q", "--no-validate"]) == 0
    found = {name: entry for name, entry in snapshot(root).items() if not name.startswith(".git/") and name != ".git"}
    assert found == snapshot(other)


# What the disk says.


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that other users can enter: pytest's own are private."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not is_root, reason="needs root, to drop privileges")
@pytest.mark.parametrize("what", ["folder", "file", "state"])
def test_without_permission_nothing_changes(rendered: Path, shared: Path, what: str) -> None:
    root = shared / "shop"
    shutil.copytree(rendered, root)
    (root / "scaffold.yml").write_text(GROWN)
    for path in (root, *root.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    target = {"folder": root / "app/models", "file": root / "app/models/product.py", "state": root / ".scaffold"}[what]
    os.chown(target, 0, 0)
    target.chmod(0o000 if what == "file" else 0o755)
    before = snapshot(shared)
    program = (
        "import ctypes, os, sys; from pathlib import Path; from scaffolder.events import StageStarted\n"
        "from scaffolder.update import UpdateRequest, update\n"
        "def drop(event):\n"  # only now: Python, ruff and the blueprints may be for root's eyes
        "    if event == StageStarted('merge'):\n"
        f"        os.setgroups([]); os.setegid({NOBODY}); os.seteuid({NOBODY})\n"
        "update(UpdateRequest(Path(sys.argv[1]), validate=False), drop)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("scaffolder.errors.DestinationError: cannot "), done.stderr
    assert "ermission denied" in last
    assert "nothing was changed" in last
    assert snapshot(shared) == before
