"""What the templates of our blueprints must not do, found by Jinja's own parser.

Two renderings of one spec must give the same bytes on any machine, at any hour, and plain Copier must give them too.
So templates may use plain Jinja and the answers, and nothing that reads a clock, chance, the environment or the host.
"""

from __future__ import annotations

import fnmatch
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import jinja2
from jinja2 import nodes

from scaffolder.blueprints import Blueprint, Catalog, SourceFile, load_catalog
from scaffolder.problem import Problem
from scaffolder.templates import environment

_HINTS = {
    "encoding": "save the file as UTF-8 without a byte order mark",
    "line-end": "use LF line ends",
    "final-newline": "end the file with one line end",
    "invisible": "remove it, or write it as an escape sequence",
    "host-path": "a project must not know the machine it was made on",
    "syntax": "mend the template",
    "name": "ask for it in copier.yml, or take it out",
    "filter": "only filters built into Jinja may be used; let the contract give the value ready",
    "test": "only tests built into Jinja may be used",
    "attribute": "let the contract give the value ready",
    "include": "include only files of this blueprint, by a constant path",
    "mutation": "answers are shared by all templates: build a new value instead",
    "slot": "mark slots as `# slot: <id>` … `# end slot` and declare the id in blueprint.yml",
}
# Bidirectional controls, zero-width characters, and line ends that only some programs take for such.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_HOST_PATH = re.compile(r"(?<![\w.}$])(?:/home/(?!vscode\b|app\b)\w+|/Users/\w+|/root/\w+|[A-Za-z]:\\+Users\b)")
_UNSTABLE_ATTRIBUTES = frozenset({"strftime", "now", "today", "utcnow", "environ", "getenv", "random", "shuffle"})
_MUTATORS = frozenset(
    {"append", "extend", "insert", "pop", "popitem", "remove", "clear", "update", "setdefault", "sort", "reverse"}
)
_REFUSED_FILTERS = frozenset({"attr"})  # reaches attributes that nothing else here could see
_SLOT = re.compile(
    r"^[ \t]*(?:#|//|--|<!--|/\*)[ \t]*(end slot\b|slot:[ \t]*(?P<id>.+?))[ \t]*(?:-->|\*/)?[ \t]*$", re.MULTILINE
)
_EXPRESSION = re.compile(r"\{\{.*?\}\}")


@dataclass(slots=True)
class _Lint:
    """Collects what is wrong in one file of one blueprint."""

    blueprint: Blueprint
    source: SourceFile
    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str, line: int = 0, column: int = 1) -> None:
        path = f"blueprints/{self.blueprint.name}/{self.source.path}"
        self.found.append(
            Problem(path, line, column if line else 0, f"template.{code}", "error", message, _HINTS[code])
        )

    def add_at(self, code: str, message: str, text: str, index: int) -> None:
        start = text.rfind("\n", 0, index) + 1
        self.add(code, message, text.count("\n", 0, index) + 1, index - start + 1)


def lint_catalog(catalog: Catalog) -> tuple[Problem, ...]:
    """All that is wrong in the templates of all blueprints, sorted by place."""
    return tuple(problem for name in sorted(catalog.blueprints) for problem in lint_blueprint(catalog.blueprints[name]))


def lint_blueprint(blueprint: Blueprint) -> tuple[Problem, ...]:
    """All that is wrong in the templates of one blueprint, sorted by place."""
    paths, files = environment(blueprint, paths=True), environment(blueprint)
    problems: list[Problem] = []
    slots: set[str] = set()
    loops = {name for source in blueprint.files.values() for name in _loop_names(source)}
    for source in blueprint.files.values():
        lint = _Lint(blueprint, source)
        text = _check_text(lint)
        if text is not None and source.path.startswith(f"{blueprint.subdirectory}/"):
            _check_paths(lint, paths)
            slots |= _check_slots(lint, text)
        if text is not None and source.path.endswith(blueprint.suffix):
            _check_template(lint, files, text, set(blueprint.questions) | loops)
        problems += lint.found
    for pattern in blueprint.slots:
        if not any(fnmatch.fnmatchcase(slot, pattern) or slot == pattern for slot in slots):
            path = f"blueprints/{blueprint.name}/blueprint.yml"
            message = f"the slot {pattern!r} is declared, and no template has it"
            problems.append(Problem(path, 0, 0, "template.slot", "error", message, _HINTS["slot"]))
    return tuple(sorted(problems))


def _check_text(lint: _Lint) -> str | None:
    content = lint.source.content
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        lint.add("encoding", f"byte {error.start} is not UTF-8", content.count(b"\n", 0, error.start) + 1)
        return None
    if "\r" in text:
        lint.add_at("line-end", "the file has CR line ends", text, text.index("\r"))
    # A value that ends a template may bring its own line end: a test looks at what comes out.
    if (
        text
        and not text.endswith("\n")
        and not (text.endswith("}}") and lint.source.path.endswith(lint.blueprint.suffix))
    ):
        lint.add_at("final-newline", "the last line has no end", text, len(text) - 1)
    for match in _INVISIBLE.finditer(text):
        lint.add_at("invisible", f"the invisible character U+{ord(match[0]):04X}", text, match.start())
    for match in _HOST_PATH.finditer(text):
        lint.add_at("host-path", f"the path of a host: {match[0]}", text, match.start())
    return text


