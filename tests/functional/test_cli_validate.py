"""`scaffolder validate`: on any folder, on a project of ours, and before somebody else's template is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scaffolder.__main__ import main

ROOT = Path(__file__).parents[2]
EVIL = "x = eval(input())\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "folder"
    root.mkdir()
    (root / "good.json").write_text('{"a": 1}\n')
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    spec = tmp_path / "spec.yml"
    spec.write_text("spec: 1\nproject: {name: shop}\n")
    assert main(["copy", "utilities", str(tmp_path / "shop"), "--data-file", str(spec), "--quiet"]) == 0
    return tmp_path / "shop"


def test_a_sound_folder_is_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(folder), "--tier", "fast"]) == 0
    assert capsys.readouterr().out == "no findings in 1 file; 2 checks ran\n"


def test_an_error_is_named_and_is_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.json").write_text('{\n "a" 1\n}\n')
    assert main(["validate", str(folder), "--tier", "fast"]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("bad.json:2:")
    assert "error[json:syntax]" in first
    assert last == "1 error in 2 files; 2 checks ran"


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_the_forms_for_programs_are_json(folder: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.json").write_text("{\n")
    assert main(["validate", str(folder), "--tier", "fast", "--format", form]) == 1
    assert json.loads(capsys.readouterr().out)


def test_only_those_that_are_named_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.json").write_text("{\n")
    assert main(["validate", str(folder), "--only", "text"]) == 0
    assert main(["validate", str(folder), "--only", "conf*", "--tier", "fast"]) == 1
    assert main(["validate", str(folder), "--only", "nothing"]) == 2
    assert "there is no validator 'nothing'; there are text, " in capsys.readouterr().err


def test_findings_say_who_wrote_the_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/utilities/errors.py"
    path.write_text(path.read_text() + "\nif 1 is 1:\n    pass\n")
    main(["validate", str(project), "--tier", "fast", "--format", "json"])
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["rule"], finding["origin"]) == ("python:syntax-warning", "person")


def test_a_broken_spec_is_a_finding_at_its_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "scaffold.yml").write_text("spec: 1\nproject: {name: Shop}\n")
    assert main(["validate", str(project), "--tier", "fast"]) == 1
    assert "scaffold.yml:2:17: error[spec:name]" in capsys.readouterr().out


def test_a_damaged_state_is_one_clear_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".scaffold/lock.json").write_text("<<<<<<< ours\n")
    assert main(["validate", str(project), "--tier", "fast"]) == 2
    assert ".scaffold/lock.json cannot be read" in capsys.readouterr().err


def test_it_writes_nothing_into_the_project(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    main(["validate", str(project)])
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_the_list_names_tiers_and_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--list", "--tier", "fast"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["validator", "tier", "version"]
    assert [row.split()[1] for row in rows[1:]] == ["fast"] * (len(rows) - 1)


class TestForeignTemplates:
    """What a template that is not ours would write is checked with all engines first."""

    @pytest.fixture
    def template(self, tmp_path: Path) -> Path:
        root = tmp_path / "template"
        root.mkdir()
        (root / "copier.yml").write_text("name: {type: str}\n")
        (root / "{{ name }}.json.jinja").write_text('{"name": "{{ name }}"{{ name }}}\n')
        return root

    def test_an_error_stops_the_write(self, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "out"
        assert main(["copy", str(template), str(out), "-lq", "-d", "name=shop"]) == 1
        said = capsys.readouterr().err
        assert "shop.json:1:" in said
        assert "error[json:syntax]" in said
        assert "pass --no-validate to write it as it is" in said
        assert not out.exists()

    def test_no_validate_is_the_users_choice(self, template: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        assert main(["copy", str(template), str(out), "-lq", "-d", "name=shop", "--no-validate"]) == 0
        assert (out / "shop.json").is_file()

    def test_what_is_there_already_is_not_new(self, template: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "shop.json").write_text('{"name": "shop"shop}\n')
        assert main(["copy", str(template), str(out), "-fq", "-d", "name=shop"]) == 0


def test_a_package_adds_a_validator_by_its_entry_point(folder: Path, tmp_path: Path) -> None:
    """Installed for real, into a folder of its own; it takes part in `validate` and in `copy`."""
    site = tmp_path / "site"
    install(wheel(tmp_path), site)
    (folder / "shout.txt").write_text("WHY\n")
    done = subprocess.run(
        [sys.executable, "-m", "scaffolder", "validate", str(folder), "--tier", "fast"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(site)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[0] == "shout.txt:1:1: error[quiet:shouting]: it shouts (Say it calmly.)"


PLUGIN = '''\
"""Finds text that shouts."""

from scaffolder_validators import Finding, Ready

TIER, SCOPE, TIMEOUT, CONFIG = "fast", "file", 5.0, ()


def applies_to(path):
    return path.endswith(".txt")


def probe():
    return Ready("1.0")


def check(sources):
    for path, text in sources.texts():
        if text.isupper():
            yield Finding(path, 1, 1, "quiet:shouting", "error", "it shouts", "Say it calmly.")
'''


def wheel(folder: Path) -> Path:
    path = folder / "quiet-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("quiet.py", PLUGIN)
        archive.writestr("quiet-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: quiet\nVersion: 1.0\n")
        archive.writestr("quiet-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("quiet-1.0.dist-info/entry_points.txt", "[scaffolder.validators]\nquiet = quiet\n")
        archive.writestr("quiet-1.0.dist-info/RECORD", "")
    return path


def install(package: Path, site: Path) -> None:
    if uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable]
        subprocess.run([*command, "--no-deps", "--no-index", "--target", str(site), str(package)], check=True)
    else:  # installing a wheel of pure Python is unpacking it
        zipfile.ZipFile(package).extractall(site)
