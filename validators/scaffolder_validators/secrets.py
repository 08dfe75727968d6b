"""Secrets in any file: the forms that keys have, passwords in addresses and settings; no guesses by entropy.

Half of it are patterns of our own, half are the detectors of detect-secrets. What is found is never repeated: a
finding gives the first letters, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from scaffolder_validators.finding import Finding
from scaffolder_validators.places import Lines
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_BINARY = (".png", ".jpg", ".gif", ".ico", ".woff", ".woff2", ".gz", ".zip", ".pdf", ".svg", ".lock")
_TESTS = re.compile(
    r"(^|/)(tests?|__tests__|e2e|fixtures)/|(^|/)(test_[^/]*|conftest)\.py$|\.(test|spec)\.[cm]?[jt]sx?$"
)
_SETTINGS = re.compile(
    r"(^|/)(\.env[^/]*|[^/]*\.(ya?ml|toml|ini|cfg|conf|properties|env|json|tfvars|sh)|Dockerfile[^/]*)$"
)
_LOCKS = re.compile(r"(^|/)(requirements[^/]*\.txt|package-lock\.json|pnpm-lock\.yaml|openapi\.json)$")
_HINT = "Take it out, read it from the environment, and replace it: it is known now."
_PLACEHOLDER = re.compile(
    r"(?i)example|change.?me|placeholder|your|dummy|sample|fake|xxx|\*\*|\.\.\.|0{6}|123456|abcdef|redacted|"
    r"^(user|pass|passw(or)?d|secret|token|test|postgres|root|admin|guest)$|[${}<>%\[\]]"
)
_LOCAL_HOST = re.compile(
    r"(?i)^(localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0|host|db|database|postgres|redis)$|\bexample\b|\.(test|local)$"
)


@dataclass(frozen=True)
class _Pattern:
    """A secret's form; what the group `secret` (or all of it) holds is the secret. `marker` is quick to look for."""

    code: str
    name: str
    marker: str
    regex: re.Pattern[str]
    in_tests: bool = True


