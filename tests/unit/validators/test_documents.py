"""Plain data that knows where its keys stand, in three formats."""

from __future__ import annotations

import pytest
from scaffolder_validators.documents import documents, duplicate_keys, without_comments
from scaffolder_validators.yaml_nodes import TooLargeError

TOML = '''\
[project]
name = "x" # [no]
list = [
  "a",  # one
  "b", ["n"],
]
a.b."c d" = { x = 1, y = [1, 2] }
text = """
[no]
name = 1
"""
[[s]]
k = 1
[[s]]
k = 2
[s.sub]
z = 1
[[s.list]]
q = 1
[[s.list]]
r = [{a = 1}, {b = 2}]
'''
JSON = '{\n  "a": [1, {"b": "x\\"}"}, [true]],\n  "c": {},\n  "ü": null, "d": []\n}\n'
YAML = "a: &x\n  on: yes\n  day: 2020-01-01\nb:\n  <<: *x\n  on: no\nc: [*x, !own z, 1]\n"


@pytest.mark.parametrize(
    ("path", "text", "keys", "place"),
    [
        ("a.toml", TOML, ("project", "name"), (2, 1)),
        ("a.toml", TOML, ("project", "list", 1), (5, 3)),
        ("a.toml", TOML, ("project", "list", 2, 0), (5, 8)),
        ("a.toml", TOML, ("project", "a", "b", "c d", "x"), (7, 1)),
        ("a.toml", TOML, ("project", "text"), (8, 1)),
        ("a.toml", TOML, ("s", 0, "k"), (13, 1)),
        ("a.toml", TOML, ("s", 1, "k"), (15, 1)),
        ("a.toml", TOML, ("s", 1, "sub", "z"), (17, 1)),
        ("a.toml", TOML, ("s", 1, "list", 1, "r", 1, "b"), (21, 15)),
        ("a.json", JSON, ("a", 1, "b"), (2, 13)),
        ("a.json", JSON, ("a", 2, 0), (2, 28)),
        ("a.json", JSON, ("d",), (4, 14)),
        ("a.json", JSON, ("nowhere",), (1, 1)),
        ("a.yml", YAML, ("b", "on"), (6, 3)),
        ("a.yml", YAML, ("b", "day"), (3, 3)),
        ("a.yml", YAML, ("c", 2), (7, 17)),
    ],
)
def test_places(path: str, text: str, keys: tuple[str | int, ...], place: tuple[int, int]) -> None:
    (document,) = documents(path, text)
    assert document.place(*keys) == place


def test_yaml_is_read_as_platforms_read_it() -> None:
    (document,) = documents("a.yml", YAML)
    assert document.data == {
        "a": {"on": True, "day": "2020-01-01"},
        "b": {"on": False, "day": "2020-01-01"},
        "c": [{"on": True, "day": "2020-01-01"}, "z", 1],
    }
    assert [one.data for one in documents("a.yml", "a: 1\n---\nb: .inf\n")] == [{"a": 1}, {"b": ".inf"}]


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.json", "{"), ("a.json", "1" * 5000), ("a.toml", "a = "), ("a.yml", "a: [\n"), ("a.yml", ""), ("a.yml", "\0")],
)
def test_broken_files_give_no_documents(path: str, text: str) -> None:
    assert documents(path, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *a, *a]\n" for n in range(60)),
        "a: &a [x]\n" + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}' if n else '*a'] * 9)}]\n" for n in range(9)),
        "a: &a\n  b: *a\n",
        "a: &a\n  <<: *a\n",
        "[" * 500 + "]" * 500,
    ],
    ids=["chain", "bomb", "endless", "endless-merge", "deep"],
)
def test_what_nobody_writes_is_not_followed(text: str) -> None:
    with pytest.raises(TooLargeError):
        documents("a.yml", text)


def test_comments_and_trailing_commas_keep_places() -> None:
    text = '{ // "a": 1\n "b": "// no /* no */,]", /* x\n y */ "c": [1, 2,], }'
    plain = without_comments(text)
    assert len(plain) == len(text)
    (document,) = documents(".devcontainer/devcontainer.json", text)
    assert document.data == {"b": "// no /* no */,]", "c": [1, 2]}
    assert document.place("c") == (3, 7)


def test_the_second_of_two_keys_is_named() -> None:
    assert duplicate_keys('{"a": {"b": 1,\n"b": 2}, "b": 3, "c": [{"b": 1}, {"b": 1}]}') == [("b", (2, 1))]
