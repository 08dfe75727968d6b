"""Random blueprints and specs, edited at random, changed at random: nothing that a person wrote is ever lost."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from scaffolder import pipeline
from scaffolder.blueprints import load_catalog
from scaffolder.drift import check
from scaffolder.input import SpecSource
from scaffolder.naming import Names
from scaffolder.pipeline import CopyRequest
from scaffolder.project import Project
from scaffolder.tree import Tree
from scaffolder.update import UpdateRequest, update
from tests.support.blueprints import snapshot
from tests.support.people import Author, Person


def settle(root: Path) -> None:
    """Take both sides of every conflict, as a person in a hurry does."""
    for path in root.rglob("*"):
        if path.is_file() and b"<<<<<<< yours" in path.read_bytes():
            marks = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
            kept = [line for line in path.read_bytes().splitlines(keepends=True) if not line.startswith(marks)]
            path.write_bytes(b"".join(kept))


def unsaid_names(author: Author, person: Person, before: Tree, after: Tree) -> set[tuple[str, int]]:
    """Give the lines of a person that say the old name of an entity where no blueprint says it any more."""
    there, now = ({file.origin.item for file in tree.values()} for tree in (before, after))
    gone = _words(before) - _words(after)
    names: set[bytes] = set()
    for new in now - there:
        old = next((one for one in author.former.get(str(new), []) if one in there - now), None)
        if old is not None:
            names |= {old.encode(), *(word.encode() for word in _snake(old))}
    return {
        (path.relative_to(person.root).as_posix(), number)
        for path in person.files()
        if b"\0" not in path.read_bytes() and path.suffix in {".txt", ".md", ".sh"}
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1)
        if b"mine " in line and gone & names & set(re.findall(rb"\w+", line))
    }


def _words(tree: Tree) -> set[bytes]:
    return {word for file in tree.values() for word in re.findall(rb"\w+", file.content)}


def _snake(name: str) -> list[str]:
    names = Names.of(name)
    return [names.snake, f"{names.snake}_id", names.plural_snake]


def years(folder: Path, seed: int, patch: pytest.MonkeyPatch) -> None:
    """One project through some years: copied, then edited, changed and updated again and again."""
    chance = random.Random(seed)
    author, root = Author(chance), folder / "project"

    def install() -> None:
        author.write(folder / "blueprints")
        found = load_catalog(folder / "blueprints")
        patch.setattr(pipeline, "catalog", lambda: found)

    install()
    spec = SpecSource("spec.yml", content=author.spec().encode())
    assert pipeline.copy(CopyRequest("demo", root, spec, validate=False)).status == "written"
    person = Person(root, chance)
    for year in range(3):
        for _ in range(chance.randint(0, 8)):
            person.edit()
        for _ in range(chance.randint(0, 6)):
            author.change()
        install()
        (root / "scaffold.yml").write_text(author.spec())
        before, modes = person.lines(), {path: path.stat().st_mode for path in person.files()}
        base = Project(root).base
        style = chance.choice(["inline", "rej"])
        report = update(UpdateRequest(root, validate=False, style=style))  # type: ignore[arg-type]

        said = {one.path for one in report.outcomes} | {one.was for one in report.outcomes}
        lost = {line: path for line, path in before.items() if line not in person.lines()}
        assert not lost, (seed, year, lost)
        assert report.status in {"updated", "current"}, (seed, year, report.status)
        gone = {path.relative_to(root).as_posix() for path in modes if not path.exists()}
        assert gone <= said, (seed, year, gone - said)
        assert not (root / ".scaffold/journal").exists()

        unsaid = unsaid_names(author, person, base, Project(root).base) - {
            (one.path, one.line) for one in report.old_names
        }
        assert not unsaid, (seed, year, unsaid)

        settle(root)
        after = snapshot(root)
        again = update(UpdateRequest(root, validate=False))
        assert (again.status, again.conflicts) == ("current", ()), (seed, year, again.outcomes)
        assert snapshot(root) == after, (seed, year)
        assert check(root).is_clean, (seed, year)


@pytest.mark.parametrize(
    ("first", "count"),
    [(0, 25), pytest.param(random.SystemRandom().randrange(1 << 30), 2000, marks=pytest.mark.slow)],
    ids=["the same each time", "elsewhere"],
)
def test_no_line_of_a_persons_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int, count: int) -> None:
    for seed in range(first, first + count):
        folder = tmp_path / str(seed)
        folder.mkdir()
        years(folder, seed, monkeypatch)
