"""People who edit a project, and authors who change blueprints, at random: a project in its second year."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support.blueprints import write_blueprint

ASKED = "project: {type: yaml}\nentities: {type: yaml, default: []}\n"
LOOP = "{% yield e from entities %}{{ e.module }}{% endyield %}"
PLACES = ("new1.txt", "docs/new2.md", "app/core/new3.sh", "app", "docs/guide", "docs/guide/new4.txt", "loop/person.txt")
"""Where authors put new files, and where people put their own before."""
NAMES = ("Order", "Invoice", "Parcel", "Person", "OrderLine", "Box")
NAMED = (
    "{{ e.name }}\n", "class {{ e.class_name }}: {{ e.module }}_id\n", "from {{ e.module }} import {{ e.var_plural }}\n"
)  # fmt: skip
ALL = '{% for e in entities %}from app.{{ e.module }} import {{ e.name }}{{ "\\n" }}{% endfor %}\n'
"""Lines that say the names of entities."""


class Author:
    """Blueprints as they are now: blueprint -> template path -> text."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0
        self.blueprints: dict[str, dict[str, str]] = {name: {} for name in ("base", "more")}
        self.executable: set[str] = set()
        self.entities = set(self.chance.sample(NAMES, 2))
        self.name = "shop"
        for _ in range(7):
            self.add()
        self.former: dict[str, list[str]] = {}
        named = [self.line() for _ in range(4)] + list(NAMED)
        self.chance.shuffle(named)
        self.blueprints["base"][f"loop/{LOOP}.txt.jinja"] = "{{ e.name }}\n" + "".join(named)
        self.blueprints["base"]["all.txt.jinja"] = self.text() + ALL + self.text()

    def text(self) -> str:
        """Lines, some of which are equal, as the braces and blank lines of code are."""
        return "".join(self.line() for _ in range(self.chance.randint(1, 12)))

    def line(self) -> str:
        """One line."""
        self.count += 1
        return self.chance.choice(["}\n", "\n", "same\n", *[f"line {self.count}\n"] * 4])

    def add(self) -> None:
        """Write a new template."""
        self.count += 1
        name = self.chance.choice(["base", "more"])
        if name not in self.blueprints:
            return
        taken = {path for files in self.blueprints.values() for path in files}
        place = self.chance.choice(PLACES[:-1])  # the last one is that of an entity
        if self.chance.random() < 0.3 and not any(_clash(place, path) for path in taken):
            path = place
        else:
            folder = self.chance.choice(["", "docs/", "app/core/", "{{ project.name }}/"])
            path = f"{folder}{name}{self.count}.{self.chance.choice(['txt', 'md', 'sh'])}"
            path += ".jinja" if "{" in folder else ""
            if any(_clash(path, other) for other in taken):
                return
        self.blueprints[name][path] = self.text() if self.chance.random() < 0.9 else f"\0binary {self.count}\n"

    def change(self) -> None:
        """Do one of the things that authors do."""
        name, path = self.chance.choice([(name, path) for name, files in self.blueprints.items() for path in files])
        files = self.blueprints[name]
        moves: list[Callable[[], object]] = [
            self.add,
            lambda: files.pop(path) if len(files) > 1 else None,
            lambda: files.update({f"moved/{path}": files.pop(path)}) if "moved" not in path else None,
            lambda: self.executable.symmetric_difference_update({path}),
            lambda: files.update({f"{path}x/inner.txt": files.pop(path)}) if not path.endswith("jinja") else None,
            lambda: self.blueprints.pop("more", None),
            lambda: self.blueprints.setdefault("extra", {f"extra{self.count}.txt": self.text()}),
            lambda: self.entities.symmetric_difference_update({self.chance.choice(NAMES)}),
            *[self.rename] * 3,
            lambda: setattr(self, "name", self.chance.choice(["shop", "store"])),
        ]
        if self.chance.random() < 0.6:
            files[path] = self.edited(files[path])
        else:
            self.chance.choice(moves)()

    def rename(self) -> None:
        """Give an entity another name, and say so in the spec from then on."""
        free = [name for name in NAMES if name not in self.entities]
        if self.entities and free:
            old, new = self.chance.choice(sorted(self.entities)), self.chance.choice(free)
            self.entities ^= {old, new}
            for names in self.former.values():  # a former name leads to one entity: the one that had it last
                names[:] = [one for one in names if one != old]
            self.former[new] = [old, *self.former.pop(old, [])]

    def edited(self, text: str) -> str:
        """The text with some lines changed."""
        if text.startswith("\0"):
            return text + self.line()
        lines = text.splitlines(keepends=True)
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randint(0, len(lines))
            lines[at : at + self.chance.randint(0, 2)] = [self.line() for _ in range(self.chance.randint(0, 2))]
        return "".join(lines)

    def write(self, folder: Path) -> None:
        """Install the blueprints as the stack `demo`."""
        shutil.rmtree(folder, ignore_errors=True)
        for name, files in self.blueprints.items():
            write_blueprint(folder / name, files, questions=ASKED)
            for path in files:
                (folder / name / "template" / path).chmod(0o755 if path in self.executable else 0o644)
        names = ", ".join(self.blueprints)
        (folder / "stacks.yml").write_text(f"demo:\n  description: A test.\n  blueprints: [{names}]\n")

    def spec(self) -> str:
        """The spec as it is now."""
        taken = set(self.entities)
        entities = ""
        for name in sorted(self.entities):
            former = [one for one in dict.fromkeys(self.former.get(name, [])) if one not in taken]
            taken.update(former)
            meta = f", $meta: {{renamed_from: [{', '.join(former)}]}}" if former else ""
            entities += f"  {name}: {{name: string{meta}}}\n"
        return f"spec: 1\nproject: {{name: {self.name}}}\n" + (f"entities:\n{entities}" if entities else "")


