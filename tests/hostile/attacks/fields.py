"""Code that a model answers in the one field that is code."""

from __future__ import annotations

from tests.hostile.attacks.attack import answered

ATTACKS = (
    *answered(
        "python.body",
        {
            "a fence with an attack": {"code": "```python\nimport os\nreturn os.environ\n```"},
            "a fence that is open": {"code": "```python\nreturn rows"},
            "a fence in a fence": {"code": "```\n```\nreturn rows\n```\n```"},
            "another indentation at the end": {"code": "return rows\n  return []"},
            "a tab": {"code": "if rows:\n\treturn rows\n        return []"},
            "a signature": {"code": "def judge(self, rows, task):\n    return rows"},
            "many lines": {"code": "x = 1\n" * 99},
            "nothing": {"code": "\n\n"},
            "a carriage return": {"code": "return rows\rimport os"},
            "more fields": {"code": "return rows", "import": "os"},
            "a text instead of code": {"code": "I cannot help with that."},
            "a number": {"code": 1},
            "a class's body by its indentation": {"code": "    return rows\nlimit = 4"},
        },
        hostile=True,
    ),
    *answered("python.body", {"a docstring in the body": {"code": '"""What it does."""\nreturn rows'}}),
)
