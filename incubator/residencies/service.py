"""Open calls, apply, offer, accept."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing import plan_views
from incubator.billing import service as billing
from incubator.billing.contract_errors import PlanRetired
from incubator.billing.terms import Basis, Buyer, Measured, Price, RecurringTerm
from incubator.kernel import audit, checks, clock, idempotency, outbox
from incubator.kernel.actor import Actor, Grant, Role
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.kernel.language import Language
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.organizations import places
from incubator.organizations import queries as organizations
from incubator.organizations import service as people
from incubator.residencies import policy, queries
from incubator.residencies.errors import SiteNotOfCall, UnitNotAtSite
from incubator.residencies.events import (
    ApplicationDeclined,
    ApplicationSubmitted,
    CallOpened,
    OfferAccepted,
    OfferMade,
    OfferWithdrawn,
)
from incubator.spaces import queries as spaces_queries
from incubator.spaces import service as spaces
from incubator.spaces.closed_sites import refuse_past
from incubator.spaces.errors import UnitNotRentable
from incubator.spaces.lines import SUPPLY_OF_KIND


@dataclass(frozen=True, slots=True)
class CallTerms:
    """What a call is announced with; days are those of its first site, both ends included."""

    title: str
    summary: str
    programme: str
    site_ids: tuple[UUID, ...]
    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class ApplicationTerms:
    """What a startup writes when it applies."""

    call_id: UUID
    site_id: UUID
    startup_name: str
    country: str
    city: str
    sector: str
    headcount: int
    pitch: str
    wishes: str
    contact_name: str
    contact_email: str
    language: str


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What a manager offers; days are the site's, first and last included, the deposit in minor units of the site's currency."""

    application_id: UUID
    plan_id: UUID
    unit_id: UUID
    starts_on: date
    ends_on: date
    deposit_minor: int
    terms: str
    expires_on: date


async def open_call(actor: Actor, terms: CallTerms) -> UUID:
    """Announce a call for sites of one operator.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage one of the sites.
        NotFound: there is no such site, or none is named.
        SiteClosed: one of them is closed before the call is.
        InvalidValue: a field breaks its rule.
    """
    title = checks.text(terms.title, "title", path=("input", "title"))
    summary = checks.text(terms.summary, "summary", at_most=4000, path=("input", "summary"))
    programme = checks.text(terms.programme, "programme", at_most=120, path=("input", "programme"))
    checks.days(terms.opens_on, terms.closes_on, "closesOn", at_most_days=731, path=("input", "closesOn"))
    for site_id in terms.site_ids:
        actor.require(Grant.MANAGE_PROGRAMMES, site_id, path=("input", "siteIds"))
    sites = await organizations.sites_by_id(actor, terms.site_ids)
    if not terms.site_ids or len(sites) != len(set(terms.site_ids)):
        raise NotFound(kind="Site", path=("input", "siteIds"))
    for site in sites.values():
        refuse_past(site.closes_on, terms.closes_on, ("input", "siteIds"))
    first, call_id = sites[terms.site_ids[0]], new_id()
    async with db.transaction():
        await db.execute(
            "INSERT INTO call (id, operator_id, title, summary, programme, opens_on, closes_on, time_zone, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
            call_id,
            first.operator_id,
            title,
            summary,
            programme,
            terms.opens_on,
            terms.closes_on,
            first.time_zone,
            clock.now(),
        )
        await db.execute(
            "INSERT INTO call_site (id, call_id, site_id) SELECT id, $2, site_id FROM unnest($1::uuid[], $3::uuid[]) AS s(id, site_id)",
            [new_id() for _ in sites],
            call_id,
            list(sites),
        )
        await audit.record(actor, "open call", "Call", call_id, after={"title": title})
        await outbox.record(CallOpened(call_id))
    return call_id


