"""How fast a generated project serves, beside one written by hand: `python -m tests.bench.served`.

The helpdesk is rendered and started as a process of its own, and so is `peer_app.py`, each with its own copy of one
database. Both get the same requests in turn, round after round, over kept-alive connections on loopback.
A round counts by the mean of its requests, which for several at once is also what the server gets done; of the rounds
the median counts, because the machine is not ours alone; of a start the time less the wait for a core that others
used, as on a reference machine (`measure.slowness`). CPU time of the server is steadier still, and is printed.
Fails when the generated project takes more than 1.3 times as long, or 2 s until it is ready.
With `--quick` there are fewer rounds.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import pytest

from tests.bench.client import Client, latencies
from tests.bench.measure import slowness
from tests.bench.servers import Server
from tests.generated.databases import query
from tests.generated.postgres import running_postgresql
from tests.generated.projects import environment_of
from tests.generated.serving import free_port
from tests.support.specs import HELPDESK

SLOWER = 1.3
READY_SECONDS = 2.0
ROWS = 300
STARTS = 5

# The part of the helpdesk that is measured, for a checkout without its neighbour.
DESK = """\
spec: 1
project: {name: helpdesk, description: Tickets for small teams.}
auth: {access: 15m, refresh: 7d, roles: [user, agent, admin]}
limits: {per_user: 100/min}
audit: [create, update, delete, login]
entities:
  Organization: {name: string(1..120) unique}
  Tag: {label: string(1..40) unique}
  Ticket:
    subject: string(1..200)
    body: text
    status: enum(open, pending, solved) = open
    priority: int(1..5) = 3
    cost: decimal(12,2)?
    due_at: datetime?
    organization: -> Organization cascade
    requester: -> User cascade owner
    assignee: -> User? set_null
    tags: <-> Tag
    $meta: {search: [subject, body]}
