"""Whatever is given as a spec, the answer is a spec or a list of problems with places: never another error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffolder.errors import BadInputError
from scaffolder.spec import load_spec, load_spec_text

EXAMPLE = (Path(load_spec.__code__.co_filename).parent / "example.yml").read_bytes()
LINES = EXAMPLE.splitlines(keepends=True)
PIECES = sorted({word for line in LINES for word in line.split()})
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NASTY = st.sampled_from(
    [b"\0", b"\t", b"\r", b"\xff", b"\xef\xbb\xbf", b"{", b"}", b"[", b"]", b"*a", b"&a ", b"!!x ", b"<<: ", b"? ",
     b"- ", b"'", b'"', b"|", b">", b"%", b"@", b"`", b": ", b"#", b"---\n",
     b"...", b"~", b"{{", b"}}", b"->", b"<->",
     b"\xe2\x80\xa8", b"\xc2\x85", b"999999999999999999999", b"1e999", b".nan", b"\xf0\x9f\x92\xa9", b"\xed\xa0\x80"]
)  # fmt: skip


def answers(source: bytes | str) -> None:
    try:
        loaded = load_spec_text(source, "spec.yml")
    except BadInputError as error:
        problems = error.problems
        assert any(problem.severity == "error" for problem in problems)
    else:
        problems = loaded.problems
        assert all(problem.severity == "warning" for problem in problems)
    for problem in problems:
        assert problem.message
        assert "\n" not in str(problem)
        assert (problem.line == 0) == (problem.column == 0)


@given(source=st.binary(max_size=300))
@QUICK
def test_bytes(source: bytes) -> None:
    answers(source)


@given(source=st.text(max_size=200))
@QUICK
def test_text(source: str) -> None:
    answers(source)


@given(source=st.lists(st.text("abc:{}[]-&*!|>'\"%@`#, \n\t?~.0", max_size=12), max_size=20).map("".join))
@QUICK
def test_yaml_characters(source: str) -> None:
    answers("spec: 1\nproject: {name: demo}\n" + source)


@given(at=st.integers(0, len(EXAMPLE)), length=st.integers(0, 30), piece=NASTY | st.binary(max_size=4))
@QUICK
def test_a_good_spec_with_some_bytes_replaced(at: int, length: int, piece: bytes) -> None:
    answers(EXAMPLE[:at] + piece + EXAMPLE[at + length :])


@given(data=st.data())
@QUICK
def test_a_good_spec_with_words_exchanged(data: st.DataObject) -> None:
    source = EXAMPLE
    for _ in range(data.draw(st.integers(1, 4))):
        old, new = data.draw(st.sampled_from(PIECES)), data.draw(st.sampled_from(PIECES) | NASTY)
        source = source.replace(old, new, data.draw(st.integers(1, 3)))
    answers(source)


@given(lines=st.permutations(LINES), keep=st.integers(1, len(LINES)))
@QUICK
def test_a_good_spec_with_lines_shuffled(lines: list[bytes], keep: int) -> None:
    answers(b"".join(lines[:keep]))


@given(drop=st.sets(st.integers(0, len(LINES) - 1), max_size=12), twice=st.integers(0, len(LINES) - 1))
@QUICK
def test_a_good_spec_with_lines_lost_and_doubled(drop: set[int], twice: int) -> None:
    kept = [line for number, line in enumerate(LINES) if number not in drop]
    answers(b"".join([*kept[:twice], *kept[max(twice - 1, 0) : twice + 1], *kept[twice:]]))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["string", "a -> b", "{{ a.b }}", "1d"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.sampled_from(["type", "a"]), inner)
    ),
    max_leaves=6,
)
PATHS = [
    "{}", "spec: {}", "project: {}", "project: {{name: {}}}", "auth: {}", "auth: {{access: {}}}", "auth: {{roles: {}}}",
    "limits: {{per_user: {}}}", "audit: {}", "entities: {}", "entities: {{A: {}}}", "entities: {{A: {{b: {}}}}}",
    "entities: {{A: {{b: {{type: {0}, default: {0}}}}}}}", "entities: {{A: {{b: text, $meta: {}}}}}",
    "entities: {{A: {{b: 'enum(a, b)', $meta: {{search: {0}, states: {0}, unique: {0}, label: {0}}}}}}}",
    "agents: {}", "agents: {{a: {}}}", "agents: {{a: {{goal: {0}, needs: {0}, reads: {0}, output: {0}}}}}",
    "workflows: {}", "workflows: {{w: {}}}", "workflows: {{w: {{public: {0}, input: {0}, nodes: {0}, flow: {0}}}}}",
    "workflows: {{w: {{nodes: {{a: {}}}}}}}",
    "workflows: {{w: {{nodes: {{a: {{agent: {0}, with: {0}, when: {0}}}}}}}}}",
    "workflows: {{w: {{nodes: {{a: {{http: {{url: {0}, json: {0}, headers: {0}}}}}}}, flow: {0}, output: {0}}}}}",
    "workflows: {{w: {{nodes: {{a: {{db.insert: {{entity: {0}, values: {0}}}, retry: {0}, timeout: {0}}}}}}}}}",
    "workflows: {{w: {{nodes: {{a: {{vector.search: {{index: {0}, query: {0}, k: {0}}}}}}}}}}}",
    "targets: {}", "targets: {{t: {}}}", "targets: {{t: {{platform: {0}, region: {0}, workflows: {0}}}}}",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_any_value_in_any_place(path: str) -> None:
    @given(value=VALUES)
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def check(value: object) -> None:
        answers(
            "spec: 1\nproject: demo\n" * (not path.startswith(("{}", "spec", "project")))
            + path.format(json.dumps(value))
        )

    check()
