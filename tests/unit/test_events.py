"""Events are frozen values; a listener may ignore any of them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from scaffolder.cli.progress import Progress
from scaffolder.events import (
    BlueprintFailed,
    BlueprintFinished,
    BlueprintStarted,
    Event,
    Recovered,
    StageFinished,
    StageStarted,
    ignore,
)

EVENTS: list[Event] = [
    StageStarted("render"),
    BlueprintStarted("app_core", 1, 1, 2),
    BlueprintFinished("app_core", 41, 82_000, 0.05),
    BlueprintStarted("agents", 2, 2, 2),
    BlueprintFailed("agents", ("agents/base.py.jinja:3: 'nam' is undefined",), 0.01),
    StageFinished("render", 0.06),
    Recovered("shop", "rolled back"),
]


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_cannot_be_changed(event: Event) -> None:
    field = next(iter(event.__slots__))
    with pytest.raises(FrozenInstanceError):
        setattr(event, field, "other")


def test_the_default_listener_does_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for event in EVENTS:
        ignore(event)
    assert capfd.readouterr() == ("", "")


def test_progress_without_a_terminal_is_one_plain_line_per_blueprint(capfd: pytest.CaptureFixture[str]) -> None:
    progress = Progress(quiet=False)
    for event in EVENTS:
        progress(event)
    progress.close()
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "done app_core: 41 files, 82 kB, 0.05 s",
        "failed agents: agents/base.py.jinja:3: 'nam' is undefined",
        "An earlier run on shop was cut short; it was rolled back first, so this is the old project.",
    ]


def test_quiet_progress_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    progress = Progress(quiet=True)
    for event in EVENTS:
        progress(event)
    progress.close()
    assert capfd.readouterr() == ("", "")
