"""Which part of the contract is compared with which part of the code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from scaffolder_validators.contract.facts import Code, Place, Schema
from scaffolder_validators.contract.models import compare_attributes, compare_models
from scaffolder_validators.contract.openapi import PATH, compare_openapi
from scaffolder_validators.contract.python import read_project
from scaffolder_validators.contract.records import (
    compare_agents,
    compare_constants,
    compare_repositories,
    compare_settings,
    compare_workflows,
)
from scaffolder_validators.contract.report import Report
from scaffolder_validators.contract.routes import compare_errors, compare_routes
from scaffolder_validators.contract.schemas import compare_schemas
from scaffolder_validators.contract.tables import compare_tables
from scaffolder_validators.finding import Finding


def compare(contract: Mapping[str, Any], files: Mapping[str, bytes]) -> list[Finding]:
    """Give what disagrees between the facts of the contract and the project in `files`."""
    report = Report()
    code = read_project(files, _schema_names(contract))
    if "openapi" in contract:
        if PATH in files:
            compare_openapi(contract["openapi"], files[PATH], report)
        if code.routes is not None:
            compare_routes(contract["openapi"], contract.get("roles"), code, report)
        compare_errors(contract["openapi"], code, report)
    if "schemas" in contract and code.schemas is not None:
        compare_schemas(contract["schemas"], code.schemas, code.unread, report)
    if "tables" in contract:
        _compare_tables(contract, code, report)
    if "models" in contract and code.models is not None:
        compare_models(contract["models"], code.models, report)
    if "models" in contract:
        compare_attributes(contract["models"], code.schemas or {}, report)
    _compare_records(contract, code, code.schemas or {}, report)
    return report.findings


def _schema_names(contract: Mapping[str, Any]) -> Collection[str]:
    names = set(contract.get("schemas", ()))
    for one in (*contract.get("agents", ()), *contract.get("workflows", ())):
        names |= set(one.get("enums", ()))
    return names


def _compare_tables(contract: Mapping[str, Any], code: Code, report: Report) -> None:
    if code.models is not None:
        tables = {model.table.name: model.table for model in code.models}
        near = Place("app/models/__init__.py", 1)
        complete = not any(path.startswith("app/models/") for path in code.unread)
        compare_tables(contract["tables"], tables, near, report, complete=complete)
    if code.migrated is not None:
        near = code.migrated.last or Place("migrations/versions/0001_initial.py", 1)
        complete = not any(path.startswith("migrations/") for path in code.unread)
        if complete:
            compare_tables(contract["tables"], code.migrated.tables, near, report)
            for place, text in code.migrated.problems:
                report.say(place, "downgrade", text)


def _compare_records(contract: Mapping[str, Any], code: Code, schemas: Mapping[str, Schema], report: Report) -> None:
    if "repositories" in contract and code.repositories is not None:
        compare_repositories(contract["repositories"], code, report)
    if "agents" in contract and code.agents is not None:
        compare_agents(contract["agents"], code, schemas, report)
    if "workflows" in contract and code.workflows is not None:
        compare_workflows(contract["workflows"], code, schemas, report)
    if "settings" in contract:
        compare_settings(contract["settings"], code, report)
    compare_constants(contract, code, report)
