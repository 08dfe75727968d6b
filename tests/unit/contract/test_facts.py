"""The facts of a contract: plain data, complete, and with the rules that OpenAPI cannot say."""

from __future__ import annotations

import json
from typing import Any

from scaffolder.contract import build_contract, openapi_document
from scaffolder.contract.facts import contract_facts
from scaffolder.spec import load_spec_text
from tests.support.specs import ODD_NAMES, SMALL

SPEC = """\
spec: 1
project: {name: demo}
auth: {access: 10m, refresh: 2d, roles: [reader, editor, owner]}
limits: {per_user: 50/min}
entities:
  Page:
    title: string(1..80) unique
    size: bigint(1..9) = 3
    price: decimal(6,2,0.50..) = 1.00
    level: int(1..5)?
    marks: int(1..3)[]
    state: enum(new, old) = new
    writer: -> User cascade owner
    tags: <-> Tag
    $meta: {states: {new: [old], old: []}, search: [title]}
  Tag: {label: string}
"""


def facts(spec: str = SPEC) -> dict[str, Any]:
    return contract_facts(build_contract(load_spec_text(spec.encode(), "scaffold.yml").spec))


def test_they_are_json() -> None:
    for spec in (SPEC, SMALL, ODD_NAMES):
        found = facts(spec)
        assert json.loads(json.dumps(found)) == found


def test_rules_that_openapi_cannot_say_are_added_to_what_requests_hold() -> None:
    found = facts()
    properties = found["schemas"]["PageCreate"]["properties"]
    assert (properties["size"]["x-minimum"], properties["size"]["x-maximum"]) == ("1", "9")
    assert properties["price"]["x-minimum"] == "0.50"
    assert "x-maximum" not in properties["price"]
    assert properties["level"]["anyOf"][0]["x-strict"] is True
    assert properties["marks"]["items"]["x-strict"] is True
    assert "x-" not in json.dumps(found["schemas"]["PageRead"])
    assert "x-" not in json.dumps(found["openapi"])


def test_the_document_is_the_published_one() -> None:
    contract = build_contract(load_spec_text(SPEC.encode(), "scaffold.yml").spec)
    assert contract_facts(contract)["openapi"] == openapi_document(contract)


def test_tables_have_the_types_of_both_databases() -> None:
    tables = {table["name"]: table for table in facts()["tables"]}
    columns = {column["name"]: column for column in tables["pages"]["columns"]}
    assert columns["price"] == {
        "name": "price", "postgresql": "NUMERIC(6, 2)", "sqlite": "VARCHAR(8)", "nullable": False,
    }  # fmt: skip
    assert (columns["id"]["postgresql"], columns["created_at"]["sqlite"]) == ("UUID", "DATETIME")
    assert tables["page_tags"]["primary_key"]["columns"] == ["page_id", "tag_id"]
    (owner,) = tables["pages"]["foreign_keys"].values()
    assert owner == {"column": "writer_id", "target": "users.id", "on_delete": "CASCADE"}


def test_models_have_what_tables_cannot_say() -> None:
    models = {model["name"]: model for model in facts()["models"]}
    columns = {column["name"]: column for column in models["Page"]["columns"]}
    assert columns["size"]["default"] == 3
    assert columns["state"]["allowed"] == ["new", "old"]
    assert columns["marks"]["value"] == "integer[]"
    assert models["Page"]["relations"]["writer"] == {"target": "User", "by": "writer_id", "many": False}
    assert models["Page"]["relations"]["tag_links"]["many"] is True


def test_roles_states_and_settings() -> None:
    found = facts()
    assert found["roles"]["create_tag"] == ["editor", "owner"]
    assert "create_page" not in found["roles"]
    (page,) = (one for one in found["repositories"] if one["model"] == "Page")
    assert (page["owner"], page["state"], page["transitions"]) == ("writer_id", "state", {"new": ["old"], "old": []})
    assert found["settings"]["access_token_seconds"] == 600
    assert found["settings"]["rate_limit_requests"] == 50
    assert (found["default_role"], found["admin_role"]) == ("reader", "owner")


def test_agents_and_workflows() -> None:
    found = facts(SMALL)
    (agent,) = found["agents"]
    assert agent["output"]["content"]["properties"]["label"]["maxLength"] == 40
    (workflow,) = found["workflows"]
    assert workflow["steps"]["sort"]["uses"] == "sorter"
    assert workflow["steps"]["sort"]["needs"] == ["load"]
