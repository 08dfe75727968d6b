"""Configuration files against schemas: messages, engines that are missing or crash, and any content at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from importlib.resources import files

import jsonschema_rs
import pytest
from scaffolder_validators import Result, Sources, promql, schema, validate

FILES = {
    "compose": "compose.yaml",
    "fly": "fly.toml",
    "render": "render.yaml",
    "cloudrun": "service.yaml",
    "railway": "railway.json",
    "prometheus": "ops/prometheus/alerts.yml",
    "grafana": "ops/grafana/dashboard.json",
    "pyproject": "pyproject.toml",
    "package-json": "package.json",
    "devcontainer": ".devcontainer/devcontainer.json",
    "pre-commit": ".pre-commit-config.yaml",
    "workflows": ".github/workflows/ci.yml",
}
MARKED = {  # what makes a file the validator's business, when its name does not
    "cloudrun": "apiVersion: serving.knative.dev/v1\nkind: Service\n",
    "prometheus": "groups: []\nrules: []\n",
    "grafana": '{"panels": 1, "schemaVersion": "x"}',
}
NAMES = [pytest.param(name, id=name) for name in FILES]
WITH_SCHEMA = [pytest.param(name, id=name) for name in FILES if name != "workflows"]


def run(name: str, content: str | bytes) -> Result:
    """Run one validator on one file that is its business."""
    raw = content.encode() if isinstance(content, str) else content
    (result,) = validate(Sources.of({FILES[name]: raw}), only=[name]).results
    return result


@pytest.fixture
def reloaded() -> Iterator[None]:
    """Forget the schemas that other tests have loaded, and those of this one."""
    schema._load.cache_clear()
    yield
    schema._load.cache_clear()


@pytest.mark.parametrize("name", WITH_SCHEMA)
def test_each_schema_is_a_schema(name: str) -> None:
    text = files("scaffolder_validators").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8")
    jsonschema_rs.meta.validate(json.loads(text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\xff\xfe\0",
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b"a" * 200_000,
        b"[" * 100_000,
        b"{" * 100_000,
        b'{"a":' * 5_000,
    ],
    ids=lambda content: repr(content[:6]),
)
def test_no_content_makes_a_validator_crash(name: str, content: bytes) -> None:
    assert run(name, content).status in {"ok", "failed"}


WRONG = ["null", "1", '"x"', "[]", "[1]", "{}", '{"x": 1}', "[[]]", '[{"name": 1}]', "true"]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_values_of_any_type_are_findings_or_nothing(name: str, wrong: str) -> None:
    path = FILES[name]
    around = {
        "compose": '{"services": {"a": %s}, "volumes": %s}',
        "render": '{"services": [{"envVars": %s, "runtime": %s}], "databases": %s}',
        "cloudrun": '{"apiVersion": "serving.knative.dev/v1", "spec": {"template": {"spec": {"containers": %s}}}}',
        "prometheus": '{"groups": [{"name": %s, "rules": [{"alert": %s, "labels": %s}]}]}',
        "grafana": '{"schemaVersion": 1, "panels": [{"id": %s, "gridPos": %s, "targets": %s, "datasource": %s}]}',
        "package-json": '{"scripts": %s, "dependencies": %s, "devDependencies": {"a": %s}}',
        "devcontainer": '{"image": %s, "forwardPorts": %s}',
        "pre-commit": '{"repos": [{"repo": %s, "rev": %s, "hooks": %s}]}',
        "workflows": '{"on": %s, "permissions": %s, "jobs": {"a": {"steps": %s}}}',
        "railway": '{"build": %s, "deploy": %s}',
    }.get(name, "%s")
    content = around.replace("%s", wrong)
    if path.endswith(".toml"):
        table = {"fly": ("http_service", "services"), "pyproject": ("project", "dependency-groups")}[name]
        value = wrong.replace(":", " =").replace("null", '""')
        content = "".join(f"{key} = {value}\n" for key in table)
    result = run(name, content)
    assert result.status in {"ok", "failed"}, result.reason
    assert all(finding.hint and finding.line >= 1 for finding in result.findings)


@pytest.mark.parametrize("name", WITH_SCHEMA)
def test_a_missing_engine_is_skipped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(schema, "version", missing)
    result = run(name, MARKED.get(name, "{}"))
    assert result.status == "skipped"
    assert result.reason == "jsonschema-rs not found: pip install 'scaffolder[validators]'"


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_without_a_parser_of_expressions_nothing_counts_as_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(promql, "version", missing)
    result = run(name, MARKED[name])
    assert (result.status, result.reason) == (
        "skipped",
        "promql-parser not found: pip install 'scaffolder[validators]'",
    )


@pytest.mark.usefixtures("reloaded")
@pytest.mark.parametrize("name", WITH_SCHEMA)
def test_an_engine_that_crashes_is_an_error_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(jsonschema_rs, "validator_for", crash)
    result = run(name, MARKED.get(name, "a = 1\n" if FILES[name].endswith(".toml") else "{}"))
    assert (result.status, result.reason) == ("error", "RuntimeError: boom")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("fly", "aap = 1\n", "unknown key 'aap' (did you mean 'app'?)"),
        ("fly", "", "the key 'app' is missing"),
        ("fly", "[http_service]\ninternal_port = true\n", "'internal_port' must be a whole number, not true or false"),
        ("fly", "kill_timeout = 'soon'\n", "'kill_timeout' must be a duration like \"10s\""),
        ("compose", "services: {a: {image: 'x:1', depends_on: {b: {}}}}\n", "the key 'condition' is missing"),
        ("render", "services: [{type: site, name: x}]\n", "'type' must be one of web, pserv, worker"),
        ("compose", "- a\n", "the document must be a mapping, not a list"),
    ],
)
def test_messages(name: str, content: str, said: str) -> None:
    assert any(one.message.startswith(said) for one in run(name, content).findings), run(name, content).findings


def test_values_are_not_repeated_because_they_may_be_secret() -> None:
    result = run("compose", "services: {a: {image: 'x:1', environment: [' hunter2'], healthcheck: hunter2}}\n")
    assert result.status == "failed"
    assert "hunter2" not in str(result.findings)


@pytest.mark.parametrize(
    ("expression", "fine"),
    [
        ('sum by ($group) (rate(a{job=~"$job"}[$__rate_interval])) > $limit', True),
        ("max_over_time(a[${span}:$__interval])", True),
        ("a{job=\"${job:regex}\", x='$y'}", True),
        ("sum(rate(a[$__rate_interval])", False),
        ("$metric[", False),
    ],
)
def test_variables_of_dashboards(expression: str, fine: bool) -> None:
    assert (promql.wrong(promql.without_variables(expression)) is None) == fine
