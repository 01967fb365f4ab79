"""Payments: commit the attempt, call Stripe outside of any transaction, record what is known; what is unknown is read, never guessed."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import ledger, queries
from incubator.billing.errors import AmountTooSmall, PaymentProviderAway, PaymentRefused, SignatureInvalid, TransferOnly
from incubator.billing.events import InvoicePaid, PaymentFailed, PaymentReceived
from incubator.billing.invoice_errors import InvoiceNotOpen
from incubator.billing.ledger import Account, Side
from incubator.billing.queries import Attempt, LockedInvoice
from incubator.billing.scope import visible_invoices
from incubator.billing.stripe_amounts import minimum_minor
from incubator.billing.stripe_gateway import (
    Checkout,
    CheckoutTerms,
    GatewayBusy,
    GatewayProblem,
    GatewayRefused,
    GatewayUnclear,
    PaymentState,
    SignatureWrong,
    StripeGateway,
)
from incubator.config import settings
from incubator.kernel import audit, clock, idempotency, outbox, work
from incubator.kernel.actor import SYSTEM, Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.kernel.work import Item, TryLater

REUSE_FOR = timedelta(hours=20)
"""A payment page lives 24 hours; one that is nearly over is replaced."""
CHECK_AFTER_S = (60, 300, 1800, 7200, 21600)
SETTLE = "settle payment"
HANDLE_EVENT = "handle stripe event"
CLOCKS_DIFFER = timedelta(minutes=5)
_WITHOUT_STRIPE = frozenset(("CN",))
"""Stripe opens no accounts for companies of mainland China."""


async def gateway_of(legal_entity_id: UUID) -> StripeGateway | None:
    """Return the way to a legal entity's Stripe account, None when it takes bank transfers only."""
    found = await db.row("SELECT series, country FROM legal_entity WHERE id = $1", legal_entity_id)
    if found is None or found["country"] in _WITHOUT_STRIPE:
        return None
    account = settings().stripe_account(found["series"])
    return StripeGateway(account) if account is not None else None


async def pay_invoice(actor: Actor, invoice_id: UUID, idempotency_key: str) -> str:
    """Open a payment page for what is outstanding on an invoice; returns its address.

    The attempt is committed before Stripe is asked, and its id is Stripe's idempotency key: asking again, with the same key or another,
    finds the same open page, so that two clicks cannot pay twice.

    Raises:
        NotFound: the actor sees no such invoice.
        NotSignedIn, Forbidden: the actor may not pay for the customer.
        IdempotencyMismatch: the key was used for another invoice.
        InvoiceNotOpen: it is paid, void or a draft.
        TransferOnly: the legal entity takes bank transfers only.
        AmountTooSmall: less than Stripe takes.
        PaymentProviderAway: Stripe gave no clear answer; the same call may be repeated.
        PaymentRefused: Stripe refused.
    """
    legal_entity_id = await _entity_of(actor, invoice_id)
    gateway = await gateway_of(legal_entity_id)
    if gateway is None:
        name: str = await db.value("SELECT name FROM legal_entity WHERE id = $1", legal_entity_id)
        raise TransferOnly(legal_entity=name, path=("input", "invoiceId"))
    attempt, is_current = await _begin(actor, invoice_id, idempotency_key)
    if not is_current:
        await _close_page(gateway, attempt)
        attempt, _ = await _begin(actor, invoice_id, idempotency_key)
    if attempt.checkout_url:
        return attempt.checkout_url
    try:
        return (await _open_page(gateway, attempt)).url or ""
    except GatewayRefused as error:
        await _resolve(attempt.id, "failed", str(error))
        raise PaymentRefused(reason=error.code) from error
    except GatewayUnclear as error:
        found = await _find_page(gateway, attempt)
        if found is None or not found.url:
            raise PaymentProviderAway() from error
        return found.url
    except GatewayBusy as error:
        raise PaymentProviderAway() from error


async def _find_page(gateway: StripeGateway, attempt: Attempt) -> Checkout | None:
    """Read whether Stripe made the page of an attempt although its answer was lost, and write it down."""
    try:
        found = await gateway.find_checkout(str(attempt.id), attempt.created_at - CLOCKS_DIFFER)
    except GatewayProblem:
        return None
    if found is not None:
        await _write_page(attempt.id, found)
    return found


