"""`python -m scaffolder`, and the `scaffolder` command."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; `arguments` are `sys.argv[1:]` when left out."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        # Ctrl-C before there is anything that could handle it ends the program as quietly as it ends any other.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from scaffolder.cli.main import main as run  # noqa: PLC0415

    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, handler)
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
