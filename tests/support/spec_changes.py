"""Random specs, and random changes of them: what a person does to `scaffold.yml` in the second year."""

from __future__ import annotations

import copy
import random
from typing import Any

import yaml

_ENTITIES = ("Ticket", "Person", "Order", "Tag", "Region", "Note", "Invoice", "Class")
_FIELDS = (
    "title",
    "amount",
    "kind",
    "due",
    "order",
    "code",
    "level",
    "extra",
    "email",
    "site",
    "span",
    "ready",
    "class",
)
_TYPES = {
    "string(40)": ("string(80)", "string(10)", "text", "int", "string(3..20)", "enum(one, two)", "string(40)[]"),
    "string(3..20)": ("string(1..30)", "string(5..10)", "string(40)", "text"),
    "text": ("string(60)", "string(5..200)", "json"),
    "int": ("bigint", "float", "decimal(12,2)", "int(0..9)", "string(20)", "bool"),
    "int(1..5)": ("int(1..9)", "int(2..4)", "int", "int(-3..3)"),
    "bigint": ("int", "float", "string(30)", "bigint(0..100)"),
    "float": ("int", "decimal(10,3)", "float(0..1)", "text"),
    "decimal(10,2)": ("decimal(12,2)", "decimal(6,1)", "float", "decimal(10,2,0..50)", "int"),
    "enum(new, 'a :b', done)": (
        "enum(new, 'a :b', done, lost_for_ever)",
        "enum(new, done)",
        "string(40)",
        "enum(x, y)",
    ),
    "bool": ("int", "string(5)"),
    "date": ("datetime", "string(20)"),
    "datetime": ("date", "time"),
    "time": ("datetime", "text"),
    "duration": ("int", "bigint"),
    "uuid": ("string(36)", "text"),
    "json": ("text", "string(40)[]"),
    "bytes": ("text",),
    "email": ("string(254)", "url", "string(60)"),
    "url": ("text", "email"),
}
_DEFAULTS = {
    "string(40)": "word", "text": "long", "int": "3", "int(1..5)": "2", "bigint": "7", "float": "1.5",
    "decimal(10,2)": "2.50", "bool": "true", "date": "2026-01-31", "enum(new, 'a :b', done)": "done", "duration": "90m",
    "string(3..20)": "abcd", "int(0..9)": "4", "datetime": "2026-01-31T08:30:00Z",
}  # fmt: skip
_NO_GROUP = ("json", "[]", "bytes", "bool", "enum")
_NO_UNIQUE = ("json", "bool", "[]", "enum", "bytes", "int(", "text", "float")

Spec = dict[str, Any]


def random_spec(seed: int) -> Spec:
    """A small spec."""
    rng = random.Random(seed)
    spec: Spec = {"spec": 1, "project": {"name": "shop"}, "entities": {}}
    if rng.random() < 0.6:
        spec["auth"] = {"roles": ["user", "admin"]}
    for name in rng.sample(_ENTITIES, rng.randint(2, 4)):
        _add_entity(rng, spec, name)
    for _ in range(rng.randint(0, 4)):
        _add_relation(rng, spec)
    return spec


def changed_spec(spec: Spec, seed: int, changes: int = 4) -> Spec:
    """The same spec after some changes."""
    rng = random.Random(seed)
    spec = copy.deepcopy(spec)
    for _ in range(rng.randint(1, changes)):
        rng.choice(_CHANGES)(rng, spec)
    return spec


def text_of(spec: Spec) -> str:
    """Write it as a person would."""
    return yaml.safe_dump(spec, sort_keys=False)


def _field(rng: random.Random, kind: str) -> str:
    text = kind
    if rng.random() < 0.25:
        text += "?"
    default = _DEFAULTS.get(kind) if rng.random() < 0.3 and not text.endswith("?") else None
    if default is not None:
        return f"{text} = {default}"
    if rng.random() < 0.2 and not any(one in text for one in _NO_UNIQUE):
        return f"{text} unique"
    return f"{text} index" if rng.random() < 0.15 and "json" not in text and "[]" not in text else text


def _plain(spec: Spec, rng: random.Random) -> tuple[dict[str, Any], str] | None:
    """Choose a field that is no relation."""
    found = [
        (fields, name)
        for fields in spec["entities"].values()
        for name, text in fields.items()
        if name != "$meta" and isinstance(text, str) and ">" not in text
    ]
    return rng.choice(found) if found else None


def _add_entity(rng: random.Random, spec: Spec, name: str) -> None:
    if name in spec["entities"]:
        return
    names = rng.sample(_FIELDS, rng.randint(1, 5))
    spec["entities"][name] = {field: _field(rng, rng.choice(list(_TYPES))) for field in names}


def _new_entity(rng: random.Random, spec: Spec) -> None:
    _add_entity(rng, spec, rng.choice(_ENTITIES))
    _add_relation(rng, spec)


def _drop_entity(rng: random.Random, spec: Spec) -> None:
    if len(spec["entities"]) < 2:
        return
    gone = rng.choice(list(spec["entities"]))
    del spec["entities"][gone]
    for fields in spec["entities"].values():
        for name in [name for name, text in fields.items() if isinstance(text, str) and f"-> {gone}" in text]:
            _forget(fields, name)


def _forget(fields: dict[str, Any], name: str) -> None:
    """Take a field out, and out of the groups that name it."""
    del fields[name]
    groups = fields.get("$meta", {}).get("unique", [])
    fields.get("$meta", {}).update({"unique": [one for one in groups if name not in one]} if groups else {})
    if fields.get("$meta") == {"unique": []}:
        del fields["$meta"]


