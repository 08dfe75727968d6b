"""What validators said before, by content, version of the tool and configuration: a small database in the user's cache.

It is a pure speed-up: a database that is missing, damaged, locked or on a full disk is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import astuple
from functools import cache
from pathlib import Path

from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Validator

_TABLE = "CREATE TABLE IF NOT EXISTS findings_1 (key TEXT PRIMARY KEY, found TEXT NOT NULL, written INTEGER NOT NULL)"
_KEPT_DAYS = 30
_AT_ONCE = 500


class Cache:
    """The findings of earlier runs in the file `path`; safe to use from threads and from several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of_user(cls) -> Cache:
        """The cache of this user: `$XDG_CACHE_HOME/scaffolder/findings.db`."""
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(Path(home) / "scaffolder" / "findings.db")

    def get(self, keys: Iterable[str]) -> dict[str, list[Finding]]:
        """Give the findings of those keys that are known."""
        wanted = list(dict.fromkeys(keys))
        known: dict[str, list[Finding]] = {}
        try:
            with closing(self._open()) as database:
                for start in range(0, len(wanted), _AT_ONCE):
                    part = wanted[start : start + _AT_ONCE]
                    marks = ",".join("?" * len(part))
                    rows = database.execute(f"SELECT key, found FROM findings_1 WHERE key IN ({marks})", part)  # noqa: S608
                    known |= {key: [Finding(*one) for one in json.loads(found)] for key, found in rows}
        except (sqlite3.Error, OSError, ValueError, TypeError):
            return {}
        return known

    def put(self, entries: Mapping[str, Iterable[Finding]]) -> None:
        """Keep what was found, and forget what is older than a month."""
        now = int(time.time())
        rows = [(key, json.dumps([astuple(one) for one in found]), now) for key, found in entries.items()]
        try:
            with closing(self._open()) as database, database:
                database.executemany("INSERT OR REPLACE INTO findings_1 VALUES (?, ?, ?)", rows)
                database.execute("DELETE FROM findings_1 WHERE written < ?", (now - _KEPT_DAYS * 86_400,))
        except (sqlite3.Error, OSError):
            return  # the next run finds it again

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=2)
        # What is lost in a power cut is found again; waiting for the disk would cost more than most checks.
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_TABLE)
        return database


def keys_of(name: str, version: str, validator: Validator, sources: Sources) -> dict[str, str]:
    """Give the key of each file to be checked: one for all of them when the findings depend on the whole project."""
    config = {path for path in sources.tree if path.rpartition("/")[2] in validator.CONFIG}
    start = hashlib.sha256()
    for part in (name, version, _code_of(validator), sys.version, *sorted(config)):
        start.update(part.encode() + b"\0")
    for path in sorted(config):
        start.update(hashlib.sha256(sources.tree[path]).digest())
    if validator.SCOPE == "project":
        for installed in sources.installed():
            start.update(installed.encode(errors="surrogateescape") + b"\0")
        contract = json.dumps(sources.contract, sort_keys=True, default=str).encode()
        start.update(hashlib.sha256(contract).digest())
        for path, content in sorted(sources.files.items()):
            start.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return dict.fromkeys(sources.files, start.hexdigest())
    keys = {}
    for path, content in sources.files.items():
        own = start.copy()
        own.update(path.encode() + b"\0" + content)
        keys[path] = own.hexdigest()
    return keys


_DIGESTING = threading.Lock()
"""Held while a package is read: validators run side by side, and most of them are in the same package."""


@cache
def _digest(place: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if path.suffix in {".py", ".json"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _code_of(validator: Validator) -> str:
    """Give the digest of the validator's own code: a rule that changes must not give yesterday's answer.

    It is that of the module's whole package, because the rules of one are often in several modules and data files.
    """
    file = getattr(sys.modules.get(getattr(validator, "__name__", type(validator).__module__)), "__file__", None)
    if not file:
        return ""
    module = Path(file)
    # A module outside any package stands alone: what lies beside it (all of site-packages) is not its own.
    place = module.parent if (module.parent / "__init__.py").is_file() else module
    with _DIGESTING:
        return _digest(place)
