"""From an HTTP request to an answer: key, fault, idempotency, parameters, execution, expansion.

Source for idempotency: https://docs.stripe.com/api/idempotent_requests (November 2026): the first answer of a key is kept for 24
hours, errors of the server included; what was refused before anything ran is not kept.
"""

import asyncio
import base64
import json
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import stripe
from starlette.requests import Request

from incubator.embedded.stripe_simulator import resources
from incubator.embedded.stripe_simulator.calls import ENDPOINTS, Call, Endpoint
from incubator.embedded.stripe_simulator.errors import StripeRefusal, invalid
from incubator.embedded.stripe_simulator.expanding import expanded
from incubator.embedded.stripe_simulator.faults import Fault, Faults, refusal_for
from incubator.embedded.stripe_simulator.forms import parse
from incubator.embedded.stripe_simulator.parameters import checked
from incubator.embedded.stripe_simulator.paying import let_time_pass
from incubator.embedded.stripe_simulator.payments import Declined
from incubator.embedded.stripe_simulator.store import Books, Resource, Store

assert resources.__all__  # importing the package registers the endpoints
KEPT_S = 86_400
_KEY = re.compile(r"^[sr]k_test_[A-Za-z0-9_]{3,200}$")
_ROUTES = [(item, re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", item.path) + "$")) for item in ENDPOINTS]


@dataclass(frozen=True)
class Answer:
    """What goes back; `dropped` means that the caller never sees it."""

    status: int
    body: Resource
    headers: dict[str, str]
    dropped: bool = False


def authenticate(request: Request) -> str:
    """Give the API key of a request.

    Raises:
        StripeRefusal: there is none, or it is no test key.
    """
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    key = value.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode().partition(":")[0]
        except ValueError:
            key = ""
    elif scheme.lower() != "bearer":
        key = ""
    if not key:
        message = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."
        raise StripeRefusal(401, "invalid_request_error", message)
    if not _KEY.match(key):
        shown = key[:8] + "*" * 8 + key[-4:] if len(key) > 16 else "*" * len(key)
        raise StripeRefusal(401, "invalid_request_error", f"Invalid API Key provided: {shown}")
    return key


async def answer(store: Store, faults: Faults, request: Request, base_url: str) -> Answer:
    """Answer one request to `/v1/…`."""
    request_id = "req_" + secrets.token_hex(7)
    key = request.headers.get("idempotency-key")
    headers = {"Request-Id": request_id, "Stripe-Version": stripe.api_version}
    if key is not None:
        headers["Idempotency-Key"] = key
    try:
        books = store.books(authenticate(request))
        version = request.headers.get("stripe-version", stripe.api_version)
        if version != stripe.api_version:
            raise invalid(f"Invalid Stripe API version: {version[:40]}. This simulator speaks {stripe.api_version} only.")
        endpoint, path = _find(request.method, request.url.path)
        text = request.url.query if request.method in ("GET", "DELETE") else (await request.body()).decode("utf-8", "strict")
        if key is not None and len(key) > 255:
            raise invalid("Keys for idempotent requests may only be up to 255 characters.", param="Idempotency-Key")
    except UnicodeDecodeError:
        refusal = invalid("Invalid request: the body is not UTF-8")
        return Answer(refusal.status, refusal.body(), headers)
    except StripeRefusal as refusal:
        return Answer(refusal.status, refusal.body(), headers)
    fault = faults.next_for(request.method, request.url.path)
    work = _Work(endpoint, path, text, request.url.path, base_url, headers, fault, key)
    if request.method != "POST" or key is None:
        return await _answer_once(books, work)
    return await _answer_by_key(books, work, key)


def _find(method: str, url_path: str) -> tuple[Endpoint, dict[str, str]]:
    for endpoint, pattern in _ROUTES:
        match = pattern.match(url_path)
        if match is not None and endpoint.method == method:
            return endpoint, match.groupdict()
    raise invalid(f"Unrecognized request URL ({method}: {url_path[:200]}).", status=404)


@dataclass(frozen=True)
class _Work:
    """A request that is to be executed, or hit by a fault."""

    endpoint: Endpoint
    path: dict[str, str]
    text: str
    url_path: str
    base_url: str
    headers: dict[str, str]
    fault: Fault | None
    key: str | None


async def _answer_once(books: Books, work: _Work) -> Answer:
    """Execute a request, or do to it what the fault says."""
    fault = work.fault
    if fault is not None and fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault is not None and fault.kind == "drop_request":
        return Answer(0, {}, work.headers, dropped=True)
    refusal = refusal_for(fault.kind) if fault is not None else None
    after = fault is not None and fault.kind == "error_500_after"
    if refusal is not None and not after:
        return Answer(refusal.status, refusal.body(), work.headers)
    try:
        params = checked(work.endpoint.params, parse(work.text))
    except StripeRefusal as unfit:
        return Answer(unfit.status, unfit.body(), work.headers)
    call = Call(books, params, work.path, work.url_path, work.base_url, work.headers["Request-Id"], work.key)
    status, body = _execute(call, work.endpoint, refusal)
    return Answer(status, body, work.headers, dropped=fault is not None and fault.kind == "drop_reply")


def _execute(call: Call, endpoint: Endpoint, instead: StripeRefusal | None) -> tuple[int, Resource]:
    """Run an endpoint in a transaction of its own, which also keeps the answer for the key.

    A declined payment is kept, any other refusal leaves nothing but its answer. `instead` is answered whatever happened.
    """
    store = call.books.store
    with store.transaction():
        let_time_pass(store)
    try:
        with store.transaction():
            try:
                result = (200, expanded(call.books, endpoint.answer(call), call.params.get("expand", [])))
            except Declined as declined:
                result = (declined.refusal.status, declined.refusal.body())
            return _kept(call, (instead.status, instead.body()) if instead is not None else result)
    except StripeRefusal as refusal:
        return _kept(call, (refusal.status, refusal.body()))


def _kept(call: Call, result: tuple[int, Resource]) -> tuple[int, Resource]:
    """Keep an answer for the request's key."""
    status, body = result
    call.books.store.connection.execute(
        "UPDATE reply SET status = ?, body = ? WHERE account = ? AND key = ?",
        (status, json.dumps(body), call.books.account, call.idempotency_key),
    )
    return result


async def _answer_by_key(books: Books, work: _Work, key: str) -> Answer:
    """Execute a request once for its key; later ones with the key get the same answer."""
    database = books.store.connection
    fingerprint = sha256(f"{work.url_path}\n{_sorted(work.text)}".encode()).hexdigest()
    database.execute("DELETE FROM reply WHERE created < ?", (books.now - KEPT_S,))
    kept = database.execute(
        "SELECT fingerprint, status, body, request FROM reply WHERE account = ? AND key = ?", (books.account, key)
    ).fetchone()
    if kept is not None:
        return _replay(kept, fingerprint, key, work)
    database.execute(
        "INSERT INTO reply (account, key, fingerprint, created, request) VALUES (?, ?, ?, ?, ?)",
        (books.account, key, fingerprint, books.now, work.headers["Request-Id"]),
    )
    try:
        return await _answer_once(books, work)
    finally:  # what was refused before it ran leaves its key free
        database.execute("DELETE FROM reply WHERE account = ? AND key = ? AND status IS NULL", (books.account, key))


def _replay(kept: Any, fingerprint: str, key: str, work: _Work) -> Answer:
    kept_fingerprint, status, body, first_request = kept
    if kept_fingerprint != fingerprint:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
        return Answer(400, StripeRefusal(400, "idempotency_error", message).body(), work.headers)
    if status is None:
        message = f"There is currently another in-progress request using this Idempotent Key: {key}."
        refusal = StripeRefusal(409, "idempotency_error", message, code="idempotency_key_in_use")
        return Answer(409, refusal.body(), work.headers)
    dropped = work.fault is not None and work.fault.kind in ("drop_reply", "drop_request")
    replayed = work.headers | {"Idempotent-Replayed": "true", "Original-Request": first_request}
    return Answer(status, json.loads(body), replayed, dropped=dropped)


def _sorted(text: str) -> str:
    return "&".join(sorted(text.split("&")))
