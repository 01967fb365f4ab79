"""Give drafts their numbers: decide their tax once more, name the parties, book them, and number them last.

A draft with something missing stays a draft and says what, and who must act; it is tried again later. Many drafts of one legal entity are
finalised in one transaction, and its counter is locked for the last two statements only.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import party_facts, queries, redeciding
from incubator.billing.balances import use_balances
from incubator.billing.completeness import blockers_of, written
from incubator.billing.document_facts import InvoiceFacts, invoice_facts_of
from incubator.billing.drafting import CREDIT_NOTE, DEPOSIT_REQUEST
from incubator.billing.events import InvoiceBlocked, InvoiceIssued
from incubator.billing.hashing import content_hash_of
from incubator.billing.home_tax import HomeTax, home_tax
from incubator.billing.invoice_errors import BooksClosed, InvoiceNotDraft
from incubator.billing.ledger import Account, Posting, Side, post_all
from incubator.billing.party_facts import Buyer, Seller
from incubator.billing.tax_errors import RateMissing
from incubator.billing.views import require_invoice
from incubator.kernel import audit, clock, faults, outbox, work
from incubator.kernel.actor import SYSTEM, Actor, Grant
from incubator.kernel.errors import DomainError, NotFound, Refusals
from incubator.kernel.faults import Point
from incubator.kernel.jsonable import dumps

FINALISE = "finalise drafts"
AT_ONCE = 100
"""How many drafts are finalised in one transaction."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A draft that is complete, with what is added to it now."""

    row: asyncpg.Record
    seller: Seller
    buyer: Buyer
    issued_on: date
    home: HomeTax | None

    def as_it_will_be(self, facts: InvoiceFacts) -> InvoiceFacts:
        """Return what the documents are going to say."""
        home = self.home
        return replace(
            facts,
            seller=self.seller.shown,
            buyer=self.buyer.shown,
            home_currency=home.currency if home else "",
            home_rate=home.rate if home else None,
            home_rate_on=home.rate_on if home else None,
            home_tax_minor=home.tax_minor if home else None,
        )

    @property
    def series(self) -> str:
        return f"{self.seller.series}-D" if self.row["kind"] == DEPOSIT_REQUEST else self.seller.series


async def finalise_due(legal_entity_id: UUID, *, is_blocked: bool = False) -> int:
    """Finalise drafts of a legal entity whose time has come, inside the running transaction; with `is_blocked` those with something missing.

    Several may do so at once: each takes other drafts. Returns how many were taken, at most `AT_ONCE`.
    """
    claimed = await db.rows(
        "SELECT id FROM invoice WHERE legal_entity_id = $1 AND state = 'draft' AND finalise_after <= $2 AND (blockers <> '[]') = $3"
        " ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED",
        legal_entity_id,
        clock.now(),
        is_blocked,
        AT_ONCE,
    )
    faults.reach(Point.DRAFTS_CLAIMED)
    await finalise_drafts(SYSTEM, [row["id"] for row in claimed])
    return len(claimed)


async def finalise_invoice(actor: Actor, invoice_id: UUID) -> None:
    """Finalise a draft now, before its time.

    Raises:
        NotFound: the actor sees no such invoice.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        InvoiceNotDraft: somebody was first; says when, and its number.
        Refusals: what is missing, all at once.
    """
    seen = await require_invoice(actor, invoice_id)
    actor.require(Grant.RUN_BILLING, seen.legal_entity_id, path=("input", "invoiceId"))
    async with db.transaction():
        found = await db.row("SELECT state, number, finalised_at FROM invoice WHERE id = $1 FOR UPDATE", invoice_id)
        if found is None:
            raise NotFound(kind="Invoice", path=("input", "invoiceId"))
        if found["state"] != "draft":
            raise InvoiceNotDraft(
                state=found["state"], number=found["number"], at=f"{found['finalised_at']:%Y-%m-%d %H:%M} UTC", path=("input", "invoiceId")
            )
        blocked = await finalise_drafts(actor, [invoice_id])
    if blocked:
        raise Refusals("the invoice is not complete", blocked[invoice_id])


