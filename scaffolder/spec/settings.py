"""The short sections of a spec: project, auth, limits, audit, quality, fills and targets."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import cast, get_args

from scaffolder.naming import Names
from scaffolder.spec.draft import Draft
from scaffolder.spec.model import (
    AuditAction,
    Auth,
    Fills,
    Limits,
    Platform,
    Project,
    Quality,
    Rate,
    Target,
    field_names,
)
from scaffolder.spec.names import NameChecker
from scaffolder.spec.problems import Place, quote
from scaffolder.spec.reader import Reader
from scaffolder.spec.tree import Node, ScalarNode

AUDIT_ACTIONS: tuple[AuditAction, ...] = get_args(AuditAction)
PLATFORMS: tuple[Platform, ...] = get_args(Platform)
NAME_PATTERN = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
REGION_PATTERN = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"

_NAME = re.compile(NAME_PATTERN + r"\Z")
_REGION = re.compile(REGION_PATTERN + r"\Z")
_ROLE = re.compile(r"[a-z][a-z0-9_]*\Z")
_NAME_LENGTH = 50
_ROLE_LENGTH = 40
_DAY = 86_400
_SYNONYMS = {"google-cloud-run": "cloud-run", "gcp": "cloud-run", "cloudrun": "cloud-run", "fly.io": "fly"}


class SettingsReader:
    """Reads the short sections into a draft."""

    def __init__(self, draft: Draft, reader: Reader) -> None:
        self._draft = draft
        self._reader = reader
        self._problems = reader.problems

    def project(self, node: Node | None, root: Place) -> None:
        """Read `project`, which every spec must have; its name alone is enough."""
        if node is None:
            self._problems.error(root, "missing-key", "the spec has no project", "such as project: {name: helpdesk}")
            return
        if isinstance(node, ScalarNode):
            self._draft.project = self._named(node, "")
            return
        given = self._reader.known(node, "project", field_names(Project), "such as project: {name: helpdesk}")
        description = self._reader.text(given.get("description"), "project.description")
        if "name" in given:
            self._draft.project = self._named(given["name"], description or "")
        elif self._reader.is_mapping(node) and not self._reader.has_key(node, "name"):
            self._problems.error(node, "missing-key", "project has no name", "such as name: helpdesk")

    def _named(self, node: Node, description: str) -> Project | None:
        name = self._reader.text(node, "project.name")
        if name is None:
            return None
        if len(name) > _NAME_LENGTH:
            message = f"project.name has {len(name)} characters; at most {_NAME_LENGTH} are allowed"
            self._problems.error(node, "name-length", message)
        elif not _NAME.match(name):
            cleaned = _kebab(name)
            hint = f"did you mean {quote(cleaned)}?" if cleaned else "such as helpdesk"
            message = f"project.name {quote(name)} may hold lower-case letters, digits and single hyphens"
            self._problems.error(node, "name", message, hint)
        return Project(name=name, description=description)

    def auth(self, node: Node | None) -> None:
        """Read `auth`; `true` takes all defaults."""
        if node is None or (isinstance(node, ScalarNode) and node.value is False):
            return
        self._draft.auth = Auth()
        if isinstance(node, ScalarNode) and node.value is True:
            return
        given = self._reader.known(node, "auth", field_names(Auth), "such as {access: 15m, refresh: 7d}")
        default = Auth()
        access = self._reader.duration(given.get("access"), "auth.access", 30, _DAY) or default.access
        refresh = self._reader.duration(given.get("refresh"), "auth.refresh", 60, 400 * _DAY) or default.refresh
        if access >= refresh:
            at = given.get("refresh", given.get("access", node))
            self._problems.error(at, "contradiction", "auth.refresh must last longer than auth.access")
        roles = self._roles(given["roles"]) if "roles" in given else default.roles
        self._draft.auth = Auth(access=access, refresh=refresh, roles=roles or default.roles)

    def _roles(self, node: Node) -> tuple[str, ...]:
        words = self._reader.words(node, "auth.roles")
        for word, at in words:
            if not _ROLE.match(word) or len(word) > _ROLE_LENGTH:
                cleaned = _kebab(word).replace("-", "_")
                hint = f"did you mean {quote(cleaned)}?" if cleaned else "such as [user, admin]"
                if cleaned == word:
                    hint = f"a role has {_ROLE_LENGTH} characters at most"
                self._problems.error(at, "name", f"{quote(word)} is no name for a role", hint)
        if not words:
            hint = "such as [user, admin], from the least to the most privileged"
            self._problems.error(node, "empty", "auth.roles is empty", hint)
        return tuple(word for word, _ in words)

    def limits(self, node: Node | None) -> None:
        """Read `limits`."""
        given = self._reader.known(node, "limits", field_names(Limits), "such as {per_user: 100/min}")
        rate = self._reader.rate(given.get("per_user"), "limits.per_user")
        if rate is not None:
            self._draft.limits = Limits(per_user=Rate(requests=rate[0], seconds=rate[1]))

    def audit(self, node: Node | None) -> None:
        """Read `audit`; `true` takes all actions."""
        if node is None:
            return
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            if node.value:
                self._draft.audit = AUDIT_ACTIONS if self._draft.auth else AUDIT_ACTIONS[:-1]
            return
        actions: list[AuditAction] = []
        for word, at in self._reader.words(node, "audit"):
            if word not in AUDIT_ACTIONS:
                self._problems.unknown(at, "unknown-value", "action in audit:", word, AUDIT_ACTIONS)
            elif word == "login" and self._draft.auth is None:
                self._problems.error(at, "needs-auth", "audit of login needs auth", "add auth: true, or remove login")
            else:
                actions.append(word)
        self._draft.audit = tuple(actions)

    def quality(self, node: Node | None) -> None:
        """Read `quality`, the gates of `scaffolder report`."""
        given = self._reader.known(node, "quality", field_names(Quality), "such as {minimum: 8.0}")
        found = {name: self._reader.number(value, f"quality.{name}", 0, 10) for name, value in given.items()}
        self._draft.quality = Quality(**found)

    def fills(self, node: Node | None) -> None:
        """Read `fills`: which models `scaffolder fill` asks for which kind of slot, and what it may spend."""
        if node is None:
            return
        given = self._reader.known(node, "fills", field_names(Fills), "such as {budget: 2.0}")
        default = Fills()
        budget = self._reader.number(given.get("budget"), "fills.budget", 0, 10_000)
        concurrency = self._reader.integer(given.get("concurrency"), "fills.concurrency", 1, 64) or default.concurrency
        self._draft.fills = Fills(models=self._models(given.get("models")), budget=budget, concurrency=concurrency)

    def _models(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        from scaffolder_fills.kinds.registry import names  # noqa: PLC0415 - few specs have this section

        models: dict[str, tuple[str, ...]] = {}
        for entry in self._reader.entries(node, "fills.models", "such as {python.body: [claude-sonnet-5-5]}"):
            what = f"fills.models.{entry.name}"
            if not any(fnmatchcase(name, entry.name) for name in names()):
                self._problems.unknown(entry.key, "unknown-value", "kind of slot in fills.models:", entry.name, names())
            words = tuple(word for word, _ in self._reader.words(entry.value, what))
            if not words:
                self._problems.error(entry.value, "empty", f"{what} is empty", "name the models to ask, in order")
            models[entry.name] = words
        return models

    def targets(self, node: Node | None) -> None:
        """Read `targets`; whether their workflows exist is checked later."""
        names = NameChecker(self._problems, "target", hyphens=True)
        for entry in self._reader.entries(node, "targets", "such as {prod: {platform: fly, workflows: [intake]}}"):
            if names.check(entry.name, entry.key):
                names.claim(Names.of(entry.name).kebab, entry.name, entry.key)
            what = f"targets.{entry.name}"
            given = self._reader.known(entry.value, what, field_names(Target), "such as {platform: fly}")
            platform = self._platform(given.get("platform"), what)
            if "platform" not in given and self._reader.is_mapping(entry.value):
                self._problems.error(
                    entry.key, "missing-key", f"{what} has no platform", "one of: " + ", ".join(PLATFORMS)
                )
            region = self._reader.text(given.get("region"), f"{what}.region")
            if region is not None and not _REGION.match(region):
                hint = "such as europe-west1 or ams"
                self._problems.error(given["region"], "name", f"{quote(region)} is no name for a region", hint)
            workflows = tuple(word for word, _ in self._reader.words(given.get("workflows"), f"{what}.workflows"))
            if platform is not None:
                self._draft.targets[entry.name] = Target(platform=platform, region=region, workflows=workflows)

    def _platform(self, node: Node | None, what: str) -> Platform | None:
        if isinstance(node, ScalarNode) and (guess := _SYNONYMS.get(node.text.lower())):
            message = f"{what}.platform cannot be {quote(node.text)}"
            self._problems.error(node, "unknown-value", message, f"did you mean {quote(guess)}?")
            return None
        return cast("Platform | None", self._reader.choice(node, f"{what}.platform", PLATFORMS))


def _kebab(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", Names.of(text).kebab).strip("-") if re.search(r"[A-Za-z]", text) else ""
