"""What a workflow is: steps that need each other, and the typed data that they leave behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel

from app.workflows.context import RunContext

InputT = TypeVar("InputT", bound=BaseModel)


class RunData(Generic[InputT]):
    """What a run knows: its input, and one attribute for each step that is done.

    Subclasses declare the attributes; the annotation says how a stored result is read back.
    """

    input: InputT

    def __init__(self, run_input: InputT) -> None:
        self.input = run_input


RunT = TypeVar("RunT", bound=RunData[Any])


@dataclass(frozen=True, slots=True)
class Step(Generic[RunT]):
    """One step of a pipeline, named like the attribute of the run that holds its result.

    `needs` are the steps before it, `reads` those among them whose results it uses. It is tried up to `attempts`
    times, for `timeout_seconds` each. It is skipped when `when` says no, when a step that it reads was skipped, or
    when all steps before it were skipped.
    """

    name: str
    function: Callable[[RunContext, RunT], Awaitable[BaseModel]]
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    when: Callable[[RunT], bool] | None = None
    attempts: int = 1
    timeout_seconds: float | None = None


@dataclass(frozen=True)
class Pipeline(Generic[RunT]):
    """A workflow. Its steps come after those that they need; steps that do not need each other run at the same time.

    Raises `ValueError` for a step that is there twice, needs a later or unknown one, or has no attribute in the run.
    """

    name: str
    description: str
    input_type: type[BaseModel]
    run_type: type[RunT]
    steps: tuple[Step[RunT], ...]
    output: Callable[[RunT], dict[str, Any]]
    result_types: dict[str, type[BaseModel]] = field(init=False)

    def __post_init__(self) -> None:
        hints = get_type_hints(self.run_type)
        earlier: set[str] = set()
        for step in self.steps:
            if step.name in earlier or step.name not in hints:
                raise ValueError(f"{self.name}: {step.name} is there twice, or {self.run_type.__name__} lacks it")
            if missing := {*step.needs, *step.reads} - earlier:
                raise ValueError(f"{self.name}: {step.name} must come after {', '.join(sorted(missing))}")
            earlier.add(step.name)
        object.__setattr__(self, "result_types", {step.name: hints[step.name] for step in self.steps})