async def finalise_drafts(actor: Actor, invoice_ids: Sequence[UUID]) -> dict[UUID, list[DomainError]]:
    """Finalise drafts of one legal entity that the running transaction has locked; returns what blocks those that stay drafts."""
    if not invoice_ids:
        return {}
    refusals = await redeciding.redecide(invoice_ids)
    rows = await db.rows(
        "SELECT i.*, (SELECT l.site_id FROM invoice_line l WHERE l.invoice_id = i.id ORDER BY l.ordinal LIMIT 1) AS site_id FROM invoice i"
        " WHERE i.id = ANY($1::uuid[]) AND i.state = 'draft' ORDER BY i.id",
        list(invoice_ids),
    )
    sellers = await party_facts.sellers(list({row["legal_entity_id"] for row in rows}))
    buyers = await party_facts.buyers(list({row["customer_id"] for row in rows}))
    zones = await party_facts.zones(list({row["site_id"] for row in rows}))
    facts = await invoice_facts_of([row["id"] for row in rows])
    ready, blocked = [], {}
    for row in rows:
        seller, buyer = sellers[row["legal_entity_id"]], buyers[row["customer_id"]]
        one = _Ready(row, seller, buyer, clock.today(zones[row["site_id"]]), None)
        missing = [*refusals.get(row["id"], ())]
        try:
            home = await home_tax(row["currency"], seller.currency, row["tax_minor"], one.issued_on)
            one = replace(one, home=home)
        except RateMissing as refusal:
            missing.append(refusal)
        if seller.locked_until is not None and one.issued_on <= seller.locked_until:
            missing.append(BooksClosed(until=seller.locked_until))
        missing += blockers_of(one.as_it_will_be(facts[row["id"]]))
        if missing:
            blocked[row["id"]] = missing
        else:
            ready.append(one)
    await _block([row for row in rows if row["id"] in blocked], blocked)
    await _finalise(actor, ready)
    return blocked


async def _block(rows: Sequence[asyncpg.Record], blocked: dict[UUID, list[DomainError]]) -> None:
    """Write down what is missing; what was told before is not told again."""
    told = {row["id"]: dumps(written(blocked[row["id"]])) for row in rows}
    news = [row for row in rows if dumps(json.loads(row["blockers"])) != told[row["id"]]]
    if not news:
        return
    await db.execute(
        "UPDATE invoice i SET blockers = b.blockers::jsonb, version = i.version + 1 FROM unnest($1::uuid[], $2::text[]) AS b(id, blockers)"
        " WHERE i.id = b.id",
        [row["id"] for row in news],
        [told[row["id"]] for row in news],
    )
    await outbox.record(*(InvoiceBlocked(row["id"], row["version"] + 1) for row in news))


async def _finalise(actor: Actor, ready: Sequence[_Ready]) -> None:
    if not ready:
        return
    ids = [one.row["id"] for one in ready]
    await db.execute(
        "UPDATE invoice i SET seller = p.seller::jsonb, buyer = p.buyer::jsonb, blockers = '[]', home_currency = p.currency,"
        " home_rate = p.rate, home_rate_on = p.rate_on, home_tax_minor = p.tax FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[],"
        " $5::numeric[], $6::date[], $7::bigint[]) AS p(id, seller, buyer, currency, rate, rate_on, tax) WHERE i.id = p.id",
        ids,
        [dumps(one.seller.shown) for one in ready],
        [dumps(one.buyer.shown) for one in ready],
        [one.home.currency if one.home else "" for one in ready],
        [one.home.rate if one.home else None for one in ready],
        [one.home.rate_on if one.home else None for one in ready],
        [one.home.tax_minor if one.home else None for one in ready],
    )
    await post_all([_posting(one) for one in ready])
    faults.reach(Point.BOOKED)
    for kind in {one.row["kind"] for one in ready}:
        told = [
            (one.row["id"], {"gross_minor": one.row["gross_minor"], "currency": one.row["currency"]})
            for one in ready
            if one.row["kind"] == kind
        ]
        await audit.record_all(actor, f"issue {kind}", "Invoice", told)
    await use_balances([one.row for one in ready if one.row["kind"] == "invoice"], {one.row["id"]: one.issued_on for one in ready})
    await outbox.record(*(InvoiceIssued(one.row["id"], one.row["customer_id"]) for one in ready))
    contents = await queries.legal_contents(ids)
    for series, year in sorted({(one.series, one.issued_on.year) for one in ready}):
        await _number([one for one in ready if (one.series, one.issued_on.year) == (series, year)], series, year, contents)
    faults.reach(Point.NUMBERED)


