"""devcontainer.json: the schema, and exactly one way to get a container."""

from __future__ import annotations

from collections.abc import Iterator

from scaffolder_validators import schema
from scaffolder_validators.documents import mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

probe = schema.probe


def applies_to(path: str) -> bool:
    """`devcontainer.json` and `.devcontainer.json`."""
    return path.rpartition("/")[2] in {"devcontainer.json", ".devcontainer.json"}


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    for document in read("devcontainer", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("devcontainer", document)
        data = mapping(document.data)
        ways = [name for name in ("image", "build", "dockerFile", "dockerComposeFile") if name in data]
        if len(ways) != 1:
            message = f"it says {' and '.join(ways)}" if ways else "it does not say what the container is made of"
            hint = "Write exactly one of image, build and dockerComposeFile."
            yield document.finding(tuple(ways[1:2]), "devcontainer:container", "error", message, hint)
        if "dockerComposeFile" in data and "service" not in data:
            message = "with a Compose file it must be said which service to use"
            yield document.finding(("dockerComposeFile",), "devcontainer:service", "error", message, "Add service.")
        for name in ("extensions", "settings"):
            if name in data:
                message = f"'{name}' at the top is no longer read"
                hint = f"Move it to customizations.vscode.{name}."
                yield document.finding((name,), "devcontainer:moved", "warning", message, hint)
