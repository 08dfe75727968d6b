"""`scaffolder check` where nobody looks: the job of a generated project's CI, line by line, and the pre-commit hook."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffolder import __version__
from tests.support.updating import copy_from

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT, ROOT / "fills", ROOT / "validators", Path(sysconfig.get_path("purelib")))
SPEC = "spec: 1\nproject: {name: shop}\nentities:\n  Product: {name: string}\n"
MOVED_ON = SPEC + "  Order: {number: string}\n"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_from(SPEC, tmp_path_factory.mktemp("rendered"))


@pytest.fixture
def project(rendered: Path, tmp_path: Path) -> Path:
    shutil.copytree(rendered, tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a team has that keeps scaffolder for itself: a folder with a wheel, here of one that runs this checkout."""
    folder = tmp_path_factory.mktemp("index")
    info = f"scaffolder-{__version__}.dist-info"
    files = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: scaffolder\nVersion: {__version__}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nscaffolder = checkout:main\n",
        "checkout.py": f"import sys\nsys.path[:0] = {[*map(str, SOURCES)]}\nfrom scaffolder.__main__ import main\n",
    }
    digests = {name: hashlib.sha256(text.encode()).digest() for name, text in files.items()}
    codes = {name: base64.urlsafe_b64encode(digest).decode().rstrip("=") for name, digest in digests.items()}
    record = "".join(f"{name},sha256={codes[name]},{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(folder / f"scaffolder-{__version__}-py3-none-any.whl", "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(name, text)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python that `actions/setup-python` brings: one of its own, with pip and nothing else."""
    folder = tmp_path_factory.mktemp("python")
    venv.create(folder, with_pip=True)
    return folder / "bin"


def job(project: Path) -> Any:
    return yaml.safe_load((project / ".github/workflows/ci.yml").read_text())["jobs"]["scaffold"]


def ci(project: Path, python: Path, source: str) -> subprocess.CompletedProcess[str]:
    """Run what the job runs as a runner does: its steps in order, each in a shell that stops at the first error."""
    temp = project.parent / "temp"
    temp.mkdir(exist_ok=True)
    environment = {
        "PATH": f"{python}{os.pathsep}{os.defpath}",
        "HOME": str(temp),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "RUNNER_TEMP": str(temp),
        "SCAFFOLDER": source,
    }
    steps = [step for step in job(project)["steps"] if "run" in step]
    assert [step["env"] for step in steps] == [{"SCAFFOLDER": "${{ vars.SCAFFOLDER }}"}]
    script = "\n".join(step["run"] for step in steps)
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        shell, cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip


def given(index: Path) -> str:
    return f"--no-index\n--find-links {index}\nscaffolder==VERSION\n"


def test_a_project_that_is_up_to_date_passes_whatever_people_edited(project: Path, python: Path, index: Path) -> None:
    with (project / "README.md").open("a") as readme:
        readme.write("Mine.\n")
    done = ci(project, python, given(index))
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.startswith("shop: ")
    assert "files up to date" in done.stdout


def test_a_spec_that_moved_on_fails_and_annotates_the_files(project: Path, python: Path, index: Path) -> None:
    (project / "scaffold.yml").write_text(MOVED_ON)
    done = ci(project, python, given(index))
    assert done.returncode == 1, done
    where = "::error file=app/models/order.py,title=scaffolder check::scaffolder update would change this file (new)"
    assert where in done.stdout


def test_it_asks_for_the_version_that_wrote_the_project(project: Path, python: Path, index: Path) -> None:
    lock = project / ".scaffold/lock.json"
    lock.write_text(lock.read_text().replace(f'"scaffolder": "{__version__}"', '"scaffolder": "0.0.7"'))
    done = ci(project, python, given(index))
    assert done.returncode == 1
    assert "No matching distribution found for scaffolder==0.0.7" in done.stderr


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("state", "the project has no .scaffold/lock.json"),
        ("variable", "the variable SCAFFOLDER does not say where to get it"),
    ],
)
def test_what_cannot_be_checked_is_said(project: Path, python: Path, index: Path, missing: str, said: str) -> None:
    (project / "scaffold.yml").write_text(MOVED_ON)
    if missing == "state":
        shutil.rmtree(project / ".scaffold")
    done = ci(project, python, given(index) if missing == "state" else "")
    assert (done.returncode, done.stdout) == (0, f"::notice title=scaffolder check::skipped: {said}\n"), done


def test_a_state_in_a_conflict_fails(project: Path, python: Path, index: Path) -> None:
    lock = project / ".scaffold/lock.json"
    lock.write_text(f"<<<<<<< ours\n{lock.read_text()}")
    assert ci(project, python, given(index)).returncode == 1


def test_the_job_does_not_change_with_versions(project: Path) -> None:
    assert __version__ in json.loads((project / ".scaffold/lock.json").read_text())["scaffolder"]
    assert __version__ not in str(job(project))


@pytest.mark.parametrize(("spec", "code"), [(SPEC, 0), (MOVED_ON, 1)], ids=["clean", "drift"])
def test_the_pre_commit_hook(project: Path, spec: str, code: int) -> None:
    # https://pre-commit.com/#creating-new-hooks: `entry` is run in the repository, with what the package installs.
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert (hook["language"], hook["pass_filenames"], hook["always_run"]) == ("python", False, True)
    (project / "scaffold.yml").write_text(spec)
    program, *arguments = shlex.split(hook["entry"])
    command = [sys.executable, "-m", program, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCES))}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "app/models/order.py" in done.stdout) == (code, bool(code)), done
