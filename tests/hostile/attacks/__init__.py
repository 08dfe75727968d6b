"""Attacks written by hand, by the kind of slot that they are aimed at."""

from tests.hostile.attacks import (
    anywhere,
    docstring,
    fields,
    lists,
    markdown,
    python_growth,
    python_reach,
    python_shape,
    rows,
    script,
    texts,
    yaml_map,
)
from tests.hostile.attacks.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    *python_reach.ATTACKS,
    *python_shape.ATTACKS,
    *python_growth.ATTACKS,
    *docstring.ATTACKS,
    *texts.ATTACKS,
    *lists.ATTACKS,
    *markdown.ATTACKS,
    *yaml_map.ATTACKS,
    *rows.ATTACKS,
    *script.ATTACKS,
    *anywhere.ATTACKS,
    *fields.ATTACKS,
)

__all__ = ["ATTACKS", "Attack"]
