"""What a pipeline refuses to be."""

from typing import Any

import pytest

from app.workflows.catalogue import PIPELINES
from app.workflows.context import RunContext
from app.workflows.pipeline import Pipeline, Step
from tests.workflows.toys import Number, ToyRun


async def do(_context: RunContext, run: ToyRun) -> Number:
    return run.input


def pipeline(*steps: Step[ToyRun]) -> Pipeline[ToyRun]:
    def output(_run: ToyRun) -> dict[str, Any]:
        return {}

    return Pipeline("toy", "A toy.", Number, ToyRun, steps, output)


def test_results_are_read_back_as_the_run_declares_them() -> None:
    assert pipeline(Step("left", do), Step("right", do)).result_types == {"left": Number, "right": Number}


def test_a_step_that_the_run_does_not_declare_is_refused() -> None:
    with pytest.raises(ValueError, match="ToyRun lacks it"):
        pipeline(Step("middle", do))


def test_a_step_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="left is there twice"):
        pipeline(Step("left", do), Step("left", do))


@pytest.mark.parametrize("step", [Step("left", do, needs=("right",)), Step("left", do, reads=("left",))])
def test_a_step_must_come_after_those_that_it_needs(step: Step[ToyRun]) -> None:
    with pytest.raises(ValueError, match="left must come after"):
        pipeline(step, Step("right", do))


def test_the_pipelines_of_this_project_have_the_names_that_they_are_known_by() -> None:
    assert {name: each.name for name, each in PIPELINES.items()} == {name: name for name in PIPELINES}
