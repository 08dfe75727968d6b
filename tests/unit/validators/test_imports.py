"""Imports resolve to the standard library, the project or a declared dependency; everything else is found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from scaffolder_validators import Sources, read_folder, validate
from scaffolder_validators.distributions import declared, modules_of

PROJECT = '[project]\nname = "shop"\nversion = "1"\n'
SHOP = {"shop/__init__.py": "", "shop/prices.py": "VAT = 19\n"}


def said(files: Mapping[str, str]) -> set[tuple[str, int, str]]:
    """Give path, line and code of each finding."""
    sources = Sources.of({path: text.encode() for path, text in files.items()})
    findings = validate(sources, only=["imports"]).findings
    return {(one.path, one.line, one.rule.partition(":")[2]) for one in findings}


@pytest.mark.parametrize(
    ("declaration", "statement"),
    [
        ("pyyaml", "import yaml"),
        ("PyJWT>=2", "import jwt"),
        ("argon2-cffi", "from argon2 import PasswordHasher"),
        ("python-multipart", "import multipart"),
        ("beautifulsoup4", "import bs4"),
        ("Pillow", "from PIL import Image"),
        ("python-dateutil", "import dateutil.parser"),
        ("scikit-learn", "import sklearn"),
        ("prometheus-client", "import prometheus_client"),
        ("google-cloud-storage", "from google.cloud import storage"),
        ("opentelemetry-api", "from opentelemetry import trace"),
        ("pydantic_settings", "import pydantic_settings"),
        ("fastapi", "from starlette.responses import Response"),
        ("ruamel.yaml", "from ruamel.yaml import YAML"),
        ("types-requests", "import requests"),
    ],
)
def test_modules_of_declared_distributions(declaration: str, statement: str) -> None:
    assert said({"pyproject.toml": f'{PROJECT}dependencies = ["{declaration}"]\n', "a.py": f"{statement}\n"}) == set()
    assert said({"pyproject.toml": f"{PROJECT}dependencies = []\n", "a.py": f"{statement}\n"}) == {
        ("a.py", 1, "undeclared")
    }


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "httpx==0.28.1 \\\n    --hash=sha256:abc\n"),
        ("requirements-dev.txt", "-r requirements.txt\nhttpx ; python_version > '3'\n"),
        ("requirements/base.in", "httpx[http2]\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n    httpx>=0.2\n"),
        ("pyproject.toml", f'{PROJECT}[project.optional-dependencies]\nweb = ["httpx"]\n'),
        ("pyproject.toml", '[dependency-groups]\ndev = [{include-group = "x"}, "httpx"]\nx = []\n'),
        ("pyproject.toml", '[tool.poetry.group.dev.dependencies]\nhttpx = "^0.28"\n'),
        ("setup.py", "setup(install_requires=read())\n"),  # not understood, so that nothing is claimed
        ("pyproject.toml", "[tool.ruff]\n"),  # declares nothing at all
    ],
)
def test_where_dependencies_are_declared(path: str, text: str) -> None:
    assert said({path: text, "a.py": "import httpx\n"}) == set()


def test_names_tell_nothing_and_what_is_installed_does(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'{PROJECT}dependencies = ["odd-name"]\n')
    (tmp_path / "a.py").write_text("import quite_different\n")
    assert validate(read_folder(tmp_path), only=["imports"]).errors
    installed = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "odd_name-1.0.dist-info"
    installed.mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-name\nVersion: 1.0\n")
    (installed / "RECORD").write_text("quite_different/__init__.py,,\nodd_name-1.0.dist-info/RECORD,,\n")
    assert not validate(read_folder(tmp_path), only=["imports"]).errors


def test_the_hint_names_the_nearest() -> None:
    sources = Sources.of({"pyproject.toml": f'{PROJECT}dependencies = ["httpx"]\n'.encode(), "a.py": b"import htpx\n"})
    (one,) = validate(sources, only=["imports"]).findings
    assert one.hint == "Import httpx, or declare the dependency."
    (two,) = validate(
        Sources.of({"shop/__init__.py": b"", "shop/a.py": b"VALUE = 1\n", "b.py": b"from shop.a import VALEU\n"}),
        only=["imports"],
    ).findings
    assert (two.hint, two.column) == ("Import VALUE, or define the name there.", 20)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("if True:\n    X = 1\nelse:\n    X = 2\n", "X"),
        ("try:\n    import json as X\nexcept ImportError:\n    X = None\n", "X"),
        ("for X in (1, 2):\n    pass\n", "X"),
        ("with open('a') as X:\n    pass\n", "X"),
        ("(X := 1)\n", "X"),
        ("[X, *Y] = 1, 2\n", "Y"),
        ("X: int\n", "X"),
        ("def f():\n    global X\n    X = 1\n", "X"),
        ("match 1:\n    case X:\n        pass\n", "X"),
        ("class X: ...\n", "X"),
        ("async def X(): ...\n", "X"),
        ("from os import path\n", "path"),
        ("import os.path\n", "os"),
        ("def __getattr__(name): ...\n", "anything"),
        ("globals().update(a=1)\n", "a"),
        ("", "__name__"),
    ],
)
def test_names_that_a_module_defines(module: str, name: str) -> None:
    files = {"shop/__init__.py": "", "shop/a.py": module, "shop/b.py": f"from shop.a import {name}\n"}
    assert said(files) == set()


def test_star_imports_and_their_cycles() -> None:
    files = {
        "shop/__init__.py": "from .a import *\n",
        "shop/a.py": "from shop.b import *\nA = 1\n",
        "shop/b.py": "from .a import *\nB = 1\n",
    }
    assert said({**files, "c.py": "from shop import A, B\n"}) == set()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("import shop.nothing", "missing-module"),
        ("from shop import nothing", "missing-name"),
        ("from shop.prices import VTA", "missing-name"),
        ("from . import nothing", "missing-name"),
        ("from .nothing import x", "missing-module"),
        ("from .prices import x", "missing-name"),
        ("from ... import x", "beyond-top"),
        ("def f():\n    from shop.prices import x", "missing-name"),
    ],
)
def test_imports_inside_the_project(statement: str, code: str) -> None:
    assert {code} == {item for _, _, item in said({**SHOP, "shop/cart.py": f"{statement}\n"})}


@pytest.mark.parametrize(
    "files",
    [
        {
            **SHOP,
            "shop/cart.py": "from shop import prices\nfrom . import prices\nfrom .prices import VAT\nimport shop\n",
        },
        {"src/shop/__init__.py": "A = 1\n", "tests/test_a.py": "from shop import A\n"},
        {"api/shop/__init__.py": "A = 1\n", "api/tests/test_a.py": "from shop import A\n"},
        {"scripts/helper.py": "A = 1\n", "scripts/run.py": "from helper import A\n"},
        {"space/name/a.py": "A = 1\n", "b.py": "from space.name.a import A\nimport space.name\n"},
        {"alembic/env.py": "from alembic import context\n", "requirements.txt": "alembic\n"},
        {**SHOP, "a.py": "from shop._version import version\nfrom shop.api_pb2 import Thing\n"},
        {**SHOP, "a.py": "try:\n    import shop.fast\nexcept ImportError:\n    fast = None\n"},
        {
            "requirements.txt": "",
            "a.py": "try:\n    import orjson\nexcept (ImportError, ValueError):\n    pass\n",
        },
        {"platform/tool.py": "A = 1\n", "a.py": "import platform\nfrom platform import system\n"},
        {"broken.py": "def (", "a.py": "from broken import anything\n"},
        {"requirements.txt": "", "a.py": "import __future__, sys, tomllib, _thread\n"},
    ],
    ids=lambda files: next(reversed(files)) if isinstance(files, dict) else "",
)
def test_imports_that_resolve(files: dict[str, str]) -> None:
    assert said(files) == set()


def test_only_the_files_to_be_checked_are_blamed() -> None:
    files = {"shop/__init__.py": b"", "shop/a.py": b"from shop import x\n", "shop/b.py": b"from shop import y\n"}
    findings = validate(Sources.of(files).only(["shop/b.py"]), only=["imports"]).findings
    assert [one.path for one in findings] == ["shop/b.py"]


def test_extras_are_declared_too() -> None:
    known = declared({"requirements.txt": b"psycopg[binary, pool]>=3\n"})
    assert known is not None
    assert {"psycopg", "psycopg-binary", "psycopg-pool"} <= known.names
    assert "psycopg_pool" in known.modules()
    assert "yaml" in modules_of("pyyaml")


@pytest.mark.parametrize(
    ("text", "defined"),
    [
        ("class Price:\n    pass\n", True),
        ("class Price(\n    Base,\n):\n    pass\n", True),
        ("def Price(): ...\n", True),
        ("async def Price(): ...\n", True),
        ("Price = 1\n", True),
        ("Price: int = 1\n", True),
        ("a = Price = 1\n", True),
        ("if True:\n    Price = 1\n", True),
        ("text = 'it is' # isn't\nPrice = 1\n", True),
        ('"""\nclass Price:\n"""\n', False),
        ("a = '''\nPrice = 1\n'''\n", False),
        ('a = """\\"""\nPrice = 1\n"""\n', False),
        ('"""Text."""\nVAT = 1\nother = """\ndef Price():\n"""\n', False),
        ("# class Price:\n", False),
        ("Price == 1\n", False),
        ("Prices = 1\nclass Priced: ...\n", False),
        ("def f():\n    Price = 1\n", False),
    ],
)
def test_what_a_module_defines(text: str, defined: bool) -> None:
    found = said({"shop/__init__.py": "", "shop/prices.py": text, "shop/a.py": "from shop.prices import Price\n"})
    assert found == (set() if defined else {("shop/a.py", 1, "missing-name")})
