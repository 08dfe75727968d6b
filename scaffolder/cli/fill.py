"""`scaffolder fill`: let a language model write into the marked slots of a project, and keep what passes."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scaffolder.cli import exits, output
from scaffolder.cli.progress import Progress

if TYPE_CHECKING:
    from scaffolder_fills.fill import Settings
    from scaffolder_fills.request import Asker, Request

    from scaffolder.filling.report import FillReport

OFFLINE: Final = "SCAFFOLDER_OFFLINE"
_EXIT_CODES: Final = {
    "written": exits.FINE,
    "unchanged": exits.FINE,
    "invalid": exits.FINDINGS,
    "locked": exits.FINDINGS,
    "interrupted": exits.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class FillOptions:
    """The command line of `fill`, one field per option."""

    path: Path
    slot: tuple[str, ...] = ()
    model: str | None = None
    redo: bool = False
    batch: bool = False
    dry_run: bool = False
    budget: float | None = None
    concurrency: int | None = None
    timeout: float = 120.0
    offline: bool = False
    locked: bool = False
    no_tests: bool = False
    no_validate: bool = False
    quiet: bool = False
    as_json: bool = False


@click.command(short_help="Let a language model write into the slots of a project.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--slot", multiple=True, metavar="GLOB", help="Only slots whose ids match. Repeatable.")
@click.option("--model", metavar="NAME", help="Ask only this model, as claude-opus-5-5 or openai/NAME.")
@click.option("--redo", is_flag=True, help="Ask again also where a fill is locked.")
@click.option("--batch", is_flag=True, help="Send the questions as one batch: half the price, up to a day of waiting.")
@click.option("--dry-run", is_flag=True, help="Print exactly what would be sent, and send nothing.")
@click.option("--budget", type=click.FloatRange(0), metavar="USD", help="Stop asking when this is spent.")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Questions at once.  [default: the spec's, or 4]")
@click.option("--timeout", type=click.FloatRange(1), default=120.0, show_default=True, help="Seconds for a question.")
@click.option("--offline", is_flag=True, help=f"Ask nobody: replay what is locked. Also {OFFLINE}=1.")
@click.option("--locked", is_flag=True, help="Ask nobody, and fail if anything would have to be asked. For CI.")
@click.option("--no-tests", is_flag=True, help="Do not run the tests of slots on new fills.")
@click.option("--no-validate", is_flag=True, help="Write without checking the changed files with all engines.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def command(**arguments: Any) -> int:
    """Fill the slots of the project in PATH (by default the current directory).

    A slot is a marked region with a text of its own. A language model is asked for data that fits a schema; what it
    answers is written by scaffolder, must leave the rest of the file as it is, and passes checks and tests, or the
    text of the template stays. What was kept is locked in .scaffold/fills, and never asked for again.

    The key comes from ANTHROPIC_API_KEY. Without one, everything works and the slots stay as they are.
    """
    return run(FillOptions(**arguments))


def run(chosen: FillOptions) -> int:
    """Fill as the options say, print the report, and give the exit code."""
    from scaffolder import fill  # noqa: PLC0415
    from scaffolder.filling.run import FillRequest  # noqa: PLC0415

    progress = Progress(quiet=chosen.quiet or chosen.as_json)
    try:
        settings = _settings(chosen)
        asker, refusal = (None, "--dry-run") if chosen.dry_run else _asker(chosen, settings)
        settings = replace(settings, unasked=f"nobody was asked: {refusal}")
        request = FillRequest(chosen.path, chosen.slot, settings, not chosen.no_validate, not chosen.no_tests)
        if chosen.dry_run:
            requests = fill.preview(request, progress)
            progress.close()
            output.result(_shown(requests, as_json=chosen.as_json))
            return exits.FINE
        report = fill.fill(request, asker, progress)
    finally:
        progress.close()
    _print(report, chosen)
    return _EXIT_CODES[report.status]


def _print(report: FillReport, chosen: FillOptions) -> None:
    if chosen.as_json:
        output.result(report.to_json())
    elif report.status in {"invalid", "locked", "interrupted"}:
        output.note(report.to_text())
    elif not chosen.quiet:
        output.result(report.to_text())


def _asker(chosen: FillOptions, settings: Settings) -> tuple[Asker | None, str]:
    """Give who is to be asked, or nobody and why."""
    if chosen.locked:
        return None, "--locked"
    if chosen.offline:
        return None, "--offline was given"
    if os.environ.get(OFFLINE, "") not in {"", "0"}:
        return None, f"{OFFLINE} is set"
    from scaffolder_fills.client import open_client  # noqa: PLC0415
    from scaffolder_fills.ladder import LADDERS  # noqa: PLC0415
    from scaffolder_fills.request import Unavailable  # noqa: PLC0415

    try:
        models = chain(*settings.ladders.values(), *(() if chosen.model else LADDERS.values()))
        return open_client(models), ""
    except Unavailable as unavailable:
        return None, str(unavailable)


def _settings(chosen: FillOptions) -> Settings:
    from datetime import UTC, datetime  # noqa: PLC0415

    from scaffolder_fills.fill import Settings  # noqa: PLC0415

    from scaffolder.checking import spec_of  # noqa: PLC0415
    from scaffolder.project import Project  # noqa: PLC0415
    from scaffolder.spec.model import Fills  # noqa: PLC0415

    spec = spec_of(Project(chosen.path))
    fills = spec.fills if spec is not None else Fills()
    return Settings(
        ladders={"*": (chosen.model,)} if chosen.model else fills.models,
        concurrency=chosen.concurrency or fills.concurrency,
        budget=chosen.budget if chosen.budget is not None else fills.budget,
        timeout=chosen.timeout,
        batch=chosen.batch,
        redo=chosen.redo,
        locked=chosen.locked,
        date=datetime.now(UTC).date().isoformat(),
    )


def _shown(requests: list[Request], *, as_json: bool) -> str:
    """Write all questions: for Claude the body of the HTTP request itself, for others the messages and the schema."""
    import json  # noqa: PLC0415

    from scaffolder_fills.client import preview  # noqa: PLC0415
    from scaffolder_fills.request import Unavailable, schema_of  # noqa: PLC0415

    if not requests:
        return json.dumps({"version": 1, "requests": []}) if as_json else "nothing would be sent"
    claude = [one for one in requests if "/" not in one.model or one.model.startswith("anthropic/")]
    try:
        bodies = {one.slot: body for one, body in zip(claude, preview(claude), strict=True)}
    except Unavailable:
        bodies = {}
    sent = [
        {"slot": one.slot, "model": one.model, "max_tokens": one.max_tokens, "messages": one.messages,
         "schema": schema_of(one.schema), "body": bodies.get(one.slot)}
        for one in requests
    ]  # fmt: skip
    if as_json:
        return json.dumps({"version": 1, "requests": sent}, ensure_ascii=False)
    return "\n\n".join(map(_written, sent))


def _written(sent: dict[str, Any]) -> str:
    import json  # noqa: PLC0415

    parts = [f"===== {sent['slot']} to {sent['model']} ====="]
    if sent["body"] is None:
        schema = json.dumps(sent["schema"], indent=1, ensure_ascii=False)
        return "\n\n".join([*parts, *sent["messages"], f"Schema of the answer:\n{schema}"])
    body = dict(sent["body"])
    for message in (*body.pop("system"), *body.pop("messages")):
        content = message.get("content", message.get("text"))
        parts += [content] if isinstance(content, str) else [block["text"] for block in content]
    return "\n\n".join([*parts, f"With it: {json.dumps(body, ensure_ascii=False)}"])
