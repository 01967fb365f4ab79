"""Reading and changing how legal entities bill, and the exchange rates."""

from dataclasses import fields
from datetime import date
from uuid import UUID

import strawberry

from incubator.billing import profile_views, service
from incubator.billing.profile_views import RateView
from incubator.billing.tax_terms import Scheme
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator_graphql.billing.seller_types import ExchangeRate, SellerProfile
from incubator_graphql.fields import Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode
from incubator_graphql.outputs import given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@strawberry.type
class SellersQuery:
    """Reading how legal entities bill."""

    @query(granted(Grant.SEE_MONEY))
    async def seller_profiles(self, info: Info) -> list[SellerProfile]:
        """List how each legal entity that one's role covers bills, by its name."""
        return [SellerProfile.of(row) for row in await profile_views.sellers(info.context.actor)]

    @query(granted(Grant.SEE_MONEY))
    async def exchange_rates(
        self,
        info: Info,
        currency: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ExchangeRate]:
        """List the exchange rates that are known, the latest first."""
        page = Page(first, after, last, before)
        found = await profile_views.list_rates(info.context.actor, page, currency=currency, with_total=wants_total(info))
        return Connection[ExchangeRate].of(found, lambda row: ExchangeRate.of(RateView(**row)))


@given
class UpdateSellerProfileInput:
    """How a legal entity bills from now on: all of it, what is left out becomes empty or the usual."""

    legal_entity_id: strawberry.ID
    expected_version: int
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


@given
class CloseBooksInput:
    """The last day on which, or before which, nothing is booked any more."""

    legal_entity_id: strawberry.ID
    locked_until: date
    expected_version: int


@given
class RegisterForTaxInput:
    """What a legal entity is registered for from a day on; a registration that began on that day is replaced."""

    legal_entity_id: strawberry.ID
    vat_id: str
    taxes_letting: bool
    valid_from: date
    expected_version: int
    scheme: Scheme = Scheme.STANDARD


@given
class EndTaxRegistrationInput:
    """The registration that began on a day, and its last day."""

    legal_entity_id: strawberry.ID
    valid_from: date
    valid_to: date
    expected_version: int


@given
class EnterExchangeRateInput:
    """A rate of a currency that the European Central Bank does not publish."""

    currency: str
    day: date
    per_euro: str
    source: str


@value
class UpdateSellerProfilePayload(Payload):
    """The profile as it is now."""

    seller_profile: SellerProfile | None = None


@value
class CloseBooksPayload(Payload):
    """The profile as it is now."""

    seller_profile: SellerProfile | None = None


@value
class RegisterForTaxPayload(Payload):
    """The profile as it is now."""

    seller_profile: SellerProfile | None = None


@value
class EndTaxRegistrationPayload(Payload):
    """The profile as it is now."""

    seller_profile: SellerProfile | None = None


@value
class EnterExchangeRatePayload(Payload):
    """Nothing but what was refused."""


async def _shown(actor: Actor, legal_entity_id: UUID) -> SellerProfile | None:
    found = await profile_views.seller(actor, legal_entity_id)
    return SellerProfile.of(found) if found else None


@strawberry.type
class SellersMutation:
    """Changing how legal entities bill."""

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def update_seller_profile(self, info: Info, input: UpdateSellerProfileInput) -> UpdateSellerProfilePayload:
        """Change how a legal entity bills; invoices that are finalised keep what they say."""
        legal_entity_id = decode(input.legal_entity_id, "LegalEntity", "input", "legalEntityId")
        terms = service.SellerTerms(**{field.name: getattr(input, field.name) for field in fields(service.SellerTerms)})
        await service.update_seller_profile(info.context.actor, legal_entity_id, terms, input.expected_version)
        return UpdateSellerProfilePayload(seller_profile=await _shown(info.context.actor, legal_entity_id))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def close_books(self, info: Info, input: CloseBooksInput) -> CloseBooksPayload:
        """Close a legal entity's books up to a day that is over. It only ever goes forward."""
        legal_entity_id = decode(input.legal_entity_id, "LegalEntity", "input", "legalEntityId")
        await service.close_books(info.context.actor, legal_entity_id, input.locked_until, input.expected_version)
        return CloseBooksPayload(seller_profile=await _shown(info.context.actor, legal_entity_id))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def register_for_tax(self, info: Info, input: RegisterForTaxInput) -> RegisterForTaxPayload:
        """Write down what a legal entity is registered for from a day on. What was charged before keeps the tax it was charged with."""
        legal_entity_id = decode(input.legal_entity_id, "LegalEntity", "input", "legalEntityId")
        await service.register_for_tax(
            info.context.actor,
            legal_entity_id,
            input.vat_id,
            input.valid_from,
            taxes_letting=input.taxes_letting,
            scheme=input.scheme,
            expected_version=input.expected_version,
        )
        return RegisterForTaxPayload(seller_profile=await _shown(info.context.actor, legal_entity_id))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def end_tax_registration(self, info: Info, input: EndTaxRegistrationInput) -> EndTaxRegistrationPayload:
        """Let a registration end with a day."""
        legal_entity_id = decode(input.legal_entity_id, "LegalEntity", "input", "legalEntityId")
        await service.end_registration(info.context.actor, legal_entity_id, input.valid_from, input.valid_to, input.expected_version)
        return EndTaxRegistrationPayload(seller_profile=await _shown(info.context.actor, legal_entity_id))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def enter_exchange_rate(self, info: Info, input: EnterExchangeRateInput) -> EnterExchangeRatePayload:
        """Write down a rate that the European Central Bank does not publish; a second one for the day replaces the first."""
        await service.enter_rate(info.context.actor, input.currency, input.day, input.per_euro, input.source)
        return EnterExchangeRatePayload()
