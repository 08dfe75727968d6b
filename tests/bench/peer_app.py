"""What `tests.bench.served` compares with: tickets of the helpdesk, as an able engineer writes them by hand, in a file.

It does what a spec asks for: the caller is checked by token and looked up, sees only their own tickets, and has so many
calls a minute; bodies and queries are validated alike; pages go by cursor; a row is committed before it is answered,
together with its audit event; the answer has Location and ETag. Engine, pragmas, transactions, tables and indexes are
the same, and both answer the same bytes.

It leaves out what the generated project does for every request besides, and is charged for in the comparison: metrics,
request ids, a log line in JSON (this one has uvicorn's), security headers, limits on bodies, `Idempotency-Key`, problem
details for errors, secrets kept out of the audit trail, rules and state machines of entities.
"""

import base64
import datetime as dt
import decimal
import enum
import os
import sys
import time
import uuid
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import jwt
import sqlalchemy as sa
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

URL = (
    os.environ["DATABASE_URL"]
    .replace("sqlite://", "sqlite+aiosqlite://")
    .replace("postgresql://", "postgresql+psycopg://")
)
SECRET = os.environ["JWT_SECRET"]
CALLS, WINDOW = int(os.environ["RATE_LIMIT_REQUESTS"]), 60.0
IS_SQLITE = URL.startswith("sqlite")

# --- tables ---


