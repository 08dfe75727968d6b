"""Base, ours, theirs -> result: what people edited and what the blueprints changed, brought together."""

from __future__ import annotations

from scaffolder.merging.model import Entry, Merged, Outcome, PathOutcome
from scaffolder.merging.project import merge
from scaffolder.merging.text import merge_text

__all__ = ["Entry", "Merged", "Outcome", "PathOutcome", "merge", "merge_text"]
