"""Blueprint + answers -> files: our own renderer of the subset of Copier that our blueprints use.

It gives the bytes that `copier copy` of Copier 9.19.1 gives (a test compares them for every blueprint) at a fraction of
its start and running time: suffix, templated path parts, `yield` in path parts, an empty part skips the file, a
templated sibling wins, `_exclude`, `_envops`, types and defaults of questions.
Two things differ on purpose: a misspelt name inside `yield` is an error here (Copier leaves the file out), and of a
file's mode only the executable bit counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any, cast

import jinja2
import yaml
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from scaffolder.blueprints import MISSING, Blueprint, Question, SourceFile, excluded
from scaffolder.compiled import CompiledTemplates
from scaffolder.errors import BlueprintError, TemplateError
from scaffolder.tree import File, Origin

# Built into Jinja, but not the same twice.
UNSTABLE_FILTERS = ("random",)
UNSTABLE_GLOBALS = ("lipsum",)

_FITTING: dict[str, tuple[type, ...]] = {"str": (str,), "bool": (bool,), "int": (int,), "float": (int, float)}
_ANSWERS_FILE = ".copier-answers.yml"  # Copier gives this name a meaning of its own


@dataclass(frozen=True, slots=True)
class Job:
    """One file to render: `source` becomes `path`, with `extra` beside the answers; `item` names the loop item."""

    path: str
    source: SourceFile
    extra: Mapping[str, Any]
    item: str | None


class YieldExtension(Extension):
    """`{% yield item from items %}…{% endyield %}` in a path part: one file per item.

    The first rendering of a part (`probe`) only learns what is looped over; the body is rendered once per item then.
    """

    tags = {"yield"}  # noqa: RUF012 - declared so by Jinja

    def __init__(self, environment: jinja2.Environment) -> None:
        super().__init__(environment)
        self._loop: tuple[str, Iterable[Any]] | None = None
        self._probing = False

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the tag into a call of `_each` around its body."""
        line = next(parser.stream).lineno
        target = parser.parse_assign_target(name_only=True)
        parser.stream.expect("name:from")
        items = parser.parse_expression()
        body = parser.parse_statements(("name:endyield",), drop_needle=True)
        call = self.call_method("_each", [nodes.Const(target.name), items])
        return nodes.CallBlock(call, [], [], body, lineno=line)

    def _each(self, name: str, items: Iterable[Any], caller: Callable[[], str]) -> str:
        if not self._probing:
            return caller()
        if self._loop is not None:
            raise jinja2.TemplateRuntimeError("only one yield per path part")
        self._loop = (name, items)
        return ""

    def probe(
        self, template: jinja2.Template, context: Mapping[str, Any]
    ) -> tuple[str, tuple[str, Iterable[Any]] | None]:
        """Render without the body of a loop: what comes out, and the loop's variable and items if there is one."""
        self._loop, self._probing = None, True
        try:
            return template.render(context), self._loop
        finally:
            self._probing = False


class _Environment(jinja2.Environment):
    """Jinja's own, but quicker at what templates do most: looking up a key of a mapping."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As Jinja's: attributes first, then keys. No attribute of a dict has such a name, so the key it is."""
        if type(obj) is dict and attribute not in _DICT_ATTRIBUTES:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


_DICT_ATTRIBUTES = frozenset(dir({}))


def environment(
    blueprint: Blueprint, *, paths: bool = False, compiled: CompiledTemplates | None = None
) -> jinja2.Environment:
    """The Jinja environment of a blueprint's files, or (`paths`) of its path parts, which alone may `yield`.

    A path part is a template whose name is its own text.

    Copier renders in a sandbox. The templates here are our own code, and the sandbox changes no byte of what they
    render (the lint refuses underscore attributes, the only thing that it would withhold), so it is left out.
    """
    env = _Environment(  # nothing is escaped: the output is source code, not HTML
        loader=jinja2.FunctionLoader(_part_source if paths else partial(_file_source, blueprint)),
        bytecode_cache=compiled,
        undefined=jinja2.StrictUndefined,
        extensions=[YieldExtension] if paths else [],
        cache_size=-1,
        auto_reload=False,
        **blueprint.envops,
    )
    for name in UNSTABLE_FILTERS:
        del env.filters[name]
    for name in UNSTABLE_GLOBALS:
        del env.globals[name]
    return env


