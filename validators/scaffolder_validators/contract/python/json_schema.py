"""Pydantic types as JSON Schema, as pydantic and FastAPI would publish them.

What OpenAPI does not show is kept under `x-` keys: `x-strict`, `x-finite`, and exact bounds of numbers that travel as
strings (`x-minimum`, `x-maximum`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators.contract.facts import Json, Place, Schema
from scaffolder_validators.contract.python.evaluate import (
    annotation,
    class_attribute,
    enum_values,
    evaluate,
    inherits,
    is_enum,
    lineage,
)
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.values import UNKNOWN, Call, Def, Either, Lambda, Member, Ref, Sub

REF: Final = "#/components/schemas/"
MODELS: Final = ("pydantic.BaseModel",)

_PLAIN: Final[dict[str, Json]] = {
    "builtins.str": {"type": "string"},
    "builtins.int": {"type": "integer"},
    "builtins.float": {"type": "number"},
    "builtins.bool": {"type": "boolean"},
    "builtins.bytes": {"type": "string", "format": "binary"},
    "builtins.dict": {"type": "object", "additionalProperties": True},
    "builtins.list": {"type": "array", "items": {}},
    "typing.Any": {},
    "uuid.UUID": {"type": "string", "format": "uuid"},
    "datetime.datetime": {"type": "string", "format": "date-time"},
    "datetime.date": {"type": "string", "format": "date"},
    "datetime.time": {"type": "string", "format": "time"},
    "datetime.timedelta": {"type": "string", "format": "duration"},
    "decimal.Decimal": {"type": "string", "format": "decimal"},
    "pydantic.AwareDatetime": {"type": "string", "format": "date-time"},
    "pydantic.EmailStr": {"type": "string", "format": "email"},
    "pydantic.AnyHttpUrl": {"type": "string", "format": "uri"},
}
_LIMITS: Final = {
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
}
_SIZES: Final = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}
_FIELD: Final = frozenset(
    {"pydantic.Field", "fastapi.Query", "fastapi.Path", "fastapi.Header", "fastapi.Body", "fastapi.Cookie"}
)
_DATES: Final = frozenset(f"datetime.{kind}.fromisoformat" for kind in ("date", "time", "datetime"))


class JsonSchemas:
    """Turns types of one program into schemas."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def of_type(self, value: Any) -> Json:
        """Give the schema of a type; one that is not known has the key `x-unknown`."""
        match value:
            case None:
                return {"type": "null"}
            case Ref(name):
                return dict(_PLAIN.get(name) or ({"x-unknown": name} if name != "typing.Any" else {}))
            case Def(name=name):
                return {"$ref": REF + name} if self.is_published(value) else {"x-unknown": name}
            case Either(options):
                return {"anyOf": [self.of_type(one) for one in options]}
            case Sub(Ref(name), args):
                return self._generic(name, args)
        return {"x-unknown": "?"}

    def is_published(self, value: Any) -> bool:
        """Tell whether a class is a schema of its own: a model or an enum."""
        return isinstance(value, Def) and (inherits(self._program, value, *MODELS) or is_enum(self._program, value))

    def refine(self, schema: Json, extra: Any) -> Json:
        """Give `schema` with what a piece of metadata (`Field(max_length=5)`) adds to it."""
        if not isinstance(extra, Call):
            return schema
        match extra.func:
            case Ref("pydantic.WithJsonSchema"):
                return dict(extra.args[0]) if extra.args and isinstance(extra.args[0], dict) else schema
            case Ref(name) if name in _FIELD:
                return _bounded(schema, extra.keywords)
            case Def(name="DecimalString"):
                # It takes and gives strings for decimals; over any other type it would break.
                wrong = {} if schema.get("format") == "decimal" else {"x-unknown": f"{schema.get('type')} as decimal"}
                return _decimal(extra) | wrong
            case Def(name="IntRange"):
                low, high = (*extra.args, extra.keywords.get("low"), extra.keywords.get("high"))[:2]
                return schema | {"x-minimum": str(low), "x-maximum": str(high)}
        return schema

    def of_default(self, schema: Json, default: Any) -> Any:
        """Give a default as it stands in JSON; `UNKNOWN` when it cannot be told."""
        known = plain(default)
        inner = next((one for one in schema.get("anyOf", ()) if one != {"type": "null"}), schema)
        text = inner.get("type") == "string"
        if isinstance(known, list) and inner.get("type") == "array":
            return [self.of_default(inner.get("items", {}), item) for item in known]
        return str(known) if text and isinstance(known, int) and not isinstance(known, bool) else known

    def of_class(self, value: Def) -> Schema:
        """Give the schema of a model or an enum."""
        place = Place(value.path, value.node.lineno)
        if is_enum(self._program, value):
            members = enum_values(self._program, value)
            lines = {
                item.value.value: item.lineno
                for item in value.node.body
                if isinstance(item, ast.Assign)
                and isinstance(item.value, ast.Constant)
                and isinstance(item.value.value, str)
            }
            return Schema(value.name, place, {"type": "string", "enum": list(members.values())}, lines)
        properties: Json = {}
        required: list[str] = []
        lines, attrs = {}, {}
        for attr, name, line, schema, needed in self._fields(value):
            properties[name] = schema
            attrs[name] = attr
            lines[name] = line or value.node.lineno
            if needed:
                required.append(name)
        content: Json = {"type": "object", "properties": properties, "required": required}
        config, _ = class_attribute(self._program, value, "model_config")
        if isinstance(config, Call) and config.keywords.get("extra") == "forbid":
            content["additionalProperties"] = False
        return Schema(value.name, place, content, lines, attrs)

    def properties(self, value: Def) -> Iterator[tuple[str, int, Json, bool]]:
        """Give name, line (0 for an inherited one), schema and necessity of each field of a model."""
        return ((name, line, schema, needed) for _, name, line, schema, needed in self._fields(value))

    def _fields(self, value: Def) -> Iterator[tuple[str, str, int, Json, bool]]:
        seen: dict[str, tuple[Def, ast.AnnAssign]] = {}
        for one in reversed(lineage(self._program, value)):
            for item in one.node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    seen[item.target.id] = (one, item)
        for attr, (owner, item) in seen.items():
            module = self._program.module(owner.module)
            if module is None:
                continue
            typed = annotation(self._program, module, item.annotation)
            if isinstance(typed, Sub) and typed.base == Ref("typing.ClassVar"):
                continue
            default = evaluate(self._program, module, item.value) if item.value is not None else ...
            name, schema, needed = self.field(attr, typed, default)
            yield attr, name, item.lineno if owner is value else 0, schema, needed

    def field(self, attr: str, typed: Any, default: Any) -> tuple[str, Json, bool]:
        """Give name, schema and necessity of a field; `default` is `...` when it has none."""
        schema = self.of_type(typed)
        settings = _field_settings(default)
        if settings is None:
            if default is ... or default is None:
                return attr, schema, default is ...
            return attr, schema | {"default": self.of_default(schema, default)}, False
        name = settings.get("alias") or settings.get("serialization_alias") or attr
        schema = _bounded(schema, settings)
        if "default" not in settings:
            return str(name), schema, "default_factory" not in settings
        if settings["default"] is not None:
            value = self.of_default(schema, settings["default"])
            published = settings.get("json_schema_extra")
            if isinstance(published, dict) and "default" in published and published["default"] != value:
                schema["x-published-default"] = published["default"]
            schema["default"] = value
        return str(name), schema, False

    def _generic(self, name: str, args: tuple[Any, ...]) -> Json:
        match name:
            case "typing.Annotated":
                schema = self.of_type(args[0])
                for extra in args[1:]:
                    schema = self.refine(schema, extra)
                return schema
            case "builtins.list" | "typing.List" | "collections.abc.Sequence":
                return {"type": "array", "items": self.of_type(args[0])}
            case "builtins.dict" | "typing.Dict" | "collections.abc.Mapping":
                inner = self.of_type(args[-1])
                return {"type": "object", "additionalProperties": inner or True}
            case "typing.Literal":
                kind = {"type": "string"} if all(isinstance(item, str) for item in args) else {}
                return kind | ({"const": args[0]} if len(args) == 1 else {"enum": list(args)})
            case "typing.Optional":
                return {"anyOf": [self.of_type(args[0]), {"type": "null"}]}
            case "typing.Union":
                return {"anyOf": [self.of_type(item) for item in args]}
        return {"x-unknown": name}


