"""Projects that are rendered once, and databases for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.generated.postgres import PostgreSQL, running_postgresql
from tests.generated.projects import Project, render, update
from tests.support.specs import BARE, FILES, HELPDESK, LATER, NO_AUTH, ODD_NAMES, SMALL, example_text, many_entities

SPECS: dict[str, Callable[[], str]] = {
    "example": example_text,
    "helpdesk": lambda: HELPDESK.read_text(encoding="utf-8"),
    "bare": lambda: BARE,
    "small": lambda: SMALL,
    "grown": lambda: SMALL,
    "no-auth": lambda: NO_AUTH,
    "odd-names": lambda: ODD_NAMES,
    "hundred": lambda: many_entities(100),
    **{name: partial(path.read_text, encoding="utf-8") for name, path in FILES.items()},
}
# What the spec of a project becomes after it was rendered: the project is updated, not rendered anew.
LATER_SPECS = {"grown": LATER}
# One project is tested in every run; the rest in the session `generated`.
ALWAYS = {"example"}
# The one that has to keep every promise; the other one stands in where helpdesk.yml is not beside the checkout.
PROMISED = "helpdesk" if HELPDESK.is_file() else "example"
# What tests measure, under this name in `record_property`, is printed at the end.
MEASURED = "measured"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    properties = [one for report in reports for one in getattr(report, "user_properties", [])]
    for line in dict.fromkeys(str(value) for name, value in properties if name == MEASURED):
        terminalreporter.write_line(line)


def marks(name: str) -> list[pytest.MarkDecorator]:
    """Tests of one project share its folder, so they stay on one worker."""
    return [pytest.mark.xdist_group(f"generated {name}"), *([] if name in ALWAYS else [pytest.mark.slow])]


@pytest.fixture(scope="session", params=[pytest.param(name, marks=marks(name)) for name in SPECS])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project, rendered through the command line, with an environment."""
    name: str = request.param
    if name == "helpdesk" and not HELPDESK.is_file():
        pytest.skip("shared/inputs is not beside this checkout: helpdesk.yml is not part of the project")
    made = render(name, SPECS[name](), tmp_path_factory.mktemp(name))
    if name in LATER_SPECS:
        update(made, LATER_SPECS[name])
    return made


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server for this run."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'app.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.fresh()
