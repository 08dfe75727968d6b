"""Security rules: what must not alarm, what must never be shown, and engines that are missing or crash."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError

import ast_grep_py
import pytest
from scaffolder_validators import Result, Sources, secrets, validate, web_security

NAMES = ["python-security", "web-security", "secrets", "dependencies", "text"]
PATHS = {
    "python-security": "a.py",
    "web-security": "a.tsx",
    "secrets": ".env",
    "dependencies": "requirements.txt",
    "text": "a.ts",
}


def run(name: str, path: str, content: str | bytes) -> Result:
    """Run one validator on one file."""
    raw = content.encode() if isinstance(content, str) else content
    (result,) = validate(Sources.of({path: raw}), only=[name]).results
    return result


def codes(name: str, path: str, content: str) -> list[str]:
    """The rules that one validator finds broken, without the name of the validator."""
    result = run(name, path, content)
    assert result.status in {"ok", "failed"}, result.reason
    return [finding.rule.partition(":")[2] for finding in result.findings]


@pytest.mark.parametrize(
    "source",
    [
        'import jwt\njwt.decode(t, k, algorithms=["HS256"], options={"verify_aud": False})\n',
        'app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=False)\n',
        'TABLE = "users"\nsession.execute(f"SELECT * FROM {TABLE} WHERE a = :a", {"a": a})\n',
        'session.execute("SELECT a FROM t WHERE b = " + "1")\n',
        "session.execute(select(User).where(User.name == name))\n",
        'log.info(f"select a colour from {name}")\n',
        'text(f"Hello {name}")\n',
        "import yaml\nyaml.load(text, Loader=yaml.CSafeLoader)\n",
        'import pickle\npickle.loads(b"constant")\n',
        'import subprocess\nsubprocess.run("ls -l", shell=True)\nsubprocess.run(["ls", name])\n',
        'password = ""\ntoken_type = "bearer"\ntoken = "access"\npassword = "password"\nSECRET = "JWT_SECRET"\n',
        'form(password="{password}", token="/token", secret="https://a.example/b")\n',
        "import hashlib\nhashlib.sha256(content).hexdigest()\nhashlib.md5(password_file_content)\n",
        "assert isinstance(user, User)\n",
        'def f():\n    query = f"SELECT {a} FROM t"\n    return query\ndef g(query):\n    session.execute(query)\n',
        'session.execute(f"SELECT {a} FROM t")  # noqa: S608 - a is one of ours\n',
        'import uvicorn\nuvicorn.run(app, host="0.0.0.0")\n',
        'response.set_cookie("session", v, **flags)\nresponse.set_cookie("theme", v)\n',
        'logger.info("the token is %s", "hidden")\nlogger.info(token_count)\n',
    ],
)
def test_python_that_is_fine(source: str) -> None:
    assert codes("python-security", "app/code.py", source) == []


@pytest.mark.parametrize("path", ["tests/core/test_login.py", "conftest.py", "app/login_test.py"])
def test_tests_may_know_secrets_of_tests(path: str) -> None:
    source = 'import jwt\npassword = "kq7Lm2Zp"\njwt.encode({}, "", algorithm="none")\nassert user.is_admin\n'
    assert codes("python-security", path, source) == []
    assert sorted(codes("python-security", "app/login.py", source)) == [
        "assert-authorisation",
        "hard-coded-secret",
        "jwt-unverified",
    ]
    assert codes("python-security", path, "eval(x)\n") == ["eval"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ('import jwt as j\nj.decode(t, "", "none")\n', "jwt-unverified"),
        ("from jwt import encode\nimport jwt\njwt.encode({}, None, algorithm=None)\n", "jwt-unverified"),
        ('CORS(app, origins="*", supports_credentials=True)\n', "cors-credentials"),
        (
            "class A:\n    async def f(self, n):\n        await self.s.execute(f'INSERT INTO t VALUES ({n})')\n",
            "sql-built",
        ),
        ("from yaml import unsafe_load as u\nu(x)\n", "yaml-load"),
        ("import os as o\no.popen(f'ls {x}')\n", "shell"),
        ("import ssl\nc.verify_mode = ssl.CERT_NONE\n", "tls-unverified"),
        ("DEBUG = True\n", "debug"),
        ("connect(password='kq7Lm2Zp')\n", "hard-coded-secret"),
        ("def f(host, password='kq7Lm2Zp'): ...\n", "hard-coded-secret"),
        ("settings['secret_key'] = 'kq7Lm2Zp'\n", "hard-coded-secret"),
        ("print(user.password)\n", "secret-logged"),
    ],
)
def test_python_by_other_names(source: str, code: str) -> None:
    assert codes("python-security", "config.py", source) == [code]


def test_columns_of_python_count_code_points() -> None:
    (finding,) = run("python-security", "a.py", "x = 'ü😀'; eval(x)\n").findings
    assert (finding.line, finding.column) == (1, 11)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("el.innerHTML = DOMPurify.sanitize(x);", []),
        ("el.innerHTML = '<b>x</b>'; el.innerHTML = `<b></b>`;", []),
        ("const a = <div dangerouslySetInnerHTML={{ __html: x }} />;", ["html"]),
        ("const a = <div dangerouslySetInnerHTML={{ __html: '<b>x</b>' }} />;", []),
        ("db.query(sql`SELECT a FROM t WHERE b = ${x}`);", []),
        ("db.query('SELECT a FROM t WHERE b = ' + x, []);", ["sql-built"]),
        ("prisma.$queryRawUnsafe(`SELECT a FROM t WHERE b = ${x}`);", ["sql-built"]),
        ("app.use(cors({ origin: '*' }));", []),
        ("app.use(cors({ credentials: true, origin: true }));", ["cors-credentials"]),
        ("/a/.exec(`a ${b}`);", []),
        ("execSync(`ls ${b}`);", ["shell"]),
        ("const labels = { password: 'Passwort', token: 'Zugangsschlüssel' };", []),
        ("const apiKey = 'kq7Lm2Zp9Qw';", ["hard-coded-secret"]),
        ("new Function('a', b);", ["eval"]),
        ("top.postMessage(secret, '*');", ["post-message"]),
    ],
)
def test_typescript(source: str, expected: list[str]) -> None:
    assert codes("web-security", "src/a.tsx", source) == expected


@pytest.mark.parametrize("path", ["a.ts", "a.mts", "a.js", "a.jsx", "a.cjs"])
def test_every_dialect_is_searched(path: str) -> None:
    (finding,) = run("web-security", path, "// ü😀\nconst x = '😀'; eval(y);\n").findings
    assert (finding.rule, finding.line, finding.column) == ("web-security:eval", 2, 16)


def test_packed_code_says_that_it_was_not_searched() -> None:
    (finding,) = run("web-security", "a.js", "eval(a);" * 5_000).findings
    assert (finding.rule, finding.severity) == ("web-security:packed", "note")


@pytest.mark.parametrize(
    "text",
    [
        "DATABASE_URL=postgresql://user:password@localhost/app",
        "DATABASE_URL=postgresql://app:${POSTGRES_PASSWORD}@db:5432/app",
        "DATABASE_URL=postgresql://app:<password>@db1.shop.net/app",
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "JWT_SECRET=",
        "JWT_SECRET: only-for-this-run-and-long-enough",
        "API_KEY=your-key-here-1",
        "TOKEN_URL=https://a.example/token1",
        "OPENAI_API_KEY=sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "-----BEGIN PRIVATE KEY-----",
        "see git@github.com:a/b.git and https://a.b/c@d",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    assert codes("secrets", ".env", text + "\n") == []


@pytest.mark.parametrize(
    ("path", "secret", "text", "code"),
    [
        ("a.py", "sk-ant-api03-Zq8Lw3Rt7Yp2Kd9Vm4Xs6Bn1Hc5Jf0", "KEY = '%s'", "anthropic-key"),
        ("tests/test_a.py", "ghp_Zq8Lw3Rt7Yp2Kd9Vm4Xs6Bn1Hc5Jf0GgTuEw", "KEY = '%s'", "github-token"),
        ("a.md", "Zq8Lw3Rt7Yp2", "see mysql://app:%s@db7.shop.net/x", "address"),
        ("a.yml", "Zq8Lw3Rt7Yp2", "a:\n  db_password: '%s'", "setting"),
        ("a.env", "Zq8Lw3Rt7Yp2Kd9Vm4Xs6Bn1Hc5Jf0GgTuEwQmRk", "AWS_SECRET_ACCESS_KEY=%s", "aws-secret"),
        ("a.txt", "xoxb-732691-582174-Zq8Lw3Rt7Yp2Kd9V", "slack %s", "slack"),
    ],
)
def test_a_secret_is_found_and_never_shown(path: str, secret: str, text: str, code: str) -> None:
    result = run("secrets", path, text % secret + "\n")
    assert f"secrets:{code}" in [finding.rule for finding in result.findings]
    assert secret not in str(result)
    assert secret[4:] not in str(result)


def test_every_detector_is_there() -> None:
    detectors = [secrets._detector(module, name) for module, name in secrets._DETECTORS]
    assert all(detector.denylist and detector.secret_type for detector in detectors)


HASH = "--hash=sha256:" + "a1b2c3d4" * 8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"-r other.txt\nhttpx[http2]==0.28.1 ; python_version > '3' \\\n    {HASH} \\\n    {HASH}\n    # via x\n", []),
        (f"httpx==0.28.1 {HASH}\npyyaml==6.0.3\n", ["no-hash"]),
        ("httpx==0.28.1\npyyaml==6.0.3\n", ["no-hash"]),
        (f"httpx==0.28.* {HASH}\n", ["not-exact"]),
        ("-e .\n", []),
        ("a @ https://a.example/a.whl\n", ["address"]),
        ("--index-url http://a.example/simple\n", ["index"]),
        ("--trusted-host a.example\n", ["index"]),
        (f"urlib3==2.0 {HASH}\n", ["lookalike"]),
        (f"python_dateutil==2.9 {HASH}\nhttpcore2==2.1 {HASH}\n", []),
    ],
)
def test_requirements(text: str, expected: list[str]) -> None:
    assert codes("dependencies", "requirements.txt", text) == expected


@pytest.mark.parametrize("lock", ["uv.lock", "poetry.lock", "pylock.toml"])
def test_other_locks_count(lock: str) -> None:
    key = "packages" if lock == "pylock.toml" else "package"
    files = {
        "pyproject.toml": b'[project]\nname = "a"\ndependencies = ["httpx>=0.28", "orjson"]\n',
        lock: f'[[{key}]]\nname = "httpx"\nversion = "0.27"\n'.encode(),
    }
    found = validate(Sources.of(files), only=["dependencies"]).findings
    assert {one.rule for one in found} == {"dependencies:outside-range", "dependencies:unpinned"}


def test_without_a_lock_nothing_is_compared() -> None:
    assert codes("dependencies", "pyproject.toml", '[project]\nname = "a"\ndependencies = ["httpx"]\n') == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\xff\xfe\0eval(",
        b"eval(" * 20_000,
        b"password = '" * 10_000,
        b"a" * 1_000_000,
        b"://a:" * 20_000,
        b"token=" + b"\\\n" * 50_000,
        b"eval(x)\x00",
        b"eval(" + b"[" * 5_000,
    ],
    ids=lambda content: repr(content[:12]),
)
def test_no_content_makes_a_validator_crash(name: str, content: bytes) -> None:
    assert run(name, PATHS[name], content).status in {"ok", "failed"}


def _missing(_: str) -> str:
    raise PackageNotFoundError


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [("web-security", web_security, "ast-grep-py"), ("secrets", secrets, "detect-secrets")],
)
def test_a_missing_engine_is_skipped(name: str, module: object, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", _missing)
    result = run(name, PATHS[name], "x\n")
    assert (result.status, result.reason) == (
        "skipped",
        f"{package} not found: pip install 'scaffolder[validators]'",
    )


@pytest.mark.parametrize(
    ("name", "content", "break_it"),
    [
        ("web-security", "eval(x)", lambda patch, crash: patch.setattr(ast_grep_py, "SgRoot", crash)),
        ("secrets", "glpat-Zq8Lw3Rt7Yp2Kd9Vm4Xs", lambda patch, crash: patch.setattr(secrets, "_detector", crash)),
    ],
)
def test_an_engine_that_crashes_is_an_error_of_its_own(
    name: str, content: str, break_it: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("boom")

    break_it(monkeypatch, crash)
    result = run(name, PATHS[name], content)
    assert (result.status, result.reason) == ("error", "RuntimeError: boom")


@pytest.mark.parametrize(
    ("name", "module", "content", "owner", "part"),
    [
        ("web-security", web_security, "eval(x)", ast_grep_py, "SgRoot"),
        ("secrets", secrets, "glpat-a", secrets, "_detector"),
    ],
)
def test_an_engine_that_hangs_is_given_up(
    name: str, module: object, content: str, owner: object, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(*_: object) -> None:
        time.sleep(2)

    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    monkeypatch.setattr(owner, part, hang)
    result = run(name, PATHS[name], content)
    assert (result.status, result.reason) == ("timeout", "given up after 0.2 s")
