"""What customers promised to spend in each calendar month, and what months that are over fall short of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from incubator import db
from incubator.billing import credit_uses
from incubator.billing.charge_writing import NewCharge, new_charge
from incubator.billing.due import paused_days
from incubator.billing.policy import Priced, rounded
from incubator.billing.tax_desk import TaxDesk
from incubator.billing.terms import Basis, Buyer, Price, Source, Supply
from incubator.kernel import clock
from incubator.kernel.money import to_decimal
from incubator.kernel.periods import Period, month_of

MINIMUM = "minimum"
DESCRIPTION = "Minimum commitment"


@dataclass(frozen=True, slots=True)
class Minimum:
    """A contract's promise: `minimum_minor` a whole calendar month, as priced, looked at up to `until`; of cut months its share of the days."""

    contract_id: UUID
    buyer: Buyer
    minimum_minor: int
    until: date
    days: Period
    pauses: Sequence[Period]
    supply: Supply
    includes_tax: bool
    today: date

    def months_over(self, month: Period) -> Iterator[Period]:
        """Yield the months up to one, oldest first, that are over and were not looked at."""
        one = month_of(self.until + timedelta(days=1))
        while one.end <= min(month.end, self.today):
            yield one
            one = month_of(one.end)

    def promised_minor(self, month: Period) -> Fraction:
        """Return what the days of a month on which the contract holds and is not paused come to at least."""
        held = self.days.intersection(month)
        return Fraction(self.minimum_minor * (held.days - paused_days(held, self.pauses)), month.days) if held else Fraction(0)

    def short_of(self, month: Period, spent_minor: int) -> Priced | None:
        """Return what is missing in a month, None when nothing is."""
        promised = rounded(self.promised_minor(month))
        if promised <= spent_minor:
            return None
        shown = [to_decimal(amount, self.buyer.currency) for amount in (promised, spent_minor)]
        return Priced(promised - spent_minor, f"{month.first} – {month.last}: {shown[0]} − {shown[1]}")

    def charge(self, desk: TaxDesk, month: Period, short: Priced) -> NewCharge:
        """Return the charge of what is missing in a month."""
        price = Price(short.amount_minor, Basis.ONCE, self.includes_tax)
        source = Source(MINIMUM, self.contract_id, month.first.isoformat())
        return new_charge(desk, source, self.buyer, DESCRIPTION, price, self.supply, None, (month.first, month.last), short)


_OF_KEYS = (
    "JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS k(customer_id, legal_entity_id, currency) ON {0}.customer_id = k.customer_id"
    " AND {0}.legal_entity_id = k.legal_entity_id AND {0}.currency = k.currency"
)


async def promised(columns: Sequence[object], month: Period, *, lock: bool) -> list[Minimum]:
    """Return the promises of customers (ids, legal entities, currencies) with months that were not looked at, locked when asked."""
    found = await db.rows(
        "SELECT c.id, c.customer_id, c.legal_entity_id, c.site_id, c.currency, c.minimum_minor, c.minimum_billed_until, s.time_zone"
        f" FROM contract c JOIN site s ON s.id = c.site_id {_OF_KEYS.format('c')} WHERE c.minimum_minor IS NOT NULL"
        " AND c.minimum_billed_until + 1 < $4 ORDER BY c.id" + (" FOR UPDATE OF c" if lock else ""),
        *columns,
        month.end,
    )
    ids = [row["id"] for row in found]
    if not ids:
        return []
    terms = await db.rows(
        "SELECT contract_id, min(starts_on) AS first, max(coalesce(ends_on, '9999-12-30'::date)) AS last, (array_agg(supply ORDER BY id))[1] AS supply,"
        " (array_agg(price_includes_tax ORDER BY id))[1] AS includes_tax FROM contract_term WHERE contract_id = ANY($1::uuid[]) GROUP BY 1",
        ids,
    )
    paused = await db.rows(
        "SELECT contract_id, first_on, coalesce(last_on, '9999-12-30'::date) AS last_on FROM contract_pause WHERE contract_id = ANY($1::uuid[])",
        ids,
    )
    held = {row["contract_id"]: row for row in terms}
    return [
        Minimum(
            row["id"],
            Buyer(row["customer_id"], row["legal_entity_id"], row["site_id"], row["currency"]),
            row["minimum_minor"],
            row["minimum_billed_until"],
            Period.of(held[row["id"]]["first"], held[row["id"]]["last"]),
            [Period.of(pause["first_on"], pause["last_on"]) for pause in paused if pause["contract_id"] == row["id"]],
            Supply(held[row["id"]]["supply"]),
            held[row["id"]]["includes_tax"],
            clock.today(row["time_zone"]),
        )
        for row in found
        if row["id"] in held
    ]


async def spent(columns: Sequence[object], minimums: Sequence[Minimum]) -> dict[tuple[UUID, UUID, str, date], int]:
    """Return what was charged already to the customers in each month that a promise looks at, as priced, less what fell away.

    What a credit pays counts as spent: it lowers what a customer owes, not what it used.
    """
    if not minimums:
        return {}
    found = await db.rows(
        "SELECT h.customer_id, h.legal_entity_id, h.currency, h.month, sum(h.amount_minor - coalesce((SELECT sum(r.amount_minor)"
        f" FROM charge_reduction r WHERE r.charge_id = h.id), 0) + {credit_uses.PAID.format('h')})::bigint AS spent FROM charge h {_OF_KEYS.format('h')}"
        " WHERE h.month >= $4 AND h.source_kind <> 'minimum' GROUP BY 1, 2, 3, 4",
        *columns,
        min(minimum.until for minimum in minimums),
    )
    return {(row["customer_id"], row["legal_entity_id"], row["currency"], row["month"]): row["spent"] for row in found}
