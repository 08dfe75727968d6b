"""What `copy` says, writes and returns when something is wrong: exact messages, and an untouched destination."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffolder import pipeline
from scaffolder.__main__ import main
from scaffolder.blueprints import load_catalog

COPIER = """\
_subdirectory: template
_envops: {undefined: jinja2.StrictUndefined}
_exclude: [copier.yml]
project: {type: yaml}
"""
SPEC = "spec: 1\nproject:\n  name: shop   # a comment\n"


def blueprint(root: Path, name: str, files: dict[str, str], requires: str = "[]", **more: str) -> None:
    folder = root / name
    meta = {"name": name, "version": '"1.0.0"', "description": f"The {name}.", "requires": requires, **more}
    everything = {f"template/{path}": content for path, content in files.items()}
    everything |= {
        "copier.yml": COPIER,
        "blueprint.yml": "".join(f"{key}: {value}\n" for key, value in meta.items()),
    }
    for path, content in everything.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)


def use(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = load_catalog(root)
    monkeypatch.setattr(pipeline, "catalog", lambda: found)


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three blueprints: `base` is sound, `top` requires it, `other` stands alone; and a stack of all of them."""
    root = tmp_path / "blueprints"
    blueprint(root, "base", {"base.txt.jinja": "{{ project.name }}\n", "notes.md": "# Notes\n"}, once="[notes.md]")
    blueprint(root, "top", {"top.txt.jinja": "{{ project.name }}\n"}, requires="[base]")
    blueprint(root, "other", {"other.txt": "other\n"})
    (root / "stacks.yml").write_text("all:\n  description: All of them.\n  blueprints: [base, top, other]\n")
    use(root, monkeypatch)
    return root


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yml"
    path.write_text(SPEC)
    return path


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".scaffold" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(files)}


def copy(source: str, destination: Path, *more: object) -> int:
    return main(["copy", source, str(destination), *map(str, more)])


