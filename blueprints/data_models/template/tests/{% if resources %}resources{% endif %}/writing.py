"""Tests of `POST`, `PATCH` and `DELETE`."""

import uuid
from typing import Any, ClassVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.repositories.base import Repository
from tests.resources.conftest import Caller, World
from tests.resources.facts import Make, Resource

STALE = {"If-Match": '"0"'}
SET_BY_THE_SERVER = {
    "id": "6a2f41a3-c54c-4ce8-8b6a-0d1c0f5f5f5f",
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
    "row_version": 7,
}


class Create(Resource):
    """The resource takes new rows."""

    repository: ClassVar[type[Repository[Any]]]
    refused: ClassVar[tuple[tuple[str, Any], ...]] = ()
    required: ClassVar[tuple[str, ...]] = ()

    async def test_creates_a_row(self, world: World, caller: Caller) -> None:
        body = await self.request(world, caller)
        answer = await world.ask(caller, "POST", self.path, json=body)
        assert answer.status_code == 201, answer.text
        created = answer.json()
        assert {name: created[name] for name in body} == body
        assert answer.headers["Location"] == f"{self.path}/{created['id']}"
        assert answer.headers["ETag"] == '"1"'
        again = await world.ask(caller, "GET", answer.headers["Location"])
        assert again.json() == created

    async def test_creates_one_row_for_one_idempotency_key(self, world: World, caller: Caller) -> None:
        body = await self.request(world, caller)
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        first = await world.ask(caller, "POST", self.path, json=body, headers=headers)
        second = await world.ask(caller, "POST", self.path, json=body, headers=headers)
        assert first.status_code == second.status_code == 201
        assert first.json() == second.json()

    async def test_refuses_an_unknown_field_and_what_the_server_sets(self, world: World, caller: Caller) -> None:
        body = await self.request(world, caller)
        for name, value in {"no_such_field": 1, **SET_BY_THE_SERVER}.items():
            answer = await world.ask(caller, "POST", self.path, json={**body, name: value})
            assert answer.status_code == 422, name

    async def test_refuses_wrong_values(self, world: World, caller: Caller) -> None:
        body = await self.request(world, caller)
        for name, value in self.refused:
            answer = await world.ask(caller, "POST", self.path, json={**body, name: value})
            assert answer.status_code == 422, (name, value)
            assert name in answer.text

    async def test_refuses_what_a_rule_refuses(
        self, world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = await self.request(world, caller)
        monkeypatch.setattr(self.repository, "problems", lambda _self, _row: iter(["This breaks a rule."]))
        answer = await world.ask(caller, "POST", self.path, json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"] == "This breaks a rule."

    async def test_refuses_missing_fields(self, world: World, caller: Caller) -> None:
        body = await self.request(world, caller)
        for required in self.required:
            rest = {name: value for name, value in body.items() if name != required}
            answer = await world.ask(caller, "POST", self.path, json=rest)
            assert answer.status_code == 422, required
            assert required in answer.text


class Judged(Resource):
    """Rows are accepted or refused by what their values mean together: `cases` are a name, values, and whether."""

    repository: ClassVar[type[Repository[Any]]]
    cases: ClassVar[tuple[tuple[str, dict[str, Any], bool], ...]]

    async def test_accepts_or_refuses(self, world: World, caller: Caller) -> None:
        body = await self.request(world, caller)
        for name, values, accepted in self.cases:
            answer = await world.ask(caller, "POST", self.path, json={**body, **values})
            assert answer.status_code == (201 if accepted else 422), (name, answer.text)
            if accepted:
                await world.store(self._delete, row_id=uuid.UUID(answer.json()["id"]))

    async def _delete(self, session: AsyncSession, row_id: uuid.UUID) -> None:
        """Make room for the next case, whose values may have to be unique."""
        rows = self.repository(session)
        await rows.remove(await rows.get(row_id))


class Unique(Resource):
    """Some values must not be there twice."""

    unique: ClassVar[tuple[tuple[str, ...], ...]]

    async def test_refuses_a_second_row_with_the_same_values(self, world: World, caller: Caller) -> None:
        first = await self.row(world, caller)
        taken = (await world.ask(caller, "GET", self.url(first.id))).json()
        body = await self.request(world, caller)
        for names in self.unique:
            same = {name: taken[name] for name in names}
            answer = await world.ask(caller, "POST", self.path, json={**body, **same})
            assert answer.status_code == 409, names


class Referring(Resource):
    """Rows refer to other rows."""

    references: ClassVar[tuple[str, ...]] = ()
    reference_lists: ClassVar[tuple[str, ...]] = ()

    async def test_refuses_references_to_nothing(self, world: World, caller: Caller) -> None:
        missing = str(uuid.uuid4())
        body = await self.request(world, caller)
        wrong = [{name: missing} for name in self.references] + [{name: [missing]} for name in self.reference_lists]
        for values in wrong:
            answer = await world.ask(caller, "POST", self.path, json={**body, **values})
            assert answer.status_code == 422, values


class Linked(Resource):
    """Rows have lists of references: `links`."""

    async def test_sets_replaces_and_clears_links(self, world: World, caller: Caller) -> None:
        for name, make, owner in self.links:
            own = {owner: caller.id} if owner else {}
            one, two = [str((await world.store(make, **own)).id) for _ in range(2)]
            body = await self.request(world, caller)
            answer = await world.ask(caller, "POST", self.path, json={**body, name: [one]})
            assert answer.json()[name] == [one]
            path = answer.headers["Location"]
            for number, ids in enumerate(([one, two], [two], []), start=2):
                answer = await world.ask(caller, "PATCH", path, json={name: ids})
                assert answer.json()[name] == sorted(ids)
                assert answer.headers["ETag"] == f'"{number}"'
                assert (await world.ask(caller, "GET", path)).json()[name] == sorted(ids)


class Update(Resource):
    """Rows can be changed."""

    changes: ClassVar[tuple[tuple[str, Any], ...]]

    async def test_changes_what_is_given(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        for number, (name, value) in enumerate(self.changes, start=2):
            answer = await world.ask(caller, "PATCH", self.url(row.id), json={name: value})
            assert answer.status_code == 200, answer.text
            assert answer.json()[name] == value
            assert answer.headers["ETag"] == f'"{number}"'

    async def test_leaves_a_row_alone_that_nothing_is_given_for(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        answer = await world.ask(caller, "PATCH", self.url(row.id), json={})
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"1"'

    async def test_does_not_change_what_the_server_sets(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        for name, value in SET_BY_THE_SERVER.items():
            answer = await world.ask(caller, "PATCH", self.url(row.id), json={name: value})
            assert answer.status_code == 422, name

    async def test_refuses_to_overwrite_what_it_has_not_seen(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        refused = await world.ask(caller, "PATCH", self.url(row.id), json={}, headers=STALE)
        assert refused.status_code == 412
        answer = await world.ask(caller, "PATCH", self.url(row.id), json={}, headers={"If-Match": '"1"'})
        assert answer.status_code == 200

    async def test_says_that_there_is_nothing_to_change(self, world: World, caller: Caller) -> None:
        answer = await world.ask(caller, "PATCH", self.url(uuid.uuid4()), json={})
        assert answer.status_code == 404


class Delete(Resource):
    """Rows can be deleted."""

    async def test_deletes(self, world: World, caller: Caller) -> None:
        row = await self.row(world, caller)
        stale = await world.ask(caller, "DELETE", self.url(row.id), headers=STALE)
        assert stale.status_code == 412
        answer = await world.ask(caller, "DELETE", self.url(row.id))
        assert answer.status_code == 204
        assert answer.content == b""
        again = await world.ask(caller, "DELETE", self.url(row.id))
        assert again.status_code == 404


class Restricting(Delete):
    """Rows cannot be deleted while certain others refer to them."""

    restricting: ClassVar[tuple[tuple[str, Make], ...]]

    async def test_keeps_a_row_that_is_referred_to(self, world: World, caller: Caller) -> None:
        for attr, make in self.restricting:
            row = await self.row(world, caller)
            await world.store(make, **{attr: row.id})
            answer = await world.ask(caller, "DELETE", self.url(row.id))
            assert answer.status_code == 409, attr


class Starting(Resource):
    """A new row is in the initial state; `later` are the other ones."""

    later: ClassVar[tuple[tuple[str, str], ...]]

    async def test_starts_in_the_initial_state_only(self, world: World, caller: Caller) -> None:
        body = await self.request(world, caller)
        for name, state in self.later:
            answer = await world.ask(caller, "POST", self.path, json={**body, name: state})
            assert answer.status_code == 422, state


class Transitions(Resource):
    """A field may only change in certain ways."""

    state: ClassVar[tuple[str, str]]
    transitions: ClassVar[tuple[tuple[str, str, bool], ...]]

    async def test_allows_only_what_may_follow(self, world: World, caller: Caller) -> None:
        attr, name = self.state
        for present, wanted, allowed in self.transitions:
            row = await self.row(world, caller, **{attr: present})
            answer = await world.ask(caller, "PATCH", self.url(row.id), json={name: wanted})
            assert answer.status_code == (200 if allowed else 409), (present, wanted)
            kept = await world.ask(caller, "GET", self.url(row.id))
            assert kept.json()[name] == (wanted if allowed else present)
            await world.ask(caller, "DELETE", self.url(row.id))
