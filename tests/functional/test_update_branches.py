"""Two branches grow the spec in different ways, each is updated, git merges them: at random, and nothing is lost."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from scaffolder import pipeline
from scaffolder.blueprints import load_catalog
from scaffolder.drift import check
from scaffolder.errors import StateError
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest
from scaffolder.rebuild import rebuild
from scaffolder.state import BASE, LOCK
from scaffolder.update import UpdateRequest, update
from tests.support.blueprints import snapshot, write_blueprint

ASKED = "project: {type: yaml}\nentities: {type: yaml, default: []}\n"
LOOP = "{% yield e from entities %}{{ e.module }}{% endyield %}"
EACH = "{% for e in entities %}"
TEMPLATES = {
    f"app/{LOOP}.txt.jinja": "{{ e.name }}\n\nfields\n{% for f in e.fields %}- {{ f.name }}\n{% endfor %}\nend\n",
    "index.txt.jinja": f"index\n\n{EACH}{{{{ e.name }}}}\n{{% endfor %}}\n{{{{ entities|length }}}} in all\n",
    "README.md.jinja": f"# {{{{ project.name }}}}\n{EACH}\n## {{{{ e.name }}}}\n\nText.\n{{% endfor %}}\nEnd.\n",
    "loose.txt": "one\ntwo\nthree\n",
}
NAMES = "Apple Bread Cable Dragon Engine Flower Garden Harbor Island Jacket Kettle Lemon Mirror Needle Orange".split()
FIELDS = "size weight colour price rank".split()
Spec = dict[str, list[str]]


def text_of(spec: Spec) -> str:
    entities = (f"  {name}: {{{', '.join(f'{field}: string' for field in spec[name])}}}\n" for name in sorted(spec))
    return "spec: 1\nproject: {name: shop}\nentities:\n" + "".join(entities)


class Team:
    """A project in git, and what is done to it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.root = folder, folder / "shop"
        self.chance = random.Random(seed)
        self.mine = 0
        self.edits = self.chance.random() < 0.6
        self.new = self.chance.sample(NAMES, len(NAMES))
        self.spec: Spec = {self.new.pop(): ["size", "rank"] for _ in range(self.chance.randint(1, 8))}

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments]
        nobodys = kept | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        return subprocess.run(command, cwd=self.root, env=nobodys, capture_output=True, text=True, check=False)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "A commit")

    def grown(self) -> Spec:
        """The spec with entities and fields that only this branch adds."""
        spec = {name: list(fields) for name, fields in self.spec.items()}
        for _ in range(self.chance.randint(1, 3)):
            if self.new and self.chance.random() < 0.7:
                spec[self.new.pop()] = self.chance.sample(FIELDS, 2)
            else:
                name = self.chance.choice(sorted(self.spec))
                spec[name] = list(dict.fromkeys([*spec[name], self.chance.choice(FIELDS)]))
        return spec

    def edit(self) -> None:
        """Write lines into files, as a person does."""
        for _ in range(self.chance.randint(0, 3) if self.edits else 0):
            files = [path for path in sorted(self.root.rglob("*")) if path.is_file() and self.is_edited(path)]
            path = self.chance.choice(files)
            lines = path.read_text().splitlines(keepends=True)
            self.mine += 1
            lines.insert(self.chance.randint(0, len(lines)), f"mine {self.mine};\n")
            path.write_text("".join(lines))

    def is_edited(self, path: Path) -> bool:
        return path.name != "scaffold.yml" and path.relative_to(self.root).parts[0] not in {".git", ".scaffold"}

    def update(self) -> None:
        """Bring the project up to date, and settle what overlaps by taking both sides."""
        report = update(UpdateRequest(self.root, validate=False, force=True))
        assert report.status in {"updated", "current"}
        for one in report.conflicts:
            settle(self.root / one.path, prefer_ours=False)

    def branch(self, name: str, start: str) -> Spec:
        self.git("checkout", "-q", "-b", name, start)
        spec = self.grown()
        (self.root / "scaffold.yml").write_text(text_of(spec))
        self.edit()
        self.update()
        self.commit()
        assert check(self.root).is_clean
        return spec


def settle(path: Path, *, prefer_ours: bool) -> None:
    """Take both sides of each conflict; with `prefer_ours` that of this branch where no person wrote anything."""
    kept: list[str] = []
    ours: list[str] = []
    theirs: list[str] = []
    side = kept
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("<<<<<<<"):
            ours, theirs = [], []
            side = ours
        elif line.startswith("|||||||"):
            side = []
        elif line.startswith("======="):
            side = theirs
        elif line.startswith(">>>>>>>"):
            both = not prefer_ours or any("mine" in one for one in theirs)
            kept += ours + [one for one in theirs if one not in ours] if both else ours
            side = kept
        else:
            side.append(line)
    path.write_text("".join(kept))


