"""Files that are no specs at all: not text, not YAML, or made to cost a lot -> one clear problem, at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scaffolder.errors import BadInputError
from scaffolder.spec import load_spec, load_spec_text

START = "start with spec: 1 and project: {name: helpdesk}"
KEEP_OUT = "(keep content out of the spec)"
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (letter + 1, letter + 1, b",".join([b"*%c" % letter] * 9)) for letter in range(97, 109)
)
DEEP_ALIASES = b"".join(b"a%d: &a%d [%s]\n" % (i, i, b"*a%d" % (i - 1) if i else b"x") for i in range(60))
CASES = [
    pytest.param(b"", f"1:1: error[empty]: the spec is empty ({START})", id="nothing at all"),
    pytest.param(b"  \n# nothing\n", f"1:1: error[empty]: the spec is empty ({START})", id="blanks and comments only"),
    pytest.param(b"---\n", f"1:1: error[empty]: the spec is empty ({START})", id="an empty document"),
    pytest.param(
        b"spec: 1\nproject: {name: d\x00emo}\n",
        "2:18: error[not-text]: this is a binary file (a spec is text in UTF-8)",
        id="a null byte",
    ),
    pytest.param(
        b"\x89PNG\r\n\x1a\n\x00\x00",
        "3:1: error[not-text]: this is a binary file (a spec is text in UTF-8)",
        id="a picture",
    ),
    pytest.param(
        "spec: 1\nproject: {name: demo, description: café}\n".encode("latin-1"),
        "2:39: error[not-text]: byte 0xe9 is not UTF-8 (save the file as UTF-8)",
        id="Latin-1",
    ),
    pytest.param(
        "spec: 1\n".encode("utf-16"),
        "1:4: error[not-text]: this is a binary file (a spec is text in UTF-8)",
        id="UTF-16",
    ),
    pytest.param(
        b"spec: 1\nproject: {name: demo, description: a\x07}\n",
        "2:37: error[not-text]: character U+0007 is not allowed in YAML (remove it)",
        id="a control character",
    ),
    pytest.param(b"- spec\n", f"1:1: error[wrong-type]: a spec must be a mapping, not a list ({START})", id="a list"),
    pytest.param(b"spec\n", f"1:1: error[wrong-type]: a spec must be a mapping, not 'spec' ({START})", id="a text"),
    pytest.param(
        b"spec: &a [*a]\n",
        "1:11: error[yaml-alias]: alias *a stands inside its own anchor (write the value out)",
        id="an alias in its own anchor",
    ),
    pytest.param(
        BOMB, "5:11: error[too-large]: aliases make this file too large (write the values out)", id="an alias bomb"
    ),
    pytest.param(b"[" * 100_000, "1:51: error[too-deep]: nested more than 50 levels deep", id="too deep"),
    pytest.param(DEEP_ALIASES, "49:12: error[too-deep]: nested more than 50 levels deep", id="too deep by aliases"),
    pytest.param(
        b"spec: 1\nproject: {name: demo, description: " + b"x" * 5_000_000 + b"}\n",
        f"2:36: error[too-long]: this text has 5,000,000 characters; at most 100,000 are allowed {KEEP_OUT}",
        id="a text of 5 MB",
    ),
    pytest.param(
        b"#" * 11_000_000, "error[too-large]: the file has more than 10 MB (split the project)", id="a file of 11 MB"
    ),
    pytest.param(
        b"? [a, b]\n: c\nspec: 1\nproject: demo\n",
        "1:3: error[yaml-key]: a key must be plain text (did you forget quotes or a space after ':'?)",
        id="a complex key",
    ),
    pytest.param(
        b"project: demo\n",
        "1:1: error[missing-key]: the spec does not say its version (start with spec: 1)",
        id="no version",
    ),
]


def report(error: BadInputError) -> list[str]:
    return [str(problem).removeprefix("spec.yml:").strip() for problem in error.problems]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_says_what_is_wrong_and_where(source: bytes, expected: str) -> None:
    with pytest.raises(BadInputError) as caught:
        load_spec_text(source, "spec.yml")
    assert report(caught.value) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(BOMB, id="an alias bomb"),
        pytest.param(b"[" * 1_000_000, id="a million brackets"),
        pytest.param(b"- " * 1_000_000, id="a million lists in one line"),
        pytest.param(b"? " * 1_000_000, id="a million keys in one line"),
        pytest.param(b"{a: " * 1_000_000, id="a million mappings"),
        pytest.param(b"a" * 9_000_000, id="one long word"),
    ],
)
def test_costs_little_to_refuse(source: bytes) -> None:
    start = time.process_time()
    with pytest.raises(BadInputError):
        load_spec_text(source, "spec.yml")
    assert time.process_time() - start < 2


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "scaffold.yml").write_text("spec: 1\n", encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        load_spec(tmp_path / "scafold.yml")
    assert [(item.line, item.message, item.hint) for item in caught.value.problems] == [
        (0, "there is no such file", "did you mean 'scaffold.yml'?")
    ]


def test_a_missing_directory_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="its directory cannot be read either"):
        load_spec(tmp_path / "none" / "scaffold.yml")


def test_a_directory_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="this is a directory"):
        load_spec(tmp_path)


def test_an_impossible_path_is_said() -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        load_spec(Path("nul\0byte.yml"))
