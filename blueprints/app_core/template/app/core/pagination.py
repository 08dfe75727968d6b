"""Cursor pagination: `limit` and an opaque `cursor` that names the last row seen."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.core.errors import BadRequestError

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=200)]


def encode_cursor(created_at: datetime, row_id: UUID) -> str:
    """Return the cursor of the row that was created at `created_at` (aware)."""
    position = f"{created_at.isoformat()}|{row_id}"
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Return creation time and id of the row that `cursor` names; raise `BadRequestError` if it is not one of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        created_at, _, row_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition("|")
        position = datetime.fromisoformat(created_at), UUID(row_id)
    except (ValueError, binascii.Error) as error:
        raise BadRequestError("The cursor is not valid.") from error
    if position[0].tzinfo is None:
        raise BadRequestError("The cursor is not valid.")
    return position
