"""`scaffolder blueprints`: what there is to make a project from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from scaffolder.cli import exits, output

if TYPE_CHECKING:
    from scaffolder.blueprints import Blueprint, Catalog


def complete_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Give the names of blueprints that begin with `incomplete`, for the shell."""
    from scaffolder.blueprints import load_catalog  # noqa: PLC0415

    blueprints = load_catalog().blueprints.values()
    return [CompletionItem(item.name, help=item.description) for item in blueprints if item.name.startswith(incomplete)]


def complete_sources(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Give stacks, blueprints and, as Copier templates may lie anywhere, directories."""
    from scaffolder.blueprints import load_catalog  # noqa: PLC0415

    stacks = load_catalog().stacks.values()
    found = [CompletionItem(item.name, help=item.description) for item in stacks if item.name.startswith(incomplete)]
    found += complete_names(ctx, param, incomplete)
    return found or [CompletionItem(incomplete, type="dir")]


@click.group(short_help="List the blueprints and stacks, or show one.")
def command() -> None:
    """List the blueprints and stacks, or show one."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_(as_json: bool) -> int:
    """List all stacks and blueprints."""
    from scaffolder.blueprints import load_catalog  # noqa: PLC0415
    from scaffolder.report import columns  # noqa: PLC0415

    catalog = load_catalog()
    if as_json:
        stacks = [
            {"name": stack.name, "description": stack.description, "blueprints": stack.blueprints}
            for stack in catalog.stacks.values()
        ]
        found = [_to_data(item) for item in catalog.blueprints.values()]
        broken = {name: str(error) for name, error in catalog.broken.items()}
        output.result(json.dumps({"stacks": stacks, "blueprints": found, "broken": broken}, ensure_ascii=False))
        return _code(catalog)
    if catalog.stacks:
        output.result("Stacks:")
        for line in columns([(item.name, item.description) for item in catalog.stacks.values()]):
            output.result(line)
        output.result("")
    output.result("Blueprints:")
    for line in columns([(item.name, item.version, item.description) for item in catalog.blueprints.values()]):
        output.result(line)
    for error in catalog.broken.values():
        output.error(str(error))
    return _code(catalog)


@command.command()
@click.argument("name", shell_complete=complete_names)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(name: str, as_json: bool) -> int:
    """Show the blueprint or stack NAME: version, requirements, the parts of the contract it reads, slots."""
    from scaffolder.blueprints import load_catalog  # noqa: PLC0415

    catalog = load_catalog()
    if name in catalog.broken:
        raise catalog.broken[name]
    if stack := catalog.stacks.get(name):
        data = {"name": stack.name, "description": stack.description, "blueprints": stack.blueprints}
        text = f"{stack.name}: {stack.description}\n\nblueprints: {', '.join(stack.blueprints)}"
    elif blueprint := catalog.blueprints.get(name):
        data, text = _to_data(blueprint), _to_text(blueprint)
    else:
        output.error(f"there is no blueprint or stack {name!r}", hint=_nearest(name, catalog))
        return exits.BAD_INPUT
    output.result(json.dumps(data, ensure_ascii=False) if as_json else text)
    return exits.FINE


def _code(catalog: Catalog) -> int:
    return exits.FINDINGS if catalog.broken else exits.FINE


def _nearest(name: str, catalog: Catalog) -> str:
    from difflib import get_close_matches  # noqa: PLC0415

    names = [*catalog.stacks, *catalog.names]
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"


def _to_data(blueprint: Blueprint) -> dict[str, Any]:
    return {
        "name": blueprint.name,
        "version": blueprint.version,
        "description": blueprint.description,
        "requires": blueprint.requires,
        "once": blueprint.once,
        "reads": list(blueprint.questions),
        "slots": {
            slot.pattern: {"kind": slot.kind, "goal": slot.goal, "context": slot.context, "tests": slot.tests}
            for slot in blueprint.slots.values()
        },
        "digest": blueprint.digest,
    }


def _to_text(blueprint: Blueprint) -> str:
    lines = [f"{blueprint.name} {blueprint.version}: {blueprint.description}", ""]
    lines.append(f"requires: {', '.join(blueprint.requires) or 'nothing'}")
    lines.append(f"reads:    {', '.join(blueprint.questions) or 'nothing'}")
    if blueprint.once:
        lines.append(f"once:     {', '.join(blueprint.once)}")
    if blueprint.slots:
        lines += ["", "slots:"]
        for slot in blueprint.slots.values():
            lines += [f"  {slot.pattern} ({slot.kind})", f"    {' '.join(slot.goal.split())}"]
    return "\n".join(lines)
