"""A YAML file whose errors can name the line: for the files of blueprints, which people write by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class YamlFileError(Exception):
    """Something in `file` is wrong, in `line` (from 1) when known."""

    def __init__(self, message: str, file: str, line: int | None, hint: str = "") -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.hint = hint


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML mapping with string keys, and the lines at which its keys stand."""

    name: str
    data: dict[str, Any]
    root: yaml.MappingNode

    @classmethod
    def read(cls, path: Path) -> YamlFile:
        """Read `path`.

        Raises:
            YamlFileError: it is missing, no UTF-8, no YAML (or several documents), no mapping, or has a key twice.
        """
        # The loader over libyaml is ten times faster; not every build of PyYAML has it. Both give the same data.
        loader_type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            loader = loader_type(path.read_bytes())
            root = loader.get_single_node()
            if not isinstance(root, yaml.MappingNode):
                raise YamlFileError("must be a mapping", path.name, 1)
            _refuse_duplicates(root, path.name)
            data = loader.construct_document(root)
        except FileNotFoundError:
            raise YamlFileError("is missing", path.name, None) from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = error.problem or error.context or "is not YAML"
            raise YamlFileError(message, path.name, mark.line + 1 if mark else None) from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise YamlFileError(f"is not YAML: {error}", path.name, None) from None
        for key in data:
            if not isinstance(key, str):
                raise YamlFileError(f"key {key!r} must be a string", path.name, None)
        return cls(path.name, data, root)

    def line(self, *keys: str) -> int:
        """The line (from 1) at which the key reached by `keys` stands, or the nearest one above it that exists."""
        node: yaml.Node = self.root
        line = int(node.start_mark.line) + 1
        for key in keys:
            if not isinstance(node, yaml.MappingNode):
                break
            for name, value in node.value:
                if name.value == key:
                    line, node = int(name.start_mark.line) + 1, value
                    break
            else:
                break
        return line

    def error(self, message: str, *keys: str, hint: str = "") -> YamlFileError:
        """An error that points at the key reached by `keys`."""
        return YamlFileError(message, self.name, self.line(*keys), hint)

    def text(self, key: str) -> str:
        """The string at `key`, stripped.

        Raises:
            YamlFileError: it is something else or missing.
        """
        value = self.data.get(key)
        if not isinstance(value, str):
            raise self.error(f"{key} must be a string", key)
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of strings at `key`, empty when there is none.

        Raises:
            YamlFileError: it is something else.
        """
        value = self.data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{key} must be a list of strings", key)
        return tuple(value)


def _refuse_duplicates(node: yaml.Node, file: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise YamlFileError(f"key {key.value!r} stands twice", file, key.start_mark.line + 1)
                seen.add(key.value)
            _refuse_duplicates(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicates(item, file)
