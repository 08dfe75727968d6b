"""Programs that stand in for engines: they crash, hang or print what the test says."""

from __future__ import annotations

from pathlib import Path

import pytest
from scaffolder_validators import tool


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> Path:
    """Let every engine that is a program be this shell script."""
    program = folder / "engine"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(tool, "find", lambda _name: program)
    return program


def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no engine that is a program be found."""
    tool.probe.cache_clear()
    monkeypatch.setattr(tool, "find", lambda _name: None)
