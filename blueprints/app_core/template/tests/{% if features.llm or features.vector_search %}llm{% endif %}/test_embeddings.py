"""Vectors of texts."""

import math

import pytest

from app.llm.embeddings import DIMENSIONS, embed, similarity


def test_texts_with_the_same_words_are_near_each_other() -> None:
    printer, again, cake = embed(["The printer is broken", "is the PRINTER broken?", "A recipe for chocolate cake"])

    assert similarity(printer, again) == pytest.approx(1)
    assert similarity(printer, cake) < 0.5


def test_vectors_have_length_one() -> None:
    (vector,) = embed(["some words"])

    assert len(vector) == DIMENSIONS
    assert math.hypot(*vector) == pytest.approx(1)


def test_a_text_without_words_is_nowhere() -> None:
    assert embed(["!"]) == [[0.0] * DIMENSIONS]
