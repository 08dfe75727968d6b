"""What a spec may look like, and what it is read as."""

from __future__ import annotations

import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from scaffolder.spec import Loaded, load_spec, load_spec_text
from scaffolder.spec.model import Auth, Rate, Spec
from tests.support import specs
from tests.support.values import set_fields

HEAD = "spec: 1\nproject: {name: demo}\n"
EXAMPLE = Path(load_spec.__code__.co_filename).parent / "example.yml"


def load(source: str | bytes) -> Spec:
    loaded = load_spec_text(source, "spec.yml")
    assert loaded.problems == ()
    return loaded.spec


def test_a_spec_without_entities_is_valid() -> None:
    spec = load(HEAD)
    assert (spec.entities, spec.agents, spec.workflows, spec.auth, spec.audit) == ({}, {}, {}, None, ())


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"\xef\xbb\xbf" + HEAD.encode(), id="a byte order mark"),
        pytest.param(HEAD.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(HEAD.replace("\n", "\r"), id="CR"),
        pytest.param("---\n" + HEAD, id="a document start"),
        pytest.param(HEAD + "...\n", id="a document end"),
        pytest.param("%YAML 1.2\n---\n" + HEAD, id="a YAML directive"),
        pytest.param("spec: 1\nproject: demo\n", id="the project's name alone"),
        pytest.param('{"spec": 1, "project": {"name": "demo"}}', id="JSON"),
        pytest.param(HEAD + "entities:\n#  Book:\nworkflows: ~\n", id="sections with nothing in them"),
    ],
)
def test_ways_to_write_the_same(source: str | bytes) -> None:
    assert load(source) == load(HEAD)


def test_the_source_is_kept_as_it_was() -> None:
    source = b"\xef\xbb\xbfspec: 1\r\nproject: demo\r\n"
    assert load_spec_text(source, "spec.yml").source == source


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "scaffold.yml"
    file.write_text(HEAD, encoding="utf-8")
    assert load_spec(file) == Loaded(load(HEAD), HEAD.encode(), ())


def test_auth_limits_and_audit() -> None:
    spec = load(
        HEAD + "auth: {access: 15m, refresh: 1w, roles: [reader, writer]}\nlimits: {per_user: 5/s}\naudit: true\n"
    )
    assert spec.auth == Auth(access=900, refresh=604_800, roles=("reader", "writer"))
    assert spec.limits.per_user == Rate(requests=5, seconds=1)
    assert spec.audit == ("create", "update", "delete", "login")


@pytest.mark.parametrize(
    ("source", "auth"), [("auth: true\n", Auth()), ("auth: false\n", None), ("auth: {}\n", Auth())]
)
def test_short_forms_of_auth(source: str, auth: Auth | None) -> None:
    assert load(HEAD + source).auth == auth


def test_words_that_other_yaml_readers_mangle_stay_words() -> None:
    spec = load(
        HEAD + "entities:\n  Answer:\n    on: enum(no, yes, on, off, null, true, 1, 12:30) = no\n    y: bool = false\n"
    )
    assert spec.entities["Answer"].fields["on"].values == ("no", "yes", "on", "off", "null", "true", "1", "12:30")
    assert spec.entities["Answer"].fields["on"].default == "no"


def test_states_of_words_that_other_yaml_readers_mangle() -> None:
    spec = load(
        HEAD + "entities:\n  Lamp:\n    state: enum(on, off) = off\n    $meta: {states: {on: [off], off: [on], }}\n"
    )
    assert spec.entities["Lamp"].meta.states == {"on": ("off",), "off": ("on",)}


@pytest.mark.parametrize(
    "name", ["Order", "Class", "Import", "User2", "Data", "Model", "Agent", "Message", "WorkflowRun"]
)
def test_entities_may_be_called(name: str) -> None:
    assert list(load(HEAD + f"entities:\n  {name}: {{name: text}}\n").entities) == [name]


