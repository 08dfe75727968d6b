"""Base, ours, theirs -> result, file by file: a pure stage that reads `ours` and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from scaffolder.merging.model import Entry, Merged, Outcome, PathOutcome
from scaffolder.merging.moves import find_moves
from scaffolder.merging.named import Texts
from scaffolder.merging.renames import Renaming
from scaffolder.merging.text import MergedText, Style, is_binary, merge_text
from scaffolder.tree import File, Mode, Tree


def merge(
    base: Tree,
    ours: Mapping[str, Entry],
    theirs: Tree,
    *,
    once: Callable[[str], bool] = lambda _path: False,
    style: Style = "inline",
    renaming: Renaming | None = None,
    renamed_by_user: Mapping[str, str] | None = None,
) -> Merged:
    """Bring together what the last run gave (`base`), what is on disk (`ours`), and what this run gives (`theirs`).

    `once` tells which paths a blueprint writes at the first copy only. `renaming` is what the spec gave another name:
    files and edits follow it. `renamed_by_user` is old path -> new path of what a person renamed: what the blueprints
    change is then merged into the file under its new name.

    Of `ours` are read: every path of base and theirs, the folders above what is written, and the names beside it.
    """
    moves = moves_of(base, theirs, renaming)
    texts = renaming.texts() if renaming else None
    return _Merge(base, ours, theirs, once, style, renamed_by_user or {}, texts).run(moves)


def moves_of(base: Tree, theirs: Tree, renaming: Renaming | None) -> dict[str, str]:
    """Give new path -> old path of what the blueprints, or the names in the spec, gave another path."""
    if not renaming or not renaming.entities:
        return find_moves(base, theirs)
    return find_moves(renaming.base(base, theirs), theirs, renaming.paths(base, theirs))


def restart(
    base: Tree, ours: Mapping[str, Entry], theirs: Tree, *, once: Callable[[str], bool] = lambda _path: False
) -> Merged:
    """Start over from `theirs`: edits are given up, deleted files come back, only files written `once` stay.

    What the blueprints never wrote stays too; where it stands in the way, the new file is put beside it.
    """
    return _Merge(base, ours, theirs, once, "inline", {}).restart()


class _Merge:
    """One merge, as it goes on."""

    def __init__(
        self,
        base: Tree,
        ours: Mapping[str, Entry],
        theirs: Tree,
        once: Callable[[str], bool],
        style: Style,
        renames: Mapping[str, str],
        texts: Texts | None = None,
    ) -> None:
        self.base, self.ours, self.theirs, self.once, self.style = base, ours, theirs, once, style
        self.renames, self.texts = renames, texts
        self.writes: dict[str, File] = {}
        self.deletes: set[str] = set()
        self.outcomes: dict[str, PathOutcome] = {}

    def run(self, moves: Mapping[str, str]) -> Merged:
        moved_away = frozenset(moves.values())
        for path in _in_order(self.theirs, moves):
            file = self.theirs[path]
            if path in moves:
                self._moved(moves[path], file)
            elif path in self.base and path not in moved_away:
                self._both(self.base[path], file, self.ours.get(path))
            else:
                self._new(file)
        for path in self.base:
            if path not in self.theirs and path not in moved_away:
                self._gone(self.base[path])
        return self._done()

    def restart(self) -> Merged:
        for path, file in self.theirs.items():
            found = self.ours.get(path)
            if found is None or path not in self.base or found.kind != "file" or self.once(path):
                self._new(file)
            else:
                was = self.base[path]
                self._put(path, file.content, file.mode, file, found, moved=False)
                edited = (found.content, found.mode) != (was.content, was.mode)
                self._say(path, "unchanged" if path not in self.writes else "replaced" if edited else "updated")
        for path in self.base:
            if path not in self.theirs:
                self._gone(self.base[path])
        return self._done()

    def _done(self) -> Merged:
        for path in list(self.writes):
            if path in self.writes:
                self._make_room(path)
        return Merged(
            tuple(self.writes[path] for path in sorted(self.writes)),
            tuple(sorted(self.deletes - self.writes.keys())),
            tuple(self.outcomes[path] for path in sorted(self.outcomes)),
        )

    def _say(
        self,
        path: str,
        outcome: Outcome,
        *,
        was: str | None = None,
        beside: str | None = None,
        conflicts: int = 0,
        reason: str = "",
    ) -> None:
        self.outcomes[path] = PathOutcome(path, outcome, was, beside, conflicts, reason)

    def _standing(self, path: str) -> Entry | None:
        """Give what stands at a path and was not moved away from there in this run."""
        return None if path in self.deletes else self.ours.get(path)

    def _new(self, file: File) -> None:
        found = self._standing(file.path)
        if found is None or found.kind == "folder":  # what is in the folder may go in this run: see _make_room
            self.writes[file.path] = file
            self._say(file.path, "created")
        elif found.kind == "file" and found.content == file.content:
            self._say(file.path, "unchanged")
        elif self.once(file.path):
            self._say(file.path, "once")
        else:
            self._block(file, _what(found))

    def _gone(self, was: File) -> None:
        found = self.ours.get(was.path)
        if found is None:
            return  # both sides agree
        if self.once(was.path):
            self._say(was.path, "once")
        elif found.kind == "file" and found.content == was.content:
            self.deletes.add(was.path)
            self._say(was.path, "deleted")
        else:
            self._say(was.path, "kept-edited")

    def _moved(self, old: str, file: File) -> None:
        was, found, there = self.base[old], self.ours.get(old), self._standing(file.path)
        if found is None and there is None:
            if old in self.renames:
                self._follow(was, file)
            else:
                self._say(file.path, "kept-deleted", was=old)
        elif found is None:  # a person gave it the same new path
            self._both(was, file, there)
        elif self.once(old) or self.once(file.path):
            self._say(old, "once")
            self._new(file)
        elif found.kind != "file" or (there is not None and there.kind != "folder"):
            self._gone(was)
            self._new(file)
        else:
            self._content(was, file, found, moved_from=old)

    def _both(self, was: File, file: File, found: Entry | None) -> None:
        """Merge a file that both base and theirs have, under the path of `file`."""
        path = file.path
        if found is None and was.path in self.renames:
            self._follow(was, file)
        elif found is None:
            changed = (was.content, was.mode) != (file.content, file.mode)
            self._say(path, "kept-deleted", reason="the blueprints changed it" if changed else "")
        elif found.kind == "file" and (found.content, found.mode) == (file.content, file.mode):
            self._say(path, "unchanged")
        elif self.once(path):
            self._say(path, "once", reason="" if was.content == file.content else "the blueprints changed it")
        elif found.kind != "file":
            if was.content == file.content:
                self._say(path, "edited", reason=_what(found))
            else:
                self._block(file, _what(found))
        else:
            self._content(was, file, found)

    def _follow(self, was: File, file: File) -> None:
        """Merge into the file under the name that a person gave it."""
        path = self.renames[was.path]
        self._content(was, replace(file, path=path), self.ours[path])
        self.outcomes[path] = replace(self.outcomes[path], was=was.path, reason="you renamed it")

    def _content(self, was: File, file: File, found: Entry, moved_from: str | None = None) -> None:
        """Merge three files; with `moved_from` what was there is at `file.path` from now on."""
        path, moved = file.path, moved_from is not None
        mode: Mode = file.mode if found.mode == was.mode else found.mode
        if moved_from is not None:
            self.deletes.add(moved_from)
        if _is_for_a_person(was, file, found):
            beside = self._beside(path, ".new", file)
            self._put(path, found.content, mode, file, found, moved=moved)
            self._say(path, "binary", was=moved_from, beside=beside)
            return
        merged = _merged(was, file, found, self.style, self.texts)
        self._put(path, merged.content, mode, file, found, moved=moved)
        if merged.conflicts:
            rejected = replace(file, content=_rejected(path, merged.rejected), mode=0o644)
            name = self._beside(path, ".rej", rejected) if self.style == "rej" else None
            self._say(path, "conflict", was=moved_from, beside=name, conflicts=merged.conflicts)
        elif moved:
            edited = (found.content, found.mode) != (was.content, was.mode)
            self._say(path, "moved", was=moved_from, reason="your edits moved along" if edited else "")
        else:
            self._say(path, _outcome(was, found, (merged.content, mode)))

    def _put(self, path: str, content: bytes, mode: Mode, file: File, found: Entry, *, moved: bool) -> None:
        if moved or (content, mode) != (found.content, found.mode):
            self.writes[path] = replace(file, content=content, mode=mode)

    def _block(self, file: File, reason: str) -> None:
        self._say(file.path, "blocked", beside=self._beside(file.path, ".new", file), reason=reason)

    def _beside(self, path: str, suffix: str, file: File, rest: str = "") -> str:
        """Write `file` under the first free name beside `path` (`rest` is added), or find it there from earlier."""
        for name in _names(path, suffix, rest):
            found = self.ours.get(name)
            if found is not None and found.kind == "file" and found.content == file.content:
                return name
            is_free = found is None and name not in self.writes and name not in self.theirs
            if is_free and not (rest and self._above(name)):
                self.writes[name] = replace(file, path=name)
                return name
        raise AssertionError  # the names do not end

    def _above(self, path: str) -> str:
        """Give what stands where a folder above `path` should be, and stays there; empty when nothing does."""
        while "/" in path:
            path = path.rpartition("/")[0]
            there = self.ours.get(path)
            if there is not None and there.kind != "folder" and path not in self.deletes:
                return path
        return ""

    def _make_room(self, path: str) -> None:
        """Write beside it what cannot be written where it should be: a folder or a file of a person's is there."""
        if above := self._above(path):
            self._redirect(path, above, f"{_what(self.ours[above])} stands at {above}")
            return
        found = self.ours.get(path)
        if found is not None and found.kind == "folder":
            left = [name for name in found.below if name not in self.deletes]
            if left:
                self._redirect(path, path, f"a folder with {left[0]} stands there")

    def _redirect(self, path: str, above: str, reason: str) -> None:
        """Write beside `above` what should be written at `path`, and say so where it was said what becomes of it."""
        file = self.writes.pop(path)
        said = self.outcomes.get(path)
        if said is not None and said.was is not None:  # edits that would have moved along stay where they are
            file = self.theirs[path]
            self.deletes.discard(said.was)
            self._gone(self.base[said.was])
            self.writes.pop(said.beside or "", None)
            if said.was in self.writes and said.was not in self.deletes:
                self._redirect(said.was, said.was, "a file of yours stays there")
        beside = self._beside(above, ".new", file, path[len(above) :])
        if said is not None:
            self._say(path, "blocked", was=said.was, beside=beside, reason=reason)
        for one in list(self.outcomes.values()):
            if one.beside == path:
                self.outcomes[one.path] = replace(one, beside=beside)


