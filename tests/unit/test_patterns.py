"""Path patterns, checked against git itself where it is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scaffolder.errors import ScaffolderError
from scaffolder.patterns import matcher

PATHS = [
    "a.md", "docs/a.md", "docs/deep/a.md", "app/main.py", "app/models/a.py", "app/x/models/b.py", "README",
    "docs", "x.d/y", "a[1].txt", "a1.txt", "é.md", "src/docs/b.md",
]  # fmt: skip
PATTERNS = [
    "*.md", "docs/", "docs", "/docs", "docs/*.md", "docs/**", "**/models", "app/**/a.py", "app/*", "a?.txt",
    "a[0-9].txt",     "a[!0-9].txt", "/a.md", "docs/**/a.md", "**/b.md", "é.*", "app/main.py", "x.d", "[a-c]*",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.skipif(shutil.which("git") is None, reason="git, the reference, is not installed")
def test_means_what_gitignore_means(tmp_path: Path, pattern: str) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    (tmp_path / ".git/info/exclude").write_text(f"{pattern}\n")
    matches = matcher([pattern])

    answer = subprocess.run(
        ["git", "-c", "core.quotePath=false", "check-ignore", "--no-index", "--stdin"],
        cwd=tmp_path, input="\n".join(PATHS), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert [path for path in PATHS if matches(path)] == answer.stdout.splitlines()


def test_several_and_none() -> None:
    assert not matcher([])("a")
    assert [path for path in PATHS if matcher(["README", "a.md"])(path)] == [
        "a.md", "docs/a.md", "docs/deep/a.md", "README",
    ]  # fmt: skip


@pytest.mark.parametrize("pattern", ["", "/", "!a"])
def test_refuses_what_it_would_misread(pattern: str) -> None:
    with pytest.raises(ScaffolderError, match="is not a path pattern"):
        matcher([pattern])
