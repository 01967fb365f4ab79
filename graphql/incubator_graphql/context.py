"""What a resolver knows of the operation it serves. One per operation: a socket carries many, and none of them shares a loader."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import strawberry
from starlette.requests import HTTPConnection

from incubator.kernel.actor import Actor
from incubator_graphql.change_feed import ChangeFeed
from incubator_graphql.loaders import Loaders

SESSION_COOKIE = "incubator_session"
SECURE_SESSION_COOKIE = "__Host-incubator_session"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller showed: a session's secret out of the cookie, or an API token; a token wins over a cookie."""

    session: str | None = None
    token: str | None = None

    @property
    def is_ambient(self) -> bool:
        """Whether a browser adds it by itself, so that another site's page could use it."""
        return self.token is None and self.session is not None


def credentials_of(connection: HTTPConnection, parameters: Mapping[str, object] | None = None) -> Credentials:
    """Read the credentials of a request; for a socket also the `authorization` of its `connection_init` payload."""
    offered = (parameters or {}).get("authorization") or connection.headers.get("authorization") or ""
    scheme, _, token = str(offered).partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credentials(token=token.strip())
    return Credentials(session=connection.cookies.get(SECURE_SESSION_COOKIE) or connection.cookies.get(SESSION_COOKIE) or None)


class Admission(Protocol):
    """Turns credentials into an actor."""

    async def actor_for(self, credentials: Credentials, connection: HTTPConnection) -> Actor:
        """Find who shows these credentials; nobody signed in is an actor without a person.

        Raises:
            NotSignedIn: an API token is unknown, expired or revoked (a stale cookie is simply nobody).
        """
        ...


@dataclass(frozen=True, slots=True)
class Edge:
    """What this process holds for all operations: the door, and the feed of changes."""

    admission: Admission
    feed: ChangeFeed


@dataclass(slots=True)
class OperationContext:
    """Who asks, over which connection. `budget_key` names the bucket of points that the operation draws on."""

    edge: Edge
    connection: HTTPConnection
    actor: Actor
    request_id: str
    loaders: Loaders
    connection_params: dict[str, object] | None = None

    @property
    def is_anonymous(self) -> bool:
        return self.actor.person_id is None

    @property
    def budget_key(self) -> str:
        if self.actor.person_id is not None:
            return str(self.actor.person_id)
        return f"address:{address_of(self.connection)}"

    async def ask_again(self) -> Actor:
        """Find out who the caller is now: roles may have gone, a session may have ended.

        Raises:
            NotSignedIn: the API token works no more.
        """
        return await self.edge.admission.actor_for(credentials_of(self.connection, self.connection_params), self.connection)

    def become(self, actor: Actor) -> None:
        """Go on as another standing of the caller; what was loaded for the former is forgotten."""
        self.actor, self.loaders = actor, Loaders(actor)


def address_of(connection: HTTPConnection) -> str:
    """Return the network address of the caller, as the trusted proxy in front says it."""
    return connection.client.host if connection.client else "local"


async def open_context(
    edge: Edge, connection: HTTPConnection, request_id: str, parameters: dict[str, object] | None = None
) -> OperationContext:
    """Make the context of one operation, asking anew who the caller is."""
    actor = await edge.admission.actor_for(credentials_of(connection, parameters), connection)
    return OperationContext(edge, connection, actor, request_id, Loaders(actor), parameters)


Info = strawberry.Info[OperationContext, None]
