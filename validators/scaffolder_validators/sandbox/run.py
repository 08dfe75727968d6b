"""`run_in_sandbox`: the one way to run code of a generated project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scaffolder_validators.sandbox import bubblewrap
from scaffolder_validators.sandbox.limits import Limits, Outcome
from scaffolder_validators.sandbox.probe import sandbox
from scaffolder_validators.sandbox.process import Order, execute
from scaffolder_validators.sandbox.snapshot import pack_files, pack_folder

VARIABLES: Mapping[str, str] = {
    "PATH": f"{bubblewrap.ENVIRONMENT}/bin:/usr/bin:/bin",
    "HOME": bubblewrap.TEMPORARY,
    "TMPDIR": bubblewrap.TEMPORARY,
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "NO_COLOR": "1",
}


def run_in_sandbox(
    command: Sequence[str],
    *,
    project: Path | Mapping[str, bytes],
    environment: Path | None = None,
    limits: Limits | None = None,
    variables: Mapping[str, str] | None = None,
    collect: Sequence[str] = (),
) -> Outcome:
    """Run `command` in a copy of `project` (a folder, or content by path), where it can reach nothing else.

    The copy is `/project` and the working folder; `environment`, a folder that `prepare_environment` gave, is `/venv`;
    both are gone afterwards but for the files `collect`, paths from the project's folder or absolute ones. Of our own
    variables the command gets none, but `variables` and a few that every program expects. The first call looks whether
    the sandbox holds, which takes a moment.

    Raises:
        SandboxUnavailableError: there is no sandbox; nothing was run.
        ProjectError: the project cannot be copied.
    """
    used = limits or Limits()
    program = sandbox().program
    snapshot = pack_folder(project, used.disk) if isinstance(project, Path) else pack_files(project)
    return execute(program, Order(command, snapshot, environment, used, {**VARIABLES, **(variables or {})}, collect))
