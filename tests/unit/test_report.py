"""The report's two forms: text for people, JSON with stable keys for machines."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace

import pytest

from scaffolder.problem import Problem
from scaffolder.report import BlueprintReport, Change, Missing, Report, columns, human_size

REPORT = Report(
    status="written",
    source="agent-backend",
    destination="shop",
    project="shop",
    size=1500,
    seconds=0.1234,
    changes=(Change("a.py", "create"), Change("b.py", "identical"), Change("c.py", "overwrite")),
    blueprints=(BlueprintReport("app_core", "1.0.0", 1, 3, 1500, ("app.main",), 0.0501),),
    warnings=(Problem("scaffold.yml", 3, 1, "unused", "warning", "nothing uses Tag"),),
    not_done=("1 slot keeps its static text",),
    next_commands=("cd shop", "make"),
)


def test_the_text_says_what_was_done_what_was_not_and_what_comes_next() -> None:
    assert REPORT.to_text().splitlines() == [
        "shop: wrote 2 files (1 more already up to date), 2 kB in 0.12 s, to shop",
        "",
        "  phase  blueprint  version  files  size  slots  seconds  errors",
        "  1      app_core   1.0.0        3  2 kB      1     0.05       0",
        "",
        "Warnings:",
        "  - scaffold.yml:3:1: warning[unused]: nothing uses Tag",
        "",
        "Not done:",
        "  - 1 slot keeps its static text",
        "",
        "Next:",
        "  cd shop",
        "  make",
    ]


def test_conflicts_are_listed_with_what_to_do() -> None:
    report = replace(REPORT, status="conflicts", changes=(Change("a.py", "conflict"), Change("b.py", "create")))
    text = report.to_text()
    assert text.startswith("shop: 1 file in shop would be overwritten; nothing was written\n")
    assert "Conflicts:\n  - a.py\n  - pass --overwrite to replace them" in text


def test_a_pretended_run_lists_every_path() -> None:
    text = replace(REPORT, status="pretended").to_text()
    assert "nothing was written" in text
    assert "  create    a.py\n  identical b.py\n  overwrite c.py" in text


def test_a_partial_run_says_what_is_missing_and_how_to_get_it() -> None:
    missing = Missing("agents", "it failed", "mend it and run the same command again")
    text = replace(REPORT, status="partial", missing=(missing,)).to_text()
    assert text.startswith(
        "shop: wrote 2 files (1 more already up to date), 2 kB in 0.12 s, to shop, without 1 blueprint"
    )
    assert "Missing:\n  - agents: it failed\n  - mend it and run the same command again\n" in text


def test_a_failed_run_lists_every_error_of_every_blueprint() -> None:
    broken = (
        BlueprintReport("agents", "1.0.0", 2, 0, 0, (), 0.0, errors=("agents/x.jinja:3: no", "agents/y.jinja: no")),
        BlueprintReport("workflow", "1.0.0", 2, 0, 0, (), 0.0, errors=("workflow/z.jinja: no",)),
    )
    missing = (Missing("agents", "it failed", "mend it"), Missing("workflow", "it failed", "mend it"))
    text = replace(REPORT, status="failed", blueprints=broken, changes=(), missing=missing).to_text()
    assert text.startswith("shop: 2 blueprints failed; nothing was written\n")
    for error in ("agents/x.jinja:3: no", "agents/y.jinja: no", "workflow/z.jinja: no"):
        assert f"  - {error}\n" in text


def test_a_failed_run_offers_the_sound_rest_when_there_is_one() -> None:
    missing = (Missing("agents", "it failed", "mend it"),)
    blueprints = (*REPORT.blueprints, BlueprintReport("agents", "1.0.0", 2, 0, 0, (), 0.0, errors=("no",)))
    text = replace(REPORT, status="failed", blueprints=blueprints, missing=missing).to_text()
    assert text.startswith("shop: 1 blueprint failed; nothing was written; --partial writes what is sound\n")


def test_json_has_the_same_facts_under_stable_keys() -> None:
    text = REPORT.to_json()
    assert "\n" not in text
    data = json.loads(text)
    assert set(data) == {
        "version", "status", "source", "destination", "project", "files", "size", "seconds", "changes", "blueprints",
        "warnings", "not_done", "missing", "findings", "next_commands",
    }  # fmt: skip
    assert data["files"] == 3
    assert data["changes"][0] == {"path": "a.py", "action": "create"}
    assert data["blueprints"] == [
        {
            "name": "app_core",
            "version": "1.0.0",
            "phase": 1,
            "files": 3,
            "size": 1500,
            "slots": ["app.main"],
            "seconds": 0.05,
            "errors": [],
        }
    ]
    assert data["warnings"][0]["line"] == 3


def test_a_report_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        REPORT.status = "failed"  # type: ignore[misc]


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (2_340_000, "2.3 MB")])
def test_sizes_for_people(size: int, text: str) -> None:
    assert human_size(size) == text


def test_columns_line_up_and_end_without_spaces() -> None:
    assert columns([("name", "n"), ("a", "10")], right=(1,)) == ["  name   n", "  a     10"]
    assert columns([("name", "n"), ("a", "10")]) == ["  name  n", "  a     10"]
