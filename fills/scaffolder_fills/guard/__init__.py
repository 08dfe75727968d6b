"""What a fill may not do, whoever wrote it: checked on the whole file, before anything else looks at it.

The guard proves that a fill stays in its slot: the rest of the file is the same to the program that reads it. It cannot
prove that a fill is right. What is left to others, by kind:

- `python.body`, `typescript.body`: a wrong result, or none in reasonable time. The rules on loops, powers and texts
  stop what asks for much in few words; a program that ends late is for the time limit of the slot's tests. Methods of
  what the function is given are called in good faith: `row.delete()` looks like any other.
- `test.cases`: a wrong expectation. Running the tests shows it; an expectation that is wrong as the code is does not.
- `sql.rows`: rows that break a constraint. Adding them to a database shows it.
- `choices`, `names`, `yaml.map`: a word of the right form that means the wrong thing. Readers of the file show some.
- `text`, `markdown.section`, `python.docstring`: a statement that is untrue, or a prompt that misleads. No test shows
  it; a person reads it.
"""

from scaffolder_fills.guard.check import Rejected, guard

__all__ = ["Rejected", "guard"]
