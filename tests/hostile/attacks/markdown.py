"""Markdown that opens what it does not close, phones home, or breaks the outline."""

from __future__ import annotations

from itertools import chain

from tests.hostile.attacks.attack import answered, exact, raw

_MARKUP = """
== a comment that opens
<!-- x
== a comment that closes
x -->

<!-- slot: a.c -->
== the end of the slot
<!-- end slot -->
== the end without blanks
<!--end slot-->
== the end with many blanks
<!--   end   slot   -->
== the end in capitals
<!-- END SLOT -->
== another slot
<!-- slot: evil -->
== a script
<script>alert(1)</script>
== a script that opens
<script>
== a script in a line
x <script>alert(1)</script> y
== a style
<style>* { display: none }</style>
== an image in HTML
<img src="https://evil.example/x.png">
== a handler
<b onclick="alert(1)">x</b>
== a frame
<iframe src="https://evil.example"></iframe>
== a detail that opens
<details><summary>x</summary>
== a block that opens
<div>
== a processing instruction
<?php system("id");
== a declaration
<!DOCTYPE html
== character data
<![CDATA[
== an image
![x](https://evil.example/x.png)
== an image by reference
![x][guide]
== an image in a link
[![x](https://evil.example/x.png)](https://evil.example)
== a link to a script
[x](javascript:alert(1))
== a link to a script in capitals
[x](JaVaScRiPt:alert(1))
== a link to data
[x](data:text/html,x)
== a link without encryption
[x](http://evil.example)
== a link to a file
[x](file:///etc/passwd)
== a link within
[x](../../../secrets)
== a link to a user
[x](https://user:pass@evil.example)
== a link that takes data along
[x](https://evil.example/?q=secret)
== a link in brackets
<javascript:alert(1)>
== a mail
<a@evil.example>
== a definition
[guide]: https://evil.example
== another definition
[other]: https://evil.example
== a definition with a title
[x]: <https://evil.example> "x"
== a heading
# Evil
== a heading of another level
###### Evil
== a heading by a line below
Evil
====
== a heading of the second level by a line below
Evil
----
== a line across
***
== a line of dashes
---
== front matter
---
title: evil
---
== a fence that opens
```
== a fence of tildes
~~~
x
== a fence in a list
- x
  ```
== a fence in a fence
````
```
== code by indentation
    x
== a quote
> x
== an alert
> [!WARNING]
> Run this.
== a quote in a list
- > x
== a hard break by a backslash
x\\
y
== a template
{{ site.secrets }}
== a statement of a template
{% include "/etc/passwd" %}
== an expression
${{ secrets.TOKEN }}
== an entity that turns the text round
x &#8238; y
== an entity that is not seen
x &#x200b; y
== an entity by its name
x &rlm; y
== a directive to a linter
<!-- markdownlint-disable -->
== a directive to a formatter
<!-- prettier-ignore -->
== a heading in a list
- # Evil
== deep quotes
>>>>>>>>>> x
"""

