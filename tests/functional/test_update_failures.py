"""The command `update` on a disk, with rights and beside people that do not play along: one error, and nothing done."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.blueprints import snapshot
from tests.support.updating import copy_from

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
SPEC = "spec: 1\nproject: {name: shop}\nentities:\n  Product: {name: string}\n"
GROWN = SPEC + "  Invoice: {number: string(1..20) unique, product: -> Product}\n"
PREPARE = "import ctypes, os, sys\nfrom scaffolder import update\nfrom scaffolder.__main__ import main\n"
UPDATE = "sys.exit(main(['update', sys.argv[1], '--no-validate', '--quiet']))\n"
DROP = f"""\
import scaffolder.cli.main, scaffolder.cli.update
disk = update.Disk
def dropped(root):  # only now: Python, ruff and the blueprints may be for root's eyes
    os.setgroups([]); os.setresgid({NOBODY}, {NOBODY}, {NOBODY}); os.setresuid({NOBODY}, {NOBODY}, {NOBODY})
    return disk(root)
update.Disk = dropped
"""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a file system or to drop privileges")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = copy_from(SPEC, tmp_path_factory.mktemp("rendered"))
    (shop / "scaffold.yml").write_text(GROWN)
    (shop / "own.txt").write_text("mine\n")
    return shop


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can enter: pytest's own are private."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def update(
    root: Path, prepare: str = "", limit: Callable[[], object] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; `prepare` is run in it first."""
    command = [sys.executable, "-c", PREPARE + prepare + UPDATE, str(root)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    """Make sure that it ended with one error that says all of this, and a hint at most."""
    assert (done.returncode, done.stdout) == (2, ""), done
    first, *rest = done.stderr.splitlines()
    assert first.startswith("error: "), done.stderr
    assert first.endswith("; nothing was changed")
    assert [word for word in said if word not in first] == [], done.stderr
    assert [line for line in rest if not line.startswith("hint: ")] == []


@needs_root
def test_a_full_disk(place: Path, rendered: Path) -> None:
    disk = place / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        root = disk / "shop"
        shutil.copytree(rendered, root)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        (disk / "ballast").write_bytes(bytes(free - 100_000))
        before = snapshot(disk)
        refused(update(root), "no space left on the device")
        assert snapshot(disk) == before
        (disk / "ballast").unlink()
        assert update(root).returncode == 0, "with room it works"
        assert (root / "app/models/invoice.py").is_file()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_limit_on_the_size_of_files(place: Path, rendered: Path) -> None:
    root = place / "shop"
    shutil.copytree(rendered, root)
    before = snapshot(place)
    size = (root / ".scaffold/base.jsonl").stat().st_size // 2
    done = update(root, limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    refused(done, "a file is larger than the system allows")
    assert snapshot(place) == before


def test_a_read_only_file(place: Path, rendered: Path) -> None:
    # The rename would replace it, even for those who may not write to it.
    root = place / "shop"
    shutil.copytree(rendered, root)
    (root / "app/models/__init__.py").chmod(0o444)
    (root / "app/models/product.py").chmod(0o444)  # an update that leaves it alone does not mind
    before = snapshot(place)
    refused(update(root), "read-only: app/models/__init__.py; ")
    assert snapshot(place) == before
    (root / "app/models/__init__.py").chmod(0o644)
    assert update(root).returncode == 0


def given_to_nobody(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        os.chown(path, NOBODY, NOBODY)


@needs_root
@pytest.mark.parametrize(
    ("path", "mode", "owner"),
    [
        ("app/models", 0o555, NOBODY),
        ("app/models", 0o755, 0),
        (".", 0o755, 0),
        (".scaffold", 0o555, NOBODY),
        ("app/models/product.py", 0o000, NOBODY),
        ("app/models", 0o000, NOBODY),
    ],
    ids=["read-only folder", "foreign folder", "foreign project", "read-only state", "secret file", "secret folder"],
)
def test_permission_denied(place: Path, rendered: Path, path: str, mode: int, owner: int) -> None:
    root = place / "shop"
    shutil.copytree(rendered, root)
    given_to_nobody(root)
    os.chown(root / path, owner, owner)
    (root / path).chmod(mode)
    before = snapshot(place)
    refused(update(root, DROP), "ermission denied")
    assert snapshot(place) == before


@needs_root
def test_without_rights_it_works_where_none_are_missing(place: Path, rendered: Path) -> None:
    root = place / "shop"
    shutil.copytree(rendered, root)
    given_to_nobody(root)
    done = update(root, DROP)
    assert (done.returncode, done.stderr) == (0, "")
    assert (root / "app/models/invoice.py").stat().st_uid == NOBODY


def test_a_file_that_somebody_changes_while_it_runs(place: Path, rendered: Path) -> None:
    for attempt in range(20):
        root = place / f"shop{attempt}"
        shutil.copytree(rendered, root)
        target, before = root / "app/models/__init__.py", snapshot(root)
        command = [sys.executable, "-c", PREPARE + UPDATE, str(root)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not (root / ".scaffold/journal/manifest.json").exists() and child.poll() is None:
            pass
        child.send_signal(signal.SIGSTOP)
        time.sleep(0.01)
        in_time = child.poll() is None and not (root / ".scaffold/journal/commit").exists()
        if in_time:
            target.write_bytes(before["app/models/__init__.py"][1] + b"# mine\n")
        child.send_signal(signal.SIGCONT)
        out, errors = child.communicate(timeout=120)
        done = subprocess.CompletedProcess(command, child.returncode, out, errors)
        if in_time and done.returncode != 0:
            refused(done, "somebody changed files of", ": app/models/__init__.py; ")
            before["app/models/__init__.py"] = ("file 644", target.read_bytes())
            assert target.read_bytes().endswith(b"# mine\n")
            assert snapshot(root) == before
            return
    pytest.skip("the update was never caught between its first and its last file")
