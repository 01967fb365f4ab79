"""Signing in and out over plain HTTP."""

import asyncio
from typing import Any

import httpx
import pytest

from incubator import db
from incubator.kernel.actor import SYSTEM, Role
from incubator.organizations import service, sign_in
from tests.support import make
from tests.support.servers import Servers
from tests.support.web import Web, serving

PASSWORD = "correct horse battery staple"
EMAIL = "ada@people.example"


async def known_person() -> None:
    async with db.transaction():
        person_id = await service.register_person(EMAIL, "Ada")
        await service.give_role(SYSTEM, person_id, await make.organization(), Role.OWNER)
        await service.set_password(person_id, PASSWORD)


async def post(web: Web, route: str, **body: Any) -> httpx.Response:
    async with web.client() as client:
        return await client.post(f"/auth/{route}", json=body, headers={"accept-language": "de"})


async def test_a_person_signs_in_acts_and_signs_out(web: Web) -> None:
    await known_person()
    async with web.client() as client:
        signed_in = await client.post("/auth/sign-in", json={"email": " ADA@people.example", "password": PASSWORD})
        cookie = signed_in.headers["set-cookie"]
        roles = await client.post("/graphql", json={"query": "{ viewer { roles } }"})
        signed_out = await client.post("/auth/sign-out", json={})
        after = await client.post("/graphql", json={"query": "{ viewer { roles } }"})

    assert (signed_in.status_code, signed_in.json()) == (200, {"signedIn": True})
    assert cookie.startswith("incubator_session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert roles.json()["data"] == {"viewer": {"roles": ["OWNER"]}}
    assert signed_out.status_code == 200
    assert after.json()["data"] == {"viewer": None}


async def test_a_cookie_that_was_kept_after_signing_out_is_worth_nothing(web: Web) -> None:
    await known_person()
    signed_in = await post(web, "sign-in", email=EMAIL, password=PASSWORD)
    secret = signed_in.cookies["incubator_session"]
    async with web.client(session=secret) as client:
        await client.post("/auth/sign-out", json={})
    async with web.client(session=secret) as client:
        answer = await client.post("/graphql", json={"query": "{ viewer { roles } }"})

    assert answer.json()["data"] == {"viewer": None}


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@people.example", PASSWORD), (EMAIL, ""), ("", "")])
async def test_wrong_credentials_are_one_answer(web: Web, email: str, password: str) -> None:
    await known_person()

    answer = await post(web, "sign-in", email=email, password=password)

    assert answer.status_code == 401
    assert answer.json() == {"code": "WrongCredentials", "message": "Die E-Mail-Adresse oder das Passwort ist falsch."}
    assert "set-cookie" not in answer.headers
    assert await db.value("SELECT count(*) FROM session") == 0


async def test_too_many_failures_must_wait(web: Web) -> None:
    await known_person()
    for _ in range(sign_in.FAILURES_PER_ADDRESS):
        await post(web, "sign-in", email=EMAIL, password="wrong")

    answer = await post(web, "sign-in", email=EMAIL, password=PASSWORD)

    assert answer.status_code == 429
    assert answer.json()["code"] == "RateLimited"
    assert int(answer.headers["retry-after"]) == answer.json()["retryAfterS"] > 0


async def test_a_flood_is_stopped_before_it_reaches_the_passwords(web: Web) -> None:
    async with web.client() as client:
        answers = await asyncio.gather(
            *(client.post("/auth/reset-password", json={"token": "x", "password": "y" * 20}) for _ in range(160))
        )

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {400, 429}
    assert 120 <= statuses.count(400) < 160


async def test_a_reset_is_answered_alike_for_everybody(web: Web) -> None:
    await known_person()

    known, unknown = (
        await post(web, "request-password-reset", email=EMAIL),
        await post(web, "request-password-reset", email="nobody@x.example"),
    )

    assert known.status_code == unknown.status_code == 200
    assert known.json() == unknown.json()
    assert await db.value("SELECT count(*) FROM password_reset") == 1


async def test_a_password_is_reset_once(web: Web) -> None:
    await known_person()
    await post(web, "request-password-reset", email=EMAIL)
    secret = await sign_in.issue_reset_secret(await db.value("SELECT id FROM password_reset"))

    weak = await post(web, "reset-password", token=secret, password="short")
    done = await post(web, "reset-password", token=secret, password="a new and longer one")
    again = await post(web, "reset-password", token=secret, password="a third and longer one")

    assert (weak.status_code, weak.json()["code"], weak.json()["limit"]) == (400, "PasswordTooWeak", "12")
    assert done.status_code == 200
    assert (again.status_code, again.json()["code"]) == (400, "LinkExpired")
    assert (await post(web, "sign-in", email=EMAIL, password="a new and longer one")).status_code == 200


async def test_an_invitation_is_accepted_and_signs_in(web: Web) -> None:
    owner = await make.startup_owner()
    invitation_id = await service.invite_person(owner, "new@people.example", "New", [Role.MEMBER])
    secret = await service.issue_invitation_secret(invitation_id)

    answer = await post(web, "accept-invitation", token=secret, name="New Person", password=PASSWORD)
    again = await post(web, "accept-invitation", token=secret, name="New Person", password=PASSWORD)
    async with web.client(session=answer.cookies["incubator_session"]) as client:
        viewer = await client.post("/graphql", json={"query": "{ viewer { roles } }"})

    assert (answer.status_code, answer.json()) == (200, {"signedIn": True})
    assert (again.status_code, again.json()["code"]) == (400, "LinkExpired")
    assert viewer.json()["data"] == {"viewer": {"roles": ["MEMBER"]}}


BODIES = {
    "nothing": b"",
    "a list": b"[]",
    "not json": b"{",
    "no password": b'{"email": "a@b.example"}',
    "an object as e-mail": b'{"email": {}, "password": "x"}',
    "a number as code": b'{"email": "a@b.example", "password": "x", "code": 1}',
    "a NUL": b'{"email": "a\\u0000@b.example", "password": "x"}',
    "a long e-mail": b'{"email": "' + b"a" * 2_000 + b'", "password": "x"}',
    "invalid UTF-8": b'{"email": "\xff", "password": "x"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_malformed_body_is_answered_with_400(web: Web, body: bytes) -> None:
    async with web.client() as client:
        answer = await client.post("/auth/sign-in", content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")


async def test_a_large_body_is_answered_with_413(web: Web) -> None:
    async with web.client() as client:
        answer = await client.post("/auth/sign-in", content=b"{" + b" " * 20_000 + b"}")

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site", "x-requested-with": "incubator"}]
)
async def test_another_sites_page_cannot_sign_anybody_in(web: Web, headers: dict[str, str]) -> None:
    await known_person()
    async with httpx.AsyncClient(base_url=web.url, verify=False) as client:
        answer = await client.post("/auth/sign-in", json={"email": EMAIL, "password": PASSWORD}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "CrossSite")
    assert "set-cookie" not in answer.headers


async def test_behind_https_the_cookie_never_travels_in_the_clear(servers: Servers, database_url: str) -> None:
    async with serving(servers, database_url, public_url="https://app.example") as web:
        await known_person()
        async with web.client() as client:
            signed_in = await client.post(
                "/auth/sign-in", json={"email": EMAIL, "password": PASSWORD}, headers={"origin": "https://app.example"}
            )
            name, _, secret = signed_in.headers["set-cookie"].partition(";")[0].partition("=")
            answer = await client.post("/graphql", json={"query": "{ viewer { roles } }"}, headers={"cookie": f"{name}={secret}"})

    assert name == "__Host-incubator_session"
    assert "Secure" in signed_in.headers["set-cookie"]
    assert signed_in.headers["strict-transport-security"].startswith("max-age=31536000")
    assert answer.json()["data"] == {"viewer": {"roles": ["OWNER"]}}


@pytest.mark.parametrize("route", ["sign-in", "sign-out", "request-password-reset", "reset-password", "accept-invitation"])
async def test_the_routes_are_for_post_only(web: Web, route: str) -> None:
    async with web.client() as client:
        assert (await client.get(f"/auth/{route}")).status_code == 404
