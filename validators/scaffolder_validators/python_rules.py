"""The rules of `python-security`: what each looks for, how bad it is, and what to do instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from scaffolder_validators.finding import Severity
from scaffolder_validators.python_names import Names

Found: TypeAlias = Iterator[tuple[ast.expr | ast.stmt, str]]

_SQL = re.compile(r"(?is)^\s*(select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|drop\s+|alter\s+|create\s+)")
_SQL_PART = re.compile(r"(?i)\b(select|insert|update|delete|where|from|values|set)\b")
_RUNS_SQL = frozenset(
    "execute executemany executescript exec_driver_sql text scalar scalars fetch fetchrow raw".split()
)
_PASSWORD = re.compile(r"(?i)(^|_)(password|passwd|pwd|passphrase)s?(_?hash)?$|^(raw|plain)_?password")
_SECRET = re.compile(r"(?i)(^|_)(password|passwd|pwd|passphrase|secret|secret_?key|private_?key)$")
_TOKEN = re.compile(r"(?i)(^|_)(token|api_?key|access_?key|auth_?key|credentials?)$")
_SHOWN = re.compile(r"(?i)(^|_)(password|passwd|secret|token|api_?key|private_?key|secret_?key)$")
_NO_SECRET = re.compile(
    r"^$|\s|^[/.]|://|^[A-Z][A-Z0-9_]*$|^\$?\{|^<|^%|^\*+$|^(password|passwd|secret|token|none|null)$"
)
_RIGHTS = re.compile(
    r"(?i)(is_(admin|staff|superuser|owner|authenticated|authorized)|permission|authori[sz]ed|^roles?$|owner_id)"
)
_SAFE_LOADERS = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"})
_UNPICKLES = frozenset(
    "pickle.load pickle.loads pickle.Unpickler cPickle.loads marshal.load marshal.loads dill.load dill.loads "
    "cloudpickle.load cloudpickle.loads jsonpickle.decode shelve.open".split()
)
_RUNS_SHELL = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"})
_LOG_METHODS = frozenset("debug info warning error exception critical log".split())


@dataclass(frozen=True)
class Rule:
    """`look` gives the places of a defect in a node of one of `kinds`; `same_as` are ruff's codes for the same."""

    code: str
    kinds: tuple[type[ast.AST], ...]
    look: Callable[[Any, Names], Found]
    hint: str
    severity: Severity = "error"
    in_tests: bool = False
    same_as: frozenset[str] = frozenset()


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _is(node: ast.AST | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _texts(node: ast.AST | None) -> list[str]:
    """Give the texts in a literal: of a list, a tuple, a set, or of itself."""
    found = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    return [one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _jwt(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    if not name.endswith((".decode", ".encode")) or "jwt" not in name.lower():
        return
    for argument in (_keyword(call, "algorithms"), _keyword(call, "algorithm"), *call.args[2:3]):
        if argument is not None and "none" in [text.lower() for text in _texts(argument)]:
            yield argument, "the algorithm 'none' takes any token, signed by nobody"
        elif argument is _keyword(call, "algorithm") and _is(argument, None):
            yield call, "the algorithm 'none' takes any token, signed by nobody"
    options = _keyword(call, "options")
    if isinstance(options, ast.Dict):
        for key, value in zip(options.keys, options.values, strict=True):
            if "verify_signature" in _texts(key) and _is(value, False):
                yield value, "the signature is not verified, so anybody can write a token"
    if _is(verify := _keyword(call, "verify"), False):
        yield verify or call, "the signature is not verified, so anybody can write a token"


def _cors(call: ast.Call, names: Names) -> Found:
    called = {names.dotted(node).rpartition(".")[2] for node in (call.func, *call.args[:1])}
    if not called & {"CORSMiddleware", "CORS"}:
        return
    credentials = _keyword(call, "allow_credentials") or _keyword(call, "supports_credentials")
    origins = _keyword(call, "allow_origins") or _keyword(call, "origins")
    pattern = _keyword(call, "allow_origin_regex")
    anybody = "*" in _texts(origins) or set(_texts(pattern)) & {".*", ".+", "^.*$", "https?://.*", "https://.*"}
    if _is(credentials, True) and anybody:
        yield credentials or call, "any site may act for the person who is signed in"


def _sql(call: ast.Call, names: Names) -> Found:
    called = names.dotted(call.func).rpartition(".")[2]
    if called not in _RUNS_SQL or not call.args:
        return
    argument = call.args[0]
    built = names.assigned(argument) if isinstance(argument, ast.Name) else argument
    if built is not None and _is_built(built, names):
        yield built, "a value becomes a part of the statement, so whoever gives it can write another one"


def _is_built(node: ast.expr, names: Names) -> bool:
    """Tell whether SQL is put together from values that are no constants."""
    texts = "".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    if not (_SQL.search(texts) or len(_SQL_PART.findall(texts)) > 1):
        return False
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(part, ast.FormattedValue) and not _constant(part.value) for part in values)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            parts = (left, right)
            return any(_is_built(part, names) or not _constant(part) for part in parts)
        case ast.BinOp(op=ast.Mod(), right=right):
            return not _constant(right)
        case ast.Call(func=ast.Attribute(attr="format"), args=args, keywords=keywords):
            return not all(_constant(part) for part in [*args, *(keyword.value for keyword in keywords)])
    return False


def _constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper()
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(_constant(part) for part in parts)
        case ast.BinOp(left=left, right=right):
            return _constant(left) and _constant(right)
        case ast.JoinedStr(values=values):
            return all(_constant(part.value) for part in values if isinstance(part, ast.FormattedValue))
    return False


def _debug(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    if name.rpartition(".")[2] in {"FastAPI", "Starlette", "Flask", "run", "Application"}:
        debug = _keyword(call, "debug")
        if debug is not None and _is(debug, True):
            yield debug, "in production everybody would see tracebacks, or even get a console"


def _debug_setting(node: ast.Assign, names: Names) -> Found:
    named = any(isinstance(target, ast.Name) and target.id == "DEBUG" for target in node.targets)
    if (
        named
        and _is(node.value, True)
        and names.path.rpartition("/")[2].startswith(("settings", "config", "production"))
    ):
        yield node, "in production everybody would see tracebacks, or even get a console"


def _eval(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    if name in {"eval", "exec", "builtins.eval", "builtins.exec"}:
        yield call, f"{name} runs whatever text it gets"


def _yaml(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    if name in {"yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all"}:
        yield call, f"{name} can build any Python object"
    elif name in {"yaml.load", "yaml.load_all"}:
        loader = _keyword(call, "Loader") or (call.args[1] if len(call.args) > 1 else None)
        used = names.dotted(loader).rpartition(".")[2] if loader is not None else ""
        if used not in _SAFE_LOADERS and not used.endswith("SafeLoader"):
            yield call, f"{name} can build any Python object with this loader"


def _pickle(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    if name in _UNPICKLES and not all(isinstance(argument, ast.Constant) for argument in call.args):
        yield call, f"{name} runs code that stands in what it reads"


def _shell(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    by_shell = name in _RUNS_SHELL or (name.startswith("subprocess.") and _is(_keyword(call, "shell"), True))
    if (by_shell or name == "asyncio.create_subprocess_shell") and call.args and not _constant(call.args[0]):
        yield call, "a value becomes a part of the command line, so whoever gives it can run anything"


def _tls(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    verify = _keyword(call, "verify")
    if verify is not None and _is(verify, False) and name.partition(".")[0] in {"requests", "httpx"}:
        yield verify, "whoever sits in between can read and change everything"
    elif name == "ssl._create_unverified_context" or (verify is None and _is(_keyword(call, "ssl"), False)):
        yield call, "whoever sits in between can read and change everything"


def _tls_setting(node: ast.Assign, names: Names) -> Found:
    for target in node.targets:
        attribute = target.attr if isinstance(target, ast.Attribute) else ""
        unsafe = (attribute == "check_hostname" and _is(node.value, False)) or (
            attribute == "verify_mode" and names.dotted(node.value).endswith("CERT_NONE")
        )
        if unsafe or (attribute == "_create_default_https_context" and "unverified" in names.dotted(node.value)):
            yield node, "whoever sits in between can read and change everything"


def _secret_value(name: str, value: ast.expr | None) -> bool:
    if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        return False
    text = value.value
    if len(text) < 4 or _NO_SECRET.search(text) or text.lower() == name.lower():
        return False
    if _SECRET.search(name):
        return True
    # "access" is the name of a token, "9f86d081884c7d65" is one.
    return _TOKEN.search(name) is not None and len(text) >= 8 and any(letter.isdigit() for letter in text)


def _secrets(node: ast.AST, _: Names) -> Found:
    for name, value in _named_values(node):
        if value is not None and _secret_value(name, value):
            yield value, f"the value of '{name}' stands in the source, for everybody who reads it"


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield _last(target), value
        case ast.AnnAssign(target=target, value=value):
            yield _last(target), value
        case ast.Call(keywords=keywords):
            yield from ((keyword.arg or "", keyword.value) for keyword in keywords)
        case ast.Dict(keys=keys, values=values):
            yield from ((_last(key), value) for key, value in zip(keys, values, strict=True) if key is not None)
        case ast.arguments():
            with_default = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
            yield from ((one.arg, value) for one, value in zip(with_default, node.defaults, strict=True))
            yield from ((one.arg, value) for one, value in zip(node.kwonlyargs, node.kw_defaults, strict=True))


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return name
        case ast.Subscript(slice=key):
            return _last(key)
    return ""


def _mentions(node: ast.AST, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(_last(part)) for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))


def _password_hash(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    fast = name.startswith("hashlib.") and name.rpartition(".")[2] not in {"scrypt", "pbkdf2_hmac"}
    if fast and any(_mentions(argument, _PASSWORD) for argument in call.args):
        yield call, f"{name} is so fast that passwords can be found by trying"


def _mktemp(call: ast.Call, names: Names) -> Found:
    if names.dotted(call.func) == "tempfile.mktemp":
        yield call, "somebody else can create the file between the name and its use"


def _assert(node: ast.Assert, _: Names) -> Found:
    if _mentions(node.test, _RIGHTS):
        yield node, "python -O drops assertions, and this check with them"


def _random(node: ast.Assign, names: Names) -> Found:
    named = any(_SECRET.search(_last(target)) or _TOKEN.search(_last(target)) for target in node.targets)
    weak = any(
        isinstance(part, ast.Call) and names.dotted(part.func).startswith("random.") for part in ast.walk(node.value)
    )
    if named and weak and "SystemRandom" not in ast.dump(node.value):
        yield node, "the numbers of `random` can be predicted"


def _logged(call: ast.Call, names: Names) -> Found:
    name = names.dotted(call.func)
    logs = name.rpartition(".")[2] in _LOG_METHODS and "log" in name.lower().rpartition(".")[0]
    if not logs and name != "print":
        return
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        shown = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        for part in shown:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            if isinstance(value, ast.Name | ast.Attribute) and _SHOWN.search(_last(value)):
                yield value, f"'{_last(value)}' ends up in the log"


def _cookie(call: ast.Call, names: Names) -> Found:
    if not names.dotted(call.func).endswith(".set_cookie"):
        return
    name = _texts(call.args[0] if call.args else _keyword(call, "key"))
    if any(re.search(r"(?i)session|token|auth|refresh|jwt", text) for text in name):
        missing = [flag for flag in ("httponly", "secure") if not _has_flag(call, flag)]
        if missing:
            yield call, f"the cookie '{name[0]}' is set without {' and '.join(missing)}"


def _has_flag(call: ast.Call, name: str) -> bool:
    value = _keyword(call, name)
    return (value is not None and not _is(value, False)) or any(keyword.arg is None for keyword in call.keywords)


def _rule(
    code: str, kinds: tuple[type[ast.AST], ...], look: Callable[[Any, Names], Found], hint: str, *same: str, **more: Any
) -> Rule:
    return Rule(code, kinds, look, hint, same_as=frozenset(same), **more)


_CALL = (ast.Call,)
_ALL: Final = (
    _rule("jwt-unverified", _CALL, _jwt, 'Name the one algorithm that you sign with, as algorithms=["HS256"].'),
    _rule("cors-credentials", _CALL, _cors, "List the origins that may send credentials."),
    _rule("sql-built", _CALL, _sql, "Pass values as parameters of the statement.", "S608"),
    _rule("debug", _CALL, _debug, "Read debug from the settings, with False as its default.", "S201"),
    _rule("debug", (ast.Assign,), _debug_setting, "Read DEBUG from the environment, with False as its default."),
    _rule(
        "eval", _CALL, _eval, "Use ast.literal_eval, a parser, or a table of functions.", "S307", "S102", in_tests=True
    ),
    _rule("yaml-load", _CALL, _yaml, "Use yaml.safe_load.", "S506", in_tests=True),
    _rule("pickle", _CALL, _pickle, "Store it as JSON.", "S301", "S302", in_tests=True),
    _rule("shell", _CALL, _shell, "Pass a list of arguments, without a shell.", "S602", "S604", "S605", in_tests=True),
    _rule("tls-unverified", _CALL, _tls, "Leave certificates verified; give verify the path of your own CA.", "S501"),
    _rule("tls-unverified", (ast.Assign,), _tls_setting, "Leave certificates verified.", "S323"),
    _rule(
        "hard-coded-secret",
        (ast.Assign, ast.AnnAssign, ast.Call, ast.Dict, ast.arguments),
        _secrets,
        "Read it from the environment, and change it: it is known now.",
        "S105",
        "S106",
        "S107",
    ),
    _rule("password-hash", _CALL, _password_hash, "Hash passwords with argon2, scrypt or bcrypt.", "S324"),
    _rule("mktemp", _CALL, _mktemp, "Use tempfile.NamedTemporaryFile or mkstemp.", "S306", in_tests=True),
    _rule("assert-authorisation", (ast.Assert,), _assert, "Raise an error with if … raise.", "S101"),
    _rule("weak-random", (ast.Assign,), _random, "Use the module secrets.", "S311"),
    _rule("secret-logged", _CALL, _logged, "Leave it out of the message.", severity="warning"),
    _rule("cookie-flags", _CALL, _cookie, "Pass httponly=True, secure=True and samesite.", severity="warning"),
)

RULES: Final[dict[type[ast.AST], list[Rule]]] = {
    kind: [rule for rule in _ALL if kind in rule.kinds] for kind in {kind for rule in _ALL for kind in rule.kinds}
}
"""The rules for each kind of node."""
