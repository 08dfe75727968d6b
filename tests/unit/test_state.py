"""The state files: readable back, mergeable as text, and refused when damaged."""

from __future__ import annotations

import json

import pytest

from scaffolder.errors import StateError
from scaffolder.state import BASE, LOCK, Lock, Used, read_base, read_lock, state_files
from scaffolder.tree import File, Origin, Tree
from tests.support.blueprints import file

TREE = Tree(
    [
        file("b/x.py", "x = 'é'\n"),
        file("a.sh", "run\n", 0o755),
        file("bin", b"\xff\x00"),
        file("u", "a\u2028b\r\n"),
        File("e.py", b"", 0o644, Origin("demo", "1.0.0", "template/{% e %}.jinja", "Thing")),
    ]
)


def state(tree: Tree = TREE, spec: bytes = b"spec: 1\n") -> dict[str, bytes]:
    files = state_files(
        tree, scaffolder="0.1.0", source="agent-backend", spec=spec, blueprints={"demo": Used("1.0.0", "sha256:00")}
    )
    return {one.path: one.content for one in files}


def test_what_was_written_can_be_read() -> None:
    files = state()

    lock = read_lock(files[LOCK])

    assert (lock.scaffolder, lock.source) == ("0.1.0", "agent-backend")
    assert lock.blueprints == {"demo": Used("1.0.0", "sha256:00")}
    assert dict(read_base(files[BASE], lock)) == dict(TREE)
    assert lock.files["e.py"].origin.item == "Thing"
    assert lock.files["a.sh"].mode == 0o755


def test_each_file_has_one_line_and_lines_are_sorted() -> None:
    files = state()

    assert [json.loads(line)["path"] for line in files[BASE].decode().split("\n")[:-1]] == sorted(TREE)
    lines = files[LOCK].decode().split("\n")
    assert [line.split('"')[1] for line in lines if '"sha256"' in line] == sorted(TREE)
    assert b'"base64": "/wA="' in files[BASE]


def test_one_changed_file_changes_one_line_of_each() -> None:
    before, after = state(), state(TREE.replace([file("b/x.py", "x = 2\n")]))

    for path in (LOCK, BASE):
        changed = set(before[path].split(b"\n")) ^ set(after[path].split(b"\n"))
        assert len(changed) == 2


def test_a_new_spec_changes_the_lock_and_not_the_base() -> None:
    before, after = state(), state(spec=b"spec: 1\n# more\n")

    assert before[LOCK] != after[LOCK]
    assert before[BASE] == after[BASE]


def test_an_empty_tree_has_a_state_too() -> None:
    files = state(Tree())
    assert dict(read_base(files[BASE], read_lock(files[LOCK]))) == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"<<<<<<< ours\n", b"{}", b"[]", b'{"version": 1}', b"\xff", b"null"],
)
def test_a_damaged_lock_is_refused(content: bytes) -> None:
    with pytest.raises(StateError, match=r"lock\.json cannot be read: .*restore it from version control"):
        read_lock(content)


def test_another_version_is_refused() -> None:
    with pytest.raises(StateError, match="has version 2, this scaffolder reads 1"):
        read_lock(state()[LOCK].replace(b'"version": 1,', b'"version": 2,'))


def test_paths_that_lead_out_are_refused() -> None:
    with pytest.raises(StateError, match="no path inside a project"):
        read_lock(state()[LOCK].replace(b'"a.sh"', b'"../a.sh"'))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"run", b"ran", "does not fit"),
        (b'"path": "a.sh"', b'"path": "z.sh"', "does not fit"),
        (b'"base64": "/wA="', b'"base64": "?"', "cannot be read"),
        (b'{"mode"', b"{", "cannot be read"),
    ],
)
def test_a_base_that_does_not_fit_is_refused(old: bytes, new: bytes, message: str) -> None:
    files = state()
    lock: Lock = read_lock(files[LOCK])
    with pytest.raises(StateError, match=message):
        read_base(files[BASE].replace(old, new), lock)


def test_a_base_that_lacks_files_is_refused() -> None:
    files = state()
    with pytest.raises(StateError, match="has 4 files"):
        read_base(b"\n".join(files[BASE].split(b"\n")[1:]), read_lock(files[LOCK]))
