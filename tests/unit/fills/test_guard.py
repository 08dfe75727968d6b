"""What the guard keeps: code and prose that people would write into slots. What it refuses is in tests/hostile."""

from __future__ import annotations

import textwrap

import pytest
from scaffolder_fills.guard import Rejected, guard

BODY = '''\
"""A module."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from app.agents import base
from app.models.ticket import Ticket

INSTRUCTIONS = "Say what it is."
_WORD = re.compile(r"\\w+")


class Judge(base.Agent):
    """Judges."""

    {head}
        """Do it."""
        # slot: a.b
        {static}
        # end slot
'''
FUNCTION = BODY.format(head="def judge(self, rows, task):", static="return rows")
COROUTINE = BODY.format(head="async def handle(self, task):", static="return await self.ask(INSTRUCTIONS, task)")
GENERATOR = BODY.format(head="def problems(self, row: Ticket) -> Iterator[str]:", static="yield from ()")

GOOD = {
    "a comprehension": (FUNCTION, "return [row for row in rows if row.is_open]"),
    "a sorted list": (
        FUNCTION,
        "return sorted(rows, key=lambda row: (row.priority, row.created_at), reverse=True)[:10]",
    ),
    "counting": (
        FUNCTION,
        """
        from collections import Counter

        counts = Counter(row.status for row in rows)
        return [name for name, number in counts.most_common(3) if number > 1]
        """,
    ),
    "a dictionary of its own": (
        FUNCTION,
        """
        totals: dict[str, Decimal] = {}
        for row in rows:
            totals[row.currency] = totals.get(row.currency, Decimal(0)) + row.amount * row.quantity
        return totals
        """,
    ),
    "groups of its own": (
        FUNCTION,
        """
        groups = {}
        seen = set()
        for row in rows:
            groups.setdefault(row.day, []).append(row)
            groups[row.day].sort(key=lambda one: one.start)
            seen.add(row.update)
        return [groups, seen]
        """,
    ),
    "a loop with a range": (FUNCTION, "return [rows[index + 1] - rows[index] for index in range(len(rows) - 1)]"),
    "conditions": (
        FUNCTION,
        """
        if not rows:
            return []
        elif len(rows) == 1:
            return rows
        else:
            first, *rest = rows
            return [first, *reversed(rest)]
        """,
    ),
    "a match": (
        FUNCTION,
        """
        match task:
            case {"kind": "urgent", "rows": [first, *_]}:
                return [first]
            case {"kind": str(kind)} if kind:
                return [row for row in rows if row.kind == kind]
            case _:
                return rows
        """,
    ),
    "a pattern": (
        FUNCTION,
        r"""
        import re

        found = re.findall(r"\b[A-Z]{2,5}-\d+\b", task.subject)
        return [row for row in rows if row.key in found]
        """,
    ),
    "a pattern of an address": (
        FUNCTION,
        r'return [row for row in rows if re.fullmatch(r"[\w.+-]+@[\w-]+\.\w{2,}", row.mail)]',
    ),
    "time": (
        FUNCTION,
        """
        from datetime import UTC, timedelta

        limit = datetime.now(UTC) - timedelta(days=14)
        return [row for row in rows if row.created_at < limit]
        """,
    ),
    "arithmetic": (
        FUNCTION,
        """
        import math

        mean = sum(rows) / max(len(rows), 1)
        spread = math.sqrt(sum((row - mean) ** 2 for row in rows) / max(len(rows), 1))
        return round(mean + 2 * spread, 2) if spread else rows[0] % 7
        """,
    ),
    "text": (
        FUNCTION,
        """
        lines = [f"{row.name:<20} {row.amount:>10.2f}" for row in rows]
        lines.append("-" * 31)
        text = "\\n".join(lines).strip().replace("\\t", " ")
        return text[:500] + ("…" if len(text) > 500 else "")
        """,
    ),
    "letters of other languages": (FUNCTION, 'return f"Größe: {len(rows)} m²" if rows else "niña"'.replace("²", "2")),
    "groups": (
        FUNCTION,
        """
        from itertools import groupby
        from operator import itemgetter

        ordered = sorted(rows, key=itemgetter("day"))
        return {day: list(group) for day, group in groupby(ordered, key=itemgetter("day"))}
        """,
    ),
    "an error": (FUNCTION, 'if not rows:\n    raise ValueError("there are no rows")\nreturn rows'),
    "an assertion": (FUNCTION, 'assert rows, "there are no rows"\nreturn rows'),
    "two loops": (FUNCTION, "return [(one, other) for one in rows for other in rows if one.start < other.end]"),
    "a comment": (FUNCTION, "# The newest come first: see the #urgent queue, slots are 30 minutes.\nreturn rows[::-1]"),
    "what the file has": (FUNCTION, "return [Ticket(name=row) for row in rows if row != INSTRUCTIONS]"),
    "growing sums": (
        FUNCTION,
        """
        total = 0
        seen = []
        for row in rows:
            total += row.amount
            seen.append(total)
            total = total + len(seen) * row.factor
        return seen
        """,
    ),
    "asking": (
        COROUTINE,
        """
        answer = await self.ask(INSTRUCTIONS, task)
        if "refund" in str(task.input.get("subject", "")).lower():
            return answer.model_copy(update={"priority": "high"})
        return answer
        """,
    ),
    "asking in one": (COROUTINE, "return await self.ask(INSTRUCTIONS, task)"),
    "rules": (
        GENERATOR,
        """
        if row.ends_at is not None and row.starts_at is not None and row.ends_at <= row.starts_at:
            yield "It ends before it starts."
        if row.total != sum((line.price * line.quantity for line in row.lines), Decimal(0)):
            yield f"The total is not the sum of its {len(row.lines)} lines."
        """,
    ),
    "no rules": (GENERATOR, "yield from ()"),
}


