"""Signing in and out, by plain JSON over POST: what needs a cookie to be set cannot be GraphQL. Refusals are in the caller's language."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from json import JSONDecodeError

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from incubator.kernel.errors import DomainError, RateLimited
from incubator.kernel.language import negotiate
from incubator.organizations import service, sign_in
from incubator.organizations.errors import CodeRequired, WrongCode, WrongCredentials
from incubator_graphql import wire
from incubator_graphql.budget import Allowance, Buckets
from incubator_graphql.context import SECURE_SESSION_COOKIE, SESSION_COOKIE, address_of
from incubator_graphql.cross_site import is_cross_site
from incubator_graphql.failures import camel
from incubator_graphql.ids import outward

TRIES = Allowance("auth", capacity=120, per_s=2)
MAX_BODY = 10_000
MAX_TEXT = 1_000

Answer = Callable[[Request, Mapping[str, str]], Awaitable[Response]]


class MalformedBody(Exception):
    """The body is not the object of texts that the route takes."""


@dataclass(frozen=True, slots=True)
class Auth:
    """The routes under /auth. `is_https` decides the cookie's name and whether it travels in the clear."""

    buckets: Buckets
    is_https: bool
    allowed_origins: Collection[str] = ()

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            self._route("sign-in", self.sign_in, ("email", "password"), ("code",)),
            self._route("sign-out", self.sign_out, (), ()),
            self._route("request-password-reset", self.request_password_reset, ("email",), ()),
            self._route("reset-password", self.reset_password, ("token", "password"), ()),
            self._route("accept-invitation", self.accept_invitation, ("token", "name", "password"), ()),
        ]

    async def sign_in(self, request: Request, given: Mapping[str, str]) -> Response:
        secret = await sign_in.sign_in(
            given["email"], given["password"], given.get("code"), caller=address_of(request), user_agent=_browser(request)
        )
        return self._signed_in(secret)

    async def sign_out(self, request: Request, given: Mapping[str, str]) -> Response:
        secret = request.cookies.get(self._cookie)
        if secret:
            await sign_in.sign_out(secret)
        response = _json(200, {"signedIn": False})
        response.delete_cookie(self._cookie, path="/", secure=self.is_https, httponly=True, samesite="lax")
        response.headers["clear-site-data"] = '"cache"'
        return response

    async def request_password_reset(self, request: Request, given: Mapping[str, str]) -> Response:
        await sign_in.request_password_reset(given["email"], caller=address_of(request))
        return _json(200, {"requested": True})

    async def reset_password(self, request: Request, given: Mapping[str, str]) -> Response:
        await sign_in.reset_password(given["token"], given["password"])
        return _json(200, {"reset": True})

    async def accept_invitation(self, request: Request, given: Mapping[str, str]) -> Response:
        return self._signed_in(
            await service.accept_invitation(given["token"], given["name"], given["password"], user_agent=_browser(request))
        )

    @property
    def _cookie(self) -> str:
        return SECURE_SESSION_COOKIE if self.is_https else SESSION_COOKIE

    def _signed_in(self, secret: str) -> Response:
        response = _json(200, {"signedIn": True})
        age_s = int(sign_in.SESSION_LENGTH.total_seconds())
        response.set_cookie(self._cookie, secret, max_age=age_s, path="/", secure=self.is_https, httponly=True, samesite="lax")
        return response

    def _route(self, name: str, answer: Answer, wanted: tuple[str, ...], optional: tuple[str, ...]) -> Route:
        async def endpoint(request: Request) -> Response:
            if is_cross_site(request, self.allowed_origins):
                return _json(403, {"code": "CrossSite", "message": "Ask from our own pages, or send X-Requested-With: incubator."})
            try:
                taken = await self.buckets.take(TRIES, address_of(request), 1)
                if not taken.granted:
                    raise RateLimited(retry_after_s=taken.retry_after_s)
                return await answer(request, read_body(await request.body(), wanted, optional))
            except MalformedBody as error:
                return _json(400, {"code": "BadRequest", "message": str(error)})
            except DomainError as refusal:
                return _refused(request, refusal)

        return Route(f"/auth/{name}", endpoint, methods=["POST"], max_body_size=MAX_BODY)


def read_body(body: bytes, wanted: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, str]:
    """Read an object of texts.

    Raises:
        MalformedBody: it is not one, or a text is missing or longer than 1,000 characters.
    """
    try:
        raw = wire.decode(body or b"{}")
    except JSONDecodeError as error:
        raise MalformedBody("The body must be a JSON object.") from error
    if not isinstance(raw, dict):
        raise MalformedBody("The body must be a JSON object.")
    given: dict[str, str] = {}
    for name in (*wanted, *optional):
        text = raw.get(name)
        if text is None and name in optional:
            continue
        if not isinstance(text, str) or len(text) > MAX_TEXT or "\0" in text:
            raise MalformedBody(f"`{name}` must be a text of at most {MAX_TEXT} characters.")
        given[name] = text
    return given


def _refused(request: Request, refusal: DomainError) -> Response:
    message = refusal.message(negotiate(request.headers.get("accept-language", "")))
    details = {camel(name): outward(name, value) for name, value in refusal.details().items()}
    response = _json(_status(refusal), {"code": refusal.code, "message": message, **details})
    if isinstance(refusal, RateLimited):
        response.headers["retry-after"] = str(refusal.retry_after_s)
    return response


def _status(refusal: DomainError) -> int:
    if isinstance(refusal, RateLimited):
        return 429
    return 401 if isinstance(refusal, (WrongCredentials, CodeRequired, WrongCode)) else 400


def _json(status: int, body: Mapping[str, object]) -> Response:
    return Response(wire.encode(body), status, {"cache-control": "no-store"}, media_type="application/json")


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")