_KEYS: Final = (
    _Pattern("anthropic-key", "an Anthropic key", "sk-ant-", re.compile(r"\bsk-ant-(?:api|admin|oat)\d\d-[\w-]{24,}")),
    _Pattern("openai-key", "an OpenAI key", "sk-", re.compile(r"\bsk-(?:proj|svcacct|admin)-[\w-]{24,}")),
    _Pattern(
        "github-token", "a GitHub token", "gh", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})\b")
    ),
    _Pattern("aws-key", "an AWS key", "A", re.compile(r"A[KS]IA(?<!\wA[KS]IA)[0-9A-Z]{16}\b")),
    _Pattern(
        "aws-secret",
        "an AWS secret key",
        "aws",
        re.compile(r"(?i)aws_?secret_?(?:access_?)?key[\"']?\s*[:=]\s*[\"']?(?P<secret>[A-Za-z0-9/+]{40})\b"),
    ),
    _Pattern("stripe-key", "a Stripe key", "_live_", re.compile(r"\b[sr]k_live_[0-9a-zA-Z]{20,}\b")),
    _Pattern("google-key", "a Google key", "AIza", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    _Pattern(
        "private-key",
        "a private key",
        "PRIVATE KEY",
        re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\n|[\"'+])*(?P<secret>[A-Za-z0-9+/=]{40,})"),
        in_tests=False,
    ),
    _Pattern("jwt", "a token", "eyJ", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}"), in_tests=False),
)
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*:(?P<secret>[^\s/@'\"]+)@(?P<host>[^\s/:'\"?#]+)")
_SETTING = re.compile(
    r"(?im)^[ \t]*(?:export[ \t]+|ENV[ \t]+|-[ \t]+)?[\"']?[\w.-]*"
    r"(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\"']?[ \t]*[:=][ \t]*"
    r"[\"']?(?P<secret>[^\s\"'#,]{10,})[\"']?,?[ \t]*(?:#.*)?$"
)

# Module and class of detect-secrets, and what must be in a file before it is worth asking (searches that begin with a
# letter are several times faster than those that begin with a word boundary). Left out are those that
# guess (entropy, key words, IP addresses) and those whose secrets have a pattern above.
_DETECTORS: Final = {
    ("artifactory", "ArtifactoryDetector"): re.compile(r"AKC[A-Za-z0-9]{10}"),
    ("azure_storage_key", "AzureStorageKeyDetector"): re.compile("AccountKey="),
    ("cloudant", "CloudantDetector"): re.compile("(?i)cloudant"),
    ("discord", "DiscordBotTokenDetector"): re.compile(r"[MNO][A-Za-z\d_-]{23,25}\.[\w-]{6}\."),
    ("gitlab_token", "GitLabTokenDetector"): re.compile(r"gl(pat|dt|ft|soat|rt|ptt|agent)-|GR1348941"),
    ("ibm_cloud_iam", "IbmCloudIamDetector"): re.compile("(?i)ibm|bluemix"),
    ("mailchimp", "MailchimpDetector"): re.compile(r"-us\d"),
    ("npm", "NpmDetector"): re.compile("_authToken"),
    ("openai", "OpenAIDetector"): re.compile("T3BlbkFJ"),
    ("pypi_token", "PypiTokenDetector"): re.compile("pypi-Ag"),
    ("sendgrid", "SendGridDetector"): re.compile(r"SG\."),
    ("slack", "SlackDetector"): re.compile(r"xox|hooks\.slack\.com"),
    ("softlayer", "SoftlayerDetector"): re.compile("(?i)softlayer"),
    ("square_oauth", "SquareOAuthDetector"): re.compile("sq0csp"),
    ("telegram_token", "TelegramBotTokenDetector"): re.compile(r"\d{8,10}:[\w-]{35}\b"),
    ("twilio", "TwilioKeyDetector"): re.compile(r"(SK|AC)[a-f0-9]{32}"),
}


def probe() -> Ready | Missing:
    """Look for detect-secrets."""
    try:
        return Ready(version("detect-secrets"))
    except PackageNotFoundError:
        return Missing("detect-secrets not found: pip install 'scaffolder[validators]'")


def applies_to(path: str) -> bool:
    """All files but those that are known to be binary, and lock files full of digests."""
    return not path.lower().endswith(_BINARY)


def check(sources: Sources) -> Iterator[Finding]:
    """Search each file for every form of a secret."""
    for path, text in sources.texts():
        in_tests = _TESTS.search(path) is not None
        found = list(_keys(text, in_tests))
        if not in_tests:
            found += _addresses(text)
            found += _settings(path, text)
        if not _LOCKS.search(path):
            found += _detected(text)
        if found:
            lines = Lines(text)
            for code, offset, message in found:
                yield Finding(path, *lines.place(offset), f"secrets:{code}", "error", message, _HINT)


def _keys(text: str, in_tests: bool) -> Iterator[tuple[str, int, str]]:
    for pattern in _KEYS:
        if pattern.marker in text.lower() if pattern.marker == "aws" else pattern.marker in text:
            for match in pattern.regex.finditer(text):
                group = "secret" if "secret" in pattern.regex.groupindex else 0
                if (pattern.in_tests or not in_tests) and not _invented(match[group]):
                    yield pattern.code, match.start(group), f"{pattern.name}: {masked(match[group])}"


def _addresses(text: str) -> Iterator[tuple[str, int, str]]:
    if "://" not in text:
        return
    for match in _ADDRESS.finditer(text):
        if not _PLACEHOLDER.search(match["secret"]) and not _LOCAL_HOST.match(match["host"]):
            yield "address", match.start("secret"), f"an address of {match['host']} with a password in it"


def _settings(path: str, text: str) -> Iterator[tuple[str, int, str]]:
    if not _SETTINGS.search(path) or _LOCKS.search(path):
        return
    for match in _SETTING.finditer(text):
        value = match["secret"]
        # Sentences, names and paths are no secrets; what people and generators make has digits and letters.
        mixed = any(letter.isdigit() for letter in value) and any(letter.isalpha() for letter in value)
        if mixed and not _invented(value) and not re.search(r"[/(]|^\W|-for-|^sha256:", value):
            yield "setting", match.start("secret"), "a secret is set to a value that stands in the file"


def _invented(secret: str) -> bool:
    return _PLACEHOLDER.search(secret) is not None or len(set(secret)) < 6


def _detected(text: str) -> Iterator[tuple[str, int, str]]:
    for (module, name), marker in _DETECTORS.items():
        if marker.search(text) is None:
            continue
        detector = _detector(module, name)
        for regex in detector.denylist:
            for match in regex.finditer(text):
                if not _PLACEHOLDER.search(match[0]):
                    yield module.replace("_", "-"), match.start(), f"{detector.secret_type}: {masked(match[0])}"


@cache
def _detector(module: str, name: str) -> Any:
    return getattr(import_module(f"detect_secrets.plugins.{module}"), name)()


def masked(secret: str) -> str:
    """Give the first four letters of a secret and its length, which is enough to find it and too little to use it."""
    return f"{secret[:4]}… ({len(secret)} characters)"
