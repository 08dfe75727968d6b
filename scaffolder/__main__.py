"""`python -m scaffolder`, and the `scaffolder` command."""

from __future__ import annotations

import sys

from scaffolder.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
