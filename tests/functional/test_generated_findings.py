"""What we generate has nothing that our own validators would say about it, with all engines that are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.checking import check_project
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest, copy
from scaffolder.spec.load import load_spec_text
from tests.support.specs import BARE, FILES, HELPDESK, ODD_NAMES, SMALL

SPECS = {
    "bare": BARE,
    "small": SMALL,
    "odd names": ODD_NAMES,
    "helpdesk": HELPDESK.read_text(encoding="utf-8") if HELPDESK.is_file() else "",
    **{name: path.read_text(encoding="utf-8") for name, path in FILES.items() if name in {"chat", "hospital"}},
}


@pytest.mark.parametrize("name", SPECS)
def test_a_generated_project_has_no_findings(name: str, tmp_path: Path) -> None:
    if not SPECS[name]:
        pytest.skip("shared/inputs is not beside this checkout: helpdesk.yml is not part of the project")
    assert not load_spec_text(SPECS[name].encode(), name).problems
    spec = SpecSource(name, content=SPECS[name].encode())
    assert copy(CopyRequest("agent-backend", tmp_path / "out", spec)).status == "written"
    validation = check_project(tmp_path / "out", use_cache=False)
    assert [str(finding) for finding in validation.findings] == []
    ended = {"ok", "skipped"}
    assert [(one.validator, one.reason) for one in validation.results if one.status not in ended] == []
