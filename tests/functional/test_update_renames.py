"""Entities and fields that the spec gives another name: files and edits follow, and nothing that people wrote is lost.

The projects are real ones. Migrations have tests of their own.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scaffolder.__main__ import main
from tests.support.blueprints import snapshot
from tests.support.updating import Result

SPEC = """\
spec: 1
project: {name: desk, description: Help for small teams.}
auth: true
entities:
  Ticket:
    subject: string(1..200)
    status: enum(open, solved) = open
    requester: -> User cascade owner
    tags: <-> Tag
    $meta: {search: [subject]}
  Comment:
    body: text
    ticket: -> Ticket cascade
  Tag: {hue: string(1..40) unique}
"""
CASE = (
    SPEC.replace("Ticket:", "Case:").replace("-> Ticket", "-> Case").replace("{search", "{renamed_from: Ticket, search")
)
TITLE = (
    CASE.replace("subject: string(1..200)", "title: string(1..200) was subject")
    .replace("    tags:", "    note: text?\n    tags:")
    .replace("[subject]", "[title]")
)
OLD = {
    "app/models/ticket.py", "app/repositories/ticket.py", "app/routers/ticket.py", "app/schemas/ticket.py",
    "tests/resources/test_ticket.py",
}  # fmt: skip
NEW = {path.replace("ticket", "case") for path in OLD}
PLAIN = ("--quiet", "--no-validate")


@dataclass
class Project:
    """A rendered project, and the commands on it."""

    root: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Result:
        """Run a command line in this process."""
        self.capture.readouterr()
        code = main(list(arguments))
        return Result(code, *self.capture.readouterr())

    def rename(self, spec: str = CASE, *arguments: str) -> Result:
        """Put another spec into the project, and update it."""
        (self.root / "scaffold.yml").write_text(spec)
        return self.run("update", str(self.root), *arguments)

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """Do what a person does with an editor."""
        before = self.read(path)
        (self.root / path).write_text(change(before))
        assert self.read(path) != before, path

    def read(self, path: str) -> str:
        """The text of a file of the project."""
        return (self.root / path).read_text()

    def files(self) -> dict[str, bytes]:
        """What a person would look at, without what is written once."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        names = {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}
        apart = (".scaffold/", "migrations/versions/", "docs/adr/", "scaffold.yml")
        return {name: content for name, content in names.items() if not name.startswith(apart)}

    def is_settled(self) -> bool:
        """Tell whether another update changes nothing, and the check is clean."""
        before = snapshot(self.root)
        again = self.run("update", str(self.root), "--no-validate")
        clean = self.run("check", str(self.root))
        return (again.code, clean.code) == (0, 0) and "nothing to do" in again.out and snapshot(self.root) == before


def render(spec: str, folder: Path) -> Path:
    """Make a project; it must be sound."""
    folder.mkdir(parents=True)
    (folder / "spec.yml").write_text(spec)
    root = folder / "desk"
    assert main(["copy", "agent-backend", str(root), "--data-file", str(folder / "spec.yml"), *PLAIN]) == 0
    return root


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """One project for each spec; they are read only."""
    folder = tmp_path_factory.mktemp("rendered")
    return {name: render(spec, folder / name) for name, spec in {"ticket": SPEC, "case": CASE, "title": TITLE}.items()}


