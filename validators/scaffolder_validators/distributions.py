"""Which modules a Python distribution brings, and which distributions a project declares."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import Any, Final

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?")
_REQUIREMENTS = re.compile(r"(^|/)(requirements|constraints)[^/]*\.(txt|in)$|(^|/)requirements/[^/]+\.(txt|in)$")

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    # Where the module is not called like the distribution, `-` read as `_` or as a part of a namespace.
    "absl-py": ("absl",),
    "argon2-cffi": ("argon2",),
    "argon2-cffi-bindings": ("_argon2_cffi_bindings",),
    "attrs": ("attr", "attrs"),
    "azure-identity": ("azure",),
    "beautifulsoup4": ("bs4",),
    "brotli": ("brotli",),
    "cffi": ("cffi", "_cffi_backend"),
    "dnspython": ("dns",),
    "django-environ": ("environ",),
    "djangorestframework": ("rest_framework",),
    "fastapi": ("fastapi",),
    "faiss-cpu": ("faiss",),
    "gitpython": ("git",),
    "google-api-python-client": ("googleapiclient", "apiclient"),
    "google-cloud-storage": ("google",),
    "grpcio": ("grpc",),
    "grpcio-tools": ("grpc_tools",),
    "langchain-text-splitters": ("langchain_text_splitters",),
    "markdown-it-py": ("markdown_it",),
    "msgpack-python": ("msgpack",),
    "mysqlclient": ("MySQLdb",),
    "openapi-schema-validator": ("openapi_schema_validator",),
    "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",),
    "pillow": ("PIL",),
    "pip": ("pip",),
    "prometheus-client": ("prometheus_client",),
    "protobuf": ("google",),
    "psycopg2-binary": ("psycopg2",),
    "psycopg-binary": ("psycopg_binary", "psycopg"),
    "psycopg-c": ("psycopg_c", "psycopg"),
    "py-cpuinfo": ("cpuinfo",),
    "pycryptodome": ("Crypto",),
    "pycryptodomex": ("Cryptodome",),
    "pygithub": ("github",),
    "pyjwt": ("jwt",),
    "pymongo": ("pymongo", "bson", "gridfs"),
    "pymupdf": ("pymupdf", "fitz"),
    "pynacl": ("nacl",),
    "pyopenssl": ("OpenSSL",),
    "pyserial": ("serial",),
    "pytest": ("pytest", "_pytest"),
    "pytest-cov": ("pytest_cov",),
    "python-dateutil": ("dateutil",),
    "python-docx": ("docx",),
    "python-dotenv": ("dotenv",),
    "python-jose": ("jose",),
    "python-json-logger": ("pythonjsonlogger",),
    "python-magic": ("magic",),
    "python-multipart": ("python_multipart", "multipart"),
    "python-pptx": ("pptx",),
    "python-slugify": ("slugify",),
    "pywin32": ("win32api", "win32con", "pythoncom", "pywintypes"),
    "pyyaml": ("yaml", "_yaml"),
    "pyzmq": ("zmq",),
    "redis": ("redis",),
    "ruamel-yaml": ("ruamel",),
    "scikit-image": ("skimage",),
    "scikit-learn": ("sklearn",),
    "sentence-transformers": ("sentence_transformers",),
    "sentry-sdk": ("sentry_sdk",),
    "setuptools": ("setuptools", "pkg_resources"),
    "umap-learn": ("umap",),
    "websocket-client": ("websocket",),
    "zope-interface": ("zope",),
}

PULLED_IN: Final[Mapping[str, tuple[str, ...]]] = {
    # What a distribution promises to bring along as part of its own interface.
    "fastapi": ("starlette", "pydantic", "anyio"),
    "flask": ("werkzeug", "jinja2", "click", "markupsafe", "itsdangerous"),
    "httpx": ("httpcore", "anyio"),
    "pydantic": ("pydantic_core", "annotated_types", "typing_extensions"),
    "requests": ("urllib3",),
    "scikit-learn": ("numpy", "scipy"),
    "starlette": ("anyio",),
    "torch": ("numpy",),
    "pandas": ("numpy",),
    "pytest": ("pluggy", "_pytest"),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """What a project declares: `names` are normalised; when not `complete`, there is a file that is not understood."""

    names: frozenset[str]
    complete: bool

    def modules(self) -> frozenset[str]:
        """Give the modules that can be imported, as far as names tell."""
        return frozenset(module for name in self.names for module in modules_of(name))


def normalise(name: str) -> str:
    """Write a distribution's name as PyPI does."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def modules_of(name: str) -> tuple[str, ...]:
    """Give the top-level modules that the distribution called `name` (normalised) brings, as far as its name tells."""
    known = MODULES.get(name)
    if known is None:
        plain = name.replace("-", "_")
        shorter = plain.removeprefix("python_").removeprefix("types_").removesuffix("_stubs")
        known = (plain, shorter, name.partition("-")[0])
    return (*known, *PULLED_IN.get(name, ()))