"""

ADMIN = {"email": "admin@example.com", "password": "a password of the bench"}
USER = {"email": "user@example.com", "password": "a password of the bench"}
VARIABLES = {
    "JWT_SECRET": "a secret that is only good for the bench",
    "ADMIN_EMAIL": ADMIN["email"],
    "ADMIN_PASSWORD": ADMIN["password"],
    "ACCESS_TOKEN_SECONDS": "86400",
    "RATE_LIMIT_REQUESTS": "10000000",
}


@dataclass(frozen=True)
class Databases:
    """How databases of one kind are had: a URL for a new one, and one for a copy."""

    name: str
    new: Callable[[str], str]
    copy: Callable[[str, str], str]


@dataclass
class Side:
    """What one of the two servers took: means and 95th percentiles of rounds in ms, CPU seconds, requests."""

    server: Server
    token: str
    means: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)
    cpu: float = 0.0
    requests: int = 0

    async def round(self, count: int, connections: int, request: tuple[str, str, Any]) -> None:
        """Send `count` requests over each of so many connections and keep what they took."""
        # New connections in each round: servers hang up on those that are quiet for long.
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(Client(self.server.port, self.token)) for _ in range(connections)
            ]
            await latencies(clients, 1, *request)
            before = self.server.cpu()
            seconds = await latencies(clients, count, *request)
            self.cpu += self.server.cpu() - before
        self.requests += len(seconds)
        self.means.append(mean(seconds) * 1000)
        self.tails.append(quantiles(seconds, n=20)[-1] * 1000)

    @property
    def figures(self) -> tuple[float, float, float]:
        """Mean, 95th percentile and CPU time of a request in ms."""
        return median(self.means), median(self.tails), self.cpu / self.requests * 1000


class Bench:
    """One rendered project with its environment."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.rounds = 6 if quick else 20
        self.fits = True
        spec = folder / "spec.yml"
        spec.write_text(HELPDESK.read_text() if HELPDESK.is_file() else DESK)
        command = ["-m", "scaffolder", "copy", "agent-backend", self.project, "--data-file", spec, "--quiet"]
        subprocess.run([sys.executable, *command], check=True)
        self.python = environment_of(self.project / "requirements.txt")

    def ours(self, url: str) -> Server:
        """The generated project on a database; ready once it says so."""
        port = free_port()
        variables = VARIABLES | {"DATABASE_URL": url, "PORT": str(port)}
        return Server([str(self.python), "-m", "app"], port, self.project, variables, "/health/ready")

    def peer(self, url: str) -> Server:
        """The project written by hand, on a database that has its tables."""
        port, file = free_port(), Path(__file__).with_name("peer_app.py")
        variables = VARIABLES | {"DATABASE_URL": url}
        return Server([str(self.python), str(file), str(port)], port, self.folder, variables, "/openapi.json")

    def starts(self, databases: Databases) -> None:
        """Time from start to ready: with a new database, and with one that is there already."""
        with self.ours(databases.new("warm")):
            pass  # compiles what is compiled once
        for kind in ("new", "same"):
            alone, whole, cpu = [], [], []
            for number in range(STARTS):
                url = databases.new(f"start{number}" if kind == "new" else "start")
                slow = slowness()
                with self.ours(url) as server:
                    slow = (slow + slowness()) / 2
                    alone.append((server.ready_seconds - server.queued_seconds) / slow)
                    whole.append(server.ready_seconds)
                    cpu.append(server.ready_cpu_seconds)
            self._print(f"{databases.name}: start to ready, {kind} database", median(alone), READY_SECONDS, "s",
                        f"{median(whole):.2f} s on this machine as it is now, CPU {median(cpu):.2f} s")  # fmt: skip

    async def requests(self, databases: Databases) -> None:
        """Latency of list and create, side by side."""
        url = databases.new("main")
        with self.ours(url) as server:
            token, body = await _seed(server.port)
        with self.ours(databases.copy(url, "ours")) as ours, self.peer(databases.copy(url, "peer")) as peer:
            await _check_same(ours.port, peer.port, token)
            for name, request in {
                "list 50 tickets": ("GET", "/api/v1/tickets", None),
                "list 5 tickets": ("GET", "/api/v1/tickets?limit=5", None),
                "create a ticket": ("POST", "/api/v1/tickets", body),
            }.items():
                for connections in (1, 8):
                    await self._warm_up((ours, peer), token, request)
                    sides = [Side(ours, token), Side(peer, token)]
                    for number in range(self.rounds):
                        # Whoever comes second may find the machine in another state, so they take turns at it.
                        for side in sides if number % 2 else reversed(sides):
                            await side.round(48 // connections, connections, request)
                    self._compare(f"{databases.name}: {name}, {connections} at once", *sides)

    async def _warm_up(self, servers: Iterable[Server], token: str, request: tuple[str, str, Any]) -> None:
        for server in servers:
            await Side(server, token).round(10, 4, request)

    def _compare(self, name: str, ours: Side, peer: Side) -> None:
        (own, tail, cpu), (its, its_tail, its_cpu) = ours.figures, peer.figures
        ratio = median(one / other for one, other in zip(ours.means, peer.means, strict=True))
        self._print(name, ratio, SLOWER, "times",
                    f"{own:6.2f} to {its:6.2f} ms, p95 {tail:6.2f} to {its_tail:6.2f} ms,"
                    f" CPU {cpu:5.2f} to {its_cpu:5.2f} ms ({cpu / its_cpu:.2f} times)")  # fmt: skip

    def _print(self, name: str, value: float, limit: float, unit: str, more: str) -> None:
        verdict = "ok" if value <= limit else "TOO MUCH"
        self.fits &= value <= limit
        print(f"{name:<46} {value:5.2f} <= {limit:g} {unit:<5} {verdict:<8}  {more}", flush=True)


async def _seed(port: int) -> tuple[str, dict[str, Any]]:
    """Fill a new database; return the token of a user with tickets, and the body of one more."""
    async with Client(port) as client:
        client.token = (await client.json("POST", "/api/v1/auth/login", ADMIN))["access_token"]
        organization = await client.json("POST", "/api/v1/organizations", {"name": "Bench"})
        tags = [await client.json("POST", "/api/v1/tags", {"label": f"tag {number}"}) for number in range(4)]
        client.token = ""
        await client.json("POST", "/api/v1/auth/register", USER)
        client.token = (await client.json("POST", "/api/v1/auth/login", USER))["access_token"]
        body = {
            "subject": "The printer on the second floor is on fire",
            "body": "It began this morning. " * 12,
            "priority": 4,
            "cost": "120.50",
            "due_at": "2030-01-31T12:00:00Z",
            "organization_id": organization["id"],
        }
        for number in range(ROWS):
            chosen = [tags[number % 4]["id"], tags[(number + 1) % 4]["id"]]
            await client.json("POST", "/api/v1/tickets", body | {"tag_ids": chosen})
        return client.token, body | {"tag_ids": [tag["id"] for tag in tags[:2]]}


async def _check_same(ours: int, peer: int, token: str) -> None:
    """Raise unless both servers list the same."""
    pages = []
    for port in (ours, peer):
        async with Client(port, token) as client:
            pages.append((await client.json("GET", "/api/v1/tickets"))["items"])
    if pages[0] != pages[1]:
        raise RuntimeError(f"the two do not answer alike: {pages[0][0]} and {pages[1][0]}")


@contextmanager
def _sqlite(folder: Path) -> Iterator[Databases]:
    def copy(url: str, name: str) -> str:
        shutil.copyfile(url.removeprefix("sqlite:///"), folder / f"{name}.db")
        return f"sqlite:///{folder / name}.db"

    yield Databases("SQLite", lambda name: f"sqlite:///{folder / name}.db", copy)


@contextmanager
def _postgresql(_folder: Path) -> Iterator[Databases]:
    with running_postgresql() as server:
        urls: dict[str, str] = {}

        def new(name: str) -> str:
            if name not in urls:
                urls[name] = server.fresh()
            return urls[name]

        def copy(url: str, name: str) -> str:
            address, _, template = url.rpartition("/")
            query(f"{address}/postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
            return f"{address}/{name}"

        yield Databases("PostgreSQL", new, copy)


def main(*, quick: bool) -> int:
    """Measure on each database that there is; 1 when a limit is broken."""
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), quick=quick)
        if not HELPDESK.is_file():
            print("shared/inputs is not beside this checkout: a smaller helpdesk is measured")
        for kind in (_sqlite, _postgresql):
            try:
                with kind(bench.folder) as databases:
                    bench.starts(databases)
                    asyncio.run(bench.requests(databases))
            except pytest.skip.Exception as reason:
                print(f"skipped: {reason}")
    return 0 if bench.fits else 1


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv))
