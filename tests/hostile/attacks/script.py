"""TypeScript that reaches for the browser or the process, or goes on in the lines after it."""

from __future__ import annotations

from tests.hostile.attacks.attack import answered, exact, raw

ATTACKS = (
    *raw(
        "typescript.body",
        r"""
== eval
return eval("rows");
== the maker of functions
return Function("return rows")();
== the maker of functions by new
return new Function("return rows")();
== a constructor
return rows.constructor.constructor("x")();
== a constructor by its name
return rows["constructor"]["constructor"]("x")();
== a constructor by a sum
return rows["con" + "structor"];
== a constructor by a name
const key = "con" + "structor"; return rows[key][key]("x")();
== a constructor by a template
return rows[`constructor`];
== a constructor in a template
return `${rows.constructor.name}`;
== a constructor taken apart
const { constructor: make } = rows; return make;
== a constructor taken apart by a text
const { "constructor": make } = rows; return make;
== a constructor taken apart by a computed key
const { ["con" + "structor"]: make } = rows; return make;
== a second computed key
const { length, ["con" + "structor"]: make } = rows; return make;
== an optional index
return rows?.["x"];
== a prototype
return rows.__proto__;
== a prototype changed
rows.prototype.x = 1;
== the prototype's getter
return Object.getPrototypeOf(rows);
== a descriptor
return Object.getOwnPropertyDescriptor(rows, "x").value;
== reflect
return Reflect.get(rows, "x");
== a proxy
return new Proxy(rows, {});
== the global
return globalThis.fetch("x");
== the global in a template
return `${globalThis.document.cookie}`;
== the window
window.location = "https://evil.example";
== the document
return document.cookie;
== self
return self.origin;
== fetch
return fetch("https://evil.example");
== a request
return new XMLHttpRequest();
== a socket
return new WebSocket("wss://evil.example");
== a beacon
navigator.sendBeacon("https://evil.example");
== storage
return localStorage.getItem("token");
== import
import fs from "fs";
== import in a call
return import("fs");
== import of its place
return import.meta.url;
== require
return require("fs");
== export
export const x = 1;
== process
return process.env;
== Deno
return Deno.env;
== Bun
return Bun.env;
== a buffer
return Buffer.from("x");
== a timer
setTimeout("alert(1)", 0);
== alert
alert(1);
== prompt
return prompt("password");
== console
console.log(rows);
== a debugger
debugger;
== this
return this.rows;
== super
return super.rows;
== arguments
return arguments.callee;
== new
return new Date();
== a class
class X {}
== a function
function f() { return 1; }
== an async function
const f = async () => 1;
== a generator
yield rows;
== while
while (true) {}
== do
do {} while (true);
== an endless for
for (;;) {}
== a for that counts
for (let i = 0; i < 1; i--) {}
== a for over keys
for (const key in rows) {}
== with
with (rows) {}
== var
var x = 1;
== a label
again: for (const row of rows) {}
== delete
delete rows.x;
== void
void rows;
== try
try { return rows; } catch { return rows; }
== any
return rows as any;
== an assertion to any
return <any>rows;
== a declaration
declare global { interface Window { x: 1; } }
== a module
declare module "x";
== a namespace
namespace X {}
== an enumeration
enum X { A }
== setting a property
rows.length = 0;
== setting a deeper property
rows[0].name = "x";
== setting an item
rows[0] = rows[1];
== setting what the function has
label = 1;
== setting what the module has, later
if (rows) { helper = rows; }
== adding to what the module has
return rows; counter += 1;
== counting a property
rows.length++;
== counting a property before
++rows.length;
== adding to a property
rows.length += 1;
== HTML
rows.innerHTML = "<b>";
== dangerous HTML
return { dangerouslySetInnerHTML: rows };
== JSX
return <script>{rows}</script>;
== JSX that closes itself
return <img src="https://evil.example" />;
== the end of a script in a text
const x = "</script><script>alert(1)</script>";
== a comment
return rows; // x
== a comment of many lines
return rows; /* x
== a comment that closes
*/ return rows;
== a comment in HTML
return rows; <!-- x
== a comment in HTML that closes
return rows;
--> evil
== a directive
// @ts-ignore
return rows;
== another directive
// @ts-nocheck
return rows;
== a directive of a linter
/* eslint-disable */ return rows;
== a directive of another linter
// oxlint-disable-next-line
return rows;
== a pattern
return /x/.test("x");
== a pattern like a comment
return 1 /*/ 2;
== a pattern with a bracket
return /[/]\/*/.test("x");
== a template in a template
return `${`${rows}`}`;
== a call in a template
return `${eval("x")}`;
== a tag of a template
return eval`x`;
== an open template
return `x
== an open text
return "x
== an open text in single quotes
return 'x
== a text over two lines
return "x\
y";
== an escape in a text
return "\x63onstructor";
== an escape in a name
return \u0065val("x");
== a bracket that closes the function
return rows; } function evil() { return 1;
== a bracket too many
return rows; }
== an open bracket
if (rows) {
== the wrong bracket
return [rows);
== half a statement
return
== an expression that goes on
const x = rows
== an arrow that goes on
const x = () => {}
== an object that goes on
const x = { a: 1 }
== a list that goes on
const x = [1]
== a call on the line before
(rows);
== an index on the line before
[rows];
== a template on the line before
`x`;
== an else
else { return rows; }
== a case
case 1: return rows;
== a case after a statement
return rows; case 1: return rows;
== a default
return rows; default: return rows;
== a break
break;
== a division
return 1 / 2;
== a decorator
@evil return rows;
== a private name
return rows.#x;
== a big number
return 9n ** 9n;
== repetition
return "x".repeat(1000000000);
== padding
return "x".padEnd(1000000000);
== a long array
return Array(1000000000);
== a long array by its length
return Array.from({ length: 1000000000 });
== a text that doubles
for (const row of rows) { text += text; }
== symbols
return Symbol.iterator;
== call
return rows.map.call(rows);
== bind
return rows.map.bind(rows);
== crypto
return crypto.subtle;
== characters by number
return String.fromCharCode(99);
== base64
return atob("eA==");
== nothing
== a setter
const x = { set y(z) { return; } };
== a getter of all
return rows.__lookupGetter__("x");
""",
    ),
    *exact(
        "typescript.body",
        {
            "a line separator": "  return rows;\u2028alert(1);\n",
            "a paragraph separator in a text": "  return 'x\u2029y';\n",
            "a carriage return": "  return rows; // x\ralert(1);\n",
            "a next line": "  return\x85rows;\n",
            "a mark of byte order": "\ufeff  return rows;\n",
            "a bidi override": "  return 'x\u202e';\n",
            "a zero width space": "  return ro\u200bws;\n",
            "a Cyrillic name": "  const r\u043ews = 1;\n",
            "a Cyrillic name in a template": "  return `${r\u043ews}`;\n",
            "a fullwidth name": "  return \uff45val(rows);\n",
            "Arabic digits": "  return rows[\u0661];\n",
            "a lone surrogate": "  return '\ud800';\n",
            "deep brackets": f"  return {'(' * 400}1{')' * 400};\n",
            "deep lists": f"  return {'[' * 100}{']' * 100};\n",
            "many backticks": "  return " + "`" * 901 + ";\n",
            "many dollars": "  return `" + "${" * 400 + ";\n",
            "a long line": "  return '" + "x" * 1_100 + "';\n",
            "many statements": "  x;\n" * 6_000,
        },
    ),
    *answered(
        "typescript.body",
        {
            "nothing": {"code": " \n "},
            "a fence with an attack": {"code": "```ts\nreturn eval('x');\n```"},
            "a fence that is open": {"code": "```ts\nreturn rows;"},
            "many lines": {"code": "return rows;\n" * 99},
            "prose": {"code": "Here is the code:\nreturn rows;"},
        },
        hostile=True,
    ),
)
