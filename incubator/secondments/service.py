"""Second people to startups; log their time."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant, OrganizationKind, Role
from incubator.kernel.errors import Forbidden, NotFound, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.language import Language
from incubator.organizations import queries as organizations
from incubator.organizations import service as people
from incubator.secondments import policy, queries
from incubator.secondments.errors import WrongKindOfOrganization
from incubator.secondments.events import SecondmentAgreed, TimeLogged


@dataclass(frozen=True, slots=True)
class SecondmentTerms:
    """What a secondment is agreed on. Days are the site's, first and last included; `function` is the secondee's work at the host."""

    secondee_email: str
    secondee_name: str
    employer_id: UUID
    host_id: UUID
    site_id: UUID
    function: str
    hours_per_week: int
    starts_on: date
    ends_on: date
    cost_model: str
    goals: str = ""


async def second_person(actor: Actor, terms: SecondmentTerms) -> UUID:
    """Second a corporate's person to a startup at a site; somebody new is invited as the corporate's mentor.

    Raises:
        NotSignedIn, Forbidden: the actor arranges no secondments at the site.
        NotFound: there is no such site or organisation.
        WrongKindOfOrganization: the employer is no corporate, or the host no startup.
        InvalidValue: a field breaks its rule.
    """
    actor.require(Grant.SECOND_PEOPLE, terms.site_id, path=("input", "siteId"))
    email = checks.email(terms.secondee_email, "secondeeEmail", path=("input", "secondeeEmail"))
    name = checks.text(terms.secondee_name, "secondeeName", path=("input", "secondeeName"))
    function = checks.text(terms.function, "function", at_most=120, path=("input", "function"))
    goals = checks.text(terms.goals, "goals", at_least=0, at_most=4000, path=("input", "goals"))
    checks.between(terms.hours_per_week, "hoursPerWeek", 1, 60, path=("input", "hoursPerWeek"))
    checks.days(terms.starts_on, terms.ends_on, "endsOn", at_most_days=366 * 5, path=("input", "endsOn"))
    if terms.cost_model not in policy.COST_MODELS:
        raise PatternMismatch(field="costModel", limit=", ".join(policy.COST_MODELS), path=("input", "costModel"))
    async with db.transaction():
        site = (await organizations.sites_by_id(actor, [terms.site_id])).get(terms.site_id)
        if site is None:
            raise NotFound(kind="Site", path=("input", "siteId"))
        await _require_kind(actor, terms.employer_id, OrganizationKind.CORPORATE, "employerId")
        await _require_kind(actor, terms.host_id, OrganizationKind.STARTUP, "hostId")
        language = {"de": Language.DE, "zh": Language.ZH_CN}.get(site.locale[:2], Language.EN)
        secondee_id = await people.register_person(email, name, language, site.time_zone)
        await people.give_role(actor, secondee_id, terms.employer_id, Role.MENTOR)
        if not await db.value("SELECT password_hash <> '' FROM person WHERE id = $1", secondee_id):
            await people.invite_first_owner(terms.employer_id, email, name, Role.MENTOR, language)
        secondment_id = new_id()
        await db.execute(
            "INSERT INTO secondment (id, secondee_id, employer_id, host_id, site_id, function, hours_per_week, starts_on, ends_on, cost_model,"
            " goals, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)",
            secondment_id,
            secondee_id,
            terms.employer_id,
            terms.host_id,
            terms.site_id,
            function,
            terms.hours_per_week,
            terms.starts_on,
            terms.ends_on,
            terms.cost_model,
            goals,
            clock.now(),
        )
        await audit.record(actor, "second person", "Secondment", secondment_id, after={"secondee": secondee_id, "host": terms.host_id})
        await outbox.record(SecondmentAgreed(secondment_id))
    return secondment_id


async def _require_kind(actor: Actor, organization_id: UUID, kind: OrganizationKind, field: str) -> None:
    found = (await organizations.organizations_by_id(actor, [organization_id])).get(organization_id)
    if found is None:
        raise NotFound(kind="Organization", path=("input", field))
    if found.kind != kind.value:
        raise WrongKindOfOrganization(expected=kind.value, path=("input", field))


async def log_time(actor: Actor, secondment_id: UUID, worked_on: date, minutes: int, category: str, note: str, client_key: str) -> UUID:
    """Write down time worked, once for each client key: sent again, the entry that exists is returned.

    Raises:
        NotSignedIn, Forbidden: nobody is signed in; the actor is not the secondee, or their token may only read.
        NotFound: the actor sees no such secondment.
        InvalidValue: category, note or key break their rule.
        DayOutsideSecondment, DayInTheFuture: the day cannot have time.
        OutOfRange, DayTooLong: minutes below 1, or more than 24 hours of that day.
    """
    person_id = actor.require_person()
    key = checks.text(client_key, "clientKey", at_least=8, at_most=80, path=("input", "clientKey"))
    shown = checks.text(note, "note", at_least=0, at_most=500, path=("input", "note"))
    if category not in policy.CATEGORIES:
        raise PatternMismatch(field="category", limit=", ".join(policy.CATEGORIES), path=("input", "category"))
    async with db.transaction():
        secondment = (await queries.secondments_by_id(actor, [secondment_id])).get(secondment_id)
        if secondment is None:
            raise NotFound(kind="Secondment", path=("input", "secondmentId"))
        if secondment.secondee_id != person_id:
            raise Forbidden(grant=Grant.LOG_TIME.value, path=("input", "secondmentId"))
        actor.require(Grant.LOG_TIME, secondment.employer_id, path=("input", "secondmentId"))
        logged = await queries.lock_own_day(person_id, worked_on)
        known = await db.value("SELECT id FROM time_log WHERE secondment_id = $1 AND client_key = $2", secondment_id, key)
        if known is not None:
            assert isinstance(known, UUID)
            return known
        site = (await organizations.sites_by_id(actor, [secondment.site_id]))[secondment.site_id]
        policy.require_day(worked_on, secondment.starts_on, secondment.ends_on, clock.today(site.time_zone))
        policy.require_minutes(minutes, logged)
        time_log_id = new_id()
        await db.execute(
            "INSERT INTO time_log (id, secondment_id, worked_on, minutes, category, note, client_key, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
            time_log_id,
            secondment_id,
            worked_on,
            minutes,
            category,
            shown,
            key,
            clock.now(),
        )
        await audit.record(actor, "log time", "TimeLog", time_log_id, after={"worked_on": worked_on, "minutes": minutes})
        await outbox.record(TimeLogged(secondment_id, time_log_id, 1))
    return time_log_id


async def remove_time_log(actor: Actor, time_log_id: UUID, expected_version: int | None = None) -> None:
    """Take an own entry back; it stays in the audit trail.

    Raises:
        NotSignedIn, Forbidden: nobody is signed in; the actor is not the secondee, or their token may only read.
        NotFound: the actor sees no such entry.
        Stale: it was changed after the version that was seen.
    """
    person_id = actor.require_person()
    async with db.transaction():
        entry = (await queries.time_logs_by_id(actor, [time_log_id])).get(time_log_id)
        if entry is None:
            raise NotFound(kind="TimeLog", path=("input", "timeLogId"))
        secondment = (await queries.secondments_by_id(actor, [entry.secondment_id]))[entry.secondment_id]
        if secondment.secondee_id != person_id:
            raise Forbidden(grant=Grant.LOG_TIME.value, path=("input", "timeLogId"))
        actor.require(Grant.LOG_TIME, secondment.employer_id, path=("input", "timeLogId"))
        checks.version(expected_version, entry.version)
        removed = await db.execute(
            "UPDATE time_log SET removed_at = $2, version = version + 1 WHERE id = $1 AND removed_at IS NULL", time_log_id, clock.now()
        )
        if removed:
            await audit.record(
                actor, "remove time", "TimeLog", time_log_id, before={"worked_on": entry.worked_on, "minutes": entry.minutes}
            )
            await outbox.record(TimeLogged(entry.secondment_id, time_log_id, entry.version + 1))
