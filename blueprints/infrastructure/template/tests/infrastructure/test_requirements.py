"""The pinned requirements follow `pyproject.toml` and can be installed with `--require-hashes`."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = [entry for extra in PYPROJECT["project"]["optional-dependencies"].values() for entry in extra]
FILES: dict[str, list[str]] = {
    "requirements.txt": [],
    "requirements-dev.txt": PYPROJECT["dependency-groups"]["dev"],
    "requirements-ci.txt": [entry for entry in PYPROJECT["dependency-groups"]["ci"] if isinstance(entry, str)],
    "requirements-extras.txt": EXTRAS,
}


def pins(file: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / file).read_text("utf-8"), re.MULTILINE))


def distribution(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


@pytest.mark.parametrize("file", FILES)
def test_every_direct_dependency_is_pinned(file: str) -> None:
    wanted = {distribution(entry) for entry in [*PYPROJECT["project"]["dependencies"], *FILES[file]]}

    assert wanted - set(pins(file)) == set()


@pytest.mark.parametrize("file", FILES)
def test_every_pin_has_hashes_and_no_address(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())

    assert [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []
    assert "://" not in text


@pytest.mark.parametrize("file", [file for file in FILES if file != "requirements.txt"])
def test_all_files_pin_the_same_versions(file: str) -> None:
    base, more = pins("requirements.txt"), pins(file)

    assert {name: version for name, version in base.items() if more.get(name) != version} == {}
