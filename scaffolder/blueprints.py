"""Blueprints and stacks as they lie on disk: `blueprints/<name>/{copier.yml,blueprint.yml,template/}`, `stacks.yml`.

A blueprint is a plain Copier template, of which scaffolder renders a subset by itself (`render.py`). What Copier knows
and that subset lacks (tasks, migrations, extensions, secrets, `when`, validators, choices, …) is refused here, when the
blueprint is loaded, and never ignored. Format of copier.yml: https://copier.readthedocs.io/en/stable/configuring/
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from scaffolder.errors import BlueprintError, ScaffolderError
from scaffolder.slots import SlotDeclaration, read_slots
from scaffolder.yaml_lines import YamlFile, YamlFileError

MISSING: Final = object()
"""The default of a question that has none: it must be answered."""

QUESTION_TYPES: Final = frozenset({"yaml", "json", "str", "int", "float", "bool"})
_ENVOPS_STRINGS: Final = frozenset(
    f"{kind}_{end}_string" for kind in ("block", "variable", "comment") for end in ("start", "end")
)
_ENVOPS_BOOLEANS: Final = frozenset({"keep_trailing_newline", "trim_blocks", "lstrip_blocks"})
_UNDEFINED: Final = "jinja2.StrictUndefined"
_SETTINGS: Final = frozenset({"_subdirectory", "_templates_suffix", "_envops", "_exclude"})
_QUESTION_KEYS: Final = frozenset({"type", "default", "help"})
_BLUEPRINT_KEYS: Final = frozenset({"name", "version", "description", "requires", "once", "append_only", "slots"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_SUFFIX: Final = re.compile(r"\.\w+\Z")
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+\Z")
# Of gitignore's patterns only plain names with * ? [abc]: these mean the same here, in fnmatch, and in Copier.
_EXCLUDE: Final = re.compile(r"(?:[\w. *?-]|\[\w+\])+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """A part of the contract that a blueprint reads; `default` is `MISSING` when it must be answered."""

    name: str
    type: str
    default: Any


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a blueprint: `path` is posix and relative to the blueprint's folder."""

    path: str
    content: bytes
    executable: bool


