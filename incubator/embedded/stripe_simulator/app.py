"""The simulator as an ASGI application: the API, the payment page and the steering API. For this machine only."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from incubator.embedded.stripe_simulator import api, courier, paying, payment_page, steering
from incubator.embedded.stripe_simulator.currencies import display
from incubator.embedded.stripe_simulator.errors import StripeRefusal, invalid
from incubator.embedded.stripe_simulator.faults import Faults
from incubator.embedded.stripe_simulator.resources.checkout import line_items_of
from incubator.embedded.stripe_simulator.resources.webhook_endpoints import LOOPBACK
from incubator.embedded.stripe_simulator.store import Books, Resource, Store

Answering = Callable[[Request], Awaitable[Response]]


class NoAnswer(Response):
    """An answer that never arrives whole: the connection breaks in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Announce more than is sent, so that the caller sees a broken connection and never a status it could trust."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def create_app(state: Path | None = None, *, send: courier.Send | None = None, real_time: Callable[[], float] | None = None) -> Starlette:
    """Make a simulator.

    `state` is a SQLite file, none for memory only. `send` delivers webhooks in a test's own way instead of over HTTP; then nothing
    is delivered in the background, only by `/_test/deliver`. `real_time` gives Unix seconds.
    """
    store = Store(state) if real_time is None else Store(state, real_time)
    faults = Faults()
    client = httpx.AsyncClient(timeout=courier.ANSWER_WITHIN_S, follow_redirects=False, trust_env=False)
    carrier = courier.Courier(store, send or courier.over_http(client))
    pages = _Pages(store)

    async def answer_api(request: Request) -> Response:
        answer = await api.answer(store, faults, request, base_url(request))
        if answer.dropped:
            return NoAnswer()
        return JSONResponse(answer.body, answer.status, headers=answer.headers)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(carrier.run()) if send is None else None
        yield
        if running is not None:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
        await client.aclose()
        store.close()

    routes = [
        Route("/v1/{rest:path}", _on_this_machine(answer_api), methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
        Route("/c/pay/{session}", _on_this_machine(pages.show), methods=["GET"]),
        Route("/c/pay/{session}", _on_this_machine(pages.act), methods=["POST"]),
        Route("/3ds/{intent}", _on_this_machine(pages.ask), methods=["GET"]),
        Route("/3ds/{intent}", _on_this_machine(pages.answer), methods=["POST"]),
        Route("/assets/payment_page.css", _style, methods=["GET"]),
        Route("/healthz", _alive, methods=["GET"]),
        *steering.routes(store, faults, carrier, base_url, _on_this_machine),
    ]
    return Starlette(routes=routes, lifespan=lifespan, max_body_size=1_000_000)


def base_url(request: Request) -> str:
    """Give the address under which the simulator was called."""
    return str(request.base_url).rstrip("/")


def _on_this_machine(answer: Answering) -> Answering:
    """Refuse calls that name another host, as a web page elsewhere could make a browser send."""

    async def guarded(request: Request) -> Response:
        if (request.url.hostname or "").strip("[]") not in LOOPBACK:
            refusal = invalid("This simulator answers on this machine only.", status=403)
            return JSONResponse(refusal.body(), 403)
        return await answer(request)

    return guarded


async def _style(request: Request) -> Response:
    return Response(payment_page.STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


class _Pages:
    """The payment page and the bank's page."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def show(self, request: Request) -> Response:
        """Show a session's page."""
        with self.store.transaction():
            paying.let_time_pass(self.store)
        return self._page(request, request.path_params["session"], None)

    def _page(self, request: Request, session_id: str, error: str | None) -> Response:
        books = self.store.books_with(session_id)
        if books is None:
            return PlainNotFound()
        session = books.find("checkout.session", session_id)
        language = self._language(request, session)
        if session["status"] != "open":
            return _html(payment_page.closed_page(language, session["status"]), 200)
        page = payment_page.pay_page(language, books.display_name, session, line_items_of(books, session_id), error)
        return _html(page, 200 if error is None else 402, session["success_url"], session["cancel_url"])

    def _language(self, request: Request, session: Resource) -> str:
        return payment_page.language_of(session["locale"], request.headers.get("accept-language", ""))

    async def act(self, request: Request) -> Response:
        """Do what the payer chose, and go on to where the session says."""
        session_id = request.path_params["session"]
        books = self.store.books_with(session_id)
        if books is None:
            return PlainNotFound()
        form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
        action = form.get("action", "")
        session = books.find("checkout.session", session_id)
        if action == "cancel" and session["cancel_url"]:
            return RedirectResponse(session["cancel_url"], 303)
        choice = paying.CHOICES.get(action)
        if choice is None:
            return self._page(request, session_id, None)
        refusal: StripeRefusal | None = None
        try:
            with self.store.transaction():
                paying.let_time_pass(self.store)
                try:
                    intent = paying.attempt(books, session_id, form.get("method", "card"), choice, base_url(request))
                except paying.Declined as declined:
                    refusal = declined.refusal
        except StripeRefusal as refused:
            refusal = refused
        if refusal is not None:
            return self._page(request, session_id, refusal.message)
        if intent["status"] == "requires_action":
            return RedirectResponse(f"/3ds/{intent['id']}", 303)
        return RedirectResponse(_after(session), 303)

    async def ask(self, request: Request) -> Response:
        """Show the bank's question."""
        intent_id = request.path_params["intent"]
        books = self.store.books_with(intent_id)
        found = books.any(intent_id) if books is not None else None
        if books is None or found is None or found[1].get("status") != "requires_action":
            return PlainNotFound()
        intent, session = found[1], self._session(books, intent_id)
        amount = display(intent["amount"], intent["currency"]) if "amount" in intent else "0"
        language = payment_page.language_of(session["locale"] if session else None, request.headers.get("accept-language", ""))
        targets = [session["success_url"], session["cancel_url"]] if session else [_return_url(intent)]
        return _html(payment_page.bank_page(language, books.display_name, amount), 200, *targets)

    def _session(self, books: Books, intent_id: str) -> Resource | None:
        session_id = books.hidden(intent_id).get("session")
        return books.find("checkout.session", session_id) if session_id else None

    async def answer(self, request: Request) -> Response:
        """Take the answer to the bank's question and go on."""
        intent_id = request.path_params["intent"]
        books = self.store.books_with(intent_id)
        if books is None:
            return PlainNotFound()
        form = parse_qs((await request.body()).decode())
        session = self._session(books, intent_id)
        found = books.any(intent_id)
        return_url = _return_url(found[1]) if found else None
        message: str | None = None
        try:
            with self.store.transaction():
                try:
                    intent = paying.authenticate(books, intent_id, passed=form.get("passed") == ["yes"])
                except paying.Declined as declined:
                    message, intent = declined.refusal.message, (books.any(intent_id) or ("", {}))[1]
        except StripeRefusal as refused:
            return _html(payment_page.closed_page("en", "expired"), refused.status)
        if session is None:
            return RedirectResponse(_returned(return_url, intent), 303) if return_url else PlainNotFound()
        if intent["status"] in ("succeeded", "requires_capture"):
            return RedirectResponse(_after(session), 303)
        return self._page(request, session["id"], message or payment_page.failed_authentication(self._language(request, session)))


def _return_url(intent: Resource) -> str | None:
    action = intent.get("next_action") or {}
    url: str | None = action.get("redirect_to_url", {}).get("return_url")
    return url


def _returned(url: str, intent: Resource) -> str:
    noun = intent["object"]
    query = {noun: intent["id"], f"{noun}_client_secret": intent["client_secret"]}
    query["redirect_status"] = "succeeded" if intent["status"] == "succeeded" else "failed"
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _after(session: Resource) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _html(page: str, status: int, *targets: str | None) -> Response:
    headers = {
        "Content-Security-Policy": payment_page.policy_for(*targets),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(page, status, headers=headers)


class PlainNotFound(Response):
    """A page that is not there."""

    def __init__(self) -> None:
        super().__init__("Not found", 404, media_type="text/plain")
