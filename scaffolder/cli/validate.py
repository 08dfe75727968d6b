"""`scaffolder validate`: what is wrong with the files of a project, and what was not checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scaffolder.cli import exits, output

if TYPE_CHECKING:
    from scaffolder_validators import Tier, Validation

FORMATS: Final = ("text", "json", "sarif", "github")


@click.command(short_help="Check the files of a project, and say what was not checked.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--tier",
    type=click.Choice(["fast", "project", "sandbox"]),
    default="project",
    show_default=True,
    help="How much: in process only, all engines, or also the project's own tests in a sandbox.",
)
@click.option("--only", multiple=True, metavar="PATTERN", help="Run only validators whose names match. Repeatable.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print.")
@click.option("--no-cache", is_flag=True, help="Check everything anew instead of asking what is known of equal files.")
@click.option("--list", "names_only", is_flag=True, help="List the validators that would run and their versions.")
def command(path: Path, tier: Tier, only: tuple[str, ...], form: str, no_cache: bool, names_only: bool) -> int:
    """Check the project in PATH (by default the current directory).

    Any folder will do; in one that scaffolder made, each finding says whether the line comes from a template, a fill
    or a person, and the code is compared with the contract that the project's scaffold.yml gives.
    """
    from scaffolder_validators import UnknownValidatorError  # noqa: PLC0415

    try:
        if names_only:
            output.result(_listed(tier, only))
            return exits.FINE
        from scaffolder.checking import check_project  # noqa: PLC0415

        validation = check_project(path, tier=tier, only=only, use_cache=not no_cache)
    except UnknownValidatorError as error:
        raise click.UsageError(str(error)) from None
    output.result(_written(validation, form))
    return exits.FINDINGS if validation.errors else exits.FINE


def _written(validation: Validation, form: str) -> str:
    from scaffolder_validators import formats  # noqa: PLC0415
    from scaffolder_validators.sarif import to_sarif  # noqa: PLC0415

    import scaffolder  # noqa: PLC0415

    match form:
        case "json":
            return formats.to_json(validation)
        case "sarif":
            return to_sarif(validation, scaffolder.__version__)
        case "github":
            return formats.to_github(validation)
        case _:
            return formats.to_text(validation)


def _listed(tier: Tier, only: tuple[str, ...]) -> str:
    from scaffolder_validators import Ready  # noqa: PLC0415
    from scaffolder_validators.registry import select  # noqa: PLC0415

    from scaffolder.report import columns  # noqa: PLC0415

    rows = [("validator", "tier", "version")]
    for name, validator in select(tier, only).items():
        probed = validator.probe()
        rows.append((name, validator.TIER, probed.version if isinstance(probed, Ready) else f"- {probed.reason}"))
    return "\n".join(columns(rows))
