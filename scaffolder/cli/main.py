"""The `scaffolder` command: its sub-commands, loaded only when used, and what happens when one raises."""

from __future__ import annotations

import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

import scaffolder
from scaffolder.cli import exits, output

if TYPE_CHECKING:
    from scaffolder.errors import ScaffolderError

COMMANDS: Final = {
    "copy": "Make a project from a stack, a blueprint or a Copier template.",
    "fill": "Let a language model write into the slots of a project.",
    "slots": "List the slots of a project and what became of them.",
    "update": "Bring a project up to date, and keep what people edited.",
    "recopy": "Start over from the templates, and give up edits.",
    "check": "Tell whether a project is what its spec and the blueprints say.",
    "explain": "Tell where a file, or a line of it, comes from.",
    "state": "Mend what scaffolder keeps about a project in .scaffold.",
    "report": "Score the quality of a project, and judge it by the gates of its spec.",
    "validate": "Check the files of a project, and say what was not checked.",
    "verify": "Run the tests of a project in a sandbox, with exactly what it pins.",
    "plan": "Show what copy would do: phases, blueprints, files, slots.",
    "blueprints": "List the blueprints and stacks, or show one.",
    "schema": "Print the JSON Schema of the spec, for editors.",
    "completion": "Print the completion script for a shell.",
}
"""Each command's line in `--help`; its code is `scaffolder.cli.<name>.command`."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is run or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names of the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import the command; `None` for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"scaffolder.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is refused with the nearest right name."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

            near = get_close_matches(args[0], COMMANDS, n=1)
            guess = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command {args[0]!r}; {guess}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an interruption leaves no blank line where there is no terminal that echoes ^C."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            if sys.stderr is not None and sys.stderr.isatty():
                output.note("")
            raise click.Abort from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        output.result(f"scaffolder {scaffolder.__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, epilog=exits.HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-v",
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Make whole projects from one spec: offline, tested, and the same bytes every time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; `arguments` are `sys.argv[1:]` when left out."""
    try:
        code = cli.main(arguments, prog_name="scaffolder", standalone_mode=False)
    except click.ClickException as refused:
        return _usage(refused)
    except (click.Abort, KeyboardInterrupt):
        # CPython remembers an interrupt inside any exec() as unhandled, and would end by signal instead of our code.
        exec("")  # noqa: S102
        output.note("Interrupted: nothing is half-written.")
        return exits.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where anything can be caught
        return _failed(error)
    return code if isinstance(code, int) else exits.FINE


def _usage(refused: click.ClickException) -> int:
    context = refused.ctx if isinstance(refused, click.UsageError) else None
    if isinstance(refused, click.exceptions.NoArgsIsHelpError):
        output.note(refused.format_message())
        return exits.BAD_INPUT
    hint = f"try '{context.command_path} --help'" if context is not None else ""
    output.error(refused.format_message(), hint=hint)
    return exits.BAD_INPUT


def _failed(error: Exception) -> int:
    expected = sys.modules.get("scaffolder.errors")
    if os.environ.get("SCAFFOLDER_DEBUG"):
        traceback.print_exception(error)
    if expected is not None and isinstance(error, expected.ScaffolderError):
        return _expected(error)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EIO} and error.filename is None:
        output.error(f"cannot write the output: {error.strerror}")
        return exits.BAD_INPUT
    remedy = "" if os.environ.get("SCAFFOLDER_DEBUG") else "run it again with SCAFFOLDER_DEBUG=1 to see the traceback"
    output.error(f"unexpected {type(error).__name__}: {_one_line(error)}", hint=remedy)
    return exits.UNEXPECTED


def _expected(error: ScaffolderError) -> int:
    problems: Sequence[Any] = getattr(error, "problems", ())
    for problem in problems:
        output.note(str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    if problems:
        output.error(f"{errors} {'problem' if errors == 1 else 'problems'} in the input", hint=error.hint)
    else:
        output.error(error.message, hint=error.hint)
    return exits.BAD_INPUT


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or "no message"
