"""Structured logging with the standard library: JSON lines, request ids, redaction, rotation and timing."""

import gzip
import json
import logging
import logging.handlers
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

REDACTED = "[redacted]"

request_id_var: ContextVar[str | None] = ContextVar("request_id", default=None)

_SECRET_KEY = re.compile(r"password|passwd|secret|token(?!s)|authorization|api_?key|cookie|credential", re.IGNORECASE)
_SECRET_VALUES = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {REDACTED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), REDACTED),
    (re.compile(r"\bsk-[\w-]{8,}"), REDACTED),
    (re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@"), rf"\1:{REDACTED}@"),
    (
        re.compile(
            r"(?i)((?:password|passwd|secret|token|api_?key)[\"']?\s*[=:]\s*[\"']?)(?!\[redacted])[^\s\"',;&}]+"
        ),
        rf"\1{REDACTED}",
    ),
)
# Below WARNING these write down statements with their values, rows, headers and bodies.
_TALKATIVE = ("aiosqlite", "sqlalchemy", "psycopg", "httpx", "httpcore", "anthropic", "openai")
# One quick look for what each of them needs: most texts have none of it.
_MAY_BE_SECRET = re.compile(r"bearer|basic|eyj|sk-|://|passw|secret|token|api_?key")
# What every LogRecord carries; whatever else it has was passed as `extra=`.
_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(value: Any, key: str = "") -> Any:
    """Return `value` with secrets replaced, looking at key names and at the shape of strings, at any depth."""
    if key and _SECRET_KEY.search(key):
        return REDACTED
    if isinstance(value, Mapping):
        return {str(name): redact(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def redact_text(text: str) -> str:
    """Return `text` without bearer tokens, JWTs, API keys, passwords in URLs and `password=...` pairs."""
    if not _MAY_BE_SECRET.search(text.casefold()):
        return text
    for pattern, replacement in _SECRET_VALUES:
        text = pattern.sub(replacement, text)
    return text


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message, request_id and the `extra` fields."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact_text(record.getMessage()),
        }
        if request_id := request_id_var.get():
            entry["request_id"] = request_id
        entry.update(_extra_fields(record))
        if record.exc_info:
            entry["exception"] = redact_text(self.formatException(record.exc_info))
        return json.dumps(entry, default=str, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """The same facts for a person at a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        extra = "".join(f" {name}={value}" for name, value in _extra_fields(record).items())
        # Folded onto one line so that user input cannot forge a second entry.
        head, *traceback = super().format(record).split("\n") if record.exc_info else [super().format(record)]
        lines = [head.replace("\n", "\\n").replace("\r", "\\r") + extra, *traceback]
        return redact_text("\n".join(lines))


def _extra_fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: redact(value, name) for name, value in vars(record).items() if name not in _STANDARD_FIELDS}


@dataclass(frozen=True)
class LogFile:
    """Where to write, and when to rotate: above `max_bytes`, keeping `backups` gzipped older files."""

    path: Path
    max_bytes: int = 10_000_000
    backups: int = 5


def configure_logging(
    level: str = "INFO", style: Literal["json", "text"] = "json", file: LogFile | None = None
) -> None:
    """Send all logging, uvicorn's included, to standard error and, when asked, to a rotating file.

    Calling it again replaces the handlers of the call before. Raises `OSError` if the file cannot be opened.
    """
    formatter: logging.Formatter = JsonFormatter() if style == "json" else TextFormatter()
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if file is not None:
        handlers.append(_rotating_handler(file))
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=handlers, force=True)
    # The access log is written by our own middleware, with the request id and the duration.
    logging.getLogger("uvicorn.access").disabled = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _rotating_handler(file: LogFile) -> logging.Handler:
    file.path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        file.path, maxBytes=file.max_bytes, backupCount=file.backups, encoding="utf-8"
    )
    handler.namer = lambda name: f"{name}.gz"
    handler.rotator = _compress
    return handler


def _compress(source: str, destination: str) -> None:
    with Path(source).open("rb") as plain, gzip.open(destination, "wb") as packed:
        shutil.copyfileobj(plain, packed)
    Path(source).unlink()


@dataclass
class Timing:
    """How long a block took; `milliseconds` is set when it ends."""

    milliseconds: float = 0.0


@contextmanager
def timed(operation: str, *, logger: logging.Logger, slow_ms: float = 1_000, **fields: Any) -> Iterator[Timing]:
    """Measure a block and log it at DEBUG, or at WARNING when it took longer than `slow_ms` milliseconds."""
    timing = Timing()
    started = time.perf_counter()
    try:
        yield timing
    finally:
        timing.milliseconds = round((time.perf_counter() - started) * 1_000, 3)
        level = logging.WARNING if timing.milliseconds > slow_ms else logging.DEBUG
        extra = {"operation": operation, "duration_ms": timing.milliseconds, **fields}
        logger.log(level, "%s took %.1f ms", operation, timing.milliseconds, extra=extra)
