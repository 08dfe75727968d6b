"""What no slot of any kind may hold: the marks of slots in all styles, and characters that are not what they seem."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.attacks.attack import Attack
from tests.hostile.samples import SAMPLES

_LINES = {
    "an end in Python's style": "# end slot",
    "an end in the style of scripts": "// end slot",
    "an end in the style of SQL": "-- end slot",
    "an end in the style of Markdown": "<!-- end slot -->",
    "an end in the style of sheets": "/* end slot */",
    "an end in the style of templates": "{# end slot #}",
    "the same slot again": "# slot: a.b",
    "the other slot": "-- slot: other.slot",
    "a slot without a blank": "#slot:evil",
    "a slot with a tab": "//\tslot:\tevil",
    "a slot in capitals": "<!-- SLOT: evil -->",
}
_CHARACTERS = {
    "a carriage return": "\r",
    "a vertical tab": "\v",
    "a form feed": "\f",
    "a next line": "\x85",
    "a line separator": "\u2028",
    "a null byte": "\x00",
    "an escape": "\x1b[2J",
    "a backspace": "\b",
    "a mark of byte order": "\ufeff",
    "a bidi override": "\u202e",
    "a bidi isolate": "\u2066",
    "a zero width space": "\u200b",
    "a word joiner": "\u2060",
    "a tag": "\U000e0020",
    "a lone surrogate": "\udc80",
    "a Hangul filler": "\u3164",
    "no character": "\uffff",
}


def _all() -> Iterator[Attack]:
    for name, sample in SAMPLES.items():
        place = sample.place
        for title, line in _LINES.items():
            yield Attack(name, f"{title}, on a line", f"{place.indent}{line}\n{place.static}")
        for title, character in _CHARACTERS.items():
            half = len(place.static) // 2
            yield Attack(name, f"{title} in the midst", place.static[:half] + character + place.static[half:])


ATTACKS = tuple(_all())
