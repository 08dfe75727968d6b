"""What the README promises is there: settings, routes, files and commands."""

import json
import re
from pathlib import Path

import pytest

from app.core.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
AGENTS = (ROOT / "AGENTS.md").read_text("utf-8")
SECURITY = (ROOT / "docs" / "security.md").read_text("utf-8")


def rows(heading: str) -> list[str]:
    """The first cells of the table under `heading`."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)


def test_every_documented_variable_is_a_setting() -> None:
    documented = {name for cell in rows("Configuration") for name in re.findall(r"`(\w+)`", cell)}
    settings = {name.upper() for name in Settings.model_fields} | {"OTEL_EXPORTER_OTLP_ENDPOINT"}

    assert documented
    assert documented - settings == set()


def test_every_documented_route_is_in_the_api() -> None:
    paths = json.loads((ROOT / "openapi.json").read_text("utf-8"))["paths"]
    documented = set(re.findall(r"`(?:GET |POST )?(/(?:api|health)/[^`]*)`", README))

    assert documented
    assert documented - set(paths) == set()


def test_every_documented_folder_is_there() -> None:
    folders = [name for cell in rows("Where things are") for name in re.findall(r"`([\w/]+)`", cell)]

    assert folders
    assert [name for name in folders if not (ROOT / name).is_dir()] == []


@pytest.mark.parametrize("text", [README, AGENTS, SECURITY], ids=["README.md", "AGENTS.md", "security.md"])
def test_every_documented_command_and_file_is_there(text: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    files = re.findall(r"`((?:app|docs|ops|tests)/[\w/.-]+\.\w+)`", text)

    assert set(re.findall(r"`make ([a-z]+)", text)) - targets == set()
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_every_risk_has_a_test_or_a_reason() -> None:
    risks = re.findall(r"^\| (API\d+) .*? \| (.*?) \| (.*?) ?\|$", SECURITY, re.MULTILINE)

    assert [number for number, _, _ in risks] == [f"API{number}" for number in range(1, 11)]
    assert [number for number, said, tests in risks if not tests and not said.startswith("Does not apply")] == []
