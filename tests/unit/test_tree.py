"""What a tree takes, and what it refuses with both owners named."""

from __future__ import annotations

import pytest

from scaffolder.errors import TreeError
from scaffolder.tree import Tree, fold, unsafe_path
from tests.support.blueprints import file, tree


def test_is_sorted_whatever_the_order_of_the_files() -> None:
    made = Tree([file("b/z.py"), file("a.py"), file("b/a.py")])

    assert list(made) == ["a.py", "b/a.py", "b/z.py"]


def test_merge_names_both_owners_of_a_path() -> None:
    one, other = Tree([file("app/main.py", owner="core")]), Tree([file("app/main.py", owner="agents")])

    with pytest.raises(
        TreeError, match=r"core \(template/app/main.py\) and agents .* both write 'app/main.py'"
    ) as info:
        one.merge(other)
    assert info.value.paths == ("app/main.py",)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (("app", "app/main.py"), "'app' is a file for .* and a directory for"),
        (("README.md", "readme.md"), "differ only in case"),
        (("Docs/a.md", "docs/b.md"), "the directories 'Docs' and 'docs' differ only in case"),
        (("x/Docs/deep/a.md", "x/docs/deep/b.md"), "differ only in case"),
        (("caf\u00e9.md", "cafe\u0301.md"), "differ only in case"),
        (("App", "app/main.py"), "'App' is a file for .* and a directory for"),
    ],
    ids=["file and folder", "file case", "folder case", "deep folder case", "unicode form", "file and folder case"],
)
def test_refuses_paths_that_would_be_one_on_some_system(paths: tuple[str, str], message: str) -> None:
    with pytest.raises(TreeError, match=message):
        Tree(map(file, paths))


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "C:/x", "../x", "a/../b", "a/./b", "a//b", "a/", "a\\b", "a\nb", "a\u202eb", "\u00e9" * 200],
)
def test_refuses_unsafe_paths(path: str) -> None:
    assert unsafe_path(path) is not None
    with pytest.raises(TreeError):
        Tree([file(path)])


@pytest.mark.parametrize("path", ["a", ".env.example", "a/.../b", "a b/c.d", ".github/workflows/ci.yml", "\u00e9.md"])
def test_takes_safe_paths(path: str) -> None:
    assert unsafe_path(path) is None
    assert path in Tree([file(path)])


def test_replace_and_without_leave_the_first_tree_alone() -> None:
    first = tree({"a": "1\n", "b": "1\n"})

    second = first.replace([file("a", "2\n"), file("c", "2\n")]).without(["b", "nowhere"])

    assert {path: one.content for path, one in second.items()} == {"a": b"2\n", "c": b"2\n"}
    assert {path: one.content for path, one in first.items()} == {"a": b"1\n", "b": b"1\n"}


def test_fold_is_about_case_and_form_only() -> None:
    assert fold("A/B") == fold("a/b") != fold("a/c")