@pytest.mark.parametrize("name", GOOD)
def test_code_that_people_write_is_kept(name: str) -> None:
    source, code = GOOD[name]
    fill = textwrap.indent(textwrap.dedent(code).strip("\n") + "\n", " " * 8)
    after = guard("app/agents/judge.py", source, "a.b", fill, "python.body")
    assert fill in after
    compile(after, "judge", "exec")


SCRIPTS = {
    "a filter": "return rows.filter((row) => row.name !== '' && !row.done);",
    "a template": "const name = `${row.first} ${row.last}`;\nreturn name.trim();",
    "a loop": "let total = 0;\nfor (const row of rows) {\n  total += row.amount * 2;\n}\nreturn total;",
    "conditions": "if (rows.length === 0) {\n  return [];\n} "
    "else if (rows.length > 9) {\n  return rows.slice(0, 9);\n}\nreturn rows;",
    "a switch": "switch (kind) {\n  case 'a':\n    return rows;\n  default:\n    return [];\n}",
    "types": "const kept: string[] = rows.map((row) => row.name as string);\nreturn kept.at(-1) ?? kept[0];",
    "objects": "return rows.reduce((all, row) => ({ ...all, total: all.total + row.amount }), { total: 0 });",
    "taking apart": "const { name, tags = [] } = rows[0];\nconst [first] = tags;\n"
    "return first === name ? [1] : [2, 3];",
    "words in texts": "return rows.length > 0 ? 'any window is open' : \"nothing to import\";",
    "waiting": "const answer = await ask(rows);\nreturn answer;",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_that_people_write_are_kept(name: str) -> None:
    source = "async function f(rows) {\n  // slot: a.b\n  return rows;\n  // end slot\n}\n"
    fill = textwrap.indent(SCRIPTS[name] + "\n", "  ")
    assert fill in guard("f.ts", source, "a.b", fill, "typescript.body")


PROSE = {
    "paragraphs": "It sorts tickets.\n\nIt *never* closes **one** by itself; `PATCH /tickets/{id}` does.\n",
    "a list": "- One: a < b, R&D, 100 %\n- Two (see ADR 1)\n  and more\n\n1. First\n2. Second\n",
    "a link": "See [the guide](https://example.org/guide#part) and its end.\n",
    "a slot of time": "Each time slot: 30 minutes. At the end slots are freed.\n",
    "other alphabets": "Größe, niña, 注文、Ελλάδα.\n",
}


@pytest.mark.parametrize("name", PROSE)
def test_prose_that_people_write_is_kept(name: str) -> None:
    source = "# T\n\n<!-- slot: a.b -->\nx\n<!-- end slot -->\n\n## Next\n"
    assert PROSE[name] in guard("a.md", source, "a.b", PROSE[name], "markdown.section")


def test_a_file_whose_lines_programs_count_differently_is_not_filled() -> None:
    source = FUNCTION.replace("Say what", "Say\u2028what")
    with pytest.raises(Rejected, match=r"the file holds U\+2028, which some programs take for a line end"):
        guard("a.py", source, "a.b", "        return rows\n", "python.body")


def test_there_are_no_fills_in_files_that_nobody_can_judge() -> None:
    with pytest.raises(Rejected, match=r"there are no fills in \.toml files"):
        guard("a.toml", "# slot: a.b\nx = 1\n# end slot\n", "a.b", "x = 2\n", "text")


def test_a_slot_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        guard("a.py", FUNCTION, "b.c", "        return rows\n", "python.body")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("return os.environ", "os may not be used here"),
        ("import enum\nreturn rows", "enum may not be imported here; allowed are collections,"),
        (
            "import operator\nreturn operator.mul(2, 3)",
            "operator.mul may not be used here; allowed are itemgetter",
        ),
        ("rows.x = 1\nreturn rows", "setting .x is not allowed here"),
        ("yield rows", "the function may not yield"),
        ("return (", "it is not Python: '\\(' was never closed in line 1"),
        ("return range(rows)", "a range may count to a constant of at most 1,000, `len"),
        ("return '%s' % rows", "% formatting may not be used here; an f-string does it"),
    ],
)
def test_a_refusal_says_what_to_do(code: str, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        guard("a.py", FUNCTION, "a.b", textwrap.indent(code + "\n", " " * 8), "python.body")
