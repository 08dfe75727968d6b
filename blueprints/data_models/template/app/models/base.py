"""What all tables have in common."""

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.models import types

# Checks are always named where they are declared, so they have no convention here.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> dt.datetime:
    """Return the current time, aware and in UTC."""
    return dt.datetime.now(dt.UTC)


class Base(orm.DeclarativeBase):
    """Registry of all models; `Base.metadata` is what the migrations are compared with."""

    metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)


class Row(Base):
    """A table with an id, times and a version.

    `row_version` counts the changes of a row. Every UPDATE and DELETE names the version that it read, so of two
    writers who read the same version the second one fails (`sqlalchemy.orm.exc.StaleDataError`).
    """

    __abstract__ = True

    id: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.Uuid(), primary_key=True, default=uuid.uuid4)
    created_at: orm.Mapped[dt.datetime] = orm.mapped_column(types.UtcDateTime(), default=utc_now)
    updated_at: orm.Mapped[dt.datetime] = orm.mapped_column(types.UtcDateTime(), default=utc_now, onupdate=utc_now)
    row_version: orm.Mapped[int] = orm.mapped_column(sa.Integer())

    @orm.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}
