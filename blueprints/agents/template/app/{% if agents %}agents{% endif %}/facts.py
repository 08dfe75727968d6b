"""The rows that an agent is shown: those that its task names, and the newest of those that belong to them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.base import Row

MAX_ROWS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """A table that an agent reads.

    A task names a row of it as `<name>_id`; `shown` are the columns that the agent sees, `owner` is the one that says
    whose the row is.
    """

    name: str
    model: type[Row]
    shown: tuple[str, ...]
    owner: str = ""


async def load_facts(
    session: AsyncSession,
    readings: tuple[Reading, ...],
    task_input: dict[str, Any],
    *,
    owner_id: UUID | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows to show, by name of the reading, oldest first.

    A row is shown when the input has its id. Without one, the newest rows are shown that refer to something that
    the input names: with `ticket_id`, the comments whose `ticket_id` it is. Rows that nothing names stay unseen,
    and so do those of others when `owner_id` says whose rows the task may show.
    """
    named = {key: row_id for key, value in task_input.items() if (row_id := _as_id(key, value))}
    facts: dict[str, list[dict[str, Any]]] = {}
    for reading in readings:
        statement = _statement(reading, named)
        if statement is not None:
            if owner_id is not None and reading.owner:
                statement = statement.where(getattr(reading.model, reading.owner) == owner_id)
            rows = list(await session.scalars(statement))
            facts[reading.name] = [_show(row, reading.shown) for row in reversed(rows)]
    return facts


def _statement(reading: Reading, named: dict[str, UUID]) -> Select[Row] | None:
    model = reading.model
    statement = select(model).order_by(model.created_at.desc(), model.id.desc()).limit(MAX_ROWS)
    own_id = named.get(f"{reading.name}_id")
    if own_id is not None:
        return statement.where(model.id == own_id)
    columns = inspect(model).columns
    referring = [columns[key] == row_id for key, row_id in named.items() if key in columns]
    return statement.where(*referring) if referring else None


def _as_id(key: str, value: Any) -> UUID | None:
    if not key.endswith("_id"):
        return None
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _show(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    return {"id": row.id, **{column: getattr(row, column) for column in columns}}
