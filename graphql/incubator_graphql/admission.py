"""The door: a cookie's session or a bearer token becomes an actor, nobody becomes nobody, in the language they read."""

from dataclasses import replace

from starlette.requests import HTTPConnection

from incubator.kernel.actor import ANONYMOUS, Actor
from incubator.kernel.errors import NotSignedIn
from incubator.kernel.language import negotiate
from incubator.organizations.access import actor_of_session, actor_of_token
from incubator_graphql.context import Credentials

MAX_SECRET = 200


class SignedInPeople:
    """Asks the database each time, so that what is revoked is over at once."""

    async def actor_for(self, credentials: Credentials, connection: HTTPConnection) -> Actor:
        """Find who shows these credentials.

        Raises:
            NotSignedIn: an API token is unknown, expired or revoked.
        """
        if credentials.token is not None:
            actor = await actor_of_token(credentials.token) if len(credentials.token) <= MAX_SECRET else None
            if actor is None:
                raise NotSignedIn()
            return actor
        if credentials.session is not None and len(credentials.session) <= MAX_SECRET:
            actor = await actor_of_session(credentials.session)
            if actor is not None:
                return actor
        return replace(ANONYMOUS, language=negotiate(connection.headers.get("accept-language", "")))
