"""One name in every case, its plural, and the words that generated code cannot use as they are.

Pure text: this module imports nothing else of the project, so that the spec and the contract convert names alike.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2s

import inflection

IDENTIFIER_LIMIT = 63
"""PostgreSQL cuts identifiers to this many bytes (NAMEDATALEN - 1), silently."""

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+")
_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*\Z")

PYTHON_KEYWORDS = frozenset(keyword.kwlist)

ATTRIBUTE_WORDS = (
    PYTHON_KEYWORDS
    | frozenset(
        # Class bodies: a field of this name would hide the type that the next annotation needs.
        """bool bytes dict float frozenset int list object set str tuple dt decimal enum orm sa types uuid
    Any Annotated Field""".split()
    )
    | frozenset(
        # SQLAlchemy's declarative base and pydantic's BaseModel own these.
        """metadata registry construct copy dict fields from_orm json parse_file parse_obj parse_raw schema schema_json
    update_forward_refs validate""".split()
    )
    # `dict(row)` takes what has `keys` for a mapping; `Row(self=...)` cannot be called.
    | frozenset(("keys", "self"))
)
"""Names that an attribute of a model or schema cannot have; it gets a trailing underscore and an alias."""

MODULE_WORDS = PYTHON_KEYWORDS | frozenset("base types factories conftest".split())
"""Names that a generated module cannot have: keywords and the modules that stand beside it."""

CLASS_WORDS = frozenset({"Any", "Base", "Row"})
"""Classes that every generated model needs; an entity of such a name gets another class."""

SQL_WORDS = frozenset(
    """add all alter analyse analyze and any array as asc asymmetric authorization autoincrement between binary both
    case cast check collate collation column commit concurrently constraint create cross current_catalog
    current_date current_role current_time current_timestamp current_user default deferrable delete desc distinct
    do drop else end escape except exists false fetch for foreign freeze from full grant group having ilike in
    index initially inner insert intersect into is isnull join key lateral leading left like limit localtime
    localtimestamp natural not nothing notnull null offset on only or order outer overlaps placing primary raise
    references returning right select session_user set similar some symmetric table tablesample then to trailing
    transaction true union unique update user using values variadic verbose when where window with""".split()
)
"""What PostgreSQL or SQLite does not take for a column without quotes; generated SQL quotes them."""

TYPESCRIPT_WORDS = frozenset(
    """break case catch class const continue debugger default delete do else enum export extends false finally for
    function if import in instanceof new null return super switch this throw true try typeof var void while with
    implements interface let package private protected public static yield await""".split()
)
"""Reserved in TypeScript; a property may have such a name, a variable may not."""


@dataclass(frozen=True, slots=True)
class Names:
    """One name in every case; the plural forms pluralise the last word."""

    snake: str
    pascal: str
    camel: str
    kebab: str
    constant: str
    title: str
    plural_snake: str
    plural_pascal: str
    plural_camel: str
    plural_kebab: str
    plural_title: str

    @staticmethod
    def of(text: str) -> Names:
        """Return the names of `text`, which may be in any case (`DueAt`, `due_at`, `due-at`, `due at`)."""
        return _names(text)


@lru_cache(maxsize=4096)
def split_words(text: str) -> tuple[str, ...]:
    """Return the lower-case words of `text`: `HTTPServer2Up` -> `http`, `server2`, `up`."""
    return tuple(word.lower() for word in _WORDS.findall(text))


@lru_cache(maxsize=4096)
def snake(text: str) -> str:
    """Return `text` in snake case."""
    return "_".join(split_words(text))


@lru_cache(maxsize=4096)
def title(text: str) -> str:
    """Return the words of `text` as a label: `due_at` -> `Due at`."""
    return " ".join(split_words(text)).capitalize()


@lru_cache(maxsize=4096)
def pascal(text: str) -> str:
    """Return `text` in Pascal case; a name that is in it already keeps its capitals (`HTTPServer`)."""
    return text if _PASCAL.match(text) else "".join(word.capitalize() for word in split_words(text))


@lru_cache(maxsize=4096)
def _names(text: str) -> Names:
    words = split_words(text)
    if not words:
        raise ValueError(f"{text!r} has no letters or digits that a name could be made of")
    plural = (*words[:-1], inflection.pluralize(words[-1]))
    return Names(
        snake="_".join(words),
        pascal=pascal(text),
        camel=_camel(words),
        kebab="-".join(words),
        constant="_".join(words).upper(),
        title=" ".join(words).capitalize(),
        plural_snake="_".join(plural),
        plural_pascal="".join(word.capitalize() for word in plural),
        plural_camel=_camel(plural),
        plural_kebab="-".join(plural),
        plural_title=" ".join(plural).capitalize(),
    )


def _camel(words: tuple[str, ...]) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


def entity_class(name: str) -> str:
    """Return the class of the entity `name`."""
    return f"{pascal(name)}Entity" if pascal(name) in CLASS_WORDS else pascal(name)


def sql_column(name: str) -> str:
    """Return a column as SQL says it: quoted only when it is a reserved word."""
    return f'"{name}"' if name in SQL_WORDS else name


def python_attribute(name: str) -> str:
    """Return `name` in snake case as an attribute that a generated class can have."""
    attribute = _keep_underscore(name)
    return f"{attribute}_" if attribute in ATTRIBUTE_WORDS or attribute.startswith("model_") else attribute


def python_module(name: str) -> str:
    """Return `name` in snake case as a module name that generated code can import."""
    module = snake(name)
    return f"{module}_" if module in MODULE_WORDS else module


def column_name(name: str) -> str:
    """Return `name` as the snake-case column, with a trailing underscore kept (`id_` is not `id`)."""
    return _keep_underscore(name)


def _keep_underscore(name: str) -> str:
    return snake(name) + ("_" if name.endswith("_") else "")


def sql_identifier(*parts: str) -> str:
    """Join `parts` with underscores; over 63 bytes, cut and end in a digest of the whole so that it stays unique."""
    name = "_".join(parts)
    if len(name) <= IDENTIFIER_LIMIT:
        return name
    digest = blake2s(name.encode(), digest_size=4).hexdigest()
    return f"{name[: IDENTIFIER_LIMIT - len(digest) - 1]}_{digest}"
