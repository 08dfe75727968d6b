"""Templates compiled once, as Python does with modules: compiling them costs ten times what rendering them costs.

One file per blueprint and version of Python, in the blueprint's own `__pycache__` or, where that cannot be written, in
the user's cache (`$XDG_CACHE_HOME/scaffolder`). It is used only if it was made from exactly these templates by exactly
this Jinja and this Python; a file that is missing, foreign or damaged is as good as none, and is never an error.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from scaffolder.blueprints import Blueprint

_FORMAT = b"scaffolder templates 1\n"
_DIGEST_SIZE = 32


class CompiledTemplates(BytecodeCache):
    """Jinja's cache of compiled templates for one blueprint; `save` keeps it for the next run."""

    def __init__(self, blueprint: Blueprint) -> None:
        versions = f"{jinja2.__version__} {MAGIC_NUMBER.hex()} {sys.flags.optimize}"
        self._key = hashlib.sha256(_FORMAT + f"{blueprint.digest} {versions}".encode()).digest()
        self._name = f"templates.{sys.implementation.cache_tag}.bin"
        self._blueprint = blueprint
        self._codes = self._load()
        self._is_new = False

    @classmethod
    def of(cls, blueprint: Blueprint) -> CompiledTemplates:
        """The cache of this blueprint; read from disk once per process."""
        known = _OPEN.get((blueprint.root, blueprint.digest))
        if known is None:
            known = _OPEN[blueprint.root, blueprint.digest] = cls(blueprint)
        return known

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja the code of a template, if it is known."""
        bucket.code = self._codes.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template that Jinja compiled."""
        if bucket.code is not None:
            self._codes[bucket.key] = bucket.code
            self._is_new = True

    def save(self) -> None:
        """Keep what was compiled, if anything was, in the first folder that can be written."""
        if not self._is_new:
            return
        self._is_new = False
        payload = marshal.dumps(self._codes)
        content = self._key + hashlib.sha256(payload).digest() + payload
        for folder in _folders(self._blueprint, writing=True):
            temporary = folder / f"{self._name}.{os.getpid()}-{os.urandom(4).hex()}"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                temporary.write_bytes(content)
                temporary.replace(folder / self._name)
            except OSError:  # no permission, no room: the next folder, or no cache
                with suppress(OSError):
                    temporary.unlink()
            else:
                return

    def _load(self) -> dict[str, CodeType]:
        for folder in _folders(self._blueprint, writing=False):
            try:
                with (folder / self._name).open("rb") as stream:
                    # Code is run from this file, so it must be as hard to change as our own modules.
                    if os.fstat(stream.fileno()).st_uid not in {os.getuid(), os.stat(__file__).st_uid}:  # noqa: PTH116
                        continue
                    content = stream.read()
            except OSError:
                continue
            payload = content[2 * _DIGEST_SIZE :]
            if content[: 2 * _DIGEST_SIZE] == self._key + hashlib.sha256(payload).digest():
                codes: dict[str, CodeType] = marshal.loads(payload)  # noqa: S302 - ours, see above
                return codes
        return {}


_OPEN: dict[tuple[Path, str], CompiledTemplates] = {}


def _folders(blueprint: Blueprint, *, writing: bool) -> Iterator[Path]:
    if not (writing and sys.dont_write_bytecode):
        yield blueprint.root / "__pycache__"
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - never raises
    if os.path.isabs(home):  # noqa: PTH117
        place = hashlib.sha256(os.fsencode(blueprint.root.absolute())).hexdigest()[:16]
        yield Path(home) / "scaffolder" / f"{blueprint.name}-{place}"
