"""`scaffolder report`: scores of a project, the gates on them, and all that they rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scaffolder.cli import exits, output

if TYPE_CHECKING:
    from scaffolder_validators import Tier

    from scaffolder.quality import Assessment


@click.command(short_help="Score the quality of a project, and judge it by the gates of its spec.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--tier", type=click.Choice(["fast", "project", "sandbox"]), default="project", show_default=True,
              help="How much is checked, as for `validate`.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True,
              help="How to write it.")  # fmt: skip
@click.option("-o", "--output", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to a file instead of standard output.")  # fmt: skip
@click.option(
    "--minimum", type=click.FloatRange(0, 10), help="What every score must be at least, instead of the spec's."
)
@click.option("--no-cache", is_flag=True, help="Check everything anew.")
def command(path: Path, tier: Tier, form: str, target: Path | None, minimum: float | None, no_cache: bool) -> int:
    """Score the project in PATH (by default the current directory) from 0 to 10.

    Exit code 1 means that a gate (quality: in the project's scaffold.yml, or --minimum) is not passed; a score that is
    unknown, because what it rests on could not be checked, passes no gate.
    """
    from scaffolder.quality import assess  # noqa: PLC0415

    minimums = None if minimum is None else dict.fromkeys(_SCORES, minimum)
    found = assess(path, tier=tier, minimums=minimums, use_cache=not no_cache)
    text = _written(found, form)
    if target is None:
        output.result(text)
    else:
        try:
            target.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"cannot write {target}: {error.strerror}") from None
        output.note(f"Wrote {target}")
    return exits.FINE if found.passed else exits.FINDINGS


_SCORES = ("syntax", "security", "architecture", "performance", "maintainability", "overall")


def _written(found: Assessment, form: str) -> str:
    match form:
        case "json":
            return found.to_json()
        case "html":
            import scaffolder  # noqa: PLC0415
            from scaffolder.quality.page import to_html  # noqa: PLC0415

            return to_html(found, scaffolder.__version__)
        case _:
            from scaffolder.quality.text import to_text  # noqa: PLC0415

            return to_text(found)