@pytest.mark.parametrize(
    "name", ["class", "from", "id_", "type", "metadata", "order", "select", "import", "await", "None", "self", "dueAt"]
)
def test_fields_may_be_called(name: str) -> None:
    spec = load(HEAD + f"entities:\n  Book: {{{name}: text}}\n")
    assert list(spec.entities["Book"].fields) == [name]


def test_odd_names_are_accepted_together() -> None:
    assert len(load(specs.ODD_NAMES).entities) == 11


def test_user_is_extended_and_project_replaced() -> None:
    spec = load(HEAD + "auth: true\nentities:\n  User: {phone: string(20)?}\n  Project: {title: text, lead: -> User}\n")
    assert list(spec.entities["User"].fields) == ["phone"]
    assert list(spec.entities["Project"].fields) == ["title", "lead"]


def test_user_without_auth_is_an_entity_like_any_other() -> None:
    spec = load(HEAD + "entities:\n  User: {email: email}\n  Post: {writer: -> User}\n")
    assert list(spec.entities["User"].fields) == ["email"]


def test_built_in_stamps_are_dropped_with_a_warning() -> None:
    loaded = load_spec_text(HEAD + "entities:\n  Book: {title: text, created_at: datetime}\n", "spec.yml")
    assert list(loaded.spec.entities["Book"].fields) == ["title"]
    assert [(item.severity, item.code) for item in loaded.problems] == [("warning", "built-in")]


def test_a_label_may_be_in_any_script() -> None:
    spec = load(
        HEAD + "entities:\n  Pupil:\n    $meta: {label: Schüler}\n    name: {type: string(1..40), label: 名前}\n"
    )
    assert (spec.entities["Pupil"].meta.label, spec.entities["Pupil"].fields["name"].label) == ("Schüler", "名前")


def test_indexes_may_name_fields_or_columns() -> None:
    source = (
        "entities:\n  Shelf: {name: string unique}\n  Book:\n    shelf: -> Shelf\n    year: int\n"
        "    $meta: {unique: [[shelf, year]], indexes: [[shelf_id], [year]]}\n"
    )
    meta = load(HEAD + source).entities["Book"].meta
    assert (meta.unique, meta.indexes) == ((("shelf", "year"),), (("shelf",), ("year",)))


def test_an_index_may_have_a_built_in_stamp() -> None:
    spec = load(HEAD + "entities: {Book: {year: int, $meta: {indexes: [[year, created_at]]}}}\n")
    assert spec.entities["Book"].meta.indexes == (("year", "created_at"),)


def test_a_row_may_refer_to_its_own_kind_when_it_need_not() -> None:
    source = "entities:\n  Page: {parent: -> Page?, book: -> Book}\n  Book: {cover: -> Page?}\n"
    assert load(HEAD + source).entities["Page"].fields["parent"].nullable


def test_anchors_and_aliases_are_read() -> None:
    spec = load(HEAD + "entities:\n  A: &same {name: string(1..40)}\n  B: *same\n")
    assert spec.entities["A"] == spec.entities["B"]


@pytest.mark.parametrize(
    ("flow", "edges"),
    [
        pytest.param("a -> b -> c", {("a", "b"), ("b", "c")}, id="a chain"),
        pytest.param("[a -> b, a -> c]", {("a", "b"), ("a", "c")}, id="a list of chains"),
        pytest.param("a & b -> c", {("a", "c"), ("b", "c")}, id="a join"),
        pytest.param("a -> b & c", {("a", "b"), ("a", "c")}, id="a fork"),
        pytest.param("[a, b, c]", set(), id="all at once"),
        pytest.param('"a->b->c"', {("a", "b"), ("b", "c")}, id="no blanks"),
    ],
)
def test_flow_becomes_edges(flow: str, edges: set[tuple[str, str]]) -> None:
    nodes = "".join(f"      {name}: {{http: {{url: env:HOOK}}}}\n" for name in "abc")
    spec = load(HEAD + f"workflows:\n  w:\n    nodes:\n{nodes}    flow: {flow}\n")
    assert set(spec.workflows["w"].flow) == edges


