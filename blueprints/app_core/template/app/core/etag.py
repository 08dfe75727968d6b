"""Entity tags from row versions, and `If-Match` (RFC 9110, section 13.1.1) against lost updates."""

from typing import Annotated, Protocol

from fastapi import Header

from app.core.errors import PreconditionFailedError
from app.core.headers import HeaderText

IfMatch = Annotated[HeaderText, Header(alias="If-Match", max_length=200)]


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