async def _entity_of(actor: Actor, invoice_id: UUID) -> UUID:
    condition, args = visible_invoices(actor)
    found = await db.row(
        f"SELECT i.customer_id, i.legal_entity_id FROM invoice i WHERE {condition} AND i.id = ${len(args) + 1}", *args, invoice_id
    )
    if found is None:
        raise NotFound(kind="Invoice", path=("input", "invoiceId"))
    actor.require(Grant.PAY_INVOICE, found["customer_id"], path=("input", "invoiceId"))
    legal_entity_id: UUID = found["legal_entity_id"]
    return legal_entity_id


async def _begin(actor: Actor, invoice_id: UUID, key: str) -> tuple[Attempt, bool]:
    """Commit an attempt, or give back the one that is open; False with one that is nearly over or asks for another amount."""
    async with db.transaction():
        claim = await idempotency.claim(actor, key, "payInvoice", {"invoice": invoice_id})
        before = await queries.attempt(UUID(claim.answer["attempt_id"])) if claim.answer else None
        if before is not None:
            return before, True
        invoice = await queries.lock_invoice(invoice_id)
        outstanding = invoice.outstanding_minor
        if invoice.state != "finalised" or outstanding <= 0:
            raise InvoiceNotOpen(state="paid" if invoice.state == "finalised" else invoice.state, path=("input", "invoiceId"))
        if outstanding < minimum_minor(invoice.currency):
            raise AmountTooSmall(minimum_minor=minimum_minor(invoice.currency), currency=invoice.currency, path=("input", "invoiceId"))
        known = await queries.open_attempt(invoice_id)
        if known is not None and known.amount_minor == outstanding and known.created_at > clock.now() - REUSE_FOR:
            await idempotency.store(claim, {"attempt_id": known.id})
            return known, True
        if known is not None:
            return known, False
        attempt_id = new_id()
        await db.execute(
            "INSERT INTO payment_attempt (id, invoice_id, person_id, amount_minor, currency, language, state, checkout_url, last_error,"
            " created_at, check_after, checks) VALUES ($1, $2, $3, $4, $5, $6, 'started', '', '', $7, $8, 0)",
            attempt_id,
            invoice_id,
            actor.person_id,
            outstanding,
            invoice.currency,
            actor.language.value,
            clock.now(),
            clock.later(seconds=CHECK_AFTER_S[0]),
        )
        await audit.record(actor, "start payment", "Invoice", invoice_id, after={"attempt": attempt_id, "amount_minor": outstanding})
        await idempotency.store(claim, {"attempt_id": attempt_id})
        made = await queries.attempt(attempt_id)
    assert made is not None
    return made, True


async def _close_page(gateway: StripeGateway, attempt: Attempt) -> None:
    """Close an old page so that a new one can be opened; if it was paid meanwhile, that is written down.

    Raises:
        PaymentProviderAway: Stripe gave no clear answer, so nobody knows whether the old page was paid.
    """
    try:
        await _settle(gateway, attempt, close=True)
    except GatewayProblem as error:
        raise PaymentProviderAway() from error


async def _open_page(gateway: StripeGateway, attempt: Attempt) -> Checkout:
    """Ask Stripe for the page of an attempt; asked again, it gives the same one."""
    page = f"{settings().public_url}/invoices/{attempt.invoice_id}"
    terms = CheckoutTerms(
        invoice_id=str(attempt.invoice_id),
        legal_entity_id=str(attempt.legal_entity_id),
        attempt_id=str(attempt.id),
        description=attempt.number,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        success_url=f"{page}?paid=1",
        cancel_url=page,
        language=attempt.language,
    )
    opened = await gateway.open_checkout(terms, key=f"attempt:{attempt.id}")
    await _write_page(attempt.id, opened)
    return opened


async def _write_page(attempt_id: UUID, page: Checkout) -> None:
    await db.execute(
        "UPDATE payment_attempt SET state = 'open', session_id = $2, checkout_url = $3 WHERE id = $1 AND state = 'started'",
        attempt_id,
        page.id,
        page.url or "",
    )


