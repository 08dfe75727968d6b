"""Exit codes, as `scaffolder --help` and the README document them."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
FINDINGS: Final = 1
BAD_INPUT: Final = 2
PARTIAL: Final = 3
UNEXPECTED: Final = 70
INTERRUPTED: Final = 130

HELP: Final = """\b
Exit codes:
  0    fine
  1    findings, or files in the way: nothing was written; update: conflicts or old names to settle; check: drift
  2    bad input or a destination that cannot be used: nothing was written
  3    partial: what is sound was written (--partial)
  70   an error that is a bug of scaffolder
  130  interrupted: nothing is half-written

\b
Environment:
  NO_COLOR=1          no colours on a terminal
  SCAFFOLDER_DEBUG=1  show the traceback of an unexpected error
"""
