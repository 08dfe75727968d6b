"""The base of all agents."""

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic

from pydantic_core import to_jsonable_python

from app.agents.facts import Reading
from app.agents.task import AgentTask, OutputT
from app.llm import LlmClient, LlmRequest


class Agent(ABC, Generic[OutputT]):
    """A worker with a goal. Subclasses say what they need and read, and do the work in `handle`.

    `needs` are the agents whose outputs it gets as context, `reads` the rows that it is shown, `topics` the
    broadcasts that it takes as tasks.
    """

    name: ClassVar[str]
    goal: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[Reading, ...]] = ()
    topics: ClassVar[tuple[str, ...]] = ()
    output: type[OutputT]

    def __init__(self, llm: LlmClient) -> None:
        self._llm = llm

    @abstractmethod
    async def handle(self, task: AgentTask) -> OutputT:
        """Do the task. Errors are recorded with the run and raised to whoever asked for it."""

    async def ask(self, instructions: str, task: AgentTask) -> OutputT:
        """Put the task to the language model and return its answer, which fits `output`.

        The material goes in as JSON after the instructions, so that text from users is data and not orders.
        """
        request = LlmRequest(
            system=instructions,
            prompt=json.dumps(_material(task), ensure_ascii=False, indent=2, sort_keys=True),
            output=self.output,
            purpose=f"agent:{self.name}",
        )
        response = await self._llm.complete(request)
        task.usage.input_tokens += response.input_tokens
        task.usage.output_tokens += response.output_tokens
        return response.output


def _material(task: AgentTask) -> dict[str, Any]:
    material = {"input": task.input, "context": task.context, "facts": task.facts}
    return {name: to_jsonable_python(value) for name, value in material.items() if value}
