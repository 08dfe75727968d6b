"""Rows go through the revisions that updates write: random changes, and a project that grows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from scaffolder.errors import BadInputError
from scaffolder.migrations import read_history, tables_of
from tests.generated.conftest import MEASURED
from tests.generated.projects import Project, clean_environment, render
from tests.support.migration_cases import case_of, change, joined, planned_of, revisions_of
from tests.support.spec_changes import changed_spec, random_spec, text_of
from tests.support.specs import FILES, SMALL

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("migrations")]

PROGRAM = Path(__file__).parent / "programs/migrate.py"
SPECS = int(os.environ.get("SCAFFOLDER_MIGRATED_SPECS", "30"))
"""Random specs, each of which changes twice; a hundred take two minutes on SQLite and four on PostgreSQL."""
BRANCHES = """\
spec: 1
project: {name: shop}
entities:
  Product:
    name: text
  Tag:
    label: text
"""
TYPES = """\
spec: 1
project: {name: shop}
entities:
  Note:
    day: date
    at: datetime?
    count: string(20)
    price: text?
    key: uuid unique
    hour: time
    link: string(40)
    kind: enum('a :b', c)
    size: int
"""
OTHER_TYPES = {
    "day: date": "day: datetime",
    "at: datetime?": "at: date?",
    "count: string(20)": "count: int(3..9)",
    "price: text?": "price: decimal(6,2)",
    "key: uuid": "key: string(36)",
    "hour: time": "hour: text",
    "link: string(40)": "link: uuid",
    "size: int": "size: string(20)",
}
NAMES = """\
spec: 1
project: {name: shop}
entities:
  Agent:
    name: string(20) unique
    boss: -> Agent?
    kind: enum('a :b', c)
  Project:
    title: text
    kind: enum('a :b', c)
  Note:
    agent: -> Agent
    agents: <-> Agent
    project: -> Project
    kind: enum('a :b', c)
"""
HELPER = "agents:\n  helper: {goal: Help., output: {answer: text}}\n"
OTHER_NAMES = (
    NAMES.replace("  Agent:\n", "  Person:\n    $meta: {renamed_from: Agent}\n    next: -> Project?\n")
    .replace("> Agent", "> Person")
    .replace("  Project:\n", "  Plan:\n    $meta: {renamed_from: Project}\n")
    .replace("    project: -> Project", "    plan: -> Plan was project")
    .replace("name: string(20)", "call: text was name")
)
EMPTY = "spec: 1\nproject: {name: shop}\n"
KINDS = (
    "int(-3..7)", "bigint", "float(0..0.5)", "decimal(3,3)", "decimal(8,2)", "decimal(6,4,0.5..2)", "string(3..9)",
    "enum('1', 'b')",
)  # fmt: skip
FEW_REFUSED = 0.1
"""Share of changes at which rows that exist may break a new unique constraint."""


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project, with an environment, that the tests here let grow."""
    return render("small", SMALL, tmp_path_factory.mktemp("grown"))


def cases(count: int) -> Iterator[str]:
    for seed in range(count):
        spec = random_spec(seed)
        try:
            was = planned_of(text_of(spec))
        except BadInputError:
            continue  # not every random spec is one
        before = revisions_of(was.plan.answers)
        for step in range(2):
            new = changed_spec(spec, seed * 10 + step)
            try:
                now = planned_of(text_of(new))
            except BadInputError:
                continue
            one = change(before, was, now)
            if one.revision is not None:
                yield case_of(f"{seed}.{step}", one)
            before, spec, was = one.after, new, now


