"""Specs that many tests use."""

from pathlib import Path

import pytest

import scaffolder.spec

INPUTS = Path(__file__).resolve().parents[3] / "shared" / "inputs"
HELPDESK = INPUTS / "helpdesk.yml"

needs_helpdesk = pytest.mark.skipif(
    not HELPDESK.is_file(), reason="shared/inputs is not beside this checkout: helpdesk.yml is not part of the project"
)

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "spec_files").glob("*.yml"))}
"""Whole specs that are hard on what is generated; the first line of each says why."""

BARE = "spec: 1\nproject: {name: bare}\n"

ODD_NAMES = """\
spec: 1
project: {name: odd-names, description: Names that fight back.}
auth: {roles: [reader, writer]}
entities:
  Class:
    class: string(1..40) unique
    from: date
    id_: string(10)
    type: enum(a-1, 2nd, class, "it's") = a-1
    metadata: json?
    order: int = 1
    select: bool = false
    schema: text?
    str: string(5)[]
    $meta: {label: Schüler-Gruppe, unique: [[from, order]], indexes: [[type, order]]}
  Order:
    import: -> Import?
    parent: -> Order? set_null
    owner: -> User cascade owner
    total: decimal(10, 2) = 0.00
    lasts: duration = 15m
    data: <-> Data
  Import: {when: datetime, at: time?, site: url, mail: email, blob: bytes?, big: bigint = 9007199254740993}
  User2: {name: string}
  Data: {value: float(0..1), items: 'uuid[]', keys: json}
  Model: {person: -> Person, status: -> Status}
  Person: {friends: <-> Person, name: string}
  Category: {parent: -> Category?}
  Status: {name: string}
  Series: {name: string}
  Anentitywhosenamehassixtyletterswhichisasfarasanynamesgoes: {field_of_a_long_entity: string(1..5)}
"""


def many_entities(count: int) -> str:
    """Return a spec of `count` entities of ten fields, each with one reference to the one before."""
    lines = [
        "spec: 1",
        "project: {name: big, description: Many entities.}",
        "auth: {roles: [user, admin]}",
        "entities:",
    ]
    for number in range(count):
        lines += [
            f"  Thing{number}:",
            "    name: string(1..120)",
            "    code: string(3..12) unique",
            "    state: enum(open, active, closed) = open",
            "    note: text?",
            "    amount: decimal(12,2) = 0.00",
            "    level: int(1..9) = 1",
            "    enabled: bool = true",
            "    starts_on: date?",
            "    seen_at: datetime?",
        ]
        if number:
            lines.append(f"    previous: -> Thing{number - 1}? set_null")
        lines.append("    $meta: {search: [name, note]}")
    return "\n".join(lines) + "\n"


SMALL = """\
spec: 1
project: {name: notes, description: Notes that an agent sorts.}
auth: {roles: [user, admin]}
entities:
  Note:
    title: string(1..80)
    state: enum(new, filed) = new
    author: -> User cascade owner
    labels: <-> Label
  Label: {name: string(1..40) unique}
agents:
  sorter:
    goal: File a new note.
    reads: [Note]
    output: {label: string(40)}
workflows:
  file:
    public: POST /file
    input: {note_id: uuid}
    nodes:
      load: {db.get: {entity: Note, id: "{{ input.note_id }}"}}
      sort: {agent: sorter, with: {title: "{{ load.title }}"}}
    flow: load -> sort
    output: {label: "{{ sort.label }}"}
"""

LATER = (
    SMALL.replace(
        "  Note:\n    title: string(1..80)\n", "  Memo:\n    subject: string(1..120) was title\n    pages: int(1..)\n"
    )
    .replace(
        "    labels: <-> Label\n", "    labels: <-> Label\n    folder: -> Folder\n    $meta: {renamed_from: Note}\n"
    )
    .replace(
        "  Label: {name: string(1..40) unique}\n", "  Label: {name: string(1..40)}\n  Folder: {name: string(1..40)}\n"
    )
    .replace("reads: [Note]", "reads: [Memo]")
    .replace("entity: Note", "entity: Memo")
    .replace("load.title", "load.subject")
)
"""`SMALL` a year later: other names, a field and a relation that rows need, a constraint that is gone."""

NO_AUTH = """\
spec: 1
project: {name: weather, description: Stations and their readings.}
entities:
  Station:
    name: string(1..80) unique
    height: int?
  Reading:
    station: -> Station cascade
    celsius: float
    taken_at: datetime
"""


def example_text() -> str:
    """Return the spec that `--defaults` uses."""

    return (Path(scaffolder.spec.__file__).parent / "example.yml").read_text(encoding="utf-8")
