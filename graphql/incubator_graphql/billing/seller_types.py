"""How legal entities bill, as the API shows it."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import profile_views
from incubator.billing.policy import plain
from incubator.billing.profile_scope import visible_sellers
from incubator.billing.profile_views import RateView, RegistrationView, SellerView
from incubator.billing.tax_terms import Scheme
from incubator.kernel.actor import Actor
from incubator_graphql.fields import Info, resolved
from incubator_graphql.loaders import Relation
from incubator_graphql.nodes import one
from incubator_graphql.organizations.types import LEGAL_ENTITIES, LegalEntity
from incubator_graphql.outputs import entity, enum, value

enum(Scheme, name="TaxScheme")


@value
class TaxRegistration:
    """What a legal entity is registered for; of several on a day the latest holds."""

    vat_id: str
    taxes_letting: bool = strawberry.field(description="Whether it has opted to tax its letting of rooms.")
    scheme: Scheme
    valid_from: date
    valid_to: date | None = strawberry.field(description="The last day; null while it goes on.")

    @classmethod
    def of(cls, row: RegistrationView) -> Self:
        return cls(
            vat_id=row.vat_id,
            taxes_letting=row.taxes_letting,
            scheme=Scheme(row.scheme),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


@entity(visible_sellers)
class SellerProfile:
    """What a legal entity's invoices say besides its name, and how it bills."""

    legal_entity_id: strawberry.Private[UUID]
    address: str = strawberry.field(description="Street and number.")
    tax_number: str
    city: str
    postal_code: str
    register_number: str
    contact_name: str
    email: str
    phone: str
    bank_name: str
    iban: str
    bic: str
    endpoint_scheme: str = strawberry.field(description="EAS: EM, 9930, 0184, 0195, 0183, 9927, 0204 or 0088; empty for none.")
    endpoint_id: str
    grace_days: int = strawberry.field(description="How many days a draft waits before it is finalised.")
    payment_days: int = strawberry.field(description="How many days after its date an invoice is due.")
    hold_percent: int = strawberry.field(description="A run that strays by more from the month before is held.")
    locked_until: date | None = strawberry.field(description="Nothing is booked on this day or before; null while no day is closed.")
    version: int = strawberry.field(description="0 while nobody has written anything; counts registrations too.")

    @classmethod
    def of(cls, row: SellerView) -> Self:
        return cls(**{name: getattr(row, name) for name in SellerView.__slots__})

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Whose profile it is."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.legal_entity_id))

    @resolved
    async def registrations(self, info: Info) -> list[TaxRegistration]:
        """What it is and was registered for, the latest first."""
        return [TaxRegistration.of(row) for row in await info.context.loaders.of(REGISTRATIONS).load(self.legal_entity_id)]


async def _registrations(actor: Actor, ids: Sequence[UUID]) -> list[list[RegistrationView]]:
    found = await profile_views.registrations_of(ids)
    return [found.get(one_id, []) for one_id in ids]


REGISTRATIONS: Relation[UUID, list[RegistrationView]] = Relation("tax registrations", _registrations)


@entity(profile_views.list_rates)
class ExchangeRate:
    """So many units of a currency were worth one euro on a day."""

    day: date
    currency: str = strawberry.field(description="ISO 4217.")
    per_euro: str = strawberry.field(description="A decimal number.")
    source: str = strawberry.field(description="ECB for the European Central Bank, else where finance has it from.")

    @classmethod
    def of(cls, row: RateView) -> Self:
        return cls(day=row.day, currency=row.currency, per_euro=plain(row.per_euro), source=row.source)