def _clash(one: str, other: str) -> bool:
    """Tell whether two paths cannot both be: one is a folder of the other, or they are the same."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


class Person:
    """Edits the files of a project; `lines` are those that must not be lost."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root, self.chance = root, chance
        self.count = 0

    def files(self) -> list[Path]:
        """What a person would edit."""
        found = (path for path in sorted(self.root.rglob("*")) if path.is_file())
        return [
            path
            for path in found
            if path.name != "scaffold.yml" and path.relative_to(self.root).parts[0] != ".scaffold"
        ]

    def mine(self) -> bytes:
        """A line that nobody else writes; it may say the name of an entity."""
        self.count += 1
        names = self.chance.choice(["", "", f" {self.chance.choice(NAMES)}", " from order import orders", " order_id"])
        return f"mine {self.count};{names}\n".encode()

    def edit(self) -> None:
        """Do one of the things that people do."""
        files = self.files()
        if not files:
            return
        path = self.chance.choice(files)
        deeds: list[Callable[[Path], object]] = [
            *[self.insert] * 5, self.replace, self.cut, self.swap, self.to_crlf, self.to_binary, self.rename,
            self.remove, self.executable, self.own, self.in_the_way,
        ]  # fmt: skip
        self.chance.choice(deeds)(path)

    def insert(self, path: Path) -> None:
        """Write some lines into a file."""
        lines = path.read_bytes().splitlines(keepends=True)
        at = self.chance.randint(0, len(lines))
        lines[at:at] = [self.mine() for _ in range(self.chance.randint(1, 3))]
        path.write_bytes(b"".join(lines))

    def replace(self, path: Path) -> None:
        """Write lines in the place of others that are not a person's."""
        lines = path.read_bytes().splitlines(keepends=True)
        if lines:
            at = self.chance.randrange(len(lines))
            if b"mine" not in lines[at]:
                lines[at] = self.mine()
            path.write_bytes(b"".join(lines))

    def cut(self, path: Path) -> None:
        """Delete a line, and the line end of the last."""
        lines = path.read_bytes().splitlines(keepends=True)
        if lines and b"mine" not in lines[0]:
            del lines[0]
        path.write_bytes(b"".join(lines).removesuffix(b"\n"))

    def swap(self, path: Path) -> None:
        """Move lines within a file."""
        lines = path.read_bytes().splitlines(keepends=True)
        self.chance.shuffle(lines)
        path.write_bytes(b"\n".join(line.rstrip(b"\n") for line in lines) + b"\n")

    def to_crlf(self, path: Path) -> None:
        """Save with other line ends."""
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def to_binary(self, path: Path) -> None:
        """Make it something that is no text."""
        path.write_bytes(b"\0" + self.mine() + path.read_bytes())

    def rename(self, path: Path) -> None:
        """Give it another name."""
        path.rename(path.with_name(f"renamed-{self.count}-{path.name}"))
        self.count += 1

    def remove(self, path: Path) -> None:
        """Delete it, unless it has lines of a person's."""
        if b"mine" not in path.read_bytes():
            path.unlink()

    def executable(self, path: Path) -> None:
        """Change whether it can be executed."""
        path.chmod(path.stat().st_mode ^ 0o111)

    def own(self, path: Path) -> None:
        """Write a file of one's own beside it."""
        self.count += 1
        (path.parent / f"own{self.count}.txt").write_bytes(self.mine())

    def in_the_way(self, path: Path) -> None:
        """Put something where a new file of the blueprints may come to stand."""
        del path
        self.count += 1
        target = self.root / self.chance.choice(["moved", "store", "a.txtx", *PLACES])
        if not os.path.lexists(target) and target.parent.is_dir():
            if self.chance.random() < 0.5:
                target.write_bytes(self.mine())
            else:
                target.mkdir()
                (target / "own.txt").write_bytes(self.mine())

    def lines(self) -> dict[bytes, str]:
        """What a person wrote, and where it is now."""
        found: dict[bytes, str] = {}
        for path in self.files():
            for line in path.read_bytes().splitlines():
                if b"mine " in line:
                    found[line[line.index(b"mine ") :]] = path.relative_to(self.root).as_posix()
        return found
