"""JSON lines, redaction, rotation and timing."""

import gzip
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.utilities.logging import (
    JsonFormatter,
    LogFile,
    TextFormatter,
    configure_logging,
    redact,
    redact_text,
    request_id_var,
    timed,
)


def _record(message: str, **extra: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "app.test", "levelname": "INFO", "msg": message, **extra})


def test_a_line_is_json_with_the_request_id() -> None:
    reset = request_id_var.set("r-1")
    try:
        line = JsonFormatter().format(_record("hello", ticket=7))
    finally:
        request_id_var.reset(reset)

    entry = json.loads(line)
    assert "\n" not in line
    assert {key: entry[key] for key in ("level", "logger", "message", "request_id", "ticket")} == {
        "level": "info",
        "logger": "app.test",
        "message": "hello",
        "request_id": "r-1",
        "ticket": 7,
    }


def test_a_message_cannot_forge_a_second_line() -> None:
    assert "\n" not in TextFormatter().format(_record("one\ntwo\r\nthree"))
    assert "\n" not in JsonFormatter().format(_record("one\ntwo"))


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=["json", "text"])
def test_a_traceback_is_there_without_its_secrets(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("password=hunter2")
    except ValueError as error:
        line = formatter.format(_record("failed", exc_info=(ValueError, error, error.__traceback__)))

    assert "ValueError" in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter2",
        "postgresql://app:hunter2@db/app",
        "password=hunter2",
        "'api_key': 'hunter2'",
        "sk-hunter2hunter2",
        "eyJhbGciOi.hunter2.hunter2",
    ],
)
def test_secrets_are_recognised_by_their_shape(text: str) -> None:
    assert "hunter2" not in redact_text(text)
    assert "[redacted]" in redact_text(text)


def test_secrets_are_recognised_by_their_name_at_any_depth() -> None:
    value = {"user": {"password_hash": "x", "tags": [{"refresh_token": "y"}]}, "input_tokens": 3, "apiKey": "z"}

    assert redact(value) == {
        "user": {"password_hash": "[redacted]", "tags": [{"refresh_token": "[redacted]"}]},
        "input_tokens": 3,
        "apiKey": "[redacted]",
    }


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    for handler in logger.handlers:
        if handler not in handlers:
            handler.close()
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_a_full_file_is_rotated_and_packed(root: logging.Logger, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "app.log"
    root.handlers.clear()
    configure_logging("INFO", "json", LogFile(path, max_bytes=500, backups=2))

    for number in range(20):
        logging.getLogger("app.test").info("line %d", number)

    assert sorted(file.name for file in path.parent.iterdir()) == ["app.log", "app.log.1.gz", "app.log.2.gz"]
    packed = gzip.decompress((path.parent / "app.log.1.gz").read_bytes()).decode()
    assert all(json.loads(line)["logger"] == "app.test" for line in packed.splitlines())


@pytest.mark.parametrize(("slow_ms", "level"), [(10_000, "DEBUG"), (-1, "WARNING")])
def test_a_slow_block_is_a_warning(caplog: pytest.LogCaptureFixture, slow_ms: float, level: str) -> None:
    caplog.set_level(logging.DEBUG)

    with timed("work", logger=logging.getLogger("app.test"), slow_ms=slow_ms, ticket=7) as timing:
        pass

    record = caplog.records[0]
    assert record.levelname == level
    assert vars(record)["ticket"] == 7
    assert vars(record)["duration_ms"] == timing.milliseconds >= 0