async def receive_stripe_event(legal_entity_id: UUID, payload: bytes, signature: str) -> None:
    """Take in a webhook: verify the raw body, keep it once by its id, put the work on the list. Nothing else, so that it is quick.

    Raises:
        NotFound: there is no such legal entity, or it has no account.
        SignatureInvalid: Stripe did not sign it for this account, or long ago.
    """
    gateway = await gateway_of(legal_entity_id)
    if gateway is None:
        raise NotFound(kind="LegalEntity")
    try:
        notice = gateway.read_event(payload, signature)
    except SignatureWrong as error:
        raise SignatureInvalid() from error
    async with db.transaction():
        if await db.execute(
            "INSERT INTO stripe_event (id, legal_entity_id, type, object_id, object_kind, created_at, received_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
            notice.id[:120],
            legal_entity_id,
            notice.type[:100],
            notice.object_id[:120],
            notice.object_kind[:40],
            notice.created_at,
            clock.now(),
        ):
            await work.schedule(HANDLE_EVENT, notice.id[:120], concerns=legal_entity_id)


async def handle_stripe_event(item: Item) -> None:
    """Read again what an event is about, and settle the attempt it belongs to. May run again: settling only moves forward."""
    event = await db.row("SELECT legal_entity_id, type, object_id, object_kind FROM stripe_event WHERE id = $1", item.subject)
    if event is None or event["object_kind"] not in ("checkout.session", "payment_intent"):
        return
    attempt_id = await queries.attempt_of_reference(event["object_id"])
    if attempt_id is None:
        attempt_id = await _attempt_named_by(event)
    if attempt_id is not None:
        await settle(attempt_id)


async def _attempt_named_by(event: asyncpg.Record) -> UUID | None:
    """Find the attempt by the metadata of the object itself: the webhook may be here before our own record of the page."""
    gateway = await gateway_of(event["legal_entity_id"])
    if gateway is None:
        return None
    try:
        read: Checkout | PaymentState
        if event["object_kind"] == "checkout.session":
            read = await gateway.read_checkout(event["object_id"])
        else:
            read = await gateway.read_payment(event["object_id"])
    except GatewayRefused:
        return None
    except GatewayProblem as error:
        raise TryLater(str(error), 10) from error
    try:
        return UUID(read.attempt_id or "")
    except ValueError:
        return None


async def settle(attempt_id: UUID) -> None:
    """Learn from Stripe how an attempt stands, and write it down. Doing it again changes nothing.

    Raises:
        TryLater: Stripe gave no clear answer.
    """
    attempt = await queries.attempt(attempt_id)
    if attempt is None or attempt.state not in ("started", "open"):
        return
    gateway = await gateway_of(attempt.legal_entity_id)
    if gateway is None:
        await _resolve(attempt_id, "failed", "the legal entity has no account any more")
        return
    try:
        await _settle(gateway, attempt, close=attempt.created_at <= clock.now() - REUSE_FOR)
    except GatewayProblem as error:
        await db.execute("UPDATE payment_attempt SET checks = checks + 1, last_error = $2 WHERE id = $1", attempt_id, str(error)[:500])
        raise TryLater(str(error), 30) from error


async def _settle(gateway: StripeGateway, attempt: Attempt, *, close: bool) -> None:
    """Read how an attempt stands, close its page if it is still open and `close` says so, and record it.

    Raises:
        GatewayBusy, GatewayUnclear: Stripe gave no clear answer.
    """
    try:
        if attempt.session_id is None:
            page = await _page_of_unclear(gateway, attempt)
        else:
            page = await gateway.read_checkout(attempt.session_id)
        if page.status == "open" and close:
            page = await gateway.expire_checkout(page.id)
        payment = await gateway.read_payment(page.payment_intent) if page.payment_intent and page.status == "complete" else None
    except GatewayRefused as error:
        await _resolve(attempt.id, "failed", str(error))
        return
    await _record(attempt, page, payment)


async def _page_of_unclear(gateway: StripeGateway, attempt: Attempt) -> Checkout:
    """Find the page of an attempt whose answer never came: by reading, else by asking again with the same key.

    Raises:
        GatewayRefused: there is no page, and Stripe keeps giving the same bad answer for the key: a new attempt is needed.
        GatewayBusy, GatewayUnclear: Stripe gave no clear answer.
    """
    found = await gateway.find_checkout(str(attempt.id), attempt.created_at - CLOCKS_DIFFER)
    if found is not None:
        await _write_page(attempt.id, found)
        return found
    try:
        return await _open_page(gateway, attempt)
    except GatewayUnclear as error:
        if attempt.checks < 3:
            raise
        raise GatewayRefused(error.code, "no page was ever made") from error


