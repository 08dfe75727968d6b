"""Files as blueprints render them, with one slot to fill and another one beside it, and static text around both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scaffolder_fills.kinds import Place
from scaffolder_fills.slot import find_slots

SLOT = "a.b"
"""The slot that is attacked; `other.slot` must stay as it is."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, and a good answer for its slot."""

    kind: str
    path: str
    source: str
    good: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The place of the slot."""
        slot = next(one for one in find_slots(self.source, self.path) if one.id == SLOT)
        return Place(SLOT, self.path, slot.indent, slot.text, dict(self.options))


_BODY = '''\
"""A module."""

import asyncio
import enum
import logging
import os
import re
from collections.abc import Iterator
from decimal import Decimal

from app.agents import base, facts
from app.agents.task import AgentTask
from app.core.settings import get_settings
from app.models.ticket import Ticket

INSTRUCTIONS = "Say what it is."
RULES = {"short": 3}
logger = logging.getLogger(__name__)


class Judge(base.Agent):
    """Judges."""

    limit = 3

    def judge(self, rows, task):
        """Give the rows that count."""
        if not rows:
            return []
        label = RULES["short"]
        # slot: a.b
        return rows
        # end slot

    async def handle(self, task: AgentTask):
        """Answer."""
        # slot: other.slot
        return await self.ask(INSTRUCTIONS, task)
        # end slot

    def problems(self, row: Ticket) -> Iterator[str]:
        """Yield nothing."""
        yield from ()


def after():
    """Stand after it."""
    return os.getcwd()
'''
_HANDLE = (
    _BODY.replace("slot: a.b", "slot: third").replace("slot: other.slot", "slot: a.b").replace("third", "other.slot")
)
_RULES = '''\
"""Rows of tickets."""

from collections.abc import Iterator

from app.models.ticket import Ticket
from app.repositories import base


class TicketRepository(base.Repository[Ticket]):
    """Reads and writes tickets."""

    model = Ticket

    def problems(self, row: Ticket) -> Iterator[str]:
        """Yield what is wrong with a row."""
        # slot: a.b
        yield from ()
        # end slot
'''
_DOCSTRING = '''\
"""A module."""


class Ticket:
    # slot: a.b
    """A ticket."""
    # end slot

    name = "ticket"

    def title(self):
        # slot: other.slot
        """Give the title."""
        # end slot
        return self.name
'''
_TEXT = '''\
"""A module."""

PROMPT = (
    # slot: a.b
    "Say what it is.\\n"
    # end slot
)
OTHER = (
    # slot: other.slot
    "Another text."
    # end slot
)
'''
_WORDS = '''\
"""A module."""

WORDS = [
    "first",
    # slot: a.b
    "low",
    # end slot
    "last",
]
OTHER = [
    # slot: other.slot
    "one",
    # end slot
]
'''
_CASES = '''\
"""Tests."""

import pytest


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        # slot: a.b
        ("a short one", {"text": "x", "number": 1}, True),
        # end slot
    ],
)
def test_judges(name, given, expected):
    # slot: other.slot
    assert bool(given["text"]) is expected
    # end slot
'''
_MARKDOWN = """\
# Title

Before.

<!-- slot: a.b -->
Static text.
<!-- end slot -->

## Next

- one
- two

<!-- slot: other.slot -->
Other text.
<!-- end slot -->

See [the guide][guide].

```sh
make test
```

[guide]: https://example.org/guide
"""
_YAML = """\
on:
  push: {}
labels:
  first: "one"
  # slot: a.b
  second: "two"
  # end slot
  last: "three"
jobs:
  build:
    # slot: other.slot
    name: "Build"
    # end slot
    steps:
      - run: make test
"""
_NAMED = """\
title: x
# slot: a.b
description: "static"
# end slot
command: make
other:
  # slot: other.slot
  - "one"
  # end slot
"""
_LISTED = """\
names:
  # slot: a.b
  - "one"
  # end slot
  - "last"
other:
  # slot: other.slot
  k: "v"
  # end slot
"""
_SQL = """\
-- Example rows.
BEGIN;
-- slot: a.b
INSERT INTO tags (id, name, weight, used) VALUES
  ('5f8e9c0a-6d53-4b0e-9a53-0b8f3a1c7d21', 'one', 1, TRUE);
-- end slot
-- slot: other.slot
INSERT INTO users (id, name) VALUES
  ('0', 'root');
-- end slot
COMMIT;
"""
_SCRIPT = """\
import { helper } from "./helper";

export function judge(rows: Row[]): Row[] {
  const label = helper(rows);
  // slot: a.b
  return rows;
  // end slot
}

export function other(rows: Row[]): number {
  // slot: other.slot
  return rows.length;
  // end slot
}
"""

SAMPLES: Mapping[str, Sample] = {
    "python.body": Sample("python.body", "app/agents/judge.py", _BODY, {"code": "return [row for row in rows if row]"}),
    "python.body of a coroutine": Sample(
        "python.body", "app/agents/judge.py", _HANDLE,
        {"code": "answer = await self.ask(INSTRUCTIONS, task)\nreturn answer"},
    ),
    "python.body of a generator": Sample(
        "python.body", "app/repositories/ticket.py", _RULES,
        {"code": 'if row.due and row.due < row.opened:\n    yield f"{row.due} is before {row.opened}"'},
    ),
    "python.docstring": Sample(
        "python.docstring", "app/models/ticket.py", _DOCSTRING,
        {"summary": "A request for help", "details": ["It is closed once."]},
    ),
    "text in Python": Sample("text", "app/agents/judge.py", _TEXT, {"text": "Say who.\nSay why."}),
    "text in Markdown": Sample("text", "README.md", _MARKDOWN, {"text": "One.\n\nTwo `code` *three*."}),
    "text in YAML": Sample("text", "a.yml", _NAMED, {"text": "what: it is # so"}),
    "markdown.section": Sample(
        "markdown.section", "docs/architecture.md", _MARKDOWN,
        {"blocks": [{"kind": "paragraph", "lines": ["One."]}, {"kind": "bullets", "lines": ["two", "three"]}]},
    ),
    "yaml.map": Sample("yaml.map", "a.yml", _YAML, {"entries": [{"key": "more", "value": "a: b"}]}),
    "choices": Sample("choices", "a.py", _WORDS, {"chosen": ["low", "high"]}, {"of": ["low", "middle", "high"]}),
    "names": Sample("names", "a.py", _WORDS, {"names": ["two", "three"]}),
    "names in YAML": Sample("names", "a.yml", _LISTED, {"names": ["two", "three"]}),
    "sql.rows": Sample("sql.rows", "seed.sql", _SQL, {"rows": [{"name": "it's", "weight": 2, "used": False}]}),
    "test.cases": Sample(
        "test.cases", "tests/test_a.py", _CASES,
        {"cases": [{"name": "an empty one", "given": {"text": "", "number": 0}, "expected": False}]},
    ),
    "typescript.body": Sample(
        "typescript.body", "src/judge.ts", _SCRIPT,
        {"code": "const kept = rows.filter((row) => row.name !== '');\nreturn kept;"},
    ),
}  # fmt: skip
"""By name: the kind, and the file where there is more than one."""
