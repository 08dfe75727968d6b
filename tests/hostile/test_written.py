"""Whatever data fit the schema of a kind: refused, or written as lines that the guard keeps, always the same."""

from __future__ import annotations

import ast
import locale
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from scaffolder_fills.guard import Rejected, guard
from scaffolder_fills.kinds import load
from scaffolder_fills.slot import find_slots

from tests.hostile.invariants import put
from tests.hostile.mutations import TOKENS
from tests.hostile.samples import SAMPLES, SLOT, Sample

CODE = {"python.body", "typescript.body"}
DATA = [name for name, sample in SAMPLES.items() if sample.kind not in CODE]
QUICK = settings(
    max_examples=50, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
LONG = settings(QUICK, max_examples=500, derandomize=False)

_PLAIN = st.text(
    st.sampled_from("abz AZ 09 .,:;!?-_+=*'\"\\/()[]{}<>&#%@|~^$`\n\t\u00e4\u2014"), min_size=1, max_size=60
)
_HOSTILE = st.lists(st.sampled_from(TOKENS) | _PLAIN, min_size=1, max_size=6).map("".join)
TEXTS = _PLAIN | _HOSTILE | st.text(min_size=1, max_size=60)
_KEYS = st.from_regex(re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,9}"), fullmatch=True) | st.sampled_from(
    ["no", "Y", "null", "x-"]
)

ANSWERS: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "text": st.fixed_dictionaries({"text": TEXTS}),
    "markdown.section": st.fixed_dictionaries(
        {
            "blocks": st.lists(
                st.fixed_dictionaries(
                    {
                        "kind": st.sampled_from(["paragraph", "bullets", "numbers"]),
                        "lines": st.lists(TEXTS, min_size=1, max_size=4),
                    }
                ),
                min_size=1,
                max_size=4,
            )
        }
    ),
    "python.docstring": st.fixed_dictionaries({"summary": TEXTS, "details": st.lists(TEXTS, max_size=3)}),
    "yaml.map": st.fixed_dictionaries(
        {"entries": st.lists(st.fixed_dictionaries({"key": _KEYS, "value": TEXTS}), min_size=1, max_size=5)}
    ),
    "choices": st.fixed_dictionaries({"chosen": st.lists(st.sampled_from(["low", "middle", "high"]), max_size=4)}),
    "names": st.fixed_dictionaries({"names": st.lists(st.from_regex(r"^[a-z][a-z0-9_]{0,39}$"), max_size=6)}),
    "sql.rows": st.fixed_dictionaries(
        {
            "rows": st.lists(
                st.fixed_dictionaries({"name": TEXTS, "weight": st.integers() | st.floats(), "used": st.booleans()}),
                min_size=1,
                max_size=5,
            )
        }
    ),
    "test.cases": st.fixed_dictionaries(
        {
            "cases": st.lists(
                st.fixed_dictionaries(
                    {
                        "name": st.from_regex(r"[a-z0-9][a-z0-9 ]{2,9}", fullmatch=True),
                        "given": st.fixed_dictionaries({"text": TEXTS, "number": st.integers()}),
                        "expected": st.booleans(),
                    }
                ),
                min_size=1,
                max_size=4,
            )
        }
    ),
}


@cache
def schema_of(kind: str, path: str) -> type[BaseModel]:
    """Give the schema of a sample; making one takes longer than all else here."""
    sample = next(one for one in SAMPLES.values() if (one.kind, one.path) == (kind, path))
    return load(kind).schema(sample.place)


def written(sample: Sample, data: Mapping[str, Any]) -> str | None:
    """Write data as their kind does; nothing if it refuses to."""
    try:
        model = schema_of(sample.kind, sample.path).model_validate(data)
    except ValidationError:
        assume(False)
    try:
        return load(sample.kind).write(model, sample.place)
    except ValueError:
        return None


def turned(data: Any) -> Any:
    """Give the same data, with the keys of each mapping the other way round."""
    if isinstance(data, dict):
        return {key: turned(value) for key, value in reversed(data.items())}
    return [turned(one) for one in data] if isinstance(data, list) else data


def is_kept(name: str, data: dict[str, Any]) -> None:
    sample = SAMPLES[name]
    text = written(sample, data)
    assert text == written(sample, data) == written(sample, turned(data))
    if text is None:
        return
    if sample.kind == "yaml.map" and {"first", "last"} & {entry["key"].strip() for entry in data["entries"]}:
        with pytest.raises(Rejected, match="stands twice"):
            guard(sample.path, sample.source, SLOT, text, sample.kind)
        return
    after = put(sample, text)
    assert after is not None, text
    said = [one for one in read(sample, after) if one.strip()]
    for one in said:
        assert one in [*spoken(sample, data), *spoken(sample, turned(data))] or sample.kind in {
            "text",
            "python.docstring",
        }


def spoken(sample: Sample, data: Any) -> Iterator[str]:
    """Give the texts in data, as they are after validation."""
    if isinstance(data, str):
        yield data.strip()
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from spoken(sample, one)


def read(sample: Sample, after: str) -> list[str]:
    """Read the texts of a slot as the program that uses the file does."""
    slot = next(one for one in find_slots(after, sample.path) if one.id == SLOT)
    if sample.kind in {"choices", "names"} and sample.path.endswith(".py"):
        return list(ast.literal_eval(f"[{slot.text}]"))
    if sample.kind == "test.cases":
        return [case[1]["text"] for case in ast.literal_eval(f"[{slot.text}]")]
    if sample.path.endswith(".yml"):
        entries = yaml.safe_load(slot.text)
        return list(entries.values() if isinstance(entries, dict) else entries)
    return []


@pytest.mark.parametrize("name", DATA)
@QUICK
@given(data=st.data())
def test_what_fits_the_schema_is_refused_or_kept(name: str, data: st.DataObject) -> None:
    is_kept(name, data.draw(ANSWERS[SAMPLES[name].kind]))


@pytest.mark.slow
@pytest.mark.parametrize("name", DATA)
@LONG
@given(data=st.data())
def test_much_that_fits_the_schema_is_refused_or_kept(name: str, data: st.DataObject) -> None:
    is_kept(name, data.draw(ANSWERS[SAMPLES[name].kind]))


def test_the_bytes_are_the_same_in_any_locale_and_with_any_hash() -> None:
    program = (
        "import locale, sys\nfrom tests.hostile.samples import SAMPLES\n"
        "from tests.hostile.test_written import written\n"
        "locale.setlocale(locale.LC_ALL, '')\n"
        "lines = [str(written(sample, sample.good)) for sample in SAMPLES.values()]\n"
        "sys.stdout.buffer.write(chr(0).join(lines).encode())"
    )
    known = locale.setlocale(locale.LC_ALL)
    results = set()
    for number, name in enumerate(("C", "C.UTF-8", known if "=" not in known else "C")):
        env = {**os.environ, "LC_ALL": name, "PYTHONHASHSEED": str(number), "PYTHONPATH": os.pathsep.join(sys.path)}
        results.add(subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True).stdout)
    assert len(results) == 1
    assert results.pop().count(b"\0") == len(SAMPLES) - 1
