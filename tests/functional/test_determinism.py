"""Same in, same out: the same bytes and modes whatever the machine, the hour, the shell and the Python.

Each case is a whole process that differs from the reference run in one thing (the slow ones also in how scaffolder was
installed), and its project is compared with the reference file by file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.blueprints import snapshot
from tests.support.specs import HELPDESK

ROOT = Path(__file__).resolve().parents[2]
SPEC = HELPDESK if HELPDESK.is_file() else ROOT / "scaffolder/spec/example.yml"
COPY = ("-m", "scaffolder", "copy", "agent-backend")
Snapshot = Mapping[str, tuple[str, bytes]]


def environment(**extra: str) -> dict[str, str]:
    """The environment of a run: little, and nothing of this test run's own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **extra}


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, umask: int = 0o022, **extra: str) -> None:
    """Run a program; its standard error is the message when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment(**extra), umask=umask,
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def copy(destination: Path, *, cwd: Path = ROOT, umask: int = 0o022, prefix: Sequence[str] = (), **extra: str) -> None:
    """One run of `scaffolder copy`."""
    command = [*prefix, sys.executable, *COPY, str(destination), "--data-file", str(SPEC), "--quiet"]
    run(command, cwd=cwd, umask=umask, **extra)


def assert_same(found: Path, reference: Snapshot) -> None:
    """Compare a project with the reference, naming the first paths that differ."""
    ours = snapshot(found)
    assert sorted(ours) == sorted(reference)
    assert [path for path in ours if ours[path] != reference[path]] == []


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    destination = tmp_path_factory.mktemp("reference") / "helpdesk"
    copy(destination)
    found = snapshot(destination)
    assert len(found) > 200
    return found


def hostile_home(tmp_path: Path) -> dict[str, str]:
    """A home directory whose settings try to change what comes out."""
    home = tmp_path / "home"
    (home / ".config/copier").mkdir(parents=True)
    (home / ".config/ruff").mkdir()
    (home / ".config/git").mkdir()
    (home / ".config/copier/settings.yml").write_text("defaults: {project: hacked, entities: [], auth: null}\n")
    (home / ".config/ruff/ruff.toml").write_text("line-length = 40\nindent-width = 2\n")
    (home / ".config/git/ignore").write_text("*\n")
    (home / "ruff.toml").write_text("line-length = 40\n")
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "RUFF_CONFIG": str(home / "ruff.toml")}


def in_home(tmp_path: Path, out: Path) -> None:
    copy(out, cwd=tmp_path, **hostile_home(tmp_path))


def in_a_git_hook(tmp_path: Path, out: Path) -> None:
    git = str(tmp_path / "nowhere/.git")
    copy(out, GIT_DIR=git, GIT_WORK_TREE=str(tmp_path), GIT_INDEX_FILE=git + "/index")


def in_a_repository(tmp_path: Path, out: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    run(["git", "init", "-q", tmp_path])
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 40\n")
    copy(out, cwd=tmp_path)


def offline(_tmp_path: Path, out: Path) -> None:
    for prefix in (("unshare", "-n"), ("unshare", "-rn")):
        if (
            shutil.which("unshare")
            and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
        ):
            copy(out, prefix=prefix)
            return
    pytest.skip("a process without network cannot be started here: unshare -n is missing or not permitted")


def without_a_cache(tmp_path: Path, out: Path) -> None:
    copy(out, PYTHONDONTWRITEBYTECODE="1", XDG_CACHE_HOME=str(tmp_path / "cache"), PYTHONPYCACHEPREFIX=str(tmp_path))


def into_an_empty_folder(_tmp_path: Path, out: Path) -> None:
    out.mkdir()
    copy(out)


def over_itself(_tmp_path: Path, out: Path) -> None:
    copy(out)
    copy(out)


def over_a_damaged_copy(_tmp_path: Path, out: Path) -> None:
    copy(out)
    for path in ("README.md", "app/main.py"):
        (out / path).write_text("edited\n")
    (out / "app/__init__.py").unlink()
    run([sys.executable, *COPY, out, "--data-file", SPEC, "--quiet", "--overwrite"])


def from_a_relative_path(tmp_path: Path, out: Path) -> None:
    shutil.copy(SPEC, tmp_path / "spec.yml")
    run([sys.executable, *COPY, out.name, "--data-file", "spec.yml", "--quiet"], cwd=tmp_path)


def from_a_plan(tmp_path: Path, out: Path) -> None:
    command = [sys.executable, "-m", "scaffolder", "plan", "agent-backend", "--data-file", str(SPEC), "--json"]
    planned = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, check=True).stdout
    (tmp_path / "plan.json").write_bytes(planned)
    run([sys.executable, *COPY, out, "--plan", tmp_path / "plan.json", "--quiet"])


CASES: dict[str, Callable[[Path, Path], object]] = {
    "again": lambda _, out: copy(out),
    "umask 077": lambda _, out: copy(out, umask=0o077),
    "umask 000": lambda _, out: copy(out, umask=0),
    "hash seed 0": lambda _, out: copy(out, PYTHONHASHSEED="0"),
    "hash seed 4711, east": lambda _, out: copy(out, PYTHONHASHSEED="4711", TZ="Pacific/Kiritimati"),
    "ascii, Turkish, west": lambda _, out: copy(out, LANG="C", LC_ALL="tr_TR", PYTHONUTF8="0", TZ="Etc/GMT+12"),
    "another directory": lambda tmp_path, out: copy(out, cwd=tmp_path),
    "hostile home": in_home,
    "git hook": in_a_git_hook,
    "offline": offline,
    "no cache": without_a_cache,
    "over a damaged copy": over_a_damaged_copy,
    "stored plan": from_a_plan,
}
SLOW_CASES: dict[str, Callable[[Path, Path], object]] = {
    "inside a repository": in_a_repository,
    "empty folder": into_an_empty_folder,
    "over itself": over_itself,
    "relative path": from_a_relative_path,
    "optimised": lambda _, out: copy(out, PYTHONOPTIMIZE="2"),
    "tmpdir": lambda tmp_path, out: copy(out, TMPDIR=str(tmp_path)),
    "no home": lambda _, out: copy(out, HOME="/nonexistent"),
    "again and again": lambda _, out: [copy(out.with_name(f"out{number}")) for number in range(6)] and copy(out),
}


@pytest.mark.parametrize(
    "case", [*CASES.values(), *(pytest.param(case, marks=pytest.mark.slow) for case in SLOW_CASES.values())],
    ids=[*CASES, *SLOW_CASES],
)  # fmt: skip
def test_the_surroundings_change_nothing(
    case: Callable[[Path, Path], object], tmp_path: Path, reference: Snapshot
) -> None:
    case(tmp_path, tmp_path / "another name")
    assert_same(tmp_path / "another name", reference)


def test_memory_and_disk_are_the_same(reference: Snapshot, tmp_path: Path) -> None:
    memory = Path("/dev/shm") / f"scaffolder-test-{os.getpid()}"
    if not os.access(memory.parent, os.W_OK):
        pytest.skip("there is no /dev/shm to write to")
    try:
        copy(memory / "deep/er/out")
        assert_same(memory / "deep/er/out", reference)
    finally:
        shutil.rmtree(memory, ignore_errors=True)


# Other Pythons: they cannot load the compiled parts of pydantic, so by day they carry out a stored plan, for which the
# pure Python parts of the dependencies are enough; by night each gets an environment of its own.
ENGINE = """
import sys
from pathlib import Path
from scaffolder.blueprints import load_catalog
from scaffolder.plan import Plan, check_plan
from scaffolder.render import render
from scaffolder.write import write_tree
catalog = load_catalog()
plan = Plan.from_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
check_plan(plan, catalog)
result = render(plan, catalog)
assert not result.failures, result.failures
write_tree(result.tree, Path(sys.argv[2]))
"""


def python(version: str) -> Path:
    """A Python of this version, from the path or from pyenv; the test is skipped when there is none."""
    candidates = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}*/bin/python")]
    for candidate in filter(None, candidates):
        command = [str(candidate), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return Path(candidate)
    pytest.skip(f"there is no Python {version} on the path or in pyenv")


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_other_pythons_render_the_same_plan_to_the_same_files(
    version: str, tmp_path: Path, reference: Snapshot
) -> None:
    interpreter = python(version)
    command = [sys.executable, "-m", "scaffolder", "plan", "agent-backend", "--data-file", str(SPEC), "--json"]
    planned = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, check=True).stdout
    (tmp_path / "plan.json").write_bytes(planned)
    # An editable install finds its packages through a .pth file, which a folder on PYTHONPATH does not get read.
    packages = [ROOT, ROOT / "fills", ROOT / "validators"]
    paths = os.pathsep.join([*map(str, packages), sysconfig.get_path("purelib")])
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    run([interpreter, "-c", ENGINE, tmp_path / "plan.json", tmp_path / "out"], PYTHONPATH=paths, **cache)

    added = {path for path in reference if path.startswith(".scaffold") or path == "scaffold.yml"}
    assert_same(tmp_path / "out", {path: one for path, one in reference.items() if path not in added})


def installed(folder: Path, version: str, what: Path) -> Path:
    """The `scaffolder` of a new environment with `what` installed; the test is skipped when that is impossible."""
    if shutil.which("uv") is None:
        pytest.skip("uv is not installed")
    interpreter = python(version)
    subprocess.run(["uv", "venv", "-q", "--python", str(interpreter), str(folder)], check=True, capture_output=True)
    install = ["uv", "pip", "install", "-q", "--compile-bytecode", "--python", str(folder / "bin/python"), str(what)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"scaffolder cannot be installed for Python {version}: {done.stderr.strip().splitlines()[-1:]}")
    return folder / "bin/scaffolder"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    if shutil.which("uv") is None:
        pytest.skip("uv is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        ["uv", "build", "-q", "--wheel", "--out-dir", str(folder), str(ROOT)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        pytest.skip(f"the wheel cannot be built here: {done.stderr.strip().splitlines()[-1:]}")
    return next(folder.glob("*.whl"))


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_wheel_gives_what_the_checkout_gives(
    version: str, tmp_path: Path, wheel: Path, reference: Snapshot
) -> None:
    program = installed(tmp_path / "venv", version, wheel)

    run(
        [program, "copy", "agent-backend", tmp_path / "out", "--data-file", SPEC, "--quiet"],
        cwd=tmp_path,
        PYTHONPATH="",
    )

    assert_same(tmp_path / "out", reference)
