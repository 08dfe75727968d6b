"""pyproject.toml: the tables of the packaging standards, read as strictly as the strictest tool."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from scaffolder_validators import schema
from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources, parsing
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ("README.md", "README.rst", "README.txt")

probe = schema.probe


def applies_to(path: str) -> bool:
    """`pyproject.toml`, wherever it stands."""
    return path.rpartition("/")[2] == "pyproject.toml"


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    for document in read("pyproject", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("pyproject", document)
        yield from _requirements(document)
        if "project" in mapping(document.data):
            yield from _project(document, mapping(document.data["project"]), sources)


def requirements(data: Any) -> Iterator[tuple[Keys, str]]:
    """Give each requirement that a pyproject.toml declares, and where."""
    project, groups = mapping(mapping(data).get("project")), mapping(mapping(data).get("dependency-groups"))
    lists: list[tuple[Keys, Any]] = [
        (("build-system", "requires"), mapping(mapping(data).get("build-system")).get("requires")),
        (("project", "dependencies"), project.get("dependencies")),
    ]
    extras = mapping(project.get("optional-dependencies"))
    lists += [(("project", "optional-dependencies", name), extras[name]) for name in extras]
    lists += [(("dependency-groups", name), groups[name]) for name in groups]
    for keys, found in lists:
        for index, item in enumerate(items(found)):
            if isinstance(item, str):
                yield (*keys, index), item


def requirement_of(text: str) -> Requirement:
    """Read a requirement; the library evaluates markers as Python literals.

    Raises:
        InvalidRequirement: it is none.
    """
    with parsing():
        return Requirement(text)


def _requirements(document: Document) -> Iterator[Finding]:
    for keys, text in requirements(document.data):
        try:
            requirement_of(text)
        except InvalidRequirement as error:
            message = f"'{text}' is no requirement: {str(error).splitlines()[0]}"
            hint = "Write it as name[extra]>=1.2; marker."
            yield document.finding(keys, "pyproject:requirement", "error", message, hint)
    groups = mapping(mapping(document.data).get("dependency-groups"))
    for name, members in groups.items():
        for index, item in enumerate(items(members)):
            included = mapping(item).get("include-group")
            if included is not None and included not in groups:
                message = f"there is no group '{included}'"
                at: Keys = ("dependency-groups", name, index)
                yield document.finding(at, "pyproject:group", "error", message, "Name a group of this file.")


def _project(document: Document, project: dict[str, Any], sources: Sources) -> Iterator[Finding]:
    dynamic = items(project.get("dynamic"))
    if "version" not in project and "version" not in dynamic:
        hint = 'Add version, or dynamic = ["version"].'
        yield document.finding(("project",), "pyproject:version", "error", "the project has no version", hint)
    for name in dynamic:
        if name in project:
            message = f"'{name}' is both given and dynamic"
            hint = "Keep one of the two."
            yield document.finding(("project", "dynamic"), "pyproject:dynamic", "error", message, hint)
    yield from _versions(document, project)
    readme = project.get("readme")
    named = readme.get("file") if isinstance(readme, dict) else readme
    folder = posixpath.dirname(document.path)
    if isinstance(named, str) and posixpath.normpath(posixpath.join(folder, named)) not in sources.tree:
        message = f"there is no file '{named}'"
        yield document.finding(("project", "readme"), "pyproject:readme", "error", message, "Name a file that exists.")
    licence = project.get("license")
    if isinstance(licence, dict):
        message = "a table for the licence is of an older standard"
        hint = 'Write an SPDX expression, as license = "MIT", and license-files.'
        yield document.finding(("project", "license"), "pyproject:license", "warning", message, hint)
    for index, name in enumerate(items(project.get("classifiers"))):
        if isinstance(licence, str) and str(name).startswith("License ::"):
            message = "a licence classifier beside an SPDX expression is refused"
            at: Keys = ("project", "classifiers", index)
            yield document.finding(at, "pyproject:license", "error", message, "Delete the classifier.")


def _versions(document: Document, project: dict[str, Any]) -> Iterator[Finding]:
    for key, parse in (("version", Version), ("requires-python", SpecifierSet)):
        text = project.get(key)
        if not isinstance(text, str):
            continue
        try:
            parse(text)
        except (InvalidVersion, InvalidSpecifier):
            hint = "Write a version like 1.2.3, or for requires-python >=3.11."
            message = f"'{text}' is not what the standard takes"
            yield document.finding(("project", key), f"pyproject:{key}", "error", message, hint)