@dataclass(frozen=True)
class Blueprint:
    """One blueprint; its files are read from disk once, when first asked for."""

    name: str
    version: str
    description: str
    requires: tuple[str, ...]
    once: tuple[str, ...]
    append_only: tuple[str, ...]
    slots: Mapping[str, SlotDeclaration]
    root: Path
    questions: Mapping[str, Question]
    subdirectory: str
    suffix: str
    envops: Mapping[str, Any]
    exclude: tuple[str, ...]

    @cached_property
    def files(self) -> Mapping[str, SourceFile]:
        """All files in the blueprint's folder by path, sorted, without what `_exclude` matches.

        Raises:
            BlueprintError: a file is a symbolic link or cannot be read.
        """
        return MappingProxyType({one.path: one for one in sorted(_walk(self), key=lambda one: one.path)})

    @cached_property
    def digest(self) -> str:
        """`sha256:…` over paths, executable bits and contents of all files."""
        total = hashlib.sha256()
        for path, source in self.files.items():
            inner = hashlib.sha256(source.content).hexdigest()
            total.update(f"{path}\0{int(source.executable)}\0{inner}\n".encode())
        return f"sha256:{total.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Stack:
    """A named set of blueprints that make a project."""

    name: str
    description: str
    blueprints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """All blueprints and stacks; a blueprint that cannot be loaded is in `broken`, with the reason."""

    root: Path
    blueprints: dict[str, Blueprint]
    stacks: dict[str, Stack]
    broken: dict[str, BlueprintError] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of all blueprints, sound or broken, sorted."""
        return sorted({*self.blueprints, *self.broken})


def catalog_root() -> Path:
    """The folder of our own blueprints: inside the package when installed, beside it in a checkout.

    Raises:
        ScaffolderError: there is none.
    """
    package = Path(__file__).parent
    for folder in (package / "blueprints", package.parent / "blueprints"):
        if (folder / "stacks.yml").is_file():
            return folder
    raise ScaffolderError("the blueprints are missing from this installation", hint="install scaffolder again")


def load_catalog(root: Path | None = None) -> Catalog:
    """Read all blueprints and stacks in `root`, by default our own.

    A blueprint that cannot be loaded lands in `Catalog.broken`, so that the others can still be used.

    Raises:
        BlueprintError: `stacks.yml` is wrong.
        ScaffolderError: there are no blueprints at all.
    """
    root = catalog_root() if root is None else root
    blueprints: dict[str, Blueprint] = {}
    broken: dict[str, BlueprintError] = {}
    for folder in sorted(root.iterdir()):
        if not (folder / "blueprint.yml").is_file():
            continue
        try:
            blueprints[folder.name] = load_blueprint(folder)
        except BlueprintError as error:
            broken[folder.name] = error
    if not blueprints and not broken:
        raise ScaffolderError(f"no blueprints in {root}", hint="each needs a blueprint.yml and a copier.yml")
    stacks = _load_stacks(root) if (root / "stacks.yml").is_file() else {}
    for stack in stacks.values():
        for name in stack.blueprints:
            if name not in blueprints and name not in broken:
                broken[name] = BlueprintError(name, f"stack {stack.name} names it, but there is no such blueprint")
    return Catalog(root, blueprints, stacks, broken)


def load_blueprint(folder: Path) -> Blueprint:
    """Read `blueprint.yml` and `copier.yml` in `folder`; the templates themselves are read later.

    Raises:
        BlueprintError: one of the files is missing or wrong; `template` and `line` point at it.
    """
    name = folder.name
    meta = _read(folder, "blueprint.yml")
    config = _read(folder, "copier.yml")
    try:
        _check_keys(meta, _BLUEPRINT_KEYS, required=("name", "version", "description"))
        if meta.data["name"] != name or not _NAME.match(name):
            raise meta.error("name must be the folder's own, in snake_case", "name")
        if not isinstance(meta.data["version"], str) or not _VERSION.match(meta.data["version"]):
            raise meta.error('version must be a string like "1.2.3"', "version")
        settings = {key: value for key, value in config.data.items() if key.startswith("_")}
        suffix = settings.get("_templates_suffix", ".jinja")
        if not isinstance(suffix, str) or not _SUFFIX.match(suffix):
            raise config.error("_templates_suffix must be a suffix like .jinja", "_templates_suffix")
        subdirectory = settings.get("_subdirectory")
        if not isinstance(subdirectory, str) or not _NAME.match(subdirectory):
            raise config.error("_subdirectory must name a folder, as `template`", "_subdirectory")
        if not (folder / subdirectory).is_dir():
            raise config.error(f"the folder {subdirectory}/ is missing", "_subdirectory")
        _check_settings(config, settings)
        return Blueprint(
            name=name,
            version=meta.data["version"],
            description=meta.text("description"),
            requires=meta.texts("requires"),
            once=meta.texts("once"),
            append_only=meta.texts("append_only"),
            slots=MappingProxyType(read_slots(meta)),
            root=folder,
            questions=MappingProxyType(_questions(config)),
            subdirectory=subdirectory,
            suffix=suffix,
            envops=MappingProxyType({"keep_trailing_newline": True, **_envops(config)}),
            exclude=config.texts("_exclude"),
        )
    except YamlFileError as error:
        raise BlueprintError(name, str(error), template=error.file, line=error.line, hint=error.hint) from None


def _read(folder: Path, file: str) -> YamlFile:
    try:
        return YamlFile.read(folder / file)
    except YamlFileError as error:
        raise BlueprintError(folder.name, str(error), template=file, line=error.line) from None


def _check_keys(file: YamlFile, known: frozenset[str], required: tuple[str, ...] = ()) -> None:
    for key in file.data:
        if key not in known:
            raise file.error(f"unknown key {key!r}; known are {', '.join(sorted(known))}", key)
    for key in required:
        if key not in file.data:
            raise file.error(f"{key!r} is missing")


def _check_settings(file: YamlFile, settings: Mapping[str, Any]) -> None:
    for key in settings:
        if key not in _SETTINGS:
            raise file.error(
                f"{key} is not supported in our blueprints; supported are {', '.join(sorted(_SETTINGS))}",
                key,
                hint="templates that need more can be rendered as foreign Copier templates",
            )
    if "_exclude" not in settings:
        # With `_subdirectory` set, Copier drops its own default patterns: https://copier.readthedocs.io (exclude).
        raise file.error("_exclude must be given: Copier's defaults do not hold when _subdirectory is set")
    for pattern in file.texts("_exclude"):
        if not _EXCLUDE.match(pattern):
            raise file.error(f"_exclude pattern {pattern!r} is not supported: plain names with * ? [abc]", "_exclude")


def _envops(file: YamlFile) -> dict[str, Any]:
    envops = file.data.get("_envops")
    if not isinstance(envops, dict) or envops.get("undefined") != _UNDEFINED:
        raise file.error(f"_envops must have `undefined: {_UNDEFINED}`", "_envops")
    for key, value in envops.items():
        fits = (key in _ENVOPS_BOOLEANS and isinstance(value, bool)) or (
            key in _ENVOPS_STRINGS and isinstance(value, str) and value
        )
        if key != "undefined" and not fits:
            raise file.error(f"_envops: {key}: {value!r} is not supported", "_envops", key)
    return {key: value for key, value in envops.items() if key != "undefined"}


def _questions(file: YamlFile) -> dict[str, Question]:
    questions: dict[str, Question] = {}
    envops = _envops(file)
    starts = tuple(
        envops.get(f"{kind}_start_string", plain)
        for kind, plain in (("variable", "{{"), ("block", "{%"), ("comment", "{#"))
    )
    for name, value in file.data.items():
        if name.startswith("_"):
            continue
        if not name.isidentifier() or name in {"now", "make_secret"}:
            raise file.error(f"{name!r} cannot be the name of a question", name)
        details = value if isinstance(value, dict) else {"default": value}
        for key in details:
            if key not in _QUESTION_KEYS:
                raise file.error(f"question {name}: {key!r} is not supported", name, key)
        default = details.get("default", MISSING)
        if _is_templated(default, starts):
            raise file.error(f"question {name}: a default that is a template is not supported", name, "default")
        kind = details.get("type") or (type(default).__name__ if type(default).__name__ in QUESTION_TYPES else "yaml")
        if kind not in QUESTION_TYPES:
            raise file.error(f"question {name}: type {kind!r} is not supported", name, "type")
        questions[name] = Question(name, kind, default)
    return questions


def _is_templated(value: Any, starts: tuple[str, ...]) -> bool:
    if isinstance(value, list):
        return any(_is_templated(item, starts) for item in value)
    return isinstance(value, str) and any(start in value for start in starts)


def _load_stacks(root: Path) -> dict[str, Stack]:
    try:
        file = YamlFile.read(root / "stacks.yml")
        stacks: dict[str, Stack] = {}
        for name, value in file.data.items():
            if not isinstance(value, dict) or set(value) != {"description", "blueprints"}:
                raise file.error(f"stack {name}: needs description and blueprints, nothing else", name)
            members = value["blueprints"]
            if not isinstance(members, list) or not members or not all(isinstance(one, str) for one in members):
                raise file.error(f"stack {name}: blueprints must be a list of names", name, "blueprints")
            stacks[name] = Stack(name, str(value["description"]).strip(), tuple(members))
    except YamlFileError as error:
        raise BlueprintError("stacks.yml", str(error), line=error.line) from None
    return stacks


def excluded(blueprint: Blueprint) -> re.Pattern[str]:
    """A pattern whose `match(part)` tells that a path with this part is left out of the output."""
    return re.compile("|".join(map(fnmatch.translate, blueprint.exclude)) or r"(?!)")


def _walk(blueprint: Blueprint) -> Iterator[SourceFile]:
    patterns = excluded(blueprint)
    # A name with Jinja in it may become another one, and so is judged by what it becomes (`render.py`).
    is_static = re.compile(rf"(?!copier\.yml\Z|.*\{{|.*{re.escape(blueprint.suffix)}\Z)")
    pending = [("", os.fspath(blueprint.root))]
    while pending:
        prefix, folder = pending.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                path = prefix + entry.name
                if patterns.match(entry.name) and is_static.match(entry.name):
                    continue
                if path == "__pycache__":
                    continue  # where compiled templates are kept
                if entry.is_symlink():
                    raise BlueprintError(blueprint.name, "symbolic links are not supported", template=path)
                if entry.is_dir(follow_symlinks=False):
                    pending.append((path + "/", entry.path))
                    continue
                with open(entry.path, "rb") as stream:  # noqa: PTH123 - a Path per file costs more than the reading
                    yield SourceFile(path, stream.read(), bool(os.fstat(stream.fileno()).st_mode & 0o111))
