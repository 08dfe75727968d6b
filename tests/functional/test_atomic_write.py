"""A run that is killed, has no room or no permission leaves the old project or the new one, never half of each."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scaffolder.errors import DestinationError
from scaffolder.tree import Tree
from scaffolder.write import write_tree
from tests.support.blueprints import file, snapshot, tree

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534

is_root = hasattr(os, "geteuid") and os.geteuid() == 0
needs_root = pytest.mark.skipif(not is_root, reason="needs root, to mount a file system or to drop privileges")


MEMORY = Path("/dev/shm")


def folders() -> list[object]:
    """Where to kill: in memory, fifty times, as each costs a few milliseconds there; on the disk less often."""
    in_memory = pytest.mark.skipif(not os.access(MEMORY, os.W_OK), reason="there is no /dev/shm to write to")
    return [
        pytest.param((MEMORY, 50), id="memory", marks=in_memory),
        pytest.param((None, 5), id="disk"),
        pytest.param((None, 50), id="disk, often", marks=pytest.mark.slow),
    ]


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A folder of its own, and how often to kill in it."""
    base, count = request.param
    with tempfile.TemporaryDirectory(dir=base or tmp_path) as folder:
        yield Path(folder) / "work", count


def kills(folder: Path, kind: str, count: int) -> list[tuple[str, str]]:
    """What `count` killed runs left: at once, and after the next command."""
    seed = random.SystemRandom().randrange(1 << 30)
    folder.mkdir()
    print(f"seed {seed}")  # shown by pytest when the test fails
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.kill_writes", str(folder), kind, str(count), str(seed)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [(before, after) for before, after in json.loads(done.stdout)]


@pytest.mark.parametrize("place", folders(), indirect=True)
@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_a_fresh_destination_appears_whole_or_not_at_all(place: tuple[Path, int], kind: str) -> None:
    results = kills(place[0], kind, place[1])

    assert {before for before, _ in results} == {"old", "new"}
    assert all(before == after for before, after in results)


@pytest.mark.parametrize("place", folders(), indirect=True)
def test_an_existing_project_is_old_or_new_after_the_next_command(place: tuple[Path, int]) -> None:
    results = kills(place[0], "existing", place[1])

    assert {after for _, after in results} == {"old", "new"}


TREE = tree({f"app/f{number}.py": "x" * 8000 + "\n" for number in range(40)})


@contextmanager
def small_file_system(folder: Path, size: str) -> Iterator[Path]:
    """A tmpfs of `size`, mounted at `folder`."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes=200", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@needs_root
@pytest.mark.parametrize("kind", ["missing", "deep", "empty", "mount point", "existing"])
def test_a_full_disk_leaves_the_destination_as_it_was(tmp_path: Path, kind: str) -> None:
    with small_file_system(tmp_path / "disk", "160k") as disk:
        out = {"deep": disk / "a/b/out", "mount point": disk}.get(kind, disk / "out")
        if kind in {"empty", "existing"}:
            out.mkdir()
        if kind == "existing":
            (out / "app").mkdir()
            (out / "app/f3.py").write_text("mine\n")
        before = snapshot(disk)

        with pytest.raises(DestinationError, match=r"no space left on the device.*nothing was changed"):
            write_tree(TREE, out, overwrite=True)

        assert snapshot(disk) == before
        small = Tree(file(path) for path in list(TREE)[:5])
        assert write_tree(small, out, overwrite=True).written


def test_a_limit_on_file_sizes_leaves_the_destination_as_it_was(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys; from pathlib import Path; from tests.functional.test_atomic_write import TREE\n"
        "from scaffolder.write import write_tree\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))\n"
        "write_tree(TREE, Path(sys.argv[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "DestinationError: cannot write to" in done.stderr
    assert "larger than the system allows" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that other users can enter: pytest's own are private."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def as_nobody(out: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import ctypes, os, sys; from pathlib import Path; from tests.support.blueprints import tree\n"
        "from scaffolder.write import write_tree\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); os.chdir('/')\n"
        "write_tree(tree({'app/a.py': 'a\\n', 'b.txt': 'b\\n'}), Path(sys.argv[1]), overwrite=True)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program, str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )


@needs_root
@pytest.mark.parametrize("kind", ["missing", "empty", "existing", "existing folder inside"])
def test_a_destination_without_permission_is_refused(shared_folder: Path, kind: str) -> None:
    out = shared_folder / "out"
    if kind != "missing":
        out.mkdir(mode=0o755)
    if kind == "existing":
        (out / "b.txt").write_text("mine\n")
    if kind == "existing folder inside":
        os.chown(out, NOBODY, NOBODY)
        (out / "app").mkdir()
    before = snapshot(shared_folder)

    done = as_nobody(out)

    assert f"DestinationError: cannot write to {out}: permission denied" in done.stderr
    assert snapshot(shared_folder) == before


@needs_root
def test_an_own_empty_folder_in_a_foreign_one_can_be_written(shared_folder: Path) -> None:
    out = shared_folder / "out"
    out.mkdir()
    os.chown(out, NOBODY, NOBODY)

    done = as_nobody(out)

    assert (done.returncode, done.stderr) == (0, "")
    assert {path: content for path, (_, content) in snapshot(out).items() if content} == {
        "app/a.py": b"a\n",
        "b.txt": b"b\n",
    }
