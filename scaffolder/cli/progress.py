"""Progress on stderr: one line per blueprint that stays, and on a terminal a line that is rewritten meanwhile."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Final

from scaffolder.cli import output
from scaffolder.events import (
    BlueprintFailed,
    BlueprintFinished,
    BlueprintStarted,
    Event,
    Recovered,
    SlotFinished,
    StageFinished,
    StageStarted,
)
from scaffolder.report import human_size

_WORDS: Final = {
    "spec": "reading the spec",
    "contract": "resolving the contract",
    "plan": "planning",
    "render": "rendering",
    "fill": "filling slots",
    "merge": "merging",
    "validate": "checking",
    "write": "writing",
}
_ERASE: Final = "\r\x1b[2K"


class Progress:
    """An `on_event` that prints; `quiet` prints nothing at all."""

    def __init__(self, *, quiet: bool, brief: bool = False) -> None:
        """With `brief`, blueprints that went well get no line of their own."""
        self._quiet = quiet
        self._brief = brief
        self._terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._rewriting = False

    def __call__(self, event: Event) -> None:
        """Print what is worth a line about `event`."""
        if self._quiet:
            return
        match event:
            case StageStarted(stage=stage):
                self._transient(f"{_WORDS[stage]} …")
            case StageFinished():
                self._transient("")
            case BlueprintStarted(blueprint=name, index=index, total=total):
                self._transient(f"[{index}/{total}] {name} …")
            case BlueprintFinished() if self._brief:
                pass
            case BlueprintFinished(blueprint=name, files=files, size=size, seconds=seconds):
                mark = output.style("✓" if self._terminal else "done", fg="green")
                self._line(f"{mark} {name}: {files} files, {human_size(size)}, {seconds:.2f} s")
            case BlueprintFailed(blueprint=name, messages=messages):
                mark = output.style("✗" if self._terminal else "failed", fg="red")
                self._line(f"{mark} {name}: {messages[0] if messages else 'failed'}")
            case SlotFinished():
                self._slot(event)
            case Recovered():
                self._recovered(event)

    def _recovered(self, event: Recovered) -> None:
        found = "new" if event.action == "completed" else "old"
        said = f"it was {event.action} first, so this is the {found} project."
        self._line(f"An earlier run on {event.destination} was cut short; {said}")
        if event.kept:
            self._line(f"Edited since, so that the new ones are beside them as .new: {', '.join(event.kept)}")

    def _slot(self, event: SlotFinished) -> None:
        colours = {"filled": "green", "replayed": "green", "failed": "red"}
        state = output.style(event.state, fg=colours.get(event.state, "yellow"))
        spent = f", {event.model}, {event.tokens} tokens, {event.seconds:.1f} s" if event.tokens else ""
        reason = f": {event.reason}" if event.reason else ""
        self._line(f"[{event.index}/{event.total}] {event.slot} {state}{spent}{reason}")

    def close(self) -> None:
        """Take the line that is rewritten off the terminal."""
        if self._rewriting:
            self._transient("")

    def _transient(self, text: str) -> None:
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_ERASE + text[:width])
            sys.stderr.flush()
            self._rewriting = bool(text)

    def _line(self, text: str) -> None:
        output.note((_ERASE if self._rewriting else "") + text)
        self._rewriting = False