def story(folder: Path, seed: int, patch: pytest.MonkeyPatch) -> bool:
    """Tell one; gives whether the state had to be rebuilt."""
    team = Team(folder, seed)
    root = team.root
    write_blueprint(folder / "blueprints/base", TEMPLATES, questions=ASKED)
    (folder / "blueprints/stacks.yml").write_text("demo:\n  description: A test.\n  blueprints: [base]\n")
    found = load_catalog(folder / "blueprints")
    patch.setattr(pipeline, "catalog", lambda: found)

    def copy(spec: Spec, out: Path) -> None:
        source = SpecSource("spec.yml", content=text_of(spec).encode())
        assert pipeline.copy(CopyRequest("demo", out, source, validate=False)).status == "written"

    copy(team.spec, root)
    team.git("init", "-q", "-b", "main")
    team.commit()
    one, two = team.branch("one", "main"), team.branch("two", "main")
    merge = team.git("merge", "one")
    unmerged = team.git("diff", "--name-only", "--diff-filter=U").stdout.split()
    assert bool(unmerged) == (merge.returncode != 0), (seed, merge.stdout)
    if text_of(one) == text_of(two):
        assert not {LOCK, BASE} & {*unmerged}, seed
    both = {name: list(dict.fromkeys([*two.get(name, []), *one.get(name, [])])) for name in one.keys() | two.keys()}
    (root / "scaffold.yml").write_text(text_of(both))
    for path in unmerged:
        if path not in {LOCK, BASE, "scaffold.yml"}:
            settle(root / path, prefer_ours=True)
    damaged = bool({LOCK, BASE} & {*unmerged})
    if damaged:
        with pytest.raises(StateError, match="has the marks of a merge conflict"):
            update(UpdateRequest(root, validate=False, force=True))
        rebuild(root)
    team.update()
    assert check(root).is_clean, seed
    written = "".join(path.read_text() for path in root.rglob("*") if path.is_file() and team.is_edited(path))
    lost = [number for number in range(1, team.mine + 1) if f"mine {number};" not in written]
    assert not lost, (seed, lost)
    after = snapshot(root)
    again = update(UpdateRequest(root, validate=False, force=True))
    assert (again.status, snapshot(root) == after) == ("current", True), (seed, again.outcomes)
    if not team.edits:
        copy(both, folder / "fresh")
        made = {path: entry for path, entry in snapshot(root).items() if path.partition("/")[0] != ".git"}
        assert made == snapshot(folder / "fresh"), seed
    return damaged


@pytest.mark.parametrize(
    ("first", "count"),
    [(0, 12), pytest.param(random.SystemRandom().randrange(1 << 30), 300, marks=pytest.mark.slow)],
    ids=["the same each time", "elsewhere"],
)
def test_branches_that_git_merged_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int, count: int
) -> None:
    rebuilt = 0
    for seed in range(first, first + count):
        folder = tmp_path / str(seed)
        folder.mkdir()
        rebuilt += story(folder, seed, monkeypatch)
    print(f"{rebuilt} of {count} states were rebuilt, the others merged by git")  # pytest -s shows it
    assert rebuilt


REAL = """\
spec: 1
project: {name: shop}
auth: {roles: [user, admin]}
entities:
  Product: {name: string(1..80), price: 'decimal(10,2) = 0.00'}
  Tag: {label: string(1..20) unique}
"""


def test_a_real_project_with_migrations_on_both_branches(tmp_path: Path) -> None:
    invoice, apple = "  Invoice: {number: string(1..20) unique, product: -> Product}\n", "  Apple: {colour: string}\n"
    one, two = REAL + invoice, REAL.replace("  Tag:", f"{apple}  Tag:").replace("price:", "weight: int?, price:")
    team = Team(tmp_path, 0)
    copied = CopyRequest("agent-backend", team.root, SpecSource("spec.yml", content=REAL.encode()), validate=False)
    assert pipeline.copy(copied).status == "written"
    team.git("init", "-q", "-b", "main")
    team.commit()
    for name, spec in (("one", one), ("two", two)):
        team.git("checkout", "-q", "-b", name, "main")
        (team.root / "scaffold.yml").write_text(spec)
        team.update()
        team.commit()
    assert team.git("merge", "one").returncode == 1
    unmerged = team.git("diff", "--name-only", "--diff-filter=U").stdout.split()
    assert {LOCK, BASE} < {*unmerged}
    assert "scaffold.yml" not in unmerged
    team.git("checkout", "--ours", "--", *(path for path in unmerged if path not in {LOCK, BASE}))
    rebuilt = rebuild(team.root)
    assert (rebuilt.differ, rebuilt.missing) == ((), ())
    assert "app/api/router.py" in rebuilt.behind
    report = update(UpdateRequest(team.root, validate=False, force=True))
    assert (report.status, report.conflicts) == ("updated", ())
    assert check(team.root).is_clean
    both = SpecSource("spec.yml", content=(team.root / "scaffold.yml").read_bytes())
    pipeline.copy(CopyRequest("agent-backend", tmp_path / "fresh", both, validate=False))
    made, fresh = snapshot(team.root), snapshot(tmp_path / "fresh")
    own = (".git", ".scaffold", "migrations/versions")
    assert {path for path in made if made[path] != fresh.get(path) and not path.startswith(own)} == set()
    assert {path for path in fresh if path not in made} == set()
    revisions = sorted(path.rpartition("/")[2] for path in made if path.startswith("migrations/versions/"))
    assert [name[:4] for name in revisions] == ["0001", "0002", "0002", "0003"], "the last one joins them"
