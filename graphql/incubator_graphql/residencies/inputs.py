"""What is given to the mutations of admissions."""

from datetime import date

import strawberry

from incubator_graphql.organizations.enums import Language
from incubator_graphql.outputs import given
from incubator_graphql.scalars import MinorUnits

ONCE = "8 to 200 characters: sent again with the same input, the same answer comes."


@given
class OpenCallInput:
    """A call for sites of one operator; both days belong to it."""

    title: str
    summary: str
    programme: str
    site_ids: list[strawberry.ID]
    opens_on: date
    closes_on: date


@given
class SubmitApplicationInput:
    """What a startup writes when it applies."""

    call_id: strawberry.ID
    site_id: strawberry.ID
    startup_name: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    city: str
    sector: str
    headcount: int
    pitch: str
    wishes: str
    contact_name: str
    contact_email: str
    language: Language
    idempotency_key: str = strawberry.field(description=ONCE)


@given
class DeclineApplicationInput:
    """The application to decline, as it was seen."""

    application_id: strawberry.ID
    expected_version: int | None = None


@given
class MakeOfferInput:
    """A unit on a plan. Days are the site's, first and last included; the deposit is in minor units of the site's currency."""

    application_id: strawberry.ID
    plan_id: strawberry.ID
    unit_id: strawberry.ID
    starts_on: date
    ends_on: date
    deposit_minor: MinorUnits
    terms: str
    expires_on: date
    idempotency_key: str = strawberry.field(description=ONCE)


@given
class WithdrawOfferInput:
    """The offer to take back, as it was seen."""

    offer_id: strawberry.ID
    expected_version: int | None = None


@given
class AcceptOfferInput:
    """The offer, and the hash of the terms that were shown."""

    offer_id: strawberry.ID
    terms_hash: str
