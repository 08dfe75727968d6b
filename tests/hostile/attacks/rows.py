"""Rows that are other statements, go to other tables, or leave something open."""

from __future__ import annotations

from tests.hostile.attacks.attack import answered, exact, raw

_INTO = "INSERT INTO tags (id, name, weight, used) VALUES\n  "

ATTACKS = (
    *raw(
        "sql.rows",
        r"""
== drop
DROP TABLE users;
== drop after rows
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE); DROP TABLE users;
== delete
DELETE FROM users;
== update
UPDATE users SET name = 'x';
== truncate
TRUNCATE users;
== create
CREATE TABLE evil (id TEXT);
== alter
ALTER TABLE users ADD COLUMN x TEXT;
== grant
GRANT ALL ON users TO PUBLIC;
== a function
CREATE FUNCTION evil() RETURNS void AS $$ SELECT 1 $$ LANGUAGE sql;
== a block
DO $$ BEGIN END $$;
== a program
COPY tags FROM PROGRAM 'id';
== a program to write to
COPY tags TO PROGRAM 'curl evil';
== attach
ATTACH DATABASE '/etc/x' AS evil;
== pragma of a database
PRAGMA writable_schema = 1;
== set
SET search_path TO evil;
== transaction
COMMIT;
== a backslash command
\! id
== a select
SELECT 1;
== a select into
INSERT INTO tags (id, name, weight, used) SELECT id, name, 1, TRUE FROM users;
== another table
INSERT INTO users (id, name) VALUES ('1', 'evil');
== another schema
INSERT INTO pg_catalog.tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE);
== other columns
INSERT INTO tags (id, name) VALUES ('a', 'b');
== columns in another order
INSERT INTO tags (name, id, weight, used) VALUES ('a', 'b', 1, TRUE);
== no columns
INSERT INTO tags VALUES ('a', 'b', 1, TRUE);
== a value less
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1);
== a value more
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE), ('a', 'b', 1, TRUE, 1);
== default
INSERT INTO tags DEFAULT VALUES;
== on conflict
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE) ON CONFLICT DO NOTHING;
== returning
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE) RETURNING id;
== replace
INSERT OR REPLACE INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE);
== a function as a value
INSERT INTO tags (id, name, weight, used) VALUES (pg_read_file('/etc/passwd'), 'b', 1, TRUE);
== an extension
INSERT INTO tags (id, name, weight, used) VALUES (load_extension('x'), 'b', 1, TRUE);
== a query as a value
INSERT INTO tags (id, name, weight, used) VALUES ((SELECT name FROM users), 'b', 1, TRUE);
== a column as a value
INSERT INTO tags (id, name, weight, used) VALUES (name, 'b', 1, TRUE);
== a sum
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1 + 1, TRUE);
== a concatenation
INSERT INTO tags (id, name, weight, used) VALUES ('a' || 'b', 'b', 1, TRUE);
== a cast
INSERT INTO tags (id, name, weight, used) VALUES ('a'::text, 'b', 1, TRUE);
== a dollar quote
INSERT INTO tags (id, name, weight, used) VALUES ($$a$$, 'b', 1, TRUE);
== an escaped text
INSERT INTO tags (id, name, weight, used) VALUES (E'\'; DROP TABLE users; --', 'b', 1, TRUE);
== an escaped text without a backslash
INSERT INTO tags (id, name, weight, used) VALUES (E'a', 'b', 1, TRUE);
== a text of Unicode
INSERT INTO tags (id, name, weight, used) VALUES (U&'a', 'b', 1, TRUE);
== bytes
INSERT INTO tags (id, name, weight, used) VALUES (x'00', 'b', 1, TRUE);
== a backslash in a text
INSERT INTO tags (id, name, weight, used) VALUES ('\', 'b', 1, TRUE);
== an open text
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b, 1, TRUE);
== an open bracket
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE;
== no semicolon
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE)
== a comma at the end
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE),
== a comment
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE); -- x
== a comment that opens
/* INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE);
== a comment in a row
INSERT INTO tags (id, name, weight, used) VALUES ('a', /* x */ 'b', 1, TRUE);
== a comment of another kind
# INSERT
== a parameter
INSERT INTO tags (id, name, weight, used) VALUES (:id, 'b', 1, TRUE);
== a parameter by its number
INSERT INTO tags (id, name, weight, used) VALUES (?, 'b', 1, TRUE);
== texts in a row
INSERT INTO tags (id, name, weight, used) VALUES ('a' 'b', 'b', 1, TRUE);
== a name in brackets
INSERT INTO [tags] (id, name, weight, used) VALUES ('a', 'b', 1, TRUE);
== a name in backticks
INSERT INTO `tags` (id, name, weight, used) VALUES ('a', 'b', 1, TRUE);
== a name in quotes
INSERT INTO "users" (id, name) VALUES ('1', 'evil');
== a number with an exponent
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1e999, TRUE);
== a huge number
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 99999999999999999999999, TRUE);
== a hexadecimal number
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 0x1, TRUE);
== two minuses
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', --1, TRUE);
== a template
INSERT INTO tags (id, name, weight, used) VALUES ('a', '{{ x }}', 1, TRUE);
== the end of the slot in a text
INSERT INTO tags (id, name, weight, used) VALUES ('a', '
-- end slot
', 1, TRUE);
== nothing
== a semicolon
;
== with
WITH x AS (DELETE FROM users RETURNING *) INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE);
== directive of a linter
INSERT INTO tags (id, name, weight, used) VALUES ('a', 'b', 1, TRUE); -- noqa
""",
    ),
    *exact(
        "sql.rows",
        {
            "a null byte": f"{_INTO}('a', '\x00', 1, TRUE);\n",
            "a carriage return": f"{_INTO}('a', 'b', 1, TRUE);\rDROP TABLE users;\n",
            "a form feed": f"{_INTO}('a',\f'b', 1, TRUE);\n",
            "a blank of another width": f"{_INTO}('a',\u00a0'b', 1, TRUE);\n",
            "quotes of another shape": f"{_INTO}(\u2018a\u2019, 'b', 1, TRUE);\n",
            "Arabic digits": f"{_INTO}('a', 'b', \u0661, TRUE);\n",
            "a homoglyph": "INSERT INTO t\u0430gs (id, name, weight, used) VALUES ('a', 'b', 1, TRUE);\n",
            "a bidi override": f"{_INTO}('a', '\u202e', 1, TRUE);\n",
            "many quotes": f"{_INTO}({chr(39) * 901}, 'b', 1, TRUE);\n",
            "many rows": _INTO + ",\n".join(["('a', 'b', 1, TRUE)"] * 2_000) + ";\n",
            "many brackets": "(" * 900 + "\n",
        },
    ),
    *answered(
        "sql.rows",
        {
            "quotes": {"rows": [{"name": "'; DROP TABLE users; --", "weight": 1, "used": True}]},
            "many quotes": {"rows": [{"name": "'" * 199, "weight": 1, "used": True}]},
            "a comment": {"rows": [{"name": "/* -- x", "weight": -1, "used": False}]},
            "line ends": {"rows": [{"name": "a\nb\tc", "weight": 1, "used": True}]},
            "a text that is a number": {"rows": [{"name": "a", "weight": "1", "used": "true"}]},
        },
    ),
    *answered(
        "sql.rows",
        {
            "a backslash": {"rows": [{"name": "\\", "weight": 1, "used": True}]},
            "an id": {"rows": [{"id": "evil", "name": "a", "weight": 1, "used": True}]},
            "infinity": {"rows": [{"name": "a", "weight": float("inf"), "used": True}]},
            "no number": {"rows": [{"name": "a", "weight": float("nan"), "used": True}]},
            "a huge number": {"rows": [{"name": "a", "weight": 10**20, "used": True}]},
            "the end of the slot": {"rows": [{"name": "-- end slot", "weight": 1, "used": True}]},
            "a null byte": {"rows": [{"name": "a\x00b", "weight": 1, "used": True}]},
            "a column more": {"rows": [{"name": "a", "weight": 1, "used": True, "role": "admin"}]},
        },
        hostile=True,
    ),
)
