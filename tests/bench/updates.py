"""The same second year with Copier's `update` and with ours: who loses what. `python -m tests.bench.updates`.

Each scenario is a project that was made from a template, a person's edit, a newer template, and one update. It tells
whether the person's line is still in a file of the project, whether a deleted file stays deleted, and the exit code.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder import pipeline
from scaffolder.__main__ import main as scaffolder
from scaffolder.blueprints import load_catalog
from tests.support.blueprints import write_blueprint

TEXT = "one\ntwo\nthree\nfour\nfive\n"
NEW = TEXT.replace("five", "the newest")
MINE = b"mine, not the template's"
EDITED = TEXT.encode().replace(b"one", MINE)
GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
}  # fmt: skip
Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Scenario:
    """Templates before and after, what the person makes of the project (`None`: deleted), and whether it has git."""

    name: str
    before: Files
    edits: Mapping[str, bytes | None]
    after: Files
    has_git: bool = True


SCENARIOS = (
    Scenario("both edited", {"a.txt": TEXT}, {"a.txt": EDITED}, {"a.txt": NEW}),
    Scenario("both edited the same line", {"a.txt": TEXT}, {"a.txt": EDITED}, {"a.txt": TEXT.replace("one", "uno")}),
    Scenario("renamed by the template", {"a.txt": TEXT}, {"a.txt": EDITED}, {"b.txt": NEW}),
    Scenario("deleted by the template", {"a.txt": TEXT, "b": "b\n"}, {"a.txt": EDITED}, {"b": "b\n"}),
    Scenario("deleted by the person", {"a.txt": TEXT}, {"a.txt": None}, {"a.txt": NEW}),
    Scenario("renamed by the person", {"a.txt": TEXT}, {"a.txt": None, "c.txt": EDITED}, {"a.txt": TEXT + "six\n"}),
    Scenario("binary", {"a.bin": b"\0 1\n"}, {"a.bin": b"\0" + MINE}, {"a.bin": b"\0 2\n"}),
    Scenario("in the way", {"b": "b\n"}, {"a.txt": MINE}, {"a.txt": TEXT, "b": "b\n"}),
    Scenario("no git", {"a.txt": TEXT}, {"a.txt": EDITED}, {"a.txt": NEW}, has_git=False),
)


def edit(root: Path, scenario: Scenario) -> None:
    """Do what the person does, and commit it."""
    for path, content in scenario.edits.items():
        if content is None:
            (root / path).unlink()
        else:
            (root / path).write_bytes(content)
    if scenario.has_git:
        git(root, "init", "-q")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "edited")


def git(folder: Path, *arguments: str) -> None:
    """Run git without anybody's configuration."""
    subprocess.run(["git", "-C", str(folder), *arguments], env=os.environ | GIT, check=True, capture_output=True)


def with_copier(folder: Path, scenario: Scenario) -> tuple[Path, int]:
    """Let Copier make, and update, the project."""
    template, root = folder / "template", folder / "project"
    template.mkdir()
    git(template, "init", "-q")
    for version, files in (("v1", scenario.before), ("v2", scenario.after)):
        for old in template.iterdir():
            if old.is_file():
                old.unlink()
        (template / "copier.yml").write_text("name: {type: str, default: shop}\n")
        (template / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_nice_yaml }}")
        for path, content in files.items():
            (template / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        git(template, "add", "-A")
        git(template, "commit", "-qm", version)
        git(template, "tag", version)
    copier = [sys.executable, "-m", "copier"]
    made = [*copier, "copy", "-lq", "-r", "v1", f"git+file://{template}", str(root)]
    subprocess.run(made, env=os.environ | GIT, check=True, capture_output=True)
    edit(root, scenario)
    done = subprocess.run([*copier, "update", "-lq", str(root)], env=os.environ | GIT, check=False, capture_output=True)
    return root, done.returncode


def with_scaffolder(folder: Path, scenario: Scenario) -> tuple[Path, int]:
    """Let scaffolder make, and update, the project."""
    root, code = folder / "project", 0
    for number, files in enumerate((scenario.before, scenario.after)):
        blueprints = folder / f"blueprints{number}"
        write_blueprint(blueprints / "base", files, questions="project: {type: yaml}\n")
        (blueprints / "stacks.yml").write_text("demo: {description: A test., blueprints: [base]}\n")
        catalog = load_catalog(blueprints)
        pipeline.catalog = lambda found=catalog: found  # type: ignore[assignment, misc]
        spec = folder / "spec.yml"
        spec.write_text("spec: 1\nproject: {name: shop}\n")
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            if number == 0:
                scaffolder(["copy", "demo", str(root), "--data-file", str(spec), "-q"])
                edit(root, scenario)
            else:
                code = scaffolder(["update", str(root)])
    return root, code


def judge(root: Path, scenario: Scenario, code: int) -> str:
    """Say what became of the person's work."""
    files = [path for path in root.rglob("*") if path.is_file() and not {".git", ".scaffold"} & set(path.parts)]
    contents = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    new = next(iter(scenario.after.values()))
    wanted = [one for one in scenario.edits.values() if one is not None]
    if wanted and not any(MINE in content for content in contents.values()):
        said = "LOST the edit"
    elif any(one is None and path in contents for path, one in scenario.edits.items()):
        said = "the deleted file came back"
    elif code == 2 or not (_arrived(new, contents) or "deleted" in scenario.name):
        said = "edit kept, NOT updated"
    else:
        marks = any(b"<<<<<<<" in content for content in contents.values())
        said = "kept, marked" if marks else "kept, new one beside it" if "a.bin.new" in contents else "kept"
    return f"{said} (exit {code})"


def _arrived(new: str | bytes, contents: Mapping[str, bytes]) -> bool:
    """Tell whether what is new in the template is anywhere in the project."""
    lines = (new if isinstance(new, bytes) else new.encode()).splitlines()
    old = {*TEXT.encode().splitlines(), b"b"}
    return all(any(line in content for content in contents.values()) for line in lines if line not in old)


def main() -> int:
    """Print the table; 1 when scaffolder lost something in it, or did not update."""
    tools: dict[str, Callable[[Path, Scenario], tuple[Path, int]]] = {
        "copier update": with_copier,
        "scaffolder update": with_scaffolder,
    }
    print(f"{'scenario':<28}" + "".join(f"{name:<36}" for name in tools))
    is_fine = True
    for scenario in SCENARIOS:
        row = f"{scenario.name:<28}"
        for tool in tools.values():
            with tempfile.TemporaryDirectory() as folder:
                root, code = tool(Path(folder), scenario)
                said = judge(root, scenario, code)
                row += f"{said:<36}"
        is_fine = is_fine and said.startswith("kept")  # that of the last tool, which is ours
        print(row.rstrip(), flush=True)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
