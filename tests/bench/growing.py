"""Entity 101 comes to a project of a hundred, two files of which a person edited: `python -m tests.bench.growing`.

The whole command is measured, validation and child processes included, against a fresh `copy` of the same spec with
its own validation. What validators remember of earlier runs is thrown away before each update.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.bench.measure import program
from tests.bench.work import STACK, spec_of

LIMIT = 1.5
"""Times the CPU seconds of a fresh copy. Without validation it is about 1."""
EDITS = {"README.md": "Mine, in a file that grows.", "app/routers/thing7.py": "# Mine, in a file that stays."}
NEW = "thing100"


def edit(root: Path) -> None:
    """Do what the person does."""
    for path, line in EDITS.items():
        file = root / path
        file.write_text(f"{file.read_text()}\n{line}\n")


def stamps(root: Path) -> dict[str, tuple[int, bytes]]:
    """Give time and content of each file that is no state."""
    files = (path for path in root.rglob("*") if path.is_file() and ".scaffold" not in path.parts)
    return {path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def judge(before: Mapping[str, tuple[int, bytes]], after: Mapping[str, tuple[int, bytes]]) -> list[str]:
    """Say what an update did that it should not have done; nothing when all is well."""
    wrong = [f"{path} is gone" for path in before.keys() - after.keys()]
    lost = [path for path, line in EDITS.items() if line.encode() not in after[path][1]]
    wrong += [f"the edit of {path} is gone" for path in lost]
    rewritten = [path for path in before.keys() & after.keys() if before[path][1] == after[path][1] and
                 before[path][0] != after[path][0]]  # fmt: skip
    wrong += [f"{path} was written again" for path in rewritten]
    strange = [path for path in after.keys() - before.keys() if NEW not in path]
    return wrong + [f"{path} came, and is nothing of {NEW}" for path in strange]


def main(repeats: int = 5) -> int:
    """Print what it costs; 1 when that is too much, or an edit or an unrelated file did not stay."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        (folder / "100.yml").write_text(spec_of(100))
        (folder / "101.yml").write_text(spec_of(101))
        start, root = folder / "start", folder / "project"

        def copy(spec: str, out: Path) -> list[str]:
            return ["-m", "scaffolder", "copy", STACK, str(out), "--data-file", str(folder / spec), "--quiet"]

        def prepare() -> None:
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(start, root)
            for file in (folder / "cache").rglob("findings.db*"):
                file.unlink()
            before.update(stamps(root))

        before: dict[str, tuple[int, bytes]] = {}
        program(1, copy("100.yml", start))
        edit(start)
        shutil.copy(folder / "101.yml", start / "scaffold.yml")
        fresh = program(repeats, copy("101.yml", root), lambda: shutil.rmtree(root, ignore_errors=True)).seconds
        update = ["-m", "scaffolder", "update", str(root), "--quiet"]
        checked = program(repeats, update, prepare).seconds
        wrong = judge(before, stamps(root))
        changed = sum(before.get(path) != one for path, one in stamps(root).items())
        plain = program(repeats, [*update, "--no-validate"], prepare).seconds
    ratio = checked / fresh
    print(f"a fresh copy of 101 entities           {fresh:.2f} CPU-s")
    print(f"update, from 100 to 101 entities       {checked:.2f} CPU-s ({plain:.2f} with --no-validate)")
    verdict = "ok" if ratio <= LIMIT else "TOO MUCH"
    print(f"update against copy                    {ratio:.2f} <= {LIMIT} times   {verdict}")
    print(f"files that changed                     {changed} of {len(before)}, the others untouched")
    print("\n".join(wrong) or "both edits were kept")
    return 1 if wrong or ratio > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