def _add_relation(rng: random.Random, spec: Spec) -> None:
    source, target = rng.choice(list(spec["entities"])), rng.choice(list(spec["entities"]))
    if spec.get("auth") and rng.random() < 0.2:
        target = "User"
    name = rng.choice(["parent", "author", "place", "group", "links"])
    if name in spec["entities"][source]:
        return
    if name == "links":
        text = f"<-> {target}"
    elif (
        target == "User"
        and rng.random() < 0.5
        and not any("owner" in str(one) for one in spec["entities"][source].values())
    ):
        text = "-> User owner"
    else:
        required = [] if target == source else ["", " cascade", " unique"]
        text = f"-> {target}" + rng.choice([*required, "?", "? set_null", "? unique"])
    spec["entities"][source][name] = text


def _change_relation(rng: random.Random, spec: Spec) -> None:
    found = [
        (fields, name)
        for fields in spec["entities"].values()
        for name, text in fields.items()
        if isinstance(text, str) and text.startswith("-> ") and "owner" not in text
    ]
    if found:
        fields, name = rng.choice(found)
        target = rng.choice([fields[name].split()[1].strip("?"), rng.choice(list(spec["entities"]))])
        is_self = spec["entities"].get(target) is fields
        fields[name] = f"-> {target}" + rng.choice(
            ["?", "? set_null", *([] if is_self else ["", " cascade", " restrict"])]
        )


def _add_field(rng: random.Random, spec: Spec) -> None:
    fields = rng.choice(list(spec["entities"].values()))
    name = rng.choice(_FIELDS)
    if name not in fields:
        fields[name] = _field(rng, rng.choice(list(_TYPES)))


def _drop_field(rng: random.Random, spec: Spec) -> None:
    fields = rng.choice(list(spec["entities"].values()))
    names = [name for name in fields if name != "$meta"]
    if len(names) > 1:
        _forget(fields, rng.choice(names))


def _change_field(rng: random.Random, spec: Spec) -> None:
    if found := _plain(spec, rng):
        fields, name = found
        kind = fields[name].partition(" =")[0].removesuffix(" unique").removesuffix(" index").removesuffix("?")
        others = _TYPES.get(kind, tuple(_TYPES))
        fields[name] = _field(rng, rng.choice([*others, kind]))


def _toggle_nullable(rng: random.Random, spec: Spec) -> None:
    if found := _plain(spec, rng):
        fields, name = found
        text = fields[name]
        if "?" in text:
            fields[name] = text.replace("?", "")
        elif " = " not in text:
            kind, mark, rest = text.partition(" unique")
            fields[name] = f"{kind.removesuffix(' index')}?{mark}{rest}"


def _toggle_unique(rng: random.Random, spec: Spec) -> None:
    if found := _plain(spec, rng):
        fields, name = found
        text = fields[name]
        if " unique" in text:
            fields[name] = text.replace(" unique", "")
        elif " = " not in text and " index" not in text and not any(one in text for one in _NO_UNIQUE):
            fields[name] = f"{text} unique"


def _group(rng: random.Random, spec: Spec) -> None:
    fields = rng.choice(list(spec["entities"].values()))
    names = [
        name for name, text in fields.items()
        if name != "$meta" and "<->" not in text and not any(one in text for one in _NO_GROUP)
    ]  # fmt: skip
    if len(names) > 1:
        fields["$meta"] = {"unique": [rng.sample(names, 2)]}


def _rename_field(rng: random.Random, spec: Spec) -> None:
    if found := _plain(spec, rng):
        fields, name = found
        new = f"{name}_now"
        if new in fields or " was " in fields[name] or name in str(fields.get("$meta", "")):
            return
        items = list(fields.items())
        fields.clear()
        fields.update({new if key == name else key: text for key, text in items})
        kind, mark, default = fields[new].partition(" = ")
        fields[new] = f"{kind} was {name}{mark}{default}"


def _rename_entity(rng: random.Random, spec: Spec) -> None:
    name = rng.choice(list(spec["entities"]))
    new = f"{name}Case"
    if new in spec["entities"] or name.endswith("Case"):
        return
    fields = spec["entities"].pop(name)
    fields.setdefault("$meta", {})["renamed_from"] = name
    spec["entities"][new] = fields
    for own in spec["entities"].values():
        for key, text in own.items():
            if isinstance(text, str) and (text.startswith(f"-> {name}") or text == f"<-> {name}"):
                own[key] = text.replace(name, new, 1)


def _toggle_auth(rng: random.Random, spec: Spec) -> None:
    if "User" in str(spec["entities"]):
        return
    if spec.pop("auth", None) is None:
        spec["auth"] = {"roles": rng.choice([["user", "admin"], ["guest", "member", "admin"]])}


def _toggle_audit(rng: random.Random, spec: Spec) -> None:
    if spec.pop("audit", None) is None:
        spec["audit"] = ["create", "delete"]


def _toggle_agents(rng: random.Random, spec: Spec) -> None:
    if spec.pop("agents", None) is None:
        spec["agents"] = {"helper": {"goal": "Help.", "output": {"answer": "text"}}}


_CHANGES = (
    _add_field, _add_field, _add_field, _drop_field, _change_field, _change_field, _change_field, _toggle_nullable,
    _toggle_nullable, _toggle_unique, _add_relation, _add_relation, _change_relation, _new_entity, _drop_entity, _group,
    _toggle_auth, _toggle_audit, _toggle_agents, _rename_field, _rename_entity,
)  # fmt: skip
