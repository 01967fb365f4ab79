"""Reading and changing how organisations are billed."""

from datetime import date
from uuid import UUID

import strawberry

from incubator.billing import profile_views, service
from incubator.billing.tax_terms import TaxStatusKind
from incubator.kernel.actor import Grant
from incubator.organizations.billing_facts import BillingAddress
from incubator_graphql.billing.buyer_types import BillingDetails, InvoiceFormat
from incubator_graphql.billing.fapiao_kinds import FapiaoKind
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode
from incubator_graphql.outputs import given, value

PAYERS = granted(Grant.PAY_INVOICE, Grant.RECORD_PAYMENT)


@strawberry.type
class BuyersQuery:
    """Reading how organisations are billed."""

    @query(SIGNED_IN)
    async def billing_details(self, info: Info, organization_id: strawberry.ID) -> BillingDetails:
        """Give how an organisation is billed: to its people for money, and to those who bill it."""
        return BillingDetails.of(await profile_views.buyer(info.context.actor, decode(organization_id, "Organization", "organizationId")))


@given
class SetBillingAddressInput:
    """Whom and where invoices are sent; `expectedVersion` is the organisation's."""

    organization_id: strawberry.ID
    name: str
    address: str
    city: str
    expected_version: int


@given
class SetVatIdInput:
    """A VAT id, or nothing; `expectedVersion` is the organisation's."""

    organization_id: strawberry.ID
    vat_id: str
    expected_version: int


@given
class CheckVatIdInput:
    """Whose VAT id to ask about."""

    organization_id: strawberry.ID


@given
class UpdateBillingDetailsInput:
    """How an organisation takes its invoices: all of it, what is left out becomes empty or the usual."""

    organization_id: strawberry.ID
    expected_version: int
    postal_code: str = ""
    register_number: str = ""
    email: str = ""
    reference: str = ""
    endpoint_scheme: str = ""
    endpoint_id: str = ""
    format: InvoiceFormat = InvoiceFormat.PDF
    tax_number: str = ""
    fapiao_kind: FapiaoKind = FapiaoKind.ORDINARY
    phone: str = ""
    bank_name: str = ""
    bank_account: str = ""


@given
class RecordTaxStatusInput:
    """What an organisation has shown, where and when it holds (both days included), and the proof."""

    organization_id: strawberry.ID
    kind: TaxStatusKind
    country: str
    proof: str
    valid_from: date
    valid_to: date | None = None
    region: str = ""
    value: str = ""


@given
class EndTaxStatusInput:
    """What ends, and its last day."""

    tax_status_id: strawberry.ID
    valid_to: date


@value
class SetBillingAddressPayload(Payload):
    """How the organisation is billed now."""

    billing_details: BillingDetails | None = None


@value
class SetVatIdPayload(Payload):
    """How the organisation is billed now."""

    billing_details: BillingDetails | None = None


@value
class CheckVatIdPayload(Payload):
    """How the organisation is billed now."""

    billing_details: BillingDetails | None = None


@value
class UpdateBillingDetailsPayload(Payload):
    """How the organisation is billed now."""

    billing_details: BillingDetails | None = None


@value
class RecordTaxStatusPayload(Payload):
    """How the organisation is billed now."""

    billing_details: BillingDetails | None = None


@value
class EndTaxStatusPayload(Payload):
    """How the organisation is billed now."""

    billing_details: BillingDetails | None = None


async def _shown(info: Info, organization_id: UUID) -> BillingDetails:
    return BillingDetails.of(await profile_views.buyer(info.context.actor, organization_id))


@strawberry.type
class BuyersMutation:
    """Changing how organisations are billed."""

    @mutation(PAYERS)
    async def set_billing_address(self, info: Info, input: SetBillingAddressInput) -> SetBillingAddressPayload:
        """Change the name and address to which an organisation is billed; what was invoiced keeps the old ones."""
        organization_id = decode(input.organization_id, "Organization", "input", "organizationId")
        address = BillingAddress(input.name, input.address, input.city)
        await service.set_billing_address(info.context.actor, organization_id, address, input.expected_version)
        return SetBillingAddressPayload(billing_details=await _shown(info, organization_id))

    @mutation(PAYERS)
    async def set_vat_id(self, info: Info, input: SetVatIdInput) -> SetVatIdPayload:
        """Change an organisation's VAT id; the register is asked about it at once."""
        organization_id = decode(input.organization_id, "Organization", "input", "organizationId")
        await service.set_vat_id(info.context.actor, organization_id, input.vat_id, input.expected_version)
        return SetVatIdPayload(billing_details=await _shown(info, organization_id))

    @mutation(PAYERS)
    async def check_vat_id(self, info: Info, input: CheckVatIdInput) -> CheckVatIdPayload:
        """Have the register asked about an organisation's VAT id again, at most once an hour."""
        organization_id = decode(input.organization_id, "Organization", "input", "organizationId")
        await service.check_vat_id_again(info.context.actor, organization_id)
        return CheckVatIdPayload(billing_details=await _shown(info, organization_id))

    @mutation(PAYERS)
    async def update_billing_details(self, info: Info, input: UpdateBillingDetailsInput) -> UpdateBillingDetailsPayload:
        """Change how an organisation takes its invoices."""
        organization_id = decode(input.organization_id, "Organization", "input", "organizationId")
        terms = service.BuyerTerms(
            postal_code=input.postal_code,
            register_number=input.register_number,
            email=input.email,
            reference=input.reference,
            endpoint_scheme=input.endpoint_scheme,
            endpoint_id=input.endpoint_id,
            format=input.format.value,
            tax_number=input.tax_number,
            fapiao_kind=input.fapiao_kind.value,
            phone=input.phone,
            bank_name=input.bank_name,
            bank_account=input.bank_account,
        )
        await service.update_buyer_profile(info.context.actor, organization_id, terms, input.expected_version)
        return UpdateBillingDetailsPayload(billing_details=await _shown(info, organization_id))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def record_tax_status(self, info: Info, input: RecordTaxStatusInput) -> RecordTaxStatusPayload:
        """Write down what a customer has shown about its taxes; supplies of its days are taxed by it from now on."""
        organization_id = decode(input.organization_id, "Organization", "input", "organizationId")
        terms = service.StatusTerms(input.kind, input.country, input.proof, input.valid_from, input.valid_to, input.region, input.value)
        await service.record_tax_status(info.context.actor, organization_id, terms)
        return RecordTaxStatusPayload(billing_details=await _shown(info, organization_id))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def end_tax_status(self, info: Info, input: EndTaxStatusInput) -> EndTaxStatusPayload:
        """Let what a customer has shown end with a day."""
        status_id = decode(input.tax_status_id, "TaxStatus", "input", "taxStatusId")
        organization_id = await service.end_tax_status(info.context.actor, status_id, input.valid_to)
        return EndTaxStatusPayload(billing_details=await _shown(info, organization_id))
