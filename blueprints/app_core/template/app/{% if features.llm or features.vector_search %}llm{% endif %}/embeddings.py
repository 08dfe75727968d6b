"""Embeddings without a model: words hashed into a vector, so that texts with the same words are near each other."""

import hashlib
import math
import re
from collections.abc import Iterable

DIMENSIONS = 256

_WORD = re.compile(r"\w{2,}")


def embed(texts: Iterable[str]) -> list[list[float]]:
    """Return one unit vector of `DIMENSIONS` numbers per text (all zeros for a text without words).

    The hashing trick with signs (Weinberger et al., 2009). Replace this function by a model's to search by meaning.
    """
    return [_embed_one(text) for text in texts]


def similarity(left: list[float], right: list[float]) -> float:
    """Return the cosine of two unit vectors, -1.0..1.0."""
    return sum(a * b for a, b in zip(left, right, strict=True))


def _embed_one(text: str) -> list[float]:
    vector = [0.0] * DIMENSIONS
    for word in _WORD.findall(text.casefold()):
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        place = int.from_bytes(digest[:4]) % DIMENSIONS
        vector[place] += 1.0 if digest[4] % 2 else -1.0
    length = math.sqrt(sum(number * number for number in vector))
    return [number / length for number in vector] if length else vector