def test_without_a_flow_nodes_run_as_written() -> None:
    nodes = "".join(f"      {name}: {{http: {{url: env:HOOK}}}}\n" for name in "abc")
    spec = load(HEAD + f"workflows:\n  w:\n    nodes:\n{nodes}")
    assert spec.workflows["w"].flow == (("a", "b"), ("b", "c"))


def test_values_come_under_the_names_of_columns() -> None:
    source = (
        "entities:\n  Shelf: {name: text}\n  Book: {dueAt: date?, shelf: -> Shelf, id_: text}\n"
        "workflows:\n  w:\n    input: {shelf: uuid}\n    nodes:\n      save:\n"
        "        db.insert:\n          entity: Book\n"
        '          values: {dueAt: 2026-01-31, shelf_id: "{{ input.shelf }}", id_: x}\n'
        '      again: {vector.search: {index: Book, query: "{{ save.dueAt }}"}}\n'
    )
    nodes = load(HEAD + source).workflows["w"].nodes
    assert list(nodes["save"].with_["values"]) == ["due_at", "shelf_id", "id_"]
    assert nodes["again"].target == "books"


def test_a_condition_may_stand_in_braces() -> None:
    node = '{http: {url: env:HOOK}, when: "{{ input.n > 1 }}"}'
    spec = load(HEAD + f"workflows:\n  w:\n    input: {{n: int}}\n    nodes: {{a: {node}}}\n")
    assert spec.workflows["w"].nodes["a"].when == "input.n > 1"


@specs.needs_helpdesk
def test_helpdesk() -> None:
    loaded = load_spec(specs.HELPDESK)
    assert loaded.problems == ()
    ticket = loaded.spec.entities["Ticket"]
    assert set_fields(ticket.fields["cost"]) == {
        "type": "decimal", "precision": 12, "scale": 2, "nullable": True,
    }  # fmt: skip
    assert set_fields(ticket.fields["requester"]) == {
        "type": "reference", "target": "User", "on_delete": "cascade", "owner": True,
    }  # fmt: skip
    assert ticket.meta.states == {"open": ("pending", "solved"), "pending": ("open", "solved"), "solved": ("open",)}
    intake = loaded.spec.workflows["intake"]
    assert intake.flow == (("similar", "triage"), ("triage", "save"), ("save", "page"))
    assert (intake.nodes["triage"].retry, intake.nodes["triage"].timeout) == (3, 30)
    assert intake.nodes["page"].when == "triage.priority >= 5"
    assert loaded.spec.targets["prod"].platform == "cloud-run"


def test_the_example_is_good() -> None:
    loaded = load_spec(EXAMPLE)
    assert loaded.problems == ()
    assert loaded.spec.entities["Item"].fields["daily_fee"].default == Decimal("0.00")
    assert len(loaded.spec.agents) == len(loaded.spec.workflows) == 2


def test_loading_takes_time_in_proportion_to_the_file() -> None:
    times = []
    for count in (200, 2_000):
        source = specs.many_entities(count)
        start = time.process_time()
        assert len(load_spec_text(source, "spec.yml").spec.entities) == count
        times.append(time.process_time() - start)
    assert times[1] < 3
    assert times[1] < 25 * times[0]


@pytest.mark.slow
def test_ten_thousand_entities_load_in_under_ten_seconds() -> None:
    source = specs.many_entities(10_000)
    start = time.process_time()
    assert len(load_spec_text(source, "spec.yml").spec.entities) == 10_000
    assert time.process_time() - start < 10


def test_importing_stays_light() -> None:
    heavy = "copier jinja2 difflib click instructor anthropic openai jsonschema httpx2 requests"
    code = f"import sys, scaffolder.spec; print(sorted(set({heavy.split()!r}) & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
