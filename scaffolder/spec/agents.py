"""Agents: what they read, what they need first, and what they give."""

from __future__ import annotations

from scaffolder.naming import Names, column_name, python_attribute
from scaffolder.spec.draft import Draft
from scaffolder.spec.fields import PLACEHOLDER, FieldReader
from scaffolder.spec.model import Agent, FieldSpec, field_names
from scaffolder.spec.names import NameChecker
from scaffolder.spec.reader import Reader
from scaffolder.spec.tree import MappingNode, Node, ScalarNode

AGENT_REQUIRED = ("goal", "output")

_KEYS = field_names(Agent)
_EXAMPLE = "such as {goal: Draft a reply., output: {reply: text}}"


class DataReader:
    """Reads the fields of an input or an output, which are no columns."""

    def __init__(self, draft: Draft, reader: Reader) -> None:
        self._reader = reader
        self._fields = FieldReader(reader, draft.entities, stored=False)

    def read(self, node: Node | None, what: str) -> dict[str, FieldSpec]:
        """Return the fields in `node`; `what` names it in messages."""
        names = NameChecker(self._reader.problems, "field")
        fields: dict[str, FieldSpec] = {}
        for entry in self._reader.entries(node, what, "such as {subject: string(1..200)}"):
            cut = isinstance(node, MappingNode) and node.flow and entry.name.endswith(")")
            if cut and isinstance(entry.value, ScalarNode) and not entry.value.text:
                # The rest of an `enum(a, b)` that braces cut at its comma; the field before it was reported.
                continue
            field = self._fields.read(entry.name, entry.value)
            if names.check(entry.name, entry.key) and field is not PLACEHOLDER:
                names.claim(column_name(entry.name), entry.name, entry.key)
                names.claim(python_attribute(entry.name), entry.name, entry.key, "attribute")
            fields[entry.name] = field
        return fields


class AgentsReader:
    """Reads the section `agents` into a draft; whom they need and what they read is checked later."""

    def __init__(self, draft: Draft, reader: Reader) -> None:
        self._draft = draft
        self._reader = reader
        self._problems = reader.problems
        self._data = DataReader(draft, reader)

    def read(self, node: Node | None) -> None:
        """Read all agents."""
        names = NameChecker(self._problems, "agent", hyphens=True)
        for entry in self._reader.entries(node, "agents", "such as {triage: {goal: …, output: {priority: int(1..5)}}}"):
            errors = self._problems.errors
            if names.check(entry.name, entry.key):
                names.claim(Names.of(entry.name).snake, entry.name, entry.key)
            self._draft.agents[entry.name] = self._agent(entry.name, entry.key, entry.value)
            if self._problems.errors > errors:
                self._draft.broken.add(("agents", entry.name))

    def _agent(self, name: str, key: ScalarNode, node: Node) -> Agent:
        what = f"agents.{name}"
        given = self._reader.known(node, what, _KEYS, _EXAMPLE)
        if isinstance(node, MappingNode):
            for required in AGENT_REQUIRED:
                if required not in node.values:
                    self._problems.error(key, "missing-key", f"{what} has no {required}", _EXAMPLE)
        output = self._data.read(given.get("output"), f"{what}.output")
        if isinstance(given.get("output"), MappingNode) and not output:
            self._problems.error(given["output"], "empty", f"{what}.output is empty", "such as {reply: text}")
        return Agent(
            goal=self._reader.text(given.get("goal"), f"{what}.goal") or "",
            needs=tuple(word for word, _ in self._reader.words(given.get("needs"), f"{what}.needs")),
            reads=tuple(word for word, _ in self._reader.words(given.get("reads"), f"{what}.reads")),
            output=output,
        )
