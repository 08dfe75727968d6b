"""Whole projects from one spec: offline, tested, and the same bytes every time."""

from __future__ import annotations

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    # Read on demand: importlib.metadata takes longer to import than all of the CLI.
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("scaffolder")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
