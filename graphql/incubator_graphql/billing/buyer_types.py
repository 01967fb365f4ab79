"""How organisations are billed, as the API shows it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import profile_views
from incubator.billing.profile_scope import visible_buyers
from incubator.billing.profile_views import BuyerView, StatusView, VatCheckView
from incubator.billing.tax_terms import TaxStatusKind, VatIdState
from incubator.kernel.actor import Actor
from incubator_graphql.billing.fapiao_kinds import FapiaoKind
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.nodes import one
from incubator_graphql.organizations.types import ORGANIZATIONS, Organization
from incubator_graphql.outputs import entity, enum, value

enum(TaxStatusKind)
enum(VatIdState)


@enum
class InvoiceFormat(StrEnum):
    """How an organisation takes its invoices: as a PDF with the XML inside where the country has it, as XRechnung, or over Peppol."""

    PDF = "pdf"
    XRECHNUNG = "xrechnung"
    PEPPOL = "peppol"


@value
class VatCheck:
    """What is known of a VAT id."""

    state: VatIdState
    checked_at: datetime | None = strawberry.field(description="When the register last answered; null when it never did.")
    name: str = strawberry.field(description="Whom the register knows under it; empty where it does not tell.")
    consultation: str = strawberry.field(description="The register's number of the question, for the tax office.")
    is_being_checked: bool = strawberry.field(description="Whether the register is being asked now.")

    @classmethod
    def of(cls, row: VatCheckView, is_being_checked: bool) -> Self:
        return cls(
            state=row.state,
            checked_at=row.checked_at,
            name=row.name,
            consultation=row.consultation,
            is_being_checked=is_being_checked,
        )


@value
class TaxStatus:
    """What an organisation has shown about its taxes, with its proof."""

    id: strawberry.ID
    kind: TaxStatusKind
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    region: str = strawberry.field(description="The state of a certificate; else empty.")
    value: str
    proof: str
    valid_from: date
    valid_to: date | None = strawberry.field(description="The last day; null while it goes on.")

    @classmethod
    def of(cls, row: StatusView) -> Self:
        return cls(
            id=strawberry.ID(encode("TaxStatus", row.id)),
            kind=TaxStatusKind(row.kind),
            country=row.country,
            region=row.region,
            value=row.value,
            proof=row.proof,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


@entity(visible_buyers)
class BillingDetails:
    """How an organisation is billed: address, VAT id, how it takes its invoices, what it has shown about its taxes."""

    row: strawberry.Private[BuyerView]
    name: str
    address: str
    city: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    vat_id: str
    organization_version: int = strawberry.field(description="Of name, address, city and VAT id.")
    postal_code: str
    register_number: str
    email: str
    reference: str = strawberry.field(description="BT-10; of a public body in Germany its Leitweg-ID.")
    endpoint_scheme: str = strawberry.field(description="EAS: EM, 9930, 0184, 0195, 0183, 9927, 0204 or 0088; empty for none.")
    endpoint_id: str
    format: InvoiceFormat
    tax_number: str
    fapiao_kind: FapiaoKind
    phone: str
    bank_name: str
    bank_account: str
    version: int = strawberry.field(description="Of all that is not the organisation's; 0 while nobody has written anything.")

    @classmethod
    def of(cls, row: BuyerView) -> Self:
        plain = {name: getattr(row, name) for name in BuyerView.__slots__ if name not in ("organization_id", "is_being_checked")}
        chosen = {"format": InvoiceFormat(row.format), "fapiao_kind": FapiaoKind(row.fapiao_kind)}
        return cls(row=row, **(plain | chosen))

    @resolved
    async def organization(self, info: Info) -> Organization:
        """Who is billed."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.organization_id))

    @resolved
    async def vat_check(self, info: Info) -> VatCheck:
        """What is known of its VAT id."""
        return VatCheck.of(await profile_views.vat_check_of(self.row.vat_id), self.row.is_being_checked)

    @resolved
    async def tax_statuses(self, info: Info) -> list[TaxStatus]:
        """What it has shown about its taxes, the latest first."""
        return [TaxStatus.of(row) for row in await info.context.loaders.of(STATUSES).load(self.row.organization_id)]


async def _statuses(actor: Actor, ids: Sequence[UUID]) -> list[list[StatusView]]:
    found = await profile_views.statuses_of(ids)
    return [found.get(one_id, []) for one_id in ids]


STATUSES: Relation[UUID, list[StatusView]] = Relation("tax statuses", _statuses)
