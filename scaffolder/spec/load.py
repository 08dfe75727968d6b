"""A spec file -> `Spec`, or all of its problems at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import BadInputError
from scaffolder.problem import Problem
from scaffolder.spec.agents import AgentsReader
from scaffolder.spec.check_agents import check_agents
from scaffolder.spec.check_entities import check_entities
from scaffolder.spec.check_renames import check_renames
from scaffolder.spec.check_workflows import check_workflows
from scaffolder.spec.draft import Draft
from scaffolder.spec.entities import EntitiesReader
from scaffolder.spec.model import Spec, field_names
from scaffolder.spec.problems import Position, Problems, quote
from scaffolder.spec.reader import Reader
from scaffolder.spec.settings import SettingsReader
from scaffolder.spec.source import decode_source, read_source
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, parse
from scaffolder.spec.workflows import WorkflowsReader

_KEYS = field_names(Spec)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid spec, the bytes that it was read from, and its warnings in the order of the file."""

    spec: Spec
    source: bytes
    problems: tuple[Problem, ...]


def load_spec(path: Path) -> Loaded:
    """Read the spec file `path` (UTF-8, with or without a byte order mark, any line ends).

    Raises:
        BadInputError: it cannot be read or has errors; all of them are in `problems`.
    """
    problems = Problems(str(path))
    source = read_source(path, problems)
    if source is None:
        raise BadInputError(problems.sorted())
    return _load(source, problems)


def load_spec_text(text: bytes | str, name: str) -> Loaded:
    """Read a spec from `text`; problems call it `name`.

    Raises:
        BadInputError: it has errors; all of them are in `problems`.
    """
    # Lone surrogates cannot be encoded; "replace" would let them pass as question marks.
    source = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return _load(source, Problems(name))


def _load(source: bytes, problems: Problems) -> Loaded:
    text = decode_source(source, problems)
    root = None if text is None else _root(text, problems)
    spec = None if root is None else _read(root, problems)
    if spec is None or problems.failed:
        raise BadInputError(problems.sorted())
    return Loaded(spec, source, problems.sorted())


def _root(text: str, problems: Problems) -> MappingNode | None:
    root = parse(text, problems)
    if root is None and problems.failed:
        return None
    if root is None or (isinstance(root, ScalarNode) and root.plain and root.value is None):
        at = Position(1, 1)
        problems.error(at, "empty", "the spec is empty", "start with spec: 1 and project: {name: helpdesk}")
        return None
    return Reader(problems).mapping(root, "a spec", "start with spec: 1 and project: {name: helpdesk}")


def _read(root: MappingNode, problems: Problems) -> Spec | None:
    reader = Reader(problems)
    draft = Draft(root)
    sections = _sections(root, reader)
    _version(root, sections.get("spec"), problems)
    settings = SettingsReader(draft, reader)
    settings.project(sections.get("project"), root)
    settings.auth(sections.get("auth"))
    settings.limits(sections.get("limits"))
    settings.audit(sections.get("audit"))
    settings.quality(sections.get("quality"))
    settings.fills(sections.get("fills"))
    EntitiesReader(draft, reader).read(sections.get("entities"))
    AgentsReader(draft, reader).read(sections.get("agents"))
    WorkflowsReader(draft, reader).read(sections.get("workflows"))
    settings.targets(sections.get("targets"))
    check_entities(draft, problems)
    check_renames(draft, problems)
    check_agents(draft, problems)
    check_workflows(draft, problems)
    if draft.project is None or problems.failed:
        return None
    return Spec(
        spec=1,
        project=draft.project,
        auth=draft.auth,
        limits=draft.limits,
        audit=draft.audit,
        quality=draft.quality,
        fills=draft.fills,
        entities=draft.entities,
        agents=draft.agents,
        workflows=draft.workflows,
        targets=draft.targets,
    )


def _sections(root: MappingNode, reader: Reader) -> dict[str, Node]:
    """Return the sections that are there; one with nothing in it (all of it commented out) is fine."""
    sections: dict[str, Node] = {}
    for name, value in root.values.items():
        if name not in _KEYS:
            reader.problems.unknown(root.keys[name], "unknown-key", "section", name, _KEYS)
        elif name == "spec" or not (isinstance(value, ScalarNode) and value.plain and value.value is None):
            sections[name] = value
    return sections


def _version(root: MappingNode, node: Node | None, problems: Problems) -> None:
    if node is None:
        problems.error(root, "missing-key", "the spec does not say its version", "start with spec: 1")
    elif not (isinstance(node, ScalarNode) and node.value == 1 and not isinstance(node.value, bool)):
        found = quote(node.text) if isinstance(node, ScalarNode) else "that"
        problems.error(node, "version", f"spec {found} is not a version that this scaffolder reads", "write spec: 1")
