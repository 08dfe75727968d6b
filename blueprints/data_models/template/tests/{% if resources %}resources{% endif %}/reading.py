"""Tests of `GET`: one row, pages of rows, filters and search."""

import uuid
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from tests.resources.conftest import Caller, World
from tests.resources.facts import Resource


class Get(Resource):
    """The resource shows one row."""

    async def test_shows_a_row(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        answer = await world.ask(caller, "GET", self.url(row.id))
        assert answer.status_code == 200
        assert answer.json()["id"] == str(row.id)
        assert answer.headers["ETag"] == '"1"'

    async def test_says_that_a_row_does_not_exist(self, world: World, caller: Caller) -> None:
        answer = await world.ask(caller, "GET", self.url(uuid.uuid4()))
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"

    async def test_refuses_what_is_no_id(self, world: World, caller: Caller) -> None:
        answer = await world.ask(caller, "GET", f"{self.path}/no-id")
        assert answer.status_code == 422


class List(Resource):
    """The resource lists its rows; a caller may have `most` of them, up to 2."""

    most: ClassVar[int] = 2

    async def test_lists_page_by_page_from_the_newest(self, world: World, caller: Caller) -> None:
        rows = [await self.row(world, caller) for _ in range(self.most)]
        seen: list[str] = []
        params: dict[str, Any] = {"limit": 1}
        while len(seen) < len(rows):
            page = (await world.ask(caller, "GET", self.path, params=params)).json()
            seen += [item["id"] for item in page["items"]]
            params["cursor"] = page["next_cursor"]
        assert seen[: len(rows)] == [str(row.id) for row in reversed(rows)]

    async def test_refuses_a_wrong_page(self, world: World, caller: Caller) -> None:
        for params, status in (
            ({"limit": 0}, 422),
            ({"limit": 101}, 422),
            ({"no_such_filter": "x"}, 422),
            ({"cursor": "bm90IGEgY3Vyc29y"}, 400),
        ):
            answer = await world.ask(caller, "GET", self.path, params=params)
            assert answer.status_code == status, params

    async def test_asks_the_database_as_often_for_many_rows_as_for_one(self, world: World, caller: Caller) -> None:
        if self.most == 1:
            pytest.skip("a caller has one row at most")
        await self.linked_row(world, caller)
        one = await self._statements(world, caller, limit=1)
        await self.linked_row(world, caller)
        assert await self._statements(world, caller, limit=2) == one

    async def _statements(self, world: World, caller: Caller, limit: int) -> int:
        statements: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        engine = world.app.state.database.engine.sync_engine
        sa.event.listen(engine, "before_cursor_execute", count)
        answer = await world.ask(caller, "GET", self.path, params={"limit": limit})
        sa.event.remove(engine, "before_cursor_execute", count)
        assert len(answer.json()["items"]) == limit
        return len(statements)


class Filtered(List):
    """The list can be narrowed down: name, attribute, and a value that the rows do not have."""

    filtered: ClassVar[tuple[tuple[str, str, str], ...]]

    async def test_filters(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        for name, attr, other in self.filtered:
            value = getattr(row, attr)
            same = str(value).lower() if isinstance(value, bool) else str(value)
            assert str(row.id) in await self._ids(world, caller, **{name: same}), name
            assert str(row.id) not in await self._ids(world, caller, **{name: other}), name

    async def _ids(self, world: World, caller: Caller, **params: str) -> list[str]:
        answer = await world.ask(caller, "GET", self.path, params=params)
        assert answer.status_code == 200
        return [item["id"] for item in answer.json()["items"]]


class Searched(List):
    """The list can be searched."""

    searched: ClassVar[tuple[str, ...]]

    async def test_finds_rows_by_a_part_of_their_text(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        for attr in self.searched:
            answer = await world.ask(caller, "GET", self.path, params={"q": str(getattr(row, attr))[:40].upper()})
            assert str(row.id) in [item["id"] for item in answer.json()["items"]], attr

    async def test_takes_wildcards_literally(self, world: World, caller: Caller) -> None:
        await self.row(world, caller)
        answer = await world.ask(caller, "GET", self.path, params={"q": "%_%"})
        assert answer.json()["items"] == []
