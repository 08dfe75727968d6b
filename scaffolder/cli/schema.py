"""`scaffolder schema`: the JSON Schema of the spec."""

from __future__ import annotations

import json

import click

from scaffolder.cli import output


@click.command(short_help="Print the JSON Schema of the spec, for editors.")
def command() -> None:
    """Print the JSON Schema of the spec.

    Save it, and begin the spec with this line to have it completed and checked by editors that speak YAML:

    \b
    # yaml-language-server: $schema=scaffold.schema.json
    """
    from scaffolder.spec.schema import spec_json_schema  # noqa: PLC0415

    output.result(json.dumps(spec_json_schema(), indent=2, ensure_ascii=False))
