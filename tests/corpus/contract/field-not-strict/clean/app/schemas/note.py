"""Requests about notes."""

import enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Mood(enum.StrEnum):
    """How a note reads."""

    GOOD = "good"
    BAD = "bad"


class NoteCreate(BaseModel):
    """A new note."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=80)]
    mood: Mood = Mood.GOOD
    level: Annotated[int, Field(strict=True, ge=1, le=5)] = 3
