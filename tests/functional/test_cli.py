"""The command as a user starts it: a process of its own, with real pipes and real terminals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "scaffolder")
HEAVY = ("pydantic", "jinja2", "yaml", "copier", "instructor", "anthropic", "openai")


def environment(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def modules_after(arguments: Sequence[str]) -> set[str]:
    """Run the command line in a new interpreter and give the top-level modules that it imported."""
    code = (
        "import sys, json; from scaffolder.__main__ import main; code = main(sys.argv[1:]);"
        "sys.stderr.write(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["--help"], ["copy", "--help"], ["plan", "--help"], ["completion", "zsh"]],
    ids=" ".join,
)
def test_version_and_help_import_nothing_heavy(arguments: list[str]) -> None:
    assert not modules_after(arguments) & set(HEAVY)


def test_the_offline_path_imports_no_model_client_and_no_copier(tmp_path: Path) -> None:
    modules = modules_after(["copy", "utilities", str(tmp_path / "out"), "--defaults"])
    assert not modules & {"copier", "instructor", "anthropic", "openai", "rich", "typer"}


def test_help_documents_every_exit_code() -> None:
    text = run("--help").stdout
    for code in (0, 1, 2, 3, 70, 130):
        assert f"\n    {code} " in text


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [*COMMAND, "completion", "zsh"], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "completion", "zsh"],
            cwd=ROOT,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "error: cannot write the output: No space left on device\n"


def test_ctrl_c_while_reading_is_one_line_and_130() -> None:
    process = subprocess.Popen(
        [*COMMAND, "plan", "--data-file", "-"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    # It waits for the end of its input, which never comes; how long it takes to get there does not matter.
    process.stdin.write("spec: 1\n" * 20_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "Interrupted: nothing is half-written."


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_names_the_command(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0
    assert "_SCAFFOLDER_COMPLETE" in done.stdout


def test_bash_completes_commands_and_sources() -> None:
    words = {"_SCAFFOLDER_COMPLETE": "bash_complete", "COMP_WORDS": "scaffolder pl", "COMP_CWORD": "1"}
    assert run(**words).stdout == "plain,plan\n"
    words = {"_SCAFFOLDER_COMPLETE": "bash_complete", "COMP_WORDS": "scaffolder copy app", "COMP_CWORD": "2"}
    assert "plain,app_core\n" in run(**words).stdout
