"""Relations lead to entities that exist, and rows can be created in some order."""

from __future__ import annotations

from scaffolder.spec.draft import Draft
from scaffolder.spec.entities import BUILT_IN_ENTITIES
from scaffolder.spec.graph import cycles, describe_cycle
from scaffolder.spec.model import FieldSpec
from scaffolder.spec.problems import Problems, quote


def check_entities(draft: Draft, problems: Problems) -> None:
    """Add what is wrong with the references between entities."""
    required: dict[str, list[str]] = {name: [] for name in draft.entities}
    for entity, item in draft.entities.items():
        for name, field in item.fields.items():
            if field.target is None:
                continue
            _check_reference(draft, problems, entity, name, field)
            if field.type == "reference" and not field.nullable:
                required[entity].append(field.target)
                if entity == "User" and draft.auth is not None:
                    _add_sign_up(draft, problems, name, field.target)
    for cycle in cycles(required):
        _add_cycle(draft, problems, cycle)


def _check_reference(draft: Draft, problems: Problems, entity: str, name: str, field: FieldSpec) -> None:
    at = draft.at("entities", entity, name)
    target = str(field.target)
    declared = target in draft.entities
    if target == "User" and not declared and draft.auth is None:
        problems.error(at, "needs-auth", f"{entity}.{name} refers to User, which comes with auth", "add auth: true")
    elif not declared and target not in BUILT_IN_ENTITIES:
        options = [*draft.entities, *(name for name in BUILT_IN_ENTITIES if name != "User" or draft.auth)]
        problems.unknown(at, "unknown-entity", "entity", target, options)
    if not field.owner:
        return
    if target != "User":
        message = f"the owner of {entity} must be a User, not {quote(target)}"
        problems.error(at, "owner", message, f"write {name}: -> User owner")
    elif declared and draft.auth is None:
        message = f"{entity}.{name} is an owner, which needs sign-in"
        problems.error(at, "needs-auth", message, "add auth: true, or remove owner")


def _add_cycle(draft: Draft, problems: Problems, cycle: list[str]) -> None:
    following = cycle[1] if len(cycle) > 1 else cycle[0]
    fields = draft.entities[cycle[0]].fields
    name = next(name for name, field in fields.items() if field.target == following and not field.nullable)
    at = draft.at("entities", cycle[0], name)
    message = f"no row could ever be created, as each needs another first: {describe_cycle(cycle)}"
    problems.error(at, "cycle", message, f"make one of them optional: {name}: -> {following}?")


def _add_sign_up(draft: Draft, problems: Problems, name: str, target: str) -> None:
    message = f"nobody could register, as User.{name} needs a {target} and only who is signed in can make one"
    hint = f"make it optional: {name}: -> {target}?"
    problems.error(draft.at("entities", "User", name), "sign-up", message, hint)
