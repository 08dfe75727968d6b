"""What names in a Python module stand for, as far as its imports and simple assignments tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from scaffolder_validators.units import column_of_byte

_TESTS = re.compile(r"(^|/)(tests?/|conftest\.py$|test_[^/]*\.py$|[^/]*_test\.py$)")


class Names:
    """One parsed module: where its names come from, what was assigned to them, and its lines."""

    def __init__(self, path: str, content: bytes, tree: ast.Module) -> None:
        self.path = path
        self.in_tests = _TESTS.search(path) is not None
        self.tree = tree
        self.nodes = list(ast.walk(tree))
        self._lines = content.split(b"\n")
        self._imported = dict(_imports(self.nodes))

    def line(self, number: int) -> str:
        """Give the text of a line (from 1)."""
        raw = self._lines[number - 1] if number <= len(self._lines) else b""
        return raw.decode(errors="replace")

    def column(self, node: ast.expr | ast.stmt) -> int:
        """Give the column of a node, from 1 and in code points: `ast` counts bytes."""
        raw = self._lines[node.lineno - 1] if node.lineno <= len(self._lines) else b""
        return column_of_byte(raw, node.col_offset)

    def dotted(self, node: ast.AST) -> str:
        """Give the full name of `a.b.c`, with imports resolved; empty for what is no name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ".".join(["", *reversed(parts)]) if parts else ""
        return ".".join([self._imported.get(node.id, node.id), *reversed(parts)])

    def assigned(self, name: ast.Name) -> ast.expr | None:
        """Give the last value that was assigned to a name before its use, in the same function or module."""
        found: ast.expr | None = None
        for node in ast.walk(self._around(name)):
            if isinstance(node, ast.Assign) and node.lineno < name.lineno:
                named = any(isinstance(target, ast.Name) and target.id == name.id for target in node.targets)
                found = node.value if named else found
        return found

    def _around(self, node: ast.expr) -> ast.AST:
        """Give the innermost function that a node stands in, or the module."""
        found: ast.AST = self.tree
        for one in self.nodes:  # from the outside to the inside
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                found = one if one.lineno <= node.lineno <= (one.end_lineno or 0) else found
        return found


def _imports(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
