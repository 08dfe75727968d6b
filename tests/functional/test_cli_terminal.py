"""On a real (pseudo) terminal: questions, a person's answers, and Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SPEC = "spec: 1\nproject: {name: shop}\n"


class Terminal:
    """A `scaffolder` process on a terminal of its own; `wait_for` reads what it shows, `type` answers."""

    def __init__(self, arguments: Sequence[str], cwd: Path, **more: str) -> None:
        self.master, slave = pty.openpty()
        kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scaffolder", *arguments],
            cwd=cwd,
            env={**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", **more},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # The terminal must be the controlling one, or its ^C would reach nobody. This process has one thread.
            preexec_fn=_take_terminal,  # noqa: PLW1509
        )
        os.close(slave)
        self.seen = ""

    def wait_for(self, text: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < end, f"{text!r} never came; there is {self.seen!r}"
            if not self._read(0.5) and self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode} before {text!r}; there is {self.seen!r}")
        self.seen = self.seen.partition(text)[2]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C until it is heard: CPython does not see one between writing a prompt and reading the answer."""
        for _ in range(20):
            self.type("\x03")
            end = time.monotonic() + 1
            while time.monotonic() < end:
                self._read(0.1)
                if self.process.poll() is not None:
                    return

    def finish(self, seconds: float = 60) -> int:
        """Give the exit code; `seen` then holds all that was shown since the last `wait_for`."""
        end = time.monotonic() + seconds
        while self._read(0.2) or self.process.poll() is None:
            assert time.monotonic() < end, f"still running; there is {self.seen!r}"
        return self.process.wait()

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            chunk = os.read(self.master, 65536)
        except OSError:  # Linux says EIO when the other end is closed
            return False
        self.seen += chunk.decode(errors="replace").replace("\r\n", "\n")
        return bool(chunk)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def terminal(*arguments: str, cwd: Path, **more: str) -> Iterator[Terminal]:
    started = Terminal(arguments, cwd, **more)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.process.wait()
        os.close(started.master)


def test_the_questions_make_a_spec_and_the_project(tmp_path: Path) -> None:
    with terminal("copy", "utilities", "My Shop", cwd=tmp_path) as shell:
        shell.wait_for("Name of the project [my-shop]: ")
        shell.type("9 lives!\n")
        shell.wait_for("Name of the project [my-shop]: ")  # a name that cannot be is explained and asked for again
        shell.type("\n")
        shell.wait_for("What is it, in one sentence: ")
        shell.type("Sells: things #1\n")
        shell.wait_for("Do people sign in [Y/n]: ")
        shell.type("n\n")
        shell.wait_for("Entity: ")
        shell.type("Item(title, price: decimal(8,2), state: enum(new, sold) = new)\n")
        shell.wait_for("Entity: ")
        shell.type("not an entity\n")
        shell.wait_for("is not of the form Name(field, field: type)")
        shell.wait_for("Entity: ")
        shell.type("Review(body: txt)\n")
        shell.wait_for("did you mean 'text'?")
        shell.wait_for("Entity: ")
        shell.type("Review(body: text, item: -> Item)\n")
        shell.wait_for("Entity: ")
        shell.type("\n")
        assert shell.finish() == 0, shell.seen
        assert "my-shop: wrote " in shell.seen
    spec = yaml.safe_load((tmp_path / "My Shop/scaffold.yml").read_text())
    assert spec == {
        "spec": 1,
        "project": {"name": "my-shop", "description": "Sells: things #1"},
        "entities": {
            "Item": {"title": "string", "price": "decimal(8,2)", "state": "enum(new, sold) = new"},
            "Review": {"body": "text", "item": "-> Item"},
        },
    }


def test_each_file_in_the_way_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "spec.yml").write_text(SPEC)
    folder = tmp_path / "out/app/utilities"
    folder.mkdir(parents=True)
    for name in ("__init__", "errors", "files", "logging"):
        (folder / f"{name}.py").write_text("mine\n")
    with terminal("copy", "utilities", "out", "--data-file", "spec.yml", cwd=tmp_path) as shell:
        shell.wait_for("Overwrite app/utilities/__init__.py? (y, n, all): ")
        shell.type("n\n")
        shell.wait_for("Overwrite app/utilities/errors.py? (y, n, all): ")
        shell.type("y\n")
        shell.wait_for("Overwrite app/utilities/files.py? (y, n, all): ")
        shell.type("all\n")
        assert shell.finish() == 0, shell.seen
    assert (folder / "__init__.py").read_text() == "mine\n"
    for name in ("errors", "files", "logging"):
        assert (folder / f"{name}.py").read_text() != "mine\n"


def test_ctrl_c_at_a_question_leaves_nothing(tmp_path: Path) -> None:
    with terminal("copy", "utilities", "out", cwd=tmp_path) as shell:
        shell.wait_for("Name of the project [out]: ")
        shell.interrupt()
        assert shell.finish() == 130
        assert shell.seen.replace("^C", "").strip() == "Interrupted: nothing is half-written."
    assert not (tmp_path / "out").exists()


def test_colours_only_without_no_color(tmp_path: Path) -> None:
    for more, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        with terminal("copy", "othr", "out", "-l", cwd=tmp_path, **more) as shell:
            assert shell.finish() == 2
            assert ("\x1b[" in shell.seen) is coloured
