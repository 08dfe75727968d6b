"""Validating a project on disk: hands the validators what they cannot know, the contract and who wrote which line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from scaffolder_validators import Finding, Origin, Sources, Tier, Validation, read_folder, validate
from scaffolder_validators.cache import Cache
from scaffolder_validators.formats import not_checked
from scaffolder_validators.registry import names

from scaffolder.contract import build_contract
from scaffolder.contract.facts import contract_facts
from scaffolder.errors import BadInputError
from scaffolder.problem import Problem
from scaffolder.project import Project
from scaffolder.spec import load_spec
from scaffolder.spec.model import Spec
from scaffolder.state import SPEC_FILE

ADVISERS: Final = frozenset({"complexity", "sqlfluff"})
"""Validators that never say that something is an error: not asked where nothing else counts."""


def check_project(
    root: Path, *, tier: Tier = "project", only: Sequence[str] = (), use_cache: bool = True
) -> Validation:
    """Check the project in the folder `root` with all validators up to `tier`, or those that match `only`.

    Raises:
        StateError: the project's `.scaffold` is damaged.
        UnknownValidatorError: a pattern of `only` matches no validator.
    """
    project = Project(root)
    return check_sources(project, read_sources(project), tier=tier, only=only, use_cache=use_cache)


def check_sources(
    project: Project,
    sources: Sources,
    *,
    tier: Tier = "project",
    only: Sequence[str] = (),
    use_cache: bool = True,
    narrowed: Mapping[str, Collection[str]] | None = None,
) -> Validation:
    """Check files of a project that were read before; `narrowed` gives the only files that a validator looks at.

    Raises:
        StateError: the project's `.scaffold` is damaged.
        UnknownValidatorError: a pattern of `only` matches no validator.
    """
    origin_of = project.origin_of if project.lock is not None else None
    cache = Cache.of_user() if use_cache else None
    return validate(sources, tier=tier, only=only, cache=cache, origin_of=origin_of, narrowed=narrowed)


def check_foreign(files: Mapping[str, bytes], destination: Path) -> Validation:
    """Check what somebody else's template would write to `destination`; files that are there already are not new."""
    new = [path for path, content in files.items() if not _is_there(destination / path, content)]
    return validate(Sources.of(files).only(new), tier="project", cache=Cache.of_user(), origin_of=_template)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run would make worse: findings that the files do not have already, and what was not checked, and why."""

    new: tuple[Finding, ...] = ()
    unchecked: tuple[str, ...] = ()


def judge(
    project: Project,
    changed: Mapping[str, bytes],
    deleted: Collection[str] = (),
    *,
    least: Literal["warning", "error"],
    with_contract: bool,
) -> Judgement:
    """Check what a run would write over files of a project and delete; findings below the severity `least` are no news.

    All engines read the files that change, and look into the others where they have to; those as they are now are
    read only where there is something new to compare with. `with_contract` also compares the whole project with its
    contract: an update does not, because where a person went another way than the spec, that is no reason to hold it
    back; then only what is found in the files that change counts, and types are checked only in those that hold or
    import what people wrote, because what the blueprints give agrees with itself.

    Raises:
        StateError: the project's `.scaffold` is damaged.
    """
    now = read_sources(project) if with_contract else read_folder(project.root)
    kept = {path: content for path, content in now.tree.items() if path not in deleted}
    then = replace(Sources.of({**kept, **changed}, now.contract), environment=now.environment)
    engines = () if with_contract else [name for name in names() if name not in {"contract", *ADVISERS}]
    narrowed = None if with_contract else {"ty": _touching_edits(project, now.tree, changed)}
    said = check_sources(project, then.only(changed), only=engines, narrowed=narrowed)
    found = [one for one in said.findings if one.severity in {"error", least}]
    if not with_contract:
        found = [one for one in found if one.path in changed]
    unchecked = tuple(map(not_checked, said.incomplete))
    if not found:
        return Judgement(unchecked=unchecked)
    asked = [result.validator for result in said.results if result.findings]
    there = replace(now, problems=()).only(path for path in changed if path in now.tree)
    known = {one.fingerprint for one in check_sources(project, there, only=asked).findings}
    return Judgement(tuple(one for one in found if one.fingerprint not in known), unchecked)


def _touching_edits(project: Project, now: Mapping[str, bytes], changed: Mapping[str, bytes]) -> frozenset[str]:
    """Give the changed Python files that a person edited, or that import from a package in which one is edited."""
    base = project.base
    edited = {
        path
        for path, content in now.items()
        if path.endswith(".py") and (path not in base or base[path].content != content)
    }
    if not edited:
        return frozenset()
    modules = {tuple(path.removesuffix(".py").split("/"))[:2] for path in edited}
    imports = re.compile("|".join([r"(?:from|import) \.", *map(_import_of, sorted(modules))]).encode())
    return frozenset(path for path, content in changed.items() if path in edited or imports.search(content))


def _import_of(module: tuple[str, ...]) -> str:
    """Write a pattern for the statements that import a module, or something from the package that it is."""
    parent, name = ".".join(module[:-1]), module[-1]
    whole = rf"(?:from|import) {re.escape('.'.join(module))}\b"
    return rf"{whole}|from {re.escape(parent)} import [^\n]*\b{re.escape(name)}\b" if parent else whole


def read_sources(project: Project) -> Sources:
    """Read the files of a project, its contract, and what is wrong with its spec."""
    facts, problems = _contract(project)
    sources = read_folder(project.root, facts)
    return replace(sources, problems=(*sources.problems, *problems))


def spec_of(project: Project) -> Spec | None:
    """Give the spec of a project; `None` when it has none, or one with errors."""
    if project.spec is None:
        return None
    try:
        return load_spec(project.spec).spec
    except BadInputError:
        return None


def _contract(project: Project) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
    """Give the contract of a project as plain data, if it has a sound spec, and what is wrong with the spec."""
    if project.spec is None:
        return None, ()
    try:
        loaded = load_spec(project.spec)
    except BadInputError as error:
        return None, tuple(map(_finding, error.problems))
    return contract_facts(build_contract(loaded.spec)), tuple(map(_finding, loaded.problems))


def _finding(problem: Problem) -> Finding:
    rule = f"spec:{problem.code}"
    hint = problem.hint or "See docs/spec.md."
    line, column = max(problem.line, 1), max(problem.column, 1)
    return Finding(SPEC_FILE, line, column, rule, problem.severity, problem.message, hint)


def _is_there(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _template(path: str, line: int) -> Origin:
    del path, line
    return "template"