async def _record(attempt: Attempt, page: Checkout, payment: PaymentState | None) -> None:
    if payment is not None and payment.status == "succeeded":
        await _receive(attempt, payment)
    elif page.status == "expired":
        await _resolve(attempt.id, "expired", "")
    elif payment is not None and payment.status in ("requires_payment_method", "canceled"):
        await _resolve(attempt.id, "failed", payment.error or payment.status)
    else:
        await db.execute(
            "UPDATE payment_attempt SET payment_intent = coalesce($2, payment_intent), checks = checks + 1, check_after = $3 WHERE id = $1"
            " AND state IN ('started', 'open')",
            attempt.id,
            page.payment_intent,
            clock.later(seconds=CHECK_AFTER_S[min(attempt.checks + 1, len(CHECK_AFTER_S) - 1)]),
        )


async def _receive(attempt: Attempt, payment: PaymentState) -> None:
    """Write a payment that succeeded: once, whatever comes in twice."""
    async with db.transaction():
        invoice = await queries.lock_invoice(attempt.invoice_id)
        locked = await queries.attempt(attempt.id, lock=True)
        if locked is None or locked.state not in ("started", "open"):
            return
        await db.execute(
            "UPDATE payment_attempt SET state = 'succeeded', payment_intent = $2, resolved_at = $3, check_after = NULL WHERE id = $1",
            attempt.id,
            payment.id,
            clock.now(),
        )
        await record_payment(SYSTEM, invoice, payment.received_minor, payment.method or "card", payment.id, Account.STRIPE_CLEARING)


async def record_payment(actor: Actor, invoice: LockedInvoice, amount_minor: int, method: str, reference: str, into: Account) -> None:
    """Write money that came in for a locked invoice, with its ledger transaction; a reference counts once."""
    payment_id, now = new_id(), clock.now()
    if not await db.execute(
        "INSERT INTO payment (id, invoice_id, amount_minor, currency, method, reference, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (reference) DO NOTHING",
        payment_id,
        invoice.id,
        amount_minor,
        invoice.currency,
        method[:30],
        reference,
        now,
    ):
        return
    sides = [Side(into, amount_minor), Side(Account.RECEIVABLE, -amount_minor, invoice.customer_id)]
    await ledger.post("payment", payment_id, invoice.legal_entity_id, now.date(), invoice.currency, sides)
    await db.execute("UPDATE invoice SET paid_minor = paid_minor + $2, version = version + 1 WHERE id = $1", invoice.id, amount_minor)
    await audit.record(actor, "receive payment", "Invoice", invoice.id, after={"payment": payment_id, "amount_minor": amount_minor})
    version = invoice.version + 1
    await outbox.record(PaymentReceived(payment_id, invoice.id, amount_minor, invoice.currency, version))
    if invoice.paid_minor < invoice.gross_minor <= invoice.paid_minor + amount_minor:
        await outbox.record(InvoicePaid(invoice.id, version))


async def _resolve(attempt_id: UUID, state: str, reason: str) -> None:
    """End an attempt without money; an attempt that has ended stays as it is."""
    async with db.transaction():
        found = await db.row(
            "UPDATE payment_attempt SET state = $2, last_error = $3, resolved_at = $4, check_after = NULL WHERE id = $1"
            " AND state IN ('started', 'open') RETURNING invoice_id",
            attempt_id,
            state,
            reason[:500],
            clock.now(),
        )
        if found is not None and state == "failed":
            await outbox.record(PaymentFailed(attempt_id, found["invoice_id"], reason[:500]))


async def check_attempts() -> int:
    """Put every attempt whose outcome is unknown and due on the work list; returns how many."""
    due = await queries.attempts_to_check(clock.now())
    for attempt_id, checks, legal_entity_id in due:
        await work.schedule(SETTLE, attempt_id, period=f"check {checks}", concerns=legal_entity_id)
    return len(due)
