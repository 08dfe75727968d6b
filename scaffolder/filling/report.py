"""What a run of `fill` did and did not do: one frozen value, as text for people or as JSON for machines."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from scaffolder_fills.cost import prices
from scaffolder_fills.fill import Outcome

from scaffolder.problem import Problem
from scaffolder.report import columns, count

JSON_VERSION = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""

Status: TypeAlias = Literal["written", "unchanged", "invalid", "locked", "interrupted"]


@dataclass(frozen=True, slots=True)
class FillReport:
    """The result of a run; `files` are the paths that were written, `findings` what kept them from being written."""

    status: Status
    project: str
    outcomes: tuple[Outcome, ...]
    files: tuple[str, ...] = ()
    findings: tuple[Problem, ...] = ()
    not_done: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens of all questions."""
        return sum(outcome.usage.total for outcome in self.outcomes)

    @property
    def usd(self) -> float | None:
        """The price of all questions; `None` when that of a model is not known."""
        known = [outcome.usd for outcome in self.outcomes if outcome.usd is not None]
        return None if len(known) < len(self.outcomes) else sum(known)

    def to_json(self) -> str:
        """Write the report as one JSON object on one line."""
        data: dict[str, Any] = {"version": JSON_VERSION, **asdict(self)}
        data |= {"tokens": self.tokens, "usd": self.usd, "prices": prices()["date"]}
        data["seconds"] = round(self.seconds, 3)
        for outcome in data["outcomes"]:
            outcome["seconds"] = round(outcome["seconds"], 3)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def to_text(self) -> str:
        """Write the closing summary: lines of plain text, without a final line end."""
        parts = [[self._headline()]]
        if self.outcomes:
            rows: list[tuple[str, ...]] = [("slot", "kind", "state", "model", "tokens", "seconds")]
            rows += [_row(one) for one in self.outcomes]
            parts.append(columns(rows, right=(4, 5)))
        reasons = [f"{one.slot}: {one.reason}" for one in self.outcomes if one.reason and one.state != "static"]
        static = Counter(one.reason for one in self.outcomes if one.state == "static")
        reasons += [f"{count(number, 'slot')} kept the static text: {reason}" for reason, number in static.items()]
        for title, lines in (
            ("Written", self.files),
            ("Findings", tuple(map(str, self.findings))),
            ("Not done", (*reasons, *self.not_done)),
        ):
            if lines:
                parts.append([f"{title}:", *(f"  - {line}" for line in lines)])
        return "\n\n".join("\n".join(part) for part in parts)

    def _headline(self) -> str:
        states = Counter(one.state for one in self.outcomes)
        counted = ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "no slots"
        cost = "" if not self.tokens else f"; {self.tokens} tokens, {_price(self.usd)}"
        end = {
            "written": f"wrote {count(len(self.files), 'file')}",
            "unchanged": "nothing had to be written",
            "invalid": "nothing was written",
            "locked": "nothing was written: the lock does not hold all that would be filled",
            "interrupted": f"interrupted; what was accepted until then is kept ({count(len(self.files), 'file')})",
        }[self.status]
        return f"{self.project}: {counted}{cost}, {self.seconds:.2f} s; {end}"


def _row(one: Outcome) -> tuple[str, ...]:
    tokens, seconds = (str(one.usage.total) if one.usage.total else ""), (f"{one.seconds:.1f}" if one.seconds else "")
    return one.slot, one.kind, one.state, one.model, tokens, seconds


def _price(usd: float | None) -> str:
    return "price unknown" if usd is None else f"{usd:.4f} USD (prices of {prices()['date']})"
