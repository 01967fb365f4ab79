"""What invoices say of an organisation: its address and VAT id. Who may change them, the caller has checked."""

from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.organizations.events import OrganizationChanged, VatIdWritten
from incubator.organizations.vat_ids import check_form


@dataclass(frozen=True, slots=True)
class BillingAddress:
    """Whom and where invoices are sent: the name as the register of companies has it, street, city."""

    name: str
    address: str
    city: str

    def checked(self) -> "BillingAddress":
        """Return it with blanks trimmed.

        Raises:
            TooShort, TooLong, PatternMismatch: a part breaks its rule.
        """
        return BillingAddress(
            checks.text(self.name, "name", path=("input", "name")),
            checks.text(self.address, "address", at_most=500, path=("input", "address")),
            checks.text(self.city, "city", at_most=120, path=("input", "city")),
        )


async def change_seller_facts(legal_entity_id: UUID, address: str, tax_number: str) -> dict[str, str]:
    """Change a legal entity's street and tax number inside the running transaction; returns what they were. Checked by the caller."""
    found = await db.row("SELECT address, tax_number FROM legal_entity WHERE id = $1 FOR NO KEY UPDATE", legal_entity_id)
    if found is None:
        raise NotFound(kind="LegalEntity", path=("input", "legalEntityId"))
    await db.execute("UPDATE legal_entity SET address = $2, tax_number = $3 WHERE id = $1", legal_entity_id, address, tax_number)
    return dict(found)


async def change_billing_address(actor: Actor, organization_id: UUID, address: BillingAddress, expected_version: int) -> None:
    """Change an organisation's name and address inside the running transaction; what was invoiced keeps the old ones.

    Raises:
        TooShort, TooLong, PatternMismatch: a part breaks its rule.
        NotFound: there is no such organisation.
        Stale: it was changed meanwhile.
    """
    wanted = address.checked()
    found = await db.row("SELECT name, address, city, version FROM organization WHERE id = $1 FOR NO KEY UPDATE", organization_id)
    if found is None:
        raise NotFound(kind="Organization", path=("input", "organizationId"))
    checks.version(expected_version, found["version"])
    await db.execute(
        "UPDATE organization SET name = $2, address = $3, city = $4, version = version + 1 WHERE id = $1",
        organization_id,
        wanted.name,
        wanted.address,
        wanted.city,
    )
    after: dict[str, object] = {"name": wanted.name, "address": wanted.address, "city": wanted.city}
    before = {name: found[name] for name in after}
    await audit.record(actor, "change billing address", "Organization", organization_id, before=before, after=after)
    await outbox.record(OrganizationChanged(organization_id, found["version"] + 1))


async def change_vat_id(actor: Actor, organization_id: UUID, value: str, expected_version: int) -> str:
    """Change an organisation's VAT id inside the running transaction; returns it as registers write it, empty for none.

    Raises:
        NotFound: there is no such organisation.
        Stale: it was changed meanwhile.
        VatIdMalformed, TooLong: digits or form are wrong for its country.
    """
    found = await db.row("SELECT country, vat_id, version FROM organization WHERE id = $1 FOR NO KEY UPDATE", organization_id)
    if found is None:
        raise NotFound(kind="Organization", path=("input", "organizationId"))
    checks.version(expected_version, found["version"])
    vat_id = check_form(found["country"], value, path=("input", "vatId"))
    await db.execute("UPDATE organization SET vat_id = $2, version = version + 1 WHERE id = $1", organization_id, vat_id)
    before = {"vat_id": found["vat_id"]}
    await audit.record(actor, "set VAT ID", "Organization", organization_id, before=before, after={"vat_id": vat_id})
    await outbox.record(OrganizationChanged(organization_id, found["version"] + 1))
    if vat_id != found["vat_id"]:
        await outbox.record(VatIdWritten(organization_id, vat_id), concerns=organization_id)
    return vat_id
