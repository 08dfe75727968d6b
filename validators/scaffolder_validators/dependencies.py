"""Dependencies: all that is declared is pinned with hashes, comes from the registry, and is what it looks like.

Whether a pinned version has known holes is not said here: nothing on this machine knows that.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from scaffolder_validators.documents import Document, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.popular import lookalike
from scaffolder_validators.pyproject import requirement_of, requirements
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"  # what one file declares, another pins
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_PINS: Final = re.compile(r"^requirements[^/]*\.txt$")
_LOCKS: Final = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_OPTION: Final = re.compile(r"^(--?[a-z-]+)(?:[ =]\s*(.*))?$")
_HASH: Final = re.compile(r"--hash[= ]")
_ADDRESS: Final = re.compile(r"^(?:-e\s+|--editable[ =])?(?:[\w.\[\],-]+\s*@\s*)?(?:git\+|hg\+|svn\+|https?://)")
_EXACT: Final = re.compile(r"^={2,3}(?!.*\*)")


@dataclass(frozen=True, slots=True)
class Pin:
    """One entry of a requirements file: `exact` is its version, `hashed` says whether pip can verify it."""

    line: int
    name: str
    exact: str
    hashed: bool
    text: str


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """The files that declare dependencies, and those that pin them."""
    name = path.rpartition("/")[2]
    return name in {"pyproject.toml", "package.json", "package-lock.json", *_LOCKS} or _PINS.match(name) is not None


def check(sources: Sources) -> Iterator[Finding]:
    """Compare what is declared with what is pinned beside it."""
    pinned: dict[str, dict[str, str]] = {}
    for path, text in sources.texts():
        folder, name = posixpath.split(path)
        if _PINS.match(name):
            pins = list(_pins(text))
            yield from _pin_findings(path, pins)
            pinned.setdefault(folder, {}).update({pin.name: pin.exact for pin in pins if pin.name})
        elif name in _LOCKS:
            pinned.setdefault(folder, {}).update(_locked(text))
    for document in read("dependencies", sources.only(_declaring(sources))):
        if isinstance(document, Finding):
            yield document
        elif document.path.endswith("package.json"):
            yield from _node(document, sources)
        else:
            yield from _declared(document, pinned.get(posixpath.dirname(document.path)))


def _declaring(sources: Sources) -> list[str]:
    return [path for path in sources.files if path.rpartition("/")[2] in {"pyproject.toml", "package.json"}]


def _pins(text: str) -> Iterator[Pin]:
    start, whole = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        start = start if whole else number
        whole += line.rstrip("\r")
        if whole.endswith("\\"):
            whole = whole[:-1] + " "
            continue
        entry = re.sub(r"(^|\s)#.*$", "", whole).strip()
        whole = ""
        if entry:
            yield _pin(start, entry)


def _pin(line: int, entry: str) -> Pin:
    text = re.split(r"\s--", entry, maxsplit=1)[0].strip()
    try:
        requirement = requirement_of(text)
    except InvalidRequirement:
        return Pin(line, "", "", _HASH.search(entry) is not None, entry)
    said = str(requirement.specifier)
    exact = said.lstrip("=") if _EXACT.match(said) and "," not in said else ""
    return Pin(line, canonicalize_name(requirement.name), exact, _HASH.search(entry) is not None, entry)


def _pin_findings(path: str, pins: list[Pin]) -> Iterator[Finding]:
    named = [pin for pin in pins if pin.name]
    for pin in pins:
        if _ADDRESS.match(pin.text) or " @ " in pin.text.partition(";")[0]:
            message = "it comes from an address, which may give something else tomorrow"
            hint = "Name a published version with its hash."
            yield Finding(path, pin.line, 1, "dependencies:address", "error", message, hint)
        elif not pin.name:
            yield from _option(path, pin)
        elif not pin.exact:
            message = f"'{pin.name}' is not pinned to one version"
            hint = "Write ==, with the version that was tested."
            yield Finding(path, pin.line, 1, "dependencies:not-exact", "warning", message, hint)
        yield from _lookalike(path, pin.line, 1, pin.name, "pypi")
    bare = [pin for pin in named if not pin.hashed and not _ADDRESS.match(pin.text)]
    hint = "Pin with hashes, as pip-compile --generate-hashes or uv pip compile --generate-hashes write them."
    if bare and len(bare) == len(named):
        message = f"none of the {len(bare)} entries has a hash, so nobody notices a file that was exchanged"
        yield Finding(path, bare[0].line, 1, "dependencies:no-hash", "warning", message, hint)
    else:
        for pin in bare:
            message = f"'{pin.name}' has no hash, and with it pip refuses the whole file"
            yield Finding(path, pin.line, 1, "dependencies:no-hash", "error", message, hint)


def _option(path: str, pin: Pin) -> Iterator[Finding]:
    match = _OPTION.match(pin.text)
    name, value = (match[1], match[2] or "") if match else ("", "")
    if name == "--extra-index-url":
        message = "of two indexes the one with the higher version wins, and anybody may publish that"
        hint = "Use one index that serves both."
        yield Finding(path, pin.line, 1, "dependencies:extra-index", "warning", message, hint)
    elif name == "--trusted-host" or (name in {"-i", "--index-url"} and value.startswith("http://")):
        message = "the connection to this index is not verified"
        yield Finding(path, pin.line, 1, "dependencies:index", "error", message, "Use https with a valid certificate.")


def _locked(text: str) -> Iterator[tuple[str, str]]:
    try:
        data = tomllib.loads(text)
    except ValueError:
        return
    packages = data.get("package", data.get("packages"))
    for package in packages if isinstance(packages, list) else []:
        if isinstance(package, dict) and isinstance(package.get("name"), str):
            yield canonicalize_name(package["name"]), str(package.get("version", ""))


def _declared(document: Document, pinned: Mapping[str, str] | None) -> Iterator[Finding]:
    for keys, text in requirements(document.data):
        try:
            requirement = requirement_of(text)
        except InvalidRequirement:
            continue  # the validator `pyproject` says that
        name = canonicalize_name(requirement.name)
        yield from _lookalike(document.path, *document.place(*keys), name, "pypi")
        if requirement.url:
            message = f"'{name}' comes from an address, which may give something else tomorrow"
            hint = "Name a published version."
            yield document.finding(keys, "dependencies:address", "error", message, hint)
        if keys[0] == "build-system" or pinned is None or name == canonicalize_name(_own_name(document)):
            continue
        if name not in pinned:
            message = f"'{name}' is declared but pinned nowhere, so it is not what was tested"
            hint = "Pin it with its hash in requirements.txt, or remove it."
            yield document.finding(keys, "dependencies:unpinned", "error", message, hint)
        elif _outside(requirement, pinned[name]):
            message = f"'{requirement}' is declared, but {pinned[name]} is pinned"
            hint = "Pin a version of the range, or widen it."
            yield document.finding(keys, "dependencies:outside-range", "error", message, hint)


def _own_name(document: Document) -> str:
    return str(mapping(mapping(document.data).get("project")).get("name", ""))


def _outside(requirement: Requirement, version: str) -> bool:
    try:
        return bool(version) and not requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


def _lookalike(path: str, line: int, column: int, name: str, registry: str) -> Iterator[Finding]:
    meant = lookalike(name, registry)
    if meant:
        message = f"'{name}' looks like '{meant}', and is something else"
        hint = f"Write {meant}, or make sure that you know who publishes {name}."
        yield Finding(path, line, column, "dependencies:lookalike", "error", message, hint)


def _node(document: Document, sources: Sources) -> Iterator[Finding]:
    lock = _lock_of(document.path, sources)
    for kind in ("dependencies", "devDependencies", "optionalDependencies"):
        for name in mapping(mapping(document.data).get(kind)):
            yield from _lookalike(document.path, *document.place(kind, name), name, "npm")
            entry = mapping(lock.get(f"node_modules/{name}")) if lock is not None else None
            if entry == {}:
                message = f"'{name}' is declared but not in package-lock.json, so npm ci refuses"
                hint = "Run npm install and keep what it writes."
                yield document.finding((kind, name), "dependencies:unpinned", "error", message, hint)
            elif entry is not None and not entry.get("integrity") and not entry.get("link"):
                message = f"'{name}' has no integrity in package-lock.json, so nobody notices an exchanged file"
                hint = "Write the lock anew, with npm install."
                yield document.finding((kind, name), "dependencies:no-hash", "warning", message, hint)


def _lock_of(path: str, sources: Sources) -> Mapping[str, Any] | None:
    """Give the packages of the lock file beside a package.json; `None` when there is none that can be read."""
    content = sources.tree.get(posixpath.join(posixpath.dirname(path), "package-lock.json"))
    try:
        data = json.loads(content) if content is not None else None
    except (ValueError, RecursionError):
        return None
    return mapping(mapping(data).get("packages")) if data is not None else None
