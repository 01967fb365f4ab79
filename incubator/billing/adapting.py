"""Prices that follow an index: on each day that a clause names, the price is the old one times the index's new value over its base.

The value of a month that is not published yet is that of the newest month before it, six months back at most; until there is one the price
waits. A price is adapted once for each such day, also late: what was charged from that day on is taken back and billed at the new price.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.contract_changes import replace_term
from incubator.billing.contract_errors import IndexValueKept
from incubator.billing.events import IndexValueAwaited, PriceAdapted
from incubator.billing.fallen_away import Term, lock_terms
from incubator.billing.heirs import NewPrice
from incubator.billing.policy import plain, rounded
from incubator.kernel import audit, checks, clock, outbox, work
from incubator.kernel.actor import SYSTEM, Actor, Grant
from incubator.kernel.errors import OutOfRange
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.kernel.periods import add_months

ADAPT_PRICE = "adapt price"
ASK_FOR_VALUE = "ask for an index value"
MOST_MONTHS_BACK = 6
MOST_AT_ONCE = 1000

_VALUE = (
    "(SELECT {what} FROM price_index v WHERE v.operator_id = s.operator_id AND v.key = t.index_key AND v.month <= {month}"
    f" AND v.month >= date_trunc('month', {{month}}) - interval '{MOST_MONTHS_BACK} months' ORDER BY v.month DESC LIMIT 1)"
)
_TERMS = "FROM contract_term t JOIN contract c ON c.id = t.contract_id JOIN site s ON s.id = c.site_id"
_IS_DUE = (
    "t.adapts_on IS NOT NULL AND t.adapts_on <= ($1::timestamptz AT TIME ZONE s.time_zone)::date"
    " AND (t.ends_on IS NULL OR t.ends_on >= t.adapts_on)"
)


async def record_index_value(actor: Actor, operator_id: UUID, key: str, month: date, value: Decimal, source: str) -> UUID:
    """Write down the value of an index in a month (any day of it), and where it was published; returns its id. Again is as good as once.

    A value that no price follows yet may be mended.

    Raises:
        NotSignedIn, Forbidden: the actor does not run the operator's billing.
        TooShort, TooLong, OutOfRange: key, source, or a value that is not above 0.
        IndexValueKept: there is another value for that month, and prices may follow it.
    """
    actor.require(Grant.RUN_BILLING, operator_id, path=("input", "operatorId"))
    shown = checks.text(key, "key", at_most=40, path=("input", "key"))
    said = checks.text(source, "source", at_most=300, path=("input", "source"))
    if not 0 < value < 10**8 or value != round(value, 4):
        raise OutOfRange(field="value", limit="> 0, < 100000000, 0.0001", path=("input", "value"))
    first, value_id = month.replace(day=1), new_id()
    async with db.transaction():
        await db.execute(
            "INSERT INTO price_index (id, operator_id, key, month, value, source, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (operator_id, key, month) DO NOTHING",
            value_id,
            operator_id,
            shown,
            first,
            value,
            said,
            clock.now(),
        )
        found = await db.row(
            "SELECT id, value FROM price_index WHERE operator_id = $1 AND key = $2 AND month = $3 FOR UPDATE", operator_id, shown, first
        )
        assert found is not None
        if found["value"] != value:
            await _refuse_followed(operator_id, shown, first, found["value"])
            await db.execute("UPDATE price_index SET value = $2, source = $3 WHERE id = $1", found["id"], value, said)
        after = {"key": shown, "month": first, "value": value, "source": said}
        await audit.record(actor, "record index value", "PriceIndexValue", found["id"], after=after)
    kept: UUID = found["id"]
    return kept


async def _refuse_followed(operator_id: UUID, key: str, month: date, value: Decimal) -> None:
    """Refuse to mend a value that a price has as its base, or may have: a base without a value of its own has that of an earlier month."""
    if await db.value(
        "SELECT EXISTS (SELECT 1 FROM contract_term t JOIN contract c ON c.id = t.contract_id JOIN site s ON s.id = c.site_id"
        " WHERE s.operator_id = $1 AND t.index_key = $2 AND t.index_base BETWEEN $3 AND $4)",
        operator_id,
        key,
        month,
        add_months(month, MOST_MONTHS_BACK),
    ):
        raise IndexValueKept(value=plain(value), path=("input", "value"))


async def schedule_due() -> None:
    """Put the terms whose day has come on the work list: one piece of work a term and day.

    Whoever is to write down a value that is missing is asked once for each legal entity, index and month.
    """
    found = await db.rows(
        f"SELECT t.id, t.adapts_on, c.legal_entity_id {_TERMS} WHERE {_IS_DUE} AND {_VALUE.format(what='true', month='t.adapts_on')}"
        f" AND {_VALUE.format(what='true', month='t.index_base')} ORDER BY t.adapts_on, t.id LIMIT {MOST_AT_ONCE}",
        clock.now(),
    )
    for row in found:
        await work.schedule(ADAPT_PRICE, row["id"], period=row["adapts_on"].isoformat(), concerns=row["legal_entity_id"])
    awaited = await db.rows(
        f"SELECT DISTINCT c.legal_entity_id, t.index_key, date_trunc('month', m.day)::date AS month {_TERMS}"
        f" CROSS JOIN LATERAL (VALUES (t.adapts_on), (t.index_base)) m (day) WHERE {_IS_DUE}"
        f" AND {_VALUE.format(what='true', month='m.day')} IS NULL ORDER BY 1, 2, 3 LIMIT {MOST_AT_ONCE}",
        clock.now(),
    )
    for row in awaited:
        payload = {"key": row["index_key"]}
        subject = f"{row['legal_entity_id']} {row['index_key']}"
        await work.schedule(ASK_FOR_VALUE, subject, period=f"{row['month']:%Y-%m}", payload=payload, concerns=row["legal_entity_id"])


async def ask_for_value(legal_entity_id: UUID, key: str, month: date) -> None:
    """Say that prices of a legal entity wait for the value of an index, inside the running transaction."""
    await outbox.record(IndexValueAwaited(legal_entity_id, key, month), concerns=legal_entity_id)


async def adapt_price(term_id: UUID) -> UUID | None:
    """Adapt a term's price on its day, inside the running transaction; returns the term that goes on, None when nothing is to be done.

    A price that stays the same to the cent makes no new term: the same one looks at the index again after the clause's months.
    """
    async with db.transaction():
        contract = await db.row(
            "SELECT c.id, c.version FROM contract c JOIN contract_term t ON t.contract_id = c.id WHERE t.id = $1 FOR UPDATE OF c", term_id
        )
        if contract is None:
            return None
        term = next((one for one in await lock_terms(contract["id"]) if one["id"] == term_id), None)
        values = await _values(term_id)
        if term is None or values is None:
            return None
        return await _follow(contract, term, values)


async def _values(term_id: UUID) -> asyncpg.Record | None:
    """Return the new value with its month, and that of the base; None when it is not the term's day, or one is missing."""
    found = await db.row(
        f"SELECT {_VALUE.format(what='v.value', month='t.adapts_on')} AS new, {_VALUE.format(what='v.month', month='t.adapts_on')} AS month,"
        f" {_VALUE.format(what='v.value', month='t.index_base')} AS base {_TERMS} WHERE {_IS_DUE} AND t.id = $2",
        clock.now(),
        term_id,
    )
    return None if found is None or found["new"] is None or found["base"] is None else found


