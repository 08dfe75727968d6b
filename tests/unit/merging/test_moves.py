"""Which files the blueprints gave another path."""

from __future__ import annotations

from scaffolder.merging.moves import find_moves
from scaffolder.tree import File, Origin, Tree

TEXT = "".join(f"line {number}\n" for number in range(10))


def made(path: str, template: str, item: str | None = None, content: str = TEXT, blueprint: str = "demo") -> File:
    return File(path, content.encode(), 0o644, Origin(blueprint, "1.0.0", template, item))


def test_the_same_template_and_item_under_another_path() -> None:
    base = Tree([made("app/a.py", "t.py", "a"), made("app/b.py", "t.py", "b")])
    theirs = Tree([made("core/a.py", "t.py", "a", "new\n"), made("core/b.py", "t.py", "b")])
    assert find_moves(base, theirs) == {"core/a.py": "app/a.py", "core/b.py": "app/b.py"}


def test_a_renamed_template_is_found_by_its_content() -> None:
    base, theirs = Tree([made("a.py", "a.py")]), Tree([made("b.py", "b.py", content=TEXT + "more\n")])
    assert find_moves(base, theirs) == {"b.py": "a.py"}


def test_another_content_is_another_file() -> None:
    base, theirs = Tree([made("a.py", "a.py")]), Tree([made("b.py", "b.py", content="something else\n")])
    assert find_moves(base, theirs) == {}


def test_one_entity_that_goes_and_one_that_comes_are_two() -> None:
    base, theirs = Tree([made("app/ticket.py", "t.py", "Ticket")]), Tree([made("app/invoice.py", "t.py", "Invoice")])
    assert find_moves(base, theirs) == {}


def test_a_file_of_another_blueprint_is_another_file() -> None:
    base, theirs = Tree([made("a.py", "a.py")]), Tree([made("b.py", "b.py", blueprint="other")])
    assert find_moves(base, theirs) == {}


def test_the_best_of_several_is_taken() -> None:
    base = Tree([made("a.py", "a.py")])
    theirs = Tree([made("b.py", "b.py", content=TEXT + "more\n"), made("c.py", "c.py")])
    assert find_moves(base, theirs) == {"c.py": "a.py"}


def test_empty_files_and_images_are_never_taken_for_one_another() -> None:
    base = Tree([made("a/__init__.py", "a", content=""), made("a.png", "c", content="\0" + TEXT)])
    theirs = Tree([made("b/__init__.py", "b", content=""), made("b.png", "d", content="\0" + TEXT + "1")])
    assert find_moves(base, theirs) == {}


def test_the_caller_may_know_better() -> None:
    base, theirs = Tree([made("app/ticket.py", "t.py", "Ticket")]), Tree([made("app/issue.py", "t.py", "Issue")])
    assert find_moves(base, theirs, {"app/ticket.py": "app/issue.py"}) == {"app/issue.py": "app/ticket.py"}
    assert find_moves(base, theirs, {"nowhere.py": "app/issue.py"}) == {}
