"""`plan`, `blueprints`, `schema` and the command itself: what they print, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from scaffolder import pipeline
from scaffolder.__main__ import main
from scaffolder.blueprints import load_catalog
from scaffolder.cli.completion import command as completion
from scaffolder.cli.main import cli
from scaffolder.input import SpecSource, example

SPEC = "spec: 1\nproject: {name: shop, description: 'Ünïcode: yes'}\n"


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "spec.yml"
    path.write_text(SPEC, encoding="utf-8")
    return str(path)


def test_the_plan_shows_phases_blueprints_files_and_slots(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "utilities", "--data-file", spec]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("utilities: 1 blueprint, 1 phase, ")
    assert rows[2].split() == ["phase", "blueprint", "version", "files", "slots"]
    assert rows[3].split()[:2] == ["1", "utilities"]


def test_the_plan_as_json_holds_phases_files_slots_and_the_spec(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "utilities", "--data-file", spec, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["phases"] == [["utilities"]]
    assert data["steps"][0]["files"]
    assert data["spec"] == SPEC
    assert data["project"] == "shop"


def test_answers_are_yaml_that_says_the_same_every_time(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for _ in range(2):
        assert main(["plan", "--data-file", spec, "--answers", "app_core"]) in {0, 1}
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    answers = yaml.safe_load(printed[0])
    assert answers["project"]["description"] == "Ünïcode: yes"
    planned = pipeline.plan("agent-backend", SpecSource("s", content=SPEC.encode()))
    assert answers == planned.plan.answers_of("app_core")


def test_answers_of_a_blueprint_outside_of_the_plan(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "utilities", "--data-file", spec, "--answers", "agents"]) == 2
    assert capsys.readouterr().err.splitlines() == ["error: agents is not part of this plan", "hint: it has utilities"]


def test_json_and_answers_exclude_each_other(spec: str) -> None:
    assert main(["plan", "--data-file", spec, "--json", "--answers", "app_core"]) == 2


def test_a_spec_on_standard_input() -> None:
    done = CliRunner().invoke(cli, ["plan", "utilities", "--data-file", "-"], input=SPEC, standalone_mode=False)
    assert done.exception is None
    assert done.return_value == 0
    assert done.stdout.startswith("utilities: ")


def test_problems_on_standard_input_are_named_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["plan", "--data-file", "-"], input="spec: 2\n", standalone_mode=False)
    assert [problem.path for problem in done.exception.problems] == ["<stdin>", "<stdin>"]  # type: ignore[union-attr]


def test_a_missing_spec_file_is_a_problem_of_the_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--data-file", str(tmp_path / "nowhere.yml")]) == 2
    rows = capsys.readouterr().err.splitlines()
    assert rows[0].startswith(f"{tmp_path}/nowhere.yml: error[not-found]: there is no such file")
    assert rows[1] == "error: 1 problem in the input"


def test_blueprints_are_listed_for_people_and_machines(capsys: pytest.CaptureFixture[str]) -> None:
    catalog = load_catalog()
    expected = 1 if catalog.broken else 0
    assert main(["blueprints", "list"]) == expected
    out = capsys.readouterr().out
    assert main(["blueprints", "list", "--json"]) == expected
    data = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in data["blueprints"]] == list(catalog.blueprints)
    assert [item["name"] for item in data["stacks"]] == list(catalog.stacks)
    for name in (*catalog.blueprints, *catalog.stacks):
        assert f"  {name} " in out


def test_one_blueprint_is_shown_with_what_it_requires_and_reads(capsys: pytest.CaptureFixture[str]) -> None:
    blueprint = load_catalog().blueprints["app_core"]
    assert main(["blueprints", "show", "app_core"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"app_core {blueprint.version}: ")
    assert f"reads:    {', '.join(blueprint.questions)}\n" in out
    assert main(["blueprints", "show", "app_core", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reads"] == list(blueprint.questions)


def test_a_misspelt_blueprint_gets_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["blueprints", "show", "app_cor"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: there is no blueprint or stack 'app_cor'",
        "hint: did you mean 'app_core'?",
    ]


def test_the_schema_is_json_that_takes_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    path = example().path
    assert path is not None
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["coppy"], "error: there is no command 'coppy'; did you mean 'copy'?"),
        (
            ["xyz"],
            (
                "error: there is no command 'xyz'; there are copy, fill, slots, update, recopy, check, "
                "explain, state, report, validate, verify, plan, blueprints, schema, completion"
            ),
        ),
        (["copy"], "error: Missing argument 'SOURCE'."),
        (["copy", "--forse", "a", "b"], "error: No such option '--forse'."),
        (
            ["completion", "tcsh"],
            "error: Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of 'bash', 'zsh', 'fish'.",
        ),
    ],
)
def test_a_wrong_command_line_is_bad_input(
    arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    rows = capsys.readouterr().err.splitlines()
    assert rows[0].startswith(error.removesuffix("."))
    assert rows[1].startswith("hint: try 'scaffolder")


def test_completion_scripts_differ_by_shell() -> None:
    scripts = {
        CliRunner().invoke(completion, [shell], standalone_mode=False).stdout for shell in ("bash", "zsh", "fish")
    }
    assert len(scripts) == 3
