"""What a run is going to invoice, before it does: summed up from the same prices, and compared with the month before."""

from collections.abc import AsyncIterator
from uuid import UUID

from incubator import db
from incubator.billing.events import BillingRunHeld
from incubator.billing.planning import CHARGE_IS_OPEN, TERM_IS_DUE, TERM_IS_PLAIN, CustomerKey, expected
from incubator.billing.runs import release_run
from incubator.kernel import outbox
from incubator.kernel.ids import new_id
from incubator.kernel.periods import Period, add_months, month_of
from incubator.kernel.work import Item

AT_ONCE = 2000
"""How many customers are planned at once, so that a large run needs no more memory than a small one."""


async def estimate_run(item: Item) -> None:
    """Estimate a run in the running transaction, then hold it or let it go. A run that is estimated already is left alone."""
    run_id = UUID(item.subject)
    run = await db.row("SELECT month, state FROM billing_run WHERE id = $1 FOR UPDATE", run_id)
    if run is None or run["state"] != "estimating":
        return
    month = month_of(run["month"])
    strays = await _write(run_id, month, await _sums(run_id, month))
    if item.payload["hold"] or (strays and item.payload["may_be_held"]):
        await db.execute("UPDATE billing_run SET state = 'held' WHERE id = $1", run_id)
        await outbox.record(BillingRunHeld(run_id, month.first))
    else:
        await release_run(run_id)


async def _sums(run_id: UUID, month: Period) -> dict[tuple[UUID, str], tuple[int, int]]:
    """Return for each legal entity and currency: how many customers, and what they come to.

    Whole months at a plain price, which are nearly all, are summed up by the database; everything else is priced as the run will price it.
    """
    customers = await db.rows(
        "SELECT legal_entity_id, currency, count(*)::int AS customers FROM billing_run_item WHERE run_id = $1 GROUP BY 1, 2", run_id
    )
    plain = await db.rows(
        "SELECT c.legal_entity_id, c.currency, sum(round(t.unit_price_minor * t.quantity))::bigint AS amount FROM billing_run_item i"
        f" JOIN contract c ON {_OF_ITEM.format('c')} JOIN contract_term t ON t.contract_id = c.id WHERE i.run_id = $1"
        f" AND {TERM_IS_DUE.format(until='$2')} AND {TERM_IS_PLAIN.format(first='$3', until='$2')} GROUP BY 1, 2",
        run_id,
        month.end,
        month.first,
    )
    sums = {(row["legal_entity_id"], row["currency"]): row["amount"] for row in plain}
    async for keys in _to_price(run_id, month):
        for key, comes_to in (await expected(keys, month)).items():
            of = (key.legal_entity_id, key.currency)
            sums[of] = sums.get(of, 0) + comes_to
    return {
        (row["legal_entity_id"], row["currency"]): (row["customers"], sums.get((row["legal_entity_id"], row["currency"]), 0))
        for row in customers
    }


_OF_ITEM = "{0}.customer_id = i.customer_id AND {0}.legal_entity_id = i.legal_entity_id AND {0}.currency = i.currency"


async def _to_price(run_id: UUID, month: Period) -> AsyncIterator[list[CustomerKey]]:
    """Yield a run's customers that have more than plain months, some at a time."""
    last = UUID(int=0)
    while True:
        items = await db.rows(
            "SELECT i.id, i.customer_id, i.legal_entity_id, i.currency FROM billing_run_item i WHERE i.run_id = $1 AND i.id > $4 AND ("
            f"EXISTS (SELECT 1 FROM charge h WHERE {_OF_ITEM.format('h')} AND h.month < $2 AND {CHARGE_IS_OPEN})"
            f" OR EXISTS (SELECT 1 FROM contract c WHERE {_OF_ITEM.format('c')} AND (c.minimum_minor IS NOT NULL OR EXISTS (SELECT 1"
            f" FROM contract_term t WHERE t.contract_id = c.id AND {TERM_IS_DUE.format(until='$2')}"
            f" AND NOT {TERM_IS_PLAIN.format(first='$3', until='$2')})))) ORDER BY i.id LIMIT $5",
            run_id,
            month.end,
            month.first,
            last,
            AT_ONCE,
        )
        if not items:
            return
        last = items[-1]["id"]
        yield [CustomerKey(row["customer_id"], row["legal_entity_id"], row["currency"]) for row in items]


async def _write(run_id: UUID, month: Period, expected: dict[tuple[UUID, str], tuple[int, int]]) -> bool:
    """Keep the estimates; returns whether one strays from the month before by more than its legal entity's share."""
    before = {
        (row["legal_entity_id"], row["currency"]): row
        for row in await db.rows(
            "SELECT h.legal_entity_id, h.currency, sum(h.amount_minor) FILTER (WHERE h.month = $2)::bigint AS before_minor,"
            " coalesce(sum(h.amount_minor) FILTER (WHERE h.month = $3 AND EXISTS (SELECT 1 FROM invoice_line l WHERE l.charge_id = h.id)), 0)::bigint"
            " AS invoiced_minor FROM charge h WHERE h.legal_entity_id = ANY($1::uuid[]) AND h.month IN ($2, $3) GROUP BY 1, 2",
            list({entity for entity, _ in expected}),
            add_months(month.first, -1),
            month.first,
        )
    }
    shares = {
        row["legal_entity_id"]: row["hold_percent"] for row in await db.rows("SELECT legal_entity_id, hold_percent FROM seller_profile")
    }
    any_strays = False
    for (entity_id, currency), (customers, amount) in sorted(expected.items(), key=lambda one: (str(one[0][0]), one[0][1])):
        known = before.get((entity_id, currency))
        before_minor: int | None = known["before_minor"] if known else None
        total = amount + (known["invoiced_minor"] if known else 0)
        strays = before_minor is not None and abs(total - before_minor) * 100 > before_minor * shares.get(entity_id, 50)
        any_strays = any_strays or strays
        await db.execute(
            "INSERT INTO billing_run_estimate (id, run_id, legal_entity_id, currency, customers, expected_minor, before_minor, strays)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            new_id(),
            run_id,
            entity_id,
            currency,
            customers,
            amount,
            before_minor,
            strays,
        )
    return any_strays
