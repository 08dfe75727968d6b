"""The quality of a project as one HTML page that needs nothing else: no network, no fonts, no other file."""

from __future__ import annotations

from pathlib import Path

import jinja2
from scaffolder_validators.formats import headline
from scaffolder_validators.quality import CHECKS

from scaffolder.quality.assessment import Assessment
from scaffolder.quality.text import agreement_of, coverage_of, gaps_of, slots_of, value_of

_FOLDER = Path(__file__).parent


def to_html(found: Assessment, version: str) -> str:
    """Write the page; the same assessment gives the same bytes."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        found=found,
        version=version,
        headline=headline(found.validation),
        files=found.by_file(),
        gates={gate.name: gate for gate in found.gates},
        checks=CHECKS,
        value_of=value_of,
        coverage=coverage_of(found),
        agreement=agreement_of(found),
        slots=slots_of(found),
        gaps=gaps_of(found),
    )
