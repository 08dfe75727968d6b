"""Liveness and readiness, for load balancers and orchestrators.

Live says that the process answers. Ready says that it may be sent work: the database is there
and the process is not shutting down.
"""

import asyncio
import logging
from typing import Literal

from fastapi import APIRouter, Request, Response, status
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import SQLAlchemyError

CHECK_TIMEOUT_SECONDS = 2.0

logger = logging.getLogger(__name__)


class Health(BaseModel):
    """The state of the process and of each thing that it needs."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok", "unavailable"]
    checks: dict[str, str]


router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", operation_id="health_live", summary="Is the process alive?")
async def live() -> Health:
    return Health(status="ok", checks={})


@router.get(
    "/ready",
    operation_id="health_ready",
    summary="May the process be sent work?",
    responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Health, "description": "Not ready"}},
)
async def ready(request: Request, response: Response) -> Health:
    checks = {"database": await _check_database(request), "lifecycle": _check_lifecycle(request)}
    if all(result == "ok" for result in checks.values()):
        return Health(status="ok", checks=checks)
    response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Health(status="unavailable", checks=checks)


async def _check_database(request: Request) -> str:
    # The answer is public, so the reason goes to the log and not into the body.
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await request.app.state.database.ping()
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        logger.warning("The database does not answer: %s", error)
        return "unavailable"
    return "ok"


def _check_lifecycle(request: Request) -> str:
    return "draining" if request.app.state.draining else "ok"
