"""Rendered projects, each with an environment of exactly what it pins."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.specs import BARE, HELPDESK, NO_AUTH, ODD_NAMES, SMALL, example_text, many_entities

SPECS = {
    "example": example_text,
    "helpdesk": lambda: HELPDESK.read_text(encoding="utf-8"),
    "bare": lambda: BARE,
    "small": lambda: SMALL,
    "no-auth": lambda: NO_AUTH,
    "odd-names": lambda: ODD_NAMES,
    "hundred": lambda: many_entities(100),
}
# One project is tested in every run; the rest in the session `generated`.
ALWAYS = {"example"}


@dataclass(frozen=True)
class Project:
    """A rendered project and the Python that has its dependencies."""

    path: Path
    python: Path

    def run(self, *command: str, timeout: float = 900, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the project's environment in the project, with nothing of ours in its environment."""
        tool = self.python.parent / command[0]
        return subprocess.run(
            [str(tool), *command[1:]],
            cwd=self.path,
            env=clean_environment() | variables,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def clean_environment() -> dict[str, str]:
    """Return what any shell has, and no more."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


@pytest.fixture(
    scope="session", params=[pytest.param(name, marks=[] if name in ALWAYS else pytest.mark.slow) for name in SPECS]
)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Render a project through the command line and make its environment."""
    name: str = request.param
    if name == "helpdesk" and not HELPDESK.is_file():
        pytest.skip("shared/inputs is not beside this checkout: helpdesk.yml is not part of the project")
    folder = tmp_path_factory.mktemp(name)
    spec = folder / "spec.yml"
    spec.write_text(SPECS[name](), encoding="utf-8")
    path = folder / "project"
    command = [
        sys.executable,
        "-m",
        "scaffolder",
        "copy",
        "agent-backend",
        str(path),
        "--data-file",
        str(spec),
        "--quiet",
    ]
    subprocess.run(command, check=True)
    return Project(path, environment_of(path / "requirements-dev.txt"))


def environment_of(requirements: Path) -> Path:
    """Return the Python of an environment that holds `requirements`; made once per content, outside the checkout."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = sha256(requirements.read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "scaffolder-tests" / f"{digest}-{version}"
    python = cache / "bin" / "python"
    done = cache / "installed"
    if done.is_file():
        return python
    shutil.rmtree(cache, ignore_errors=True)
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(cache)], check=True)
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
    else:
        subprocess.run([sys.executable, "-m", "venv", str(cache)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, "--require-hashes", "-r", str(requirements)], check=True)
    done.touch()
    return python
