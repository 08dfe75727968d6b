"""Workflows: their input, their nodes in short form, their flow, and how they are started."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from scaffolder.naming import Names
from scaffolder.spec.agents import DataReader
from scaffolder.spec.draft import Draft
from scaffolder.spec.flow import FlowReader
from scaffolder.spec.model import Node as NodeSpec
from scaffolder.spec.model import NodeKind, Workflow, field_names
from scaffolder.spec.names import EXPRESSION_WORDS, NameChecker
from scaffolder.spec.problems import nearest, quote
from scaffolder.spec.reader import Entry, Reader
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, plain_value

_KEYS = field_names(Workflow)
_OPTIONS = ("with", "when", "retry", "timeout")
ARGUMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # kind: keys that it must have, keys that it may have
    "http": (("url",), ("method", "headers", "params", "json")),
    "db.insert": (("entity", "values"), ()),
    "db.get": (("entity", "id"), ()),
    "db.update": (("entity", "id", "values"), ()),
    "vector.search": (("index", "query"), ("k",)),
}
KINDS: tuple[str, ...] = ("agent", "call", *ARGUMENTS)
METHODS = ("POST", "PUT", "PATCH")
HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TAKEN_PATHS = ("api", "docs", "health", "metrics", "openapi.json")
PATH_PATTERN = r"(/[A-Za-z0-9][A-Za-z0-9._~-]*)+"

_PUBLIC = re.compile(r"(\S+)\s+(\S+)\Z")
_PATH = re.compile(PATH_PATTERN + r"\Z")
_ENV = re.compile(r"env:[A-Z][A-Z0-9_]*\Z")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
NODE_LIMIT = 200
"""Nodes of one workflow."""

_ATTEMPTS = 20
_TIMEOUT = 86_400
_RESULTS = 100


class WorkflowsReader:
    """Reads the section `workflows` into a draft; what nodes refer to is checked later."""

    def __init__(self, draft: Draft, reader: Reader) -> None:
        self._draft = draft
        self._reader = reader
        self._problems = reader.problems
        self._data = DataReader(draft, reader)
        self._public: dict[str, str] = {}

    def read(self, node: Node | None) -> None:
        """Read all workflows."""
        names = NameChecker(self._problems, "workflow", hyphens=True)
        for entry in self._reader.entries(node, "workflows", "such as {intake: {public: POST /intake, nodes: {…}}}"):
            errors = self._problems.errors
            if names.check(entry.name, entry.key):
                names.claim(Names.of(entry.name).snake, entry.name, entry.key)
            self._draft.workflows[entry.name] = self._workflow(entry)
            if self._problems.errors > errors:
                self._draft.broken.add(("workflows", entry.name))

    def _workflow(self, entry: Entry) -> Workflow:
        what = f"workflows.{entry.name}"
        given = self._reader.known(entry.value, what, _KEYS, "such as {nodes: {load: {…}}, flow: load}")
        internal = self._reader.boolean(given.get("internal"), f"{what}.internal") or False
        public = self._public_path(given.get("public"), what, entry.name)
        if public and internal:
            message = f"{what} is public and internal"
            self._problems.error(
                given["internal"], "contradiction", message, "internal workflows are called by others only"
            )
        if isinstance(entry.value, MappingNode) and "nodes" not in entry.value.values:
            self._problems.error(entry.key, "missing-key", f"{what} has no nodes", "such as nodes: {load: {…}}")
        fields = self._data.read(given.get("input"), f"{what}.input")
        nodes = self._nodes(given.get("nodes"), what)
        errors = self._problems.errors
        flow = FlowReader(self._reader, f"{what}.flow", nodes).read(given.get("flow"), given.get("flow", entry.key))
        if self._problems.errors > errors:
            self._draft.broken.add(("workflows", entry.name, "flow"))
        return Workflow(
            public=public,
            internal=internal,
            description=self._reader.text(given.get("description"), f"{what}.description") or "",
            input=fields,
            nodes=nodes,
            flow=flow,
            output=self._free(given.get("output"), f"{what}.output"),
        )

    def _public_path(self, node: Node | None, what: str, name: str) -> str | None:
        text = self._reader.text(node, f"{what}.public")
        if text is None or node is None:
            return None
        match = _PUBLIC.match(text)
        if match is None or not match[2].startswith("/"):
            self._problems.error(node, "public", f"{what}.public must be a method and a path", "such as POST /intake")
            return None
        method, path = match[1].upper(), match[2]
        if method not in METHODS:
            message = f"{what}.public cannot be {quote(match[1])}: a workflow takes a body"
            self._problems.error(node, "public", message, f"did you mean POST {path}?")
        elif not _PATH.match(path):
            message = f"{what}.public: {quote(path)} is no path of letters, digits, '-', '_', '.' and '~'"
            hint = "take variable parts from the input" if "{" in path else f"such as POST /{Names.of(name).kebab}"
            self._problems.error(node, "public", message, hint)
        elif path.split("/")[1].lower() in TAKEN_PATHS:
            message = f"{what}.public: {quote(path)} belongs to the project's own API"
            hint = f"taken are /{', /'.join(TAKEN_PATHS)} and all below them"
            self._problems.error(node, "public", message, hint)
        elif (other := self._public.setdefault(f"{method} {path}", name)) != name:
            message = f"{what}.public: {method} {path} belongs to workflow {quote(other)} already"
            self._problems.error(node, "public", message, "choose another path")
        return f"{method} {path}"

    def _nodes(self, node: Node | None, what: str) -> dict[str, NodeSpec]:
        names = NameChecker(self._problems, "node")
        nodes: dict[str, NodeSpec] = {}
        for entry in self._reader.entries(node, f"{what}.nodes", "such as {load: {db.get: {entity: …, id: …}}}"):
            if names.check(entry.name, entry.key):
                names.claim(Names.of(entry.name).snake, entry.name, entry.key)
            if entry.name in EXPRESSION_WORDS:
                message = f"a node cannot be called {quote(entry.name)}, which means something else in expressions"
                self._problems.error(entry.key, "reserved", message, "rename it")
            errors = self._problems.errors
            nodes[entry.name] = self._node(entry, f"{what}.nodes.{entry.name}")
            if self._problems.errors > errors:
                self._draft.broken.add((*what.split(".", 1), "nodes", entry.name))
            if len(nodes) > NODE_LIMIT:
                message = f"{what} has more than {NODE_LIMIT} nodes"
                self._problems.error(entry.key, "too-large", message, "move some to a workflow that it calls")
                break
        if isinstance(node, MappingNode) and not nodes:
            self._problems.error(node, "empty", f"{what}.nodes is empty", "such as {load: {db.get: {…}}}")
        return nodes

    def _node(self, entry: Entry, what: str) -> NodeSpec:
        given = self._reader.known(entry.value, what, (*KINDS, *_OPTIONS), "such as {agent: triage, with: {…}}")
        kinds = [kind for kind in KINDS if kind in given]
        if len(kinds) != 1:
            self._wrong_kinds(entry, what, kinds)
            return NodeSpec(kind="http")
        kind = cast("NodeKind", kinds[0])
        if kind in {"agent", "call"}:
            target = self._reader.text(given[kind], f"{what}.{kind}")
            arguments = self._free(given.get("with"), f"{what}.with")
        else:
            if "with" in given:
                message = f"{what}: with is for agent and call"
                self._problems.error(given["with"], "contradiction", message, f"put it into {kind}")
            target, arguments = self._arguments(kind, given[kind], f"{what}.{kind}")
        return NodeSpec(
            kind=kind,
            target=target,
            with_=arguments,
            when=self._when(given.get("when"), f"{what}.when"),
            retry=self._reader.integer(given.get("retry"), f"{what}.retry", 1, _ATTEMPTS) or 1,
            timeout=self._reader.duration(given.get("timeout"), f"{what}.timeout", 1, _TIMEOUT),
        )

    def _wrong_kinds(self, entry: Entry, what: str, kinds: list[str]) -> None:
        if not isinstance(entry.value, MappingNode):
            return
        if kinds:
            message = f"{what} is {' and '.join(kinds)} at once"
            self._problems.error(entry.key, "node", message, "make two nodes of it")
        elif not any(nearest(name, KINDS) for name in entry.value.values if name not in _OPTIONS):
            message = f"{what} does not say what it does"
            self._problems.error(entry.key, "node", message, "one of: " + ", ".join(KINDS))

    def _arguments(self, kind: str, node: Node, what: str) -> tuple[str | None, dict[str, Any]]:
        required, optional = ARGUMENTS[kind]
        given = self._reader.known(node, what, (*required, *optional), f"such as {{{required[0]}: …}}")
        if isinstance(node, MappingNode):
            for key in required:
                if key not in node.values:
                    self._problems.error(node, "missing-key", f"{what} has no {key}")
        if kind == "http":
            return None, self._http(given, what)
        name = "index" if kind == "vector.search" else "entity"
        target = self._reader.text(given.get(name), f"{what}.{name}")
        arguments: dict[str, Any] = {key: plain_value(value) for key, value in given.items() if key != name}
        for key in ("id", "query"):
            if key in given and self._reader.text(given[key], f"{what}.{key}") is None:
                arguments.pop(key)
        if "values" in given:
            arguments["values"] = self._free(given["values"], f"{what}.values", names=False)
        if isinstance(given.get("k"), ScalarNode) and not isinstance(arguments["k"], str):
            self._reader.integer(given["k"], f"{what}.k", 1, _RESULTS)
        return target, arguments

    def _http(self, given: Mapping[str, Node], what: str) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        url = self._reader.text(given.get("url"), f"{what}.url")
        if url is not None:
            arguments["url"] = url
            if not (url.startswith(("http://", "https://", "{{")) or _ENV.match(url)):
                hint = "such as https://example.com/hook or env:HOOK_URL"
                self._problems.error(given["url"], "url", f"{what}.url is no web address: {quote(url)}", hint)
        if "method" in given:
            method = self._reader.text(given["method"], f"{what}.method")
            if method is not None and method.upper() not in HTTP_METHODS:
                self._problems.unknown(given["method"], "unknown-value", "HTTP method", method, HTTP_METHODS)
            arguments["method"] = (method or "GET").upper()
        elif "json" in given:
            arguments["method"] = "POST"
        for key in ("headers", "params"):
            if key in given:
                arguments[key] = self._free(given[key], f"{what}.{key}", names=False)
        if "json" in given:
            arguments["json"] = plain_value(given["json"])
        return arguments

    def _when(self, node: Node | None, what: str) -> str | None:
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return str(node.value).lower()
        text = self._reader.text(node, what)
        if text is not None and text.startswith("{{") and text.endswith("}}") and "}}" not in text[2:-2]:
            return text[2:-2].strip()
        return text

    def _free(self, node: Node | None, what: str, *, names: bool = True) -> dict[str, Any]:
        """Return a mapping of anything; with `names`, its keys become names in code."""
        values: dict[str, Any] = {}
        for entry in self._reader.entries(node, what, 'such as {body: "{{ input.body }}"}'):
            if names and not _IDENTIFIER.match(entry.name):
                message = f"{quote(entry.name)} is no name for a value of {what}"
                self._problems.error(entry.key, "name", message, "use ASCII letters, digits and _")
            values[entry.name] = plain_value(entry.value)
        return values