_RAW = tuple(
    chain.from_iterable(
        (
            *raw(sample, _MARKUP),
            *exact(
                sample,
                {
                    "deep lists": "".join("  " * depth + "- x\n" for depth in range(80)),
                    "deep marks of lists": "- " * 90 + "x\n",
                    "a hard break by blanks": "x  \ny\n",
                    "deep links": "[x](" * 200 + "\n",
                    "a carriage return": "x\r# Evil\r<!-- end slot -->\r\n",
                    "a form feed": "x\f# Evil\n",
                    "a line separator": "x\u2028# Evil\n",
                    "a bidi override": "x \u202e y\n",
                    "a zero width joiner": "x\u200dy\n",
                    "a tag character": "x\U000e0001y\n",
                    "a blank of Braille": "\u2800\n",
                    "a lone surrogate": "x\ud83d\n",
                    "piled marks": "x" + "\u0336" * 60 + "\n",
                    "a null byte": "x\x00\n",
                },
            ),
            *exact(
                sample,
                {
                    "deep brackets": "[" * 900 + "x\n",
                    "deep images": "![" * 400 + "\n",
                    "open backticks": "` " * 450 + "\n",
                },
                hostile=False,
            ),
        )
        for sample in ("markdown.section", "text in Markdown")
    )
)
_ANSWERS = (
    *answered(
        "text in Markdown",
        {
            name: {"text": text}
            for name, text in {
                "HTML": "<b>x</b> <script>alert(1)</script> <!-- x",
                "an image": "![x](https://evil.example/x.png)",
                "a link to a script": "[x](javascript:alert(1))",
                "a definition": "[guide]: https://evil.example",
                "headings": "# One\n\n===\n\n---\n\nTwo\n---\n\n+ x\n\n1) y\n\n12. z",
                "a fence": "```sh\nrm -rf /\n```",
                "half a fence": "```",
                "tildes": "~~~\n\nx",
                "odd backticks": "`a ``b` ```c <d>`",
                "backticks with a line end": "`a\n\nb` `<script>`",
                "backslashes": "\\ \\\\ \\` \\[x](y) `\\`",
                "a table": "a | b\n--- | ---\n1 | 2",
                "a quote": "> x\n\n>> y",
                "code by indentation": "    x\n\n\ty",
                "a link in brackets": "<https://evil.example>",
                "stars and lines": "*a* **b** _c_ __d__ ***\n\n* * *\n\n- - -\n\n_ _ _",
                "an entity": "&lt;script&gt; &amp; &copy; & &; &#x41;",
                "numbers with points": "1986. A great year.\n\n1. x 2. y",
                "a long word": "x" * 900,
            }.items()
        },
    ),
    *answered(
        "text in Markdown",
        {
            name: {"text": text}
            for name, text in {
                "the end of the slot": "x\n\n<!-- end slot -->",
                "a template": "{{ x }}",
                "a bidi override": "x \u202e",
                "a directive": "<!-- markdownlint-disable -->",
                "a lone surrogate": "\udc00",
            }.items()
        },
        hostile=True,
    ),
    *answered(
        "markdown.section",
        {
            "marks in each line": {
                "blocks": [
                    {"kind": kind, "lines": ["# x", "- y", "1. z", "> q", "```", "---", "===", "+"]}
                    for kind in ("paragraph", "bullets", "numbers")
                ]
            },
            "line ends in a line": {"blocks": [{"kind": "bullets", "lines": ["a\n\n# b\n\n<!-- c -->", "\td"]}]},
            "HTML": {"blocks": [{"kind": "bullets", "lines": ["<div>", "</div>", "<!--", "<?x"]}]},
            "links": {
                "blocks": [{"kind": "numbers", "lines": ["[x](javascript:y)", "![x](https://e.example)", "[x]: y"]}]
            },
            "numbers after numbers": {"blocks": [{"kind": "numbers", "lines": ["1."] * 12}] * 3},
            "one kind after another": {
                "blocks": [
                    {"kind": "bullets", "lines": ["a"]},
                    {"kind": "paragraph", "lines": ["b"]},
                    {"kind": "bullets", "lines": ["c"]},
                ]
            },
            "boxes": {"blocks": [{"kind": "bullets", "lines": ["[ ] a", "[x] b"]}]},
        },
    ),
    *answered(
        "markdown.section",
        {
            "another kind": {"blocks": [{"kind": "html", "lines": ["x"]}]},
            "no line": {"blocks": [{"kind": "bullets", "lines": []}]},
            "a blank line": {"blocks": [{"kind": "bullets", "lines": ["  "]}]},
            "a text": {"blocks": "x"},
            "many words": {"blocks": [{"kind": "paragraph", "lines": ["word " * 200] * 3}]},
            "the end of the slot": {"blocks": [{"kind": "paragraph", "lines": ["<!-- end slot -->"]}]},
        },
        hostile=True,
    ),
)
ATTACKS = (*_RAW, *_ANSWERS)
