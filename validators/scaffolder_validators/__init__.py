"""Reads files and says what is wrong with them; knows nothing of how they were made."""

from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.registry import VALIDATORS, validate_file, validate_files
from scaffolder_validators.validator import Validator

__all__ = ["VALIDATORS", "Finding", "Severity", "Validator", "validate_file", "validate_files"]