def _check_paths(lint: _Lint, env: jinja2.Environment) -> None:
    names = _loop_names(lint.source) | set(lint.blueprint.questions)
    for part in lint.source.path.split("/"):
        if "{" in part:
            _check_template(lint, env, part.removesuffix(lint.blueprint.suffix), names, is_path=True)


def _loop_names(source: SourceFile) -> set[str]:
    """Names that `yield` gives to loop items in the path of a file."""
    return set(re.findall(r"\{%-?\s*yield\s+(\w+)\s+from\b", source.path))


def _check_template(lint: _Lint, env: jinja2.Environment, text: str, names: set[str], *, is_path: bool = False) -> None:
    try:
        tree = env.parse(text)
        # Jinja writes the name of the template into the Python that it makes of it, and stumbles over some quotes.
        env.compile(text, lint.source.path)
    except jinja2.TemplateAssertionError:
        pass  # an unknown filter or test: named below
    except jinja2.TemplateSyntaxError as error:
        lint.add("syntax", error.message or "syntax error", 0 if is_path else error.lineno)
        return
    except SyntaxError as error:
        lint.add("syntax", f"Jinja cannot compile it under this file name ({error.msg}): use no quotes in file names")
        return
    found = list(_findings(tree, env, lint.blueprint))
    for code, message, line in found:
        lint.add(code, message, 0 if is_path else line)
    if any(code in {"filter", "test"} for code, _, _ in found):
        return  # Jinja's compiler, which knows the names, stops at these
    known = names | set(env.globals)
    for name, line in sorted(_undeclared(tree).items()):
        if name not in known:
            lint.add("name", f"{name!r} is no answer of this blueprint", 0 if is_path else line)


def _undeclared(tree: nodes.Template) -> dict[str, int]:
    from jinja2 import meta  # noqa: PLC0415 - brings Jinja's compiler along

    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        lines.setdefault(node.name, node.lineno)
    return {name: lines.get(name, 1) for name in meta.find_undeclared_variables(tree)}


def _findings(tree: nodes.Template, env: jinja2.Environment, blueprint: Blueprint) -> Iterator[tuple[str, str, int]]:
    # A list or mapping that the template itself made may be changed: nobody else sees it.
    made = {
        assign.target.name
        for assign in tree.find_all(nodes.Assign)
        if isinstance(assign.target, nodes.Name) and isinstance(assign.node, nodes.List | nodes.Dict)
    }
    for node in tree.find_all(nodes.Node):
        match node:
            case nodes.Filter(name=name) if name not in env.filters or name in _REFUSED_FILTERS:
                yield "filter", f"the filter {name!r}", node.lineno
            case nodes.Test(name=name) if name not in env.tests:
                yield "test", f"the test {name!r}", node.lineno
            case nodes.Call(node=nodes.Getattr(attr=name, node=owner)) if name in _MUTATORS:
                if not (isinstance(owner, nodes.Name) and owner.name in made):
                    yield "mutation", f"a call of .{name}()", node.lineno
            case nodes.Include() | nodes.Import() | nodes.FromImport() | nodes.Extends():
                if reason := _bad_include(node.template, blueprint):
                    yield "include", reason, node.lineno
            case _ if (name := _attribute(node)) and (name in _UNSTABLE_ATTRIBUTES or f".{name}".count("._")):
                yield "attribute", f"the attribute {name!r}", node.lineno


def _attribute(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr(attr=str(name)) | nodes.Getitem(arg=nodes.Const(value=str(name))):
            return name
        case nodes.Keyword(key="attribute", value=nodes.Const(value=str(name))):
            return name
    return ""


def _bad_include(target: nodes.Expr, blueprint: Blueprint) -> str:
    if not isinstance(target, nodes.Const) or not isinstance(target.value, str):
        return "the path of an include is computed"
    return "" if target.value in blueprint.files else f"{target.value!r} is no file of this blueprint"


def _check_slots(lint: _Lint, text: str) -> set[str]:
    ids: set[str] = set()
    is_open: re.Match[str] | None = None
    for match in _SLOT.finditer(text):
        if match["id"] is None:
            if is_open is None:
                lint.add_at("slot", "the end of a slot that was not begun", text, match.start())
            is_open = None
            continue
        if is_open is not None:
            lint.add_at("slot", f"the slot {is_open['id']!r} has no end before the next one", text, is_open.start())
        is_open = match
        slot = _EXPRESSION.sub("*", match["id"])
        ids.add(slot)
        if not _is_declared(slot, lint.blueprint.slots):
            lint.add_at("slot", f"the slot {match['id']!r} is not declared in blueprint.yml", text, match.start())
    if is_open is not None:
        lint.add_at("slot", f"the slot {is_open['id']!r} has no end", text, is_open.start())
    return ids


def _is_declared(slot: str, patterns: Iterable[str]) -> bool:
    return any(slot == pattern or fnmatch.fnmatchcase(slot, pattern) for pattern in patterns)


def main() -> int:
    """`python -m scaffolder.template_lint`: lint our own templates; 1 when something is wrong."""
    catalog = load_catalog()
    problems = lint_catalog(catalog)
    messages = [*map(str, catalog.broken.values()), *map(str, problems)]
    sys.stdout.write("".join(f"{message}\n" for message in messages))
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
