"""Cloud Run services: the schema, reserved names, and probes that the platform answers itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffolder_validators import schema
from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_API = b"serving.knative.dev"
_SECRET = re.compile(r"(?i)(secret|password|passwd|token|api_?key|private_?key)")
_RESERVED = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")

probe = schema.probe


def applies_to(path: str) -> bool:
    """Any YAML file: the API version in it tells, not its name."""
    return path.endswith((".yaml", ".yml"))


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    mine = sources.only(path for path, content in sources.files.items() if _API in content)
    for document in read("cloudrun", mine):
        if isinstance(document, Finding):
            yield document
        elif str(mapping(document.data).get("apiVersion", "")).encode().startswith(_API):
            yield from schema.violations("cloudrun", document)
            yield from _revision(document)


def _revision(document: Document) -> Iterator[Finding]:
    template = mapping(mapping(mapping(document.data).get("spec")).get("template"))
    keys: Keys = ("spec", "template", "spec", "containers")
    containers = [mapping(item) for item in items(mapping(template.get("spec")).get("containers"))]
    with_ports = [index for index, item in enumerate(containers) if "ports" in item]
    if len(containers) > 1 and len(with_ports) != 1:
        message = f"of several containers exactly one has ports, here {len(with_ports)} have"
        yield document.finding(keys, "cloudrun:ports", "error", message, "Give ports to the one that takes requests.")
    for index, container in enumerate(containers):
        yield from _container(document, (*keys, index), container)
    percents = [mapping(item).get("percent", 0) for item in items(mapping(document.data["spec"]).get("traffic"))]
    if percents and sum(one for one in percents if isinstance(one, int)) != 100:
        hint = "Make the percentages add up to 100."
        yield document.finding(("spec", "traffic"), "cloudrun:traffic", "error", "the traffic is not 100 percent", hint)


def _container(document: Document, keys: Keys, container: dict[str, Any]) -> Iterator[Finding]:
    image = str(container.get("image", ""))
    if image and "@" not in image and "$" not in image and image.rpartition("/")[2].partition(":")[2] in {"", "latest"}:
        hint = "Name a version or a digest."
        yield document.finding((*keys, "image"), "cloudrun:image-tag", "warning", f"'{image}' has no version", hint)
    for index, item in enumerate(items(container.get("env"))):
        name, at = mapping(item).get("name"), (*keys, "env", index)
        if name in _RESERVED:
            yield document.finding(
                at, "cloudrun:reserved", "error", f"Cloud Run sets {name} itself", "Remove the variable."
            )
        elif _SECRET.search(str(name)) and mapping(item).get("value"):
            message = f"the value of {name} is written into the file"
            hint = "Take it from Secret Manager: valueFrom: {secretKeyRef: …}."
            yield document.finding((*at, "value"), "cloudrun:secret", "error", message, hint)
    for kind in _PROBES:
        path = mapping(mapping(container.get(kind)).get("httpGet")).get("path")
        if isinstance(path, str) and path.endswith("z"):
            message = f"Cloud Run reserves paths that end in z, '{path}' never reaches the program"
            hint = "Use another path, as /health/live."
            yield document.finding((*keys, kind, "httpGet", "path"), "cloudrun:path", "error", message, hint)
