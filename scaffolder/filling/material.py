"""What a language model is shown of a project: parts of its spec, and rendered files that the blueprint names.

Nothing else is ever sent. Files come from the rendered tree, not from the disk, so neither `.env` nor what a person
wrote into the project can be among them; and the same spec and blueprints show the same, on any machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import yaml

from scaffolder.naming import Names
from scaffolder.slots import ITEMS, PARTS, SlotDeclaration
from scaffolder.tree import Tree

_NEVER: Final = (".env", ".env.*", "*/.env", "*/.env.*", ".scaffold/*")


class Material:
    """Gives the material of slots from the bytes of the spec and the tree that was rendered from it."""

    def __init__(self, spec: bytes, tree: Tree) -> None:
        # As the spec is read: this loader takes `{due: date?}`, the one in Python does not.
        self._spec: Mapping[str, Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(spec).get_single_data()
        self._tree = tree

    @property
    def shared(self) -> str:
        """What every slot is shown: name and description of the project, and no more.

        A fill depends on all that it was shown. If this held the entities, each change to one of them would ask for
        every slot anew.
        """
        return self._written("project", self._spec["project"])

    def of(self, slot: str, declared: SlotDeclaration) -> dict[str, str]:
        """Give the material for a slot: title to text, in the order of its context.

        What is named there and the project has not (agents, say) is left out.
        """
        item = declared.item(slot) or ""
        found: dict[str, str] = {}
        for name in declared.context_of(slot):
            if name in PARTS:
                if name != "project" and self._spec.get(name):  # the project is shared
                    found[f"{name}, in the project's spec"] = self._written(name, self._spec[name])
            elif name in ITEMS:
                found |= self._item(ITEMS[name], item)
            else:
                found |= {path: self._tree[path].content.decode() for path in self._paths(name)}
        return found

    def _item(self, section: str, item: str) -> dict[str, str]:
        for name, value in (self._spec.get(section) or {}).items():
            if Names.of(str(name)).snake == Names.of(item).snake:
                return {f"{name}, from {section} in the project's spec": self._written(str(name), value)}
        return {}

    def _paths(self, name: str) -> Iterator[str]:
        for path in self._tree:
            if (path == name or path.startswith(f"{name}/")) and not any(fnmatchcase(path, never) for never in _NEVER):
                yield path

    @staticmethod
    def _written(name: str, value: Any) -> str:
        text: str = yaml.safe_dump({name: value}, sort_keys=False, allow_unicode=True, width=110)
        return text
