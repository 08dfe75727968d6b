"""All validators by name, and how a file or a set of files is checked by those that apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scaffolder_validators import config, python, text
from scaffolder_validators.finding import Finding
from scaffolder_validators.validator import Validator

VALIDATORS: Mapping[str, Validator] = {"text": text, "python": python, "config": config}


def validate_file(path: str, content: bytes) -> tuple[Finding, ...]:
    """Return the findings of all validators that apply to `path`, sorted by place."""
    found = [
        finding
        for validator in VALIDATORS.values()
        if validator.applies_to(path)
        for finding in validator.check(path, content)
    ]
    return tuple(sorted(found))


def validate_files(files: Iterable[tuple[str, bytes]]) -> tuple[Finding, ...]:
    """Return the findings of `(path, content)` pairs, sorted by path and place."""
    return tuple(sorted(finding for path, content in files for finding in validate_file(path, content)))
