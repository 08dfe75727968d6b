"""Reads Python projects (FastAPI, pydantic, SQLAlchemy, Alembic) by their syntax trees."""

from scaffolder_validators.contract.python.project import read_project

__all__ = ["read_project"]
