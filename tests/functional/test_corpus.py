"""Every seeded defect is named, and its clean twin is silent; `python -m tests.corpus` prints the sums."""

from __future__ import annotations

import pytest

from tests.support.corpus import Case, cases

CASES = [pytest.param(case, id=case.name) for case in cases()]


@pytest.mark.parametrize("case", CASES)
def test_the_defect_is_named(case: Case) -> None:
    run = case.run("broken")
    assert run.crashed == ()
    missed = case.expected - run.said
    for one in missed:
        if reason := run.skipped(one):
            pytest.skip(f"{one}: {reason}")
    assert not missed, "\n".join(["missed:", *map(str, sorted(missed)), "said:", *map(str, run.findings)])


@pytest.mark.parametrize("case", CASES)
def test_its_clean_twin_is_silent(case: Case) -> None:
    run = case.run("clean")
    assert run.crashed == ()
    assert not run.alarms, "\n".join(map(str, run.alarms))


def test_a_case_says_what_must_be_found() -> None:
    assert [case.name for case in cases() if not case.expected] == []
