"""Every read of what belongs to others: their statements, their share, and who used their units, by organisation and never by person."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.kernel import checks, clock
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.spaces.scope import visible_shares, visible_statements, visible_utilization

LONGEST_DAYS = 366
MOST_USES = 5000


@dataclass(frozen=True, slots=True)
class StatementRow:
    """An owner's statement; amounts net of tax in minor units."""

    id: UUID
    owner_id: UUID
    legal_entity_id: UUID
    legal_entity_name: str
    currency: str
    month: date
    takings_minor: int
    share_minor: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StatedUse:
    """What one organisation paid for one unit in a statement, at one share."""

    unit_id: UUID
    unit_name: str
    organization_id: UUID
    charges: int
    takings_minor: int
    share_percent: Decimal
    share_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """What an owner gets of a unit's takings today, and, where it was agreed, what from a day on."""

    percent: Decimal
    next_percent: Decimal | None
    next_from: date | None


@dataclass(frozen=True, slots=True)
class UnitUse:
    """How an organisation used a unit between two days: bookings that were kept, their minutes, and minutes of real use."""

    unit_id: UUID
    unit_name: str
    organization_id: UUID
    bookings: int
    booked_minutes: int
    used_minutes: int


STATEMENT = (
    "m.id, m.owner_id, m.legal_entity_id, e.name AS legal_entity_name, m.currency, m.month, m.takings_minor, m.share_minor, m.sha256"
    " FROM owner_statement m JOIN legal_entity e ON e.id = m.legal_entity_id"
)
BY_MONTH = (Order("month", "date", is_descending=True), Order("id", "uuid"))


async def list_statements(actor: Actor, page: Page, *, owner_id: UUID | None = None, with_total: bool = False) -> Slice:
    """List statements, the latest month first."""
    condition, args = visible_statements(actor)
    n = len(args) + 1
    sql = f"SELECT {STATEMENT} WHERE {condition} AND (${n}::uuid IS NULL OR m.owner_id = ${n})"
    return await paginate(sql, [*args, owner_id], BY_MONTH, page, with_total=with_total)


async def statements_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, StatementRow]:
    """Return the statements among `ids` that the actor may see."""
    condition, args = visible_statements(actor)
    found = await db.rows_as(
        StatementRow, f"SELECT {STATEMENT} WHERE {condition} AND m.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids)
    )
    return {row.id: row for row in found}


async def uses_of_statements(actor: Actor, statement_ids: Sequence[UUID]) -> list[list[StatedUse]]:
    """Return, for each statement that the actor may see, what it is made of, by unit and organisation; nothing for others."""
    condition, args = visible_statements(actor)
    found = await db.rows(
        "SELECT l.statement_id, l.unit_id, u.name AS unit_name, l.organization_id, count(*)::int AS charges,"
        " sum(l.net_minor)::bigint AS takings_minor, l.share_percent, sum(l.share_minor)::bigint AS share_minor"
        " FROM owner_statement_line l JOIN owner_statement m ON m.id = l.statement_id JOIN unit u ON u.id = l.unit_id"
        " JOIN organization g ON g.id = l.organization_id"
        f" WHERE {condition} AND m.id = ANY(${len(args) + 1}::uuid[])"
        " GROUP BY l.statement_id, l.unit_id, u.name, l.organization_id, g.name, l.share_percent ORDER BY u.name, l.unit_id, g.name, l.share_percent",
        *args,
        list(statement_ids),
    )
    uses: dict[UUID, list[StatedUse]] = {one: [] for one in statement_ids}
    for row in found:
        uses[row["statement_id"]].append(StatedUse(**{name: row[name] for name in StatedUse.__dataclass_fields__}))
    return [uses[one] for one in statement_ids]


async def shares_of(actor: Actor, unit_ids: Sequence[UUID]) -> list[Share | None]:
    """Return what each unit's owner gets of it, for its owner and who sees money at its site; None for others and for the house's own units."""
    condition, args = visible_shares(actor)
    n = len(args)
    found = await db.rows(
        "SELECT u.id, (SELECT json_agg(json_build_array(o.share_percent, o.starts_on) ORDER BY o.starts_on) FROM unit_ownership o"
        f"  WHERE o.unit_id = u.id AND coalesce(o.ends_on, 'infinity') >= (${n + 2}::timestamptz AT TIME ZONE s.time_zone)::date) AS agreed"
        f" FROM unit u JOIN site s ON s.id = u.site_id WHERE {condition} AND u.id = ANY(${n + 1}::uuid[]) AND u.owner_id IS NOT NULL",
        *args,
        list(unit_ids),
        clock.now(),
    )
    shares = {row["id"]: _share(json.loads(row["agreed"], parse_float=Decimal)) for row in found}
    return [shares.get(one) for one in unit_ids]


def _share(agreed: list[tuple[Decimal, str]]) -> Share:
    later = agreed[1] if len(agreed) > 1 else None
    return Share(Decimal(agreed[0][0]), Decimal(later[0]) if later else None, date.fromisoformat(later[1]) if later else None)


async def list_unit_uses(
    actor: Actor, first: date, last: date, *, owner_id: UUID | None = None, site_id: UUID | None = None
) -> list[UnitUse]:
    """Return who used which units between two days of their sites, both included, by organisation; for owners and the sites' staff.

    At most 5000 rows, by unit and organisation. Persons are not told. One statement.

    Raises:
        PeriodInverted, PeriodTooLong: the days are no range of at most 366.
    """
    checks.days(first, last, "until", at_most_days=LONGEST_DAYS, path=("until",))
    condition, args = visible_utilization(actor)
    n = len(args)
    minutes = "(extract(epoch FROM b.ends_at - b.starts_at) / 60)::int"
    return await db.rows_as(
        UnitUse,
        "WITH own AS (SELECT u.id, u.name, s.time_zone FROM unit u JOIN site s ON s.id = u.site_id"
        f"  WHERE {condition} AND u.owner_id IS NOT NULL AND (${n + 3}::uuid IS NULL OR u.owner_id = ${n + 3})"
        f"  AND (${n + 4}::uuid IS NULL OR u.site_id = ${n + 4})),"
        f" facts AS (SELECT o.id, o.name, b.organization_id, 1 AS bookings, {minutes} AS booked, 0 AS used FROM own o JOIN booking b ON b.unit_id = o.id"
        f"  WHERE b.state = 'confirmed' AND b.starts_at >= ${n + 1}::date::timestamp AT TIME ZONE o.time_zone"
        f"  AND b.starts_at < (${n + 2}::date + 1)::timestamp AT TIME ZONE o.time_zone"
        " UNION ALL SELECT o.id, o.name, g.organization_id, 0, 0, g.minutes FROM own o JOIN usage g ON g.unit_id = o.id"
        f"  WHERE g.organization_id IS NOT NULL AND g.state IN ('closed', 'resolved') AND g.used_on BETWEEN ${n + 1} AND ${n + 2})"
        " SELECT f.id AS unit_id, f.name AS unit_name, f.organization_id, sum(f.bookings)::int AS bookings, sum(f.booked)::int AS booked_minutes,"
        " sum(f.used)::int AS used_minutes FROM facts f JOIN organization c ON c.id = f.organization_id"
        f" GROUP BY f.id, f.name, f.organization_id, c.name ORDER BY f.name, f.id, c.name LIMIT {MOST_USES}",
        *args,
        first,
        last,
        owner_id,
        site_id,
    )
