"""One run of `fill` over a project: which slots, asking, checking all of it, and what is then to be written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from scaffolder_fills.fill import Filled, Outcome, Settings, fill_slots, waiting
from scaffolder_fills.kinds import load
from scaffolder_fills.ladder import ladder_of
from scaffolder_fills.lock import Entry
from scaffolder_fills.prompt import Job, request_for
from scaffolder_fills.request import Asker, Request
from scaffolder_fills.slot import with_text

from scaffolder.blueprints import Catalog
from scaffolder.errors import SourceError, StateError
from scaffolder.filling.checks import Trials, complaints_of, tidy
from scaffolder.filling.jobs import Marked, blanked, marked_slots, slots_in
from scaffolder.filling.material import Material
from scaffolder.project import Project
from scaffolder.tree import Tree

_CONFIG = ("pyproject.toml", "ruff.toml", ".oxlintrc.json")


@dataclass(frozen=True)
class FillRequest:
    """What `fill` shall do in the project in `root`: `slots` are patterns of ids, none of them means all.

    With `test` the tests of slots are run on new fills, in a sandbox. Without `validate`, what is written was only
    guarded and checked file by file.
    """

    root: Path
    slots: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    validate: bool = True
    test: bool = True


@dataclass(frozen=True)
class Work:
    """A project whose slots are to be filled.

    `marked` are all slots as they are rendered now, `chosen` the ids of those that this run is about, `edited` those
    among them that are a person's, with the reason. `texts` are the files with slots as they are on disk, with LF line
    ends; `static` are the same with the static text in the chosen slots.
    """

    project: Project
    marked: Mapping[str, Marked]
    shared: str
    entries: Mapping[str, Entry]
    chosen: tuple[str, ...]
    edited: Mapping[str, str]
    texts: Mapping[str, str]
    static: Mapping[str, str]
    crlf: frozenset[str]

    @property
    def jobs(self) -> list[Job]:
        """The slots that may be filled."""
        return [self.marked[slot].job for slot in self.chosen if slot not in self.edited]


@dataclass
class Done:
    """What a run gave: it is complete even when the run was interrupted."""

    filled: Filled = field(default_factory=lambda: Filled({}))
    interrupted: bool = False
    not_tested: tuple[str, ...] = ()


def prepare(project: Project, spec: bytes, tree: Tree, catalog: Catalog, patterns: Sequence[str]) -> Work:
    """Find the slots of a project; `tree` is what its spec and the blueprints give now, without fills.

    `patterns` choose slots by their ids; without any, all are chosen. A slot that a person edited is only chosen to be
    filled when its id is given literally.

    Raises:
        StateError: the project is not what its spec and the blueprints give now, or its `.scaffold` is damaged.
        SourceError: a pattern matches no slot.
        BlueprintError: a slot is not declared.
    """
    _require_current(project, tree)
    entries = project.entries
    material = Material(spec, tree)
    marked = marked_slots(tree, catalog, material)
    chosen = _chosen(marked, patterns)
    texts: dict[str, str] = {}
    edited: dict[str, str] = {}
    crlf = set()
    for slot in chosen:
        path = marked[slot].job.place.path
        if path not in texts:
            text = _read(project, path)
            if text is not None:
                crlf |= {path} if "\r\n" in text else set()
                texts[path] = text.replace("\r\n", "\n")
        reason = _edited(project, path, slot, texts.get(path))
        if reason and not (slot in patterns and path in texts and slot in slots_in(texts[path], path)):
            edited[slot] = reason
    static = dict(texts)
    for slot in chosen:
        place = marked[slot].job.place
        if slot not in edited:
            static[place.path] = with_text(place.path, static[place.path], slot, place.static)
    return Work(project, marked, material.shared, entries, chosen, edited, texts, static, frozenset(crlf))


def waiting_slots(work: Work, settings: Settings) -> list[str]:
    """Give the slots that would have to be asked for."""
    return [job.slot for job in waiting(work.jobs, work.shared, work.entries, settings)]


def unfilled(work: Work, slots: Iterable[str]) -> Iterator[Outcome]:
    """Give the outcomes of slots that must not be asked for."""
    for slot in slots:
        job = work.marked[slot].job
        yield Outcome(slot, job.place.path, job.kind, "static", "it would have to be asked for")


def questions(work: Work, settings: Settings) -> list[Request]:
    """Give the first request for each slot that would have to be asked for: exactly what would be sent."""
    found = []
    for job in waiting(work.jobs, work.shared, work.entries, settings):
        kind = load(job.kind)
        found.append(request_for(job, kind, work.shared, ladder_of(job.kind, settings.ladders)[0]))
    return found


def ask(
    work: Work, asker: Asker | None, settings: Settings, on_outcome: Callable[[Outcome], None], *, test: bool
) -> Done:
    """Fill the chosen slots in memory; an interruption (SIGINT) keeps what was accepted until then."""
    done = Done()
    trials = Trials(work.marked, _contents(work.project)) if asker is not None and test else None
    config = {path: text for path in _CONFIG if (text := _read(work.project, path)) is not None}
    for slot, reason in work.edited.items():
        job = work.marked[slot].job
        outcome = Outcome(slot, job.place.path, job.kind, "edited", reason)
        done.filled.outcomes.append(outcome)
        on_outcome(outcome)
    try:
        asyncio.run(
            fill_slots(
                work.jobs,
                work.static,
                work.shared,
                asker=asker,
                check=complaints_of(work.static, config),
                entries=work.entries,
                settings=settings,
                tidy=tidy,
                prove=trials,
                on_outcome=on_outcome,
                into=done.filled,
            )
        )
    except KeyboardInterrupt:
        done.interrupted = True
        decided = {outcome.slot for outcome in done.filled.outcomes}
        for job in work.jobs:
            if job.slot not in decided:
                _restore(work, done.filled, job.slot)
    if trials is not None and trials.skipped:
        slots = ", ".join(sorted(set(trials.skipped)))
        done.not_tested = (f"tests of slots were skipped: {trials.refusal} ({slots})",)
    return done


def drop(work: Work, done: Done, paths: Iterable[str], reasons: Mapping[str, str]) -> bool:
    """Take the new fills of these files back, because of what was found in the files; tell whether there were any."""
    bad = frozenset(paths)
    dropped = False
    for number, outcome in enumerate(done.filled.outcomes):
        if outcome.path in bad and outcome.state in {"filled", "replayed"}:
            place = work.marked[outcome.slot].job.place
            text = done.filled.files[place.path]
            done.filled.files[place.path] = with_text(place.path, text, outcome.slot, place.static)
            reason = f"taken back: {reasons[outcome.path]}"
            # Locked as failed: the same question would get no better answer.
            entry = done.filled.entries[outcome.slot]
            done.filled.entries[outcome.slot] = replace(entry, state="failed", text="", reason=reason)
            done.filled.outcomes[number] = replace(outcome, state="failed", reason=reason)
            dropped = True
    return dropped


def changed_files(work: Work, done: Done) -> dict[str, bytes]:
    """Give the new contents of the files that the run changed, with the line ends that they have on disk."""
    changed = {}
    for path, text in done.filled.files.items():
        if text != work.texts[path]:
            changed[path] = (text.replace("\n", "\r\n") if path in work.crlf else text).encode()
    return changed


def unread(work: Work, paths: Iterable[str]) -> list[str]:
    """Give those of the files that are not as they were when the run read them."""
    return [path for path in paths if (_read(work.project, path) or "").replace("\r\n", "\n") != work.texts[path]]


def new_base(work: Work, done: Done) -> Tree:
    """Give the base of the project with the slots as they are now; those that a person edited stay as they were."""
    base = work.project.base
    texts = {path: base[path].content.decode() for path in done.filled.files if path in base}
    for job in work.jobs:
        path = job.place.path
        if path in texts:
            now = slots_in(done.filled.files[path], path)[job.slot].text
            texts[path] = with_text(path, texts[path], job.slot, now)
    return base.replace(replace(base[path], content=text.encode()) for path, text in texts.items())


def _require_current(project: Project, tree: Tree) -> None:
    base = project.base
    for path, file in base.items():
        rendered = tree.get(path)
        if rendered is None or not _same_but_slots(file.content, rendered.content, path):
            raise StateError(
                f"the spec or the blueprints have changed since this project was written ({path} would differ)",
                hint="run `scaffolder update` first",
            )


def _same_but_slots(one: bytes, other: bytes, path: str) -> bool:
    if one == other:
        return True
    return b" slot" in one and blanked(one.decode(), path) == blanked(other.decode(), path)


def _chosen(marked: Mapping[str, Marked], patterns: Sequence[str]) -> tuple[str, ...]:
    for pattern in patterns:
        if not any(fnmatchcase(slot, pattern) for slot in marked):
            near = get_close_matches(pattern, marked, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`scaffolder slots` lists them"
            raise SourceError(f"there is no slot {pattern!r}", hint=hint)
    return tuple(slot for slot in marked if not patterns or any(fnmatchcase(slot, one) for one in patterns))


def _edited(project: Project, path: str, slot: str, text: str | None) -> str:
    """Say why a slot is a person's, or nothing when it is as the last run left it."""
    if text is None:
        return "the file is gone"
    if (now := slots_in(text, path).get(slot)) is None:
        return "its comments are gone"
    base = project.base.get(path)
    if base is None:
        return "the file is not from scaffolder"
    before = slots_in(base.content.decode(), path).get(slot)
    return "" if before is not None and before.text == now.text else "a person edited it; give its id to fill it anyway"


def _restore(work: Work, filled: Filled, slot: str) -> None:
    path = work.marked[slot].job.place.path
    filled.files.setdefault(path, work.static[path])
    before = slots_in(work.texts[path], path)[slot].text
    filled.files[path] = with_text(path, filled.files[path], slot, before)


def _read(project: Project, path: str) -> str | None:
    try:
        return (project.root / path).read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None


def _contents(project: Project) -> dict[str, bytes]:
    from scaffolder_validators import read_folder  # noqa: PLC0415 - only when tests may run

    return dict(read_folder(project.root).tree)
