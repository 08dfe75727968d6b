"""`scaffolder plan`: what `copy` would do, for people, for machines, and for plain Copier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scaffolder.cli import exits, options, output
from scaffolder.cli.blueprints import complete_names, complete_sources

if TYPE_CHECKING:
    from scaffolder.planned import Planned


@click.command(short_help="Show what copy would do: phases, blueprints, files, slots.")
@click.argument("source", default="agent-backend", shell_complete=complete_sources)
@options.data_options
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON; `copy --plan FILE` carries it out.")
@click.option(
    "--answers",
    metavar="BLUEPRINT",
    shell_complete=complete_names,
    help="Print the answers that BLUEPRINT gets, as YAML for `copier copy --data-file`.",
)
def command(source: str, data: tuple[str, ...], data_file: Path | None, as_json: bool, answers: str | None) -> int:
    """Show what `scaffolder copy SOURCE` would do; SOURCE is a stack (by default agent-backend) or a blueprint.

    Without --data-file, the example spec of `copy --defaults` is planned.
    """
    if as_json and answers is not None:
        raise click.UsageError("--json and --answers are two different results; choose one")
    from scaffolder import pipeline  # noqa: PLC0415
    from scaffolder.input import example  # noqa: PLC0415
    from scaffolder.overrides import parse_overrides  # noqa: PLC0415

    spec = example() if data_file is None else options.given_spec(data_file)
    planned = pipeline.plan(source, spec, parse_overrides(data))
    for warning in planned.warnings:
        output.note(str(warning))
    if as_json:
        output.result(planned.to_json())
    elif answers is not None:
        output.result(planned.answers_yaml(answers).rstrip("\n"))
    else:
        output.result(_text(planned))
    broken = [pipeline.catalog().broken.get(step.blueprint) for step in planned.plan.steps]
    for error in filter(None, broken):
        output.error(error.message, hint=error.hint)
    return exits.FINDINGS if any(broken) else exits.FINE


def _text(planned: Planned) -> str:
    from scaffolder.report import columns, count  # noqa: PLC0415

    plan = planned.plan
    files = sum(len(step.files) for step in plan.steps)
    rows = [("phase", "blueprint", "version", "files", "slots")]
    rows += [
        (str(step.phase), step.blueprint, step.version, str(len(step.files)), str(len(step.slots)))
        for step in plan.steps
    ]
    size = ", ".join((count(len(plan.steps), "blueprint"), count(len(plan.phases), "phase"), count(files, "file")))
    lines = [f"{plan.source}: {size}", ""]
    lines += columns(rows, right=(3, 4))
    not_done = (*plan.notes, *planned.not_done)
    if not_done:
        lines += ["", "Not done:", *(f"  - {note}" for note in not_done)]
    return "\n".join(lines)
