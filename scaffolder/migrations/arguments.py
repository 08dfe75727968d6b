"""The arguments of one call in a revision, as far as they can be told without running it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any


class UnreadableError(Exception):
    """It cannot be told without running it."""


class Call:
    """The arguments of one operation; in a batch, positions count without the table's name."""

    def __init__(self, value: Callable[[ast.expr], Any], node: ast.Call, table: str | None = None) -> None:
        self.value = value
        self.node = node
        self.batch = table
        self.keywords = {one.arg: one.value for one in node.keywords if one.arg is not None}

    def node_of(self, position: int, keyword: str) -> ast.expr | None:
        if position < len(self.node.args):
            return None if isinstance(self.node.args[position], ast.Starred) else self.node.args[position]
        return self.keywords.get(keyword)

    def get(self, position: int, keyword: str) -> Any:
        node = self.node_of(position, keyword)
        return None if node is None else self.value(node)

    def text(self, position: int, keyword: str) -> str:
        found = self.get(position, keyword)
        if not isinstance(found, str):
            raise UnreadableError
        return found

    def texts(self, position: int, keyword: str) -> tuple[str, ...]:
        found = self.get(position, keyword)
        if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
            raise UnreadableError
        return tuple(found)

    def table(self, position: int = 0, keyword: str = "table_name") -> str:
        return self.batch if self.batch is not None else self.text(position, keyword)

    def at(self, position: int) -> int:
        """Give the position of an argument that comes after the table's name."""
        return position - 1 if self.batch is not None else position

    def child(self, node: ast.expr | None) -> Call:
        if not isinstance(node, ast.Call):
            raise UnreadableError
        return Call(self.value, node, None)

    @property
    def name(self) -> str:
        return name_of(self.node.func)


def name_of(node: ast.expr) -> str:
    """Give the last part of a dotted name: `sa.Column` is `Column`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
