"""Unified diffs, as `diff -u` writes them: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scaffolder.merging.lines import Block, align

_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after; `None` where it is not there. Modes are 0o644 or 0o755."""

    path: str
    before: bytes | None
    after: bytes | None
    mode_before: int = 0o644
    mode_after: int = 0o644

    def diff(self) -> list[str]:
        """Write the change as lines without line ends; none when nothing changes."""
        before, after = self.before or b"", self.after or b""
        head: list[str] = []
        if self.before is not None and self.after is not None and self.mode_before != self.mode_after:
            head = [f"old mode 100{self.mode_before:o}", f"new mode 100{self.mode_after:o}"]
        if before == after and (self.before is None) == (self.after is None):
            return [f"diff {self.path}", *head] if head else []
        names = [f"--- {self._name(self.before)}", f"+++ {self._name(self.after)}"]
        if b"\0" in before or b"\0" in after:
            return [*head, *names, f"Binary files differ ({len(before)} and {len(after)} bytes)"]
        return [*head, *names, *_hunks(_lines(before), _lines(after))]

    def _name(self, content: bytes | None) -> str:
        return self.path if content is not None else "/dev/null"


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for group in _groups(align(before, after), len(before), len(after)):
        first, last = group[0], group[-1]
        start_a, start_b = max(first[0] - _CONTEXT, 0), max(first[2] - _CONTEXT, 0)
        context = first[0] - start_a
        start_b = first[2] - context
        end_a = min(last[1] + _CONTEXT, len(before))
        end_b = last[3] + end_a - last[1]
        yield f"@@ -{_range(start_a, end_a)} +{_range(start_b, end_b)} @@"
        at = start_a
        for low_a, high_a, low_b, high_b in group:
            yield from _marked(" ", before[at:low_a])
            yield from _marked("-", before[low_a:high_a])
            yield from _marked("+", after[low_b:high_b])
            at = high_a
        yield from _marked(" ", before[at:end_a])


def _groups(blocks: Sequence[Block], size_a: int, size_b: int) -> list[list[tuple[int, int, int, int]]]:
    """Give the changes `(from, to, from, to)`, those that are near enough to share a hunk together."""
    changes: list[tuple[int, int, int, int]] = []
    at_a = at_b = 0
    for block in (*blocks, Block(size_a, size_b, 0)):
        if block.a > at_a or block.b > at_b:
            changes.append((at_a, block.a, at_b, block.b))
        at_a, at_b = block.a + block.size, block.b + block.size
    groups: list[list[tuple[int, int, int, int]]] = []
    for change in changes:
        if groups and change[0] - groups[-1][-1][1] <= 2 * _CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _range(start: int, end: int) -> str:
    size = end - start
    return f"{start + 1 if size else start}" + ("" if size == 1 else f",{size}")


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(content: bytes) -> list[str]:
    parts = content.decode(errors="replace").split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines
