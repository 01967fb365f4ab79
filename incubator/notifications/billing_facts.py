"""Facts of billing turned into words: the customer's people for money, and finance of the legal entity."""

import json
from uuid import UUID

from incubator import db
from incubator.billing.events import (
    BillingRunFinished,
    BillingRunHeld,
    CreditEndsSoon,
    IndexValueAwaited,
    InvoiceBlocked,
    InvoiceCredited,
    InvoiceIssued,
    PaymentReceived,
    PriceAdapted,
)
from incubator.kernel import outbox
from incubator.kernel.ids import global_id
from incubator.kernel.language import Language
from incubator.notifications.facts import MONEY_ROLES, people_of, row_of
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell
from incubator.organizations import queries as organizations

INVOICE = (
    "SELECT i.number, i.kind, i.customer_id, i.legal_entity_id, i.gross_minor, i.currency, i.due_on, g.name AS customer, e.name AS legal_entity"
    " FROM invoice i JOIN organization g ON g.id = i.customer_id JOIN legal_entity e ON e.id = i.legal_entity_id WHERE i.id = $1"
)


@outbox.consumer(InvoiceIssued, "tell of an invoice")
async def invoice_issued(event: InvoiceIssued, message_id: UUID) -> None:
    """The customer's people for money; of credit notes they are told for themselves."""
    found = await row_of(INVOICE, event.invoice_id)
    if found["kind"] == "credit note":
        return
    params = {name: found[name] for name in ("number", "gross_minor", "currency", "due_on", "customer", "legal_entity")}
    await tell(
        await organizations.contacts(found["customer_id"], MONEY_ROLES),
        Kind.INVOICE_ISSUED,
        params,
        f"/invoices/{global_id('Invoice', event.invoice_id)}",
        message_id,
    )


@outbox.consumer(PaymentReceived, "tell of a payment")
async def payment_received(event: PaymentReceived, message_id: UUID) -> None:
    """The customer's people for money, and finance of the legal entity."""
    found = await row_of(INVOICE, event.invoice_id)
    params = {name: found[name] for name in ("number", "customer", "legal_entity")} | {
        "amount_minor": event.amount_minor,
        "currency": event.currency,
    }
    concerned = [
        *await organizations.contacts(found["customer_id"], MONEY_ROLES),
        *await organizations.entity_staff(found["legal_entity_id"], ["finance"]),
    ]
    await tell(concerned, Kind.PAYMENT_RECEIVED, params, f"/invoices/{global_id('Invoice', event.invoice_id)}", message_id)


@outbox.consumer(BillingRunFinished, "tell of a finished billing run")
async def billing_run_finished(event: BillingRunFinished, message_id: UUID) -> None:
    """Who started it."""
    found = await row_of(
        "SELECT r.started_by_id, r.month, (SELECT count(*) FROM invoice i WHERE i.run_id = r.id) AS invoices,"
        " (SELECT count(*) FROM billing_run_item p WHERE p.run_id = r.id AND p.state = 'parked') AS parked FROM billing_run r WHERE r.id = $1",
        event.billing_run_id,
    )
    params = {"month": f"{found['month']:%Y-%m}", "invoices": found["invoices"], "parked": found["parked"]}
    await tell(await people_of(found["started_by_id"]), Kind.BILLING_RUN_FINISHED, params, "/billing", message_id)


@outbox.consumer(InvoiceCredited, "tell of a credit note")
async def invoice_credited(event: InvoiceCredited, message_id: UUID) -> None:
    """The customer's people for money."""
    found = await row_of(
        "SELECT n.number, n.gross_minor, n.currency, n.customer_id, n.reason, n.settlement, i.number AS invoice, g.name AS customer,"
        " e.name AS legal_entity FROM invoice n JOIN invoice i ON i.id = n.corrects_id JOIN organization g ON g.id = n.customer_id"
        " JOIN legal_entity e ON e.id = n.legal_entity_id WHERE n.id = $1",
        event.credit_note_id,
    )
    named = ("number", "gross_minor", "currency", "reason", "settlement", "invoice", "customer", "legal_entity")
    await tell(
        await organizations.contacts(found["customer_id"], MONEY_ROLES),
        Kind.INVOICE_CREDITED,
        {name: found[name] for name in named},
        f"/invoices/{global_id('Invoice', event.credit_note_id)}",
        message_id,
    )


@outbox.consumer(InvoiceBlocked, "tell of a draft with something missing")
async def invoice_blocked(event: InvoiceBlocked, message_id: UUID) -> None:
    """Finance of the legal entity, with all that is missing; a draft that was mended or thrown away meanwhile is no news."""
    found = await db.row(
        "SELECT i.legal_entity_id, i.gross_minor, i.currency, i.blockers::text AS blockers, g.name AS customer, e.name AS legal_entity"
        " FROM invoice i JOIN organization g ON g.id = i.customer_id JOIN legal_entity e ON e.id = i.legal_entity_id"
        " WHERE i.id = $1 AND i.state = 'draft' AND i.blockers <> '[]'",
        event.invoice_id,
    )
    if found is None:
        return
    blockers = json.loads(found["blockers"])
    params = {name: found[name] for name in ("customer", "legal_entity", "gross_minor", "currency")}
    params |= {"missing": _sentences(blockers)}
    await tell(
        await organizations.entity_staff(found["legal_entity_id"], ["finance"]),
        Kind.INVOICE_BLOCKED,
        params,
        f"/invoices/{global_id('Invoice', event.invoice_id)}",
        message_id,
    )


def _sentences(blockers: list[dict[str, str]]) -> dict[str, list[str]]:
    """Return what is missing, by language."""
    return {language.value: [one.get(language.value) or one["en"] for one in blockers] for language in Language}


@outbox.consumer(InvoiceBlocked, "tell the customer what is missing")
async def details_missing(event: InvoiceBlocked, message_id: UUID) -> None:
    """The customer's people for money, of what they can mend: of the first draft that waits for them, not of each."""
    found = await db.row(
        "SELECT i.customer_id, i.blockers::text AS blockers, e.name AS legal_entity FROM invoice i JOIN legal_entity e ON e.id = i.legal_entity_id"
        " WHERE i.id = $1 AND i.state = 'draft' AND NOT EXISTS (SELECT 1 FROM invoice earlier WHERE earlier.customer_id = i.customer_id"
        " AND earlier.legal_entity_id = i.legal_entity_id AND earlier.state = 'draft' AND earlier.id < i.id"
        """ AND earlier.blockers @> '[{"act": "customer"}]')""",
        event.invoice_id,
    )
    theirs = [one for one in json.loads(found["blockers"]) if one["act"] == "customer"] if found else []
    if found is None or not theirs:
        return
    await tell(
        await organizations.contacts(found["customer_id"], MONEY_ROLES),
        Kind.BILLING_DETAILS_MISSING,
        {"legal_entity": found["legal_entity"], "missing": _sentences(theirs)},
        "/billing-details",
        message_id,
    )


@outbox.consumer(BillingRunHeld, "tell of a held billing run")
async def billing_run_held(event: BillingRunHeld, message_id: UUID) -> None:
    """Who started it, and finance of the legal entities that it would bill for."""
    found = await row_of(
        "SELECT r.started_by_id, r.month, (SELECT count(*) FROM billing_run_item i WHERE i.run_id = r.id) AS customers FROM billing_run r"
        " WHERE r.id = $1",
        event.billing_run_id,
    )
    estimates = await db.rows(
        "SELECT DISTINCT s.legal_entity_id, e.name, s.strays FROM billing_run_estimate s JOIN legal_entity e ON e.id = s.legal_entity_id"
        " WHERE s.run_id = $1 ORDER BY e.name",
        event.billing_run_id,
    )
    concerned = await people_of(found["started_by_id"])
    for entity_id in {row["legal_entity_id"] for row in estimates}:
        concerned += await organizations.entity_staff(entity_id, ["finance"])
    strays = list(dict.fromkeys(row["name"] for row in estimates if row["strays"]))
    params = {"stated_month": found["month"], "customers": found["customers"], "strays": ", ".join(strays)}
    await tell(concerned, Kind.BILLING_RUN_HELD, params, "/billing", message_id)


@outbox.consumer(IndexValueAwaited, "ask for the value of an index")
async def index_value_awaited(event: IndexValueAwaited, message_id: UUID) -> None:
    """Finance of the legal entity."""
    found = await row_of("SELECT e.name AS legal_entity FROM legal_entity e WHERE e.id = $1", event.legal_entity_id)
    params = {"legal_entity": found["legal_entity"], "index": event.index_key, "stated_month": event.month}
    people = await organizations.entity_staff(event.legal_entity_id, ["finance"])
    await tell(people, Kind.INDEX_VALUE_AWAITED, params, "/price-indexes", message_id)


@outbox.consumer(PriceAdapted, "tell of a price that follows its index")
async def price_adapted(event: PriceAdapted, message_id: UUID) -> None:
    """Finance of the legal entity."""
    found = await row_of(
        "SELECT o.name AS customer, c.legal_entity_id, c.currency FROM contract c JOIN organization o ON o.id = c.customer_id WHERE c.id = $1",
        event.contract_id,
    )
    params = {
        "customer": found["customer"],
        "currency": found["currency"],
        "index": event.index_key,
        "starts_on": event.starts_on,
        "before_minor": event.before_minor,
        "after_minor": event.after_minor,
    }
    people = await organizations.entity_staff(found["legal_entity_id"], ["finance"])
    await tell(people, Kind.PRICE_ADAPTED, params, f"/contracts/{global_id('Contract', event.contract_id)}", message_id)


@outbox.consumer(CreditEndsSoon, "tell of a credit that expires")
async def credit_ends_soon(event: CreditEndsSoon, message_id: UUID) -> None:
    """The customer's people for money; of a credit that was used up or withdrawn meanwhile nobody."""
    found = await db.row(
        "SELECT c.customer_id, c.currency, c.amount_minor - c.used_minor AS left_minor, c.reason, c.usable_until, e.name AS legal_entity"
        " FROM customer_credit c JOIN legal_entity e ON e.id = c.legal_entity_id WHERE c.id = $1 AND c.withdrawn_at IS NULL"
        " AND c.used_minor < c.amount_minor",
        event.credit_id,
    )
    if found is None:
        return
    params = {name: found[name] for name in ("legal_entity", "left_minor", "currency", "reason", "usable_until")}
    await tell(await organizations.contacts(found["customer_id"], MONEY_ROLES), Kind.CREDIT_ENDS_SOON, params, "/invoices", message_id)