def _names(path: str, suffix: str, rest: str) -> Iterator[str]:
    yield f"{path}{suffix}{rest}"
    for number in count(2):
        yield f"{path}{suffix}.{number}{rest}"


def _is_for_a_person(was: File, file: File, found: Entry) -> bool:
    """Tell whether both sides changed something that is no text."""
    versions = {was.content, file.content, found.content}
    return len(versions) == 3 and any(map(is_binary, versions))


def _in_order(theirs: Tree, moves: Mapping[str, str]) -> dict[str, None]:
    """Give the paths of `theirs` so that a file leaves its path before another one comes there."""
    goes = {old: new for new, old in moves.items()}
    ordered: dict[str, None] = {}
    for path in theirs:
        chain = [path]
        while (following := goes.get(chain[-1])) is not None and following not in ordered and following not in chain:
            chain.append(following)
        ordered.update(dict.fromkeys(reversed(chain)))
    return ordered


def _merged(was: File, file: File, found: Entry, style: Style, texts: Texts | None) -> MergedText:
    if found.content == was.content:
        return MergedText(file.content)
    if file.content in (was.content, found.content):
        return MergedText(found.content)
    before, mine = (was.content, found.content) if texts is None else texts.view(*_contents(was, found, file))
    return merge_text(before, mine, file.content, style)


def _contents(was: File, found: Entry, file: File) -> tuple[bytes, bytes, bytes]:
    return was.content, found.content, file.content


def _outcome(was: File, found: Entry, result: tuple[bytes, Mode]) -> Outcome:
    before = (was.content, was.mode)
    if result == (found.content, found.mode):
        return "unchanged" if result == before else "edited"
    return "updated" if (found.content, found.mode) == before or found.content == result[0] else "merged"


def _rejected(path: str, hunks: bytes) -> bytes:
    name = path.encode()
    return b"--- " + name + b"\n+++ " + name + b"\n" + hunks


def _what(found: Entry) -> str:
    return {"file": "a file of yours", "link": "a symbolic link", "folder": "a folder", "other": "a device"}[found.kind]
