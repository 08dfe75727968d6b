"""Texts read with the names of now: what is seen as changed, what is not, and which lines say a name that is gone."""

from __future__ import annotations

import random

import pytest

from scaffolder.merging import Mention, NameChange, merge_text
from scaffolder.merging.named import Texts, mentions
from scaffolder.tree import File, Origin, Tree

TICKET = Texts([NameChange("Ticket", "Case")], [], ["Tag", "TicketNote"])
MANY = Texts([NameChange("BlogPost", "HTTPEntry"), NameChange("Index", "Series")], [NameChange("tags", "labels")], [])
BASE = b"""\
from app.models.tag import Tag
from app.models.ticket import Ticket


class TicketPage(Page):
    def of(self, ticket_id: int, ticket: "Ticket") -> None:
        # a ticket, tickets, TICKET_LIMIT, ticketId
        return list_tickets(ticket_id)
"""
NEW = b"""\
from app.models.case import Case
from app.models.tag import Tag


class CasePage(Page):
    def of(self, case_id: int, case: "Case") -> None:
        # a case, cases, CASE_LIMIT, caseId
        return list_cases(case_id)
"""


def tree(**files: bytes) -> Tree:
    return Tree(File(path, content, 0o644, Origin("demo", "1", path)) for path, content in files.items())


def test_a_base_that_differs_in_names_only_becomes_what_is_new() -> None:
    assert TICKET.view(BASE, BASE, NEW) == (NEW, NEW)


def test_every_place_takes_an_edit_without_a_conflict() -> None:
    lines = BASE.splitlines(keepends=True)
    for at in range(len(lines) + 1):
        mine = b"".join([*lines[:at], b"mine\n", *lines[at:]])
        merged = merge_text(*TICKET.view(BASE, mine, NEW), NEW)
        assert merged.conflicts == 0, at
        assert merged.content.replace(b"mine\n", b"") == NEW, at


def test_a_line_of_a_persons_stays_as_it_is() -> None:
    mine = BASE.replace(b"return list_tickets(ticket_id)", b"return sorted(list_tickets(ticket_id))")
    base, ours = TICKET.view(BASE, mine, NEW)
    assert base == NEW
    assert ours == NEW.replace(b"return list_cases(case_id)", b"return sorted(list_tickets(ticket_id))")


def test_what_keeps_its_name_is_no_change() -> None:
    # A reference called `ticket` leads to a Case now.
    base = b'ticket_id: int\nticket: "Ticket"\nother\n'
    new = b'ticket_id: int\nticket: "Case"\nother\n'
    assert TICKET.view(base, base, new) == (new, new)


def test_a_longer_name_is_another_name() -> None:
    base = b"class TicketNote:\n    ticket_notes = TicketNote\n"
    assert TICKET.view(base, base, base + b"# more\n") == (base, base)


def test_names_of_several_words_plurals_and_articles() -> None:
    base = b"a BlogPost, blog_posts, /blog-posts, blogPost, BLOG_POST, an Index, tag_ids, Blog posts\n"
    new = b"an HTTPEntry, http_entries, /http-entries, httpEntry, HTTP_ENTRY, a Series, label_ids, Http entries\n"
    assert MANY.view(base, base, new) == (new, new)


def test_names_that_take_each_others_place() -> None:
    texts = Texts([NameChange("Note", "Message"), NameChange("Message", "SystemMessage")], [], [])
    base, new = b"class Note: ...\nclass Message: ...\n", b"class Message: ...\nclass SystemMessage: ...\n"
    assert texts.view(base, base, new) == (new, new)


def test_a_line_that_changed_otherwise_too_gets_the_new_names_if_the_file_has_them() -> None:
    base, new = b"make_ticket(1, 2)\nin this ticket\n", b"make_case(1)\nelse\n"
    assert TICKET.view(base, base, new)[0] == b"make_case(1, 2)\nin this ticket\n"


def test_line_ends_are_those_of_each_side() -> None:
    mine = BASE.replace(b"\n", b"\r\n") + b"mine"
    base, ours = TICKET.view(BASE, mine, NEW)
    assert base == NEW
    assert ours == NEW.replace(b"\n", b"\r\n") + b"mine"


@pytest.mark.parametrize("end", [b"", b"\r", b"\n\n", b"\xff\xfe\n", b"\x0b\x0c\x85\n"])
def test_bytes_of_any_kind_pass(end: bytes) -> None:
    was, new = BASE + end, NEW + end
    assert TICKET.view(was, was, new) == (new, new)
    assert TICKET.view(was, was + b"\0", new) == (was, was + b"\0")


def test_an_import_at_the_end_of_a_file_without_a_line_end_stays_there() -> None:
    base, new = b"import tag\nimport ticket", b"import case\nimport tag"
    assert TICKET.view(base, base, new)[0] == b"import tag\nimport case"


def test_random_edits_are_never_lost() -> None:
    chance = random.Random(7)
    lines = BASE.splitlines(keepends=True)
    for _ in range(500):
        mine = list(lines)
        wanted = []
        for number in range(chance.randint(1, 5)):
            line = b"mine %d %s\n" % (number, chance.choice([b"", b"Ticket", b"list_tickets"]))
            at = chance.randint(0, len(mine))
            mine[at : at + chance.choice([0, 0, 1, 2])] = [line]
            wanted.append(line)
        kept = [line for line in wanted if line in mine]
        new = NEW.splitlines(keepends=True)
        new[chance.randrange(len(new)) : chance.randrange(len(new))] = [b"theirs\n"]
        merged = merge_text(*TICKET.view(BASE, b"".join(mine), b"".join(new)), b"".join(new)).content
        assert all(line in merged for line in kept), (mine, new)


def test_a_word_is_gone_when_no_file_has_it_any_more() -> None:
    base = tree(a=b"Ticket ticket_id TicketPage Other\n", b=b"ticket_id\n", c=b"ticket_tags\n", d=b"tickets\n")
    theirs = tree(a=b"Case case_id CasePage\n", b=b"ticket_id\n", c=b"case_tags\n", d=b"tickets\n")
    assert TICKET.gone(base, theirs) == {"Ticket", "TicketPage", "ticket_tags"}
    assert TICKET.gone(base, base) == frozenset()
    assert TICKET.gone(theirs, theirs) == frozenset()


def test_lines_that_say_it_are_found_outside_of_what_is_not_the_persons() -> None:
    content = (
        b"Case\nTicket mine\nTicketMaster\nfrom x import Ticket\n"
        b"<<<<<<< yours\nTicket ours\n||||||| base\nTicket was\n=======\nTicket new\n>>>>>>> blueprints\n"
        b"Ticket theirs\nTickets\n"
    )
    found = list(mentions("a.py", content, b"Case\nTicket theirs\n", {"Ticket"}))
    assert found == [Mention("a.py", number, "Ticket") for number in (2, 4, 6)]
    assert list(mentions("a.py", b"Ticket\n", b"Ticket\n", {"Ticket"})) == []
    assert list(mentions("a.py", b"\0Ticket\n", b"", {"Ticket"})) == []


def test_nothing_renamed_changes_nothing() -> None:
    texts = Texts([], [], [])
    assert texts.view(BASE, BASE, BASE + b"more\n") == (BASE, BASE)
    assert texts.gone(tree(a=BASE), tree(a=NEW)) == frozenset()
