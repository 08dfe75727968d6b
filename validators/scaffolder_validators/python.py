"""Python: what the compiler says. `ast.parse` alone misses half of the syntax errors."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from scaffolder_validators.finding import Finding

_HINT = "Mend the syntax; the file cannot be imported as it is."


def applies_to(path: str) -> bool:
    """Python source."""
    return path.endswith((".py", ".pyi"))


def check(path: str, content: bytes) -> Sequence[Finding]:
    """Compile the file, without running it."""
    try:
        with warnings.catch_warnings(record=True) as caught:
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
