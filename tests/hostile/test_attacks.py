"""No attack of the tables comes through, and what is good still does."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from scaffolder_fills.kinds import KINDS

from tests.hostile.attacks import ATTACKS, Attack
from tests.hostile.invariants import answer, put
from tests.hostile.samples import SAMPLES

SECONDS = 1.0
"""Of CPU, for one attack."""


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_good_is_kept(sample: str) -> None:
    after = answer(SAMPLES[sample], SAMPLES[sample].good)
    assert after is not None
    assert after != SAMPLES[sample].source
    assert put(SAMPLES[sample], SAMPLES[sample].place.static) == SAMPLES[sample].source


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_no_attack_comes_through(attack: Attack) -> None:
    sample = SAMPLES[attack.sample]
    started = time.process_time()
    after = answer(sample, attack.data) if attack.data is not None else put(sample, attack.text or "")
    assert time.process_time() - started < SECONDS
    assert not (attack.hostile and after is not None), f"kept:\n{after}"


def test_there_are_enough_of_every_kind() -> None:
    counts = Counter(SAMPLES[attack.sample].kind for attack in ATTACKS)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 12, counts
    assert len(ATTACKS) >= 300
    assert len({str(attack) for attack in ATTACKS}) == len(ATTACKS), "two have one name"
