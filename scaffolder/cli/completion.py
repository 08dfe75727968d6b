"""`scaffolder completion`: the script that teaches a shell to complete scaffolder's commands, options and sources."""

from __future__ import annotations

import click

from scaffolder.cli import output


@click.command(short_help="Print the completion script for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash:  eval "$(scaffolder completion bash)"                in ~/.bashrc
    zsh:   eval "$(scaffolder completion zsh)"                 in ~/.zshrc
    fish:  scaffolder completion fish > ~/.config/fish/completions/scaffolder.fish
    """
    # Both are needed by this command alone; `main` imports this module, so the group is imported late as well.
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    from scaffolder.cli.main import cli  # noqa: PLC0415

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"click has no completion for {shell}")
    output.result(completion(cli, {}, "scaffolder", "_SCAFFOLDER_COMPLETE").source())
