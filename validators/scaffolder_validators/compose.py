"""Compose files: the schema, names that exist, and what must not be in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators import schema
from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_NAME = re.compile(r"(^|/)(docker-)?compose([.-][\w.-]+)?\.ya?ml$")
_VARIABLE: Final = "$"

probe = schema.probe


def applies_to(path: str) -> bool:
    """`compose.yaml`, `docker-compose.yml`, and their variants as `compose.test.yaml`."""
    return _NAME.search(path) is not None


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    for document in read("compose", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("compose", document)
        if "version" in mapping(document.data):
            hint = "Delete the line; Compose ignores it and warns."
            yield document.finding(("version",), "compose:version", "warning", "'version' is obsolete", hint)
        services = mapping(mapping(document.data).get("services"))
        for name, service in services.items():
            keys: Keys = ("services", name)
            yield from _image(document, keys, mapping(service))
            yield from _dependencies(document, keys, mapping(service), services)
            yield from _names(document, keys, mapping(service))
            yield from _rights(document, keys, mapping(service))


def _image(document: Document, keys: Keys, service: dict[str, Any]) -> Iterator[Finding]:
    if not {"image", "build", "extends", "provider"} & set(service):
        hint = "Add image or build."
        yield document.finding(
            keys, "compose:no-image", "error", f"service '{keys[-1]}' has neither image nor build", hint
        )
    image = service.get("image")
    if isinstance(image, str) and "build" not in service and _VARIABLE not in image and "@" not in image:
        tag = image.rpartition("/")[2].partition(":")[2]
        if tag in {"", "latest"}:
            hint = "Name a version, so that the same comes up tomorrow."
            yield document.finding((*keys, "image"), "compose:image-tag", "warning", f"'{image}' has no version", hint)


def _dependencies(
    document: Document, keys: Keys, service: dict[str, Any], services: dict[str, Any]
) -> Iterator[Finding]:
    wanted = service.get("depends_on")
    for index, name in enumerate(wanted if isinstance(wanted, dict) else items(wanted)):
        at: Keys = (*keys, "depends_on", name if isinstance(wanted, dict) else index)
        if name not in services:
            hint = "Name a service of this file."
            yield document.finding(at, "compose:depends-on", "error", f"there is no service '{name}'", hint)
        elif (
            mapping(mapping(wanted).get(name)).get("condition") == "service_healthy"
            # What is built here may have its check in the Dockerfile.
            and not {"healthcheck", "build"} & set(mapping(services[name]))
        ):
            hint = "Add a healthcheck to it, or wait for service_started."
            message = f"'{name}' has no healthcheck, so it may never be healthy"
            yield document.finding(at, "compose:no-healthcheck", "warning", message, hint)


def _names(document: Document, keys: Keys, service: dict[str, Any]) -> Iterator[Finding]:
    """Volumes, networks, secrets and configs that a service uses are declared at the top."""
    for kind in ("volumes", "networks", "secrets", "configs"):
        declared = mapping(document.data.get(kind))
        used = service.get(kind)
        for index, item in enumerate(used if isinstance(used, dict) else items(used)):
            name = _volume(item) if kind == "volumes" else item.get("source") if isinstance(item, dict) else item
            if isinstance(name, str) and name not in declared and name != "default" and _VARIABLE not in name:
                at: Keys = (*keys, kind, item if isinstance(used, dict) else index)
                message = f"'{name}' is not declared under {kind}"
                yield document.finding(
                    at, "compose:undeclared", "error", message, f"Declare it under {kind} at the top."
                )


def _volume(item: Any) -> str | None:
    if isinstance(item, dict):
        return item.get("source") if item.get("type") == "volume" else None
    source, colon, _ = str(item).partition(":")
    return source if colon and source[:1] not in {".", "/", "~", _VARIABLE} else None


def _rights(document: Document, keys: Keys, service: dict[str, Any]) -> Iterator[Finding]:
    if service.get("privileged") is True:
        hint = "Remove it, and add the one capability that is needed under cap_add."
        yield document.finding(
            (*keys, "privileged"), "compose:privileged", "warning", "the container may do anything", hint
        )
    for index, item in enumerate(items(service.get("volumes"))):
        source = item.get("source") if isinstance(item, dict) else str(item).partition(":")[0]
        if source in {"/var/run/docker.sock", "/run/docker.sock"}:
            message = "whoever has this socket is root on the host"
            hint = "Do not mount it."
            yield document.finding((*keys, "volumes", index), "compose:docker-socket", "warning", message, hint)
