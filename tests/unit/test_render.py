"""Rendering: the subset of Copier that blueprints use, and errors with blueprint, template and line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffolder.blueprints import load_blueprint, load_catalog
from scaffolder.compiled import CompiledTemplates
from scaffolder.errors import BlueprintError, TemplateError
from scaffolder.events import BlueprintFailed, BlueprintFinished, BlueprintStarted, Event
from scaffolder.plan import make_plan
from scaffolder.render import imports_from_elsewhere, render, render_blueprint
from scaffolder.tree import File
from tests.support.blueprints import blueprint, tree, write_blueprint


def rendered(tmp_path: Path, templates: dict[str, str | bytes], **answers: Any) -> dict[str, bytes]:
    questions = "".join(f"{name}: {{type: yaml}}\n" for name in answers)
    files = render_blueprint(blueprint(tmp_path / "demo", templates, questions=questions), answers)
    return {file.path: file.content for file in files}


@pytest.mark.parametrize(
    ("templates", "answers", "expected"),
    [
        ({"a.txt": "{{ x }}\r\n"}, {}, {"a.txt": b"{{ x }}\r\n"}),
        ({"a.bin": b"\xff\x00"}, {}, {"a.bin": b"\xff\x00"}),
        ({"a.txt.jinja": "{{ x }}\n\n"}, {"x": "é"}, {"a.txt": "é\n\n".encode()}),
        ({"a.txt.jinja": "{{ x }}\r\nb"}, {"x": 1}, {"a.txt": b"1\nb"}),
        ({"a.txt.jinja": "{% if x %}\n  {% if x %}\nb\n  {% endif %}\n{% endif %}\n"}, {"x": 1}, {"a.txt": b"b\n"}),
        ({"a.txt": "loses\n", "a.txt.jinja": "wins\n"}, {}, {"a.txt": b"wins\n"}),
        ({"{{ x }}/{{ x }}.txt": "{{ x }}\n"}, {"x": "n"}, {"n/n.txt": b"{{ x }}\n"}),
        ({"{% if x %}on{% endif %}/a.txt": "a\n", "b.txt": "b\n"}, {"x": False}, {"b.txt": b"b\n"}),
        ({"{% if x %}a.txt{% endif %}.jinja": "{{ x }}\n"}, {"x": 0}, {}),
        (
            {"{% yield e from es %}{{ e.m }}{% endyield %}.py.jinja": "{{ e.m }}{{ z }}\n"},
            {"es": [{"m": "b"}, {"m": "a"}], "z": 1},
            {"a.py": b"a1\n", "b.py": b"b1\n"},
        ),
        (
            {"{% yield e from es %}{{ e.m }}{% endyield %}/{% yield f from e.fs %}{{ f }}{% endyield %}": "x\n"},
            {"es": [{"m": "a", "fs": ["x", "y"]}, {"m": "b", "fs": []}]},
            {"a/x": b"x\n", "a/y": b"x\n"},
        ),
        (
            {"{% yield e from es %}{% if e.on %}{{ e.m }}{% endif %}{% endyield %}.jinja": "x\n"},
            {"es": [{"m": "a", "on": 1}, {"m": "b", "on": 0}]},
            {"a": b"x\n"},
        ),
        ({"{% if x %}{% yield e from es %}{{ e }}{% endyield %}{% endif %}.jinja": "x\n"}, {"x": 0, "es": ["a"]}, {}),
        ({"{{ x }}.txt": "x\n"}, {"x": "deep/er"}, {"deep/er.txt": b"x\n"}),
        ({"a.pyc": "x", ".DS_Store": "x", "__pycache__/a.py": "x", "a.py": "x\n"}, {}, {"a.py": b"x\n"}),
        ({"{{ x }}": "x\n", "b.pyc.jinja": "x\n"}, {"x": "__pycache__"}, {}),
        (
            {
                "_m.jinja": "{% macro m(a) %}<{{ a }}>{% endmacro %}\n",
                "a.jinja": "{% from 'template/_m.jinja' import m %}{{ m(1) }}\n",
            },
            {},
            {"_m": b"", "a": b"<1>\n"},
        ),
        ({".gitignore": "x\n", "{#c#}a": "x\n"}, {}, {".gitignore": b"x\n", "a": b"x\n"}),
    ],
    ids=[
        "plain files are copied byte for byte", "binary", "final newlines stay", "line ends become LF",
        "trim and lstrip", "the templated sibling wins", "paths are rendered, plain contents are not",
        "an empty folder name skips what is below", "an empty file name skips", "a file per item",
        "loops in folder and file", "an empty item skips", "a loop under a condition", "a slash in a value",
        "excluded", "excluded by what it becomes", "macros", "dotfiles and comments",
    ],
)  # fmt: skip
def test_follows_copier(
    tmp_path: Path, templates: dict[str, str | bytes], answers: dict[str, Any], expected: dict[str, bytes]
) -> None:
    assert rendered(tmp_path, templates, **answers) == expected


def test_modes_come_from_the_executable_bit_alone(tmp_path: Path) -> None:
    folder = write_blueprint(tmp_path / "demo", {"a.sh": "x\n", "b.sh.jinja": "x\n", "c": "x\n"})
    (folder / "template/a.sh").chmod(0o711)
    (folder / "template/b.sh.jinja").chmod(0o500)
    (folder / "template/c").chmod(0o600)

    files = render_blueprint(load_blueprint(folder), {})

    assert {file.path: file.mode for file in files} == {"a.sh": 0o755, "b.sh": 0o755, "c": 0o644}


def test_origin_names_template_and_item(tmp_path: Path) -> None:
    demo = blueprint(tmp_path / "demo", {"{% yield e from items %}{{ e.m }}{% endyield %}.jinja": "x\n"})

    (file,) = render_blueprint(demo, {"items": [{"m": "a", "name": "Thing"}]})

    assert file.origin.blueprint == "demo"
    assert file.origin.template == "template/{% yield e from items %}{{ e.m }}{% endyield %}.jinja"
    assert file.origin.item == "Thing"


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        ("yaml", "a: [1]", b"{'a': [1]}"),
        ("yaml", {"a": "b: c"}, b"{'a': 'b: c'}"),
        ("yaml", None, b"None"),
        ("json", '{"a": 1}', b"{'a': 1}"),
        ("str", "1", b"1"),
        ("int", 3, b"3"),
        ("float", 3, b"3.0"),
        ("bool", True, b"True"),
    ],
)
def test_answers_have_the_type_of_their_question(tmp_path: Path, kind: str, value: object, result: bytes) -> None:
    demo = blueprint(tmp_path / "demo", {"a.jinja": "{{ v }}"}, questions=f"v: {{type: {kind}}}\n")

    (file,) = render_blueprint(demo, {"v": value})

    assert file.content == result


@pytest.mark.parametrize(
    ("kind", "value"),
    [("yaml", "a: ["), ("json", "{"), ("str", 1), ("str", None), ("int", "1"), ("int", True), ("bool", 1)],
)
def test_answers_of_another_type_are_refused(tmp_path: Path, kind: str, value: object) -> None:
    demo = blueprint(tmp_path / "demo", {}, questions=f"v: {{type: {kind}}}\n")
    with pytest.raises(BlueprintError, match=r"demo/copier\.yml: answer for v: "):
        render_blueprint(demo, {"v": value})


def test_all_missing_answers_are_named_and_defaults_are_used(tmp_path: Path) -> None:
    demo = blueprint(tmp_path / "demo", {"a.jinja": "{{ c }}\n"}, questions="a: {type: yaml}\nb: {type: yaml}\nc: 3\n")

    with pytest.raises(BlueprintError, match="no answer for: a, b"):
        render_blueprint(demo, {})
    (file,) = render_blueprint(demo, {"a": 1, "b": 1, "unknown": 1})
    assert file.content == b"3\n"


@pytest.mark.parametrize(
    ("templates", "where", "message"),
    [
        ({"a.jinja": "x\n{{ nope }}\n"}, "demo/template/a.jinja:2", "'nope' is undefined"),
        ({"a.jinja": "x\n\n{{ items.a.b }}\n"}, "demo/template/a.jinja:3", "has no attribute 'a'"),
        ({"a.jinja": "x\n{% if %}\n"}, "demo/template/a.jinja:2", "Expected an expression"),
        ({"a.jinja": "x\n{{ 1 // 0 }}\n"}, "demo/template/a.jinja", "ZeroDivisionError"),
        ({"a.jinja": "x\n{{ 1 + 'a' }}\n"}, "demo/template/a.jinja", "TypeError"),
        ({"a.jinja": "{{ x | nope }}\n"}, "demo/template/a.jinja:1", "No filter named 'nope'"),
        ({"a.jinja": "{{ [1] | random }}\n"}, "demo/template/a.jinja:1", "No filter named 'random'"),
        ({"a.jinja": "{{ lipsum() }}\n"}, "demo/template/a.jinja:1", "'lipsum' is undefined"),
        ({"a.jinja": "{{ now() }}\n"}, "demo/template/a.jinja:1", "'now' is undefined"),
        ({"a.jinja": "{{ _copier_conf.dst_path }}\n"}, "demo/template/a.jinja:1", "'_copier_conf' is undefined"),
        ({"a.jinja": "\n{% include 'template/b' %}\n"}, "demo/template/a.jinja:2", "no template 'template/b'"),
        ({"a.jinja": "{% include 'template/b' %}\n", "b": "\n{{ z }}\n"}, "demo/template/b:2", "'z' is undefined"),
        ({"a.jinja": "{% include '../copier.yml' %}\n"}, "demo/template/a.jinja:1", "no template '../copier.yml'"),
        ({"a.jinja": "{% yield a from items %}x{% endyield %}\n"}, "demo/template/a.jinja:1", "unknown tag 'yield'"),
        ({"{{ nope }}.jinja": "x\n"}, "demo/template/{{ nope }}.jinja", "path part '{{ nope }}': 'nope' is undefined"),
        ({"{% yield e from [1] %}{{ f }}{% endyield %}": "x\n"}, "demo/template/{% yield", "'f' is undefined"),
        ({"{% yield e from 3 %}{{ e }}{% endyield %}": "x\n"}, "demo/template/{%", "'int' object is not iterable"),
        ({"{% yield items from [1] %}{{ items }}{% endyield %}": "x\n"}, "demo/template/{%", "hides the answer"),
        ({"{{ '\\x2fetc' }}.jinja": "x\n"}, "demo/template/{{", "gives '/etc'"),
        ({".jinja": "x\n"}, "demo/template/.jinja", "the file has no name"),
        ({"{{ '.copier-answers.yml' }}": "x\n"}, "demo/template/{{", "gives '.copier-answers.yml'"),
        (
            {"{% yield a from [1] %}{{ a }}{% endyield %}{% yield b from [2] %}{{ b }}{% endyield %}": "x\n"},
            "demo/template/",
            "only one yield per path part",
        ),
        ({"a.jinja": b"\xff\n"}, "demo/template/a.jinja", "can't decode byte 0xff"),
    ],
)  # fmt: skip
def test_errors_name_blueprint_template_and_line(
    tmp_path: Path, templates: dict[str, str | bytes], where: str, message: str
) -> None:
    demo = blueprint(tmp_path / "demo", templates)
    with pytest.raises(TemplateError) as info:
        render_blueprint(demo, {})
    assert str(info.value).startswith(where)
    assert message in str(info.value)


def test_one_error_per_template_and_all_templates_are_tried(tmp_path: Path) -> None:
    demo = blueprint(
        tmp_path / "demo",
        {
            "{% yield e from items %}{{ e }}{% endyield %}.jinja": "{{ nope }}\n",
            "b.jinja": "{{ other }}\n",
            "c.jinja": "{{ 1 }}\n",
        },
    )

    with pytest.raises(TemplateError) as info:
        render_blueprint(demo, {"items": ["x", "y", "z"]})

    assert [error.template for error in info.value.all] == [
        "template/b.jinja",
        "template/{% yield e from items %}{{ e }}{% endyield %}.jinja",
    ]
    assert "(for x)" in str(info.value.all[1])


def test_a_failing_blueprint_does_not_stop_the_others(tmp_path: Path) -> None:
    write_blueprint(tmp_path / "core", {"core.py.jinja": "import  os\n"})
    write_blueprint(tmp_path / "bad", {"a.jinja": "{{ nope }}\n", "b.jinja": "{% if %}\n"}, meta="requires: [core]\n")
    write_blueprint(tmp_path / "needs_bad", {"c.txt": "c\n"}, meta="requires: [bad]\n")
    write_blueprint(tmp_path / "far", {"d.txt": "d\n"}, meta="requires: [needs_bad]\n")
    write_blueprint(tmp_path / "broken", {}, questions="_tasks: [x]\n")
    write_blueprint(tmp_path / "clash", {"core.py": "other\n"}, meta="requires: [core]\n")
    write_blueprint(tmp_path / "unparsable", {"u.py.jinja": "def f(:\n"})
    names = "[core, bad, needs_bad, far, broken, clash, unparsable]"
    (tmp_path / "stacks.yml").write_text(f"all: {{description: All., blueprints: {names}}}\n")
    catalog = load_catalog(tmp_path)
    events: list[Event] = []

    result = render(make_plan("all", catalog, {}), catalog, events.append)

    assert {path: file.content for path, file in result.tree.items()} == {"core.py": b"import os\n"}
    errors = {failure.blueprint: [error.detail for error in failure.errors] for failure in result.failures}
    assert errors["bad"][0] == "'nope' is undefined"
    assert len(errors["bad"]) == 2
    assert "_tasks is not supported" in errors["broken"][0]
    assert "both write 'core.py'" in errors["clash"][0]
    assert "renders u.py, whose line 1 is not Python" in errors["unparsable"][0]
    assert {one.blueprint: one.requires for one in result.failures if one.requires} == {
        "needs_bad": ("bad",),
        "far": ("needs_bad",),
    }
    statistics = {one.blueprint: one for one in result.statistics}
    assert (statistics["core"].files, statistics["core"].size, statistics["core"].phase) == (1, 10, 1)
    assert len(statistics["bad"].errors) == 2
    assert [type(event) for event in events].count(BlueprintStarted) == 7
    assert {event.blueprint for event in events if isinstance(event, BlueprintFailed)} == {"bad", "broken"}
    assert sum(isinstance(event, BlueprintFinished) for event in events) == 5


def test_slots_are_counted_in_the_rendered_files(tmp_path: Path) -> None:
    write_blueprint(
        tmp_path / "demo",
        {
            "a.py.jinja": "# slot: a.{{ items[0] }}.b\nx = 1\n# end slot\n",
            "b.md": "<!-- slot: c -->\n<!-- end slot -->\n",
        },
        meta="slots:\n  a.*.b: {kind: text, goal: Say it.}\n  c: {kind: text, goal: Say it.}\n",
    )
    catalog = load_catalog(tmp_path)

    result = render(make_plan("demo", catalog, {"items": ["q"]}), catalog)

    assert result.statistics[0].slots == ("a.q.b", "c")


def test_a_slot_that_does_not_close_fails_its_blueprint(tmp_path: Path) -> None:
    write_blueprint(tmp_path / "demo", {"a.py": "x = 1\n# slot: a\ny = 2\n", "b.md": "no slot: here\n"})
    catalog = load_catalog(tmp_path)

    result = render(make_plan("demo", catalog, {}), catalog)

    (error,) = (error for failure in result.failures for error in failure.errors)
    assert str(error).startswith("demo/template/a.py: renders a.py, whose line 2 says: slot a is not closed (Add ")
    assert len(result.tree) == 0


def test_only_python_from_templates_is_formatted(tmp_path: Path) -> None:
    write_blueprint(tmp_path / "demo", {"a.py.jinja": "x=1\n", "b.py": "x=1\n", "c.txt.jinja": "x=1\n"})
    catalog = load_catalog(tmp_path)
    plan = make_plan("demo", catalog, {})

    assert {path: file.content for path, file in render(plan, catalog).tree.items()} == {
        "a.py": b"x = 1\n",
        "b.py": b"x=1\n",
        "c.txt": b"x=1\n",
    }
    assert render(plan, catalog, formatted=False).tree["a.py"].content == b"x=1\n"


def test_imports_from_elsewhere_are_named() -> None:
    found = imports_from_elsewhere(
        tree(
            {
                "app/a.py": "from app.b import x\nimport app.c.d\nimport os\n    from app.e import y\n",
                "app/b.py": "from app.c.d import z\n",
                "app/c/__init__.py": "",
                "app/e/__init__.py": "",
                "README.md": "from app.zzz import a\n",
            }
        )
    )

    assert found == ("app.c.d is not part of this run, and app/a.py imports it (as do 1 more files)",)


def _contents(files: tuple[File, ...]) -> list[tuple[str, bytes]]:
    return [(file.path, file.content) for file in files]


def test_compiled_templates_change_nothing(tmp_path: Path) -> None:
    """Cold, warm, damaged and unwritable caches all give the same bytes, and the same lines in errors."""
    templates: dict[str, str | bytes] = {
        "{% if items %}a{% endif %}.jinja": "x\n{{ items }}\n",
        "m.jinja": "y\n{{ items[0].z }}\n",
    }
    folder = write_blueprint(tmp_path / "demo", templates)
    program = (
        "import sys; from pathlib import Path; from scaffolder.blueprints import load_blueprint;"
        "from scaffolder.render import render_blueprint; from scaffolder.errors import BlueprintError\n"
        "b = load_blueprint(Path(sys.argv[1]))\n"
        "print([(f.path, f.content) for f in render_blueprint(b, {'items': [{'z': 1}]})])\n"
        "try: render_blueprint(b, {'items': [{}]})\n"
        "except BlueprintError as error: print(error)\n"
    )
    cache = folder / "__pycache__"

    def run(**extra: str) -> str:
        env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), **extra}
        env.pop("PYTHONDONTWRITEBYTECODE", None) if "PYTHONDONTWRITEBYTECODE" not in extra else None
        return subprocess.run(
            [sys.executable, "-c", program, str(folder)], env=env, check=True, capture_output=True, text=True
        ).stdout

    cold = run()
    assert "demo/template/m.jinja:2" in cold
    (file,) = cache.iterdir()
    before = file.stat().st_mtime_ns
    assert run() == cold
    assert file.stat().st_mtime_ns == before
    content = file.read_bytes()
    for damaged in (b"", b"x" * 100, content[:-1], content[:64] + b"\0" + content[65:]):
        file.write_bytes(damaged)
        assert run() == cold
    assert file.read_bytes() == content
    file.unlink()
    assert run(PYTHONDONTWRITEBYTECODE="1") == cold
    assert not file.exists()
    assert len(list((tmp_path / "cache").rglob("*.bin"))) == 1
    (folder / "template/m.jinja").write_text("y\n\n{{ items[0].z }}\n")
    assert "demo/template/m.jinja:3" in run()


def test_the_cache_is_shared_within_a_process(tmp_path: Path) -> None:
    demo = blueprint(tmp_path / "demo", {"a.jinja": "{{ items }}\n"})
    first = _contents(render_blueprint(demo, {"items": [1]}))
    assert CompiledTemplates.of(demo) is CompiledTemplates.of(demo)
    assert _contents(render_blueprint(demo, {"items": [1]})) == first
