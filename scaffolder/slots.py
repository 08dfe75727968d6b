"""What a blueprint declares of its slots: the mapping `slots` in `blueprint.yml`, one entry per pattern of ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from scaffolder_fills.kinds.registry import KINDS, OPTIONS, names

from scaffolder.yaml_lines import YamlFile

PARTS: Final = frozenset({"project", "auth", "entities", "agents", "workflows", "targets"})
"""Parts of the spec, and of the contract, that a context may name."""

ITEMS: Final = MappingProxyType({"entity": "entities", "agent": "agents", "workflow": "workflows"})
"""The one item of a part which `*` in a pattern stands for, by the name of its module."""

_KEYS: Final = frozenset({"kind", "goal", "context", "tests"})
_PATH: Final = re.compile(r"(?:[\w.-]|\{item\})+(?:/(?:[\w.-]|\{item\})+)*\Z")


@dataclass(frozen=True, slots=True)
class SlotDeclaration:
    """What may stand in the slots whose id matches `pattern` (`*` stands for one part of the id, the item).

    `context` names what may be shown to a language model: parts of the spec (`PARTS`), the item itself (`ITEMS`),
    and files of the project. `tests` are the files that must pass with a fill. In both, `{item}` in a path is the item.
    """

    pattern: str
    kind: str
    goal: str
    context: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    tests: tuple[str, ...] = ()

    def item(self, slot: str) -> str | None:
        """Give what `*` stands for in the id `slot`: empty where there is no `*`, None if the id does not match."""
        expression = re.escape(self.pattern).replace(r"\*", r"([^.]+)")
        match = re.fullmatch(expression, slot)
        return (match[1] if match.groups() else "") if match else None

    def context_of(self, slot: str) -> tuple[str, ...]:
        """Give the context of one slot, its paths complete."""
        return tuple(one.replace("{item}", self.item(slot) or "") for one in self.context)

    def tests_of(self, slot: str) -> tuple[str, ...]:
        """Give the paths of the tests of one slot."""
        return tuple(one.replace("{item}", self.item(slot) or "") for one in self.tests)


def read_slots(file: YamlFile) -> dict[str, SlotDeclaration]:
    """Read the declarations of a `blueprint.yml`.

    Raises:
        YamlFileError: one of them is wrong; it points at the line.
    """
    declared = file.data.get("slots") or {}
    if not isinstance(declared, dict):
        raise file.error("slots must be a mapping: slot id -> kind, goal, context", "slots")
    return {pattern: _read(file, pattern, value) for pattern, value in declared.items()}


def _read(file: YamlFile, pattern: str, value: Any) -> SlotDeclaration:
    if not isinstance(value, dict) or not isinstance(value.get("goal"), str) or not value["goal"].strip():
        raise file.error(f"slot {pattern}: needs a kind and a goal", "slots", pattern)
    if pattern.count("*") > 1:
        raise file.error(f"slot {pattern}: at most one part of the id can be `*`", "slots", pattern)
    kind = _kind(file, pattern, value)
    context, tests = _texts(file, pattern, "context", value), _texts(file, pattern, "tests", value)
    for key, texts in (("context", context), ("tests", tests)):
        for text in texts:
            _check_reference(file, pattern, key, text)
    options = {key: one for key, one in value.items() if key not in _KEYS}
    for key in options:
        if kind in OPTIONS and key not in OPTIONS[kind]:
            known = sorted(_KEYS | OPTIONS[kind])
            raise file.error(f"slot {pattern}: unknown key {key!r}{_nearest(key, known)}", "slots", pattern, key)
    return SlotDeclaration(pattern, kind, value["goal"].strip(), context, options, tests)


def _kind(file: YamlFile, pattern: str, value: Mapping[str, Any]) -> str:
    kind = value.get("kind")
    # Only a name that is not ours is worth the look at what other packages bring.
    if isinstance(kind, str) and (kind in KINDS or kind in names()):
        return kind
    keys = ("slots", pattern, "kind") if "kind" in value else ("slots", pattern)
    raise file.error(f"slot {pattern}: there is no kind {kind!r}{_nearest(str(kind), names())}", *keys)


def _texts(file: YamlFile, pattern: str, key: str, value: Mapping[str, Any]) -> tuple[str, ...]:
    texts = value.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise file.error(f"slot {pattern}: {key} must be a list of strings", "slots", pattern, key)
    return tuple(texts)


def _check_reference(file: YamlFile, pattern: str, key: str, text: str) -> None:
    """Refuse a name that nothing answers to: it would show nothing, or test nothing, without a word."""
    if "/" in text or "." in text:
        if not _PATH.match(text) or ".." in text.split("/"):
            raise file.error(f"slot {pattern}: {text!r} is no path inside the project", "slots", pattern, key)
    elif key == "tests" or text not in PARTS | set(ITEMS):
        known = sorted(PARTS | set(ITEMS)) if key == "context" else ()
        what = "neither a part of the spec nor a path" if known else "no path"
        raise file.error(f"slot {pattern}: {text!r} is {what}{_nearest(text, known)}", "slots", pattern, key)
    if "*" not in pattern and ("{item}" in text or text in ITEMS):
        raise file.error(f"slot {pattern}: {text!r} needs a `*` in the id", "slots", pattern, key)


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for an error

    known = list(known)
    near = get_close_matches(word, known, 1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are {', '.join(known)}" if known else ""