def plain(value: Any) -> Any:
    """Give a value as JSON has it: members of enums as their values, moments and decimals as strings."""
    match value:
        case Member(value=inner):
            return inner
        case Ref("builtins.dict" | "builtins.list" as name):
            return {} if name.endswith("dict") else []
        case Ref(name) | Def(name=name):
            return {"call": name}
        case Lambda(body=body):
            return plain(body)
        case Call():
            return _built(value)
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
    return value


def _built(value: Call) -> Any:
    first = value.args[0] if value.args else None
    match value.func:
        case Ref("decimal.Decimal" | "uuid.UUID" | "base64.b64decode"):
            return first
        case Ref(name) if name in _DATES:
            return first
        case Ref("datetime.timedelta"):
            return _iso_duration(value.keywords.get("seconds", 0))
    return UNKNOWN


def _iso_duration(seconds: Any) -> Any:
    """Write a duration as pydantic does (ISO 8601)."""
    if not isinstance(seconds, int):
        return UNKNOWN
    minutes, rest = divmod(seconds % 86_400, 60)
    hours, minutes = divmod(minutes, 60)
    days = seconds // 86_400
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if number)
    return f"P{days}D" * bool(days) + ("P" * (not days) + f"T{time}" if time else "" if days else "PT0S")


def _field_settings(default: Any) -> dict[str, Any] | None:
    """Give what `Field(...)` was called with, also through `omitted(alias)`, or None for another default."""
    if not isinstance(default, Call):
        return None
    match default.func:
        case Ref(name) if name in _FIELD:
            settings = dict(default.keywords)
            if default.args and default.args[0] is not ...:
                settings["default"] = default.args[0]
            return settings
        case Def(name="omitted"):
            alias = default.args[0] if default.args else default.keywords.get("alias")
            return {"default_factory": None, "alias": alias}
    return None


