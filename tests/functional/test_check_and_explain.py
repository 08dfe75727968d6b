"""`scaffolder check` tells what drifted and what people changed; `explain` tells where a line comes from."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scaffolder_fills.lock import Entry, file_of

from tests.support.blueprints import snapshot
from tests.support.specs import HELPDESK, needs_helpdesk
from tests.support.updating import SPEC, TEXT, Workshop

ROOT = Path(__file__).parents[2]
NEW = TEXT.replace("five", "5")
MINE = TEXT.replace("one", "1")
MARKS = "<<<<<<< yours\n1\n||||||| base\none\n=======\nuno\n>>>>>>> blueprints\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workshop:
    return Workshop(tmp_path, monkeypatch, capsys)


@pytest.fixture
def drifted(shop: Workshop) -> Workshop:
    """A project with one file changed, one new and one gone in the blueprints, and edits of a person."""
    shop.copy(base={"a.txt": TEXT, "old.txt": "old\n", "b.txt": TEXT, "c.txt": TEXT})
    shop.write("b.txt", MINE)
    (shop.root / "c.txt").unlink()
    shop.blueprints(base={"a.txt": NEW, "new.txt": "new\n", "b.txt": TEXT, "c.txt": TEXT})
    return shop


def check(shop: Workshop, *arguments: str) -> tuple[int, str]:
    done = shop.run("check", str(shop.root), *arguments)
    assert done.err == ""
    return done.code, done.out


def test_edits_alone_are_no_drift(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT, "run.sh": "#!/bin/sh\n"})
    shop.write("a.txt", MINE)
    (shop.root / "b.txt").unlink()
    (shop.root / "run.sh").chmod(0o755)
    before = snapshot(shop.root)
    code, out = check(shop, "--edits")
    assert code == 0
    assert out.startswith(f"shop in {shop.root}: 3 files up to date, in ")
    assert out.endswith("\n\nChanged by people:\n  edited    a.txt\n  deleted   b.txt\n  mode      run.sh\n")
    assert check(shop, "--quiet") == (0, "")
    assert snapshot(shop.root) == before


def test_drift_is_named_with_its_diff(drifted: Workshop) -> None:
    before = snapshot(drifted.root)
    code, out = check(drifted)
    assert code == 1
    head, _, rest = out.partition("\n")
    assert head.startswith(f"shop in {drifted.root}: 3 files of 4 drifted, in ")
    assert rest == (
        "  changed   a.txt\n  new       new.txt\n  gone      old.txt\n\n"
        "Run `scaffolder update` to bring it up to date.\n\n"
        "--- a.txt\n+++ a.txt\n@@ -2,4 +2,4 @@\n two\n three\n four\n-five\n+5\n"
        "--- /dev/null\n+++ new.txt\n@@ -0,0 +1 @@\n+new\n"
        "--- old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"
    )
    assert snapshot(drifted.root) == before


def test_as_json(drifted: Workshop) -> None:
    code, out = check(drifted, "--json", "--edits")
    data = json.loads(out)
    assert code == 1
    assert (data["version"], data["status"], data["files"]) == (1, "drifted", 4)
    assert [(one["path"], one["change"]) for one in data["drifted"]] == [
        ("a.txt", "changed"), ("new.txt", "new"), ("old.txt", "gone"),
    ]  # fmt: skip
    assert data["edits"] == [{"path": "b.txt", "kind": "edited"}, {"path": "c.txt", "kind": "deleted"}]
    assert "edits" not in json.loads(check(drifted, "--json")[1])


def test_for_github(drifted: Workshop) -> None:
    code, out = check(drifted, "--format", "github", "--edits")
    assert code == 1
    assert out.splitlines() == [
        "::error file=a.txt,title=scaffolder check::scaffolder update would change this file (changed)",
        "::error file=new.txt,title=scaffolder check::scaffolder update would change this file (new)",
        "::error file=old.txt,title=scaffolder check::scaffolder update would change this file (gone)",
        "::notice file=b.txt,title=scaffolder check::edited by a person",
        "::notice file=c.txt,title=scaffolder check::deleted by a person",
        "shop: 3 files of 4 drifted",
    ]


def test_a_comment_in_the_spec_is_no_drift(shop: Workshop) -> None:
    shop.copy(base={"a.txt.jinja": "{{ project.name }}\n"})
    shop.write("scaffold.yml", SPEC + "# a comment\n")
    assert check(shop)[0] == 0
    shop.write("scaffold.yml", SPEC.replace("shop", "store"))
    assert check(shop)[0] == 1


def test_marks_of_a_conflict_are_an_error(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"a.txt": TEXT.replace("one", "uno")})
    assert shop.update().code == 1
    code, out = check(shop)
    assert code == 1
    assert "1 file with marks of a conflict" in out
    assert "  marks     a.txt" in out


def test_marks_in_a_file_that_a_person_renamed_are_an_error_too(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT})
    shop.write("notes.md", MARKS)  # no file that could be this one is gone
    shop.write("docs/mine.txt", MINE)
    (shop.root / "a.txt").unlink()
    shop.blueprints(base={"a.txt": TEXT.replace("one", "uno"), "b.txt": TEXT})
    assert shop.update().code == 1
    code, out = check(shop)
    assert (code, "1 file with marks of a conflict" in out) == (1, True)
    assert "  marks     docs/mine.txt (has the marks of a conflict that nobody settled)" in out
    assert check(shop, "--format", "github")[1].startswith("::error file=docs/mine.txt,title=scaffolder check::has the")
    shop.write("docs/mine.txt", MINE)
    assert check(shop)[0] == 0


@needs_helpdesk
def test_check_is_quick_and_loads_no_validators(tmp_path: Path) -> None:
    out = tmp_path / "helpdesk"
    command = [sys.executable, "-m", "scaffolder"]
    copied = [*command, "copy", "agent-backend", str(out), "--data-file", str(HELPDESK), "--no-validate", "--quiet"]
    subprocess.run(copied, cwd=ROOT, check=True)
    program = (
        "import sys, time; from scaffolder.__main__ import main; code = main(sys.argv[1:])\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(time.process_time(), sorted(loaded & {'scaffolder_validators', 'copier', 'pydantic', 'anthropic'}))\n"
        "sys.exit(code)"
    )
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", program, "check", str(out), "-q"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, _, loaded = done.stdout.strip().partition(" ")
        assert loaded == "[]"
        spent.append((float(seconds), time.perf_counter() - started))
    # CPU time: wall time is that of a machine that others use too.
    assert min(seconds for seconds, _ in spent) < 1


# Explain.


def explain(shop: Workshop, place: str, *arguments: str) -> str:
    done = shop.run("explain", f"{shop.root}/{place}", *arguments)
    assert (done.code, done.err) == (0, "")
    return done.out


TEMPLATES = {
    "{% yield e from entities %}{{ e.module }}{% endyield %}.py.jinja": "# {{ e.name }}\n" + TEXT,
    "slots.py": "# head\n# slot: shop.text\nold\n# end slot\n",
}
LOOP = "template/{% yield e from entities %}{{ e.module }}{% endyield %}.py.jinja"


def test_a_line_of_a_template_with_its_loop_item(shop: Workshop) -> None:
    shop.copy(
        base={**TEMPLATES, "{% yield e from entities %}{{ e.module }}{% endyield %}.py.jinja": "same = 1\nb = 2\n"}
    )
    assert explain(shop, "order.py:2") == (
        f"order.py:2: from a template\n  blueprint  base 1.0.0\n  template   {LOOP}:2\n  for        Order\n"
    )


def test_a_file_as_a_whole(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    assert explain(shop, "a.txt") == ("a.txt: from a template\n  blueprint  base 1.0.0\n  template   template/a.txt\n")
    shop.write("a.txt", MINE)
    assert explain(shop, "a.txt").startswith("a.txt: from a template, edited by a person\n")


def test_the_line_of_a_person_and_those_that_it_moved(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.write("a.txt", "mine\n" + TEXT)
    assert explain(shop, "a.txt:1").startswith("a.txt:1: written by a person\n")
    assert explain(shop, "a.txt:3") == (
        "a.txt:3: from a template\n  blueprint  base 1.0.0\n  template   template/a.txt:2\n"
    )


def test_git_knows_the_person(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.commit()
    shop.write("a.txt", "mine\n" + TEXT)
    shop.write("own.txt", "mine\n")
    assert "git" not in explain(shop, "a.txt:1")
    shop.commit()
    commit = shop.git("rev-parse", "--short", "HEAD").strip()
    for place in ("a.txt:1", "a.txt", "own.txt", "own.txt:1"):
        said = explain(shop, place)
        assert f"  git        {commit} " in said
        assert " Ann: A commit\n" in said
    data = json.loads(explain(shop, "a.txt:1", "--json"))
    assert (data["version"], data["origin"], data["line"], data["blame"]["author"]) == (1, "person", 1, "Ann")


def test_a_slot_and_its_fill(shop: Workshop) -> None:
    shop.copy(base=TEMPLATES)
    assert explain(shop, "slots.py:3").endswith("  template   template/slots.py:3\n  slot       shop.text\n")
    entry = Entry(
        "shop.text",
        "slots.py",
        "text",
        "sha256:abc",
        ("offline",),
        "filled",
        "old\n",
        model="claude",
        date="2026-11-21",
    )
    shop.write(file_of("shop.text"), entry.to_json())
    assert explain(shop, "slots.py:3") == (
        "slots.py:3: written by a language model\n  blueprint  base 1.0.0\n  template   template/slots.py\n"
        "  slot       shop.text\n  fill       claude, 2026-11-21, sha256:abc\n"
    )
    assert explain(shop, "slots.py:2").startswith("slots.py:2: from a template\n")


def test_spec_and_state(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    assert explain(shop, "scaffold.yml") == "scaffold.yml: the spec of the project: written by people\n"
    assert explain(shop, ".scaffold/lock.json:3") == ".scaffold/lock.json:3: written by scaffolder about itself\n"


def test_another_blueprint_than_the_one_that_wrote_it_is_said(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.blueprints(base={"a.txt": NEW})
    assert "the blueprint that is installed now is another one" in explain(shop, "a.txt:1")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere.txt", "there is no nowhere.txt in"),
        ("a.txt:6", "a.txt has 5 lines, and no line 6"),
        ("a.txt:0", "a.txt has 5 lines, and no line 0"),
    ],
)
def test_what_cannot_be_explained(shop: Workshop, place: str, message: str) -> None:
    shop.copy(base={"a.txt": TEXT})
    done = shop.run("explain", f"{shop.root}/{place}")
    assert done.code == 2
    assert message in done.err


def test_a_folder_that_no_run_made(shop: Workshop) -> None:
    shop.write("a.txt", "x\n")
    done = shop.run("explain", f"{shop.root}/a.txt")
    assert done.code == 2
    assert "has no .scaffold/lock.json" in done.err