async def submit_application(actor: Actor, terms: ApplicationTerms, idempotency_key: str) -> UUID:
    """Apply to an open call, once for each key; nobody needs to be signed in. An owner of a startup applies for that startup.

    Raises:
        InvalidValue: a field breaks its rule.
        IdempotencyMismatch: the key was used with other input.
        NotFound: there is no such call.
        SiteNotOfCall: the call is for other sites.
        CallClosed: it takes no applications today.
        SiteClosed: the site is closed.
    """
    given = _checked(terms)
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "submitApplication", terms)
        if claimed.answer is not None:
            return UUID(claimed.answer["application_id"])
        call = (await queries.calls_by_id(actor, [given.call_id])).get(given.call_id)
        if call is None:
            raise NotFound(kind="Call", path=("input", "callId"))
        if given.site_id not in call.site_ids:
            raise SiteNotOfCall(path=("input", "siteId"))
        policy.require_open_call(call.opens_on, call.closes_on, clock.today(call.time_zone))
        site = (await organizations.sites_by_id(actor, [given.site_id]))[given.site_id]
        refuse_past(site.closes_on, clock.today(site.time_zone), ("input", "siteId"))
        owned = actor.organization_ids_as(Role.OWNER)
        application_id = new_id()
        await db.execute(
            "INSERT INTO application (id, call_id, site_id, startup_id, startup_name, country, city, sector, headcount, pitch, wishes,"
            " contact_name, contact_email, language, state, submitted_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'submitted', $15, 1)",
            application_id,
            given.call_id,
            given.site_id,
            next(iter(owned), None),
            given.startup_name,
            given.country,
            given.city,
            given.sector,
            given.headcount,
            given.pitch,
            given.wishes,
            given.contact_name,
            given.contact_email,
            given.language,
            clock.now(),
        )
        await audit.record(actor, "submit application", "Application", application_id, after={"startup": given.startup_name})
        await outbox.record(ApplicationSubmitted(application_id))
        await idempotency.store(claimed, {"application_id": application_id})
    return application_id


def _checked(terms: ApplicationTerms) -> ApplicationTerms:
    return ApplicationTerms(
        call_id=terms.call_id,
        site_id=terms.site_id,
        startup_name=checks.text(terms.startup_name, "startupName", path=("input", "startupName")),
        country=checks.country(terms.country, path=("input", "country")),
        city=checks.text(terms.city, "city", at_most=120, path=("input", "city")),
        sector=checks.text(terms.sector, "sector", path=("input", "sector")),
        headcount=checks.between(terms.headcount, "headcount", 1, 100_000, path=("input", "headcount")),
        pitch=checks.text(terms.pitch, "pitch", at_least=20, at_most=8000, path=("input", "pitch")),
        wishes=checks.text(terms.wishes, "wishes", at_least=0, at_most=4000, path=("input", "wishes")),
        contact_name=checks.text(terms.contact_name, "contactName", path=("input", "contactName")),
        contact_email=checks.email(terms.contact_email, "contactEmail", path=("input", "contactEmail")),
        language=checks.language(terms.language, path=("input", "language")).value,
    )


async def decline_application(actor: Actor, application_id: UUID, expected_version: int | None = None) -> None:
    """Decline an application; the contact is told.

    Raises:
        NotFound: the actor sees no such application.
        NotSignedIn, Forbidden: the actor decides no applications at the site.
        Stale: it was changed after the version that was seen.
        ApplicationDecided: it was answered already.
    """
    async with db.transaction():
        application = await queries.lock_application(actor, application_id)
        actor.require(Grant.MANAGE_PROGRAMMES, application.site_id, path=("input", "applicationId"))
        checks.version(expected_version, application.version)
        policy.require_undecided(application.state)
        await db.execute("UPDATE application SET state = 'declined', version = version + 1 WHERE id = $1", application_id)
        await audit.record(actor, "decline application", "Application", application_id)
        await outbox.record(ApplicationDeclined(application_id, application.version + 1))


