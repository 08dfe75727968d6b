"""Names of much-used packages, and names that are one slip of the finger away from them."""

from __future__ import annotations

from functools import cache
from typing import Final

_PYPI: Final = frozenset(
    "aiobotocore aiofiles aiohttp aiosqlite alembic anthropic anyio argon2-cffi arrow asgiref asyncpg attrs "
    "azure-core azure-identity babel bandit bcrypt beautifulsoup4 black bleach boto boto3 botocore cachetools "
    "celery certifi cffi chardet charset-normalizer click colorama coverage cryptography databases dateparser "
    "deprecated django djangorestframework dnspython docker docutils email-validator faker fastapi filelock flake8 "
    "flask frozenlist fsspec gevent google-api-core google-auth google-cloud-storage greenlet grpcio gunicorn "
    "httpcore httpcore2 httptools httpx httpx2 httpx-sse huggingface-hub hypercorn hypothesis idna "
    "importlib-metadata inflection instructor ipython isort itsdangerous jinja2 jmespath joblib jsonschema keyring "
    "kombu langchain limits litellm loguru lxml mako markdown markdown-it-py markupsafe marshmallow matplotlib "
    "msgpack multidict mypy networkx nltk nox numpy oauthlib openai openpyxl opentelemetry-api opentelemetry-sdk "
    "orjson packaging pandas paramiko passlib pathspec pillow pip platformdirs pluggy poetry polars pre-commit "
    "prometheus-client protobuf psutil psycopg psycopg2 psycopg2-binary psycopg-binary pyarrow pyasn1 pycparser "
    "pydantic pydantic-core pydantic-settings pygments pyjwt pymongo pymysql pynacl pyopenssl pyparsing pytest "
    "pytest-asyncio pytest-cov pytest-mock pytest-xdist python-dateutil python-dotenv python-jose python-multipart "
    "pytz pyyaml redis regex requests requests-oauthlib rich ruff s3transfer schemathesis scikit-learn scipy "
    "selenium sentry-sdk setuptools shapely simplejson six sniffio soupsieve sphinx sqlalchemy sqlfluff sqlmodel "
    "starlette structlog sympy tabulate tenacity tensorflow textual threadpoolctl tiktoken tokenizers toml tomli "
    "tomlkit torch tornado tox tqdm transformers typer types-requests typing-extensions typing-inspection tzdata "
    "ujson urllib3 uvicorn uvloop virtualenv watchfiles websocket-client "
    "websockets werkzeug wheel wrapt yarl zipp".split()
)
_NPM: Final = frozenset(
    "axios babel-core body-parser chalk classnames commander cors cross-env cross-spawn date-fns dayjs dotenv "
    "esbuild eslint express fastify framer-motion fs-extra glob graphql helmet i18next immer jest jsdom "
    "jsonwebtoken lodash lucide-react moment mongoose mysql2 next node-fetch nodemon openai passport playwright "
    "postcss prettier prisma prop-types puppeteer react react-dom react-hook-form react-query react-router "
    "react-router-dom redux rimraf rollup rxjs semver socket.io styled-components svelte tailwindcss tslib turbo "
    "typescript undici uuid vite vitest vue webpack winston yargs zod zustand drizzle-orm drizzle-kit hono preact "
    "preact-render-to-string".split()
)
_KNOWN: Final = {"pypi": _PYPI, "npm": _NPM}
_SHORTEST: Final = 5


@cache
def lookalike(name: str, registry: str) -> str | None:
    """Give the much-used package that `name` (canonical) is mistaken for, or nothing when it looks like none.

    One letter added, left out, exchanged or swapped with its neighbour is a slip; so is another `-` or `_`.
    """
    known = _KNOWN[registry]
    if len(name) < _SHORTEST or name in known:
        return None
    plain = name.replace("-", "").replace("_", "")
    for other in sorted(known):
        near = abs(len(other) - len(name)) <= 1 and len(other) >= _SHORTEST
        if near and (_one_slip(name, other) or plain == other.replace("-", "")):
            return other
    return None


def _one_slip(first: str, second: str) -> bool:
    if len(first) > len(second):
        first, second = second, first
    start = next((at for at, (one, two) in enumerate(zip(first, second, strict=False)) if one != two), len(first))
    if len(first) < len(second):
        return first[start:] == second[start + 1 :]
    exchanged = first[start + 1 :] == second[start + 1 :]
    swapped = first[start : start + 2] == second[start : start + 2][::-1] and first[start + 2 :] == second[start + 2 :]
    return exchanged or swapped
