"""Nothing is served that the contract does not name (OWASP API9)."""

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from app.core.settings import Settings
from app.main import create_app

# The description of the API, the page that shows it, and what Prometheus reads.
OUTSIDE = {"/openapi.json", "/docs", "/docs/start.js", "/docs/assets", "/metrics"}


def test_every_other_path_is_in_the_contract(app: FastAPI) -> None:
    served = {str(route.path) for route in iter_route_contexts(app.routes) if route.path}

    assert served - set(app.openapi()["paths"]) == OUTSIDE


def test_errors_are_not_shown_to_callers(app: FastAPI) -> None:
    assert not app.debug


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/docs/assets/swagger-ui.css", "/openapi.json"])
async def test_the_docs_can_be_switched_off(settings: Settings, path: str) -> None:
    app = create_app(settings.model_copy(update={"docs_enabled": False}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get(path)).status_code == 404


async def test_the_metrics_ask_for_their_token_if_they_have_one(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"metrics_token": SecretStr("m" * 32)}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/metrics", headers={"Authorization": "Bearer x"})).status_code == 401
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {'m' * 32}"})).status_code == 200
