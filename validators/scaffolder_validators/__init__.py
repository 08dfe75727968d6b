"""Reads files and says what is wrong with them; knows nothing of how they were made."""

from scaffolder_validators.finding import Finding, Origin, OriginOf, Severity, complete
from scaffolder_validators.registry import UnknownValidatorError
from scaffolder_validators.runner import validate, validate_fast
from scaffolder_validators.sources import Sources, read_folder
from scaffolder_validators.validator import Missing, Ready, Result, Scope, Skip, Status, Tier, Validation, Validator

__all__ = [
    "Finding",
    "Missing",
    "Origin",
    "OriginOf",
    "Ready",
    "Result",
    "Scope",
    "Severity",
    "Skip",
    "Sources",
    "Status",
    "Tier",
    "UnknownValidatorError",
    "Validation",
    "Validator",
    "complete",
    "read_folder",
    "validate",
    "validate_fast",
]
