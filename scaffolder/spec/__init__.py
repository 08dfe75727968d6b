"""What the user wrote: load, validate, point at the line that is wrong."""

from __future__ import annotations

from scaffolder.spec.load import Loaded, load_spec, load_spec_text

__all__ = ["Loaded", "load_spec", "load_spec_text"]
