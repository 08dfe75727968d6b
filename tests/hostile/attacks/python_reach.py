"""Bodies that reach for the interpreter, processes, files, the network, or what belongs to others."""

from __future__ import annotations

from tests.hostile.attacks.attack import raw

ATTACKS = (
    *raw(
        "python.body",
        r"""
== import os
import os
return os.environ
== import as
import subprocess as math
return math.run(["id"])
== import from
from os import system
return system("id")
== import a submodule
import collections.sys
return rows
== import relative
from . import base
return rows
== import a star
from math import *
return rows
== import the future
from __future__ import annotations
return rows
== import a module's own import
from enum import sys
return sys.modules
== import what evaluates
from typing import get_type_hints
return get_type_hints(rows)
== import what makes classes
from dataclasses import make_dataclass
return make_dataclass("X", [("a", "int")])
== import the getter of attributes
from operator import attrgetter
return attrgetter("__class__.__mro__")(rows)
== import the caller of methods
from operator import methodcaller as call
return call("__reduce_ex__", 2)(rows)
== import the updater
from functools import update_wrapper
return update_wrapper(self, rows, updated=("__globals__",))
== import importlib
import importlib
return importlib.import_module("os")
== __import__
return __import__("os").system("id")
== the module that the file imported
return os.system("id")
== another that the file imported
return asyncio.run(rows)
== a logger's manager
return logger.manager.root.handlers
== the logging module
return logging.os.environ
== a module behind an allowed one
return enum.sys.modules["os"].environ
== builtins behind an allowed one
return enum.bltns.eval("1")
== a compiled module's own
return re.enum.sys.modules
== an allowed module under another name
module = re
return module.enum
== an allowed module in a list
return [re][0].enum.sys
== an allowed module as an argument
return task.run(re)
== a formatter's fields
import string
return string.Formatter().get_field("0.__class__", (rows,), {})
== a formatter by its import
from string import Formatter
return Formatter().vformat("{0.__class__}", (rows,), {})
== uuid's os
import uuid
return uuid.os.environ
== uuid's machine
import uuid
return uuid.getnode()
== dataclasses' builtins
import dataclasses
return dataclasses.builtins
== statistics' random
import statistics
return statistics.random
== typing's forward reference
import typing
return typing.ForwardRef("rows")
== a module of the project
return base.json
== a module of the project, deeper
return facts.select
== settings
return get_settings().jwt_secret
== getattr
return getattr(rows, "__cl" + "ass__")
== setattr
setattr(self, "ask", None)
return rows
== delattr
delattr(self, "ask")
return rows
== hasattr
return hasattr(rows, "__class__")
== globals
return globals()["os"]
== locals
return locals()
== vars
return vars(self)
== dir
return dir(self)
== type
return type(rows)
== object
return object.__subclasses__()
== eval
return eval("rows")
== exec
exec("import os")
return rows
== compile
return compile("1", "x", "eval")
== open
return open("/etc/passwd").read()
== input
return input()
== print
print(rows)
return rows
== breakpoint
breakpoint()
return rows
== help
return help()
== exit
exit(1)
== quit
quit()
== memory
return memoryview(b"x")
== builtins
return __builtins__
== loader
return __loader__
== spec
return __spec__
== file
return __file__
== eval under another name
run = eval
return run("rows")
== eval by a walrus
return (run := eval)("rows")
== eval by a default
return sorted(rows, key=lambda row, run=eval: run(row))
== eval in a comprehension
return [run(row) for run in [eval] for row in rows]
== eval in a formatted string
return f"{eval('rows')}"
== eval in a nested formatted string
return f"{f'{eval(rows)}'}"
== eval in a format specification
return f"{rows:{eval('10')}}"
== eval in a match
match rows:
    case eval():
        return rows
return []
== eval in an annotation
rows.x: eval("rows") = 1
return rows
== eval in a subscript
return rows[eval("0")]
== eval in a slice
return rows[eval("0"):]
== eval in a decorator
@eval
def f():
    return 1
return f
== eval in a class
class X(eval("object")):
    pass
return X
== eval in a condition
return rows if eval("1") else []
== eval in a starred
return [*eval("rows")]
== eval in a keyword
return dict(x=eval("rows"))
== eval in an assertion
assert eval("rows")
return rows
== eval in a raise
raise eval("ValueError")
== class of a value
return rows.__class__
== class by a pattern
match rows:
    case list(__class__=found):
        return found
return rows
== globals by a pattern
match self.ask:
    case AgentTask(__globals__=found):
        return found
return rows
== private by a pattern
match self:
    case AgentTask(_llm=found):
        return found
return rows
== mro
return ().__class__.__mro__[1].__subclasses__()
== mro by its method
return str.mro()
== globals of a function
return self.judge.__globals__
== function of a method
return self.ask.__func__
== code of a function
return self.ask.f_code
== frame of a generator
return (row for row in rows).gi_frame.f_back
== frame of a coroutine
return task.cr_frame
== frame of a traceback
return task.tb_frame.f_globals
== dict
return self.__dict__
== a private of its own
return self._llm
== a private of another
return task._state
== private by another self
self = task
return self._state
== private by a loop
return [self._state for self in rows]
== private by a walrus
return (self := task)
== private by an import
import math as self
return rows
== private by a pattern's name
match rows:
    case [self]:
        return self
return rows
== mangled
return self.__secret
== dunder as a keyword
return dict(__class__=1)
== dunder as a name
__all__ = rows
return rows
== format
return "{0.__class__}".format(rows)
== format of a name
template = "{0.__class__}"
return template.format(rows)
== format_map
return "{x.__class__}".format_map({"x": rows})
== format as a function
return format(rows, "9")
== format by its class
return str.format("{0.__class__}", rows)
== percent
return "%s" % rows
== percent of a name
template = "%(x)s"
return template % rows
== percent of a sum
template = "%" + "9s"
return template % label
== percent of an item
return ["%9999999s"][0] % label
== translate
return "x".translate({120: "y"})
== delete
del rows[0]
return rows
== delete a name
del rows
return []
== global
global INSTRUCTIONS
INSTRUCTIONS = ""
return rows
== nonlocal
nonlocal rows
return rows
== set an attribute
self.limit = 0
return rows
== set an attribute in a loop
for self.limit in rows:
    pass
return rows
== set an attribute with others
kept, task.state = rows, None
return kept
== add to an attribute
self.limit += 1
return rows
== set an item of a constant
RULES["short"] = 0
return rows
== set an item of an attribute
task.input["x"] = 1
return rows
== set a slice of an argument
rows[:] = []
return rows
== clear what is handed in
rows.clear()
return rows
== clear a constant
RULES.clear()
return rows
== clear a constant by another name
rules = RULES
rules.update({"short": 0})
return rows
== append to an attribute
self.needs.append(1)
return rows
== append to what belongs to a row
for row in rows:
    row.tags.append(1)
return rows
== sort what is handed in
rows.sort()
return rows
== a method of a constant as a value
return list(map(RULES.pop, rows))
== delete a row
self.delete(rows[0])
return rows
== set an item of another's by a name
first = rows[0]
first["x"] = 1
return rows
== commit
return task.session.commit()
== with
with task as other:
    return other
== async with
async with task:
    return rows
== try
try:
    return rows
except BaseException:
    return []
== try and go on
try:
    return rows
except:
    pass
return []
== try a group
try:
    return rows
except* ValueError:
    pass
== finally
try:
    pass
finally:
    return rows
== exit by its exception
raise SystemExit
== exit with a code
raise SystemExit(0)
== interrupt
raise KeyboardInterrupt
== exit of a generator
raise GeneratorExit
== the base of all
raise BaseException("x")
== async function
async def f():
    return 1
return f
== class
class X:
    pass
return X
== method of a class
class X:
    def __del__(self):
        return None
return X()
== execute
return self.session.execute("DROP TABLE users")
== raw execution
return self.engine.exec_driver_sql("DROP TABLE users")
== metadata
return Ticket.metadata.drop_all(self)
== register
return Ticket.register(rows)
== read a file
return task.path.read_text()
== write a file
return task.path.write_bytes(b"x")
== start a process
return task.popen("id")
== a module of another object
return task.os
== a module of another object, sys
return rows.sys.modules
== a task in the background
return task.create_task(rows)
== a codec
return "x".encode("idna")
== a codec by its name
return b"x".decode("unicode_escape")
== bytes
return bytes(10)
== super
return super().judge(rows, task)
== property
return property(rows)
== callable
return callable(rows)
== id
return id(rows)
""",
    ),
    *raw(
        "python.body of a coroutine",
        """
== call the model around the front
return await self._llm.complete(task)
== swallow the cancellation
try:
    return await self.ask(INSTRUCTIONS, task)
except BaseException:
    return None
== cancel
raise CancelledError
== cancel by its module
raise asyncio.CancelledError
== sleep
await asyncio.sleep(1000000)
return await self.ask(INSTRUCTIONS, task)
== replace the model
self.ask = None
return await self.ask(INSTRUCTIONS, task)
== gather
return await asyncio.gather(self.ask(INSTRUCTIONS, task))
== next of an endless one
return await anext(aiter(task))
""",
    ),
    *raw(
        "python.body of a generator",
        """
== change the row
row.title = ""
yield from ()
== send secrets along
yield os.environ["JWT_SECRET"]
== the module behind the base
yield base.select
== metadata
yield from row.metadata.create_all(self)
== dunder in a formatted string
yield f"{row.__class__.__init__.__globals__}"
""",
    ),
)
