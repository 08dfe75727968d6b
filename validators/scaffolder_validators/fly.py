"""fly.toml: the schema, and how machines are stopped."""

from __future__ import annotations

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

probe = schema.probe


def applies_to(path: str) -> bool:
    """`fly.toml`, and one for each environment as `fly.staging.toml`."""
    name = path.rpartition("/")[2]
    return name.startswith("fly.") and name.endswith("toml")


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    for document in read("fly", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("fly", document)
        data = mapping(document.data)
        if data.get("kill_signal") != "SIGTERM":
            message = 'without kill_signal = "SIGTERM" machines get SIGINT, and requests in flight are cut'
            hint = 'Write kill_signal = "SIGTERM" before the first table.'
            yield document.finding(("kill_signal",), "fly:kill-signal", "warning", message, hint)
        yield from _services(document, data)


def _services(document: Document, data: dict[str, Any]) -> Iterator[Finding]:
    services: list[tuple[Keys, dict[str, Any]]] = [
        (("services", index), mapping(item)) for index, item in enumerate(items(data.get("services")))
    ]
    if "http_service" in data:
        services.append((("http_service",), mapping(data["http_service"])))
    port = mapping(data.get("env")).get("PORT")
    for keys, service in services:
        stop = service.get("auto_stop_machines")
        if stop in {None, "off"} and "min_machines_running" in service and keys == ("http_service",):
            message = "min_machines_running does nothing unless machines are stopped"
            hint = 'Write auto_stop_machines = "stop".'
            yield document.finding((*keys, "auto_stop_machines"), "fly:auto-stop", "warning", message, hint)
        if stop in {"stop", "suspend"} and service.get("auto_start_machines") is False:
            message = "machines are stopped and never started again"
            hint = "Write auto_start_machines = true."
            yield document.finding((*keys, "auto_start_machines"), "fly:auto-start", "error", message, hint)
        if port is not None and "internal_port" in service and str(service["internal_port"]) != str(port):
            message = f"internal_port is {service['internal_port']}, but the program listens on PORT {port}"
            yield document.finding((*keys, "internal_port"), "fly:port", "error", message, "Make the two the same.")
