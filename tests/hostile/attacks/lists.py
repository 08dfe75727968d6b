"""Lists of words and of cases that hold something else, or reach into their neighbours."""

from __future__ import annotations

from tests.hostile.attacks.attack import answered, exact, raw

_WORDS = r"""
== a call
__import__("os"),
== a formatted string
f"{1}",
== a name
__file__,
== a number
1,
== nothing
None,
== a list
["low"],
== a starred
*open("x"),
== no comma, so that it joins its neighbour
"low"
== nothing that joins its neighbour
"low", ""
== nothing that joins its neighbour, on a line of its own
"low",
""
== a bracket closed
"low"]; import os; x = ["y",
== two lists
"low"] + ["high",
== a comprehension
"low" for x in [1]
== a condition
"low" if 1 else "high",
== a concatenation
"low" + "high",
== a lambda
lambda: 1,
== a negative text
-"low",
== bytes
b"low",
== an item
"low"[0],
== a statement
"low",
]
import os
x = [
== a directive
"low",  # noqa
== an escape of what is not seen
"lo\u200bw",
== a walrus
(x := "low"),
== nothing at all
# low
"""

ATTACKS = (
    *raw("choices", _WORDS),
    *raw("names", _WORDS),
    *raw(
        "names in YAML",
        """
== a mapping
- a: b
== a mapping of its own
a: b
== a tag
- !!python/name:os.system ""
== an anchor
- &a "x"
== an alias
- *a
== a list
- [a, b]
== a number
- 1
== true
- yes
== a date
- 2026-11-21
== nothing
-
== a block
- |
== an open text
- "x
== a document
---
""",
    ),
    *exact(
        "names in YAML",
        {"outside of the list": 'evil:\n  - "x"\n', "another level": '      - "x"\n', "a tab": '\t- "x"\n'},
    ),
    *answered(
        "choices",
        {
            "what is not offered": {"chosen": ["evil"]},
            "a text": {"chosen": "low"},
            "none": {"chosen": []},
            "one twice": {"chosen": ["low", "low"]},
            "another case": {"chosen": ["LOW"]},
            "a quote": {"chosen": ['low"']},
        },
        hostile=True,
    ),
    *answered("names", {"a line end at the end": {"names": ["a\n"]}}),
    *answered(
        "names",
        {
            "a quote": {"names": ['a"b']},
            "a line end": {"names": ["a\nb"]},
            "a homoglyph": {"names": ["\u0430bc"]},
            "other digits": {"names": ["a\u0661"]},
            "a long one": {"names": ["a" * 41]},
            "many": {"names": [f"a{number}" for number in range(99)]},
            "one twice": {"names": ["a", "a "]},
        },
        hostile=True,
    ),
    *raw(
        "test.cases",
        """
== a call
("x", {"text": open("x").read(), "number": 1}, True),
== a name
("x", {"text": __file__, "number": 1}, True),
== other arguments
("x", {"other": 1}, True),
== an argument more
("x", {"text": "x", "number": 1, "evil": 1}, True),
== no arguments
("x", {}, True),
== another mapping
("x", {**globals()}, True),
== an argument twice
("x", {"text": "x", "text": "y", "number": 1, "number": eval("1")}, True),
== two values only
("x", {"text": "x", "number": 1}),
== four values
("x", {"text": "x", "number": 1}, True, False),
== a list
["x", {"text": "x", "number": 1}, True],
== no mapping
("x", "text", True),
== a key that is none
("x", {[]: 1, "text": "x"}, True),
== a negative text
("x", {"text": -"x", "number": 1}, True),
== a set
("x", {"text": {1}, "number": 1}, True),
== a power
("x", {"text": "x", "number": 9**9**9}, True),
== a text many times
("x", {"text": "x" * 1000000000, "number": 1}, True),
== a bracket closed
("x", {"text": "x", "number": 1}, True)] + [
== a lambda
("x", {"text": (lambda: 1)(), "number": 1}, True),
== bytes
("x", {"text": b"x", "number": 1}, True),
== no comma
("x", {"text": "x", "number": 1}, True)
("y", {"text": "x", "number": 1}, True),
== a mark
pytest.param("x", {"text": "x", "number": 1}, True, marks=pytest.mark.skip),
== nothing at all
# no cases
""",
    ),
    *answered(
        "test.cases",
        {
            "quotes": {"cases": [{"name": "a quote", "given": {"text": '"\'\\\n"""', "number": 0}, "expected": False}]},
            "a long text": {
                "cases": [{"name": "a long one", "given": {"text": '\\"' * 240, "number": 0}, "expected": True}]
            },
            "braces": {"cases": [{"name": "a brace", "given": {"text": "{x} %s", "number": -5}, "expected": True}]},
        },
    ),
    *answered(
        "test.cases",
        {
            "a name in quotes": {"cases": [{"name": 'a" b', "given": {"text": "x", "number": 0}, "expected": True}]},
            "a name with a line end": {
                "cases": [{"name": "a b\n", "given": {"text": "x", "number": True}, "expected": 1}]
            },
            "a huge number": {
                "cases": [{"name": "a number", "given": {"text": "x", "number": 10**30}, "expected": True}]
            },
            "an argument more": {
                "cases": [{"name": "more", "given": {"text": "x", "number": 1, "x": 1}, "expected": True}]
            },
            "a list": {"cases": [{"name": "a list", "given": {"text": ["x"], "number": 1}, "expected": True}]},
            "a null byte": {"cases": [{"name": "a null", "given": {"text": "\x00", "number": 1}, "expected": True}]},
            "none": {"cases": []},
        },
        hostile=True,
    ),
)
