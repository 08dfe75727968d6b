"""Blueprints and trees for tests, built from `{path: content}`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffolder.blueprints import Blueprint, load_blueprint
from scaffolder.tree import File, Mode, Origin, Tree

COPIER = """\
_subdirectory: template
_templates_suffix: .jinja
_envops: {undefined: jinja2.StrictUndefined, keep_trailing_newline: true, trim_blocks: true, lstrip_blocks: true}
_exclude: [copier.yml, "__pycache__", "*.py[co]", ".git", ".DS_Store"]
"""


def write_blueprint(
    root: Path,
    templates: Mapping[str, str | bytes],
    *,
    questions: str = "items: {type: yaml, default: []}\n",
    meta: str = "",
    copier: str = COPIER,
) -> Path:
    """Write a blueprint named like the folder `root`; `templates` are below `template/`."""
    for path, content in templates.items():
        file = root / "template" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    (root / "template").mkdir(parents=True, exist_ok=True)
    (root / "copier.yml").write_text(copier + questions, encoding="utf-8")
    head = f"name: {root.name}\nversion: 1.0.0\ndescription: A test.\n"
    (root / "blueprint.yml").write_text(head + meta, encoding="utf-8")
    return root


def blueprint(
    root: Path, templates: Mapping[str, str | bytes], *, questions: str = "items: {type: yaml, default: []}\n"
) -> Blueprint:
    """Write a blueprint and load it."""
    return load_blueprint(write_blueprint(root, templates, questions=questions))


def file(path: str, content: str | bytes = "x\n", mode: Mode = 0o644, owner: str = "demo") -> File:
    """A rendered file of blueprint `owner`."""
    data = content.encode() if isinstance(content, str) else content
    return File(path, data, mode, Origin(owner, "1.0.0", f"template/{path}"))


def tree(files: Mapping[str, str | bytes]) -> Tree:
    """A tree of plain files."""
    return Tree(file(path, content) for path, content in files.items())


def snapshot(folder: Path) -> dict[str, tuple[str, bytes]]:
    """All that is below `folder`: path -> mode in octal (with the kind of entry) and content."""
    found: dict[str, tuple[str, bytes]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = ("link", str(path.readlink()).encode())
        elif path.is_dir():
            found[name] = (f"dir {path.stat().st_mode & 0o777:o}", b"")
        else:
            found[name] = (f"file {path.stat().st_mode & 0o777:o}", path.read_bytes())
    return found
