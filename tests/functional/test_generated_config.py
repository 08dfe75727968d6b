"""The configuration files that a project is given, read by the tools that will read them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffolder.blueprints import load_catalog
from scaffolder.contract import build_contract, contract_answers
from scaffolder.spec import load_spec_text
from scaffolder.templates import render_blueprint
from scaffolder.tree import File
from tests.support.specs import BARE, HELPDESK, ODD_NAMES, needs_helpdesk

AGENTS_ONLY = """\
spec: 1
project: {name: agents-only, description: 'Says "hello" | twice'}
agents: {greeter: {goal: Greet., output: {text: text}}}
"""
SPECS = {"bare": BARE, "agents": AGENTS_ONLY, "odd-names": ODD_NAMES}
REQUIREMENTS = ["requirements.txt", "requirements-dev.txt", "requirements-ci.txt", "requirements-extras.txt"]

Files = dict[str, File]


def tool(name: str) -> str:
    """Find a linter beside this Python or on the PATH; without it the test says that it checked nothing."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else f"{done.returncode}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module", params=[*SPECS, pytest.param("helpdesk", marks=needs_helpdesk)])
def files(request: pytest.FixtureRequest) -> Files:
    text = SPECS[request.param] if request.param in SPECS else HELPDESK.read_text("utf-8")
    contract = build_contract(load_spec_text(text, f"{request.param}.yml").spec)
    blueprint = load_catalog().blueprints["infrastructure"]
    return {file.path: file for file in render_blueprint(blueprint, contract_answers(contract))}


@pytest.fixture
def project(files: Files, tmp_path: Path) -> Path:
    for file in files.values():
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(file.mode)
    return tmp_path


def text(files: Files, path: str) -> str:
    return files[path].content.decode()


def loaded(files: Files, path: str) -> Any:
    return yaml.safe_load(text(files, path))


def test_hadolint_accepts_the_dockerfile(project: Path) -> None:
    assert run(tool("hadolint"), "Dockerfile", cwd=project) == ""


def test_the_image_is_rootless_and_installs_by_hash(files: Files) -> None:
    dockerfile = text(files, "Dockerfile")
    final = dockerfile.rpartition("\nFROM ")[2]

    assert re.search(r"^USER (\d+):\d+$", final, re.MULTILINE)
    assert not re.search(r"^USER 0", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert "--require-hashes" in dockerfile
    assert not re.search(r"(?i)(secret|password|token)\w*=", dockerfile)


def test_shellcheck_accepts_the_scripts_and_they_can_be_started(project: Path, files: Files) -> None:
    scripts = sorted(path for path in files if path.endswith(".sh"))

    assert scripts == ["ops/deploy.sh", "ops/rollback.sh"]
    assert {files[path].mode for path in scripts} == {0o755}
    assert run(tool("shellcheck"), *scripts, cwd=project) == ""


def test_actionlint_accepts_the_workflow(project: Path) -> None:
    # It looks for workflows at the root of a repository.
    (project / ".git").mkdir()

    assert run(tool("actionlint"), cwd=project) == ""


def test_actions_are_pinned_and_may_only_read(files: Files) -> None:
    workflow = text(files, ".github/workflows/ci.yml")
    uses = re.findall(r"uses: (\S+)", workflow)

    assert [one for one in uses if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+", one)] == []
    assert yaml.safe_load(workflow)["permissions"] == {"contents": "read"}


def test_make_knows_every_command_that_the_workflow_and_the_readme_give(project: Path, files: Files) -> None:
    named = re.findall(r"(?:run: |`)make ([a-z]+)", text(files, ".github/workflows/ci.yml") + text(files, "README.md"))

    for target in sorted(set(named)):
        assert run(tool("make"), "--dry-run", "--silent", target, "m=x", cwd=project) == "", target


@pytest.mark.parametrize("path", ["compose.yaml", ".pre-commit-config.yaml", "ops/prometheus/alerts.yml"])
def test_yaml_files_parse_and_no_expression_of_the_template_is_left(files: Files, path: str) -> None:
    assert isinstance(loaded(files, path), dict)
    assert not re.search(r"\{%|\{#", text(files, path))


def test_compose_has_no_default_password(files: Files) -> None:
    services = loaded(files, "compose.yaml")["services"]
    values = [str(value) for service in services.values() for value in (service.get("environment") or {}).values()]
    secret = [value for value in values if re.search(r"PASSWORD|SECRET", value)]

    assert secret
    assert [value for value in secret if not re.search(r"\$\{\w+:\?", value)] == []
    assert services["app"]["read_only"] is True
    assert services["app"]["depends_on"]["db"]["condition"] == "service_healthy"


def test_alerts_and_panels_use_metrics_that_the_application_has(files: Files) -> None:
    source = text(files, "app/observability/metrics.py")
    known = set(re.findall(r'"((?:http|database|llm|agent|workflow|queue)_\w+)"', source))
    rules = loaded(files, "ops/prometheus/alerts.yml")["groups"][0]["rules"]
    panels = json.loads(text(files, "ops/grafana/dashboard.json"))["panels"]
    expressions = [rule["expr"] for rule in rules] + [one["expr"] for panel in panels for one in panel["targets"]]
    used = {
        re.sub(r"_(bucket|count|sum|total)$", "", name)
        for expression in expressions
        for name in re.findall(r"\b(?:http|database|llm|agent|workflow|queue)_\w+(?=\{)", expression)
    }

    assert used
    assert used <= known


def test_what_the_spec_leaves_out_is_not_measured(files: Files) -> None:
    rest = "".join(text(files, path) for path in ("ops/prometheus/alerts.yml", "ops/grafana/dashboard.json"))

    for name, word in (("agents", "agent_run"), ("workflows", "workflow_run"), ("agents", "llm_")):
        assert (word in rest) == (f"\n## {name.capitalize()}\n" in text(files, "README.md"))


def test_the_panels_of_the_dashboard_do_not_overlap(files: Files) -> None:
    panels = json.loads(text(files, "ops/grafana/dashboard.json"))["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}

    assert len(places) == len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("path", REQUIREMENTS)
def test_requirements_have_hashes_and_no_addresses(files: Files, path: str) -> None:
    entries = re.split(r"\n(?=\S)", text(files, path).strip())

    assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+.*\n    --hash=sha256:", entry)] == []
    assert not re.search(r"://|^-", text(files, path), re.MULTILINE)


def test_pyproject_parses_and_names_the_project(files: Files) -> None:
    project = tomllib.loads(text(files, "pyproject.toml"))["project"]
    title = text(files, "README.md").splitlines()[0]

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", project["name"])
    assert title.startswith("# ")


def test_python_files_are_as_the_projects_own_ruff_wants_them(project: Path) -> None:
    for command in (["check"], ["format", "--check"]):
        assert run(tool("ruff"), *command, "--no-cache", "--config", "pyproject.toml", ".", cwd=project) == ""


def test_tables_of_the_readme_have_as_many_cells_in_every_row(files: Files) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", text(files, "README.md"), re.MULTILINE):
        cells = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(cells) == 1, table
