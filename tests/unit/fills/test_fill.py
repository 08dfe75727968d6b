"""A run over slots, with a stand-in that answers what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from scaffolder_fills.cost import Usage
from scaffolder_fills.fill import Filled, Settings, fill_slots
from scaffolder_fills.kinds import Place
from scaffolder_fills.lock import Entry, file_of, read_entry
from scaffolder_fills.prompt import Job
from scaffolder_fills.request import Answer, NoAnswer, Request, Unavailable

SOURCE = "def f(rows):\n    # slot: a.b\n    return rows\n    # end slot\n\n\nX = 1\n"
JOB = Job(Place("a.b", "a.py", "    ", "    return rows\n"), "python.body", "Return the rows that count.")


class Scripted:
    """Answers with code, or raises, in the order of a script; the last part is repeated."""

    def __init__(self, *script: str | Exception) -> None:
        self.script = script
        self.asked: list[Request] = []

    async def ask(self, request: Request) -> Answer:
        """Give the next part of the script."""
        part = self.script[min(len(self.asked), len(self.script) - 1)]
        self.asked.append(request)
        if isinstance(part, Exception):
            raise part
        return Answer(request.schema.model_validate({"code": part}), request.model, Usage(100, 10))


def no_complaints(path: str, text: str) -> Sequence[str]:
    return ()


def run(
    asker: Scripted | None,
    *,
    entries: dict[str, Entry] | None = None,
    settings: Settings | None = None,
    check: Callable[[str, str], Sequence[str]] = no_complaints,
    job: Job = JOB,
) -> Filled:
    done = fill_slots(
        [job], {"a.py": SOURCE}, "a project", asker=asker, check=check, entries=entries or {},
        settings=settings or Settings(),
    )  # fmt: skip
    return asyncio.run(done)


def test_a_good_answer_is_kept_and_locked() -> None:
    asker = Scripted("return [row for row in rows if row]")
    done = run(asker)
    [outcome] = done.outcomes
    assert (outcome.state, outcome.usage, len(asker.asked)) == ("filled", Usage(100, 10), 1)
    assert done.files["a.py"] == SOURCE.replace("return rows", "return [row for row in rows if row]")
    entry = done.entries["a.b"]
    assert read_entry(file_of("a.b"), entry.to_json().encode()) == entry


def test_replaying_asks_nobody_and_gives_the_same_bytes() -> None:
    first = run(Scripted("return rows[:1]"))
    again = Scripted("return rows[:2]")
    second = run(again, entries=first.entries)
    offline = run(None, entries=first.entries)
    assert again.asked == []
    assert second.files == first.files == offline.files
    assert [done.outcomes[0].state for done in (second, offline)] == ["replayed", "replayed"]
    assert second.entries == first.entries


def test_what_shaped_the_fill_is_asked_for_again_when_it_changes() -> None:
    first = run(Scripted("return rows[:1]"))
    other = Job(JOB.place, JOB.kind, "Return no rows.")
    asker = Scripted("return []")
    assert run(asker, entries=first.entries, job=other).outcomes[0].state == "filled"
    assert len(asker.asked) == 1
    asker = Scripted("return []")
    run(asker, entries=first.entries, settings=Settings(ladders={"*": ("another",)}))
    assert [request.model for request in asker.asked] == ["another"]


def test_a_refused_answer_is_asked_for_again_with_the_reason() -> None:
    asker = Scripted("import os\nreturn os.environ", "return rows")
    done = run(asker)
    assert done.outcomes[0].state == "filled"
    assert "os may not be imported here" in asker.asked[1].messages[2]


def test_the_ladder_ends_with_a_person_and_the_static_text() -> None:
    asker = Scripted("return eval(rows)")
    done = run(asker)
    [outcome] = done.outcomes
    assert [request.model for request in asker.asked] == ["claude-sonnet-5-5"] * 2 + ["claude-opus-5-5"] * 2
    assert outcome.state == "failed"
    assert outcome.reason.startswith("it needs a person: refused: eval may not be used here")
    assert done.files["a.py"] == SOURCE
    again = Scripted("return rows")
    assert run(again, entries=done.entries).outcomes[0].state == "failed"
    assert again.asked == [], "the same question gets no better answer"


def test_findings_of_the_validators_count_as_refusals() -> None:
    asker = Scripted("return rows[:1]")
    done = run(asker, check=lambda path, text: ["line 3: it is wrong"])
    assert done.outcomes[0].state == "failed"
    assert done.files["a.py"] == SOURCE


def test_when_nobody_can_be_asked_the_slot_stays_static_and_is_not_locked() -> None:
    for asker in (None, Scripted(Unavailable("the key is refused")), Scripted(NoAnswer("529: overloaded"))):
        done = run(asker)
        assert done.files["a.py"] == SOURCE
        assert done.entries == {}
    assert run(Scripted(Unavailable("the key is refused"))).outcomes[0].reason == "the key is refused"


def test_locked_asks_nobody() -> None:
    asker = Scripted("return rows")
    [outcome] = run(asker, settings=Settings(locked=True)).outcomes
    assert (outcome.state, asker.asked) == ("static", [])
    assert "--locked" in outcome.reason


def test_an_empty_budget_stops_asking() -> None:
    asker = Scripted("return rows")
    [outcome] = run(asker, settings=Settings(budget=0.0)).outcomes
    assert (outcome.state, asker.asked) == ("static", [])
    assert "the budget of 0 USD is spent" in outcome.reason
