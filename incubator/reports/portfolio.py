"""The portfolio: a line per residency with space, money, bookings, secondments and deals of one month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator.kernel import clock
from incubator.kernel.actor import Actor, Grant, Role
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.kernel.periods import Period, month_of
from incubator.organizations.queries import like


@dataclass(frozen=True, slots=True)
class PortfolioLine:
    """One residency.

    Amounts are in minor units of `currency`, the site's. `invoiced_minor`, `paid_minor`, `outstanding_minor` and `overdue_minor` are gross and
    of the startup's invoices at this site's legal entity: invoiced for the month, the rest over all time up to now. Minutes are those of the
    month, in the site's calendar.
    """

    residency_id: UUID
    startup_id: UUID
    startup_name: str
    country: str
    site_id: UUID
    plan_name: str
    unit_names: list[str]
    starts_on: date
    ends_on: date
    headcount: int
    currency: str
    rent_per_month_minor: int
    invoiced_minor: int
    paid_minor: int
    outstanding_minor: int
    overdue_minor: int
    booked_minutes: int
    seconded_minutes: int
    secondees: int
    open_deals: int
    deal_value_minor: int | None


SQL = """
WITH chosen AS (
  SELECT r.id AS residency_id, r.startup_id, g.name AS startup_name, g.country, r.site_id, p.name AS plan_name, r.starts_on, r.ends_on,
    r.headcount, s.currency, s.legal_entity_id, s.time_zone
  FROM residency r JOIN site s ON s.id = r.site_id JOIN organization g ON g.id = r.startup_id JOIN plan p ON p.id = r.plan_id
  WHERE r.site_id = ANY($1::uuid[]) AND r.starts_on < $3 AND r.ends_on >= $2 AND ($4::uuid IS NULL OR r.site_id = $4)
    AND (g.name ILIKE $5 OR g.local_name ILIKE $5)
), rented AS (
  SELECT l.residency_id, array_agg(u.name ORDER BY u.name) AS unit_names, sum(l.monthly_minor)::bigint AS rent_minor
  FROM rental l JOIN unit u ON u.id = l.unit_id WHERE l.residency_id IN (SELECT residency_id FROM chosen)
    AND l.starts_on < $3 AND l.ends_on >= $2 GROUP BY l.residency_id
), billed AS (
  SELECT i.customer_id, i.legal_entity_id, i.currency,
    coalesce(sum(CASE i.kind WHEN 'invoice' THEN i.gross_minor WHEN 'credit note' THEN -i.gross_minor ELSE 0 END)
      FILTER (WHERE i.period_start >= $2 AND i.period_start < $3), 0)::bigint AS invoiced,
    sum(i.paid_minor)::bigint AS paid,
    coalesce(sum(i.gross_minor - i.paid_minor - i.credited_minor) FILTER (WHERE i.kind <> 'credit note'), 0)::bigint AS outstanding,
    coalesce(sum(i.gross_minor - i.paid_minor - i.credited_minor) FILTER (WHERE i.kind <> 'credit note' AND i.due_on < $6), 0)::bigint AS overdue
  FROM invoice i WHERE i.state <> 'draft' AND i.customer_id IN (SELECT startup_id FROM chosen)
  GROUP BY i.customer_id, i.legal_entity_id, i.currency
), booked AS (
  SELECT b.organization_id, b.site_id, (sum(extract(epoch FROM b.ends_at - b.starts_at)) / 60)::bigint AS minutes
  FROM booking b JOIN site s ON s.id = b.site_id WHERE b.state = 'confirmed' AND b.organization_id IN (SELECT startup_id FROM chosen)
    AND (b.starts_at AT TIME ZONE s.time_zone)::date >= $2 AND (b.starts_at AT TIME ZONE s.time_zone)::date < $3
  GROUP BY b.organization_id, b.site_id
), seconded AS (
  SELECT m.host_id, m.site_id, count(DISTINCT m.secondee_id)::int AS secondees, coalesce(sum(t.minutes), 0)::bigint AS minutes
  FROM secondment m LEFT JOIN time_log t ON t.secondment_id = m.id AND t.removed_at IS NULL AND t.worked_on >= $2 AND t.worked_on < $3
  WHERE m.host_id IN (SELECT startup_id FROM chosen) AND m.starts_on < $3 AND m.ends_on >= $2 GROUP BY m.host_id, m.site_id
), dealt AS (
  SELECT d.startup_id, d.site_id, count(*)::int AS deals, d.currency, sum(d.value_minor)::bigint AS value
  FROM deal d WHERE d.startup_id IN (SELECT startup_id FROM chosen) AND d.stage NOT IN ('completed', 'follow_on', 'lost')
  GROUP BY d.startup_id, d.site_id, d.currency
)
SELECT c.residency_id, c.startup_id, c.startup_name, c.country, c.site_id, c.plan_name, coalesce(rented.unit_names, '{}') AS unit_names,
  c.starts_on, c.ends_on, c.headcount, c.currency, coalesce(rented.rent_minor, 0) AS rent_per_month_minor,
  coalesce(billed.invoiced, 0) AS invoiced_minor, coalesce(billed.paid, 0) AS paid_minor, coalesce(billed.outstanding, 0) AS outstanding_minor,
  coalesce(billed.overdue, 0) AS overdue_minor, coalesce(booked.minutes, 0)::int AS booked_minutes,
  coalesce(seconded.minutes, 0)::int AS seconded_minutes, coalesce(seconded.secondees, 0) AS secondees,
  coalesce((SELECT sum(d.deals) FROM dealt d WHERE d.startup_id = c.startup_id AND d.site_id = c.site_id), 0)::int AS open_deals,
  (SELECT d.value FROM dealt d WHERE d.startup_id = c.startup_id AND d.site_id = c.site_id AND d.currency = c.currency) AS deal_value_minor
