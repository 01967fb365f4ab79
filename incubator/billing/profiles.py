"""How companies bill and how customers are billed: reading is in `profile_views`, here they are changed, each by those it concerns."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing import account_numbers, vat_checks
from incubator.billing.events import BuyerProfileChanged, SellerProfileChanged
from incubator.billing.profile_scope import require_buyer, require_seller
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, OutOfRange, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.organizations import billing_facts
from incubator.organizations.billing_facts import BillingAddress, change_seller_facts
from incubator.organizations.vat_ids import check_tax_number

FORMATS = ("pdf", "xrechnung", "peppol")
FAPIAO_KINDS = ("ordinary", "special")


def _text(value: str, field: str, at_most: int) -> str:
    return checks.text(value, field, at_least=0, at_most=at_most, path=("input", field))


def _email(value: str) -> str:
    return checks.email(value, path=("input", "email")) if value.strip() else ""


OF_ENTITY = ("address", "tax_number")
"""What of a seller's terms stands with the legal entity."""


@dataclass(frozen=True, slots=True)
class SellerTerms:
    """What a legal entity's invoices say besides its name, and how it bills: see `SellerProfile`; street and tax number stand with the entity."""

    address: str = ""
    tax_number: str = ""
    city: str = ""
    postal_code: str = ""
    register_number: str = ""
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    bank_name: str = ""
    iban: str = ""
    bic: str = ""
    endpoint_scheme: str = ""
    endpoint_id: str = ""
    grace_days: int = 0
    payment_days: int = 14
    hold_percent: int = 50

    def checked(self, country: str) -> "SellerTerms":
        """Return it with blanks trimmed, for a legal entity of a country.

        Raises:
            TooLong, PatternMismatch, OutOfRange: a field breaks its rule.
            NumberMalformed: IBAN, BIC or electronic address.
        """
        scheme, endpoint_id = account_numbers.endpoint(self.endpoint_scheme, self.endpoint_id)
        return SellerTerms(
            address=_text(self.address, "address", 500),
            tax_number=_text(self.tax_number, "taxNumber", 40),
            city=_text(self.city, "city", 120),
            postal_code=_text(self.postal_code, "postalCode", 20),
            register_number=_text(self.register_number, "registerNumber", 120),
            contact_name=_text(self.contact_name, "contactName", 120),
            email=_email(self.email),
            phone=_text(self.phone, "phone", 40),
            bank_name=_text(self.bank_name, "bankName", 120),
            iban=account_numbers.account(country, self.iban, ("input", "iban")),
            bic=account_numbers.bic(self.bic, ("input", "bic")),
            endpoint_scheme=scheme,
            endpoint_id=endpoint_id,
            grace_days=checks.between(self.grace_days, "graceDays", 0, 60, ("input", "graceDays")),
            payment_days=checks.between(self.payment_days, "paymentDays", 0, 365, ("input", "paymentDays")),
            hold_percent=checks.between(self.hold_percent, "holdPercent", 1, 1000, ("input", "holdPercent")),
        )


@dataclass(frozen=True, slots=True)
class BuyerTerms:
    """What invoices to an organisation need besides its name and address: see `BuyerProfile`."""

    postal_code: str = ""
    register_number: str = ""
    email: str = ""
    reference: str = ""
    endpoint_scheme: str = ""
    endpoint_id: str = ""
    format: str = "pdf"
    tax_number: str = ""
    fapiao_kind: str = "ordinary"
    phone: str = ""
    bank_name: str = ""
    bank_account: str = ""

    def checked(self, country: str, kind: str) -> "BuyerTerms":
        """Return it with blanks trimmed, for an organisation of a country and kind. A German public body that wants XRechnung needs its Leitweg-ID.

        Raises:
            TooLong, PatternMismatch: a field breaks its rule.
            VatIdMalformed: the tax number.
            NumberMalformed: the electronic address or the Leitweg-ID; Peppol without an address.
        """
        if self.format not in FORMATS:
            raise PatternMismatch(field="format", limit=", ".join(FORMATS), path=("input", "format"))
        if self.fapiao_kind not in FAPIAO_KINDS:
            raise PatternMismatch(field="fapiaoKind", limit=", ".join(FAPIAO_KINDS), path=("input", "fapiaoKind"))
        scheme, endpoint_id = account_numbers.endpoint(self.endpoint_scheme, self.endpoint_id)
        if self.format == "peppol" and scheme in ("", "EM"):
            account_numbers.endpoint("?", endpoint_id)
        is_authority = self.format == "xrechnung" and country == "DE" and kind == "public body"
        reference = _text(self.reference, "reference", 120)
        return BuyerTerms(
            postal_code=_text(self.postal_code, "postalCode", 20),
            register_number=_text(self.register_number, "registerNumber", 120),
            email=_email(self.email),
            reference=account_numbers.leitweg_id(reference, ("input", "reference")) if is_authority else reference,
            endpoint_scheme=scheme,
            endpoint_id=endpoint_id,
            format=self.format,
            tax_number=check_tax_number(country, self.tax_number, path=("input", "taxNumber")),
            fapiao_kind=self.fapiao_kind,
            phone=_text(self.phone, "phone", 40),
            bank_name=_text(self.bank_name, "bankName", 120),
            bank_account=_text(self.bank_account, "bankAccount", 60),
        )


