"""YAML that makes objects, repeats itself, changes its neighbours, or is no text."""

from __future__ import annotations

from tests.hostile.attacks.attack import answered, exact, raw

ATTACKS = (
    *raw(
        "yaml.map",
        """
== an object
second: !!python/object/apply:os.system ["id"]
== a name
second: !!python/name:os.system ""
== a module
second: !!python/module:os ""
== a tag of its own
second: !evil x
== a tag in brackets
second: !<tag:yaml.org,2002:int> "1"
== a tag of bytes
second: !!binary aGk=
== an anchor
second: &a "x"
== an anchor on a key
&a second: "x"
== an alias
second: *a
== an alias of itself
second: &a [*a]
== laughs
a: &a ["x", "x", "x", "x", "x", "x", "x", "x", "x"]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g]
== a merge
<<: {a: "b"}
== a merge in quotes
"<<": "x"
== the key of a neighbour
first: "evil"
== the key of the one after it
last: "evil"
== the key of a neighbour in quotes
"first": "evil"
== a key twice
second: "a"
second: "b"
== a document
---
second: "x"
== the end of a document
second: "x"
...
== a directive
%TAG ! tag:evil,2026:
== a mapping
second: {a: b}
== a list
second: [a]
== a mapping by indentation
second:
  run: "x"
== a list by indentation
second:
  - "x"
== an open mapping
second: {
== an open list
second: [
== an open text
second: "x
== an open text in single quotes
second: 'x
== a block
second: |
== a block with text
second: |
  x
  # end of it
== a folded block that keeps
second: >+
  x

== a plain text of many lines
second: x
  y
== nothing
second:
== a tilde
second: ~
== true
second: yes
== a number
second: 1
== a number in base eight
second: 0o17
== a sexagesimal
second: 12:30:45
== a date
second: 2026-11-21
== infinity
second: .inf
== a complex key
? second
: "x"
== a key that is not seen
"a\u202e": "x"
== a key that is a list
[a]: "x"
== a key that is true
yes: "x"
== a key that is a number
1: "x"
== a key that is nothing
~: "x"
== an expression
second: "${{ secrets.TOKEN }}"
== a template
second: "{{ x }}"
== the end of the slot
second: "x" # end slot
# end slot
== a directive of a linter
second: "x" # yamllint disable
== not YAML
second: "x": y
== a comma
second: "x", evil: "y"
== a tab
second:	"x
""",
    ),
    *exact(
        "yaml.map",
        {
            "the level above": 'evil: "x"\n',
            "the level above, after an entry": '  second: "x"\nevil: "x"\n',
            "the level below": '    evil: "x"\n',
            "a tab before it": '\tsecond: "x"\n',
            "a carriage return": '  second: "x"\revil: "y"\n',
            "a next line": '  second: "x"\x85evil: "y"\n',
            "a line separator": '  second: "x"\u2028evil: "y"\n',
            "a mark of byte order": '\ufeff  second: "x"\n',
            "a lone surrogate": '  second: "\ud800"\n',
            "deep lists": f"  second: {'[' * 400}{']' * 400}\n",
            "deep mappings": "".join(f"  {' ' * depth}a:\n" for depth in range(1, 200)),
            "many keys": "".join(f'  k{number}: "x"\n' for number in range(3_000)),
            "a bidi override": '  second: "x\u202e"\n',
        },
    ),
    *answered(
        "yaml.map",
        {
            "quotes": {"entries": [{"key": "a", "value": "\" ' \\ # : - ? | > & * ! % @ `"}]},
            "line ends": {"entries": [{"key": "a", "value": "a\nb: c\n---\n..."}]},
            "words": {"entries": [{"key": key, "value": key} for key in ("y", "No", "TRUE", "null", "On", "Off")]},
        },
    ),
    *answered(
        "yaml.map",
        {
            "the key of a neighbour": {"entries": [{"key": "first", "value": "x"}]},
            "a merge": {"entries": [{"key": "<<", "value": "x"}]},
            "a key with a line end": {"entries": [{"key": "a\n", "value": "x"}, {"key": "a", "value": "y"}]},
            "a key twice": {"entries": [{"key": "a", "value": "x"}, {"key": " a", "value": "y"}]},
            "a key with a colon": {"entries": [{"key": "a: b", "value": "x"}]},
            "an expression": {"entries": [{"key": "a", "value": "${{ secrets.X }}"}]},
            "a value that is a list": {"entries": [{"key": "a", "value": ["x"]}]},
            "a next line": {"entries": [{"key": "a", "value": "x\x85y"}]},
        },
        hostile=True,
    ),
)
