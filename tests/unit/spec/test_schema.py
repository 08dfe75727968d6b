"""The JSON Schema agrees with the loader on what it can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scaffolder.errors import BadInputError
from scaffolder.spec import load_spec, load_spec_text
from scaffolder.spec.problems import Problems
from scaffolder.spec.schema import spec_json_schema
from scaffolder.spec.tree import parse, plain_value
from tests.support import specs

HEAD = "spec: 1\nproject: {name: demo}\n"
EXAMPLE = Path(load_spec.__code__.co_filename).parent / "example.yml"


def data(text: str) -> Any:
    node = parse(text, Problems("spec.yml"))
    assert node is not None
    return plain_value(node)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = spec_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(EXAMPLE.read_text(encoding="utf-8"), id="the example"),
        pytest.param(specs.ODD_NAMES, id="odd names"),
        pytest.param(specs.BARE, id="nearly nothing"),
        pytest.param(HEAD + "auth: true\naudit: false\nentities:\n", id="short forms and an empty section"),
        pytest.param(HEAD + "audit: create\nauth: {roles: [a, b], access: 1h}\n", id="a list of one"),
        pytest.param(
            HEAD + "entities: {A: {b: {type: enum, values: [yes, 1], default: yes}, c: {type: int(1..3), label: C}}}\n",
            id="long fields",
        ),
        pytest.param(
            HEAD + "entities: {A: {b: int? was c was d, e: -> A? set_null was f, g: <-> A was h, "
            "i: {type: text, renamed_from: j}, k: {type: text, renamed_from: [l, m]}, "
            "$meta: {renamed_from: [N, O]}}}\n",
            id="former names",
        ),
    ],
)
def test_good_specs_are_valid(validator: jsonschema.Draft202012Validator, text: str) -> None:
    load_spec_text(text, "spec.yml")
    assert [error.message for error in validator.iter_errors(data(text))] == []


@specs.needs_helpdesk
def test_helpdesk_is_valid(validator: jsonschema.Draft202012Validator) -> None:
    text = specs.HELPDESK.read_text(encoding="utf-8")
    assert [error.message for error in validator.iter_errors(data(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("spec: 2\nproject: demo\n", id="another version"),
        pytest.param("spec: 1\n", id="no project"),
        pytest.param("spec: 1\nproject: Demo Project\n", id="a project name with blanks"),
        pytest.param(HEAD + "entites: {}\n", id="a section that is misspelt"),
        pytest.param(HEAD + "auth: {access: 15}\n", id="a duration without a unit"),
        pytest.param(HEAD + "limits: {per_user: 100}\n", id="a rate without a unit"),
        pytest.param(HEAD + "audit: [creat]\n", id="an unknown action"),
        pytest.param(HEAD + "entities: {B-C: {a: text}}\n", id="an entity with a hyphen"),
        pytest.param(HEAD + "entities: {B: {a: strng}}\n", id="an unknown type"),
        pytest.param(HEAD + "entities: {B: {a: string uniqe}}\n", id="an unknown flag"),
        pytest.param(HEAD + "entities: {B: {a: bool(1)}}\n", id="bounds on a bool"),
        pytest.param(HEAD + "entities: {B: {a: enum}}\n", id="an enum without values"),
        pytest.param(HEAD + "entities: {B: {a: -> }}\n", id="an arrow to nowhere"),
        pytest.param(HEAD + "entities: {B: {a: {label: A}}}\n", id="a long field without a type"),
        pytest.param(HEAD + "entities: {B: {$meta: {serch: [a]}}}\n", id="an unknown option"),
        pytest.param(HEAD + "entities: {B: {a: text, $meta: {renamed_from: a b}}}\n", id="a former name with a blank"),
        pytest.param(HEAD + "entities: {B: {a: text was}}\n", id="was without a name"),
        pytest.param(HEAD + "agents: {a: {goal: x}}\n", id="an agent without an output"),
        pytest.param(HEAD + "workflows: {w: {nodes: {}}}\n", id="a workflow without nodes"),
        pytest.param(HEAD + "workflows: {w: {nodes: {a: {agent: x, call: y}}}}\n", id="a node of two kinds"),
        pytest.param(HEAD + "workflows: {w: {nodes: {a: {retry: 3}}}}\n", id="a node of no kind"),
        pytest.param(HEAD + "workflows: {w: {public: GET /w, nodes: {a: {http: {url: env:U}}}}}\n", id="a public GET"),
        pytest.param(HEAD + "targets: {prod: {platform: heroku}}\n", id="an unknown platform"),
    ],
)
def test_what_the_schema_refuses_is_refused_by_the_loader(
    validator: jsonschema.Draft202012Validator, text: str
) -> None:
    assert not validator.is_valid(data(text))
    with pytest.raises(BadInputError):
        load_spec_text(text, "spec.yml")


def test_the_schema_is_a_fresh_value() -> None:
    spec_json_schema()["properties"].clear()
    assert spec_json_schema()["properties"]