def installed_modules(names: frozenset[str], environment: Path | None) -> frozenset[str]:
    """Give the modules of those distributions that are installed, in `environment` or else beside this program."""
    if environment is None:
        found = (_here(name) for name in names)
    else:
        places = [str(path) for path in environment.glob("lib/python*/site-packages")]
        found = (one for one in distributions(path=places) if normalise(one.metadata["Name"] or "") in names)
    return frozenset(module for one in found if one is not None for module in _top_level(one))


def _here(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _top_level(one: Distribution) -> Iterator[str]:
    for path in one.files or ():
        first = path.parts[0]
        if first.endswith((".dist-info", ".data", ".egg-info")) or first == "..":
            continue
        yield first.partition(".")[0]


def declared(tree: Mapping[str, bytes], folder: str = "") -> Declared | None:
    """Read what the files of `folder` (with its last slash) and below it declare; `None` when there is no such file."""
    names: set[str] = set()
    complete, any_file = True, False
    for path, content in tree.items():
        if not path.startswith(folder):
            continue
        name = path.rpartition("/")[2]
        text = content.decode(errors="replace")
        if _REQUIREMENTS.search(path):
            names.update(_requirements(text))
        elif name == "pyproject.toml":
            more = _pyproject(text)
            if more is None:
                continue
            names.update(more)
        elif name in {"setup.py", "Pipfile", "environment.yml", "environment.yaml"}:
            complete = False
        elif name == "setup.cfg":
            names.update(_setup_cfg(text))
        else:
            continue
        any_file = True
    return Declared(frozenset(names), complete) if any_file else None


def _requirements(text: str) -> Iterator[str]:
    for line in text.splitlines():
        entry = line.partition(" #")[0].strip()
        if entry.startswith("-e ") or "#egg=" in line:
            entry = line.partition("#egg=")[2]
        if entry and not entry.startswith(("#", "-", ".", "/")):
            yield from _named(entry)


def _named(entry: str) -> Iterator[str]:
    match = _NAME.match(entry)
    if match:
        yield normalise(match[1])
        # `psycopg[binary]` brings psycopg-binary; most extras are no distributions, which does no harm here.
        yield from (normalise(f"{match[1]}-{extra.strip()}") for extra in (match[2] or "").split(",") if extra.strip())


def _pyproject(text: str) -> list[str] | None:
    """Give the names that a pyproject.toml declares; `None` when it holds tools' settings only."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    project, groups = _table(data, "project"), _table(data, "dependency-groups")
    poetry = _table(data, "tool", "poetry")
    entries: list[Any] = [*_list(project, "dependencies"), *_list(_table(data, "build-system"), "requires")]
    for group in (*_table(project, "optional-dependencies").values(), *groups.values()):
        entries += group if isinstance(group, list) else []
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += [_table(one, "dependencies") for one in _table(poetry, "group").values() if isinstance(one, dict)]
    entries += [name for table in tables for name in table]
    entries += _list(_table(data, "tool", "uv"), "dev-dependencies")
    if not (project or groups or poetry):
        return None
    return [name for entry in entries if isinstance(entry, str) for name in _named(entry)]


def _setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    options = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        options += [value for _, value in parser.items("options.extras_require")]
    for option in options:
        yield from _requirements(option)


def _table(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = data.get(key)
        data = value if isinstance(value, dict) else {}
    return data


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    return value if isinstance(value, list) else []
