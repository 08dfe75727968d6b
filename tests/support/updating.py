"""A project of small blueprints that can change between one run and the next, driven through the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scaffolder import pipeline
from scaffolder.__main__ import main
from scaffolder.blueprints import load_catalog
from tests.support.blueprints import write_blueprint

SPEC = "spec: 1\nproject: {name: shop}\nentities:\n  Order: {name: string}\n"
TEXT = "one\ntwo\nthree\nfour\nfive\n"
ASKED = "project: {type: yaml}\nentities: {type: yaml, default: []}\n"


def copy_from(text: str, folder: Path, source: str = "agent-backend") -> Path:
    """Render a project called `shop` from a spec through the command line; gives its folder."""
    (folder / "spec.yml").write_text(text)
    arguments = ["copy", source, str(folder / "shop"), "--data-file", str(folder / "spec.yml")]
    assert main([*arguments, "--quiet", "--no-validate"]) == 0
    return folder / "shop"


@dataclass(frozen=True)
class Result:
    """What a command gave."""

    code: int
    out: str
    err: str


@dataclass
class Workshop:
    """The folder of a project, the blueprints that make it, and the commands on them."""

    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    @property
    def root(self) -> Path:
        """The project."""
        return self.folder / "shop"

    def blueprints(self, **templates: Mapping[str, str | bytes]) -> None:
        """Install exactly these blueprints (name -> templates) as the stack `demo`; a key `once` holds globs."""
        folder = self.folder / "blueprints"
        shutil.rmtree(folder, ignore_errors=True)
        for name, files in templates.items():
            meta = f"once: {files['once']}\n" if "once" in files else ""
            texts = {path: text for path, text in files.items() if path != "once"}
            write_blueprint(folder / name, texts, questions=ASKED, meta=meta)
        (folder / "stacks.yml").write_text(
            f"demo:\n  description: A test.\n  blueprints: [{', '.join(templates)}]\n", encoding="utf-8"
        )
        found = load_catalog(folder)
        self.patch.setattr(pipeline, "catalog", lambda: found)

    def run(self, *arguments: str) -> Result:
        """Run a command line in this process."""
        self.capture.readouterr()
        code = main(list(arguments))
        out, err = self.capture.readouterr()
        return Result(code, out, err)

    def copy(self, **templates: Mapping[str, str | bytes]) -> None:
        """Install blueprints and make the project with them."""
        self.blueprints(**templates)
        spec = self.folder / "spec.yml"
        spec.write_text(SPEC, encoding="utf-8")
        done = self.run("copy", "demo", str(self.root), "--data-file", str(spec), "--quiet")
        assert done.code == 0, done.err

    def update(self, *arguments: str) -> Result:
        """Run `scaffolder update` on the project."""
        return self.run("update", str(self.root), *arguments)

    def write(self, path: str, text: str | bytes) -> None:
        """Do what a person does with an editor."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, path: str) -> str:
        """The text of a file of the project."""
        return (self.root / path).read_bytes().decode()

    def files(self) -> set[str]:
        """The paths of the project, without the state and the spec."""
        found = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())
        return {path for path in found if not path.startswith((".scaffold/", ".git/")) and path != "scaffold.yml"}

    def git(self, *arguments: str) -> str:
        """Run git in the project, away from the configuration of whoever runs the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments],
            cwd=self.root, env=kept | {"GIT_CONFIG_GLOBAL": "/dev/null"}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def commit(self) -> None:
        """Commit all of the project."""
        if not (self.root / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "A commit")


def lines(text: str) -> list[str]:
    """The lines of a report that speak of paths."""
    return [line.strip() for line in text.splitlines() if line.startswith("  ") and not line.startswith("  - ")]