async def _follow(contract: asyncpg.Record, term: Term, values: asyncpg.Record) -> UUID:
    before, starts_on = term["unit_price_minor"], term["adapts_on"]
    after = rounded(before * Fraction(values["new"]) / Fraction(values["base"]))
    checks.between(after, "unitPriceMinor", 0, MAX_AMOUNT_MINOR)
    kept_id: UUID = term["id"]
    if after != before:
        reason = f"{term['index_key']} {values['month']:%Y-%m}: {plain(values['base'])} → {plain(values['new'])}"
        kept_id = await replace_term(SYSTEM, term, NewPrice(term["id"], starts_on, unit_price_minor=after), reason)
    await db.execute(
        "UPDATE contract_term SET index_base = $2, adapts_on = $3 WHERE id = $1",
        kept_id,
        values["month"],
        next_day(term["anchor_on"], term["index_months"], starts_on),
    )
    await db.execute("UPDATE contract SET version = version + 1 WHERE id = $1", contract["id"])
    await audit.record(
        SYSTEM,
        "adapt price",
        "Contract",
        contract["id"],
        before={"term": term["id"], "unit_price_minor": before, "value": values["base"]},
        after={"term": kept_id, "unit_price_minor": after, "value": values["new"], "month": values["month"], "starts_on": starts_on},
    )
    if after != before:
        await outbox.record(
            PriceAdapted(contract["id"], contract["version"] + 1, term["index_key"], values["month"], starts_on, before, after)
        )
    return kept_id


def next_day(anchor: date, months: int, day: date) -> date:
    """Return the clause's next day after one; counted from the anchor, so that a 31st stays one."""
    passed = (day.year - anchor.year) * 12 + day.month - anchor.month
    return add_months(anchor, (passed // months + 1) * months)
