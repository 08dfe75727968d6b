"""Ruff: what its codes are worth, whose configuration counts, and where it says things are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from scaffolder_validators import Finding, Sources, read_folder, ruff, validate


def said(files: Mapping[str, str]) -> dict[str, Finding]:
    """Give the findings by rule."""
    sources = Sources.of({path: text.encode() for path, text in files.items()})
    return {one.rule.partition(":")[2]: one for one in validate(sources, only=["ruff"]).findings}


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("F821", "error"),
        ("F401", "warning"),
        ("B006", "error"),
        ("B904", "warning"),
        ("B905", "note"),
        ("S602", "error"),
        ("S101", "note"),
        ("S113", "warning"),
        ("E501", "note"),
        ("E711", "warning"),
        ("E999", "error"),
        ("C901", "warning"),
        ("PLR0913", "warning"),
        ("PLR5501", "note"),
        ("PLE0101", "error"),
        ("UP045", "note"),
        ("RUF006", "error"),
        ("invalid-syntax", "error"),
        ("XYZ1", "note"),
    ],
)
def test_what_a_code_is_worth(code: str, severity: str) -> None:
    assert ruff.severity_of(code) == severity


def test_columns_count_code_points() -> None:
    one = said({"a.py": 'x = "é😀"; y = z\n'})["F821"]
    assert (one.line, one.column, one.end_line, one.end_column) == (1, 15, 1, 16)


def test_the_configuration_of_the_project_counts_and_errors_stay() -> None:
    files = {"pyproject.toml": "[tool.ruff]\nlint.ignore = ['ALL']\n", "a.py": "import os\nx = y\n"}
    assert set(said(files)) == {"F821", "format"}
    assert set(said({"a.py": files["a.py"]})) >= {"F821", "F401"}


def test_a_configuration_counts_for_the_files_below_it() -> None:
    files = {"api/ruff.toml": "lint.select = ['F']\n", "api/a.py": "x = 1;\n", "tool.py": "x = 1;\n"}
    sources = Sources.of({path: text.encode() for path, text in files.items()})
    findings = validate(sources, only=["ruff"]).findings
    assert {one.path for one in findings if one.rule == "ruff:E703"} == {"tool.py"}


def test_what_the_owner_excluded_is_not_checked() -> None:
    files = {"ruff.toml": "extend-exclude = ['vendor']\n", "vendor/a.py": "x = y\n"}
    assert said(files) == {}


def test_a_broken_configuration_is_a_finding_and_the_files_are_checked() -> None:
    found = said({"ruff.toml": "line-length = 100\n\nline-lenght = 1\n", "a.py": "x = y\n"})
    assert set(found) >= {"configuration", "F821"}
    assert (found["configuration"].path, found["configuration"].line) == ("ruff.toml", 3)


def test_the_format_names_the_first_difference() -> None:
    one = said({"a.py": "x = 1\n\ny = f( 2 )\nz  = 3\n"})["format"]
    assert (one.line, one.severity) == (3, "note")


def test_the_oldest_python_is_that_of_the_project() -> None:
    code = "from typing import TypeVar\n\nT = TypeVar('T')\n\n\ndef f(x: T) -> T:\n    return x\n"
    assert "UP047" not in said({"a.py": code})
    assert "UP047" in said({"a.py": code, "pyproject.toml": "[project]\nrequires-python = '>=3.12'\n"})


def test_nothing_is_written_into_the_project(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    validate(read_folder(tmp_path), only=["ruff", "ty", "imports", "complexity"])
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_a_file_may_be_called_like_an_option() -> None:
    assert "F821" in said({"--fix.py": "x = y\n"})
