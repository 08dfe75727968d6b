"""A kind of slot that another package brings, by its entry point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MODULE = """
from pydantic import BaseModel


class Shout(BaseModel):
    words: list[str]


class ShoutKind:
    name = "shout"
    version = 1
    suffixes = frozenset({".md"})

    def schema(self, place):
        return Shout

    def write(self, data, place):
        return f"{place.indent}{' '.join(data.words).upper()}!\\n"
"""
PROGRAM = """
import asyncio
from scaffolder.slots import read_slots
from scaffolder.yaml_lines import YamlFile
from scaffolder_fills.cost import Usage
from scaffolder_fills.fill import fill_slots
from scaffolder_fills.kinds import Place, names
from scaffolder_fills.prompt import Job
from scaffolder_fills.request import Answer

assert names()[-1] == "shout", names()
declared = read_slots(YamlFile.read(__import__("pathlib").Path("blueprint.yml")))
assert declared["greeting"].kind == "shout"


class Asker:
    async def ask(self, request):
        return Answer(request.schema(words=["good", "day"]), request.model, Usage(1, 1))


text = "<!-- slot: greeting -->\\nhello\\n<!-- end slot -->\\n"
job = Job(Place("greeting", "a.md", "", "hello\\n"), "shout", "Greet.")
done = asyncio.run(fill_slots([job], {"a.md": text}, "", asker=Asker(), check=lambda *_: (), entries={}))
print(done.files["a.md"], end="")
"""


def test_a_package_adds_a_kind(tmp_path: Path) -> None:
    (tmp_path / "shouting.py").write_text(MODULE)
    info = tmp_path / "shouting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[scaffolder.kinds]\nshout = shouting:ShoutKind\n")
    (tmp_path / "blueprint.yml").write_text("slots:\n  greeting: {kind: shout, goal: Greet.}\n")
    paths = [tmp_path, ROOT, ROOT / "fills", ROOT / "validators"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "<!-- slot: greeting -->\nGOOD DAY!\n<!-- end slot -->\n"
