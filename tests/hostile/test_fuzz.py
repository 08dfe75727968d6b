"""Good fills that chance has made worse: refused, or kept with all that is around them as it was.

The quick tests are the same each time; those marked slow look further, and elsewhere each time.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scaffolder_fills.kinds import load

from tests.hostile.invariants import put
from tests.hostile.mutations import large, mutated
from tests.hostile.samples import SAMPLES, Sample

SECONDS = 1.0
"""Of CPU, for one fill of 50 kB."""

ALL = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
QUICK = settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=ALL)
LONG = settings(max_examples=500, database=None, deadline=None, suppress_health_check=ALL)


def good_text(sample: Sample) -> str:
    kind = load(sample.kind)
    return kind.write(kind.schema(sample.place).model_validate(sample.good), sample.place)


def hurt(name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name]
    text = data.draw(mutated(good_text(sample)))
    started = time.process_time()
    put(sample, text)
    assert time.process_time() - started < SECONDS


def burden(name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name]
    text = data.draw(large(50_000) | large(19_000))
    started = time.process_time()
    put(sample, text)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("name", SAMPLES)
@QUICK
@given(data=st.data())
def test_a_good_fill_made_worse(name: str, data: st.DataObject) -> None:
    hurt(name, data)


@pytest.mark.parametrize("name", SAMPLES)
@settings(QUICK, max_examples=20)
@given(data=st.data())
def test_a_large_fill(name: str, data: st.DataObject) -> None:
    burden(name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
@LONG
@given(data=st.data())
def test_many_good_fills_made_worse(name: str, data: st.DataObject) -> None:
    hurt(name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
@settings(LONG, max_examples=200)
@given(data=st.data())
def test_many_large_fills(name: str, data: st.DataObject) -> None:
    burden(name, data)
