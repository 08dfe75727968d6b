"""Why a fill is not kept."""

from __future__ import annotations


class Rejected(ValueError):  # noqa: N818 - a verdict, not a failure of the program
    """A fill breaks a rule; the text says which, in words that help whoever wrote it (a model is shown them)."""
