"""What buyers have shown about their taxes, with proof; finance writes it down, and it is ended, never deleted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing.events import BuyerProfileChanged
from incubator.billing.profile_scope import changeable_buyers
from incubator.billing.tax_errors import RegistrationAlreadyEnded
from incubator.billing.tax_terms import CERTIFICATES, TaxStatusKind
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, PatternMismatch, PeriodInverted
from incubator.kernel.ids import new_id
from incubator.organizations.opening_hours import subdivisions_of

COUNTRY_OF = {
    TaxStatusKind.TAXABLE_OUTPUTS: "DE",
    TaxStatusKind.SMALL_BUSINESS: "DE",
    TaxStatusKind.EXPORT_FILING: "CN",
    TaxStatusKind.RESALE_CERTIFICATE: "US",
    TaxStatusKind.EXEMPT_CERTIFICATE: "US",
}
"""Where a kind means anything to the rules; an establishment is anywhere."""


@dataclass(frozen=True, slots=True)
class StatusTerms:
    """What is written down: where and from when to when it holds (both included; None: still), and the proof: which paper, where it is."""

    kind: TaxStatusKind
    country: str
    proof: str
    valid_from: date
    valid_to: date | None = None
    region: str = ""
    value: str = ""

    def checked(self) -> "StatusTerms":
        """Return it with blanks trimmed.

        Raises:
            UnknownCountry: no country.
            PatternMismatch: the kind means nothing there, or a certificate is of no state.
            TooShort, TooLong: no proof, or too many words.
            PeriodInverted: it would end before it begins.
        """
        country = checks.country(self.country, path=("input", "country"))
        wanted = COUNTRY_OF.get(self.kind, country)
        if country != wanted:
            raise PatternMismatch(field="country", limit=wanted, path=("input", "country"))
        region = self.region.strip().upper()
        states = subdivisions_of("US")
        if self.kind in CERTIFICATES and region not in states:
            raise PatternMismatch(field="region", limit=", ".join(states), path=("input", "region"))
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PeriodInverted(field="validTo", limit=f"{self.valid_from} – {self.valid_to}", path=("input", "validTo"))
        return StatusTerms(
            self.kind,
            country,
            checks.text(self.proof, "proof", at_most=300, path=("input", "proof")),
            self.valid_from,
            self.valid_to,
            region if self.kind in CERTIFICATES else "",
            checks.text(self.value, "value", at_least=0, at_most=60, path=("input", "value")),
        )


async def record_tax_status(actor: Actor, organization_id: UUID, terms: StatusTerms) -> UUID:
    """Write down what a customer has shown; charges of its days are taxed by it from now on. Returns its id.

    Raises:
        NotSignedIn, Forbidden: the actor records no payments.
        NotFound: the actor's companies do not bill the organisation.
        UnknownCountry, PatternMismatch, TooShort, TooLong, PeriodInverted: a field breaks its rule.
    """
    actor.require(Grant.RECORD_PAYMENT)
    wanted = terms.checked()
    condition, args = changeable_buyers(actor)
    async with db.transaction():
        if not await db.value(
            f"SELECT 1 FROM organization o WHERE {condition} AND o.id = ${len(args) + 1} FOR KEY SHARE", *args, organization_id
        ):
            raise NotFound(kind="Organization", path=("input", "organizationId"))
        status_id = new_id()
        await db.execute(
            "INSERT INTO tax_status (id, organization_id, country, region, kind, value, proof, valid_from, valid_to, recorded_by_id, recorded_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            status_id,
            organization_id,
            wanted.country,
            wanted.region,
            wanted.kind.value,
            wanted.value,
            wanted.proof,
            wanted.valid_from,
            wanted.valid_to,
            actor.person_id,
            clock.now(),
        )
        after: dict[str, object] = {"kind": wanted.kind.value, "country": wanted.country, "region": wanted.region, "proof": wanted.proof}
        await audit.record(actor, "record tax status", "Organization", organization_id, after=after)
        await outbox.record(BuyerProfileChanged(organization_id, 0))
    return status_id


async def end_tax_status(actor: Actor, status_id: UUID, valid_to: date) -> UUID:
    """Let what a customer has shown end with a day; returns the customer.

    Raises:
        NotSignedIn, Forbidden: the actor records no payments.
        NotFound: there is none, or the actor's companies do not bill its organisation.
        RegistrationAlreadyEnded: it has an earlier last day.
        PeriodInverted: it would end before it begins.
    """
    actor.require(Grant.RECORD_PAYMENT)
    condition, args = changeable_buyers(actor)
    async with db.transaction():
        found = await db.row(
            "SELECT t.id, t.organization_id, t.valid_from, t.valid_to FROM tax_status t JOIN organization o ON o.id = t.organization_id"
            f" WHERE {condition} AND t.id = ${len(args) + 1} FOR NO KEY UPDATE OF t",
            *args,
            status_id,
        )
        if found is None:
            raise NotFound(kind="TaxStatus", path=("input", "taxStatusId"))
        if found["valid_to"] is not None and found["valid_to"] <= valid_to:
            raise RegistrationAlreadyEnded(ended_on=found["valid_to"], path=("input", "taxStatusId"))
        if valid_to < found["valid_from"]:
            raise PeriodInverted(field="validTo", limit=f"{found['valid_from']} – {valid_to}", path=("input", "validTo"))
        await db.execute("UPDATE tax_status SET valid_to = $2 WHERE id = $1", status_id, valid_to)
        after: dict[str, object] = {"tax_status": status_id, "valid_to": valid_to}
        await audit.record(actor, "end tax status", "Organization", found["organization_id"], after=after)
        await outbox.record(BuyerProfileChanged(found["organization_id"], 0))
    organization_id: UUID = found["organization_id"]
    return organization_id
