"""Python: what the compiler says. `ast.parse` alone misses half of the syntax errors."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Iterator, Sequence

from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import COMPILING, Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

_HINT = "Mend the syntax; the file cannot be imported as it is."

TIER: Tier = "fast"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()


def probe() -> Ready | Missing:
    """The compiler is that of the running Python."""
    return Ready(platform.python_version())


def applies_to(path: str) -> bool:
    """Python source."""
    return path.endswith((".py", ".pyi"))


def check(sources: Sources) -> Iterator[Finding]:
    """Compile each file, without running it."""
    for path, content in sources.files.items():
        yield from _compile(path, content)


def _compile(path: str, content: bytes) -> Sequence[Finding]:
    try:
        with COMPILING, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", SyntaxWarning)
            compile(content, path, "exec", dont_inherit=True, optimize=0)
    except SyntaxError as error:
        place = (error.lineno or 1, error.offset or 1)
        return [Finding(path, *place, "python:syntax", "error", error.msg, _HINT)]
    except (ValueError, RecursionError, MemoryError) as error:
        # NUL bytes, and nesting that the parser gives up on.
        return [Finding(path, 1, 1, "python:syntax", "error", str(error) or type(error).__name__, _HINT)]
    return [
        Finding(path, item.lineno, 1, "python:syntax-warning", "warning", str(item.message), "Write what you mean.")
        for item in caught
    ]
