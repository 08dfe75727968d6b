"""Rendered projects, each with an environment of exactly what it pins."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """A project rendered from the spec `name`, and the Python that has its dependencies."""

    name: str
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

    def with_requirements(self, file: str) -> Project:
        """Return the same project with an environment of what another of its files pins."""
        return Project(self.name, self.path, environment_of(self.path / file))


def clean_environment() -> dict[str, str]:
    """Return what any shell has, and no more."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def render(name: str, spec: str, folder: Path) -> Project:
    """Render a project into `folder` through the command line, and make its environment."""
    file = folder / "spec.yml"
    file.write_text(spec, encoding="utf-8")
    path = folder / "project"
    scaffolder = [sys.executable, "-m", "scaffolder"]
    copy = ["copy", "agent-backend", str(path), "--data-file", str(file), "--quiet"]
    subprocess.run([*scaffolder, *copy], check=True)
    return Project(name, path, environment_of(path / "requirements-dev.txt"))


def update(project: Project, spec: str) -> None:
    """Bring a project up to date with another spec through the command line, whatever that costs its rows."""
    (project.path / "scaffold.yml").write_text(spec, encoding="utf-8")
    scaffolder = [sys.executable, "-m", "scaffolder"]
    subprocess.run([*scaffolder, "update", str(project.path), "--allow-destructive", "--quiet"], check=True)


def environment_of(requirements: Path) -> Path:
    """Return the Python of an environment that holds `requirements`; made once per content, outside the checkout."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = sha256(requirements.read_bytes()).hexdigest()[:16]
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "scaffolder-tests"
    cache = caches / f"{digest}-{version}"
    with _locked(caches / f"{cache.name}.lock"):
        if not (cache / "installed").is_file():
            _install(requirements, cache)
            (cache / "installed").touch()
    return cache / "bin" / "python"


def _install(requirements: Path, environment: Path) -> None:
    shutil.rmtree(environment, ignore_errors=True)
    python = str(environment / "bin" / "python")
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    else:
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        install = [python, "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, "--require-hashes", "-r", str(requirements)], check=True)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep other workers of the same run, and other runs, out until the block ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
