"""The formula of the scores, by example."""

from __future__ import annotations

import pytest
from scaffolder_validators import Finding, Result, Status, Validation
from scaffolder_validators.quality import CHECKS, Gate, dimension_of, gates_of, scores_of
from scaffolder_validators.registry import VALIDATORS

from tests.unit.validators.toys import complaint


def scores(*findings: Finding, lines: int = 1000, **statuses: Status) -> dict[str, float | None]:
    """Score findings of a project in which each check is `ok`, or what `statuses` says."""
    names = dict.fromkeys(name for checks in CHECKS.values() for name in checks)
    results = tuple(Result(name, "project", statuses.get(name, "ok"), files=1) for name in names)
    return {score.name: score.value for score in scores_of(Validation(results, findings, 1), lines)}


def test_without_findings_all_are_ten() -> None:
    assert set(scores().values()) == {10.0}


@pytest.mark.parametrize(
    ("severity", "lines", "value"),
    [("error", 1000, 5.0), ("error", 9000, 9.0), ("warning", 1000, 7.7), ("note", 1000, 9.1), ("note", 10, 6.7)],
)
def test_what_a_finding_costs(severity: str, lines: int, value: float) -> None:
    finding = complaint("a.py", rule="ruff:SIM102", severity=severity)
    assert scores(finding, lines=lines)["maintainability"] == value


@pytest.mark.parametrize(
    ("rule", "dimension"),
    [
        ("python:syntax", "syntax"),
        ("ruff:F821", "syntax"),
        ("ruff:S608", "security"),
        ("ruff:SIM102", "maintainability"),
        ("ruff:PERF401", "performance"),
        ("secrets:aws", "security"),
        ("text:invisible", "security"),
        ("text:encoding", "syntax"),
        ("python-security:eval", "security"),
        ("web-security:html", "security"),
        ("compose:unknown-key", "syntax"),
        ("contract:route", "architecture"),
        ("imports:undeclared", "architecture"),
        ("sqlfluff:LT01", "maintainability"),
        ("somebody:else", "maintainability"),
    ],
)
def test_each_rule_counts_for_one_score(rule: str, dimension: str) -> None:
    assert dimension_of(rule) == dimension
    lowered = {name for name, value in scores(complaint("a.py", rule=rule)).items() if value != 10.0}
    assert lowered == {dimension, "overall"}


def test_every_validator_of_ours_has_its_score() -> None:
    assert {name for checks in CHECKS.values() for name in checks} == set(VALIDATORS)


@pytest.mark.parametrize("rule", ["python:syntax", "ruff:S608", "contract:route"])
def test_one_error_is_enough_however_large_the_project(rule: str) -> None:
    assert scores(complaint("a.py", rule=rule), lines=1_000_000)[dimension_of(rule)] == 4.9


def test_the_overall_score_does_not_average_a_bad_one_away() -> None:
    found = scores(*(complaint("a.py", line, rule="ruff:S608") for line in range(1, 100)))
    assert found["security"] == 0.1
    assert found["overall"] == pytest.approx((0.1 + (0.1 + 40) / 5) / 2, abs=0.05)


def test_a_skipped_check_lowers_nothing_and_never_counts_as_passed() -> None:
    found = scores(contract="skipped", imports="timeout")
    assert found["architecture"] is None
    assert found["overall"] == 10.0
    [gate] = gates_of(
        scores_of(Validation((Result("contract", "project", "skipped", files=3),), (), 1), 100), {"architecture": 8.0}
    )
    assert gate == Gate("architecture", 8.0, "unknown")


def test_what_did_not_run_is_named_beside_the_score() -> None:
    results = (Result("contract", "project", "ok", files=1), Result("imports", "project", "error", files=1))
    by_name = {score.name: score for score in scores_of(Validation(results, (), 1), 100)}
    assert by_name["architecture"].value == 10.0
    assert by_name["architecture"].unchecked == ("imports",)
    assert by_name["overall"].unchecked == ("imports",)


def test_gates() -> None:
    validation = Validation((Result("ruff", "project", "failed", files=1),), (complaint("a.py", rule="ruff:S608"),), 1)
    scored = scores_of(validation, 1000)
    gates = gates_of(scored, {"overall": 8.0, "security": 4.9, "maintainability": 10.0})
    assert {gate.name: gate.status for gate in gates} == {
        "security": "passed",
        "maintainability": "passed",
        "overall": "failed",
    }
