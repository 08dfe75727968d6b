"""spec -> contract: the one truth that all blueprints read."""

from scaffolder.contract.answers import contract_answers
from scaffolder.contract.build import build_contract
from scaffolder.contract.model import Contract
from scaffolder.contract.openapi import openapi_document, openapi_text

__all__ = ["Contract", "build_contract", "contract_answers", "openapi_document", "openapi_text"]
