"""What all request and response bodies have in common."""

import datetime as dt
import uuid
from typing import Annotated, Any

import pydantic

from app.core.pagination import DEFAULT_LIMIT, MAX_LIMIT


class Input(pydantic.BaseModel):
    """A request body or the query of a list; unknown names are refused, and errors do not quote what was sent."""

    model_config = pydantic.ConfigDict(extra="forbid", hide_input_in_errors=True)


class Output(pydantic.BaseModel):
    """A response body, made from the attributes of a row."""

    model_config = pydantic.ConfigDict(from_attributes=True)


class RowOutput(Output):
    """The columns that every table has."""

    id: uuid.UUID
    created_at: dt.datetime
    updated_at: dt.datetime
    row_version: int


class PageQuery(Input):
    """Which page of a list; subclasses add filters, and `q` where there is a search."""

    limit: Annotated[int, pydantic.Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Annotated[str, pydantic.Field(max_length=200)] = pydantic.Field(default_factory=str)


def omitted(alias: str | None = None) -> Any:
    """Default of a field that may be left out of a request without standing for null (see `given`)."""
    # A factory leaves no trace in the published schema, as `default=None` would.
    return pydantic.Field(default_factory=lambda: None, alias=alias)


def given(body: Input) -> dict[str, Any]:
    """Return the fields that the request carried, by attribute name."""
    return {name: getattr(body, name) for name in body.model_fields_set}
