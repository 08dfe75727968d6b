"""Cursors, entity tags, request ids, security headers, body limit, docs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request

from app.core.errors import BadRequestError, PreconditionFailedError
from app.core.etag import check_if_match, etag_of
from app.core.pagination import decode_cursor, encode_cursor
from app.core.settings import Settings
from app.main import create_app

MOMENT = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
ROW_ID = UUID("6a2f41a3-c54c-4ce8-8b6a-0d1c0f5f5f5f")


@dataclass
class Row:
    row_version: int = 3


def test_a_cursor_comes_back_as_it_went() -> None:
    cursor = encode_cursor(MOMENT, ROW_ID)

    assert cursor.isascii()
    assert decode_cursor(cursor) == (MOMENT, ROW_ID)


@pytest.mark.parametrize(
    "cursor", ["", "x", "%%%", "äöü", "MjAyNHx4", encode_cursor(MOMENT.replace(tzinfo=None), ROW_ID)]
)
def test_a_cursor_that_is_not_ours_is_a_bad_request(cursor: str) -> None:
    with pytest.raises(BadRequestError):
        decode_cursor(cursor)


@pytest.mark.parametrize("header", [None, "*", '"3"', '"1", "3"'])
def test_a_matching_tag_passes(header: str | None) -> None:
    check_if_match(header, Row())


@pytest.mark.parametrize("header", ['"2"', "3", 'W/"3"', ""])
def test_another_tag_fails(header: str) -> None:
    with pytest.raises(PreconditionFailedError):
        check_if_match(header, Row())


def test_the_tag_is_the_version() -> None:
    assert etag_of(Row()) == '"3"'


@pytest.mark.parametrize(("given", "kept"), [("abc-123", True), ("a b", False), ("x" * 65, False), ("<script>", False)])
async def test_a_request_id_is_kept_if_it_is_harmless(client: httpx.AsyncClient, given: str, kept: bool) -> None:
    answer = await client.get("/health/live", headers={"X-Request-ID": given})

    assert (answer.headers["x-request-id"] == given) == kept
    assert len(answer.headers["x-request-id"]) <= 64


@pytest.mark.parametrize("path", ["/health/live", "/docs", "/no/such/path"])
async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.fixture
def reading(app: FastAPI) -> FastAPI:
    router = APIRouter()

    @router.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @router.post("/json")
    async def take(body: dict[str, str]) -> int:
        return len(body)

    app.include_router(router)
    return app


async def _in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b"x" * 1024


@pytest.mark.usefixtures("reading")
async def test_a_body_up_to_the_limit_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/length", content=b"x" * 1_048_576)

    assert answer.json() == 1_048_576


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("path", ["/length", "/json"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in pieces"])
async def test_a_larger_body_is_refused(client: httpx.AsyncClient, path: str, declared: bool) -> None:
    content = b"x" * 1_049_600 if declared else _in_pieces(1_049_600)

    answer = await client.post(path, content=content, headers={"content-type": "application/json"})

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_length_that_is_no_number_is_a_bad_request(client: httpx.AsyncClient) -> None:
    answer = await client.post("/health/live", headers={"content-length": "many"})

    assert answer.status_code == 400


async def test_browsers_may_call_from_the_origins_of_the_settings(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"cors_origins": ["https://app.example.com"]}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        allowed = await browser.get("/health/live", headers={"Origin": "https://app.example.com"})
        other = await browser.get("/health/live", headers={"Origin": "https://evil.example.com"})

    assert allowed.headers["access-control-allow-origin"] == "https://app.example.com"
    assert "access-control-allow-origin" not in other.headers


async def test_the_docs_need_no_other_host(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")

    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in page.text.replace("<!doctype", "")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page.text
        assert (await client.get(f"/docs/assets/{asset}")).status_code == 200
    assert "SwaggerUIBundle" in (await client.get("/docs/start.js")).text
