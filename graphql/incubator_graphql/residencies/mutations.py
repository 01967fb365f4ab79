"""Opening calls, applying, offering, accepting."""

import strawberry

from incubator.kernel.actor import Grant
from incubator.residencies import service
from incubator.residencies.queries import submitted_application
from incubator.residencies.service import ApplicationTerms, CallTerms, OfferTerms
from incubator_graphql.fields import ANYONE, SIGNED_IN, Info, Payload, granted, mutation
from incubator_graphql.ids import decode, decode_many
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import value
from incubator_graphql.residencies.inputs import (
    AcceptOfferInput,
    DeclineApplicationInput,
    MakeOfferInput,
    OpenCallInput,
    SubmitApplicationInput,
    WithdrawOfferInput,
)
from incubator_graphql.residencies.residency import RESIDENCIES, Residency
from incubator_graphql.residencies.types import APPLICATIONS, CALLS, OFFERS, Application, Call, Offer


@value
class OpenCallPayload(Payload):
    """The call."""

    call: Call | None = None


@value
class SubmitApplicationPayload(Payload):
    """The application, as it was written."""

    application: Application | None = None


@value
class DeclineApplicationPayload(Payload):
    """The application, declined."""

    application: Application | None = None


@value
class MakeOfferPayload(Payload):
    """The offer."""

    offer: Offer | None = None


@value
class WithdrawOfferPayload(Payload):
    """The offer, taken back."""

    offer: Offer | None = None


@value
class AcceptOfferPayload(Payload):
    """The residency that the offer has become."""

    residency: Residency | None = None


@strawberry.type
class ResidenciesMutation:
    """Opening calls, applying, offering, accepting."""

    @mutation(granted(Grant.MANAGE_PROGRAMMES))
    async def open_call(self, info: Info, input: OpenCallInput) -> OpenCallPayload:
        """Announce a call for sites of one operator."""
        terms = CallTerms(
            title=input.title,
            summary=input.summary,
            programme=input.programme,
            site_ids=tuple(decode_many(input.site_ids, "Site", "input", "siteIds")),
            opens_on=input.opens_on,
            closes_on=input.closes_on,
        )
        call_id = await service.open_call(info.context.actor, terms)
        return OpenCallPayload(call=await shown(info, CALLS, call_id, Call.of))

    @mutation(ANYONE)
    async def submit_application(self, info: Info, input: SubmitApplicationInput) -> SubmitApplicationPayload:
        """Apply to an open call; nobody needs to be signed in."""
        terms = ApplicationTerms(
            call_id=decode(input.call_id, "Call", "input", "callId"),
            site_id=decode(input.site_id, "Site", "input", "siteId"),
            startup_name=input.startup_name,
            country=input.country,
            city=input.city,
            sector=input.sector,
            headcount=input.headcount,
            pitch=input.pitch,
            wishes=input.wishes,
            contact_name=input.contact_name,
            contact_email=input.contact_email,
            language=input.language.value,
        )
        application_id = await service.submit_application(info.context.actor, terms, input.idempotency_key)
        return SubmitApplicationPayload(application=Application.of(await submitted_application(application_id)))

    @mutation(granted(Grant.MANAGE_PROGRAMMES))
    async def decline_application(self, info: Info, input: DeclineApplicationInput) -> DeclineApplicationPayload:
        """Decline an application; its contact is told."""
        application_id = decode(input.application_id, "Application", "input", "applicationId")
        await service.decline_application(info.context.actor, application_id, input.expected_version)
        return DeclineApplicationPayload(application=await shown(info, APPLICATIONS, application_id, Application.of))

    @mutation(granted(Grant.MAKE_OFFER))
    async def make_offer(self, info: Info, input: MakeOfferInput) -> MakeOfferPayload:
        """Offer an applicant a unit on a plan. A startup that is new here becomes an organisation, and its contact is invited."""
        terms = OfferTerms(
            application_id=decode(input.application_id, "Application", "input", "applicationId"),
            plan_id=decode(input.plan_id, "Plan", "input", "planId"),
            unit_id=decode(input.unit_id, "Unit", "input", "unitId"),
            starts_on=input.starts_on,
            ends_on=input.ends_on,
            deposit_minor=input.deposit_minor,
            terms=input.terms,
            expires_on=input.expires_on,
        )
        offer_id = await service.make_offer(info.context.actor, terms, input.idempotency_key)
        return MakeOfferPayload(offer=await shown(info, OFFERS, offer_id, Offer.of))

    @mutation(granted(Grant.MAKE_OFFER))
    async def withdraw_offer(self, info: Info, input: WithdrawOfferInput) -> WithdrawOfferPayload:
        """Take an open offer back; the application can get another."""
        offer_id = decode(input.offer_id, "Offer", "input", "offerId")
        await service.withdraw_offer(info.context.actor, offer_id, input.expected_version)
        return WithdrawOfferPayload(offer=await shown(info, OFFERS, offer_id, Offer.of))

    @mutation(SIGNED_IN)
    async def accept_offer(self, info: Info, input: AcceptOfferInput) -> AcceptOfferPayload:
        """Accept an offer on behalf of the startup that holds it, once. What was accepted is kept word for word."""
        offer_id = decode(input.offer_id, "Offer", "input", "offerId")
        residency_id = await service.accept_offer(info.context.actor, offer_id, input.terms_hash)
        return AcceptOfferPayload(residency=await shown(info, RESIDENCIES, residency_id, Residency.of))
