"""Specs that are hard on what is generated: their contract holds together, whatever the names."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from scaffolder.contract import build_contract, contract_answers
from scaffolder.naming import IDENTIFIER_LIMIT
from scaffolder.spec import load_spec
from tests.support.specs import FILES


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_the_contract_of_a_hard_spec_holds_together(path: Path) -> None:
    contract = build_contract(load_spec(path).spec)
    answers = contract_answers(contract)
    validate(json.loads(answers["openapi_json"]))
    ids = [operation.id for operation in contract.operations]
    assert len(set(ids)) == len(ids)
    assert len({table.name for table in contract.tables}) == len(contract.tables)
    for table in contract.tables:
        keys = [key.name for key in (*table.foreign_keys, *table.deferred)]
        sets = [part.name for parts in (table.uniques, table.checks, table.indexes) for part in parts]
        named = [table.name, table.primary_key, *keys, *sets]
        assert [name for name in named if len(name.encode()) > IDENTIFIER_LIMIT] == []
        assert len(set(named)) == len(named)
