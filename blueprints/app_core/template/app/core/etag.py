"""Entity tags from row versions, and `If-Match` (RFC 9110, section 13.1.1) against lost updates."""

from typing import Annotated, Protocol

from fastapi import Header
from pydantic import WithJsonSchema

from app.core.errors import PreconditionFailedError

# Without the schema it would be described as a string or null, which no header can be.
OptionalText = Annotated[str | None, WithJsonSchema({"type": "string", "maxLength": 200})]
IfMatch = Annotated[OptionalText, Header(alias="If-Match", max_length=200)]


class Versioned(Protocol):
    """A row that counts its changes."""

    row_version: int


def etag_of(row: Versioned) -> str:
    """Return the strong entity tag of the row as it is now."""
    return f'"{row.row_version}"'


def check_if_match(header: str | None, row: Versioned) -> None:
    """Raise `PreconditionFailedError` unless the header is absent, `*`, or names the row's tag."""
    if header is None or header.strip() == "*":
        return
    if etag_of(row) not in {tag.strip() for tag in header.split(",")}:
        raise PreconditionFailedError("The row has changed since you read it.")
