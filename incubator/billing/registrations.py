"""What a legal entity is registered for in its country."""

from datetime import date
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.ids import new_id


async def register_for_tax(actor: Actor, legal_entity_id: UUID, vat_id: str, valid_from: date, *, taxes_letting: bool) -> None:
    """Write down a legal entity's VAT id from a day on, and whether it has opted to tax its letting of rooms.

    What was charged before keeps the tax it was charged with.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after the legal entity's money.
        TooLong: the VAT id.
    """
    actor.require(Grant.RECORD_PAYMENT, legal_entity_id)
    shown = checks.text(vat_id, "vatId", at_least=0, at_most=40)
    async with db.transaction():
        await db.execute(
            "INSERT INTO tax_registration (id, legal_entity_id, vat_id, taxes_letting, valid_from) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (legal_entity_id, valid_from) DO UPDATE SET vat_id = excluded.vat_id, taxes_letting = excluded.taxes_letting",
            new_id(),
            legal_entity_id,
            shown,
            taxes_letting,
            valid_from,
        )
        await audit.record(
            actor, "register for tax", "LegalEntity", legal_entity_id, after={"vat_id": shown, "taxes_letting": taxes_letting}
        )