FROM chosen c LEFT JOIN rented ON rented.residency_id = c.residency_id
LEFT JOIN billed ON billed.customer_id = c.startup_id AND billed.legal_entity_id = c.legal_entity_id AND billed.currency = c.currency
LEFT JOIN booked ON booked.organization_id = c.startup_id AND booked.site_id = c.site_id
LEFT JOIN seconded ON seconded.host_id = c.startup_id AND seconded.site_id = c.site_id
"""
COLUMNS = {
    "startup": ("startup_name", "text"),
    "starts_on": ("starts_on", "date"),
    "headcount": ("headcount", "int"),
    "rent_per_month": ("rent_per_month_minor", "bigint"),
    "invoiced": ("invoiced_minor", "bigint"),
    "outstanding": ("outstanding_minor", "bigint"),
    "overdue": ("overdue_minor", "bigint"),
}
"""What lines can be ordered by: the column and its SQL type."""


def ordered_by(field: str, *, is_descending: bool = False) -> tuple[Order, ...]:
    """Return the order of lines by one of `COLUMNS`; ties stand by startup."""
    chosen = dict.fromkeys((COLUMNS[field], COLUMNS["startup"]))
    return (*(Order(column, sql_type, is_descending) for column, sql_type in chosen), Order("residency_id", "uuid"))


BY_STARTUP = ordered_by("startup")


async def list_portfolio(
    actor: Actor,
    page: Page,
    *,
    month: date,
    site_id: UUID | None = None,
    search: str = "",
    order: tuple[Order, ...] = BY_STARTUP,
    with_total: bool = False,
) -> Slice:
    """List the residencies of the actor's sites that have a day in a month (any day of it names it); one statement.

    Raises:
        NotSignedIn, Forbidden: the actor does not see the portfolio.
    """
    actor.require(Grant.SEE_PORTFOLIO)
    period = month_of(month)
    return await paginate(SQL, _arguments(actor, period, site_id, search), order, page, with_total=with_total)


def _arguments(actor: Actor, period: Period, site_id: UUID | None, search: str) -> Sequence[object]:
    sites = list(actor.site_ids_as(Role.MANAGER, Role.AUDITOR))
    return [sites, period.first, period.end, site_id, like(search), clock.today("UTC")]
