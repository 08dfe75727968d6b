"""`python -m app`: serve, migrate, or move the rows to another database."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import FrameType

import uvicorn
from alembic import command
from alembic.config import Config
from pydantic import ValidationError

from app.core import transfer
from app.core.database import Database
from app.core.settings import Settings, get_settings
from app.main import create_app
from app.utilities.logging import LogFile, configure_logging

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent


class Server(uvicorn.Server):
    """Uvicorn, which also tells the application as soon as it is asked to stop, so that readiness turns 503."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Handle SIGINT and SIGTERM: running requests finish, new connections are refused; a second SIGINT cuts it short.

        Uvicorn's own raises the signal again at the end, so that an orderly stop would look like a crash.
        """
        self.config.app.state.draining = True  # type: ignore[union-attr]
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, or 2 for settings that are not valid."""
    options = _parser().parse_args(arguments)
    try:
        settings = get_settings()
    except ValidationError as error:
        print(f"The settings are not valid.\n{error}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
        return 2
    _configure_logging(settings)
    _run(options, settings)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="serve the API (the default)")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("export", help="write all rows to FILE").add_argument("file", type=Path)
    commands.add_parser("import", help="fill an empty database from FILE").add_argument("file", type=Path)
    return parser


def _configure_logging(settings: Settings) -> None:
    file = None
    if settings.log_file is not None:
        file = LogFile(settings.log_file, settings.log_file_max_bytes, settings.log_file_backups)
    configure_logging(settings.log_level, settings.log_format, file)


def _run(options: argparse.Namespace, settings: Settings) -> None:
    match options.command:
        case "migrate":
            migrate(settings)
        case "export":
            asyncio.run(_transfer(transfer.export_rows, settings, options.file))
        case "import":
            migrate(settings)
            asyncio.run(_transfer(transfer.import_rows, settings, options.file))
        case _:
            serve(settings)


async def _transfer(move: Callable[[Database, Path], Awaitable[int]], settings: Settings, file: Path) -> None:
    database = Database(settings.database_url)
    try:
        logger.info("moved %d rows", await move(database, file), extra={"file": str(file)})
    finally:
        await database.dispose()


def migrate(settings: Settings) -> None:
    """Apply all migrations to the database of `settings`."""
    attributes = {"database_url": settings.database_url, "configure_logging": False}
    command.upgrade(Config(_ROOT / "alembic.ini", attributes=attributes), "head")


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    if settings.migrate_on_start:
        migrate(settings)
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=settings.drain_seconds,
    )
    Server(config).run()


if __name__ == "__main__":
    sys.exit(main())