@pytest.mark.usefixtures("catalog")
class TestSound:
    def test_the_project_holds_its_files_and_the_spec_byte_for_byte(self, tmp_path: Path, spec: Path) -> None:
        assert copy("all", tmp_path / "out", "--data-file", spec) == 0
        assert contents(tmp_path / "out") == {
            "base.txt": "shop\n",
            "notes.md": "# Notes\n",
            "other.txt": "other\n",
            "scaffold.yml": SPEC,
            "top.txt": "shop\n",
        }

    def test_data_changes_the_project_and_only_its_place_in_the_spec(self, tmp_path: Path, spec: Path) -> None:
        assert copy("base", tmp_path / "out", "--data-file", spec, "-d", "project.name=store") == 0
        written = contents(tmp_path / "out")
        assert written["base.txt"] == "store\n"
        assert written["scaffold.yml"] == SPEC.replace("shop", "store")

    def test_pretend_writes_nothing_and_lists_every_path(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert copy("base", tmp_path / "out", "--data-file", spec, "--pretend") == 0
        assert not (tmp_path / "out").exists()
        assert "  create    base.txt\n" in capsys.readouterr().out

    def test_quiet_prints_nothing(self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert copy("base", tmp_path / "out", "--data-file", spec, "--quiet") == 0
        assert capsys.readouterr() == ("", "")

    def test_json_is_one_object_and_nothing_else(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert copy("all", tmp_path / "out", "--data-file", spec, "--json") == 0
        out, err = capsys.readouterr()
        data = json.loads(out)
        assert err == ""
        assert data["status"] == "written"
        assert [item["name"] for item in data["blueprints"]] == ["base", "other", "top"]
        assert {"path": "top.txt", "action": "create"} in data["changes"]

    def test_exclude_leaves_out_and_skip_keeps(self, tmp_path: Path, spec: Path) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "base.txt").write_text("mine\n")
        assert copy("all", out, "--data-file", spec, "--exclude", "other.*", "--skip", "base.*") == 0
        assert contents(out)["base.txt"] == "mine\n"
        assert "other.txt" not in contents(out)

    def test_files_written_once_are_the_users_from_then_on(self, tmp_path: Path, spec: Path) -> None:
        out = tmp_path / "out"
        assert copy("base", out, "--data-file", spec) == 0
        (out / "notes.md").write_text("mine\n")
        assert copy("base", out, "--data-file", spec, "--overwrite") == 0
        assert contents(out)["notes.md"] == "mine\n"

    def test_a_stored_plan_gives_the_same_project(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["plan", "all", "--data-file", str(spec), "--json"]) == 0
        stored = tmp_path / "plan.json"
        stored.write_text(capsys.readouterr().out)
        spec_text = spec.read_text()
        spec.unlink()
        assert copy("all", tmp_path / "planned", "--plan", stored) == 0
        spec.write_text(spec_text)
        assert copy("all", tmp_path / "direct", "--data-file", spec) == 0
        planned, direct = tmp_path / "planned", tmp_path / "direct"
        assert contents(planned) == contents(direct)
        assert (planned / ".scaffold/lock.json").read_bytes() == (direct / ".scaffold/lock.json").read_bytes()

    def test_flags_that_only_copier_knows_are_named(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert copy("base", tmp_path / "out", "--data-file", spec, "--trust", "-r", "v1", "-q") == 0
        assert capsys.readouterr().err.splitlines() == [
            "note: --vcs-ref is for Copier templates; base is not one, so it does nothing here.",
            "note: --trust is for Copier templates; base is not one, so it does nothing here.",
        ]


@pytest.mark.usefixtures("catalog")
class TestConflicts:
    def test_without_a_terminal_they_are_listed_and_nothing_is_written(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "base.txt").write_text("mine\n")
        assert copy("all", out, "--data-file", spec, "-q") == 1
        assert contents(out) == {"base.txt": "mine\n"}
        assert capsys.readouterr().err.splitlines() == [
            f"shop: 1 file in {out} would be overwritten; nothing was written",
            "",
            "Conflicts:",
            "  - base.txt",
            "  - pass --overwrite to replace them, --skip PATTERN to keep some, or choose another destination",
        ]

    def test_overwrite_and_force_replace(self, tmp_path: Path, spec: Path) -> None:
        for flag in ("--overwrite", "--force", "-wl"):
            out = tmp_path / flag.strip("-")
            out.mkdir()
            (out / "base.txt").write_text("mine\n")
            assert copy("base", out, "--data-file", spec, flag) == 0
            assert contents(out)["base.txt"] == "shop\n"


class TestFailingBlueprints:
    @pytest.fixture(autouse=True)
    def broken(self, catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        blueprint(catalog, "base", {"a.txt.jinja": "\n{{ projekt }}\n", "b.txt.jinja": "{% if %}\n", "fine.txt": ""})
        use(catalog, monkeypatch)

    def test_all_errors_are_told_at_once_and_nothing_is_written(
        self,
        tmp_path: Path,
        spec: Path,
        catalog: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        blueprint(catalog, "top", {"top.txt.jinja": "{{ project.nam }}\n"}, requires="[base]")
        use(catalog, monkeypatch)
        assert copy("all", tmp_path / "out", "--data-file", spec, "-q") == 2
        assert not (tmp_path / "out").exists()
        err = capsys.readouterr().err
        assert err.startswith("shop: 2 blueprints failed; nothing was written; --partial writes what is sound\n")
        for place in (
            "base/template/a.txt.jinja:2: ",
            "base/template/b.txt.jinja:1: ",
            "top/template/top.txt.jinja:1: ",
        ):
            assert f"  - {place}" in err

    def test_partial_writes_what_is_sound_and_says_how_to_get_the_rest(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "out"
        assert copy("all", out, "--data-file", spec, "--partial") == 3
        assert set(contents(out)) == {"other.txt", "scaffold.yml"}
        text = capsys.readouterr().out
        assert "Missing:\n  - base: it failed\n  - top: it requires base, which failed\n" in text
        assert f"scaffolder copy all {out} --data-file {out}/scaffold.yml --overwrite" in text

    def test_partial_with_nothing_sound_is_a_failure(self, tmp_path: Path, spec: Path) -> None:
        assert copy("base", tmp_path / "out", "--data-file", spec, "--partial") == 2
        assert not (tmp_path / "out").exists()

    def test_the_errors_are_in_the_json_per_blueprint(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert copy("all", tmp_path / "out", "--data-file", spec, "--json") == 2
        data = json.loads(capsys.readouterr().out)
        assert data["status"] == "failed"
        assert {item["name"]: len(item["errors"]) for item in data["blueprints"]} == {"base": 2, "other": 0, "top": 0}
        assert [item["blueprint"] for item in data["missing"]] == ["base", "top"]


@pytest.mark.usefixtures("catalog")
class TestBadInput:
    def test_every_problem_of_the_spec_is_told_where_the_user_wrote_it(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        spec = tmp_path / "spec.yml"
        spec.write_text("spec: 1\nproject: {name: shop}\nentites: {}\nentities:\n  Tag:\n    label: strng\n")
        out = tmp_path / "out"
        assert copy("base", out, "--data-file", spec, "-d", "entities.Tag.size=itn") == 2
        assert not out.exists()
        rows = capsys.readouterr().err.splitlines()
        assert [row.split(": ")[0] for row in rows] == [
            "--data entities.Tag.size",
            f"{spec}:3:1",
            f"{spec}:6:12",
            "error",
        ]
        assert rows[-1] == "error: 3 problems in the input"

    def test_problems_in_json_keep_their_places(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        spec = tmp_path / "spec.yml"
        spec.write_text("spec: 1\nproject: {name: shop}\nentites: {}\n")
        assert copy("base", tmp_path / "out", "--data-file", spec, "--json") == 2
        out, err = capsys.readouterr()
        data = json.loads(out)
        assert err == ""
        assert (data["status"], data["problems"][0]["line"], data["problems"][0]["severity"]) == ("failed", 3, "error")

    def test_no_spec_and_nobody_to_ask(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert copy("base", tmp_path / "out") == 2
        assert capsys.readouterr().err.splitlines() == [
            "error: there is no spec and no terminal to ask on; pass --data-file FILE, or --defaults for an example",
            "hint: try 'scaffolder copy --help'",
        ]

    def test_a_malformed_override_names_itself(
        self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert copy("base", tmp_path / "out", "--data-file", spec, "-d", "name") == 2
        assert capsys.readouterr().err.splitlines() == [
            (
                "--data name: error[data-form]: is not of the form KEY=VALUE "
                "(write KEY=VALUE with a dotted key, for example project.name=shop)"
            ),
            "error: 1 problem in the input",
        ]

    @pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 1}', "not json"])
    def test_what_is_no_plan_is_refused(self, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        stored = tmp_path / "plan.json"
        stored.write_text(text)
        assert copy("all", tmp_path / "out", "--plan", stored) == 2
        assert capsys.readouterr().err.startswith("error: not a plan: ")

    def test_a_plan_of_other_blueprints_is_refused(
        self,
        tmp_path: Path,
        spec: Path,
        catalog: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert main(["plan", "all", "--data-file", str(spec), "--json"]) == 0
        stored = tmp_path / "plan.json"
        stored.write_text(capsys.readouterr().out)
        blueprint(catalog, "other", {"other.txt": "changed\n"})
        use(catalog, monkeypatch)
        assert copy("all", tmp_path / "out", "--plan", stored) == 2
        assert "error: the blueprint other is not the one that was planned" in capsys.readouterr().err

    def test_a_plan_and_a_spec_exclude_each_other(self, tmp_path: Path, spec: Path) -> None:
        stored = tmp_path / "plan.json"
        stored.write_text("{}")
        assert copy("all", tmp_path / "out", "--plan", stored, "--data-file", spec) == 2

    def test_a_destination_that_is_a_file(self, tmp_path: Path, spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "out"
        out.write_text("")
        assert copy("base", out, "--data-file", spec) == 2
        assert "error: " in capsys.readouterr().err


class TestUnexpected:
    @pytest.fixture(autouse=True)
    def bug(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> None:
            raise RuntimeError("two\nlines")

        monkeypatch.setattr(pipeline, "catalog", fail)

    def test_an_unexpected_error_is_one_line_with_how_to_see_more(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("SCAFFOLDER_DEBUG", raising=False)
        assert copy("base", tmp_path / "out", "-l") == 70
        assert capsys.readouterr().err.splitlines() == [
            "error: unexpected RuntimeError: two lines",
            "hint: run it again with SCAFFOLDER_DEBUG=1 to see the traceback",
        ]

    def test_with_debug_its_traceback_is_shown(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("SCAFFOLDER_DEBUG", "1")
        assert copy("base", tmp_path / "out", "-l") == 70
        assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.usefixtures("catalog")
def test_an_interrupted_write_is_undone_or_finished_and_exits_130(
    tmp_path: Path, spec: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recovered: list[Path] = []

    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "write_tree", interrupt)
    monkeypatch.setattr(pipeline, "recover", recovered.append)
    assert copy("base", tmp_path / "out", "--data-file", spec, "-q") == 130
    assert recovered == [tmp_path / "out"]
    assert capsys.readouterr().err == "Interrupted: nothing is half-written.\n"


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("source", "hint"), [("othr", "did you mean 'other'?"), ("xyz", "there are all, base, other, top")]
)
def test_a_misspelt_source_gets_the_nearest_name(
    source: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert copy(source, tmp_path / "out", "-l") == 2
    assert capsys.readouterr().err.splitlines() == [
        f"error: there is no stack, blueprint or directory {source!r}",
        f"hint: {hint}",
    ]
