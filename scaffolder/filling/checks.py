"""What a fill has to pass beyond its guard: fast checks of its file, the formatter, and the tests of its slot."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Final

from scaffolder_fills.fill import Check
from scaffolder_fills.prompt import Job
from scaffolder_validators import Finding, Sources, validate, validate_fast
from scaffolder_validators.sandbox import (
    Environment,
    Limits,
    SandboxError,
    prepare_environment,
    run_in_sandbox,
    sandbox,
)

from scaffolder.errors import TemplateError
from scaffolder.filling.jobs import Marked
from scaffolder.formatting import format_files
from scaffolder.tree import File, Origin

QUICK: Final = ("text", "python", "config", "ruff", "python-security", "web-security", "postgast", "oxlint", "secrets")
"""Validators that judge one file by itself, in milliseconds."""
REQUIREMENTS: Final = "requirements-dev.txt"
TEST_SECONDS: Final = 120.0
_MOST_LINES = 12
_TELLING = re.compile(r"E   |FAILED |[\w.]*(?:Error|Exception|Warning)\b.*: ")
"""Lines of pytest's output that say what is wrong: assertions, and the last line of a logged traceback."""


def complaints_of(before: Mapping[str, str], config: Mapping[str, str] | None = None) -> Check:
    """Make the check of a file with a fill: what it finds that is not found in the file with the static text.

    With `config` (files that configure engines, by path) the quick engines are asked too, not only what runs in this
    process.
    """
    known: dict[str, set[str]] = {}

    def find(path: str, text: str) -> tuple[Finding, ...]:
        if config is None:
            return validate_fast({path: text.encode()}).findings
        files = {name: content.encode() for name, content in {**config, path: text}.items()}
        return validate(Sources.of(files).only([path]), tier="project", only=QUICK).findings

    def check(path: str, text: str) -> Sequence[str]:
        if path not in known:
            known[path] = {one.fingerprint for one in find(path, before[path])}
        new = [one for one in find(path, text) if one.fingerprint not in known[path] and one.severity != "note"]
        return [f"line {one.line}: {one.message} ({one.rule}). {one.hint}" for one in new]

    return check


def tidy(path: str, text: str) -> str:
    """Give a file as the formatter leaves it; one that does not parse stays as it is, for the checks to refuse."""
    if not path.endswith(".py"):
        return text
    file = File(path, text.encode(), 0o644, Origin("", "", path))
    try:
        (formatted,), errors = format_files([file])
    except TemplateError:
        return text
    return text if errors else formatted.content.decode()


class Trials:
    """Runs the tests of slots in a sandbox; `refusal` says why that is not possible, when it is not."""

    def __init__(self, marked: Mapping[str, Marked], files: Mapping[str, bytes]) -> None:
        self._marked = marked
        self._files = files
        self._environment: Environment | None = None
        self.refusal = ""
        self.skipped: list[str] = []

    def prepare(self) -> None:
        """Look for a sandbox, and install what the project pins; a reason why not is kept in `refusal`."""
        try:
            sandbox()
            if REQUIREMENTS not in self._files:
                self.refusal = f"the project has no {REQUIREMENTS}"
                return
            self._environment = prepare_environment(self._files[REQUIREMENTS])
        except SandboxError as error:
            self.refusal = str(error)

    async def __call__(self, job: Job, texts: Mapping[str, str]) -> Sequence[str]:
        """Run the tests of a slot on the project with these texts; give what fails."""
        tests = [path for path in self._marked[job.slot].tests if path.partition("::")[0] in self._files]
        if not tests:
            return ()
        if self._environment is None and not self.refusal:
            await asyncio.to_thread(self.prepare)
        if self._environment is None:
            self.skipped.append(job.slot)
            return ()
        files = {**self._files, **{path: text.encode() for path, text in texts.items()}}
        outcome = await asyncio.to_thread(
            run_in_sandbox,
            ["pytest", "-x", "-q", "--no-header", "--no-cov", "-p", "no:cacheprovider", *tests],
            project=files,
            environment=self._environment.path,
            limits=Limits(seconds=TEST_SECONDS, cpu_seconds=int(TEST_SECONDS)),
        )
        if outcome.passed:
            return ()
        lines = (outcome.stdout + outcome.stderr).splitlines()
        said = dict.fromkeys(line.strip() for line in lines if _TELLING.match(line))
        shown = "\n".join(list(said)[-_MOST_LINES:]) or f"the tests ended with {outcome.reason} ({outcome.exit_code})"
        return (f"the tests {', '.join(tests)} fail:\n{shown}",)
