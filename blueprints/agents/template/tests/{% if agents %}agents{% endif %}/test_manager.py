"""Lifecycle, runs, messages and figures of agents."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.agents.records import AgentRow, AgentRunRow, AgentRunStatus, AgentStatus
from app.core.database import Database
from app.core.errors import ConflictError, NotFoundError, UnavailableError
from app.messaging.queue import MessageQueue
from app.messaging.records import MessageKind, MessageRow
from app.messaging.worker import MessageWorker
from app.models.base import utc_now
from tests.agents.conftest import ManagerOf
from tests.agents.toys import Broken, Fickle, First, Listener, Opinion, OtherPeer, Peer, Second, Slow, Third, Toy


async def agent_row(database: Database, name: str) -> AgentRow:
    async with database.session(read_only=True) as session:
        return (await session.scalars(select(AgentRow).where(AgentRow.name == name))).one()


async def runs(database: Database) -> list[AgentRunRow]:
    async with database.session(read_only=True) as session:
        return list(await session.scalars(select(AgentRunRow).order_by(AgentRunRow.created_at)))


async def test_needed_agents_are_asked_first_and_their_answers_handed_on(manager_of: ManagerOf) -> None:
    manager = await manager_of(First, Second, Third)
    result = await manager.run("third", {"text": "help"})
    assert result.output == Third.answer
    assert result.context == {"first": First.answer, "second": Second.answer}
    third = manager.registry.get("third")
    assert isinstance(third, Toy)
    assert third.tasks[0].context == {"second": Second.answer, "first": First.answer}


async def test_a_run_is_recorded_with_its_figures(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(First)
    result = await manager.run("first", {"text": "help"})
    [run] = await runs(database)
    assert (run.id, run.agent, run.status) == (result.run_id, "first", AgentRunStatus.SUCCEEDED)
    assert (run.input, run.output) == ({"text": "help"}, {"priority": 1, "reason": "none"})
    row = await agent_row(database, "first")
    assert (row.status, row.runs_total, row.runs_failed, row.last_error) == (AgentStatus.IDLE, 1, 0, None)
    assert row.last_run_at == run.finished_at


async def test_figures_of_runs_at_the_same_time_add_up(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(Slow)
    await asyncio.gather(*(manager.run("slow", {}) for _ in range(5)))
    row = await agent_row(database, "slow")
    assert (row.runs_total, row.status) == (5, AgentStatus.IDLE)
    assert row.busy_ms >= 5 * 150


async def test_a_failure_is_raised_and_its_kind_recorded(manager_of: ManagerOf, database: Database) -> None:
    # Only the kind: everybody who may read agents reads this, and an error may quote what it was given.
    manager = await manager_of(Broken)
    with pytest.raises(RuntimeError, match="out of order"):
        await manager.run("broken", {})
    [run] = await runs(database)
    assert (run.status, run.error) == (AgentRunStatus.FAILED, "RuntimeError")
    row = await agent_row(database, "broken")
    assert (row.status, row.runs_failed, row.last_error) == (AgentStatus.FAILED, 1, run.error)


async def test_an_agent_that_takes_too_long_is_stopped(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(Slow, run_seconds=0.05)
    with pytest.raises(UnavailableError, match="slow cannot answer now: no answer in time"):
        await manager.run("slow", {})
    assert [run.status for run in await runs(database)] == [AgentRunStatus.FAILED]


async def test_a_run_that_has_succeeded_is_not_done_again(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(First)
    run_id = uuid4()
    once = await manager.run("first", {}, run_id=run_id)
    again = await manager.run("first", {}, run_id=run_id)
    assert once.output == again.output
    assert len(await runs(database)) == 1


async def test_a_run_that_has_failed_is_done_again(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(Fickle)
    run_id = uuid4()
    with pytest.raises(RuntimeError):
        await manager.run("fickle", {}, run_id=run_id)
    await manager.run("fickle", {}, run_id=run_id)
    [run] = await runs(database)
    assert (run.status, run.error) == (AgentRunStatus.SUCCEEDED, None)


async def test_agents_that_are_stopped_take_no_tasks(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(First)
    await manager.stop()
    assert (await agent_row(database, "first")).status == AgentStatus.STOPPED
    with pytest.raises(ConflictError, match="stopped"):
        await manager.run("first", {})


async def test_stopping_waits_for_those_at_work(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(Slow)
    running = asyncio.create_task(manager.run("slow", {}))
    await asyncio.sleep(0.1)
    await manager.stop()
    assert (await running).output == Slow.answer
    assert (await agent_row(database, "slow")).status == AgentStatus.STOPPED


async def test_an_unknown_agent_is_not_found(manager_of: ManagerOf) -> None:
    manager = await manager_of(First)
    with pytest.raises(NotFoundError):
        await manager.run("nobody", {})


async def test_a_posted_task_is_done_in_the_background_once(
    manager_of: ManagerOf, database: Database, queue: MessageQueue
) -> None:
    manager = await manager_of(First)
    run_id = await manager.post("first", {"text": "later"}, sender="test")
    assert await runs(database) == []
    await MessageWorker(queue).deliver_due()
    [run] = await runs(database)
    assert (run.id, run.input, run.status) == (run_id, {"text": "later"}, AgentRunStatus.SUCCEEDED)


async def test_agents_hear_of_what_others_have_finished(
    manager_of: ManagerOf, database: Database, queue: MessageQueue
) -> None:
    manager = await manager_of(First, Listener)
    result = await manager.run("first", {})
    await MessageWorker(queue).deliver_due()
    [_, heard] = await runs(database)
    assert heard.agent == "listener"
    assert heard.input["run_id"] == str(result.run_id)
    assert heard.input["output"] == {"priority": 1, "reason": "none"}


async def test_a_conflict_is_resolved_and_kept_for_review(manager_of: ManagerOf, database: Database) -> None:
    manager = await manager_of(First, Second)
    result = await manager.run("second", {})
    [conflict] = result.conflicts
    assert (conflict.field, conflict.chosen, conflict.rule) == ("priority", "second", "informed")
    async with database.session(read_only=True) as session:
        message = (await session.scalars(select(MessageRow))).one()
    assert (message.kind, message.topic, message.sender) == (MessageKind.CONFLICT, "agents.conflict", "second")
    assert message.payload["proposals"] == {"first": 1, "second": 2}


async def test_consulted_agents_give_one_answer(manager_of: ManagerOf) -> None:
    manager = await manager_of(First, Peer, OtherPeer)
    consultation = await manager.consult(["first", "peer", "other_peer"], {})
    assert consultation.outputs["first"] == Opinion(priority=1)
    assert consultation.merged == {"priority": 2, "reason": "none"}
    assert [conflict.rule for conflict in consultation.conflicts] == ["majority", "majority"]


async def test_runs_of_a_process_that_died_are_closed(manager_of: ManagerOf, database: Database) -> None:
    async with database.session() as session:
        long_ago = utc_now() - timedelta(hours=1)
        session.add(AgentRunRow(agent="first", status=AgentRunStatus.RUNNING, started_at=long_ago))
    await manager_of(First)
    [run] = await runs(database)
    assert (run.status, run.error) == (AgentRunStatus.FAILED, "The process died during the run.")
