"""The lint over templates: what it refuses, where, and that our own templates pass it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.blueprints import load_blueprint, load_catalog
from scaffolder.template_lint import lint_blueprint, lint_catalog
from tests.support.blueprints import write_blueprint


def found(tmp_path: Path, templates: dict[str, str | bytes], meta: str = "") -> list[tuple[str, int, str]]:
    folder = write_blueprint(tmp_path / "demo", templates, meta=meta)
    return [
        (one.path.removeprefix("blueprints/demo/"), one.line, one.code)
        for one in lint_blueprint(load_blueprint(folder))
    ]


@pytest.mark.parametrize(
    ("template", "line", "code"),
    [
        ("{{ now() }}\n", 1, "name"),
        ("x\n{{ make_secret() }}\n", 2, "name"),
        ("{{ _copier_conf.src_path }}\n", 1, "name"),
        ("{{ _folder_name }}\n", 1, "name"),
        ("{{ _copier_python }}\n", 1, "name"),
        ("{{ lipsum() }}\n", 1, "name"),
        ("{{ pathjoin('a', 'b') }}\n", 1, "name"),
        ("{{ lookup('env', 'HOME') }}\n", 1, "name"),
        ("x\n\n{{ itmes }}\n", 3, "name"),
        ("{{ items | random }}\n", 1, "filter"),
        ("{{ items | shuffle }}\n", 1, "filter"),
        ("{{ '%Y' | strftime }}\n", 1, "filter"),
        ("{{ '~' | expanduser }}\n", 1, "filter"),
        ("{{ '$X' | expandvars }}\n", 1, "filter"),
        ("{{ '*' | fileglob }}\n", 1, "filter"),
        ("{{ '.' | realpath }}\n", 1, "filter"),
        ("{{ items | to_nice_json }}\n", 1, "filter"),
        ("{{ items | attr('x') }}\n", 1, "filter"),
        ("{% if items is link %}{% endif %}\n", 1, "test"),
        ("{{ items.__class__ }}\n", 1, "attribute"),
        ("{{ items['__class__'] }}\n", 1, "attribute"),
        ("{{ items | map(attribute='a.__class__') }}\n", 1, "attribute"),
        ("{{ items[0].strftime('%Y') }}\n", 1, "attribute"),
        ("{% set _ = items.append(1) %}\n", 1, "mutation"),
        ("x\n{% include '/etc/passwd' %}\n", 2, "include"),
        ("{% include '../../x' %}\n", 1, "include"),
        ("{% import items[0] as x %}\n", 1, "include"),
        ("{% extends 'nowhere' %}\n", 1, "include"),
        ("{% if %}\n", 1, "syntax"),
        ("{% yield e from items %}{% endyield %}\n", 1, "syntax"),
        ("x\r\n", 1, "line-end"),
        ("a\nx", 2, "final-newline"),
        ("a\nb\u202ec\n", 2, "invisible"),
        ("a\u200bb\n", 1, "invisible"),
        ("\ufeffb\n", 1, "invisible"),
        ("x = '/home/alice/x'\n", 1, "host-path"),
        ("x = '/Users/alice'\n", 1, "host-path"),
        ("x = 'C:\\Users\\alice'\n", 1, "host-path"),
    ],
)
def test_refuses(tmp_path: Path, template: str, line: int, code: str) -> None:
    assert ("template/a.jinja", line, f"template.{code}") in found(tmp_path, {"a.jinja": template})


@pytest.mark.parametrize(
    "template",
    [
        "{% for e in items %}{{ loop.index }} {{ e.name | upper }}\n{% endfor %}\n",
        "{% set ns = namespace(n=1) %}\n{% set ns.n = 2 %}\n{{ ns.n }}\n",
        "{% macro m(a, b=1) %}{{ a }}{{ b }}{{ caller() }}{% endmacro %}\n{% call m(1) %}x{% endcall %}\n",
        "{{ range(3) | join(', ') }}{{ dict(a=1) | tojson }}\n",
        "{% from 'template/b' import x %}\n{{ x }}\n",
        "{% set seen = [] %}\n{% set _ = seen.append(1) %}\n{{ seen }}\n",
        "{{ items }}",
        "${{ '{{' }} secrets.X }}\n",
        "{% raw %}{{ now() }}{% endraw %}\n",
        "WORKDIR /home/app\n",
    ],
)
def test_allows_plain_jinja(tmp_path: Path, template: str) -> None:
    assert found(tmp_path, {"a.jinja": template, "b": "x\n"}) == []


def test_plain_files_are_text_too(tmp_path: Path) -> None:
    assert found(tmp_path, {"a": b"x\n\xff\n", "b": "x", "c": "{{ now() }}\n", "d": ""}) == [
        ("template/a", 2, "template.encoding"),
        ("template/b", 1, "template.final-newline"),
    ]


def test_paths_are_templates_too(tmp_path: Path) -> None:
    assert found(tmp_path, {"{{ now() }}/a": "x\n", "{{ items | random }}": "x\n"}) == [
        ("template/{{ items | random }}", 0, "template.filter"),
        ("template/{{ now() }}/a", 0, "template.name"),
    ]
    assert found(tmp_path / "b", {"{% yield e from items %}{{ e }}{% endyield %}.jinja": "{{ e }}\n"}) == []


def test_slots_are_balanced_and_declared(tmp_path: Path) -> None:
    meta = "slots:\n  a.*.b: {kind: text, goal: G}\n  c: {kind: text, goal: G}\n  unused: {kind: text, goal: G}\n"
    templates: dict[str, str | bytes] = {
        "a.py.jinja": "# slot: a.{{ items[0] }}.b\n# end slot\n",
        "b.md": "<!-- slot: c -->\n",
        "c.py": "# end slot\n",
        "d.sql": "-- slot: nope\n-- end slot\n",
        "e.py": "# slot: c\n# slot: c\n# end slot\n",
    }
    assert found(tmp_path, templates, meta) == [
        ("blueprint.yml", 0, "template.slot"),
        ("template/b.md", 1, "template.slot"),
        ("template/c.py", 1, "template.slot"),
        ("template/d.sql", 1, "template.slot"),
        ("template/e.py", 1, "template.slot"),
    ]


def test_our_own_templates_pass() -> None:
    assert [str(problem) for problem in lint_catalog(load_catalog())] == []
