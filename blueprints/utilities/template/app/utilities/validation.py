"""Checks of what comes from outside: text, identifiers, file names and addresses that the server is asked to call."""

import asyncio
import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 ._+()-]{0,127}")
_DEVICE_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})
# Characters that are invisible or reorder text: what a reader sees is then not what is stored.
_DECEPTIVE = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SCHEME_PORTS = {"http": 80, "https": 443}


class InvalidInputError(ValueError):
    """The value is refused; the message says why and never repeats the value."""


def safe_text(value: str, *, max_length: int = 10_000) -> str:
    """Return `value` in Unicode NFC; raise `InvalidInputError` for control, bidi or invisible characters, or length."""
    text = unicodedata.normalize("NFC", value)
    if len(text) > max_length:
        raise InvalidInputError(f"longer than {max_length} characters")
    if any(_is_unsafe(character) for character in text):
        raise InvalidInputError("contains control or invisible characters")
    return text


def _is_unsafe(character: str) -> bool:
    if character in "\t\n\r":
        return False
    return character in _DECEPTIVE or unicodedata.category(character) in {"Cc", "Cs", "Cn"}


def is_identifier(value: str) -> bool:
    """Whether `value` is 1..64 letters, digits, dots, hyphens or underscores, starting with a letter or digit."""
    return _IDENTIFIER.fullmatch(value) is not None


def safe_file_name(value: str) -> str:
    """Return `value` if it names a plain file on every system; raise `InvalidInputError` otherwise."""
    stem = value.split(".", 1)[0].lower()
    if not _FILE_NAME.fullmatch(value) or value.endswith((".", " ")) or stem in _DEVICE_NAMES:
        raise InvalidInputError("not a safe file name")
    return value


@dataclass(frozen=True)
class PublicUrl:
    """A URL that was checked, and the addresses that its host had then."""

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]


async def check_public_url(url: str, *, allow_private: bool = False) -> PublicUrl:
    """Resolve the URL's host and refuse it unless every address is public (OWASP API7, server-side request forgery).

    Connect to one of the returned addresses, not to the name: a second look-up may give another answer.
    Raises `InvalidInputError`.
    """
    host, port = _split(url)
    addresses = await _resolve(host, port)
    if not allow_private and not all(_is_public(address) for address in addresses):
        raise InvalidInputError(f"{host} is not a public address")
    return PublicUrl(url, host, port, addresses)


def _split(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _SCHEME_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise InvalidInputError("not a URL") from error
    if parts.scheme not in _SCHEME_PORTS or not parts.hostname:
        raise InvalidInputError("not an http or https URL")
    if parts.username or parts.password:
        raise InvalidInputError("a URL with credentials in it")
    return parts.hostname, port


async def _resolve(host: str, port: int) -> tuple[str, ...]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InvalidInputError(f"{host} cannot be resolved") from error
    return tuple(dict.fromkeys(str(address[4][0]) for address in found))


def _is_public(address: str) -> bool:
    ip = _unwrap(ipaddress.ip_address(address.split("%", 1)[0]))
    return ip.is_global and not ip.is_multicast


def _unwrap(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that a mapped, 6to4 or NAT64 address stands for: it may be a private one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
