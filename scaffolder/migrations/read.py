"""One revision file -> what it is called and what its `upgrade` does: read as text, never imported or run.

Read are Alembic's own operations on `op`, and on what `with op.batch_alter_table(...) as name` gives. What cannot be
told without running it is left out, with a note.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from scaffolder.errors import MigrationError
from scaffolder.migrations.arguments import Call, UnreadableError
from scaffolder.migrations.operations import Operation, SetPrimaryKey
from scaffolder.migrations.read_operations import READERS
from scaffolder.migrations.schema import PrimaryKey

_SCHEMA_WORDS: Final = re.compile(r"\s*(?:CREATE|ALTER|DROP)\b", re.IGNORECASE)
_RENAME: Final = re.compile(r'\s*ALTER TABLE "?(\w+)"? RENAME CONSTRAINT "?(\w+)"? TO "?(\w+)"?;?\s*\Z', re.IGNORECASE)
_NO_SCHEMA: Final = frozenset({"bulk_insert", "get_bind", "get_context", "f"})


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision: `down` are those that it comes after, `operations` what it does to the schema.

    `labels` tells that it begins a branch of its own. `notes` name the lines that were not understood.
    """

    path: str
    id: str
    down: tuple[str, ...]
    operations: tuple[Operation, ...] = ()
    labels: bool = False
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def read_revision(path: str, content: bytes) -> Revision | None:
    """Read the revision in the file `path`; None when it is none.

    Raises:
        MigrationError: it is not Python, so nobody can tell what it does.
    """
    try:
        module = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        place = f"{path}:{getattr(error, 'lineno', None) or 1}"
        raise MigrationError(
            f"{place}: {getattr(error, 'msg', None) or error}; what this revision does cannot be told",
            hint="mend the file: an update has to know what a database has",
        ) from None
    constants = dict(_constants(module.body))
    if not isinstance(constants.get("revision"), str):
        return None
    reader = _Reader(path, constants)
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade":
            reader.block(node.body)
    parents = (*_texts(constants.get("down_revision")), *_texts(constants.get("depends_on")))
    return Revision(
        path,
        constants["revision"],
        tuple(dict.fromkeys(parents)),
        tuple(reader.operations),
        bool(constants.get("branch_labels")),
        tuple(reader.notes),
    )


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, list | tuple | set) else ()


def _constants(body: Iterable[ast.stmt]) -> Iterator[tuple[str, Any]]:
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if len(targets) == 1 and isinstance(targets[0], ast.Name) and node.value is not None:  # type: ignore[attr-defined]
            try:
                yield targets[0].id, ast.literal_eval(node.value)  # type: ignore[attr-defined]
            except ValueError:
                continue


class _Reader:
    """Reads statements, and collects what they do."""

    def __init__(self, path: str, constants: Mapping[str, Any]) -> None:
        self.path = path
        self.constants = constants
        self.operations: list[Operation] = []
        self.notes: list[str] = []
        self.batches: dict[str, str] = {}

    def block(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                self._call(node.value)
            elif isinstance(node, ast.With):
                self._with(node)
            elif isinstance(node, ast.If) and "dialect" in ast.unparse(node.test):
                self.block(node.body)
                self.block(node.orelse)
            elif any(isinstance(one, ast.Call) and self._is_operation(one) for one in ast.walk(node)):
                self._note(node, "what it does depends on how it runs")

    def _with(self, node: ast.With) -> None:
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and self._method(call) == (None, "batch_alter_table"):
                try:
                    table = self._text(call, 0, "table_name")
                except UnreadableError:
                    self._note(node, "the table's name is computed")
                    return
                if isinstance(item.optional_vars, ast.Name):
                    self.batches[item.optional_vars.id] = table
        self.block(node.body)

    def _method(self, call: ast.Call) -> tuple[str | None, str] | None:
        """Give the batch (None for `op`) and the name of an operation; None for any other call."""
        function = call.func
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return None
        owner = function.value.id
        if owner != "op" and owner not in self.batches:
            return None
        return (None if owner == "op" else owner), function.attr

    def _is_operation(self, call: ast.Call) -> bool:
        found = self._method(call)
        if found is None or found[1] in _NO_SCHEMA:
            return False
        return found[1] != "execute" or self._is_about_schema(call)

    def _call(self, call: ast.Call) -> None:
        found = self._method(call)
        if found is None:
            return
        owner, name = found
        if name == "execute":
            self._execute(call)
            return
        if name in _NO_SCHEMA:
            return
        read = READERS.get(name)
        if read is None:
            self._note(call, f"op.{name} is not known")
            return
        try:
            self.operations += read(Call(self.value, call, self.batches[owner] if owner else None))
        except UnreadableError as error:
            self._note(call, str(error) or "a name is computed")

    def _execute(self, call: ast.Call) -> None:
        sql = self._sql(call)
        if sql is not None and (match := _RENAME.match(sql)):
            table, old, new = match.groups()
            self.operations.append(SetPrimaryKey(table, PrimaryKey(new, ()), old))
        elif self._is_about_schema(call):
            self._note(call, "SQL is not read")

    def _sql(self, call: ast.Call) -> str | None:
        if not call.args:
            return None
        argument = call.args[0]
        if isinstance(argument, ast.Call) and argument.args and ast.unparse(argument.func) in {"sa.text", "text"}:
            argument = argument.args[0]
        if isinstance(argument, ast.JoinedStr) and argument.values and isinstance(argument.values[0], ast.Constant):
            return str(argument.values[0].value)
        try:
            value = self.value(argument)
        except UnreadableError:
            return None
        return value if isinstance(value, str) else None

    def _is_about_schema(self, call: ast.Call) -> bool:
        sql = self._sql(call)
        return sql is not None and _SCHEMA_WORDS.match(sql) is not None

    def _note(self, node: ast.stmt | ast.expr, reason: str) -> None:
        self.notes.append(f"{self.path}:{node.lineno} was not understood: {reason}")

    def value(self, node: ast.expr) -> Any:
        """Give the value of a literal, of a constant of the module, or of `op.f(literal)`."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self.constants[node.id]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"f", "text"}:
            return self.value(node.args[0]) if node.args else None
        if isinstance(node, ast.List | ast.Tuple):
            return [self.value(one) for one in node.elts]
        try:
            return ast.literal_eval(node)
        except ValueError:
            raise UnreadableError from None

    def _text(self, call: ast.Call, position: int, keyword: str) -> str:
        return Call(self.value, call).text(position, keyword)
