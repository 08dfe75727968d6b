"""What is counted of functions."""

from __future__ import annotations

import pytest
from scaffolder_validators import Sources
from scaffolder_validators.complexity import FunctionMetrics, functions


def measured(code: str) -> dict[str, FunctionMetrics]:
    """Give the metrics by name."""
    return {one.name: one for one in functions(Sources.of({"a.py": code.encode()}), "a.py")}


@pytest.mark.parametrize(
    ("body", "complexity", "depth"),
    [
        ("return 1", 1, 0),
        ("if a: return 1", 2, 1),
        ("if a: return 1\n    elif b: return 2\n    else: return 3", 3, 1),
        ("return a and b or c", 3, 0),
        ("return [x for x in a if x]", 2, 0),
        ("return 1 if a else 2", 2, 0),
        ("for x in a:\n        while b:\n            pass", 3, 2),
        ("try:\n        pass\n    except A:\n        pass\n    except B:\n        pass", 3, 1),
        ("match a:\n        case 1:\n            pass\n        case _:\n            pass", 3, 1),
        ("with a:\n        if b:\n            pass", 2, 2),
        ("return lambda: 1 if a else 2", 1, 0),
        ("assert a", 2, 0),
    ],
)
def test_paths_and_depth(body: str, complexity: int, depth: int) -> None:
    one = measured(f"def f(a, b, c):\n    {body}\n")["f"]
    assert (one.complexity, one.depth) == (complexity, depth)


def test_functions_in_classes_and_functions_count_for_themselves() -> None:
    found = measured(
        "class A:\n"
        "    def f(self, x, /, y, *z, k=1, **w):\n"
        '        """Say what it does.\n\n        At length.\n        """\n'
        "        def inner():\n"
        "            if x:\n"
        "                return 1\n"
        "            return 2\n"
        "        return inner()\n"
        "if True:\n"
        "    async def g(): ...\n"
    )
    assert list(found) == ["A.f", "A.f.inner", "g"]
    assert (found["A.f"].complexity, found["A.f.inner"].complexity) == (1, 2)
    assert (found["A.f"].line, found["A.f"].lines, found["A.f"].arguments) == (2, 5, 6)


def test_what_does_not_parse_has_no_functions() -> None:
    assert measured("def f(:\n") == {}
