"""The migrations of a project that exists: those that it has are never rewritten, the one that it lacks is worked out.

The only place where `scaffolder.migrations`, which is pure, meets a project on disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from scaffolder.contract.renames import Renames
from scaffolder.errors import DestinationError
from scaffolder.merging import entities_in
from scaffolder.migrations import NewRevision, facts_of, new_revision, read_history, tables_of
from scaffolder.patterns import matcher
from scaffolder.pipeline import append_globs
from scaffolder.planned import Planned
from scaffolder.tree import File, Tree

ANSWER: Final = "revision"
"""The answer by which a blueprint gets what its new revision says."""
_OWN_NAME: Final = re.compile(r"(?:.*/)?\d{4,}_[0-9a-f]{8}_\w+\.py\Z")
"""Of the file of a revision that an update wrote; people's own have other ids."""


@dataclass(frozen=True)
class Revisions:
    """What becomes of the files to which later runs only add others.

    `kept` are those that earlier runs wrote, as they were written, `new` is the revision that this run adds. With
    `is_first` there are none yet, and all that the blueprints give is right.
    """

    matches: Callable[[str], bool] = field(default=lambda _path: False)
    kept: Tree = field(default_factory=Tree)
    new: NewRevision | None = None
    is_first: bool = True
    notes: tuple[str, ...] = ()

    def planned(self, planned: Planned) -> Planned:
        """Give the plan with the new revision in its answers."""
        if self.new is None:
            return planned
        return replace(planned, plan=replace(planned.plan, answers={**planned.plan.answers, ANSWER: self.new.answer}))

    def tree(self, rendered: Tree) -> Tree:
        """Give what was rendered with the earlier files in the place of what the blueprints say now."""
        if self.is_first:
            return rendered
        others = (file for path, file in rendered.items() if not self.matches(path) or self._is_new(path))
        return Tree([*(file for file in others if file.path not in self.kept), *self.kept.values()])

    def path_in(self, tree: Tree) -> str:
        """Give the path of the new revision; empty when there is none."""
        return next((path for path in tree if self.matches(path) and self._is_new(path)), "")

    def _is_new(self, path: str) -> bool:
        return self.new is not None and path.rpartition("/")[2].startswith(f"{self.new.id}_")


def find_revisions(root: Path, planned: Planned, base: Tree, *, restore: bool = False) -> Revisions:
    """Tell which revision the project in `root` lacks; `base` is what the last run gave.

    With `restore`, revisions that a person deleted count as there: they come back.

    Raises:
        DestinationError, MigrationError: a revision cannot be read.
    """
    globs = append_globs(planned)
    if not globs:
        return Revisions()
    matches = matcher(globs)
    kept = Tree(file for path, file in base.items() if matches(path))
    there = _read(root, globs)
    if not kept and not there:
        return Revisions()
    found = Revisions(matches, kept, is_first=False)
    folders = {glob.rpartition("/")[0] for glob in globs}
    if not restore and not any((root / folder).is_dir() for folder in folders):
        gone = " and ".join(f"{folder}/" for folder in sorted(folders))
        return replace(found, notes=(f"migrations: there is no {gone}, so no revision was written",))
    if not any(ANSWER in step.reads for step in planned.plan.steps):
        return found
    own = {path: file.content for path, file in kept.items()}
    history = read_history({**own, **there} if restore else there)
    if history.has_branches and len(history.heads) > 1:
        return replace(found, notes=("migrations: branches are kept apart by labels, so no revision was written",))
    answers = planned.plan.answers
    before = history if own == there else read_history(own)
    new = new_revision(before.schema, history, tables_of(answers), _renames(planned, base), facts_of(answers))
    if new is not None and any(path.rpartition("/")[2].startswith(f"{new.id}_") for path in kept):
        new = None  # a person deleted it: it stays deleted
    return replace(found, new=new, notes=tuple(f"migrations: {note}" for note in history.notes) if new else ())


def _renames(planned: Planned, base: Tree) -> Renames | None:
    return planned.renames(entities_in(base)) if planned.renames is not None else None


def revisions_of(root: Path, planned: Planned, rendered: Tree) -> Revisions:
    """Find the revisions on disk that runs of scaffolder wrote, for a project whose state is lost; none is new.

    They are told by their names: that of a file that is rendered now, or one as only updates give.

    Raises:
        DestinationError: a revision cannot be read.
    """
    globs = append_globs(planned)
    matches = matcher(globs)
    first = {path: file for path, file in rendered.items() if matches(path)}
    if not first:
        return Revisions()
    origin = next(iter(first.values())).origin
    kept = Tree(
        replace(first[path], content=content) if path in first else File(path, content, 0o644, origin)
        for path, content in _read(root, globs).items()
        if path in first or _OWN_NAME.match(path)
    )
    return Revisions(matches, kept, is_first=not kept)


def _read(root: Path, globs: tuple[str, ...]) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        for path in sorted({path for glob in globs for path in root.glob(glob)}):
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(root).as_posix()] = path.read_bytes()
    except OSError as error:
        raise DestinationError(f"cannot read {error.filename}: {error.strerror}") from error
    return found