async def update_seller_profile(actor: Actor, legal_entity_id: UUID, terms: SellerTerms, expected_version: int) -> None:
    """Change how a legal entity bills; invoices that are finalised keep what they say. A profile that was never written has version 0.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after the legal entity's money.
        TooLong, PatternMismatch, OutOfRange, NumberMalformed: a field breaks its rule.
        Stale: it was changed meanwhile.
    """
    require_seller(actor, legal_entity_id)
    async with db.transaction():
        version = await lock_seller(legal_entity_id, expected_version)
        wanted = asdict(terms.checked(await db.value("SELECT country FROM legal_entity WHERE id = $1", legal_entity_id)))
        of_entity = {name: wanted[name] for name in OF_ENTITY}
        of_profile = {name: value for name, value in wanted.items() if name not in OF_ENTITY}
        before = dict(await db.row(f"SELECT {', '.join(of_profile)} FROM seller_profile WHERE legal_entity_id = $1", legal_entity_id) or {})
        before |= await change_seller_facts(legal_entity_id, **of_entity)
        await _write("seller_profile", "legal_entity_id", legal_entity_id, of_profile)
        changed = {name for name in wanted if wanted[name] != before[name]}
        await audit.record(
            actor,
            "update seller profile",
            "LegalEntity",
            legal_entity_id,
            before={name: before[name] for name in sorted(changed)},
            after={name: wanted[name] for name in sorted(changed)},
        )
        await outbox.record(SellerProfileChanged(legal_entity_id, version + 1))


async def close_books(actor: Actor, legal_entity_id: UUID, locked_until: date, expected_version: int) -> None:
    """Close a legal entity's books up to a day: nothing is booked on it or before any more. It only ever goes forward.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after the legal entity's money.
        Stale: the profile was changed meanwhile.
        OutOfRange: the day is not over, or lies before the one that was closed.
    """
    require_seller(actor, legal_entity_id)
    async with db.transaction():
        version = await lock_seller(legal_entity_id, expected_version)
        before: date | None = await db.value("SELECT locked_until FROM seller_profile WHERE legal_entity_id = $1", legal_entity_id)
        today = await _today_of(legal_entity_id)
        if locked_until >= today or (before is not None and locked_until < before):
            raise OutOfRange(field="lockedUntil", limit=f"{before or ''} – < {today}", path=("input", "lockedUntil"))
        await _write("seller_profile", "legal_entity_id", legal_entity_id, {"locked_until": locked_until})
        await audit.record(
            actor, "close books", "LegalEntity", legal_entity_id, before={"locked_until": before}, after={"locked_until": locked_until}
        )
        await outbox.record(SellerProfileChanged(legal_entity_id, version + 1))


async def lock_seller(legal_entity_id: UUID, expected_version: int | None) -> int:
    """Lock a legal entity's profile, made when missing; returns its version, 0 for a new one.

    Raises:
        NotFound: there is no such legal entity.
        Stale: it was changed meanwhile.
    """
    if not await db.value("SELECT 1 FROM legal_entity WHERE id = $1", legal_entity_id):
        raise NotFound(kind="LegalEntity", path=("input", "legalEntityId"))
    await db.execute(
        "INSERT INTO seller_profile (id, legal_entity_id, version) VALUES ($1, $2, 0) ON CONFLICT (legal_entity_id) DO NOTHING",
        new_id(),
        legal_entity_id,
    )
    version: int = await db.value("SELECT version FROM seller_profile WHERE legal_entity_id = $1 FOR NO KEY UPDATE", legal_entity_id)
    checks.version(expected_version, version)
    return version


