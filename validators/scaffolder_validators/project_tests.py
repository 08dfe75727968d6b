"""The project's own tests, in the sandbox; the only validator that runs code of the project."""

from __future__ import annotations

from collections.abc import Iterator

from scaffolder_validators.finding import Finding
from scaffolder_validators.sandbox import SandboxError, SandboxUnavailableError, sandbox, verify_project
from scaffolder_validators.sandbox.verify import REQUIREMENTS
from scaffolder_validators.sources import Sources
from scaffolder_validators.tool import ToolTimeoutError
from scaffolder_validators.validator import Missing, Ready, Scope, Skip, Tier

TIER: Tier = "sandbox"
SCOPE: Scope = "project"
TIMEOUT = 3600.0
CONFIG: tuple[str, ...] = ()


def applies_to(path: str) -> bool:  # noqa: ARG001 - whatever stands in the project may be what a test reads
    """Tests may read any file."""
    return True


def probe() -> Ready | Missing:
    """Try a sandbox."""
    try:
        return Ready(f"bwrap {sandbox().version}".strip())
    except SandboxUnavailableError as error:
        return Missing(str(error))


def check(sources: Sources) -> Iterator[Finding]:
    """Make the test pass: mend the code, or the test if it is wrong."""
    if REQUIREMENTS not in sources.tree:
        raise Skip(f"there is no {REQUIREMENTS}, which says what the tests need")
    try:
        verified = verify_project(sources.folder)
    except SandboxError as error:
        raise Skip(str(error)) from None
    if verified.outcome.reason == "timeout":
        raise ToolTimeoutError(verified.findings[-1].message)
    yield from verified.findings
