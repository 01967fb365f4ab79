"""Charges that finance writes by hand, and charges that are waived."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import credit_uses
from incubator.billing.charging import charge_count
from incubator.billing.contract_errors import NothingToWaive
from incubator.billing.events import ChargeAdded, ChargeWaived
from incubator.billing.fallen_away import LEFT, reduce_charges
from incubator.billing.scope import visible_charges
from incubator.billing.terms import Basis, Buyer, CountedCharge, GivenTax, Price, Source, Supply
from incubator.kernel import audit, checks, idempotency, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id

MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class ManualCharge:
    """What is charged: a number of things at a price each, supplied on days of the site that are both included; no tax: the rules decide."""

    customer_id: UUID
    legal_entity_id: UUID
    site_id: UUID
    currency: str
    description: str
    quantity: Decimal
    unit_price_minor: int
    price_includes_tax: bool
    supply: Supply
    supplied_from: date
    supplied_to: date
    tax: GivenTax | None = None


async def add_charge(actor: Actor, terms: ManualCharge, idempotency_key: str) -> UUID:
    """Charge a customer by hand; the next billing run of that month or later invoices it. Returns the charge's id.

    Raises:
        NotFound: the actor looks after no such legal entity, there is no such customer, or the site is not of the operator.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        IdempotencyMismatch: the key was used with other input.
        UnknownCurrency, PeriodInverted, TooShort, TooLong, OutOfRange: the terms make no sense.
    """
    if not actor.may(Grant.SEE_MONEY, terms.legal_entity_id):
        raise NotFound(kind="LegalEntity", path=("input", "legalEntityId"))
    actor.require(Grant.RUN_BILLING, terms.legal_entity_id, path=("input", "legalEntityId"))
    checks.text(terms.description, "description", at_most=300, path=("input", "description"))
    await _require_places(terms)
    async with db.transaction():
        claim = await idempotency.claim(actor, idempotency_key, "addCharge", terms)
        if claim.answer is not None:
            return UUID(claim.answer["charge_id"])
        price = Price(terms.unit_price_minor, Basis.ONCE, terms.price_includes_tax, terms.quantity).checked(("input",))
        charge_id = await charge_count(
            CountedCharge(
                Source(MANUAL, new_id()),
                Buyer(terms.customer_id, terms.legal_entity_id, terms.site_id, terms.currency),
                terms.description,
                price,
                terms.supply,
                terms.supplied_from,
                terms.supplied_to,
                terms.tax,
            )
        )
        await audit.record(
            actor, "add charge", "Charge", charge_id, after={"customer": terms.customer_id, "description": terms.description}
        )
        await outbox.record(ChargeAdded(charge_id))
        await idempotency.store(claim, {"charge_id": charge_id})
    return charge_id


async def _require_places(terms: ManualCharge) -> None:
    found = await db.row(
        "SELECT EXISTS (SELECT 1 FROM organization o WHERE o.id = $1) AS customer, EXISTS (SELECT 1 FROM site s JOIN legal_entity e"
        " ON e.operator_id = s.operator_id WHERE s.id = $2 AND e.id = $3) AS site",
        terms.customer_id,
        terms.site_id,
        terms.legal_entity_id,
    )
    assert found is not None
    if not found["customer"]:
        raise NotFound(kind="Organization", path=("input", "customerId"))
    if not found["site"]:
        raise NotFound(kind="Site", path=("input", "siteId"))


async def waive_charge(actor: Actor, charge_id: UUID, reason: str, idempotency_key: str) -> int:
    """Let what is left of a charge not be owed: a draft asks less, an invoice is credited. Returns how much, as priced, in minor units.

    What a credit paid of it goes back to the credit.

    Raises:
        NotFound: the actor sees no such charge.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        TooShort, TooLong: the reason.
        IdempotencyMismatch: the key was used with other input.
        NothingToWaive: nothing is left of it, and no credit paid any of it.
    """
    said = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    condition, args = visible_charges(actor)
    async with db.transaction():
        found = await db.row(
            f"SELECT h.legal_entity_id FROM charge h WHERE {condition} AND h.id = ${len(args) + 1} FOR UPDATE OF h",
            *args,
            charge_id,
        )
        if found is None:
            raise NotFound(kind="Charge", path=("input", "chargeId"))
        actor.require(Grant.RUN_BILLING, found["legal_entity_id"], path=("input", "chargeId"))
        claim = await idempotency.claim(actor, idempotency_key, "waiveCharge", {"charge": charge_id, "reason": said})
        if claim.answer is not None:
            return int(claim.answer["waived_minor"])
        found = await db.row(
            f"SELECT {LEFT} AS left_minor, {credit_uses.PAID.format('h')}::bigint AS paid_minor FROM charge h WHERE h.id = $1", charge_id
        )
        assert found is not None
        left: int = found["left_minor"]
        paid: int = found["paid_minor"]
        if not left and not paid:
            raise NothingToWaive(path=("input", "chargeId"))
        await reduce_charges(actor, {charge_id: left} if left else {}, said, given_back={charge_id: paid})
        await audit.record(actor, "waive charge", "Charge", charge_id, after={"waived_minor": left, "reason": said})
        await outbox.record(ChargeWaived(charge_id))
        await idempotency.store(claim, {"waived_minor": left})
    return left