async def touch_seller(legal_entity_id: UUID) -> None:
    """Count the locked profile's version up, for what belongs to it and stands elsewhere."""
    await db.execute("UPDATE seller_profile SET version = version + 1 WHERE legal_entity_id = $1", legal_entity_id)


async def _today_of(legal_entity_id: UUID) -> date:
    """Return the earliest day that it is at any of the legal entity's sites."""
    zones = await db.rows("SELECT DISTINCT time_zone FROM site WHERE legal_entity_id = $1", legal_entity_id)
    return min((clock.today(row["time_zone"]) for row in zones), default=clock.today("UTC"))


async def update_buyer_profile(actor: Actor, organization_id: UUID, terms: BuyerTerms, expected_version: int) -> None:
    """Change how an organisation takes its invoices. A profile that was never written has version 0.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor is neither of the customer's people for money nor finance of who bills it.
        TooLong, PatternMismatch, VatIdMalformed, NumberMalformed: a field breaks its rule.
        Stale: it was changed meanwhile.
    """
    await require_buyer(actor, organization_id)
    found = await db.row("SELECT country, kind FROM organization WHERE id = $1", organization_id)
    assert found is not None
    wanted = asdict(terms.checked(found["country"], found["kind"]))
    async with db.transaction():
        await db.execute(
            "INSERT INTO buyer_profile (id, organization_id, version) VALUES ($1, $2, 0) ON CONFLICT (organization_id) DO NOTHING",
            new_id(),
            organization_id,
        )
        before = await db.row(
            f"SELECT version, {', '.join(wanted)} FROM buyer_profile WHERE organization_id = $1 FOR NO KEY UPDATE", organization_id
        )
        assert before is not None
        checks.version(expected_version, before["version"])
        await _write("buyer_profile", "organization_id", organization_id, wanted)
        changed = sorted(name for name in wanted if wanted[name] != before[name])
        await audit.record(
            actor,
            "update buyer profile",
            "Organization",
            organization_id,
            before={name: before[name] for name in changed},
            after={name: wanted[name] for name in changed},
        )
        await outbox.record(BuyerProfileChanged(organization_id, before["version"] + 1))


async def _write(table: str, key: str, id: UUID, values: dict[str, object]) -> None:
    set_ = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await db.execute(f"UPDATE {table} SET {set_}, version = version + 1 WHERE {key} = $1", id, *values.values())


async def set_billing_address(actor: Actor, organization_id: UUID, address: BillingAddress, expected_version: int) -> None:
    """Change the name and address to which an organisation is billed; what was invoiced keeps the old ones.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor is neither of the customer's people for money nor finance of who bills it.
        TooShort, TooLong, PatternMismatch: a part breaks its rule.
        Stale: it was changed meanwhile.
    """
    await require_buyer(actor, organization_id)
    async with db.transaction():
        await billing_facts.change_billing_address(actor, organization_id, address, expected_version)


async def set_vat_id(actor: Actor, organization_id: UUID, value: str, expected_version: int) -> None:
    """Change an organisation's VAT id; the register is asked about it at once, by work of its own.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor is neither of the customer's people for money nor finance of who bills it.
        VatIdMalformed, TooLong: digits or form are wrong for its country.
        Stale: the organisation was changed meanwhile.
    """
    await require_buyer(actor, organization_id)
    async with db.transaction():
        await billing_facts.change_vat_id(actor, organization_id, value, expected_version)


async def check_vat_id_again(actor: Actor, organization_id: UUID) -> None:
    """Have the register asked about an organisation's VAT id again, at most once an hour; without one nothing happens.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor is neither of the customer's people for money nor finance of who bills it.
    """
    await require_buyer(actor, organization_id)
    async with db.transaction():
        vat_id: str = await db.value("SELECT vat_id FROM organization WHERE id = $1", organization_id)
        if await vat_checks.schedule_check(vat_id, organization_id):
            await audit.record(actor, "check VAT ID", "Organization", organization_id, after={"vat_id": vat_id})
