"""Each defect is found at its place, and its clean twin is silent."""

import pytest
from scaffolder_validators import Finding, validate_fast


def validate_file(path: str, content: bytes) -> tuple[Finding, ...]:
    """What the fast tier says of one file."""
    return validate_fast({path: content}).findings


@pytest.mark.parametrize(
    ("path", "broken", "clean", "place"),
    [
        ("a.py", "def f(:\n", "def f(): ...\n", (1, "python:syntax")),
        ("a.py", "x = 1\nreturn x\n", "x = 1\n", (2, "python:syntax")),
        ("a.py", "x = 1\0\n", "x = 1\n", (1, "python:syntax")),
        ("a.py", "x = 1 is 1\n", "x = 1 == 1\n", (1, "python:syntax-warning")),
        ("a.json", '{"a": 1,}\n', '{"a": 1}\n', (1, "json:syntax")),
        ("a.json", '{"a": 1, "a": 2}\n', '{"a": 1, "b": 2}\n', (1, "json:duplicate-key")),
        ("a.json", "[" * 200_000, "[]", (1, "json:depth")),
        ("a.json", "1" * 5_000, "1", (1, "json:syntax")),
        ("a.toml", "a = 1\na = 2\n", "a = 1\nb = 2\n", (2, "toml:syntax")),
        ("a.yml", "[" * 200_000, "[]", (1, "yaml:depth")),
        ("a.yml", "- " * 100_000, "- a", (1, "yaml:depth")),
        (".devcontainer/devcontainer.json", "{ // a\n}}", "{ // a\n}", (2, "json:syntax")),
        ("a.yml", "a: 1\nb: [\n", "a: 1\nb: []\n", (3, "yaml:syntax")),
        ("a.yaml", "a: 1\nb:\n  c: 1\n  c: 2\n", "a: 1\nb:\n  c: 1\n", (4, "yaml:duplicate-key")),
        ("a.md", "see \u202eevil\n", "see evil\n", (1, "text:invisible")),
    ],
)
def test_defects_and_their_clean_twins(path: str, broken: str, clean: str, place: tuple[int, str]) -> None:
    assert validate_file(path, clean.encode()) == ()
    (finding,) = validate_file(path, broken.encode())
    line, rule = place
    assert finding.rule == rule
    assert finding.path == path
    assert finding.hint
    assert finding.line == line


def test_columns_count_code_points() -> None:
    (finding,) = validate_file("a.txt", "ü😀\u200bx\n".encode())
    assert (finding.line, finding.column) == (1, 3)


def test_other_encodings_are_said_and_do_not_stop() -> None:
    (finding,) = validate_file("a.yml", b"a: 1\nb: \xff\n")
    assert (finding.rule, finding.line) == ("text:encoding", 2)


def test_an_alias_bomb_is_walked_once() -> None:
    bomb = "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *a]\n" for n in range(60))
    assert validate_file("a.yml", bomb.encode()) == ()
