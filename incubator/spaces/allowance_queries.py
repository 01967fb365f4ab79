"""What plans give and what is used of it, by month; and what an organisation has left of each kind at a site."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.spaces.allowances import FOREVER, Given, Left, left_by_end
from incubator.spaces.rental_scope import visible_allowances

GIVEN = (
    "SELECT g.kind, g.minutes_per_month AS minutes, g.days_per_month AS days, g.carries_months,"
    " (g.created_at AT TIME ZONE s.time_zone)::date AS since, json_agg(json_build_array(t.starts_on, t.ends_on)) AS terms FROM credit_grant g"
    " JOIN contract_term t ON t.source_id = g.plan_id JOIN contract c ON c.id = t.contract_id JOIN site s ON s.id = c.site_id"
    " WHERE c.customer_id = {organization} AND c.site_id = {site} AND {which} GROUP BY g.id, s.id"
)
"""What an organisation's plans give at a site, and while which terms of its contracts."""
USED_MINUTES = (
    "SELECT u.kind, 'minutes' AS unit, to_char(b.starts_at AT TIME ZONE s.time_zone, 'YYYY-MM-01') AS month, sum(b.credit_minutes)::int AS amount"
    " FROM booking b JOIN unit u ON u.id = b.unit_id JOIN site s ON s.id = b.site_id WHERE b.organization_id = {organization}"
    " AND b.site_id = {site} AND b.credit_minutes > 0 AND b.state IN ('pending', 'confirmed', 'released') AND {which} GROUP BY 1, 3"
)
"""How many minutes of credit an organisation's bookings at a site use, by kind and month."""
USED_DAYS = (
    "SELECT u.kind, 'days' AS unit, to_char(d.day::date, 'YYYY-MM-01') AS month, count(*)::int AS amount FROM rental r"
    " JOIN unit u ON u.id = r.unit_id, jsonb_array_elements_text(r.credit_days) AS d(day) WHERE r.organization_id = {organization}"
    " AND r.site_id = {site} AND r.monthly_minor IS NULL AND {which} GROUP BY 1, 3"
)
"""How many days of credit an organisation's rentals at a site use, by kind and month."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an organisation has left of a kind at a site this month: `unit` is minutes of bookings or days of short stays.

    `per_month` is what its plans give this month; `left` says until when how much can be used, the soonest first, and is empty when all is used.
    """

    site_id: UUID
    site_name: str
    kind: str
    unit: str
    per_month: int
    left: tuple[Left, ...]


def read_given(found: Iterable[Mapping[str, Any]], unit: str) -> list[Given]:
    """Read rows of `GIVEN` as JSON: those that give minutes, or days."""
    return [
        Given(
            one[unit],
            tuple((date.fromisoformat(a), date.fromisoformat(b) if b else FOREVER) for a, b in one["terms"]),
            one["carries_months"],
            date.fromisoformat(one["since"]),
        )
        for one in found
        if one[unit] is not None
    ]


def read_used(found: Iterable[Mapping[str, Any]]) -> dict[date, int]:
    """Read rows of use as JSON, of one kind: how much by the first day of each month."""
    return {date.fromisoformat(one["month"]): one["amount"] for one in found}


OF_ORGANIZATION = {"organization": "o.id", "site": "s.id", "which": "true"}
ALLOWANCES = (
    f"SELECT s.id, s.name, s.time_zone, (SELECT json_agg(x) FROM ({GIVEN.format(**OF_ORGANIZATION)}) x) AS given,"
    f" (SELECT json_agg(x) FROM ({USED_MINUTES.format(**OF_ORGANIZATION)} UNION ALL {USED_DAYS.format(**OF_ORGANIZATION)}) x) AS used"
    " FROM organization o JOIN site s ON EXISTS (SELECT 1 FROM contract c WHERE c.customer_id = o.id AND c.site_id = s.id) WHERE"
)


async def list_allowances(actor: Actor, organization_id: UUID, site_id: UUID | None = None) -> list[Allowance]:
    """Return what an organisation has left this month of the credit that its plans give, at one site or all, by site and kind; one statement.

    Nothing to who is neither of the organisation nor staff of the site.
    """
    condition, args = visible_allowances(actor, "o", "s")
    n = len(args)
    found = await db.rows(
        f"{ALLOWANCES} {condition} AND o.id = ${n + 1} AND (${n + 2}::uuid IS NULL OR s.id = ${n + 2}) ORDER BY s.name, s.id",
        *args,
        organization_id,
        site_id,
    )
    return [one for row in found if row["given"] for one in _left_at(row)]


def _left_at(site: Mapping[str, Any]) -> Iterator[Allowance]:
    given, used, today = json.loads(site["given"]), json.loads(site["used"] or "[]"), clock.today(site["time_zone"])
    for kind, unit in product(sorted({one["kind"] for one in given}), ("minutes", "days")):
        plans = read_given((one for one in given if one["kind"] == kind), unit)
        if per_month := sum(plan.on(today) for plan in plans):
            of_kind = read_used(one for one in used if (one["kind"], one["unit"]) == (kind, unit))
            yield Allowance(site["id"], site["name"], kind, unit, per_month, tuple(left_by_end(today, plans, of_kind)))