def _bounded(schema: Json, settings: Any) -> Json:
    found = dict(schema)
    if "anyOf" in found and len(found["anyOf"]) == 2 and {"type": "null"} in found["anyOf"]:
        inner = _bounded(next(one for one in found["anyOf"] if one != {"type": "null"}), settings)
        return found | {"anyOf": [inner, {"type": "null"}]}
    for name, key in _LIMITS.items():
        if settings.get(name) is not None:
            found[key] = settings[name]
    for name, key in zip(("min_length", "max_length"), _SIZES.get(found.get("type", ""), ()), strict=False):
        if settings.get(name) is not None:
            found[key] = settings[name]
    if settings.get("strict") is True:
        found["x-strict"] = True
    if settings.get("allow_inf_nan") is False:
        found["x-finite"] = True
    return found


def _decimal(extra: Call) -> Json:
    names = ("precision", "scale", "low", "high")
    given = dict(zip(names, extra.args, strict=False)) | dict(extra.keywords)
    precision, scale = given.get("precision"), given.get("scale")
    if not isinstance(precision, int) or not isinstance(scale, int):
        return {"x-unknown": "decimal"}
    whole = rf"^-?[0-9]{{1,{max(precision - scale, 1)}}}"
    found: Json = {"type": "string", "pattern": whole + (rf"(\.[0-9]{{1,{scale}}})?$" if scale else "$")}
    bounds = {"x-minimum": given.get("low"), "x-maximum": given.get("high")}
    return found | {key: str(value) for key, value in bounds.items() if value}
