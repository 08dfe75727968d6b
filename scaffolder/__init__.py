"""Whole projects from one spec: offline, tested, and the same bytes every time."""

__all__ = ["__version__"]

# Here and not in the package's metadata: reading that costs more than starting the command line.
__version__ = "0.1.0"
