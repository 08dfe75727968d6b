"""What optional request headers have in common."""

from typing import Annotated

from pydantic import WithJsonSchema

# Without the schema a header would be described as a string or null, and null is nothing that a header can be.
HeaderText = Annotated[str | None, WithJsonSchema({"type": "string", "maxLength": 200})]
