"""Which files the blueprints gave another path, told from where they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from scaffolder.merging.text import is_binary
from scaffolder.tree import File, Tree

SIMILAR: Final = 0.6
"""Share of lines that two versions of a renamed template must have in common (git's threshold is 0.5)."""
_PAIRS: Final = 10_000


def find_moves(base: Tree, theirs: Tree, renamed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give new path -> old path for each file that has another path in `theirs` than in `base`.

    A file is known by its origin: blueprint, template and loop item. Where the blueprint's author renamed the template
    itself, the new one is found by its content: among the templates that are new, in the same blueprint, for the same
    loop item. Two files that differ in their item are never one: an entity that goes and another that comes would
    give the one's edits to the other. `renamed` (old path -> new path) says what the caller knows better: there another
    file may have taken the old path, or have given the new one away.
    """
    gone = {path: base[path] for path in base if path not in theirs}
    new = {path: theirs[path] for path in theirs if path not in base}
    moves: dict[str, str] = {}
    for old_path, new_path in (renamed or {}).items():
        if old_path in base and new_path in theirs:
            moves[new_path] = old_path
            gone.pop(old_path, None)
            new.pop(new_path, None)
    origins = {_origin(file): path for path, file in gone.items()}
    for path in list(new):
        old = origins.get(_origin(new[path]))
        if old is not None and old in gone:
            moves[path] = old
            del gone[old], new[path]
    moves.update(_similar(gone.values(), new.values(), _templates(base), _templates(theirs)))
    return moves


def find_renames(missing: Mapping[str, bytes], there: Mapping[str, bytes]) -> dict[str, str]:
    """Give old path -> new path for files that a person renamed: `missing` are gone, `there` are that person's own.

    As git does it: first those with the same content, then the most similar ones with the same suffix.
    """
    scores = sorted(
        (-score, old, new)
        for old, before in missing.items()
        for new, after in there.items()
        if (score := _score(before, after)) >= SIMILAR and (score == 1.0 or _suffix(old) == _suffix(new))
    )
    renames: dict[str, str] = {}
    for _, old, new in scores:
        if old not in renames and new not in renames.values():
            renames[old] = new
    return renames


def _suffix(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2]


def _origin(file: File) -> tuple[str, str, str | None]:
    return file.origin.blueprint, file.origin.template, file.origin.item


def _templates(tree: Tree) -> frozenset[tuple[str, str]]:
    return frozenset((file.origin.blueprint, file.origin.template) for file in tree.values())


def _similar(
    gone: Iterable[File], new: Iterable[File], before: frozenset[tuple[str, str]], after: frozenset[tuple[str, str]]
) -> dict[str, str]:
    """Pair the files of templates that went with those of templates that came, best first."""
    old = [file for file in gone if (file.origin.blueprint, file.origin.template) not in after]
    came = [file for file in new if (file.origin.blueprint, file.origin.template) not in before]
    if len(old) * len(came) > _PAIRS:
        return {}
    scores = sorted(
        (-score, one.path, other.path)
        for one in old
        for other in came
        if (one.origin.blueprint, one.origin.item) == (other.origin.blueprint, other.origin.item)
        and (score := _score(one.content, other.content)) >= SIMILAR
    )
    moves: dict[str, str] = {}
    for _, old_path, new_path in scores:
        if new_path not in moves and old_path not in moves.values():
            moves[new_path] = old_path
    return moves


def _score(one: bytes, other: bytes) -> float:
    if one == other:
        return 1.0 if one.strip() else 0.0  # empty files are all alike
    if is_binary(one) or is_binary(other):
        return 0.0
    first, second = Counter(filter(None, one.split(b"\n"))), Counter(filter(None, other.split(b"\n")))
    total = max(first.total(), second.total())
    return (first & second).total() / total if total else 0.0
