"""Validators run side by side, and what one does wrong loses nothing of the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from scaffolder_validators import (
    Finding,
    Missing,
    Skip,
    Sources,
    UnknownValidatorError,
    Validation,
    Validator,
    registry,
    runner,
    validate,
)  # fmt: skip
from scaffolder_validators.cache import Cache
from scaffolder_validators.tool import ToolTimeoutError

from tests.unit.validators.toys import Toy, blame_all, complaint, crash, hang

FILES = {"a.py": b"x = 1\n", "b.py": b"y = 2\n", "c.txt": b"z\n"}


def run(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], cache: Cache | None = None, **toys: Validator
) -> Validation:
    """Validate with these validators only."""
    monkeypatch.setattr(runner, "select", lambda tier, only: toys)
    return validate(Sources.of(files), cache=cache)


def by_name(validation: Validation) -> dict[str, tuple[str, str]]:
    return {result.validator: (result.status, result.reason) for result in validation.results}


def test_a_crash_a_skip_and_a_timeout_are_results_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def skip(sources: Sources) -> Iterable[Finding]:
        raise Skip("no database")

    def slow_program(sources: Sources) -> Iterable[Finding]:
        raise ToolTimeoutError("engine took longer than 5 s")

    done = run(
        monkeypatch,
        FILES,
        good=Toy(),
        crashing=Toy(crash),
        hanging=Toy(hang, TIMEOUT=0.2),
        program=Toy(slow_program),
        skipping=Toy(skip),
        missing=Toy(probed=Missing("toy not found: install toy")),
        idle=Toy(blame_all, CONFIG=()),
    )
    assert by_name(done) == {
        "good": ("failed", ""),
        "crashing": ("error", "RuntimeError: a defect"),
        "hanging": ("timeout", "given up after 0.2 s"),
        "program": ("timeout", "engine took longer than 5 s"),
        "skipping": ("skipped", "no database"),
        "missing": ("skipped", "toy not found: install toy"),
        "idle": ("failed", ""),
    }
    assert [finding.path for finding in done.findings] == ["a.py", "b.py"]
    assert [result.validator for result in done.incomplete] == ["crashing", "hanging", "program", "skipping", "missing"]


def test_who_was_disturbed_while_parsing_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def disturbed(sources: Sources) -> Iterable[Finding]:
        tries.append("disturbed")
        if len(tries) == 1:
            raise SystemError("AST constructor recursion depth mismatch (before=69, after=40)")
        return blame_all(sources)

    def broken(sources: Sources) -> Iterable[Finding]:
        raise SystemError("error return without exception set")

    done = run(monkeypatch, FILES, disturbed=Toy(disturbed))
    assert tries == ["disturbed"] * 2
    assert [result.status for result in done.results] == ["failed"]
    done = run(monkeypatch, FILES, broken=Toy(broken))
    assert by_name(done) == {"broken": ("error", "SystemError: error return without exception set")}


def test_what_crashed_is_never_ok_and_what_has_only_warnings_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(sources: Sources) -> Iterable[Finding]:
        return [complaint("a.py", severity="warning")]

    done = run(monkeypatch, FILES, warning=Toy(warn), crashing=Toy(crash))
    assert {name: status for name, (status, _) in by_name(done).items()} == {"warning": "ok", "crashing": "error"}
    assert done.errors == ()


def test_they_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=20)

    def meet(sources: Sources) -> Iterable[Finding]:
        both.wait()
        return ()

    done = run(monkeypatch, FILES, one=Toy(meet), two=Toy(meet))
    assert [result.status for result in done.results] == ["ok", "ok"]


def test_a_fingerprint_survives_moved_lines_and_tells_equal_lines_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def blame_bad_lines(sources: Sources) -> Iterable[Finding]:
        for path, text in sources.texts():
            for number, line in enumerate(text.splitlines(), 1):
                if "bad" in line:
                    yield complaint(path, number)

    before = run(monkeypatch, {"a.py": b"bad = 1\nbad = 1\nbad = 2\n"}, toy=Toy(blame_bad_lines))
    after = run(monkeypatch, {"a.py": b"# new\n\nbad = 1\nif x:\n    bad = 1\nbad = 2\n"}, toy=Toy(blame_bad_lines))
    assert [finding.fingerprint for finding in before.findings] == [finding.fingerprint for finding in after.findings]
    assert len({finding.fingerprint for finding in before.findings}) == 3


def test_the_cache_asks_again_only_for_what_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache, toy = Cache(tmp_path / "findings.db"), Toy()
    first = run(monkeypatch, FILES, cache, toy=toy)
    second = run(monkeypatch, FILES, cache, toy=toy)
    third = run(monkeypatch, FILES | {"b.py": b"y = 3\n"}, cache, toy=toy)
    assert toy.seen == [("a.py", "b.py"), ("b.py",)]
    assert first.findings == second.findings
    assert [result.cached for result in (*first.results, *second.results, *third.results)] == [0, 2, 1]


@pytest.mark.parametrize("change", ["config", "version", "code"])
def test_the_cache_knows_configuration_version_and_code(
    change: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache, toy = Cache(tmp_path / "findings.db"), Toy()
    files = dict(FILES)
    run(monkeypatch, files, cache, toy=toy)
    match change:
        case "config":
            files["toy.toml"] = b"strict = true\n"
        case "version":
            toy.probed = type(toy.probed)("2.0")
        case "code":
            monkeypatch.setattr("scaffolder_validators.cache._code_of", lambda validator: "other")
    run(monkeypatch, files, cache, toy=toy)
    assert toy.seen == [("a.py", "b.py"), ("a.py", "b.py")]


def test_what_depends_on_the_project_is_asked_again_for_all_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache, toy = Cache(tmp_path / "findings.db"), Toy(SCOPE="project")
    run(monkeypatch, FILES, cache, toy=toy)
    again = run(monkeypatch, FILES, cache, toy=toy)
    run(monkeypatch, FILES | {"b.py": b"y = 3\n"}, cache, toy=toy)
    assert toy.seen == [("a.py", "b.py"), ("a.py", "b.py")]
    assert [finding.path for finding in again.findings] == ["a.py", "b.py"]


@pytest.mark.parametrize("damage", [b"", b"not a database", None])
def test_a_damaged_cache_is_as_good_as_none(
    damage: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "folder" / "findings.db"
    if damage is None:
        (tmp_path / "folder").write_text("a file where the folder should be")
    else:
        path.parent.mkdir()
        path.write_bytes(damage)
    toy = Toy()
    done = run(monkeypatch, FILES, Cache(path), toy=toy)
    assert len(done.findings) == 2
    assert toy.seen == [("a.py", "b.py")]


def test_a_program_is_given_a_folder_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    folders: list[Path] = []

    def look(sources: Sources) -> Iterable[Finding]:
        folders.append(sources.folder)
        assert (sources.folder / "c.txt").read_bytes() == b"z\n"
        return ()

    done = run(monkeypatch, FILES, toy=Toy(look))
    assert [result.status for result in done.results] == ["ok"]
    assert not folders[0].exists()


def test_names_and_patterns_choose() -> None:
    assert set(registry.select("fast")) >= {"text", "python", "config"}
    assert list(registry.select("project", ["pytho?"])) == ["python"]
    with pytest.raises(UnknownValidatorError, match="there is no validator 'pyhton'; there are text, python"):
        registry.select("fast", ["pyhton"])


@pytest.mark.parametrize(("tier", "named"), [("fast", registry.FAST), ("sandbox", registry.SANDBOX)])
def test_the_tiers_are_those_that_the_modules_say(tier: str, named: tuple[str, ...]) -> None:
    """The lists save importing all modules; here they all are imported, and must agree."""
    assert {name for name in registry.VALIDATORS if tier == registry.load(name).TIER} == set(named)


def test_waiting_costs_no_more_than_the_slowest(monkeypatch: pytest.MonkeyPatch) -> None:
    def nap(sources: Sources) -> Iterable[Finding]:
        time.sleep(0.3)
        return ()

    done = run(monkeypatch, FILES, **{f"toy{number}": Toy(nap) for number in range(8)})
    longest = max(result.seconds for result in done.results)
    assert sum(result.seconds for result in done.results) > 2 * longest
