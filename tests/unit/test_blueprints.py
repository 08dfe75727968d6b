"""Loading blueprints: what is supported, and that all else is refused with file and line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffolder.blueprints import MISSING, load_blueprint, load_catalog
from scaffolder.errors import BlueprintError, ScaffolderError
from tests.support.blueprints import COPIER, write_blueprint


def test_reads_questions_slots_and_requirements(tmp_path: Path) -> None:
    folder = write_blueprint(
        tmp_path / "demo",
        {"a.txt": "a\n"},
        questions="project: {type: yaml}\ncount: 3\nnames:\n  type: yaml\n  default: [a]\n  help: Names\n",
        meta="requires: [core]\nonce: [.env]\nslots:\n"
        "  a.*.b: {kind: text, goal: Say hello., context: [project], max_words: 3}\n",
    )

    loaded = load_blueprint(folder)

    assert (loaded.name, loaded.version, loaded.requires, loaded.once) == ("demo", "1.0.0", ("core",), (".env",))
    assert {name: (one.type, one.default) for name, one in loaded.questions.items()} == {
        "project": ("yaml", MISSING),
        "count": ("int", 3),
        "names": ("yaml", ["a"]),
    }
    slot = loaded.slots["a.*.b"]
    assert (slot.kind, slot.goal, slot.context, slot.options) == ("text", "Say hello.", ("project",), {"max_words": 3})


@pytest.mark.parametrize(
    ("extra", "line", "message"),
    [
        ("_tasks: [ls]\n", 5, "_tasks is not supported"),
        ("_migrations: []\n", 5, "_migrations is not supported"),
        ("_jinja_extensions: [x.Y]\n", 5, "_jinja_extensions is not supported"),
        ("_secret_questions: [a]\n", 5, "_secret_questions is not supported"),
        ("_external_data: {a: b}\n", 5, "_external_data is not supported"),
        ("_skip_if_exists: [a]\n", 5, "_skip_if_exists is not supported"),
        ("_message_after_copy: x\n", 5, "_message_after_copy is not supported"),
        ("a: 1\nb:\n  type: str\n  when: false\n", 8, "question b: 'when' is not supported"),
        ("b:\n  type: str\n  validator: x\n", 7, "question b: 'validator' is not supported"),
        ("b:\n  type: str\n  choices: [x]\n", 7, "question b: 'choices' is not supported"),
        ("b:\n  type: str\n  secret: true\n  default: x\n", 7, "question b: 'secret' is not supported"),
        ("b:\n  type: path\n", 6, "question b: type 'path' is not supported"),
        ("b:\n  type: str\n  default: '{{ a }}'\n", 7, "question b: a default that is a template"),
        ("b: ['x', '{% if a %}']\n", 5, "question b: a default that is a template"),
        ("now: 1\n", 5, "'now' cannot be the name of a question"),
        ("a: 1\na: 2\n", 6, "key 'a' stands twice"),
        ("a: [1\n", 6, "did not find expected|expected ',' or ']'"),
        ("a: !include x.yml\n", 5, "could not determine a constructor"),
    ],
)
def test_refuses_what_the_renderer_would_ignore(tmp_path: Path, extra: str, line: int, message: str) -> None:
    folder = write_blueprint(tmp_path / "demo", {}, questions=extra)

    with pytest.raises(BlueprintError, match=message) as info:
        load_blueprint(folder)
    assert (info.value.blueprint, info.value.template, info.value.line) == ("demo", "copier.yml", line)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("jinja2.StrictUndefined", "jinja2.Undefined", "_envops must have `undefined: jinja2.StrictUndefined`"),
        ("trim_blocks: true", "autoescape: true", "_envops: autoescape: True is not supported"),
        ("trim_blocks: true", "newline_sequence: x", "_envops: newline_sequence: 'x' is not supported"),
        (".DS_Store", "a/b", "_exclude pattern 'a/b' is not supported"),
        (".DS_Store", "!a", "_exclude pattern '!a' is not supported"),
        (".DS_Store", "{{ a }}", "_exclude pattern '{{ a }}' is not supported"),
        ("_templates_suffix: .jinja", "_templates_suffix: ''", "_templates_suffix must be a suffix"),
        ("_subdirectory: template", "_subdirectory: '{{ a }}'", "_subdirectory must name a folder"),
        ("_subdirectory: template", "_subdirectory: nowhere", "the folder nowhere/ is missing"),
    ],
)
def test_refuses_settings_beyond_the_subset(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = write_blueprint(tmp_path / "demo", {}, copier=COPIER.replace(old, new))

    with pytest.raises(BlueprintError) as info:
        load_blueprint(folder)
    assert message in str(info.value)


def test_exclude_must_be_given(tmp_path: Path) -> None:
    without = "".join(line for line in COPIER.splitlines(keepends=True) if not line.startswith("_exclude"))
    with pytest.raises(BlueprintError, match="_exclude must be given"):
        load_blueprint(write_blueprint(tmp_path / "demo", {}, copier=without))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: other\nversion: 1.0.0\ndescription: x\n", "blueprint.yml:1: name must be the folder's own"),
        ("name: demo\nversion: '1'\ndescription: x\n", "blueprint.yml:2: version must be"),
        ("name: demo\nversion: 1.0.0\n", "'description' is missing"),
        ("name: demo\nversion: 1.0.0\ndescription: x\nwhat: 1\n", "blueprint.yml:4: unknown key 'what'"),
        ("name: demo\nversion: 1.0.0\ndescription: x\nrequires: core\n", "yml:4: requires must be a list of strings"),
        ("- a\n", "blueprint.yml:1: must be a mapping"),
    ],
)
def test_refuses_a_wrong_blueprint_yml(tmp_path: Path, text: str, message: str) -> None:
    folder = write_blueprint(tmp_path / "demo", {})
    (folder / "blueprint.yml").write_text(text)

    with pytest.raises(BlueprintError) as info:
        load_blueprint(folder)
    assert message in str(info.value)


def test_one_broken_blueprint_leaves_the_others_usable(tmp_path: Path) -> None:
    write_blueprint(tmp_path / "good", {})
    write_blueprint(tmp_path / "bad", {}, questions="_tasks: [ls]\n")
    (tmp_path / "stacks.yml").write_text("both:\n  description: Two.\n  blueprints: [good, bad, gone]\n")

    catalog = load_catalog(tmp_path)

    assert list(catalog.blueprints) == ["good"]
    assert sorted(catalog.broken) == ["bad", "gone"]
    assert catalog.stacks["both"].blueprints == ("good", "bad", "gone")
    assert catalog.names == ["bad", "gone", "good"]


@pytest.mark.parametrize("text", ["a: {blueprints: [x]}\n", "a: {description: d, blueprints: []}\n", "a: 1\n"])
def test_refuses_wrong_stacks(tmp_path: Path, text: str) -> None:
    write_blueprint(tmp_path / "good", {})
    (tmp_path / "stacks.yml").write_text(text)
    with pytest.raises(BlueprintError, match=r"stacks.yml:1: stack a"):
        load_catalog(tmp_path)


def test_a_folder_without_blueprints_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScaffolderError, match="no blueprints"):
        load_catalog(tmp_path)


def test_digest_sees_content_names_and_executable_bits_but_not_garbage(tmp_path: Path) -> None:
    folder = write_blueprint(tmp_path / "demo", {"a.sh": "x\n", "b.py": "y\n"})
    first = load_blueprint(folder).digest

    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/templates.bin").write_bytes(b"x")
    (folder / "template/__pycache__").mkdir()
    (folder / "template/__pycache__/b.pyc").write_bytes(b"x")
    os.utime(folder / "template/a.sh", (1, 1))
    assert load_blueprint(folder).digest == first

    digests = {first}
    (folder / "template/a.sh").chmod(0o755)
    digests.add(load_blueprint(folder).digest)
    (folder / "template/a.sh").write_text("z\n")
    digests.add(load_blueprint(folder).digest)
    (folder / "template/a.sh").rename(folder / "template/c.sh")
    digests.add(load_blueprint(folder).digest)
    assert len(digests) == 4


def test_symbolic_links_are_refused(tmp_path: Path) -> None:
    folder = write_blueprint(tmp_path / "demo", {"a": "x\n"})
    (folder / "template/link").symlink_to("a")
    with pytest.raises(BlueprintError, match="template/link: symbolic links are not supported"):
        _ = load_blueprint(folder).files


def test_our_own_catalog_is_sound() -> None:
    catalog = load_catalog()

    assert catalog.broken == {}
    assert "agent-backend" in catalog.stacks
    assert {*catalog.stacks["agent-backend"].blueprints} <= {*catalog.blueprints}
