"""A run over small slots with a real client, against a server that a test scripts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from scaffolder_fills.client import Client, ClientSettings
from scaffolder_fills.fill import Filled, Settings, fill_slots
from scaffolder_fills.kinds import Place
from scaffolder_fills.lock import Entry
from scaffolder_fills.prompt import Job

from tests.support.messages_api import MessagesApi, Says

SHARED = "A help desk: tickets, people, answers."
STATIC = "    return rows\n"
GOOD = Says({"code": "return [row for row in rows if row]"})
WRONG = Says({"text": "return rows"})
CHEAP, STRONG = "claude-haiku-5-5", "claude-opus-5-5"


def jobs(count: int) -> list[Job]:
    """Give slots, each in a file of its own and with material of its own."""
    return [
        Job(
            Place(f"part{number}.rows", f"part{number}.py", "    ", STATIC),
            "python.body",
            f"Return the rows that count for part {number}.",
            {"entity": f"Part{number}: name, secret-of-{number}."},
        )
        for number in range(count)
    ]


def files(count: int) -> dict[str, str]:
    """Give the files of the slots."""
    return {
        f"part{number}.py": f"def f(rows):\n    # slot: part{number}.rows\n{STATIC}    # end slot\n\n\nX = {number}\n"
        for number in range(count)
    }


class Ran:
    """What came of a run: the result, and the seconds that it took."""

    def __init__(self, done: Filled, seconds: float) -> None:
        self.done = done
        self.seconds = seconds

    @property
    def states(self) -> list[str]:
        """The states of all slots, in order of their ids."""
        return [outcome.state for outcome in self.done.outcomes]

    @property
    def reasons(self) -> list[str]:
        """Why they are static or failed."""
        return [outcome.reason for outcome in self.done.outcomes]

    @property
    def usd(self) -> float:
        """What it cost."""
        return sum(outcome.usd or 0.0 for outcome in self.done.outcomes)

    def works(self) -> bool:
        """Tell whether each file still is a program that does what the slot may do, and has the rest of its text."""
        for number, (path, static) in enumerate(sorted(files(len(self.done.files)).items())):
            text = self.done.files[path]
            space: dict[str, Any] = {}
            exec(compile(text, path, "exec"), space)
            head, tail = static.split(STATIC)
            if not (text.startswith(head) and text.endswith(tail) and space["f"]([1, 2]) == [1, 2]):
                return False
            assert number < len(self.done.files)
        return True


def run(
    environ: Mapping[str, str],
    *,
    count: int = 1,
    models: tuple[str, ...] = (CHEAP,),
    entries: Mapping[str, Entry] | None = None,
    client: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Ran:
    """Fill `count` slots with the client of an environment."""
    asker = Client(ClientSettings({"NO_PROXY": "*", **environ}, **(client or {})))
    started = perf_counter()
    done = asyncio.run(
        fill_slots(
            jobs(count),
            files(count),
            SHARED,
            asker=asker,
            check=lambda path, text: [],
            entries=entries or {},
            settings=Settings(ladders={"*": models}, **{"timeout": 20.0, **settings}),
        )
    )
    return Ran(done, perf_counter() - started)


def part_of(body: Mapping[str, Any]) -> int:
    """Give the number of the slot that a body asks about."""
    text = json.dumps(body["messages"])
    return int(text.partition("Slot: part")[2].partition(".")[0])


__all__ = ["CHEAP", "GOOD", "SHARED", "STRONG", "WRONG", "MessagesApi", "Ran", "files", "jobs", "part_of", "run"]