async def make_offer(actor: Actor, terms: OfferTerms, idempotency_key: str) -> UUID:
    """Offer an applicant a unit on a plan, once for each key. A startup that is new here becomes an organisation and its contact is invited.

    Raises:
        IdempotencyMismatch: the key was used with other input.
        NotFound: the actor sees no such application, unit or plan.
        NotSignedIn, Forbidden: the actor makes no offers at the site.
        ApplicationDecided: it was answered already.
        PlanRetired: the plan is offered no more.
        UnitNotAtSite: unit or plan belong elsewhere.
        UnitNotRentable: the unit has no monthly price.
        SiteClosed: the site is closed on the last day.
        InvalidValue: days, deposit or terms break their rule.
    """
    wording = checks.text(terms.terms, "terms", at_least=10, at_most=20_000, path=("input", "terms"))
    checks.days(terms.starts_on, terms.ends_on, "endsOn", path=("input", "endsOn"))
    checks.between(terms.deposit_minor, "depositMinor", 0, MAX_AMOUNT_MINOR, path=("input", "depositMinor"))
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "makeOffer", terms)
        if claimed.answer is not None:
            return UUID(claimed.answer["offer_id"])
        application = await queries.lock_application(actor, terms.application_id)
        actor.require(Grant.MAKE_OFFER, application.site_id, path=("input", "applicationId"))
        policy.require_undecided(application.state)
        unit = await spaces_queries.bookable_unit(actor, terms.unit_id)
        plan = (await plan_views.plans_by_id(actor, [terms.plan_id])).get(terms.plan_id)
        if plan is None:
            raise NotFound(kind="Plan", path=("input", "planId"))
        if plan.retired_at is not None:
            raise PlanRetired(path=("input", "planId"))
        if unit.site_id != application.site_id or (plan.operator_id, plan.currency) != (unit.operator_id, unit.currency):
            raise UnitNotAtSite(path=("input", "unitId" if unit.site_id != application.site_id else "planId"))
        if unit.monthly_minor is None:
            raise UnitNotRentable(unit_id=unit.id, path=("input", "unitId"))
        refuse_past(unit.closes_on, terms.ends_on, ("input", "endsOn"))
        policy.require_offer_days(terms.starts_on, terms.expires_on, clock.today(unit.time_zone))
        startup_id = application.startup_id or await _admit(actor, application)
        offer_id = new_id()
        await db.execute(
            "INSERT INTO offer (id, application_id, startup_id, site_id, plan_id, unit_id, starts_on, ends_on, monthly_minor, deposit_minor,"
            " currency, terms, terms_hash, expires_on, state, made_by_id, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open', $15, $16, 1)",
            offer_id,
            application.id,
            startup_id,
            application.site_id,
            plan.id,
            unit.id,
            terms.starts_on,
            terms.ends_on,
            unit.monthly_minor,
            terms.deposit_minor,
            unit.currency,
            wording,
            policy.terms_hash(wording),
            terms.expires_on,
            actor.person_id,
            clock.now(),
        )
        await db.execute(
            "UPDATE application SET state = 'offered', startup_id = $2, version = version + 1 WHERE id = $1", application.id, startup_id
        )
        await audit.record(actor, "make offer", "Offer", offer_id, after={"application": application.id, "unit": unit.id, "plan": plan.id})
        await outbox.record(OfferMade(offer_id, application.id))
        await idempotency.store(claimed, {"offer_id": offer_id})
    return offer_id


async def _admit(actor: Actor, application: queries.ApplicationRow) -> UUID:
    """Make the applicant an organisation and invite its contact as owner."""
    startup_id = await places.register_startup(actor, application.startup_name, application.country, application.city, application.sector)
    await people.invite_first_owner(
        startup_id, application.contact_email, application.contact_name, Role.OWNER, Language(application.language)
    )
    return startup_id


async def withdraw_offer(actor: Actor, offer_id: UUID, expected_version: int | None = None) -> None:
    """Take an open offer back; the application can get another.

    Raises:
        NotFound: the actor sees no such offer.
        NotSignedIn, Forbidden: the actor makes no offers at the site.
        Stale: it was changed after the version that was seen.
        OfferClosed: it is not open.
    """
    async with db.transaction():
        offer = await queries.lock_offer(actor, offer_id)
        actor.require(Grant.MAKE_OFFER, offer.site_id, path=("input", "offerId"))
        checks.version(expected_version, offer.version)
        policy.require_open_offer(offer.stored_state, offer.expires_on, offer.expires_on)
        await db.execute("UPDATE offer SET state = 'withdrawn', version = version + 1 WHERE id = $1", offer_id)
        await db.execute("UPDATE application SET state = 'submitted', version = version + 1 WHERE id = $1", offer.application_id)
        await audit.record(actor, "withdraw offer", "Offer", offer_id)
        await outbox.record(OfferWithdrawn(offer_id, offer.application_id, offer.version + 1))


