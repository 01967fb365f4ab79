"""Owners' statements: what the units of others took in, and the share that is theirs, once a month and each charge once.

What falls away of a charge that was stated already is taken off in the next statement.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.credit_uses import PAID
from incubator.billing.fallen_away import LEFT
from incubator.billing.policy import rounded
from incubator.kernel import audit, clock, outbox, work
from incubator.kernel.actor import SYSTEM
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.periods import add_months
from incubator.spaces.events import OwnerStatementMade

FIND = "find owners to state"
STATE = "make owner statement"
DAYS_AFTER = 3
"""A month's statement is made on the fourth day after it, when its usages are told and its bookings charged; later ones go into the next."""

TAKEN_IN = f"{LEFT} + {PAID.format('h')}::bigint AS left_minor"
"""What a charge (h) brings in, as priced: what is left of it, and what credits of the operator pay of it."""
_CHARGE = "SELECT h.id, h.legal_entity_id, h.currency, h.customer_id, h.supplied_from, h.price_includes_tax, h.tax_rate"
UNSTATED = (
    f"({_CHARGE}, o.owner_id, o.unit_id, o.share_percent, {TAKEN_IN}, 0 AS amount_minor, 0 AS net_minor, 0 AS share_minor"
    " FROM charge h LEFT JOIN contract_term t ON h.source_kind = 'contract term' AND t.id = h.source_id LEFT JOIN rental r ON r.id = t.source_id"
    " JOIN unit_ownership o ON o.unit_id = coalesce(h.unit_id, r.unit_id) AND h.supplied_from BETWEEN o.starts_on AND coalesce(o.ends_on, 'infinity')"
    " WHERE h.month <= $1 AND h.amount_minor > 0 AND NOT EXISTS (SELECT 1 FROM owner_statement_line l WHERE l.charge_id = h.id)"
    f" UNION ALL SELECT * FROM ({_CHARGE}, m.owner_id, l.unit_id, l.share_percent, {TAKEN_IN},"
    " sum(l.amount_minor)::bigint AS amount_minor, sum(l.net_minor)::bigint AS net_minor, sum(l.share_minor)::bigint AS share_minor"
    " FROM owner_statement_line l JOIN owner_statement m ON m.id = l.statement_id JOIN charge h ON h.id = l.charge_id"
    " GROUP BY h.id, m.owner_id, l.unit_id, l.share_percent) stated WHERE left_minor <> amount_minor) due"
)
"""What of charges up to a month is on no statement yet, beside what is: whole charges, and those of which something fell away since."""


@dataclass(frozen=True, slots=True)
class ShareLine:
    """The owner's share of one charge, in minor units, rounded half up once for each; `amount_minor` as priced, the others net of tax."""

    charge_id: UUID
    unit_id: UUID
    organization_id: UUID
    supplied_from: date
    amount_minor: int
    net_minor: int
    share_percent: Decimal
    share_minor: int


def share_of(amount_minor: int, includes_tax: bool, tax_rate: Decimal, share_percent: Decimal) -> tuple[int, int]:
    """Return what of a charge is net of tax, and what of that is the owner's."""
    net = rounded(Fraction(amount_minor) / (1 + Fraction(tax_rate) / 100)) if includes_tax else amount_minor
    return net, rounded(net * Fraction(share_percent) / 100)


def month_to_state(today: date) -> date:
    """Return the first day of the last month whose statements are due on a day."""
    settled = today - timedelta(days=DAYS_AFTER)
    return add_months(settled.replace(day=1), -1)


async def schedule_month(today: date) -> None:
    """Put the month that is due on the work list, once for all owners."""
    month = month_to_state(today)
    await work.schedule(FIND, "all owners", period=f"{month:%Y-%m}", payload={"month": month})


async def schedule_statements(month: date) -> int:
    """Put every statement that is due for a month on the work list; returns how many owners, legal entities and currencies there are."""
    found = await db.rows(
        f"SELECT DISTINCT owner_id, legal_entity_id, currency FROM {UNSTATED} WHERE NOT EXISTS (SELECT 1 FROM owner_statement m"
        " WHERE m.owner_id = due.owner_id AND m.legal_entity_id = due.legal_entity_id AND m.currency = due.currency AND m.month = $1)",
        month,
    )
    for row in found:
        await work.schedule(
            STATE,
            f"{row['owner_id']} {row['legal_entity_id']} {row['currency']}",
            period=f"{month:%Y-%m}",
            payload=dict(row) | {"month": month},
            concerns=row["legal_entity_id"],
        )
    return len(found)


async def make_statement(owner_id: UUID, legal_entity_id: UUID, currency: str, month: date) -> UUID | None:
    """Write an owner's statement for a month, inside the running transaction; None when it is written already or nothing was taken in.

    What a credit pays counts as taken in: the operator gave it, not the owner.
    """
    charges = await db.rows(
        f"SELECT * FROM {UNSTATED} WHERE owner_id = $2 AND legal_entity_id = $3 AND currency = $4 ORDER BY supplied_from, id",
        month,
        owner_id,
        legal_entity_id,
        currency,
    )
    lines = [_line(row) for row in charges]
    if not lines:
        return None
    statement_id = new_id()
    takings, share = sum(line.net_minor for line in lines), sum(line.share_minor for line in lines)
    head = {"owner": owner_id, "legal_entity": legal_entity_id, "currency": currency, "month": month, "takings": takings, "share": share}
    digest = hashlib.sha256(dumps(head | {"lines": lines}).encode()).hexdigest()
    if not await db.execute(
        "INSERT INTO owner_statement (id, owner_id, legal_entity_id, currency, month, takings_minor, share_minor, sha256, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (owner_id, legal_entity_id, currency, month) DO NOTHING",
        statement_id,
        owner_id,
        legal_entity_id,
        currency,
        month,
        takings,
        share,
        digest,
        clock.now(),
    ):
        return None
    await db.execute(
        "INSERT INTO owner_statement_line (id, statement_id, charge_id, unit_id, organization_id, supplied_from, net_minor, share_percent,"
        " share_minor, amount_minor) SELECT l.id, $1, l.charge, l.unit, l.organization, l.day, l.net, l.percent, l.share, l.amount"
        " FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::date[], $7::bigint[], $8::numeric[], $9::bigint[], $10::bigint[])"
        " AS l(id, charge, unit, organization, day, net, percent, share, amount)",
        statement_id,
        [new_id() for _ in lines],
        [line.charge_id for line in lines],
        [line.unit_id for line in lines],
        [line.organization_id for line in lines],
        [line.supplied_from for line in lines],
        [line.net_minor for line in lines],
        [line.share_percent for line in lines],
        [line.share_minor for line in lines],
        [line.amount_minor for line in lines],
    )
    await audit.record(SYSTEM, "make owner statement", "OwnerStatement", statement_id, after={"month": month, "share_minor": share})
    await outbox.record(OwnerStatementMade(statement_id))
    return statement_id


def _line(row: asyncpg.Record) -> ShareLine:
    net, share = share_of(row["left_minor"], row["price_includes_tax"], row["tax_rate"], row["share_percent"])
    return ShareLine(
        row["id"],
        row["unit_id"],
        row["customer_id"],
        row["supplied_from"],
        row["left_minor"] - row["amount_minor"],
        net - row["net_minor"],
        row["share_percent"],
        share - row["share_minor"],
    )
