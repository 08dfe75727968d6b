"""Entities with another name: which files move, also where one takes the path that another leaves."""

from __future__ import annotations

from collections.abc import Mapping

from scaffolder.merging import Entry, Merged, NameChange, PathOutcome, Renaming, entities_in, merge, moves_of
from scaffolder.tree import File, Origin, Tree

LOOP = "models/{% yield e from entities %}{{ e.module }}{% endyield %}.py.jinja"
AGENTS = "agents/{% yield a from agents %}{{ a.module }}{% endyield %}.py.jinja"
CASE = Renaming((NameChange("Ticket", "Case"),))
CLASH = Renaming((NameChange("Agent", "Operator"), NameChange("SystemAgent", "Agent")))


def made(item: str | None, path: str, content: str = "", template: str = LOOP) -> File:
    text = content or f"class {item}:\n    one\n    two\n    three\n"
    return File(path, text.encode(), 0o644, Origin("demo", "1", template, item))


def disk(files: Mapping[str, bytes]) -> dict[str, Entry]:
    return {path: Entry("file", content) for path, content in files.items()}


def contents(*files: File) -> dict[str, bytes]:
    return {file.path: file.content for file in files}


def result(merged: Merged) -> dict[str, bytes | None]:
    return {file.path: file.content for file in merged.writes} | dict.fromkeys(merged.deletes)


TICKET, AS_CASE = made("Ticket", "models/ticket.py"), made("Case", "models/case.py")
AGENT, SYSTEM = made("Agent", "models/agent.py"), made("SystemAgent", "models/system_agent.py")
OPERATOR, BUILT_IN = made("Operator", "models/operator.py"), made("Agent", "models/agent.py")


def test_edits_move_with_the_entity() -> None:
    mine = TICKET.content.replace(b"    two\n", b"    two\n    mine\n")
    merged = merge(Tree([TICKET]), disk({TICKET.path: mine}), Tree([AS_CASE]), renaming=CASE)
    after = AS_CASE.content.replace(b"    two\n", b"    two\n    mine\n")
    assert result(merged) == {AS_CASE.path: after, TICKET.path: None}
    assert merged.outcomes == (
        PathOutcome(AS_CASE.path, "moved", was=TICKET.path, reason="your edits moved along"),
    )  # fmt: skip


def test_without_a_renaming_they_are_two() -> None:
    merged = merge(Tree([TICKET]), disk(contents(TICKET)), Tree([AS_CASE]))
    assert {one.outcome for one in merged.outcomes} == {"created", "deleted"}


def test_a_template_with_another_path_too() -> None:
    there = made("Case", "app/case.py", template=f"app/{LOOP}")
    assert moves_of(Tree([TICKET]), Tree([there]), CASE) == {there.path: TICKET.path}
    another = made("Case", "app/case.py", "something\nelse\n", f"app/{LOOP}")
    assert moves_of(Tree([TICKET]), Tree([another]), CASE) == {}


def test_an_agent_of_the_same_name_is_no_entity() -> None:
    agent = made("Ticket", "agents/ticket.py", template=AGENTS)
    base, theirs = Tree([TICKET, agent]), Tree([AS_CASE, agent])
    assert moves_of(base, theirs, CASE) == {AS_CASE.path: TICKET.path}
    assert entities_in(base) == {"Ticket"}


def test_one_takes_the_path_that_another_leaves() -> None:
    mine = {AGENT.path: AGENT.content + b"mine\n", SYSTEM.path: SYSTEM.content + b"mine too\n"}
    base, theirs = Tree([AGENT, SYSTEM]), Tree([OPERATOR, BUILT_IN])
    merged = merge(base, disk(mine), theirs, renaming=CLASH)
    assert result(merged) == {
        OPERATOR.path: OPERATOR.content + b"mine\n",
        BUILT_IN.path: BUILT_IN.content + b"mine too\n",
        SYSTEM.path: None,
    }
    assert [(one.path, one.outcome, one.was) for one in merged.outcomes] == [
        (BUILT_IN.path, "moved", SYSTEM.path),
        (OPERATOR.path, "moved", AGENT.path),
    ]


def test_a_new_file_takes_the_path_that_another_leaves() -> None:
    renaming = Renaming((NameChange("Agent", "Operator"),))
    merged = merge(
        Tree([AGENT]), disk({AGENT.path: AGENT.content + b"mine\n"}), Tree([OPERATOR, BUILT_IN]), renaming=renaming
    )
    assert result(merged) == {OPERATOR.path: OPERATOR.content + b"mine\n", BUILT_IN.path: BUILT_IN.content}


def test_what_cannot_leave_keeps_its_path() -> None:
    mine = {
        AGENT.path: AGENT.content + b"mine\n",
        SYSTEM.path: SYSTEM.content + b"mine too\n",
        OPERATOR.path: b"in the way\n",
    }
    merged = merge(Tree([AGENT, SYSTEM]), disk(mine), Tree([OPERATOR, BUILT_IN]), renaming=CLASH)
    assert result(merged) == {f"{OPERATOR.path}.new": OPERATOR.content, f"{AGENT.path}.new": BUILT_IN.content}


def test_a_folder_in_the_way_keeps_both_where_they_are() -> None:
    ours = disk({AGENT.path: AGENT.content + b"mine\n", SYSTEM.path: SYSTEM.content + b"mine too\n"})
    ours[OPERATOR.path] = Entry("folder", below=(f"{OPERATOR.path}/mine.txt",))
    merged = merge(Tree([AGENT, SYSTEM]), ours, Tree([OPERATOR, BUILT_IN]), renaming=CLASH)
    lines = b"".join(content for content in result(merged).values() if content is not None)
    lines += b"".join(entry.content for path, entry in ours.items() if path not in result(merged))
    assert b"mine\n" in lines
    assert b"mine too\n" in lines
    assert AGENT.path not in result(merged)


def test_slots_have_another_id() -> None:
    assert CASE.slot("entities.ticket.rules") == "entities.case.rules"
    assert CASE.slot("entities.tickets.rules") == "entities.tickets.rules"
    assert CASE.slot("agents.ticket.handle") == "agents.ticket.handle"
    assert not Renaming()
