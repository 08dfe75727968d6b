"""The alarm: plain `copier copy` of each of our blueprints, with the answers of the plan, gives the same bytes.

It proves that the blueprints are Copier templates and that our renderer follows Copier; it fails when either moves.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from scaffolder.blueprints import load_catalog
from scaffolder.contract import build_contract, contract_answers
from scaffolder.plan import Plan, make_plan
from scaffolder.planned import Planned
from scaffolder.render import render, render_blueprint
from scaffolder.spec import load_spec_text
from tests.support.blueprints import write_blueprint
from tests.support.migration_cases import change, planned_of, revisions_of
from tests.support.specs import BARE, HELPDESK, ODD_NAMES, SMALL, needs_helpdesk

CATALOG = load_catalog()
EXAMPLE = Path(__file__).parents[2] / "scaffolder/spec/example.yml"
SPECS = {
    "bare": BARE,
    "odd names": ODD_NAMES,
    "example": EXAMPLE.read_text(encoding="utf-8"),
    "helpdesk": HELPDESK.read_text(encoding="utf-8") if HELPDESK.is_file() else "",
}
# Copier starts a git process for each file that it writes: two specs are enough for every day.
MARKS = {"odd names": [pytest.mark.slow], "example": [pytest.mark.slow], "helpdesk": [needs_helpdesk]}


def plan_of(spec: str) -> Plan:
    answers = contract_answers(build_contract(load_spec_text(spec.encode(), "scaffold.yml").spec))
    return make_plan("agent-backend", CATALOG, answers)


def copied(folder: Path, plain: Path, destination: Path, data: Path) -> dict[str, tuple[bytes, bool]]:
    """What the program `copier` makes of the blueprint in `folder`: path -> content, executable."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "COPIER_"))},
        "COPIER_SETTINGS_PATH": str(plain),
        "GIT_CEILING_DIRECTORIES": str(folder.parent),  # else it takes the repository around it for the template's
    }
    done = subprocess.run(
        [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--data-file", data, folder, destination],
        env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {
        path.relative_to(destination).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o111))
        for path in destination.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yml"
    path.write_text("{}\n")
    return path


@pytest.mark.parametrize("spec", [pytest.param(spec, marks=MARKS.get(spec, [])) for spec in SPECS])
@pytest.mark.parametrize("name", CATALOG.names)
def test_copier_gives_the_same_files(tmp_path: Path, settings: Path, name: str, spec: str) -> None:
    plan = plan_of(SPECS[spec])
    data = tmp_path / "answers.yml"
    data.write_text(Planned(plan, "parity", b"").answers_yaml(name), encoding="utf-8")

    expected = copied(CATALOG.blueprints[name].root, settings, tmp_path / "out", data)

    ours = {
        file.path: (file.content, file.mode == 0o755)
        for file in render_blueprint(CATALOG.blueprints[name], plan.answers)
    }
    assert sorted(ours) == sorted(expected)
    assert [path for path in ours if ours[path] != expected[path]] == []


def test_copier_gives_the_same_revision(tmp_path: Path, settings: Path) -> None:
    blueprint = CATALOG.blueprints["data_models"]
    was, now = planned_of(SMALL), planned_of(SMALL.replace("title: string(1..80)", "title: text\n    size: int unique"))
    revision = change(revisions_of(was.plan.answers), was, now).revision
    assert revision is not None
    plan = replace(now.plan, answers={**now.plan.answers, "revision": revision.answer})
    data = tmp_path / "answers.yml"
    data.write_text(Planned(plan, "parity", b"").answers_yaml("data_models"), encoding="utf-8")

    expected = copied(blueprint.root, settings, tmp_path / "out", data)

    (path,) = (path for path in expected if revision.id in path)
    (ours,) = (file for file in render_blueprint(blueprint, plan.answers) if file.path == path)
    assert ours.content == expected[path][0]


TRICKY: Mapping[str, str | bytes] = {
    "README.md": "loses\n",
    "README.md.jinja": "  {% if yes_ %}\n# {{ text }}\n  {% endif %}\nno end",
    "crlf.txt.jinja": "a\r\n{{ text }}\r\n\r\n",
    "crlf-plain.txt": "a\r\nb",
    "empty.jinja": "",
    "bin.dat": b"\xff\x00\x01",
    "run.sh.jinja": "#!/bin/sh\necho {{ count }}\n",
    "{% if yes_ %}on{% endif %}/{% if no_ %}off{% endif %}/x.txt": "x\n",
    "{% if yes_ %}on{% endif %}/y.txt.jinja": "{{ mapping | tojson }}\n{{ mapping.items() | list }} {{ price }}\n",
    "{% yield e from things %}{{ e.name }}{% endyield %}/{% yield f from e.fields %}{{ f }}.py{% endyield %}.jinja": (
        "{{ e.name }} {{ f }} {{ text }}\n{#- gone -#}\n\n"
    ),
    "{% yield e from things %}{% if e.fields %}{{ e.name }}{% endif %}.md{% endyield %}.jinja": "{{ e }}\n",
    "pre-{% yield e from things %}{{ e.name }}{% endyield %}-post.txt": "plain {{ e }}\n",
    "{{ nested }}/{{ count }}.txt": "x\n",
    "{{ nested }}.txt": "x\n",
    "__pycache__/x.txt": "x\n",
    "x.pyc.jinja": "x\n",
    ".hidden/.dot.jinja": "{% from 'template/macros/m.jinja' import m %}\n{{ m(count) }}\n{% include 'part.txt' %}\n",
    "macros/m.jinja": "{% macro m(x) %}\n<{{ x }}>\n{% endmacro %}\n",
    "multi.txt.jinja": "{% for e in things %}\n{{ loop.index }}{{ '' if loop.last else ',' }}\n{% endfor %}\n\n\n",
    "raw.yml.jinja": "{% raw %}${{ secrets.X }}{% endraw %}\n{{ '{{' }}\n",
    "a b.txt": "x\n",
}
QUESTIONS = """\
text: {type: str, default: "a: b"}
count: {type: int, default: 3}
price: {type: float, default: 2}
yes_: {type: bool, default: true}
no_: false
nested: {type: str, default: deep/er}
mapping: {type: json, default: '{"b": [1, null], "a": "x: y"}'}
things: {type: yaml}
"""


def test_copier_agrees_on_all_that_we_support(tmp_path: Path, settings: Path) -> None:
    folder = write_blueprint(tmp_path / "tricky", TRICKY, questions=QUESTIONS)
    (folder / "template/run.sh.jinja").chmod(0o755)
    (folder / "part.txt").write_text("part\n")
    things = [{"name": "b", "fields": ["y", "x"]}, {"name": "a", "fields": []}]
    data = tmp_path / "answers.yml"
    data.write_text("things: [{name: b, fields: [y, x]}, {name: a, fields: []}]\n")

    expected = copied(folder, settings, tmp_path / "out", data)

    catalog = load_catalog(tmp_path)
    result = render(make_plan("tricky", catalog, {"things": things}), catalog, formatted=False)
    assert result.failures == ()
    ours = {path: (file.content, file.mode == 0o755) for path, file in result.tree.items()}
    assert sorted(ours) == sorted(expected)
    assert {path for path in ours if ours[path] != expected[path]} == set()
    assert len(ours) > 15