class Status(enum.StrEnum):
    OPEN = "open"
    PENDING = "pending"
    SOLVED = "solved"


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """SQLite forgets the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        return value.replace(tzinfo=dt.UTC) if value and value.tzinfo is None else value


class Money(sa.TypeDecorator[decimal.Decimal]):
    """SQLite has no exact numbers: text."""

    impl = sa.Numeric(12, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.String(14) if dialect.name == "sqlite" else sa.Numeric(12, 2))

    def process_bind_param(self, value: decimal.Decimal | None, dialect: sa.Dialect) -> Any:
        return f"{value:.2f}" if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> decimal.Decimal | None:
        return None if value is None else decimal.Decimal(value)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Base(orm.DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        dt.datetime: UtcDateTime,
        decimal.Decimal: Money,
        Status: sa.Enum(Status, native_enum=False, values_callable=lambda values: [one.value for one in values]),
        dict[str, Any]: sa.JSON().with_variant(JSONB(), "postgresql"),
    }


class Row(Base):
    __abstract__ = True

    id: orm.Mapped[uuid.UUID] = orm.mapped_column(primary_key=True, default=uuid.uuid4)
    created_at: orm.Mapped[dt.datetime] = orm.mapped_column(default=now)
    updated_at: orm.Mapped[dt.datetime] = orm.mapped_column(default=now, onupdate=now)
    row_version: orm.Mapped[int]

    @orm.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it with the class
        return {"version_id_col": cls.row_version}


class User(Row):
    __tablename__ = "users"

    email: orm.Mapped[str]
    role: orm.Mapped[str]
    is_active: orm.Mapped[bool]


class Organization(Row):
    __tablename__ = "organizations"


class Tag(Row):
    __tablename__ = "tags"


class TicketTag(Base):
    __tablename__ = "ticket_tags"

    ticket_id: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.ForeignKey("tickets.id"), primary_key=True)
    tag_id: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.ForeignKey("tags.id"), primary_key=True)


class Ticket(Row):
    __tablename__ = "tickets"

    subject: orm.Mapped[str]
    body: orm.Mapped[str]
    status: orm.Mapped[Status]
    priority: orm.Mapped[int]
    cost: orm.Mapped[decimal.Decimal | None]
    due_at: orm.Mapped[dt.datetime | None]
    organization_id: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.ForeignKey("organizations.id"))
    requester_id: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.ForeignKey("users.id"))
    assignee_id: orm.Mapped[uuid.UUID | None] = orm.mapped_column(sa.ForeignKey("users.id"))
    links: orm.Mapped[list[TicketTag]] = orm.relationship(lazy="selectin", order_by=TicketTag.tag_id)

    @property
    def tag_ids(self) -> list[uuid.UUID]:
        return [link.tag_id for link in self.links]


class AuditEvent(Row):
    __tablename__ = "audit_events"

    actor_id: orm.Mapped[uuid.UUID]
    action: orm.Mapped[str]
    entity: orm.Mapped[str]
    entity_id: orm.Mapped[str]
    changes: orm.Mapped[dict[str, Any]]


# --- bodies ---

Text = Field(pattern=r"^[^\x00]*$")
Money122 = Annotated[decimal.Decimal, Field(max_digits=12, decimal_places=2)]


class TicketCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(min_length=1, max_length=200), Text]
    body: Annotated[str, Field(max_length=100_000), Text]
    status: Status = Status.OPEN
    priority: Annotated[int, Field(strict=True, ge=1, le=5)] = 3
    cost: Money122 | None = None
    due_at: AwareDatetime | None = None
    organization_id: uuid.UUID
    assignee_id: uuid.UUID | None = None
    tag_ids: Annotated[list[uuid.UUID], Field(max_length=100)] = []


class TicketRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    created_at: dt.datetime
    updated_at: dt.datetime
    row_version: int
    subject: str
    body: str
    status: Status
    priority: int
    cost: Money122 | None
    due_at: dt.datetime | None
    organization_id: uuid.UUID
    requester_id: uuid.UUID
    assignee_id: uuid.UUID | None
    tag_ids: list[uuid.UUID]


class TicketPage(BaseModel):
    items: list[TicketRead]
    next_cursor: str | None


class TicketQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str | None, Field(max_length=200)] = None
    q: Annotated[str | None, Field(min_length=1, max_length=100), Text] = None
    status: Status | None = None
    organization_id: uuid.UUID | None = None
    requester_id: uuid.UUID | None = None
    assignee_id: uuid.UUID | None = None


# --- database ---

engine = create_async_engine(
    URL, pool_size=10, **({"connect_args": {"timeout": 15}} if IS_SQLITE else {"pool_pre_ping": True})
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
readers = async_sessionmaker(engine.execution_options(begin="BEGIN DEFERRED"), expire_on_commit=False)

if IS_SQLITE:

    @sa.event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with (readers if request.method == "GET" else sessions)() as session:
        yield session
        await session.commit()


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]

# --- callers ---

calls: defaultdict[uuid.UUID, deque[float]] = defaultdict(deque)


def count_call(user_id: uuid.UUID) -> None:
    moment, recent = time.monotonic(), calls[user_id]
    while recent and recent[0] <= moment - WINDOW:
        recent.popleft()
    if len(recent) >= CALLS:
        raise HTTPException(429, headers={"Retry-After": str(int(recent[0] + WINDOW - moment) + 1)})
    recent.append(moment)


async def current_user(
    session: Session, token: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> sa.Row[tuple[uuid.UUID, str]]:
    try:
        claims = jwt.decode(token.credentials, SECRET, algorithms=["HS256"], options={"require": ["sub", "exp"]})
        user_id = uuid.UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise HTTPException(401) from error
    count_call(user_id)
    found = await session.execute(sa.select(User.id, User.role).where(User.id == user_id, User.is_active))
    if (user := found.one_or_none()) is None:
        raise HTTPException(401)
    return user


Caller = Annotated[sa.Row[tuple[uuid.UUID, str]], Depends(current_user)]

# --- operations ---


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


def position_of(cursor: str) -> tuple[dt.datetime, uuid.UUID]:
    try:
        created_at, _, row_id = base64.urlsafe_b64decode(cursor).decode().partition("|")
        return dt.datetime.fromisoformat(created_at), uuid.UUID(row_id)
    except ValueError as error:
        raise HTTPException(400) from error


@app.get("/api/v1/tickets")
async def list_tickets(query: Annotated[TicketQuery, Query()], session: Session, caller: Caller) -> TicketPage:
    found = sa.select(Ticket).order_by(Ticket.created_at.desc(), Ticket.id.desc()).limit(query.limit + 1)
    if caller.role == "user":
        found = found.where(Ticket.requester_id == caller.id)
    for name, value in query.model_dump(exclude_none=True, exclude={"limit", "cursor", "q"}).items():
        found = found.where(getattr(Ticket, name) == value)
    if query.q:
        found = found.where(
            Ticket.subject.icontains(query.q, autoescape=True) | Ticket.body.icontains(query.q, autoescape=True)
        )
    if query.cursor:
        found = found.where(sa.tuple_(Ticket.created_at, Ticket.id) < position_of(query.cursor))
    rows = (await session.scalars(found)).all()
    cursor = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        cursor = base64.urlsafe_b64encode(f"{rows[-1].created_at.isoformat()}|{rows[-1].id}".encode()).decode()
    return TicketPage(items=[TicketRead.model_validate(row) for row in rows], next_cursor=cursor)


@app.post("/api/v1/tickets", status_code=201)
async def create_ticket(body: TicketCreate, session: Session, caller: Caller, response: Response) -> TicketRead:
    ticket = Ticket(**body.model_dump(exclude={"tag_ids"}), requester_id=caller.id)
    ticket.links = [TicketTag(tag_id=tag_id) for tag_id in sorted(set(body.tag_ids))]
    session.add(ticket)
    try:
        await session.flush()
    except sa.exc.IntegrityError as error:
        raise HTTPException(409) from error
    changes = body.model_dump(mode="json")
    session.add(
        AuditEvent(actor_id=caller.id, action="create", entity="Ticket", entity_id=str(ticket.id), changes=changes)
    )
    response.headers["Location"] = f"/api/v1/tickets/{ticket.id}"
    response.headers["ETag"] = f'"{ticket.row_version}"'
    return TicketRead.model_validate(ticket)


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]))
