"""Decide about a rental's deposit when the unit is back: the return checklist is signed, its defects say what may be kept."""

from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.invoice_errors import NotADeposit
from incubator.billing.service import DepositDecision
from incubator.kernel import audit, idempotency, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.spaces.checklists import read_items
from incubator.spaces.rental_errors import ChecklistNotSigned
from incubator.spaces.rental_events import DepositDecided
from incubator.spaces.rental_queries import rentals_by_id


async def settle_rental_deposit(actor: Actor, rental_id: UUID, kept_minor: int, reason: str, idempotency_key: str) -> None:
    """Keep a part of a rental's deposit, with the reason, and owe the rest to the tenant, once for each key.

    The defects of the return checklist are kept with the decision in the audit trail.

    Raises:
        IdempotencyMismatch: the key was used with other input.
        NotFound: the actor sees no such rental.
        NotSignedIn, Forbidden: the actor does not let the site's space.
        NotADeposit: no deposit was asked for.
        ChecklistNotSigned: the return checklist is not signed.
        DepositSettled: it was decided before.
        OutOfRange: more would be kept than was paid.
        TooShort, TooLong: something is kept without a reason, or the reason is too long.
    """
    async with db.transaction():
        claimed = await idempotency.claim(
            actor,
            idempotency_key,
            "settleDeposit",
            {"rental": rental_id, "kept_minor": kept_minor, "reason": reason},
            answer={"rental_id": rental_id},
        )
        if claimed.answer is not None:
            return
        rental = await db.row("SELECT site_id, deposit_id FROM rental WHERE id = $1 FOR UPDATE", rental_id)
        if rental is None or rental_id not in await rentals_by_id(actor, [rental_id]):
            raise NotFound(kind="Rental", path=("input", "rentalId"))
        actor.require(Grant.MANAGE_SPACE, rental["site_id"], path=("input", "rentalId"))
        if rental["deposit_id"] is None:
            raise NotADeposit(kind="rental", path=("input", "rentalId"))
        items = await db.value(
            "SELECT items FROM checklist WHERE rental_id = $1 AND purpose = 'return' AND closed_at IS NOT NULL", rental_id
        )
        if items is None:
            raise ChecklistNotSigned(purpose="return", path=("input", "rentalId"))
        defects = [item.texts.get("en") or next(iter(item.texts.values())) for item in read_items(items) if item.state != "ok"]
        decision: DepositDecision = await billing.settle_deposit(actor, rental["deposit_id"], kept_minor, reason)
        await audit.record(
            actor, "settle deposit", "Rental", rental_id, after={"kept_minor": decision.kept_minor, "defects": defects, "reason": reason}
        )
        await outbox.record(DepositDecided(rental_id, rental["deposit_id"]))
