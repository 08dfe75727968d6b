"""From what a person types to a spec."""

from __future__ import annotations

import pytest
import yaml

from scaffolder.cli.questions import Answers, parse_entity


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Tag", ("Tag", {"name": "string"})),
        ("Tag()", ("Tag", {"name": "string"})),
        ("Ticket(subject, body: text)", ("Ticket", {"subject": "string", "body": "text"})),
        (
            " Ticket ( status: enum(open, done) = open , cost:decimal(12,2)? ) ",
            ("Ticket", {"status": "enum(open, done) = open", "cost": "decimal(12,2)?"}),
        ),
        ("Comment(ticket: -> Ticket cascade)", ("Comment", {"ticket": "-> Ticket cascade"})),
        ("A(x,,y,)", ("A", {"x": "string", "y": "string"})),
    ],
)
def test_an_entity_is_read(typed: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parse_entity(typed) == expected


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("two words", "'two words' is not of the form Name(field, field: type)"),
        ("Ticket(subject", "'Ticket(subject' is not of the form"),
        ("Ticket(9x)", "'9x' is not a field"),
        ("Ticket(a, a: text)", "the field 'a' is there twice"),
    ],
)
def test_what_is_no_entity_is_refused_with_a_reason(typed: str, message: str) -> None:
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(").replace(")", r"\)")):
        parse_entity(typed)


def test_the_answers_become_a_spec_whose_strings_survive() -> None:
    awkward = 'yes: "it" is # good\\'
    answers = Answers("shop", awkward, True, {"Item": {"name": "string", "kind": "enum(a, b) = a", "note": "text?"}})
    data = yaml.safe_load(answers.to_yaml())
    assert data["project"] == {"name": "shop", "description": awkward}
    assert data["auth"]["roles"] == ["user", "admin"]
    assert data["entities"] == {"Item": {"name": "string", "kind": "enum(a, b) = a", "note": "text?"}}


def test_without_sign_in_and_entities_both_are_left_out() -> None:
    assert set(yaml.safe_load(Answers("no", "", False, {}).to_yaml())) == {"spec", "project"}
    assert yaml.safe_load(Answers("no", "", False, {}).to_yaml())["project"]["name"] == "no"
