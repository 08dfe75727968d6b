"""Bodies that ask for much: numbers, texts, loops without end, patterns that take for ever, deep nesting."""

from __future__ import annotations

from tests.hostile.attacks.attack import exact, raw

ATTACKS = (
    *raw(
        "python.body",
        r"""
== a tower of powers
return 9**9**9
== a tower in brackets
return (9**9)**9
== a large exponent
return 2**100000000
== an exponent by a name
return 2**label
== a power in place
label **= 1000000
return label
== powers one after another
a = label ** 100
b = a ** 100
c = b ** 100
return c
== squares one after another
a = label * label
b = a * a
return b
== doubles one after another
a = rows + rows
b = a + a
return b
== the power of a function
return pow(9, 9**9)
== a shift
return 1 << 10000000000
== a shift in place
label <<= 100000
return label
== a large number
return 99999999999999999999
== a hexadecimal number
return 0xffffffffffffffffffffffff
== a text many times
return "a" * 1000000000
== a text many times, turned round
return 1000000000 * "a"
== a text of a name many times
a = "a"
return a * 1000000000
== a text by two names
a = "a"
b = a
return b * 1000000000
== a text in place
a = "a"
a *= 1000000000
return a
== a text many times, folded
return "a" * 10000 * 10000
== a list many times
return [0] * 1000000000
== lists of lists
return [[0] * 10000] * 10000 * 10000
== a tuple many times
return (0,) * 1000000000
== a text as often as something
return "a" * label
== a formatted text many times
return f"{label}" * 1000000000
== a joined text many times
return ",".join(rows) * 1000000000
== lists of long texts
return ",".join(["a" * 10000] * 10000)
== lists of long texts by a name
text = "a" * 10000
texts = [text] * 10000
return ",".join(texts)
== a range in a range
return [one for one in range(10000) for other in range(10000)]
== a width
return f"{label:>1000000000}"
== a precision
return f"{1.5:.999999999f}"
== a width by a name
return f"{label:{label}}"
== padding
return "x".ljust(1000000000)
== zeros
return "x".zfill(1000000000)
== a tab of many blanks
return "\t".expandtabs(1000000000)
== the middle
return "x".center(label * 1000)
== rounding to the left
return round(1, -1000000000)
== bytes of a number
return (1).to_bytes(1000000000, "big")
== many bytes
return bytearray(1000000000)
== an exponent in a text
return Decimal("1e999999999")
== while true
while True:
    pass
== while with a break
while rows:
    break
return rows
== a loop over a function
for one in iter(int, 1):
    pass
return rows
== an endless list
return list(iter(int, 1))
== a loop that feeds itself
for row in rows:
    rows.append(row)
return rows
== a loop that feeds itself, by extending
for row in rows:
    rows.extend([row])
return rows
== a loop that doubles a text
text = "x"
for row in rows:
    text += text
return text
== a loop that doubles by an assignment
text = "x"
for row in rows:
    text = text + text
return text
== a loop that squares
number = 9
for row in rows:
    number *= number
return number
== a loop that doubles in a formatted string
text = "x"
for row in rows:
    text = f"{text}{text}"
return text
== a loop that doubles a list
kept = [1]
for row in rows:
    kept.extend(kept)
return kept
== lists that laugh
a = [1]
for row in rows:
    a = [a, a]
return a
== three loops
for a in rows:
    for b in rows:
        for c in rows:
            pass
return rows
== three clauses
return [1 for a in rows for b in rows for c in rows]
== comprehensions in comprehensions
return [[[c for c in rows] for b in rows] for a in rows]
== a range
return list(range(1000000000))
== a range by a name
return list(range(label))
== a range by a product
return list(range(10000 * 10000))
== a range of another step
return list(range(0, 1000000000000, 1))
== an endless count
import itertools
return list(itertools.count())
== an endless cycle
from itertools import cycle
return list(cycle(rows))
== an endless repeat
import itertools as tools
return list(tools.repeat(1))
== permutations
import itertools
return list(itertools.permutations(rows))
== products
from itertools import product
return list(product(rows, repeat=10))
== a factorial
import math
return math.factorial(100000000)
== combinations of numbers
import math
return math.comb(1000000000, 500000000)
== a lambda that calls itself
again = lambda: again()
return again()
== a lambda that is handed itself
return (lambda f: f(f))(lambda f: f(f))
== a lambda in a list
calls = [lambda: calls[0]()]
return calls[0]()
== a lambda by a walrus
return (f := lambda: f())()
== a lambda with a default
return sorted(rows, key=lambda row, n=rows: n)
== a function that calls itself
def f():
    return f()
return f()
== a pattern that takes for ever
return re.match(r"(a+)+$", label)
== a pattern of choices
return re.match(r"(a|aa)+$", label)
== a pattern of words
return re.fullmatch(r"(\w+\s?)*", label)
== a pattern with a count
return re.search(r"(a{1,100}){1,100}b", label)
== a pattern with a group that has a name
return re.search(r"(?P<x>a*)*b", label)
== a pattern that is computed
return re.match("(a+" + ")+$", label)
== a pattern by a name
pattern = "(a+)+$"
return re.match(pattern, label)
== a pattern that is compiled
return re.compile("(a*)*$").match(label)
== a pattern by its import
from re import match
return match("(a+)+$", label)
== a pattern with many repetitions
return re.match("a*a*a*a*a*a*a*a*a*b", label)
== a pattern that is none
return re.match("(", label)
== a pattern with a keyword
return re.match(string=label, pattern="(a+)+$")
""",
    ),
    *exact(
        "python.body",
        {
            "deep brackets": f"        return {'(' * 150}1{')' * 150}\n",
            "very deep brackets": f"        return {'(' * 450}1{')' * 450}\n",
            "deep lists": f"        return {'[' * 90}{']' * 90}\n",
            "deep minuses": f"        return {'-' * 900}1\n",
            "deep nots": f"        return {'not ' * 200}rows\n",
            "a long sum": f"        return {'1+' * 400}1\n",
            "a long chain": f"        return rows{'.x' * 400}\n",
            "a long call": f"        return rows{'()' * 400}\n",
            "deep conditions": "".join(f"        {' ' * depth}if rows:\n" for depth in range(95))
            + " " * 110
            + "return 1\n",
            "a long comparison": f"        return {'rows<' * 180}rows{'[0]' * 70}\n",
            "deep lambdas": f"        return {'lambda:' * 120}1\n",
            "deep strings": "        return " + "f'{" * 3 + '"' + "\n",
            "a huge text": "        return '" + "x" * 30_000 + "'\n",
            "a long line": "        return '" + "x" * 1_200 + "'\n",
            "a long text of many lines": '        return """' + ("x" * 900 + "\n") * 6 + '"""\n',
            "many lines": "        x = 1\n" * 2_000 + "        return rows\n",
            "a long number": "        return " + "9" * 900 + "\n",
            "a long number in base two": "        return 0b" + "1" * 900 + "\n",
            "many strings": "        return " + "''" * 480 + "[0:" + "[" * 60 + "\n",
            "deep subscripts": f"        return rows{'[0' * 100}{']' * 100}\n",
            "deep starred": f"        return {'[*' * 80}rows{']' * 80}\n",
            "deep dictionaries": f"        return {'{1:' * 90}1{'}' * 90}\n",
        },
    ),
)
