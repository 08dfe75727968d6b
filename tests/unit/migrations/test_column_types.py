"""Equal types are equal text, however they were written."""

from __future__ import annotations

import pytest

from scaffolder.contract.typemap import _BUILDERS, type_set
from scaffolder.migrations.column_types import UNKNOWN, Kind, canonical, kind_of
from scaffolder.spec.model import FieldSpec

JSON = 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sa.String(length=40)", "sa.String(40)"),
        ("sqlalchemy.String(40)", "sa.String(40)"),
        ("String(40)", "sa.String(40)"),
        ("sa.VARCHAR(40)", "sa.String(40)"),
        ("sa.String", "sa.String()"),
        ("sa.String(length=None)", "sa.String()"),
        ("sa.TEXT()", "sa.Text()"),
        ("sa.UUID(as_uuid=True)", "sa.Uuid()"),
        ("sa.Numeric(scale=2, precision=10)", "sa.Numeric(10, 2)"),
        ("sa.Numeric(precision=10, scale=2, asdecimal=True)", "sa.Numeric(10, 2)"),
        ("sa.DateTime(True)", "sa.DateTime(timezone=True)"),
        ("sa.TIMESTAMP(timezone=True)", "sa.DateTime(timezone=True)"),
        ("sa.DateTime()", "sa.DateTime()"),
        ("sa.Double(53)", "sa.Double()"),
        ("sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(), 'postgresql')", JSON),
        ('sa.Numeric(10, 2).with_variant(sa.String(12), "sqlite")',) * 2,
        ("sa.Enum('a', 'long', name='x')", "sa.String(4)"),
        ("app.models.types.Money()", UNKNOWN),
        ("types.UtcDateTime()", UNKNOWN),
        ("a b", UNKNOWN),
    ],
)
def test_canonical(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize("kind", sorted(_BUILDERS))
def test_the_types_of_the_contract_are_canonical(kind: str) -> None:
    values = ("a", "b") if kind == "enum" else ()
    for array in (False, True):
        text = type_set(FieldSpec(type=kind, values=values, array=array), "Kind").migration  # type: ignore[arg-type]
        assert canonical(text) == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sa.String(40)", Kind("text", 40)),
        ("sa.String()", Kind("text")),
        ("sa.Text()", Kind("text")),
        ("sa.Integer()", Kind("int")),
        ('sa.Numeric(10, 2).with_variant(sa.String(12), "sqlite")', Kind("decimal", None, 10, 2)),
        ("sa.Uuid()", Kind("other")),
        (JSON, Kind("other")),
    ],
)
def test_what_matters_of_a_type(text: str, kind: Kind) -> None:
    assert kind_of(text) == kind
