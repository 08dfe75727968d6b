"""Bodies that reach out of their slot: into the lines around it, the function, the tools that read the file."""

from __future__ import annotations

from tests.hostile.attacks.attack import exact, raw

ATTACKS = (
    *raw(
        "python.body",
        r'''
== close the slot
return rows
# end slot
x = 1
== close it with blanks
return rows
#   end   slot
== close it without a blank
return rows
#end slot
== close it in capitals
return rows
# End Slot
== open another slot
return rows
# slot: a.c
== open another in another style
return rows
// slot: a.c
== a slot in a text
return """
# end slot
"""
== a comment that is one in another language
return rows  # <!-- end slot -->
== a stub that is no statement
== only a comment
# nothing
== an open text
return """rows
== an open text in single quotes
return \'\'\'rows
== an open bracket
return [rows
== a bracket too many
return rows)
== a continued line
return rows \
== a continued comment
return rows  # \
== half a statement
return rows if
== an else for the condition before
else:
    return rows
== an elif for the condition before
elif rows:
    return rows
== a handler
except ValueError:
    return rows
== a finally
finally:
    return rows
== a function after it
return rows

def judge2(self):
    pass
== a generator
yield rows
== a generator in part
if not rows:
    yield 1
return rows
== a generator by delegation
yield from rows
== await in a function
return await rows
== a constant of the module becomes a variable
RULES = {}
return rows
== a constant becomes a loop's variable
for RULES in rows:
    pass
return rows
== a constant is imported
import math as RULES
return rows
== a constant is a pattern's name
match rows:
    case [RULES, *_]:
        return rows
return rows
== itself
return self.judge(rows, task)
== itself by its class
return Judge.judge(self, rows, task)
== noqa
return rows  # noqa
== noqa with a code
return rows  # noqa: S105
== noqa in capitals
return rows  #NOQA
== type: ignore
return rows  # type: ignore
== type: ignore with a code
return rows  # type:ignore[return-value]
== ty: ignore
return rows  # ty: ignore
== pyright
return rows  # pyright: ignore
== mypy
# mypy: ignore-errors
return rows
== ruff
# ruff: noqa
return rows
== nosec
return rows  # nosec
== nosemgrep
return rows  # nosemgrep
== fmt off
# fmt: off
return rows
== fmt skip
return rows  # fmt: skip
== isort
# isort: skip_file
return rows
== pylint
return rows  # pylint: disable=all
== coverage
return rows  # pragma: no cover
== coding
# -*- coding: utf-7 -*-
return rows
== coding with an equals sign
# vim: set fileencoding=latin-1 coding=utf-7
return rows
== secrets
return "x"  # pragma: allowlist secret
== an invalid escape
return "\d"
== is with a literal
return rows is 3
== return outside
return rows
    return rows
== a tab and blanks
if rows:
	return rows
        return []
== a bad number
return 0777
== print as a statement
print rows
== a prompt
>>> rows
== a conflict
<<<<<<< ours
return rows
=======
return []
>>>>>>> theirs
== a diff
-return rows
+return []
== HTML
<script>alert(1)</script>
== prose
Here is the code you asked for:
== JSON
{"code": "return rows"
== a null byte as an escape
return "\x00"
== a surrogate as an escape
return "\ud800"
== a bidi override as an escape
return "\u202e"
== a zero width space by its name
return "\N{ZERO WIDTH SPACE}"
'''.replace("\\'", "'"),
    ),
    *exact(
        "python.body",
        {
            "nothing": "",
            "no line end": "        return rows",
            "a class's body": "    limit = 4\n",
            "a class's body, after the function": "        return rows\n    limit = 4\n",
            "the module": "x = 1\n",
            "the module, after the function": "        return rows\nx = 1\n",
            "the condition before": "            limit = 4\n",
            "one blank more": "         return rows\n",
            "one blank less": "       return rows\n",
            "tabs": "\t\treturn rows\n",
            "a form feed": "\f        return rows\n",
            "a vertical tab": "        return\vrows\n",
            "a carriage return": "        return rows\r        # end slot\r        import os\n",
            "carriage return and line feed": "        return rows\r\n",
            "a next line": "        return rows  # x\x85import os\n",
            "a line separator": "        return rows  # x\u2028import os\n",
            "a paragraph separator": "        return rows  # x\u2029# end slot\n",
            "a file separator": "        return rows  # x\x1c# end slot\n",
            "a group separator": "        return rows  # x\x1d# end slot\n",
            "a record separator": "        return rows  # x\x1e# end slot\n",
            "a null byte": "        return rows\x00\n",
            "a mark of byte order": "\ufeff        return rows\n",
            "a lone surrogate": "        return '\ud800'\n",
            "a bidi override": "        return 'x\u202e'\n",
            "a bidi isolate in a comment": "        return rows  # \u2067 x\n",
            "a zero width space": "        return ro\u200bws\n",
            "a zero width joiner": "        return ro\u200dws\n",
            "a soft hyphen": "        return 'ro\xadws'\n",
            "a filler": "        \u3164 = 1\n        return rows\n",
            "a filler in a text": "        return '\u115f'\n",
            "a variation selector": "        return 'x\ufe0f'\n",
            "a tag character": "        return 'x\U000e0041'\n",
            "a private character": "        return '\ue000'\n",
            "an unassigned character": "        return '\u0378'\n",
            "piled marks": "        return 'x" + "\u0301" * 9 + "'\n",
            "a blank of another width": "        return\u00a0rows\n",
            "a Cyrillic name": "        r\u043ews = []\n        return r\u043ews\n",
            "a Greek name": "        \u03c1 = 1\n        return rows\n",
            "a fullwidth name": "        return \uff45\uff56\uff41\uff4c('rows')\n",
            "a mathematical name": "        return \U0001d4fb\U0001d4f8\U0001d500\U0001d4fc\n",
            "a ligature": "        \ufb01nd = 1\n        return rows\n",
            "a fullwidth attribute": "        return rows.\uff3f\uff3fclass\uff3f\uff3f\n",
            "a fullwidth keyword argument": "        return dict(\uff58=1)\n",
            "a fullwidth name in a formatted string": "        return f'{\uff52ows}'\n",
            "a mathematical name, formatted": "        return f'{\U0001d4fb\U0001d4f8\U0001d500\U0001d4fc}'\n",
            "Arabic digits": "        return rows[\u0661]\n",
            "an underscore of another width": "        return rows.\ufe4d\ufe4dclass\ufe4d\ufe4d\n",
        },
    ),
    *raw(
        "python.body of a generator",
        """
== no generator any more
return None
== no generator any more, by a list
return [row]
== a lambda that yields
sorted([row], key=lambda one: (yield one))
== itself
yield from self.problems(row)
== an empty body
pass
""",
    ),
    *raw(
        "python.body of a coroutine",
        """
== a generator
yield await self.ask(INSTRUCTIONS, task)
== itself
return await self.handle(task)
== a class in it
class Answer: ...
return Answer()
""",
    ),
)
