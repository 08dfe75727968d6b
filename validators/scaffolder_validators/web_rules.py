"""The rules of `web-security`, in the language of ast-grep: https://ast-grep.github.io/reference/rule.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from scaffolder_validators.finding import Severity

_SUBSTITUTED: Final = {"kind": "template_string", "has": {"kind": "template_substitution"}}
_PLAIN: Final = {
    "any": [{"kind": "string"}, {"kind": "template_string", "not": {"has": {"kind": "template_substitution"}}}]
}
_HARMLESS: Final = {"any": [_PLAIN, {"regex": "(?i)sanitize|purify"}]}
_JOINED: Final = {"kind": "binary_expression", "has": {"any": [{"kind": "string"}, _SUBSTITUTED], "stopBy": "end"}}
_SQL: Final = r"(?is)^[(\x60'\x22\s]*(select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\b"
_SQL_CALLS: Final = r"^(query|execute|raw|unsafe|run|all|get|exec|prepare|\$queryRawUnsafe|\$executeRawUnsafe)$"
_NAMED: Final = r"(?i)^[\x22']?\w*(password|passwd|secret|secret_?key|private_?key|api_?key|access_?key|token)[\x22']?$"
_VALUE: Final = r"^[\x22'][^\s\x22'/{<$.][^\s\x22']{6,}[\x22']$"


def _pair(key: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "has": {
            "kind": "pair",
            "all": [
                {"has": {"field": "key", "regex": rf"^[\x22']?{key}[\x22']?$"}},
                {"has": {"field": "value", **value}},
            ],
        }
    }


@dataclass(frozen=True)
class Rule:
    """`config` is a rule of ast-grep; what it finds is a defect, but for tests when `in_tests` is false.

    A rule with `jsx` names kinds of nodes that plain TypeScript does not have, where ast-grep refuses them.
    """

    code: str
    config: dict[str, Any]
    message: str
    hint: str
    severity: Severity = "error"
    in_tests: bool = True
    jsx: bool = False


RULES: Final = (
    Rule(
        "eval",
        {"rule": {"any": [{"pattern": "eval($A)"}, {"pattern": "new Function($$$A)"}]}},
        "it runs whatever text it gets",
        "Use JSON.parse, or a table of functions.",
    ),
    Rule(
        "html",
        {
            "rule": {
                "any": [
                    {"pattern": "$X.innerHTML = $V"},
                    {"pattern": "$X.outerHTML = $V"},
                    {"pattern": "document.write($V)"},
                    {"pattern": "$X.insertAdjacentHTML($P, $V)"},
                ]
            },
            "constraints": {"V": {"not": _HARMLESS}},
        },
        "a value becomes HTML, so whoever gives it can run scripts in the page",
        "Set textContent, or build elements.",
    ),
    Rule(
        "html",
        {
            "rule": {
                "kind": "jsx_attribute",
                "regex": "^dangerouslySetInnerHTML",
                "has": {"kind": "pair", "stopBy": "end", "has": {"field": "value", "not": _HARMLESS}},
            }
        },
        "a value becomes HTML, so whoever gives it can run scripts in the page",
        "Render it as text, or sanitize it first.",
        jsx=True,
    ),
    Rule(
        "cors-credentials",
        {
            "rule": {"pattern": "cors($O)"},
            "constraints": {
                "O": {
                    "kind": "object",
                    "all": [
                        _pair("origin", {"any": [{"regex": r"^[\x22'\x60]\*[\x22'\x60]$"}, {"regex": "^true$"}]}),
                        _pair("credentials", {"regex": "^true$"}),
                    ],
                }
            },
        },
        "any site may act for the person who is signed in",
        "List the origins that may send credentials.",
    ),
    Rule(
        "jwt-unverified",
        {
            "rule": {"any": [{"pattern": "$J.verify($T, $K, $O)"}, {"pattern": "$J.sign($T, $K, $O)"}]},
            "constraints": {"O": {"regex": r"(?i)[\x22']none[\x22']"}},
        },
        "the algorithm 'none' takes any token, signed by nobody",
        "Name the one algorithm that you sign with.",
        in_tests=False,
    ),
    Rule(
        "sql-built",
        {
            "rule": {"any": [{"pattern": "$X.$M($Q)"}, {"pattern": "$X.$M($Q, $$$R)"}]},
            "constraints": {
                "M": {"regex": _SQL_CALLS},
                "Q": {"all": [{"any": [_SUBSTITUTED, _JOINED]}, {"regex": _SQL}]},
            },
        },
        "a value becomes a part of the statement, so whoever gives it can write another one",
        "Pass values as parameters of the statement.",
        in_tests=False,
    ),
    Rule(
        "tls-unverified",
        {
            "rule": {
                "any": [
                    {
                        "kind": "pair",
                        "all": [
                            {"has": {"field": "key", "regex": r"^[\x22']?rejectUnauthorized[\x22']?$"}},
                            {"has": {"field": "value", "regex": "^false$"}},
                        ],
                    },
                    {
                        "kind": "assignment_expression",
                        "all": [
                            {"has": {"field": "left", "regex": "NODE_TLS_REJECT_UNAUTHORIZED"}},
                            {"has": {"field": "right", "regex": r"^[\x22']?0[\x22']?$"}},
                        ],
                    },
                ]
            }
        },
        "whoever sits in between can read and change everything",
        "Leave certificates verified; give ca the certificate of your own authority.",
        in_tests=False,
    ),
    Rule(
        "shell",
        {
            "rule": {"any": [{"pattern": "$F($C)"}, {"pattern": "$F($C, $$$R)"}]},
            "constraints": {
                "F": {"regex": r"^(child_process\.|cp\.)?(exec|execSync)$"},
                "C": {"any": [_SUBSTITUTED, _JOINED]},
            },
        },
        "a value becomes a part of the command line, so whoever gives it can run anything",
        "Use execFile with a list of arguments.",
    ),
    Rule(
        "hard-coded-secret",
        {
            "rule": {
                "any": [
                    {
                        "kind": "variable_declarator",
                        "all": [
                            {"has": {"field": "name", "regex": _NAMED}},
                            {"has": {"field": "value", "kind": "string", "regex": _VALUE}},
                        ],
                    },
                    {
                        # A label of a form has no digit; a key nearly always has.
                        "kind": "pair",
                        "all": [
                            {"has": {"field": "key", "regex": _NAMED}},
                            {"has": {"field": "value", "kind": "string", "all": [{"regex": _VALUE}, {"regex": r"\d"}]}},
                        ],
                    },
                ]
            }
        },
        "a secret stands in the source, for everybody who reads it",
        "Read it from the environment, and change it: it is known now.",
        in_tests=False,
    ),
    Rule(
        "weak-random",
        {
            "rule": {
                "kind": "variable_declarator",
                "all": [
                    {"has": {"field": "name", "regex": r"(?i)(token|secret|password|session_?id|nonce)$"}},
                    {"has": {"field": "value", "regex": r"Math\.random\(\)"}},
                ],
            }
        },
        "the numbers of Math.random can be predicted",
        "Use crypto.randomUUID or crypto.getRandomValues.",
        in_tests=False,
    ),
    Rule(
        "post-message",
        {"rule": {"any": [{"pattern": '$W.postMessage($M, "*")'}, {"pattern": "$W.postMessage($M, '*')"}]}},
        "any page that holds this window can read the message",
        "Name the origin that is to get it.",
        "warning",
        in_tests=False,
    ),
)
