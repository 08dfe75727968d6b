"""The few questions that `scaffolder copy` asks on a terminal when there is no spec yet, and the spec they make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from scaffolder.cli import output

_ENTITY = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*(?:\((?P<fields>.*)\))?\s*\Z")
_FIELD = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*(?::\s*(?P<type>\S.*?))?\s*\Z")
_PLAIN = re.compile(r"[A-Za-z][\w .,()?=>-]*\Z")
_OPENING, _CLOSING = "([{", ")]}"

MORE = """\
# Agents, workflows, relations and much more: see the documentation of the spec. `scaffolder schema` prints a
# JSON Schema of this file for editors.
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user said: entities are name -> field -> type, as the spec writes them."""

    name: str
    description: str
    auth: bool
    entities: Mapping[str, Mapping[str, str]]

    def to_yaml(self) -> str:
        """Write the answers as a spec."""
        lines = ["spec: 1", "project:", f"  name: {_scalar(self.name)}"]
        if self.description:
            lines.append(f"  description: {_scalar(self.description)}")
        if self.auth:
            lines.append("auth: {access: 15m, refresh: 7d, roles: [user, admin]}   # User is built in")
        if self.entities:
            lines += ["", "entities:"]
        for entity, fields in self.entities.items():
            lines.append(f"  {entity}:")
            lines += [f"    {field}: {_scalar(kind)}" for field, kind in fields.items()]
        return "\n".join([*lines, "", MORE])


def parse_entity(text: str) -> tuple[str, dict[str, str]]:
    """Read `Ticket(subject, body: text, status: enum(open, done))`; a field without a type is a `string`.

    Raises `ValueError`, with a message for the person who typed it.
    """
    match = _ENTITY.match(text)
    if match is None:
        raise ValueError(f"{text.strip()!r} is not of the form Name(field, field: type)")
    fields: dict[str, str] = {}
    for part in _split(match["fields"] or ""):
        field = _FIELD.match(part)
        if field is None:
            raise ValueError(f"{part.strip()!r} is not a field: write 'name' or 'name: type'")
        if field["name"] in fields:
            raise ValueError(f"the field {field['name']!r} is there twice")
        fields[field["name"]] = field["type"] or "string"
    return match["name"], fields or {"name": "string"}


def ask(destination: Path, check: Callable[[str], list[str]]) -> str:
    """Ask on the terminal (stderr, so that stdout stays the result's) and give the spec's text.

    `check` gives what is wrong with a spec, one line each; an answer that makes one wrong is asked for again.
    Raises `click.Abort` on Ctrl-C or at the end of the input.
    """
    output.note("No spec was given, so here are a few questions. Ctrl-C stops; nothing is written before the end.")
    name = _ask_name(destination, check)
    description = click.prompt("What is it, in one sentence", default="", show_default=False, err=True).strip()
    auth = click.confirm("Do people sign in", default=True, err=True)
    output.note("What does it store? One per line, for example: Ticket(subject, body: text, status: enum(open, done))")
    output.note("Relations: Comment(body: text, ticket: -> Ticket). An empty line ends the list.")
    answers = Answers(name, description, auth, {})
    while line := click.prompt("Entity", default="", show_default=False, err=True).strip():
        try:
            entity, fields = parse_entity(line)
        except ValueError as error:
            output.note(f"  {error}")
            continue
        grown = Answers(name, description, auth, {**answers.entities, entity: fields})
        problems = check(grown.to_yaml())
        for problem in problems:
            output.note(f"  {problem}")
        answers = answers if problems else grown
    return answers.to_yaml()


def _ask_name(destination: Path, check: Callable[[str], list[str]]) -> str:
    proposal = re.sub(r"[^a-z0-9]+", "-", destination.resolve().name.lower()).strip("-")
    while True:
        name: str = click.prompt("Name of the project", default=proposal or "my-project", err=True).strip()
        problems = check(Answers(name, "", False, {}).to_yaml())
        if not problems:
            return name
        for problem in problems:
            output.note(f"  {problem}")


def _split(text: str) -> list[str]:
    """Split at the commas that are outside of all brackets; empty parts are dropped."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [part for part in [*parts, text[start:]] if part.strip()]


def _scalar(text: str) -> str:
    """Write a string as YAML: plain where that is safe and quoted, as JSON is, everywhere else."""
    safe = _PLAIN.match(text) and text.lower() not in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
    return text if safe and not text.endswith(" ") else json.dumps(text, ensure_ascii=False)