def _posting(one: _Ready) -> Posting:
    row = one.row
    customer, net, tax = row["customer_id"], row["net_minor"], row["tax_minor"]
    if row["kind"] == DEPOSIT_REQUEST:
        sides = [Side(Account.RECEIVABLE, net + tax, customer), Side(Account.DEPOSITS_HELD, -net, customer)]
    else:
        sides = [Side(Account.RECEIVABLE, net + tax, customer), Side(Account.REVENUE, -net), Side(Account.TAX_PAYABLE, -tax)]
    if row["kind"] == CREDIT_NOTE:
        sides = [Side(side.account, -side.amount_minor, side.customer_id) for side in sides]
    return Posting(row["kind"], row["id"], row["legal_entity_id"], one.issued_on, row["currency"], sides)


async def _number(group: Sequence[_Ready], series: str, year: int, contents: dict[UUID, dict[str, object]]) -> None:
    """Give the next numbers without a gap: the counter's row stays locked from here until the commit, which follows at once."""
    counter = await queries.lock_counter(group[0].row["legal_entity_id"], series, year)
    before, given_all, hashes = counter.last_hash, [], []
    for offset, one in enumerate(group, start=1):
        sequence = counter.last_sequence + offset
        given: dict[str, object] = {
            "series": series,
            "year": year,
            "sequence": sequence,
            "number": f"{series}-{year}-{sequence:05d}",
            "issued_on": one.issued_on,
            "due_on": one.issued_on + timedelta(days=0 if one.row["kind"] == CREDIT_NOTE else one.seller.payment_days),
            "previous_hash": before,
        }
        before = content_hash_of(contents[one.row["id"]] | given)
        given_all.append(given)
        hashes.append(before)
    await db.execute(
        "UPDATE invoice i SET state = 'finalised', finalise_after = NULL, series = $2, year = $3, sequence = n.sequence, number = n.number,"
        " issued_on = n.issued_on, due_on = n.due_on, previous_hash = n.previous, content_hash = n.hash, finalised_at = $10,"
        " version = i.version + 1 FROM unnest($1::uuid[], $4::int[], $5::text[], $6::date[], $7::date[], $8::text[], $9::text[])"
        " AS n(id, sequence, number, issued_on, due_on, previous, hash) WHERE i.id = n.id",
        [one.row["id"] for one in group],
        series,
        year,
        [given["sequence"] for given in given_all],
        [given["number"] for given in given_all],
        [given["issued_on"] for given in given_all],
        [given["due_on"] for given in given_all],
        [given["previous_hash"] for given in given_all],
        hashes,
        clock.now(),
    )
    await db.execute(
        "UPDATE invoice_counter SET last_sequence = $2, last_hash = $3 WHERE id = $1",
        counter.id,
        counter.last_sequence + len(group),
        before,
    )


async def schedule_due(*, is_blocked: bool = False) -> None:
    """Put legal entities with drafts whose time has come on the work list; with `is_blocked` those with something missing, every ten minutes."""
    now = clock.now()
    found = await db.rows(
        "SELECT DISTINCT legal_entity_id FROM invoice WHERE state = 'draft' AND finalise_after <= $1 AND (blockers <> '[]') = $2",
        now,
        is_blocked,
    )
    period = f"blocked {now:%Y-%m-%dT%H:}{now.minute // 10}" if is_blocked else f"{now:%Y-%m-%dT%H:%M}"
    for row in found:
        await work.schedule(
            FINALISE, row["legal_entity_id"], period=period, payload={"blocked": is_blocked}, concerns=row["legal_entity_id"]
        )


async def schedule_blocked_of(customer_id: UUID, reason: str) -> None:
    """Have a customer's drafts with something missing looked at again, because something of it changed."""
    found = await db.rows(
        "SELECT DISTINCT legal_entity_id FROM invoice WHERE state = 'draft' AND customer_id = $1 AND blockers <> '[]'", customer_id
    )
    for row in found:
        await work.schedule(FINALISE, row["legal_entity_id"], period=reason, payload={"blocked": True}, concerns=row["legal_entity_id"])
