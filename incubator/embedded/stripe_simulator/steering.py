"""`/_test/…`: what Stripe would not let anybody do. Moves the clock, makes faults, decides payments, delivers events.

POST /_test/clock {"advance_s": 86400} · /_test/faults {"kind": "drop_reply", "count": 1, "rate": 1.0, "method": "POST", "path":
"/v1/refunds", "seed": 7} · DELETE /_test/faults · /_test/webhooks {"order": "reversed", "duplicates": 2, "delay_s": 0, "held": false}
· /_test/deliver (everything now) · /_test/settle {"payment_intent": "pi_…", "outcome": "succeeded"|"failed"} ·
/_test/authenticate {"intent": "pi_…", "passed": true} · /_test/pay {"session": "cs_…", "method": "card", "choice": "pay"|"decline"|
"authenticate"} · /_test/account {"display_name": "…"} (with the API key) · /_test/webhook_endpoint {"url": "…", "secret":
"whsec_…"} (with the API key; the same address again only gets the new secret) · GET /_test/state
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from incubator.embedded.stripe_simulator import api, paying
from incubator.embedded.stripe_simulator.courier import Courier, Manner
from incubator.embedded.stripe_simulator.errors import StripeRefusal, invalid
from incubator.embedded.stripe_simulator.faults import Faults
from incubator.embedded.stripe_simulator.resources import webhook_endpoints
from incubator.embedded.stripe_simulator.store import Books, Store

Steer = Callable[[Request, dict[str, Any]], Awaitable[object]]
_LONGEST_ADVANCE_S = 10 * 366 * 86_400


Answering = Callable[[Request], Awaitable[Response]]


def routes(
    store: Store, faults: Faults, courier: Courier, base_url: Callable[[Request], str], guarded: Callable[[Answering], Answering]
) -> list[Route]:
    """Make the routes of the steering API for one simulator, each behind `guarded`."""

    def owner_of(object_id: object) -> Books:
        books = store.books_with(str(object_id))
        if books is None:
            raise invalid(f"No such object: '{object_id}'", code="resource_missing", status=404)
        return books

    async def advance_clock(request: Request, given: dict[str, Any]) -> object:
        seconds = given.get("advance_s", 0)
        if not isinstance(seconds, int) or not 0 <= seconds <= _LONGEST_ADVANCE_S:
            raise invalid("advance_s is a whole number of seconds, not negative", param="advance_s")
        with store.transaction():
            store.advance(seconds)
            paying.let_time_pass(store)
        return {"now": store.now(), "offset_s": store.offset_s()}

    async def add_fault(request: Request, given: dict[str, Any]) -> object:
        faults.add(given)
        return {"faults": faults.shown()}

    async def clear_faults(request: Request, given: dict[str, Any]) -> object:
        faults.clear()
        return {"faults": []}

    async def set_manner(request: Request, given: dict[str, Any]) -> object:
        courier.manner = Manner.of(given)
        return given

    async def deliver(request: Request, given: dict[str, Any]) -> object:
        return {"delivered": await courier.deliver(everything=True)}

    async def settle(request: Request, given: dict[str, Any]) -> object:
        if given.get("outcome") not in ("succeeded", "failed"):
            raise invalid("outcome is succeeded or failed", param="outcome")
        with store.transaction():
            return paying.settle(owner_of(given.get("payment_intent")), given["payment_intent"], given["outcome"])

    async def authenticate(request: Request, given: dict[str, Any]) -> object:
        with store.transaction():
            try:
                return paying.authenticate(owner_of(given.get("intent")), given["intent"], passed=bool(given.get("passed", True)))
            except paying.Declined as declined:
                return declined.refusal.body()

    async def pay(request: Request, given: dict[str, Any]) -> object:
        if given.get("choice", "pay") not in ("pay", "decline", "authenticate"):
            raise invalid("choice is pay, decline or authenticate", param="choice")
        with store.transaction():
            try:
                books = owner_of(given.get("session"))
                return paying.attempt(books, given["session"], given.get("method", "card"), given.get("choice", "pay"), base_url(request))
            except paying.Declined as declined:
                return declined.refusal.body()

    async def rename(request: Request, given: dict[str, Any]) -> object:
        name = given.get("display_name")
        if not isinstance(name, str) or not 0 < len(name) <= 200:
            raise invalid("display_name is a text of up to 200 characters", param="display_name")
        books = store.books(api.authenticate(request))
        books.rename(name)
        return {"account": books.account, "display_name": name}

    async def open_endpoint(request: Request, given: dict[str, Any]) -> object:
        url, secret = given.get("url"), given.get("secret")
        if not isinstance(url, str) or not isinstance(secret, str) or not secret.startswith("whsec_"):
            raise invalid("url and secret (whsec_…) are texts", param="secret")
        books = store.books(api.authenticate(request))
        with store.transaction():
            return {"id": webhook_endpoints.open_with_secret(books, url, secret)["id"]}

    async def state(request: Request, given: dict[str, Any]) -> object:
        rows = store.connection.execute("SELECT kind, count(*) FROM object GROUP BY kind ORDER BY kind").fetchall()
        pending = store.connection.execute("SELECT count(*) FROM delivery WHERE state = 'pending'").fetchone()[0]
        return {"now": store.now(), "objects": dict(rows), "pending_deliveries": pending, "faults": faults.shown()}

    table: list[tuple[str, str, Steer]] = [
        ("POST", "clock", advance_clock),
        ("POST", "faults", add_fault),
        ("DELETE", "faults", clear_faults),
        ("POST", "webhooks", set_manner),
        ("POST", "deliver", deliver),
        ("POST", "settle", settle),
        ("POST", "authenticate", authenticate),
        ("POST", "pay", pay),
        ("POST", "account", rename),
        ("POST", "webhook_endpoint", open_endpoint),
        ("GET", "state", state),
    ]
    return [Route(f"/_test/{name}", guarded(_answering(steer)), methods=[method]) for method, name, steer in table]


def _answering(steer: Steer) -> Answering:
    async def answer(request: Request) -> Response:
        try:
            body = await request.body()
            given = json.loads(body) if body else {}
            if not isinstance(given, dict):
                raise invalid("The body must be a JSON object")
            return JSONResponse(await steer(request, given))
        except ValueError:
            return JSONResponse(invalid("The body must be a JSON object").body(), 400)
        except StripeRefusal as refusal:
            return JSONResponse(refusal.body(), refusal.status)

    return answer