def run(project: Project, url: str, lines: Sequence[str]) -> list[dict[str, str]]:
    """Carry out cases with the Alembic of a project."""
    done = subprocess.run(
        [str(project.python), str(PROGRAM), url],
        input="\n".join(lines), capture_output=True, text=True, env=clean_environment(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_rows_go_through_random_changes_and_back(
    grown: Project, database: str, request: pytest.FixtureRequest, record_property: pytest.RecordProperty
) -> None:
    """The database ends as a new one would be, with all rows and what of their values need not change."""
    url = "sqlite" if database == "sqlite" else request.getfixturevalue("postgresql").fresh()
    lines = list(cases(SPECS))
    results = run(grown, url, lines)
    assert len(results) == len(lines) > SPECS
    wrong = [one for one in results if one["failure"] not in {"", "refused"}]
    assert not wrong, wrong[0]
    refused = sum(one["failure"] == "refused" for one in results)
    assert refused <= FEW_REFUSED * len(lines)
    record_property(MEASURED, f"migrations on {database}: {len(lines)} random changes, {refused} refused by rows")


def test_what_alembic_writes_by_itself_is_read_as_what_the_contract_says(grown: Project, tmp_path: Path) -> None:
    copied = Project("copied", tmp_path / "copied", grown.python)
    shutil.copytree(grown.path, copied.path)
    for path in (copied.path / "migrations/versions").glob("*.py"):
        path.unlink()
    done = copied.run(
        "alembic", "revision", "--autogenerate", "-m", "all", DATABASE_URL=f"sqlite:///{tmp_path / 'x.db'}"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (written,) = (copied.path / "migrations/versions").glob("*.py")
    history = read_history({written.name: written.read_bytes()})
    planned = planned_of((grown.path / "scaffold.yml").read_text(encoding="utf-8"))
    assert history.notes == ()
    assert history.schema == tables_of(planned.plan.answers)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_values_are_converted_and_come_back(grown: Project, database: str, request: pytest.FixtureRequest) -> None:
    url = "sqlite" if database == "sqlite" else request.getfixturevalue("postgresql").fresh()
    text = TYPES
    for old, new in OTHER_TYPES.items():
        text = text.replace(f"    {old}", f"    {new}")
    was = planned_of(TYPES)
    case = case_of("types", change(revisions_of(was.plan.answers), was, planned_of(text)))
    assert json.loads(case)["restored"] == [["notes", ["day", "key", "hour", "size"]]]
    assert run(grown, url, [case]) == [{"name": "types", "failure": ""}]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_one_spec_becomes_another_that_has_little_in_common(
    grown: Project, database: str, request: pytest.FixtureRequest
) -> None:
    """All tables of one go, those of the next come, with all types and odd names that there are."""
    url = "sqlite" if database == "sqlite" else request.getfixturevalue("postgresql").fresh()
    names = sorted(FILES)
    planned = {name: planned_of(FILES[name].read_text(encoding="utf-8")) for name in names}
    lines = [
        case_of(f"{was} -> {now}", change(revisions_of(planned[was].plan.answers), planned[was], planned[now]))
        for was, now in pairwise([*names, names[0]])
        if planned[was].plan.answers["tables"]
    ]
    failures = {one["name"]: one["failure"] for one in run(grown, url, lines)}
    assert failures == dict.fromkeys(failures, "")
    assert len(failures) == len(lines) > 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("was", [NAMES, NAMES + HELPER], ids=["a name is taken", "names pass on"])
def test_built_in_tables_take_names_that_others_gave_up(
    grown: Project, was: str, database: str, request: pytest.FixtureRequest
) -> None:
    """The built-in `agents` and `projects` come, or come back to their names, when the user's have others."""
    url = "sqlite" if database == "sqlite" else request.getfixturevalue("postgresql").fresh()
    old, new = planned_of(was), planned_of(OTHER_NAMES + HELPER)
    one = change(revisions_of(old.plan.answers), old, new)
    assert one.revision is not None
    assert one.revision.losses == ()
    assert run(grown, url, [case_of("names", one)]) == [{"name": "names", "failure": ""}]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_any_number_or_text_becomes_any_other(grown: Project, database: str, request: pytest.FixtureRequest) -> None:
    """Each type becomes each other one, with values at the ends of what they can hold."""
    url = "sqlite" if database == "sqlite" else request.getfixturevalue("postgresql").fresh()
    planned = {kind: planned_of(f"{EMPTY}entities:\n  Note:\n    x: {kind}\n    y: {kind}?\n") for kind in KINDS}
    lines = []
    for was, now in permutations(KINDS, 2):
        one = change(revisions_of(planned[was].plan.answers), planned[was], planned[now])
        lines.append(case_of(f"{was} -> {now}", one))
    failures = {one["name"]: one["failure"] for one in run(grown, url, lines)}
    assert failures == dict.fromkeys(failures, "")
    assert len(failures) == len(lines)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_branches_meet_in_a_database_with_rows(
    grown: Project, database: str, request: pytest.FixtureRequest
) -> None:
    url = "sqlite" if database == "sqlite" else request.getfixturevalue("postgresql").fresh()
    start = planned_of(BRANCHES)
    ours = BRANCHES.replace("label: text", "label: string(1..40) unique\n    weight: int = 3")
    theirs = BRANCHES.replace("name: text", "name: text\n    tag: -> Tag\n    tags: <-> Tag\n    due: datetime")
    both = theirs.replace("label: text", "label: string(1..40) unique\n    weight: int = 3")
    first = revisions_of(start.plan.answers)
    one, other = (change(first, start, planned_of(spec)) for spec in (ours, theirs))
    found = joined(one, other, planned_of(both))
    assert found.revision is not None
    assert found.revision.title.startswith("Join 0002_")
    assert run(grown, url, [case_of("branches", found, back=False)]) == [{"name": "branches", "failure": ""}]


def test_a_project_that_grew_keeps_its_own_rules(grown: Project) -> None:
    """Its linters, types and migration tests hold after each of three updates."""
    import yaml  # noqa: PLC0415

    spec = yaml.safe_load((grown.path / "scaffold.yml").read_text(encoding="utf-8"))
    seed, updates = 0, 0
    while updates < 3:
        seed += 1
        new = changed_spec(spec, seed, 6)
        try:
            planned_of(text_of(new))
        except BadInputError:
            continue
        (grown.path / "scaffold.yml").write_text(text_of(new), encoding="utf-8")
        update = [sys.executable, "-m", "scaffolder", "update", str(grown.path), "--allow-destructive", "--quiet"]
        done = subprocess.run(update, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        spec, updates = new, updates + 1
    assert len(list((grown.path / "migrations/versions").glob("*.py"))) > 1
    for command in (
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["python", "-m", "mypy"],
        ["python", "-m", "pytest", "-q", "--no-cov", "tests/test_migrations.py"],
    ):
        ran = grown.run(*command)
        assert ran.returncode == 0, ran.stdout + ran.stderr
