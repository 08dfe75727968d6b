"""Checks of text, names and addresses."""

import httpx
import pytest

from app.utilities.outbound import PublicTransport, outbound_client
from app.utilities.validation import InvalidInputError, check_public_url, is_identifier, safe_file_name, safe_text


def test_text_is_brought_into_one_form() -> None:
    assert safe_text("Cafe\u0301\n") == "Caf\u00e9\n"


@pytest.mark.parametrize("text", ["a\x00", "a\x1b[31m", "a\u202eb", "a\u200bb", "\ufeffa", "\ud800"])
def test_deceptive_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        safe_text(text)


def test_long_text_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="longer than 3"):
        safe_text("abcd", max_length=3)


@pytest.mark.parametrize(("value", "good"), [("a", True), ("a-b_c.1", True), ("", False), ("-a", False), ("a b", False)])
def test_identifiers(value: str, good: bool) -> None:
    assert is_identifier(value) is good


@pytest.mark.parametrize("name", ["report.pdf", "a b (1).txt", "_x"])
def test_plain_file_names_pass(name: str) -> None:
    assert safe_file_name(name) == name


@pytest.mark.parametrize("name", ["", "..", "../a", "a/b", "a\\b", ".hidden", "nul.txt", "COM1", "a.", "a\n", "a:b"])
def test_other_file_names_do_not(name: str) -> None:
    with pytest.raises(InvalidInputError):
        safe_file_name(name)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[fd00::1]/",
        "http://224.0.0.1/",
        "http://0x7f.1/",
        "http://2130706433/",
    ],
)
async def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(InvalidInputError):
        await check_public_url(url)


@pytest.mark.parametrize("url", ["ftp://example.com", "file:///etc/passwd", "http://", "x", "http://u:p@1.1.1.1", "http://1.1.1.1:x"])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError):
        await check_public_url(url)


async def test_a_public_address_passes() -> None:
    target = await check_public_url("https://1.1.1.1/dns")

    assert (target.host, target.port, target.addresses) == ("1.1.1.1", 443, ("1.1.1.1",))


async def test_private_services_can_be_allowed() -> None:
    target = await check_public_url("http://127.0.0.1:9000/", allow_private=True)

    assert (target.port, target.addresses) == (9000, ("127.0.0.1",))


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    transport = PublicTransport(allow_private=True, inner=httpx.MockTransport(answer))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("http://localhost:9000/hook")

    assert seen[0].url.host in {"127.0.0.1", "::1"}
    assert seen[0].headers["host"] == "localhost:9000"
    assert seen[0].extensions["sni_hostname"] == "localhost"


async def test_an_outbound_call_to_a_private_address_fails() -> None:
    async with outbound_client() as client:
        with pytest.raises(httpx.UnsupportedProtocol, match="not a public address"):
            await client.get("http://127.0.0.1:9/")
