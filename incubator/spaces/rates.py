"""Add and end rates. One that a booking was priced by never changes, but for its last day; the database sees to it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import plan_views
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PatternMismatch, PeriodInverted
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.organizations.opening_hours import OpeningHours
from incubator.spaces.allowances import MOST_CARRIED
from incubator.spaces.errors import RateOverlaps, RateUsed
from incubator.spaces.events import RateChanged
from incubator.spaces.owning import lock_kept_unit, require_keeper
from incubator.spaces.pricing import Step

BEGINNING = date(1900, 1, 1)
"""The first day of a price that a unit was added with."""
BASES = ("hour", "day", "week", "month", "minute")
AUDIENCES = ("", "resident", "member", "alumni", "academic", "outside company")


@dataclass(frozen=True, slots=True)
class RateTerms:
    """A rate as it is asked for: of a unit, or of a kind at a site. Amounts in minor units of the site's currency, for one of `basis`.

    `blocks` are (minutes, amount). `starts_on` and `ends_on` are days of the site, both included. Empty audience: everybody at the site.
    """

    site_id: UUID
    basis: str
    amount_minor: int
    starts_on: date
    ends_on: date | None = None
    unit_id: UUID | None = None
    kind: str = ""
    audience: str = ""
    off_peak_minor: int | None = None
    off_peak_hours: str = ""
    steps: tuple[Step, ...] = ()
    blocks: tuple[tuple[int, int], ...] = ()
    minimum_minor: int = 0
    day_cap_minor: int | None = None


async def add_rate(actor: Actor, terms: RateTerms) -> UUID:
    """Add a rate.

    Raises:
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
        NotFound: there is no such unit at the site.
        OutOfRange, PatternMismatch, PeriodInverted, OpeningHoursInvalid: a field breaks its rule.
        RateOverlaps: another one of the same unit or kind, audience and basis holds on one of the days.
    """
    if terms.unit_id is None:
        actor.require(Grant.MANAGE_SPACE, terms.site_id, path=("input", "siteId"))
    check_rate(terms)
    async with db.transaction():
        if terms.unit_id is not None and (await lock_kept_unit(actor, terms.unit_id))["site_id"] != terms.site_id:
            raise NotFound(kind="Unit", path=("input", "unitId"))
        rate_id = await write_rate(terms)
        await audit.record(
            actor, "add rate", "Rate", rate_id, after={"unit": terms.unit_id, "kind": terms.kind, "amount": terms.amount_minor}
        )
        await outbox.record(RateChanged(rate_id, terms.unit_id))
    return rate_id


async def write_rate(terms: RateTerms) -> UUID:
    """Write a checked rate, inside the running transaction.

    Raises:
        RateOverlaps: another one holds on one of the days.
    """
    rate_id = new_id()
    written = await db.execute(
        "INSERT INTO rate (id, site_id, unit_id, kind, audience, basis, amount_minor, off_peak_minor, off_peak_hours, steps, blocks,"
        " minimum_minor, day_cap_minor, starts_on, ends_on, created_at, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1) ON CONFLICT DO NOTHING",
        rate_id,
        terms.site_id,
        terms.unit_id,
        terms.kind,
        terms.audience,
        terms.basis,
        terms.amount_minor,
        terms.off_peak_minor,
        terms.off_peak_hours,
        dumps([[step.starts_after, step.amount_minor, step.off_peak_minor] for step in terms.steps]),
        dumps(sorted(terms.blocks, reverse=True)),
        terms.minimum_minor,
        terms.day_cap_minor,
        terms.starts_on,
        terms.ends_on,
        clock.now(),
    )
    if not written:
        found = await db.row(
            "SELECT starts_on, ends_on FROM rate WHERE site_id = $1 AND unit_id IS NOT DISTINCT FROM $2 AND kind = $3 AND audience = $4"
            " AND basis = $5 AND daterange(starts_on, ends_on, '[]') && daterange($6, $7, '[]')",
            terms.site_id,
            terms.unit_id,
            terms.kind,
            terms.audience,
            terms.basis,
            terms.starts_on,
            terms.ends_on,
        )
        starts_on, ends_on = (found["starts_on"], found["ends_on"]) if found else (terms.starts_on, terms.ends_on)
        raise RateOverlaps(starts_on=starts_on, ends_on=ends_on, path=("input", "startsOn"))
    return rate_id


async def end_rate(actor: Actor, rate_id: UUID, ends_on: date, expected_version: int) -> None:
    """Set the last day of a rate, a used one too; bookings keep the price they were made at.

    Raises:
        NotFound: there is no such rate.
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
        Stale: it was changed meanwhile.
        PeriodInverted: the day is before the rate's first.
    """
    async with db.transaction():
        found = await _locked(actor, rate_id, expected_version)
        if ends_on < found["starts_on"]:
            raise PeriodInverted(field="endsOn", limit=f"{found['starts_on']} – {ends_on}", path=("input", "endsOn"))
        try:
            async with db.transaction():
                await db.execute("UPDATE rate SET ends_on = $2, version = version + 1 WHERE id = $1", rate_id, ends_on)
        except asyncpg.ExclusionViolationError as error:
            raise RateOverlaps(starts_on=found["starts_on"], ends_on=ends_on, path=("input", "endsOn")) from error
        await audit.record(actor, "end rate", "Rate", rate_id, after={"ends_on": ends_on})
        await outbox.record(RateChanged(rate_id, found["unit_id"]))


async def remove_rate(actor: Actor, rate_id: UUID, expected_version: int) -> None:
    """Remove a rate that nothing was priced by.

    Raises:
        NotFound: there is no such rate.
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
        Stale: it was changed meanwhile.
        RateUsed: a booking was priced by it.
    """
    async with db.transaction():
        found = await _locked(actor, rate_id, expected_version)
        if await db.value("SELECT 1 FROM booking WHERE rate_id = $1 UNION ALL SELECT 1 FROM rental WHERE rate_id = $1 LIMIT 1", rate_id):
            raise RateUsed(rate_id=rate_id, path=("input", "rateId"))
        await db.execute("DELETE FROM rate WHERE id = $1", rate_id)
        await audit.record(actor, "remove rate", "Rate", rate_id, before={"unit": found["unit_id"], "kind": found["kind"]})
        await outbox.record(RateChanged(rate_id, found["unit_id"]))


async def grant_credit(
    actor: Actor,
    plan_id: UUID,
    kind: str,
    *,
    minutes_per_month: int | None = None,
    days_per_month: int | None = None,
    carries_months: int = 0,
) -> UUID:
    """Give who has a plan credit of a kind of unit each month, at the sites of the plan's operator: minutes of bookings, or days of short stays.

    What is unused, from this month on, can be used in the `carries_months` after it, as long as the plan holds.

    Raises:
        NotFound: the actor sees no such plan.
        NotSignedIn, Forbidden: the actor does not manage space for the plan's operator.
        PatternMismatch: neither minutes nor days are given, or both; or the plan gives of that kind already.
        OutOfRange: minutes, days or `carries_months` break their rule.
    """
    plan = (await plan_views.plans_by_id(actor, [plan_id])).get(plan_id)
    if plan is None:
        raise NotFound(kind="Plan", path=("input", "planId"))
    actor.require(Grant.MANAGE_SPACE, plan.operator_id, path=("input", "planId"))
    if (minutes_per_month is None) == (days_per_month is None):
        raise PatternMismatch(field="minutesPerMonth", limit="minutesPerMonth or daysPerMonth, not both", path=("input", "minutesPerMonth"))
    for name, given, most in (("minutesPerMonth", minutes_per_month, 44_640), ("daysPerMonth", days_per_month, 31)):
        if given is not None:
            checks.between(given, name, 1, most, path=("input", name))
    checks.between(carries_months, "carriesMonths", 0, MOST_CARRIED, path=("input", "carriesMonths"))
    grant_id = new_id()
    after: dict[str, object] = {
        "kind": kind,
        "minutes_per_month": minutes_per_month,
        "days_per_month": days_per_month,
        "carries_months": carries_months,
    }
    async with db.transaction():
        if not await db.execute(
            "INSERT INTO credit_grant (id, plan_id, kind, minutes_per_month, days_per_month, carries_months, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (plan_id, kind) DO NOTHING",
            grant_id,
            plan_id,
            kind,
            minutes_per_month,
            days_per_month,
            carries_months,
            clock.now(),
        ):
            raise PatternMismatch(field="kind", limit="a kind that the plan does not give yet", path=("input", "kind"))
        await audit.record(actor, "grant credit", "Plan", plan_id, after=after)
    return grant_id


async def _locked(actor: Actor, rate_id: UUID, expected_version: int) -> asyncpg.Record:
    """Lock a rate for update, against bookings that are being priced by it too."""
    found = await db.row(
        "SELECT r.site_id, r.unit_id, r.kind, r.starts_on, r.version, u.owner_id FROM rate r LEFT JOIN unit u ON u.id = r.unit_id"
        " WHERE r.id = $1 FOR UPDATE OF r",
        rate_id,
    )
    if found is None:
        raise NotFound(kind="Rate", path=("input", "rateId"))
    require_keeper(actor, found["site_id"], found["owner_id"], ("input", "rateId"))
    checks.version(expected_version, found["version"])
    return found


def check_rate(terms: RateTerms) -> None:
    """Accept a rate.

    Raises:
        OutOfRange, PatternMismatch, PeriodInverted, OpeningHoursInvalid: a field breaks its rule.
    """
    for name, given, known in (("basis", terms.basis, BASES), ("audience", terms.audience, AUDIENCES)):
        if given not in known:
            raise PatternMismatch(field=name, limit=", ".join(filter(None, known)), path=("input", name))
    if (terms.unit_id is None) == (not terms.kind):
        raise PatternMismatch(field="kind", limit="a unit or a kind, not both", path=("input", "kind"))
    amounts = [terms.amount_minor, terms.minimum_minor, terms.off_peak_minor, terms.day_cap_minor]
    amounts += [amount for step in terms.steps for amount in (step.amount_minor, step.off_peak_minor)]
    for amount in filter(None, [*amounts, *(amount for _, amount in terms.blocks)]):
        checks.between(amount, "amountMinor", 0, MAX_AMOUNT_MINOR, path=("input", "amountMinor"))
    if terms.ends_on is not None and terms.ends_on < terms.starts_on:
        raise PeriodInverted(field="endsOn", limit=f"{terms.starts_on} – {terms.ends_on}", path=("input", "endsOn"))
    starts = [step.starts_after for step in terms.steps]
    if len(starts) > 20 or starts != sorted(set(starts)) or any(start < 1 for start in starts):
        raise OutOfRange(field="steps", limit="at most 20, ascending, above 0", path=("input", "steps"))
    lengths = [minutes for minutes, _ in terms.blocks]
    if len(lengths) > 20 or len(set(lengths)) < len(lengths) or any(not 1 <= length <= 44_640 for length in lengths):
        raise OutOfRange(field="blocks", limit="at most 20, of 1 – 44640 minutes, each once", path=("input", "blocks"))
    if terms.off_peak_hours:
        OpeningHours.parse(terms.off_peak_hours, path=("input", "offPeakHours"))
    if terms.basis not in ("hour", "minute") and (terms.blocks or terms.off_peak_minor is not None or terms.day_cap_minor is not None):
        raise PatternMismatch(field="basis", limit="hour, minute for blocks, off-peak prices and a day cap", path=("input", "basis"))
