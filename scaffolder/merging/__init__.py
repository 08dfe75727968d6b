"""Base, ours, theirs -> result: what people edited and what the blueprints changed, brought together."""

from __future__ import annotations

from scaffolder.merging.model import Entry, Merged, Outcome, PathOutcome
from scaffolder.merging.moves import find_renames
from scaffolder.merging.project import merge, restart
from scaffolder.merging.text import has_marks, merge_text

__all__ = ["Entry", "Merged", "Outcome", "PathOutcome", "find_renames", "has_marks", "merge", "merge_text", "restart"]
