"""A changed contract becomes a new Alembic revision: what the revisions on disk do, what is missing, how it is said.

Pure functions, no disk: revisions are read as text (`read`, `history`), never run.
"""

from __future__ import annotations

from scaffolder.migrations.contract import facts_of, tables_of
from scaffolder.migrations.history import History, read_history
from scaffolder.migrations.merge import merged
from scaffolder.migrations.revision import NewRevision, new_revision
from scaffolder.migrations.schema import Schema

__all__ = [
    "History", "NewRevision", "Schema", "facts_of", "merged", "new_revision", "read_history", "tables_of",
]  # fmt: skip
