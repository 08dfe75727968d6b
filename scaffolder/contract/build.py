"""spec -> contract."""

from __future__ import annotations

from scaffolder.contract.compile import environment_names, settings_attribute
from scaffolder.contract.drafts import collect_drafts
from scaffolder.contract.entities import build_entities, entity_ref
from scaffolder.contract.entity_model import Entity, Json
from scaffolder.contract.fields import EnumNames
from scaffolder.contract.model import Auth, Contract, EnvironmentVariable, Features, Project
from scaffolder.contract.openapi import build_components
from scaffolder.contract.operations import build_operations
from scaffolder.contract.seeds import build_seeds
from scaffolder.contract.tables import build_tables, creation_order
from scaffolder.contract.workflows import build_agents, build_workflows
from scaffolder.naming import Names, pascal
from scaffolder.spec.model import Auth as AuthSpec
from scaffolder.spec.model import Spec, Target


def build_contract(spec: Spec) -> Contract:
    """Resolve everything that the spec leaves open.

    Args:
        spec: A spec that `scaffolder.spec` accepted; references in it are known to hold.
    """
    features = _features(spec)
    drafts = collect_drafts(spec, features)
    entities = creation_order(build_entities(drafts, spec.audit, spec.auth.roles if spec.auth else ()))
    by_name = {entity.name: entity for entity in entities}
    auth = _auth(spec.auth, by_name["User"]) if spec.auth else None
    builtin = {draft.key: entity_ref(by_name[draft.name]) for draft in drafts if draft.builtin}
    names = EnumNames(
        [entity.class_name for entity in entities] + [enum.class_name for entity in entities for enum in entity.enums]
    )
    agents = build_agents(spec.agents, by_name, names)
    workflows = build_workflows(spec.workflows, by_name, agents, names)
    return Contract(
        project=_project(spec),
        auth=auth,
        limits=_limits(spec),
        audit=spec.audit,
        features=features,
        entities=entities,
        tables=build_tables(entities),
        operations=build_operations(entities, agents, workflows, auth),
        agents=agents,
        workflows=workflows,
        targets=tuple(_target(name, target) for name, target in spec.targets.items()),
        environment=_environment(spec),
        builtin=builtin,
        seeds=build_seeds(entities, auth.profile if auth else ()),
        components=build_components(entities, agents, workflows, auth),
        notes=_notes(spec),
    )


def _features(spec: Spec) -> Features:
    kinds = tuple(sorted({node.kind for workflow in spec.workflows.values() for node in workflow.nodes.values()}))
    agents, workflows = bool(spec.agents), bool(spec.workflows)
    return Features(
        auth=spec.auth is not None,
        agents=agents,
        workflows=workflows,
        messages=agents or workflows,
        audit=bool(spec.audit),
        rate_limit=spec.limits.per_user is not None,
        llm=agents,
        vector_search="vector.search" in kinds,
        idempotency=bool(spec.entities) or agents,
        node_kinds=kinds,
    )


def _auth(auth: AuthSpec, user: Entity) -> Auth:
    return Auth(
        access_seconds=auth.access,
        refresh_seconds=auth.refresh,
        roles=auth.roles,
        default_role=auth.roles[0],
        admin_role=auth.roles[-1],
        staff_roles=auth.roles[1:],
        profile=tuple(
            field
            for field in user.fields
            # What has a default is not for somebody unknown to choose: the role, a balance, a flag.
            if (field.required or (field.nullable and field.default_json is None)) and not field.reference
        ),
    )


def _project(spec: Spec) -> Project:
    names = Names.of(spec.project.name)
    return Project(
        name=spec.project.name,
        title=names.title,
        snake=names.snake,
        kebab=names.kebab,
        pascal=pascal(names.snake),
        description=spec.project.description or f"The {names.title.lower()} service.",
    )


def _limits(spec: Spec) -> Json:
    rate = spec.limits.per_user
    return {"per_user": {"requests": rate.requests, "seconds": rate.seconds} if rate else None}


def _target(name: str, target: Target) -> Json:
    return {
        "name": name,
        "platform": target.platform,
        "region": target.region,
        "workflows": list(target.workflows),
    }


def _environment(spec: Spec) -> tuple[EnvironmentVariable, ...]:
    purposes: dict[str, list[str]] = {}
    for name, workflow in spec.workflows.items():
        for node, step in workflow.nodes.items():
            for variable in environment_names(step.with_):
                purposes.setdefault(variable, []).append(f"step {node} of workflow {name}")
    return tuple(
        EnvironmentVariable(variable, settings_attribute(variable), "Used by " + ", ".join(dict.fromkeys(where)) + ".")
        for variable, where in sorted(purposes.items())
    )


def _notes(spec: Spec) -> tuple[str, ...]:
    """Say what the spec asks for and the agent-backend stack does not do."""
    if not spec.targets:
        return ()
    targets = ", ".join(spec.targets)
    return (f"targets ({targets}): this stack renders one container, not one app per deployment target",)