async def accept_offer(actor: Actor, offer_id: UUID, terms_hash: str) -> UUID:
    """Turn an open offer into a residency, once; returns the residency's id.

    The offer stays locked until commit, so two clicks make one residency. `terms_hash` is the SHA-256 of the terms that the person was
    shown; it must be that of the terms on file. What was accepted is kept word for word.

    Raises:
        NotFound: the actor's organisation has no such offer.
        NotSignedIn, Forbidden: the actor is not an owner of the startup.
        OfferClosed: it was accepted, withdrawn, or has run out at the site's midnight.
        TermsChanged: what was shown is not what is on file; carries the current hash.
        SiteClosed: the site is closed on the last day, as was said meanwhile.
        UnitTaken: the unit was let meanwhile.
    """
    async with db.transaction():
        offer = await queries.lock_offer(actor, offer_id)
        actor.require(Grant.ACCEPT_OFFER, offer.startup_id, path=("input", "offerId"))
        policy.require_open_offer(offer.stored_state, offer.expires_on, clock.today(offer.time_zone))
        policy.require_same_terms(offer.terms_hash, terms_hash)
        residency_id, now = new_id(), clock.now()
        headcount: int = await db.value(
            "INSERT INTO residency (id, startup_id, site_id, offer_id, plan_id, starts_on, ends_on, headcount, created_at, version)"
            " SELECT $1, $2, $3, $4, $5, $6, $7, a.headcount, $8, 1 FROM application a WHERE a.id = $9 RETURNING headcount",
            residency_id,
            offer.startup_id,
            offer.site_id,
            offer.id,
            offer.plan_id,
            offer.starts_on,
            offer.ends_on,
            now,
            offer.application_id,
        )
        await db.execute(
            "INSERT INTO agreement (id, offer_id, terms, terms_hash, accepted_at, accepted_by_id) VALUES ($1, $2, $3, $4, $5, $6)",
            new_id(),
            offer.id,
            offer.terms,
            offer.terms_hash,
            now,
            actor.person_id,
        )
        await _open_contracts(actor, offer, residency_id, headcount)
        await db.execute("UPDATE offer SET state = 'accepted', version = version + 1 WHERE id = $1", offer.id)
        await db.execute("UPDATE application SET state = 'accepted', version = version + 1 WHERE id = $1", offer.application_id)
        await audit.record(actor, "accept offer", "Offer", offer.id, after={"residency": residency_id, "terms_hash": offer.terms_hash})
        await outbox.record(OfferAccepted(offer.id, offer.application_id, residency_id, actor.require_person(), offer.version + 1))
    return residency_id


async def _open_contracts(actor: Actor, offer: queries.OfferRow, residency_id: UUID, headcount: int) -> None:
    """Let the unit, and open what bills it: the rental, the plan and the deposit."""
    rental_id = await spaces.start_rental(
        actor, spaces.RentalTerms(offer.unit_id, offer.startup_id, offer.starts_on, offer.ends_on, offer.monthly_minor, residency_id)
    )
    unit = await spaces_queries.bookable_unit(actor, offer.unit_id)
    buyer = Buyer(offer.startup_id, unit.legal_entity_id, offer.site_id, offer.currency)
    rental = RecurringTerm(
        kind="rental",
        description=f"{unit.name}, {unit.kind} rental",
        price=Price(offer.monthly_minor, Basis.MONTH, unit.price_includes_tax),
        supply=SUPPLY_OF_KIND[unit.kind],
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        source_id=rental_id,
    )
    plan = await billing.plan_terms(offer.plan_id, offer.starts_on, offer.ends_on, offer.currency, Measured(people=headcount))
    contract_id = await billing.open_contract(
        actor, buyer, [rental, *plan], subject_id=residency_id, minimum_minor=await billing.plan_minimum(offer.plan_id)
    )
    deposit_id = None
    if offer.deposit_minor:
        deposit_id = await billing.request_deposit(actor, buyer, f"Deposit, {unit.name}", offer.deposit_minor, clock.today(unit.time_zone))
    await spaces.bind_contract(rental_id, contract_id, deposit_id)
