"""Docstrings that end early, go on for ever, or are something else."""

from __future__ import annotations

from tests.hostile.attacks.attack import answered, exact, raw

QUOTES = '"' * 3

ATTACKS = (
    *raw(
        "python.docstring",
        r'''
== two statements
"""A ticket."""
import os
== two statements on a line
"""A ticket."""; import os
== a call after it
"""A ticket.""".format(1)
== a prefix
f"""A {__import__("os")}."""
== a prefix of bytes
b"""A ticket."""
== a raw prefix
r"""A ticket."""
== an operator
"""A ticket.""" + eval("1")
== a condition
"""A ticket.""" if eval("1") else ""
== an item
"""A ticket."""[0]
== an assignment
x = """A ticket."""
== a comment
"""A ticket."""  # x
== a directive
"""A ticket."""  # noqa
== two texts
"""A ticket."""
"""Another."""
== an open text
"""A ticket.
== a quote too many
"""A ticket.""""
== a quote that closes it
"""A """ticket."""
== a backslash at the end
"""A ticket.\"""
== a backslash before the line end
"""A \
ticket."""
== an invalid escape
"""A \d ticket."""
== an escape of what is not seen
"""A \u202e ticket."""
== an escape of nothing
"""A \x00 ticket."""
== an escape of a name
"""A \N{ZERO WIDTH SPACE} ticket."""
== a slot's end
"""A ticket.

# end slot
"""
== a template
"""A {{ ticket }}."""
== a function
def f(): """A ticket."""
== a number
1
== a name
Ticket
== pass
pass
== a list
["A ticket."]
== another indentation
    """A ticket."""
''',
    ),
    *exact(
        "python.docstring",
        {
            "nothing": "\n",
            "no indentation": f"{QUOTES}A ticket.{QUOTES}\n",
            "a lone surrogate": f"    {QUOTES}A \udcff.{QUOTES}\n",
            "a carriage return": f"    {QUOTES}A\rB.{QUOTES}\n",
            "a form feed": f"    {QUOTES}A\fB.{QUOTES}\n",
            "a line separator": f"    {QUOTES}A\u2028import os.{QUOTES}\n",
        },
    ),
    *answered(
        "python.docstring",
        {
            "quotes": {"summary": f"A {QUOTES} ticket", "details": [f"It {QUOTES}; import os; {QUOTES}"]},
            "quotes at the end": {"summary": 'A "ticket"', "details": ['It is "one""']},
            "a backslash at the end": {"summary": "A ticket\\", "details": ["It is \\", "x\\\\"]},
            "backslashes and quotes": {"summary": '\\"\\"\\"', "details": ['\\"' * 40]},
            "escapes": {"summary": "A \\N{DIGIT ONE} \\x00 \\u202e", "details": ["\\d \\777"]},
            "dots": {"summary": "....", "details": []},
            "a backslash at the end of a line": {
                "summary": "A ticket",
                "details": [f"{'word ' * 21}1234567 \\ {'word ' * 9}"],
            },
            "a word longer than a line": {"summary": "A ticket", "details": ["x" * 500]},
            "blank details": {"summary": "A ticket", "details": [" ", "\n", "\t"]},
        },
    ),
    *answered(
        "python.docstring",
        {
            "two lines": {"summary": "A\nB", "details": []},
            "a carriage return": {"summary": "A\rB ticket", "details": []},
            "a marker": {"summary": "A ticket", "details": ["x # end slot"]},
            "a directive": {"summary": "A ticket  # noqa", "details": []},
            "a bidi override": {"summary": "A \u202e ticket", "details": []},
            "a null byte": {"summary": "A \x00 ticket", "details": []},
            "a lone surrogate": {"summary": "A \ud800 ticket", "details": []},
            "no text": {"summary": "", "details": []},
            "a number": {"summary": 1, "details": []},
            "more fields": {"summary": "A ticket", "details": [], "code": "import os"},
        },
        hostile=True,
    ),
)
