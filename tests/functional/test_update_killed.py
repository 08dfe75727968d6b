"""An update that is killed at any instant leaves the old project or the new one, and the next command says which."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

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
