"""The project's own server with two more routes. Run by the project's Python, in the project's folder."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from app import __main__ as program
from app.core.database import SessionDep
from app.main import create_app
from app.models.tag import Tag
from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import func, select

FOLDER = Path(os.environ["PROBE_FOLDER"])

router = APIRouter(prefix="/probes")


@router.post("/raise-after-insert/{label}")
async def raise_after_insert(label: str, session: SessionDep, request: Request) -> None:
    """Write a row and send a message, see that the row is there, and fail."""
    session.add(Tag(label=label))
    await request.app.state.queue.send(session, "nobody", "probe", {"label": label})
    seen = await session.scalar(select(func.count()).select_from(Tag).where(Tag.label == label))
    (FOLDER / "inserted").write_text(str(seen))
    raise RuntimeError(f"the handler failed after {label}")


@router.post("/slow/{label}")
async def slow(label: str, session: SessionDep) -> dict[str, Any]:
    """Write a row, and answer only once the file `go-on` is there."""
    row = Tag(label=label)
    session.add(row)
    await session.flush()
    (FOLDER / "begun").touch()
    while not (FOLDER / "go-on").exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.05)
    return {"id": str(row.id), "label": label}


def create_with_probes(settings: Any) -> FastAPI:
    """Return the project's application with the routes of this module."""
    app = create_app(settings)
    app.include_router(router)
    return app


program.create_app = create_with_probes
sys.exit(program.main([]))
