"""`scaffolder copy` of somebody else's Copier template: the command line in Copier's terms."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from scaffolder.cli import exits, output

if TYPE_CHECKING:
    from scaffolder.cli.options import CopyOptions, UpdateOptions
    from scaffolder.foreign import ForeignCopy


def copy_template(chosen: CopyOptions) -> int:
    """Hand the template over to Copier, and say which of our own flags mean nothing to it.

    Raises:
        ForeignTemplateError: Copier failed.
        click.UsageError: a flag would be needed to do what was asked, or the data file cannot be read.
    """
    from scaffolder.foreign import ForeignCopy, copy_foreign  # noqa: PLC0415

    if chosen.plan is not None:
        raise click.UsageError(f"--plan is for scaffolder's own stacks; {chosen.source} is a Copier template")
    if chosen.partial:
        output.note(
            f"note: --partial is for scaffolder's own stacks; Copier renders {chosen.source} whole or not at all."
        )
    request = ForeignCopy(
        source=chosen.source,
        destination=chosen.destination,
        data={**_read_data(chosen.data_file), **_parse_data(chosen.data)},
        answers_file=chosen.answers_file,
        vcs_ref=chosen.vcs_ref,
        exclude=chosen.exclude,
        skip=chosen.skip,
        defaults=chosen.defaults or chosen.force,
        overwrite=chosen.overwrite or chosen.force,
        pretend=chosen.pretend,
        quiet=chosen.quiet or chosen.as_json,
        trust=chosen.trust,
    )
    if not chosen.no_validate:
        checked = _checked(request)
        if checked is None:
            return exits.FINDINGS
        request = checked
    copy_foreign(request)
    if chosen.fill:
        output.note("note: --fill does nothing here: only blueprints of scaffolder have slots.")
    if chosen.as_json:
        status = "pretended" if chosen.pretend else "written"
        report = {"version": 1, "status": status, "source": chosen.source, "destination": str(chosen.destination)}
        output.result(json.dumps({**report, "engine": "copier"}, ensure_ascii=False, separators=(",", ":")))
    elif not chosen.quiet:
        output.note(f"Copier made {chosen.destination} from {chosen.source}; scaffolder added nothing to it.")
    return exits.FINE


def update_template(chosen: UpdateOptions, kind: Literal["update", "recopy"]) -> int:
    """Hand a project that Copier made over to Copier, and tell what is to be settled.

    Raises:
        ForeignTemplateError: Copier failed.
        click.UsageError: the data file cannot be read.
    """
    from scaffolder.foreign import ForeignUpdate, update_foreign  # noqa: PLC0415

    given = {"--diff": chosen.diff, "--no-validate": chosen.no_validate}
    for flag in (flag for flag, is_given in given.items() if is_given):
        output.note(f"note: {flag} is for projects of scaffolder; Copier made {chosen.path}, so it does nothing here.")
    unsettled = update_foreign(
        ForeignUpdate(
            destination=chosen.path,
            data={**_read_data(chosen.data_file), **_parse_data(chosen.data)},
            vcs_ref=chosen.vcs_ref,
            conflict=chosen.conflict,
            defaults=chosen.defaults,
            overwrite=chosen.overwrite,
            pretend=chosen.pretend or chosen.diff,
            quiet=chosen.quiet or chosen.as_json,
            trust=chosen.trust,
            recopy=kind == "recopy",
        )
    )
    if chosen.as_json:
        status = "pretended" if chosen.pretend or chosen.diff else "updated"
        report = {"version": 1, "status": status, "destination": str(chosen.path), "conflicts": unsettled}
        output.result(json.dumps({**report, "engine": "copier"}, ensure_ascii=False, separators=(",", ":")))
    elif unsettled:
        output.note("\n".join(["Conflicts:", *(f"  - {path}" for path in unsettled)]))
    elif not chosen.quiet:
        output.note(f"Copier brought {chosen.path} up to date.")
    return exits.FINDINGS if unsettled else exits.FINE


def _checked(request: ForeignCopy) -> ForeignCopy | None:
    """Check what Copier would write; give the request with the answers that were asked for, or `None` on errors."""
    from scaffolder_validators import formats  # noqa: PLC0415

    from scaffolder.checking import check_foreign  # noqa: PLC0415
    from scaffolder.foreign import preview_foreign  # noqa: PLC0415

    preview = preview_foreign(request)
    validation = check_foreign(preview.files, request.destination)
    if validation.errors:
        for finding in validation.errors:
            output.note(str(finding))
        output.error(
            f"{formats.headline(validation)}; nothing was written",
            hint="mend the template, or pass --no-validate to write it as it is",
        )
        return None
    if not request.quiet:
        output.note(f"Checked before writing: {formats.headline(validation)}")
    return replace(request, data={**request.data, **preview.answers}, defaults=True)


def _parse_data(options: tuple[str, ...]) -> dict[str, str]:
    """Split `KEY=VALUE` as Copier does: the value stays a string, which the question's type makes something of."""
    pairs = [option.partition("=") for option in options]
    for option, (key, equals, _) in zip(options, pairs, strict=True):
        if not equals or not key:
            raise click.UsageError(f"--data {option} is not of the form KEY=VALUE")
    return {key: value for key, _, value in pairs}


def _read_data(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    import yaml  # noqa: PLC0415

    try:
        data = yaml.safe_load(sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes())
    except OSError as error:
        raise click.UsageError(f"cannot read {path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise click.UsageError(f"{path} must be a mapping: question -> answer")
    return data