@pytest.fixture
def desk(
    rendered: Mapping[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Project(Path(shutil.copytree(rendered["ticket"], tmp_path / "desk")), capsys)


@pytest.fixture
def fresh(rendered: Mapping[str, Path], capsys: pytest.CaptureFixture[str]) -> Project:
    """What a new project of the spec with the new name looks like."""
    return Project(rendered["case"], capsys)


def old_names(report: str) -> list[str]:
    """The lines that the report says still have an old name."""
    return re.findall(r"  - (\S+:\d+ still says \w+)", report)


def test_what_nobody_edited_is_as_in_a_new_project(desk: Project, fresh: Project) -> None:
    done = desk.rename()
    assert done.code == 0, done.err
    assert desk.files() == fresh.files()
    assert desk.files().keys() & OLD == set()
    moved = re.findall(r"moved         (\S+) \(was (\S+)\)", done.out)
    assert {new for new, _ in moved} == NEW
    assert {old for _, old in moved} == OLD
    assert old_names(done.out) == []
    assert '"/api/v1/cases/{case_id}"' in desk.read("openapi.json")
    assert "tickets" not in desk.read("openapi.json")
    assert "| cases | `/api/v1/cases` |" in desk.read("README.md")
    assert desk.is_settled()


def test_a_new_project_ignores_former_names(rendered: Mapping[str, Path], tmp_path: Path) -> None:
    without = render(CASE.replace("renamed_from: Ticket, ", ""), tmp_path / "without")
    one, other = snapshot(without), snapshot(rendered["case"])
    assert one.keys() == other.keys()
    assert {path for path in one if one[path] != other[path]} == {".scaffold/lock.json", "scaffold.yml"}


def below(anchor: str, text: str) -> Callable[[str], str]:
    """Insert `text` below the first line that has `anchor`, which must be there."""

    def change(content: str) -> str:
        lines = content.splitlines(keepends=True)
        at = next(number for number, line in enumerate(lines) if anchor in line)
        return "".join([*lines[: at + 1], text, *lines[at + 1 :]])

    return change


EDITS = [
    ("app/models/{}.py", "orm.mapped_column(sa.String(200))", '    kind = "plain"\n'),
    ("app/models/{}.py", "import uuid", "import zlib\n"),
    ("app/models/{}.py", "class {}Status(", "    # The order is that of work.\n"),
    ("app/repositories/{}.py", "searched =", "    deep = True\n"),
    ("app/repositories/{}.py", "slot: entities.{}.rules", "        yield from checked(row)\n"),
    ("app/routers/{}.py", "async def get_{}(", "    # Anybody who may see it.\n"),
    ("app/routers/{}.py", "router = APIRouter(", "router.on_startup.append(print)\n"),
    ("app/schemas/{}.py", "class {}Create(", "    # What a client sends.\n"),
    ("tests/resources/test_{}.py", '"""`/api', "\nCOUNT = 3\n"),
    ("app/models/comment.py", "class Comment(", "    kind = 1\n"),
    ("app/models/comment.py", "from app.models.{} import", "    from app.mine import Mine\n"),
    ("app/api/router.py", "app.routers.comment import", "from app.mine import mine\n"),
    ("tests/factories.py", "async def make_{}(", "    # A row.\n"),
    ("README.md", "| {}s |", "| mine | `/api/v1/mine` | list | all |\n"),
    ("docs/architecture.md", "# ", "Read this first.\n"),
]


@pytest.mark.parametrize(("path", "anchor", "text"), EDITS, ids=[f"{path}: {text.strip()}" for path, _, text in EDITS])
def test_an_edit_beside_a_name_moves_along(desk: Project, fresh: Project, path: str, anchor: str, text: str) -> None:
    anchors = [anchor.format(name.title() if "class" in anchor else name) for name in ("ticket", "case")]
    old, new = path.format("ticket"), path.format("case")
    desk.edit(old, below(anchors[0], text))
    done = desk.rename(CASE, "--no-validate")
    assert done.code == 0, done.err
    assert desk.read(new) == below(anchors[1], text)(fresh.read(new))
    assert {name for name, content in desk.files().items() if fresh.files().get(name) != content} == {new}
    said = f"{'moved' if old != new else 'merged':<12}  {new}"
    assert said in done.out
    assert ("your edits moved along" in done.out) == (old != new)
    assert desk.is_settled()


def test_all_edits_at_once_and_crlf(desk: Project, fresh: Project) -> None:
    wanted = fresh.files()
    for path, anchor, text in EDITS:
        for name, place in (("ticket", desk.root), ("case", None)):
            change = below(anchor.format(name.title() if "class" in anchor else name), text)
            if place is not None:
                desk.edit(path.format(name), change)
            else:
                wanted[path.format(name)] = change(wanted[path.format(name)].decode()).encode()
    model = desk.root / "app/models/ticket.py"
    model.write_bytes(model.read_bytes().replace(b"\n", b"\r\n"))
    wanted["app/models/case.py"] = wanted["app/models/case.py"].replace(b"\n", b"\r\n")
    assert desk.rename(CASE, *PLAIN).code == 0
    assert desk.files() == wanted


def test_a_line_of_a_persons_keeps_the_old_name_and_is_pointed_out(desk: Project, fresh: Project) -> None:
    route = (
        '\n\n@router.get("/all/newest", operation_id="newest")\n'
        "async def newest(rows: Rows) -> schemas.TicketRead | None:\n    return None\n"
    )
    desk.edit("app/routers/ticket.py", lambda text: text + route)
    desk.edit("app/repositories/ticket.py", lambda text: text.replace("model = Ticket", "model = Ticket  # mine"))
    (desk.root / "app/mine.py").write_text("from app.models.ticket import Ticket\n\nMine = Ticket\nTicketMaster = 1\n")
    done = desk.rename(CASE, "--json")
    report = json.loads(done.out)
    assert done.code == 1
    assert report["status"] == "updated"
    assert report["conflicts"] == []
    line = desk.read("app/routers/case.py").splitlines().index(route.splitlines()[3]) + 1
    row = desk.read("app/repositories/case.py").splitlines().index("    model = Ticket  # mine") + 1
    assert report["old_names"] == [
        {"path": "app/mine.py", "line": 1, "name": "Ticket"},
        {"path": "app/mine.py", "line": 3, "name": "Ticket"},
        {"path": "app/repositories/case.py", "line": row, "name": "Ticket"},
        {"path": "app/routers/case.py", "line": line, "name": "TicketRead"},
    ]
    assert {one["path"] for one in report["findings"]} <= {"app/repositories/case.py", "app/routers/case.py"}
    assert desk.read("app/routers/case.py") == fresh.read("app/routers/case.py") + route
    again = desk.run("update", str(desk.root))
    assert again.code == 0
    assert old_names(again.out) == []


def test_the_text_of_the_report_names_the_lines(desk: Project) -> None:
    desk.edit("README.md", lambda text: text + "\nEach Ticket has an owner.\n")
    done = desk.rename(CASE, "--no-validate")
    number = desk.read("README.md").count("\n")
    assert done.code == 1
    assert f"Old names:\n  - README.md:{number} still says Ticket\n" in done.err


def test_an_error_in_a_line_that_says_the_name_in_another_way_is_pointed_out_too(desk: Project) -> None:
    # `ticket` alone is no name that is gone: a comment still has a `ticket`.
    desk.edit("app/repositories/comment.py", lambda text: text + "\n\nfrom app.schemas import ticket as mine\n")
    done = desk.rename()
    assert done.code == 1
    number = desk.read("app/repositories/comment.py").count("\n")
    assert old_names(done.err) == [f"app/repositories/comment.py:{number} still says ticket"]
    assert desk.files().keys() >= NEW


def test_an_error_that_is_not_about_a_name_stops_it(desk: Project) -> None:
    desk.edit("app/repositories/comment.py", lambda text: text + "\n\nfrom app.models.tag import Tag as Mine\n")
    before = snapshot(desk.root)
    spec = CASE.replace("    tags: <-> Tag\n", "").replace("  Tag: {hue: string(1..40) unique}\n", "")
    done = desk.rename(spec, "--allow-destructive")
    assert done.code == 1
    assert "new error in the new files; nothing was written" in done.err
    assert "app/repositories/comment.py" in done.err
    after = snapshot(desk.root)
    assert {path for path in after if after[path] != before[path]} == {"scaffold.yml"}


def test_a_field_too_and_a_new_one_at_once(desk: Project, rendered: Mapping[str, Path]) -> None:
    kept = '    kind = "plain"\n'
    desk.edit("app/models/ticket.py", below("subject: orm.Mapped[str]", kept))
    desk.edit("app/repositories/ticket.py", below("searched =", "    deep = True\n"))
    done = desk.rename(TITLE, "--no-validate")
    assert done.code == 0, done.err
    wanted = Project(rendered["title"], desk.capture)
    assert desk.read("app/models/case.py") == below("title: orm.Mapped[str]", kept)(wanted.read("app/models/case.py"))
    found, files = desk.files(), wanted.files()
    assert {path for path in files if found[path] != files[path]} == {"app/models/case.py", "app/repositories/case.py"}
    assert desk.is_settled()


def test_a_field_alone(desk: Project) -> None:
    spec = SPEC.replace("hue: string(1..40) unique", "colour: string(1..40) unique was hue")
    desk.edit("app/models/tag.py", below("class Tag(", "    kind = 1\n"))
    desk.edit("app/schemas/tag.py", lambda text: text + "\n\nHUE = TagRead.hue\n")
    done = desk.rename(spec, "--no-validate")
    number = desk.read("app/schemas/tag.py").count("\n")
    assert done.code == 1
    assert old_names(done.err) == [f"app/schemas/tag.py:{number} still says hue"]
    assert "merged        app/models/tag.py" in done.err
    assert "    kind = 1\n" in desk.read("app/models/tag.py")
    assert desk.is_settled()


def test_a_slot_that_a_person_edited_moves_along(desk: Project, fresh: Project) -> None:
    path = "app/repositories/{}.py"
    rule = '        if row.subject == "":\n            yield "subject"\n'

    def edit(text: str) -> str:
        return text.replace("        yield from ()\n", rule)

    desk.edit(path.format("ticket"), edit)
    done = desk.rename()
    assert done.code == 0, done.err
    assert desk.read(path.format("case")) == edit(fresh.read(path.format("case")))
    assert "# slot: entities.case.rules\n" + rule in desk.read(path.format("case"))
    assert desk.is_settled()


def test_a_person_who_renamed_the_files_before_keeps_what_they_wrote(desk: Project, fresh: Project) -> None:
    (desk.root / "app/models/ticket.py").rename(desk.root / "app/models/case.py")
    desk.edit("app/models/case.py", below("class Ticket(", "    # Mine.\n"))
    (desk.root / "app/routers/ticket.py").rename(desk.root / "app/routers/desk.py")
    desk.edit("app/routers/desk.py", below("async def get_ticket(", "    # Mine too.\n"))
    done = desk.rename(CASE, "--no-validate")
    assert done.code == 0, done.err
    assert desk.read("app/models/case.py") == below("class Case(", "    # Mine.\n")(fresh.read("app/models/case.py"))
    mine = below("async def get_case(", "    # Mine too.\n")(fresh.read("app/routers/case.py"))
    assert desk.read("app/routers/desk.py") == mine
    assert "updated       app/routers/desk.py (was app/routers/ticket.py; you renamed it)" in done.out or (
        "merged        app/routers/desk.py (was app/routers/ticket.py; you renamed it)" in done.out
    )
    assert not (desk.root / "app/routers/case.py").exists()


def test_a_file_of_a_persons_in_the_way_stays(desk: Project, fresh: Project) -> None:
    (desk.root / "app/models/case.py").write_text("MINE = 1\n")
    desk.edit("app/models/ticket.py", below("class Ticket(", "    # Mine.\n"))
    done = desk.rename(CASE, "--no-validate")
    assert done.code == 1
    assert desk.read("app/models/case.py") == "MINE = 1\n"
    assert desk.read("app/models/case.py.new") == fresh.read("app/models/case.py")
    assert "    # Mine.\n" in desk.read("app/models/ticket.py")
    assert "blocked       app/models/case.py (a file of yours; the new one is app/models/case.py.new)" in done.err
    assert "kept-edited   app/models/ticket.py" in done.err


def test_a_file_that_a_person_deleted_stays_deleted(desk: Project) -> None:
    (desk.root / "tests/resources/test_ticket.py").unlink()
    done = desk.rename()
    assert done.code == 0, done.err
    assert "kept-deleted  tests/resources/test_case.py (was tests/resources/test_ticket.py; you deleted it)" in done.out
    assert not (desk.root / "tests/resources/test_case.py").exists()
    assert desk.is_settled()


def test_without_a_former_name_an_entity_goes_and_another_comes(desk: Project) -> None:
    desk.edit("app/models/ticket.py", below("class Ticket(", "    # Mine.\n"))
    done = desk.rename(CASE.replace("renamed_from: Ticket, ", ""), "--no-validate", "--allow-destructive")
    assert "kept-edited   app/models/ticket.py" in done.out + done.err
    assert "created       app/models/case.py" in done.out + done.err


WORK = "agents: {triage: {goal: Sort., output: {priority: int}}}\n"
CLASHES = [
    pytest.param(
        "Agent: {phone: string}",
        "Operator: {phone: string, $meta: {renamed_from: Agent}}",
        {"agent": "operator", "system_agent": "agent"},
        id="away from a built-in name",
    ),
    pytest.param(
        "Note: {hue: string}",
        "Message: {hue: string, $meta: {renamed_from: Note}}",
        {"note": "message", "message": "system_message"},
        id="to a built-in name",
    ),
    pytest.param(
        "Project: {hue: string}",
        "Plan: {hue: string, $meta: {renamed_from: Project}}",
        {"project": "plan"},
        id="the built-in one comes back",
    ),
]


@pytest.mark.parametrize(("before", "after", "moves"), CLASHES)
def test_names_of_built_in_entities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, moves: dict[str, str]
) -> None:
    head = "spec: 1\nproject: {name: desk}\nentities:\n  "
    desk = Project(render(f"{head}{before}\n{WORK}", tmp_path / "before"), capsys)
    wanted = Project(render(f"{head}{after}\n{WORK}", tmp_path / "after"), capsys).files()
    for old, new in moves.items():
        desk.edit(f"app/models/{old}.py", lambda text, mine=old: f"{text}\n\n# of {mine[::-1]}\n")  # type: ignore[misc]
        path = f"app/models/{new}.py"
        wanted[path] += f"\n\n# of {old[::-1]}\n".encode()
    done = desk.rename(f"{head}{after}\n{WORK}", "--no-validate")
    assert done.code == 0, done.err
    assert desk.files() == wanted
    assert desk.is_settled()


def test_a_project_that_skipped_a_name(desk: Project, fresh: Project) -> None:
    done = desk.rename(CASE.replace("renamed_from: Ticket", "renamed_from: [Issue, Ticket]"))
    assert done.code == 0, done.err
    assert desk.files() == fresh.files()


def test_recopy_starts_over_under_the_new_name(desk: Project, fresh: Project) -> None:
    desk.edit("app/models/ticket.py", below("class Ticket(", "    # Mine.\n"))
    (desk.root / "scaffold.yml").write_text(CASE)
    done = desk.run("recopy", str(desk.root), "--overwrite", "--no-validate")
    assert "kept-edited   app/models/ticket.py" in done.out + done.err
    assert desk.files().items() >= fresh.files().items()
