"""Settings and their documentation."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app import __main__
from app.core.settings import Settings, get_settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_lists_every_variable_in_order() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()

    listed = [match[1].lower() for line in lines if (match := re.match(r"#?([A-Z][A-Z0-9_]*)=", line))]

    assert listed == list(Settings.model_fields)


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    file = tmp_path / ".env"
    file.write_text("\n".join(line for line in lines if not line.startswith("#")), encoding="utf-8")

    given = Settings(_env_file=file)

    assert given == Settings(_env_file=None)


def test_every_variable_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_password_in_a_url_is_not_shown() -> None:
    settings = Settings(_env_file=None, database_url="postgresql://app:hunter2@db/app")

    assert "hunter2" not in repr(settings)


def test_wrong_settings_end_the_program_without_showing_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "hunter2")
    get_settings.cache_clear()

    status = __main__.main(["migrate"])

    assert status == 2
    told = capsys.readouterr().err
    assert "port" in told
    assert "hunter2" not in told


def test_unknown_values_are_refused() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"log_level": "LOUD"})