def _part_source(part: str) -> tuple[str, None, None]:
    return part, None, None


def _file_source(blueprint: Blueprint, name: str) -> tuple[str, str, None] | None:
    source = blueprint.files.get(name)
    return None if source is None else (source.content.decode(), f"{blueprint.name}/{name}", None)


def read_answers(blueprint: Blueprint, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Of `answers` those that the blueprint asks for, cast to the type of the question, defaults filled in.

    Raises:
        BlueprintError: an answer is missing or does not fit its question.
    """
    missing = [
        name for name, question in blueprint.questions.items() if name not in answers and question.default is MISSING
    ]
    if missing:
        raise BlueprintError(blueprint.name, f"no answer for: {', '.join(missing)}", template="copier.yml")
    return {
        name: _cast(blueprint, question, answers.get(name, question.default))
        for name, question in blueprint.questions.items()
    }


def _cast(blueprint: Blueprint, question: Question, value: Any) -> Any:
    try:
        if question.type == "yaml":
            return yaml.safe_load(value) if isinstance(value, str) else value
        if question.type == "json":
            return json.loads(value) if isinstance(value, str) else value
        # Copier would also cast between these; the contract has the right type to begin with.
        if type(value) in _FITTING[question.type]:
            return float(value) if question.type == "float" else value
    except ValueError as error:
        reason = str(error)
    except yaml.YAMLError as error:
        reason = str(error).replace("\n", " ")
    else:
        reason = f"{value!r} is no {question.type}"
    raise BlueprintError(blueprint.name, f"answer for {question.name}: {reason}", template="copier.yml")


class _Paths:
    """Expands the paths of a blueprint's files: what is skipped, what is looped over, what they are called."""

    def __init__(self, blueprint: Blueprint, answers: Mapping[str, Any], compiled: CompiledTemplates) -> None:
        self.blueprint = blueprint
        self.answers = answers
        self.env = environment(blueprint, paths=True, compiled=compiled)
        self.loops = cast("YieldExtension", self.env.extensions[YieldExtension.identifier])
        self.starts = (self.env.variable_start_string, self.env.block_start_string, self.env.comment_start_string)
        self.excluded = excluded(blueprint)
        self.folders: dict[str, list[_Place]] = {"": [_Place("", {}, None)]}
        self.names = set(blueprint.files)

    def jobs(self, source: SourceFile) -> Iterator[Job]:
        """The files that `source` becomes.

        Raises:
            TemplateError: a path part cannot be rendered.
        """
        suffix = self.blueprint.suffix
        if source.path + suffix in self.names:
            return  # the templated sibling wins
        folder, _, name = source.path.removeprefix(f"{self.blueprint.subdirectory}/").rpartition("/")
        is_template = name.endswith(suffix)
        if is_template:
            name = name.removesuffix(suffix)
            if not name:
                raise TemplateError(self.blueprint.name, "the file has no name", template=source.path)
        for base in self._folder(folder, source):
            for place in self._part(name, base, source):
                if is_template or place.path + suffix not in self.names:
                    yield Job(place.path, source, place.extra, place.item)

    def _folder(self, folder: str, source: SourceFile) -> list[_Place]:
        if (known := self.folders.get(folder)) is None:
            parent, _, name = folder.rpartition("/")
            known = [place for base in self._folder(parent, source) for place in self._part(name, base, source)]
            self.folders[folder] = known
        return known

    def _part(self, part: str, base: _Place, source: SourceFile) -> Iterator[_Place]:
        if not any(start in part for start in self.starts):
            if not self.excluded.match(part):
                yield _Place(f"{base.path}/{part}" if base.path else part, base.extra, base.item)
            return
        try:
            template = self.env.get_template(part)
            context = {**self.answers, **base.extra}
            rendered, loop = self.loops.probe(template, context)
            if loop is None:
                yield from self._place(rendered, base, base.extra, base.item)
                return
            name, items = loop
            if name in context:
                raise TemplateError(
                    self.blueprint.name, f"the yield in {part!r} hides the answer {name!r}", template=source.path
                )
            for index, value in enumerate(items):
                context[name] = value
                item = item_name(value, index)
                yield from self._place(
                    template.render(context),
                    base,
                    {**base.extra, name: value},
                    item if base.item is None else f"{base.item}/{item}",
                )
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise TemplateError(
                self.blueprint.name, f"path part {part!r}: {_reason(error)}", template=source.path
            ) from error

    def _place(self, rendered: str, base: _Place, extra: Mapping[str, Any], item: str | None) -> Iterator[_Place]:
        if not rendered:
            return
        if rendered.startswith("/") or rendered == _ANSWERS_FILE:
            raise ValueError(f"gives {rendered!r}")
        if "/" in rendered or rendered == ".":
            rendered = str(PurePosixPath(rendered))
        if not any(map(self.excluded.match, rendered.split("/"))):
            yield _Place(f"{base.path}/{rendered}" if base.path else rendered, extra, item)


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    extra: Mapping[str, Any]
    item: str | None


def item_name(value: Any, index: int) -> str:
    """What a loop item is called, so that its file is known again when it gets another path: else its place."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for key in ("id", "key", "name", "class_name", "module"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return str(index)


def expand(
    blueprint: Blueprint, answers: Mapping[str, Any], compiled: CompiledTemplates | None = None
) -> tuple[tuple[Job, ...], tuple[BlueprintError, ...]]:
    """The files that a blueprint gives with these answers (as `read_answers` returns them), and what is wrong."""
    paths = _Paths(blueprint, answers, compiled or CompiledTemplates.of(blueprint))
    jobs: list[Job] = []
    errors: list[BlueprintError] = []
    for name, source in blueprint.files.items():
        if name.startswith(f"{blueprint.subdirectory}/"):
            try:
                jobs.extend(paths.jobs(source))
            except TemplateError as error:
                errors.append(error)
    return tuple(jobs), tuple(errors)


def render_blueprint(blueprint: Blueprint, answers: Mapping[str, Any]) -> tuple[File, ...]:
    """All files of one blueprint, as its templates give them (not yet formatted), sorted by path.

    `answers` may hold more than the blueprint asks for.

    Raises:
        BlueprintError: answers are missing, or templates cannot be rendered; the first error, the others in `also`.
    """
    own = read_answers(blueprint, answers)
    compiled = CompiledTemplates.of(blueprint)
    jobs, failed = expand(blueprint, own, compiled)
    errors = list(failed)
    files: list[File] = []
    env = environment(blueprint, compiled=compiled)
    broken: set[str] = set()  # templates with an error: one error each, not one per loop item
    for job in jobs:
        source = job.source
        if source.path in broken:
            continue
        content = source.content
        if source.path.endswith(blueprint.suffix):
            try:
                content = env.get_template(source.path).render({**own, **job.extra}).encode()
            except Exception as error:  # noqa: BLE001 - a template can raise anything; all of it is an error in it
                broken.add(source.path)
                errors.append(_template_error(blueprint, source.path, job.item, error))
                continue
        origin = Origin(blueprint.name, blueprint.version, source.path, job.item)
        files.append(File(job.path, content, 0o755 if source.executable else 0o644, origin))
    compiled.save()
    if errors:
        first = errors[0]
        raise type(first)(
            first.blueprint, first.detail, template=first.template, line=first.line, hint=first.hint, also=errors[1:]
        ) from first.__cause__
    files.sort(key=lambda file: file.path)
    return tuple(files)


def _template_error(blueprint: Blueprint, template: str, item: str | None, error: Exception) -> TemplateError:
    line: int | None = None
    prefix = f"{blueprint.name}/"
    if isinstance(error, jinja2.TemplateSyntaxError):
        line = error.lineno
        template = error.name or template
    else:
        # Jinja rewrites the traceback so that it names templates and their lines: the innermost one is to blame.
        trace = error.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if name.startswith(prefix) and name.removeprefix(prefix) in blueprint.files:
                template, line = name.removeprefix(prefix), trace.tb_lineno
            trace = trace.tb_next
    message = _reason(error) + (f" (for {item})" if item else "")
    failure = TemplateError(blueprint.name, message, template=template, line=line)
    failure.__cause__ = error
    return failure


def _reason(error: Exception) -> str:
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.message or "syntax error"
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no template {error.message or error.name or ''!r}"
    return str(error) if isinstance(error, jinja2.TemplateError | ValueError) else f"{type(error).__name__}: {error}"
