"""What was found, as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from scaffolder_validators.finding import Finding
from scaffolder_validators.formats import not_checked
from scaffolder_validators.validator import Result, Validation


def to_sarif(validation: Validation, version: str) -> str:
    """Write one SARIF run of `scaffolder` in `version`; what was not checked is a notification of the invocation."""
    rules = sorted({finding.rule for finding in validation.findings})
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(validation, rules, version)},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not any(
                            one.status in {"error", "timeout"} for one in validation.results
                        ),
                        "toolExecutionNotifications": [_notification(one) for one in validation.incomplete],
                    }
                ],
                "results": [_result(finding, rules) for finding in validation.findings],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=1)


def _driver(validation: Validation, rules: Iterable[str], version: str) -> dict[str, Any]:
    hints = {finding.rule: finding.hint for finding in validation.findings}
    engines = {one.validator: one.version for one in validation.results if one.version}
    return {
        "name": "scaffolder",
        "semanticVersion": version,
        "rules": [{"id": rule, "help": {"text": hints[rule]}} for rule in rules],
        "properties": {"engines": engines},
    }


def _notification(result: Result) -> dict[str, Any]:
    level = "warning" if result.status == "skipped" else "error"
    return {"level": level, "message": {"text": not_checked(result)}, "descriptor": {"id": result.validator}}


def _result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    if finding.end_line:
        region |= {"endLine": finding.end_line, "endColumn": max(finding.end_column, 1)}
    where = {"artifactLocation": {"uri": quote(finding.path), "uriBaseId": "%SRCROOT%"}, "region": region}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": finding.severity,
        "message": {"text": f"{finding.message}. {finding.hint}"},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"scaffolder/v1": finding.fingerprint},
        "properties": {"origin": finding.origin or "unknown"},
    }
