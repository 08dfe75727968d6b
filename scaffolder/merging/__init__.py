"""Base, ours, theirs -> result: what people edited and what the blueprints changed, brought together."""

from __future__ import annotations

from scaffolder.merging.model import Entry, Mention, Merged, Outcome, PathOutcome
from scaffolder.merging.moves import find_renames
from scaffolder.merging.named import NameChange, mentions
from scaffolder.merging.project import merge, moves_of, restart
from scaffolder.merging.renames import Renaming, edited_views, entities_in
from scaffolder.merging.text import has_marks, merge_text

__all__ = [
    "Entry", "Mention", "Merged", "NameChange", "Outcome", "PathOutcome", "Renaming", "edited_views",
    "entities_in", "find_renames", "has_marks", "mentions", "merge", "merge_text", "moves_of", "restart",
]  # fmt: skip
