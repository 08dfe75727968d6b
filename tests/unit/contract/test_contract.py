"""spec -> contract, on whole specs."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from scaffolder.contract import Contract, build_contract, contract_answers, openapi_document
from scaffolder.contract.entities import OWN_SCHEMAS
from scaffolder.spec import load_spec, load_spec_text
from tests.support.specs import BARE, HELPDESK, ODD_NAMES, many_entities, needs_helpdesk

AUTH_ONLY = "spec: 1\nproject: {name: demo}\nauth: true\n"


def contract_of(text: str) -> Contract:
    return build_contract(load_spec_text(text, "spec.yml").spec)


def entity(contract: Contract, name: str) -> Any:
    return next(item for item in contract.entities if item.name == name)


@needs_helpdesk
def test_helpdesk_openapi_is_valid() -> None:
    contract = build_contract(load_spec(HELPDESK).spec)
    document = openapi_document(contract)
    validate(document)
    ids = {operation.id for operation in contract.operations}
    assert {"create_ticket", "start_intake", "run_agent", "health_ready", "login"} <= ids
    assert len(ids) == len(contract.operations)


@pytest.mark.parametrize("text", [BARE, ODD_NAMES, many_entities(20)], ids=["bare", "odd names", "many"])
def test_openapi_is_valid(text: str) -> None:
    answers = contract_answers(contract_of(text))
    validate(json.loads(answers["openapi_json"]))


@pytest.mark.parametrize("text", [BARE, ODD_NAMES], ids=["bare", "odd names"])
def test_answers_survive_json(text: str) -> None:
    answers = contract_answers(contract_of(text))
    assert json.loads(json.dumps(answers)) == answers


def test_what_the_spec_leaves_out_is_left_out() -> None:
    contract = contract_of(BARE)
    assert [item.name for item in contract.entities] == []
    assert {operation.tag for operation in contract.operations} == {"health"}


def test_names_that_fight_back() -> None:
    contract = contract_of(ODD_NAMES)
    thing = entity(contract, "Class")
    assert (thing.class_name, thing.module, thing.table) == ("Class", "class_", "classes")
    assert [(field.name, field.attr) for field in thing.fields][:4] == [
        ("class", "class_"),
        ("from", "from_"),
        ("id_", "id_"),
        ("type", "type"),
    ]
    assert all(field.aliased == (field.name != field.attr) for field in thing.fields)


def test_a_users_entity_keeps_its_name_and_the_built_in_one_moves() -> None:
    contract = contract_of(
        "spec: 1\nproject: {name: estate}\nentities: {Agent: {name: string}}\n"
        "agents: {clerk: {goal: Work., output: {done: bool}}}\n"
    )
    assert contract.builtin["Agent"].class_name == "SystemAgent"
    assert not entity(contract, "Agent").builtin


def test_who_registers_gives_what_every_user_has_and_chooses_nothing_that_has_a_default() -> None:
    contract = contract_of(
        "spec: 1\nproject: {name: club}\nauth: true\nentities:\n  Team: {name: string}\n"
        "  User: {class: 'enum(a, b)', birthday: date?, balance: int = 0, team: -> Team?, friends: <-> User}\n"
    )
    assert contract.auth
    assert [field.name for field in contract.auth.profile] == ["full_name", "class", "birthday"]
    document = openapi_document(contract)
    validate(document)
    register = document["components"]["schemas"]["RegisterRequest"]
    assert set(register["properties"]) == {"full_name", "class", "birthday", "email", "password"}
    assert register["required"] == ["class", "email", "password"]


def test_relations_are_known_from_both_ends() -> None:
    contract = contract_of(
        "spec: 1\nproject: {name: shop}\nentities:\n  Person: {boss: '-> Person?', friends: '<-> Person'}\n"
        "  Order: {buyer: -> Person cascade, items: <-> Product}\n  Product: {label: string}\n"
    )
    person, order = entity(contract, "Person"), entity(contract, "Order")
    assert [(back.kind, back.source, back.source_attr) for back in person.backrefs] == [
        ("reference", "Person", "boss_id"),
        ("many", "Person", "friend_ids"),
        ("reference", "Order", "buyer_id"),
    ]
    assert (person.many[0].left_column, person.many[0].right_column) == ("person_id", "friend_id")
    assert (order.many[0].table, order.many[0].attr) == ("order_items", "item_ids")
    assert entity(contract, "Product").backrefs[0].source == "Order"


def test_rows_that_there_can_only_be_few_of_are_shared() -> None:
    contract = contract_of(
        "spec: 1\nproject: {name: shop}\nauth: true\nentities:\n  Plan: {tier: 'enum(free, pro) unique'}\n"
        "  Price: {plan: -> Plan unique, code: string unique}\n  Offer: {price: -> Price, plan: -> Plan}\n"
        "  Customer: {account: -> User owner unique}\n  Order: {customer: -> Customer, buyer: -> User owner}\n"
        "  Note: {customer: -> Customer}\n"
    )
    shared = {
        (item.name, reference.name) for item in contract.entities for reference in item.references if reference.shared
    }
    assert shared == {("Offer", "price"), ("Offer", "plan"), ("Order", "customer")}


def test_tables_come_after_those_they_refer_to_and_cycles_are_closed_later() -> None:
    contract = contract_of(
        "spec: 1\nproject: {name: x}\nentities:\n  Chapter: {book: -> Book}\n  Book: {cover: '-> Chapter?'}\n"
    )
    tables = {table.name: table for table in contract.tables}
    created: set[str] = set()
    for table in contract.tables:
        assert {key.target_table for key in table.foreign_keys} <= created | {table.name}
        created.add(table.name)
    deferred = [(name, key.column) for name, table in tables.items() for key in table.deferred]
    assert len(deferred) == 1


def test_a_chain_of_entities_is_no_deep_recursion() -> None:
    fields = "\n".join(f"  E{number}: {{next: -> E{number + 1}}}" for number in range(1_500))
    contract = contract_of(f"spec: 1\nproject: {{name: x}}\nentities:\n{fields}\n  E1500: {{name: string}}\n")
    assert contract.tables[0].name == "e1500s"


def test_targets_of_another_stack_are_said_not_to_be_done() -> None:
    contract = contract_of(
        "spec: 1\nproject: {name: x}\nworkflows:\n"
        "  ping: {public: POST /ping, nodes: {get: {http: {url: 'https://example.com'}}}, flow: get}\n"
        "targets: {prod: {platform: fly, region: ams, workflows: [ping]}}\n"
    )
    assert any("targets (prod)" in note for note in contract.notes)


def test_the_contract_is_the_same_in_any_order_of_hashing(tmp_path: Path) -> None:
    first = contract_answers(contract_of(many_entities(5)))
    assert contract_answers(contract_of(many_entities(5))) == first


def test_names_that_the_contract_makes_do_not_take_those_of_the_user() -> None:
    contract = contract_of(
        "spec: 1\nproject: {name: x}\nentities:\n  Ticket: {read: 'enum(yes, no)', tags: <-> Tag}\n"
        "  Tag: {label: string}\n  TicketTags: {name: string}\n"
    )
    ticket = entity(contract, "Ticket")
    assert ticket.enums[0].class_name == "TicketReadChoice"
    assert (ticket.many[0].table, ticket.many[0].link_class) == ("ticket_tags_links", "TicketTagsChoice")
    assert len({table.name for table in contract.tables}) == len(contract.tables)


def test_an_enum_is_never_called_as_a_schema_of_ours() -> None:
    """A field `request` of an entity `Register` would make `RegisterRequest`, which is the body of sign-up."""
    plain = openapi_document(contract_of(AUTH_ONLY))
    own = {name for name in plain["components"]["schemas"] if not name.startswith(("User", "Audit"))}
    assert own >= OWN_SCHEMAS
    fields = "  Register: {request: 'enum(a, b)'}\n  Token: {pair: 'enum(a, b)'}\n"
    contract = contract_of(f"{AUTH_ONLY}entities:\n{fields}")
    names = {enum.class_name for entity in contract.entities for enum in entity.enums}
    assert names >= {"RegisterRequestChoice", "TokenPairChoice"}
    assert not names & OWN_SCHEMAS
