"""What a legal entity is registered for in its country, from a day on until another."""

from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing.events import SellerProfileChanged
from incubator.billing.profile_scope import require_seller
from incubator.billing.profiles import lock_seller, touch_seller
from incubator.billing.tax_errors import RegistrationAlreadyEnded
from incubator.billing.tax_terms import Scheme
from incubator.kernel import audit, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, PatternMismatch, PeriodInverted
from incubator.kernel.ids import new_id
from incubator.organizations.vat_ids import check_form

SMALL_SCALE_IN = frozenset(("CN",))


async def register_for_tax(
    actor: Actor,
    legal_entity_id: UUID,
    vat_id: str,
    valid_from: date,
    *,
    taxes_letting: bool,
    scheme: Scheme = Scheme.STANDARD,
    expected_version: int | None = None,
) -> None:
    """Write down a legal entity's VAT id from a day on, its scheme, and whether it has opted to tax its letting of rooms.

    What was charged before keeps the tax it was charged with. `expected_version` is that of the seller's profile.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after the legal entity's money.
        NotFound: there is no such legal entity.
        Stale: the profile was changed meanwhile.
        VatIdMalformed, TooLong: the VAT id.
        PatternMismatch: a scheme that the country does not have.
    """
    require_seller(actor, legal_entity_id)
    async with db.transaction():
        version = await lock_seller(legal_entity_id, expected_version)
        country: str = await db.value("SELECT country FROM legal_entity WHERE id = $1", legal_entity_id)
        shown = check_form(country, vat_id, path=("input", "vatId"))
        if scheme is Scheme.SMALL_SCALE and country not in SMALL_SCALE_IN:
            raise PatternMismatch(field="scheme", limit=Scheme.STANDARD.value, path=("input", "scheme"))
        await db.execute(
            "INSERT INTO tax_registration (id, legal_entity_id, vat_id, taxes_letting, scheme, valid_from) VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (legal_entity_id, valid_from) DO UPDATE SET vat_id = excluded.vat_id, taxes_letting = excluded.taxes_letting,"
            " scheme = excluded.scheme",
            new_id(),
            legal_entity_id,
            shown,
            taxes_letting,
            scheme.value,
            valid_from,
        )
        await touch_seller(legal_entity_id)
        after: dict[str, object] = {"vat_id": shown, "taxes_letting": taxes_letting, "scheme": scheme.value, "valid_from": valid_from}
        await audit.record(actor, "register for tax", "LegalEntity", legal_entity_id, after=after)
        await outbox.record(SellerProfileChanged(legal_entity_id, version + 1))


async def end_registration(actor: Actor, legal_entity_id: UUID, valid_from: date, valid_to: date, expected_version: int) -> None:
    """Let the registration that began on a day end with another; from then on the one before it holds, if it goes on.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after the legal entity's money.
        NotFound: no registration began on that day.
        Stale: the seller's profile was changed meanwhile.
        RegistrationAlreadyEnded: it has its last day.
        PeriodInverted: it would end before it began.
    """
    require_seller(actor, legal_entity_id)
    async with db.transaction():
        version = await lock_seller(legal_entity_id, expected_version)
        found = await db.row(
            "SELECT id, valid_to FROM tax_registration WHERE legal_entity_id = $1 AND valid_from = $2 FOR NO KEY UPDATE",
            legal_entity_id,
            valid_from,
        )
        if found is None:
            raise NotFound(kind="TaxRegistration", path=("input", "validFrom"))
        if found["valid_to"] is not None:
            raise RegistrationAlreadyEnded(ended_on=found["valid_to"], path=("input", "validFrom"))
        if valid_to < valid_from:
            raise PeriodInverted(field="validTo", limit=f"{valid_from} – {valid_to}", path=("input", "validTo"))
        await db.execute("UPDATE tax_registration SET valid_to = $2 WHERE id = $1", found["id"], valid_to)
        await touch_seller(legal_entity_id)
        after: dict[str, object] = {"valid_from": valid_from, "valid_to": valid_to}
        await audit.record(actor, "end tax registration", "LegalEntity", legal_entity_id, after=after)
        await outbox.record(SellerProfileChanged(legal_entity_id, version + 1))
