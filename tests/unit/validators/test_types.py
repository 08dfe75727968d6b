"""Types: ty in every project, mypy where there is an environment with the dependencies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scaffolder_validators import Sources, Validation, read_folder, validate


def ty(files: dict[str, str]) -> Validation:
    """What ty says of files in memory."""
    return validate(Sources.of({path: text.encode() for path, text in files.items()}), only=["ty"])


def test_columns_count_code_points() -> None:
    (one,) = ty({"a.py": 'x = "é😀"; y = z\n'}).findings
    assert (one.line, one.column, one.rule, one.severity) == (1, 15, "ty:unresolved-reference", "error")


def test_unresolved_imports_are_not_said_and_unknown_types_do_no_harm() -> None:
    code = "import pytest\nfrom sqlalchemy import select\n\nx = select(pytest.raises(1).nothing + 2)\n"
    assert ty({"a.py": code}).findings == ()


def test_the_own_modules_are_known() -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "def f(x: int) -> int:\n    return x\n"}
    (one,) = ty({**files, "shop/b.py": "from shop.a import f\n\nf()\n"}).findings
    assert (one.path, one.rule) == ("shop/b.py", "ty:missing-argument")


@pytest.mark.parametrize("comment", ["# type: ignore[attr-defined]", "# type:ignore"])
def test_what_is_ignored_for_another_checker_is_left_alone(comment: str) -> None:
    assert ty({"a.py": f"x = (1).nothing  {comment}\n"}).findings == ()


def test_a_configuration_that_ty_does_not_take_is_a_reason_to_skip() -> None:
    (result,) = ty({"pyproject.toml": "[tool.ty]\nnonsense = 1\n", "a.py": "x = 1\n"}).results
    assert result.status == "skipped"
    assert "nonsense" in result.reason


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose environment is that of the tests."""
    environment = tmp_path / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")
    (environment / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def test_mypy_is_strict_and_its_cache_is_the_users(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    (project / "a.py").write_text('def f(x):\n    return x\n\n\ny: int = "a"\n\ns: str = "é"; z: int = "a"\n')
    validation = validate(read_folder(project), tier="sandbox", only=["mypy"])
    said = [(one.line, one.column, one.rule, one.severity) for one in validation.findings]
    assert said == [
        (1, 1, "mypy:no-untyped-def", "error"),
        (5, 10, "mypy:assignment", "error"),
        (7, 1, "mypy:assignment", "error"),
    ]
    assert sorted(path.name for path in project.iterdir()) == [".venv", "a.py"]
    assert (cache / "scaffolder" / "mypy").is_dir()


def test_mypy_without_an_environment_says_how_to_make_one() -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (result,) = validate(Sources.of({"a.py": b"x = 1\n"}), tier="sandbox", only=["mypy"]).results
    assert result.status == "skipped"
    assert result.reason.startswith("no environment with the dependencies: python3 -m venv .venv && ")


def test_mypy_is_not_of_the_tier_project(project: Path) -> None:
    (project / "a.py").write_text("x = 1\n")
    assert "mypy" not in {one.validator for one in validate(read_folder(project), only=["mypy", "text"]).results}
