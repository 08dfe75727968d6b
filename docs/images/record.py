"""Record a real run in a pseudo-terminal as an SVG: `nox -s picture`.

What the picture shows is what the program printed, timings included; nothing is drawn by hand.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COMMANDS = [
    "scaffolder copy agent-backend lending-desk --defaults",
    "ls lending-desk/app lending-desk/app/agents lending-desk/app/workflows",
]
WIDTH = 110


def run_in_terminal(command: str, folder: str) -> str:
    """Return all that `command` prints to a terminal of WIDTH columns."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(WIDTH), "LINES": "60"}
    with subprocess.Popen(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        output = b""
        while chunk := _read(ours):
            output += chunk
        if process.wait() != 0:
            sys.exit(f"{command} failed:\n{output.decode()}")
    os.close(ours)
    return _last_state_of_lines(output.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says EIO where others say end of file
        return b""


def _last_state_of_lines(text: str) -> str:
    """Apply what a progress line does: return to the start of the line and write over it."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        shown = re.sub(r"\x1b\[\d*[KJ]", "", line.rsplit("\r", 1)[-1])
        lines.append(shown)
    return "\n".join(lines)


def main() -> None:
    """Write run.svg beside this file."""
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        for command in COMMANDS:
            console.print(Text.assemble(("$ ", "bold green"), command))
            console.print(Text.from_ansi(run_in_terminal(command, folder)))
    svg = console.export_svg(title="scaffolder")
    # Fonts from elsewhere would be fetched by whoever looks at the picture.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    (HERE / "run.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
