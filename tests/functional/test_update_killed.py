"""An update that is killed at any instant leaves the old project or the new one, and the next command says which."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.specs import many_entities

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")


@pytest.mark.parametrize("count", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_a_killed_update(tmp_path: Path, count: int) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")  # shown by pytest when the test fails
    base = MEMORY if os.access(MEMORY, os.W_OK) else tmp_path
    with tempfile.TemporaryDirectory(dir=base) as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.kill_updates", folder, str(count), str(seed)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = [tuple(one) for one in json.loads(done.stdout)]
    assert len(results) == count
    assert {after for _, _, after in results} == {"old", "new"}
    for said, before, after in results:
        # "rolled back" and "completed" are what the next command says. Without a word the project is whole already, but
        # for an empty journal in it when the run had not come further than that.
        expected = {"rolled back": "old", "completed": "new"}.get(said, before)
        assert after == ("old" if expected == "mixed" else expected), (said, before, after)


@pytest.mark.parametrize(
    ("marked", "said"),
    [(False, "rolled back first, so this is the old project"), (True, "completed first, so this is the new project")],
)
def test_the_next_command_says_which_project_is_found(tmp_path: Path, marked: bool, said: str) -> None:
    """The command itself is killed, before and after its journal is complete."""
    root = tmp_path / "shop"
    (tmp_path / "spec.yml").write_text(many_entities(3))
    scaffolder = [sys.executable, "-m", "scaffolder"]
    copy = [*scaffolder, "copy", "agent-backend", str(root), "--data-file", str(tmp_path / "spec.yml"), "-q"]
    subprocess.run(copy, cwd=ROOT, check=True)
    (root / "scaffold.yml").write_text(many_entities(5))
    shutil.copytree(root, tmp_path / "old")
    journal = root / ".scaffold/journal"
    for _ in range(50):
        shutil.rmtree(root)
        shutil.copytree(tmp_path / "old", root)
        child = subprocess.Popen([*scaffolder, "update", str(root), "-q", "--no-validate"], cwd=ROOT)
        while child.poll() is None and not (journal / ("commit" if marked else "manifest.json")).exists():
            pass
        child.kill()
        child.wait()
        if (journal / "manifest.json").exists() and (journal / "commit").exists() == marked:
            break
    else:
        pytest.skip("no update was caught at that instant")
    looked = subprocess.run([*scaffolder, "check", str(root)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (looked.returncode, "was cut short, or is still writing" in looked.stderr) == (2, True)
    assert f"it is the {'new' if marked else 'old'} project then" in looked.stderr
    update = [*scaffolder, "update", str(root), "--no-validate"]
    done = subprocess.run(update, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"An earlier run on {root} was cut short; it was {said}.\n" in done.stderr
    assert ("nothing to do" in done.stdout) == marked
    assert not journal.exists()
    assert (root / "app/models/thing4.py").exists()
