"""Good fills, made worse by chance: hostile words put in, parts doubled, moved, cut off, characters exchanged."""

from __future__ import annotations

from hypothesis import strategies as st

TOKENS = (
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "\n",
    "\t",
    "`",
    "```",
    "~~~",
    "$$",
    "${",
    "{{",
    "}}",
    "{%",
    "#",
    "--",
    "//",
    "/*",
    "*/",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "&#8238;",
    "](javascript:x)",
    "![",
    "\n# x\n",
    "\n===\n",
    "\n---\n",
    "\n- ",
    "# slot: x\n",
    "\n# end slot\n",
    "\n<!-- end slot -->\n",
    "\n-- end slot\n",
    "\n// end slot\n",
    "\r",
    "\f",
    "\v",
    "\x00",
    "\x85",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ufeff",
    "\ud800",
    "\u0435",
    "\uff45",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    " or ",
    "\nelse:\n",
    "\nimport os\n",
    "__import__('os')",
    ".__class__",
    ".format",
    "eval(",
    "lambda: ",
    "yield ",
    "await ",
    "\nwhile True:\n    pass\n",
    "9**9**9",
    " % ()",
    "*1000000000",
    "&a ",
    "*a",
    "!!python/name:os.system ",
    "<<: ",
    "? ",
    "|\n",
    "'; DROP TABLE users; --",
    "\nCOMMIT;\n",
    "E'",
    "return ",
    "\nreturn\n",
    "\n}\n",
    "\n)\n",
    "\n    ",
    "\n\t",
    "# noqa",
    "# type: ignore",
    "// @ts-ignore",
    "constructor",
    "globalThis",
    "self = ",
    "global x\n",
    "rows",
    " ",
)
"""What breaks something somewhere."""


@st.composite
def mutated(draw: st.DrawFn, good: str) -> str:
    """Give a text that was good before one to six things happened to it."""
    text = good
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        to = draw(st.integers(at, min(len(text), at + 40)))
        match draw(
            st.sampled_from(["put in", "put in", "put in", "cut", "double", "exchange", "truncate", "move", "noise"])
        ):
            case "put in":
                text = text[:at] + draw(st.sampled_from(TOKENS)) + text[at:]
            case "cut":
                text = text[:at] + text[to:]
            case "double":
                text = text[:to] + text[at:]
            case "exchange":
                text = text[:at] + draw(st.sampled_from(TOKENS)) + text[to:]
            case "truncate":
                text = text[:at] + draw(st.sampled_from(["", "\n"]))
            case "move":
                text = text[at:] + text[:at]
            case "noise":
                text = text[:at] + draw(st.text(max_size=8)) + text[at:]
    return text


def large(size: int) -> st.SearchStrategy[str]:
    """Give texts of about `size` characters that repeat a few hostile words: what takes more than linear time shows."""
    some = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=3).map("".join)
    return st.tuples(some, some, some, st.sampled_from([1, 40, 900, size])).map(
        lambda parts: _repeated(*parts, size=size)
    )


def _repeated(first: str, middle: str, last: str, width: int, *, size: int) -> str:
    line = (middle * (width // len(middle) + 1))[:width]
    return (f"{first}{line}{last}\n" * (size // (len(line) + 1) + 1))[:size] + "\n"
