"""A billing run over 10,000 contracts against one hand-written SQL statement that writes the same rows, month by month in turns.

Both write charges, drafts with lines and taxes, the terms' next days, and the run with its customers. The run also estimates, prices and
decides the tax of everything in Python, in batches that may be killed; the statement has its prices and its tax written into it.
"""

import asyncio
import gc
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from incubator import db, jobs, loop, schema
from incubator.billing import books, checks, service
from incubator.billing.finalising import FINALISE
from incubator.billing.runs import ESTIMATE
from incubator.kernel import clock, work
from incubator.kernel.periods import Period, add_months, month_of
from tests.support import make
from tests.support.evidence import record
from tests.support.make import House
from tests.support.servers import running

CONTRACTS, TURNS, TARGET, MEGABYTES = 10_000, 3, 2.5, 64
AT_ONCE = 3
"""How many batches are done at once; a worker process does ten pieces of work at once."""
FIRST = date(2026, 1, 1)

WORLD = """
WITH organizations AS (
  INSERT INTO organization (id, key, name, local_name, kind, country, city, district, sector, address, vat_id, source, created_at, version)
  SELECT gen_random_uuid(), 'bench' || n, 'Startup ' || n, '', 'startup', 'DE', 'Hamburg', '', '', 'Kai ' || n, '', '', now(), 1
  FROM generate_series(1, $1) n RETURNING id
), contracts AS (
  INSERT INTO contract (id, customer_id, legal_entity_id, site_id, currency, created_at, version)
  SELECT gen_random_uuid(), id, $2, $3, 'EUR', now(), 1 FROM organizations RETURNING id
)
INSERT INTO contract_term (id, contract_id, kind, description, basis, quantity, unit_price_minor, price_includes_tax, supply, tax_category,
  is_waived, starts_on, next_period_start, anchor_on)
SELECT gen_random_uuid(), id, 'rental', 'Hot desk', 'month', 1, 34900, false, 'workplace', '', false, $4, $4, $4 FROM contracts
"""
BY_HAND = """
WITH run AS (
  INSERT INTO billing_run (id, operator_id, month, state, started_at, finished_at) SELECT gen_random_uuid(), operator_id, $1, 'finished', now(), now()
  FROM legal_entity WHERE id = $3 RETURNING id
), due AS (
  UPDATE contract_term t SET next_period_start = $2 FROM contract c
  WHERE c.id = t.contract_id AND c.legal_entity_id = $3 AND t.next_period_start < $2 AND (t.ends_on IS NULL OR t.next_period_start <= t.ends_on)
  RETURNING t.id, c.customer_id, c.legal_entity_id, c.site_id, c.currency, t.description, t.quantity, t.unit_price_minor, t.supply,
    gen_random_uuid() AS charge_id, gen_random_uuid() AS invoice_id,
    $1::text || ' – ' || ($2 - 1)::text || ': ' || ($2 - $1) || '/' || ($2 - $1) || ' × ' || to_char(t.unit_price_minor / 100.0, 'FM999990.00') AS note
), items AS (
  INSERT INTO billing_run_item (id, run_id, customer_id, legal_entity_id, currency, state, reason, code, batch, late_periods, finished_at)
  SELECT gen_random_uuid(), run.id, d.customer_id, d.legal_entity_id, d.currency, 'done', '', '', 1, 0, now() FROM due d, run
), charges AS (
  INSERT INTO charge (id, customer_id, legal_entity_id, site_id, currency, source_kind, source_id, period, month, description, basis, quantity,
    unit_price_minor, amount_minor, discount_minor, price_includes_tax, is_waived, supplied_from, supplied_to, supply, tax_category, tax_rate,
    tax_rule, tax_note, rule_note, created_at)
  SELECT charge_id, customer_id, legal_entity_id, site_id, currency, 'contract term', id, $1::text, $1, description, 'month', quantity,
    unit_price_minor, unit_price_minor, 0, false, false, $1, $2 - 1, supply, 'S', 19, 'DE-S-2021', '', note, now() FROM due
), invoices AS (
  INSERT INTO invoice (id, kind, state, customer_id, legal_entity_id, run_id, currency, language, period_start, period_end, net_minor, tax_minor,
    gross_minor, finalise_after, seller, buyer, created_at, paid_minor, version)
  SELECT invoice_id, 'invoice', 'draft', customer_id, legal_entity_id, run.id, currency, 'de', $1, $2 - 1, unit_price_minor,
    round(unit_price_minor * 0.19), unit_price_minor + round(unit_price_minor * 0.19), now(), '{}', '{}', now(), 0, 1 FROM due, run
), taxes AS (
  INSERT INTO invoice_tax (id, invoice_id, ordinal, tax_category, tax_rate, net_minor, tax_minor, gross_minor, note)
  SELECT gen_random_uuid(), invoice_id, 1, 'S', 19, unit_price_minor, round(unit_price_minor * 0.19),
    unit_price_minor + round(unit_price_minor * 0.19), '' FROM due
)
INSERT INTO invoice_line (id, invoice_id, ordinal, charge_id, site_id, description, basis, quantity, unit_price_minor, amount_minor, discount_minor,
  net_minor, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, tax_evidence, rule_note, supplied_from, supplied_to)
SELECT gen_random_uuid(), invoice_id, 1, charge_id, site_id, description, 'month', quantity, unit_price_minor, unit_price_minor, 0, unit_price_minor,
  false, supply, 'S', 19, 'DE-S-2021', '', jsonb_build_object('seller country', 'DE', 'buyer country', 'DE', 'time of supply', ($2 - 1)::text),
  note, $1, $2 - 1 FROM due
"""


async def run_month(house: House, month: Period) -> float:
    """Bill a month by a run; returns the seconds it took, drafts written and the run finished."""
    started = time.perf_counter()
    await service.start_billing_run(house.manager, month.first, f"bench {month.first}")
    await work.drain(kinds={ESTIMATE})
    await asyncio.gather(*(work.drain(leave={FINALISE}) for _ in range(AT_ONCE)))
    return time.perf_counter() - started


async def by_hand(house: House, month: Period) -> float:
    """Bill a month by the one statement; returns the seconds it took."""
    started = time.perf_counter()
    async with db.transaction():
        await db.execute(BY_HAND, month.first, month.end, house.legal_entity_id)
    return time.perf_counter() - started


async def measure(url: str) -> tuple[list[float], list[float], float, float]:
    """Return the seconds of runs and of statements, by how many megabytes the process grew in the last run, and finalisations a second."""
    await schema.migrate(url)
    await db.connect(url)
    jobs.load()
    loop.collect_less()
    with clock.travel_to(datetime(2026, 1, 1, 6, tzinfo=UTC)):
        house = await make.house()
        await db.execute(
            "INSERT INTO seller_profile (id, legal_entity_id, grace_days, hold_percent) VALUES (gen_random_uuid(), $1, 60, 1000)",
            house.legal_entity_id,
        )
        await db.execute(WORLD, CONTRACTS, house.legal_entity_id, house.site_id, FIRST)
    await db.execute("VACUUM ANALYZE")
    runs, statements, grown, month = [], [], 0.0, month_of(FIRST)
    for _ in range(TURNS):
        for side, seconds in ((run_month, runs), (by_hand, statements)):
            with clock.travel_to(datetime(month.end.year, month.end.month, 1, 6, tzinfo=UTC)):
                gc.collect()
                before = psutil.Process().memory_info().rss
                seconds.append(await side(house, month))
                if side is run_month:
                    grown = (psutil.Process().memory_info().rss - before) / 2**20
            await db.execute("VACUUM ANALYZE")
            month = month_of(add_months(month.first, 1))
    with clock.travel_to(datetime(month.first.year, month.first.month, 1, 6, tzinfo=UTC)):
        print_before = await books.fingerprint()
        await service.start_billing_run(house.manager, add_months(month.first, -1), "bench again")
        await work.drain(leave={FINALISE})
        assert await books.fingerprint() == print_before, "a second run changed something"
    assert await db.value("SELECT count(*) FROM invoice") == CONTRACTS * TURNS * 2
    await db.execute("UPDATE invoice SET finalise_after = $1", clock.now())
    started = time.perf_counter()
    await work.schedule(FINALISE, house.legal_entity_id, period="bench", payload={"blocked": False})
    await work.drain(kinds={FINALISE})
    rate = CONTRACTS * TURNS * 2 / (time.perf_counter() - started)
    wrong = await checks.problems()
    assert not wrong, wrong[:3]
    await db.close()
    return runs, statements, grown, rate


def main() -> None:
    """Measure and print."""
    with running() as servers:
        url = servers.database("bench_billing")

        async def made() -> tuple[list[float], list[float], float, float]:
            await db.connect(servers.postgres_url)
            await db.execute("CREATE DATABASE bench_billing")
            await db.close()
            return await measure(url)

        with loop.runner() as runner:
            runs, statements, grown, rate = runner.run(made())
    ratio = median(runs) / median(statements)
    print(
        f"billing {CONTRACTS} contracts: {median(runs):.2f} s, by hand {median(statements):.2f} s ratio={ratio:.2f} target={TARGET} {'ok' if ratio <= TARGET else 'short'}"
    )
    print(
        f"billing {CONTRACTS} contracts: grew by {grown:.1f} MB ratio={grown:.1f} target={MEGABYTES} {'ok' if grown <= MEGABYTES else 'short'}"
    )
    record(
        f"{CONTRACTS} contracts in one run against one hand-written statement: at most {TARGET} times, {MEGABYTES} MB growth, repeated without effect",
        f"{ratio:.2f} times, {grown:.1f} MB; finalised by one process: {rate:.0f}/s",
    )
    print(f"finalising by one process: {rate:.0f}/s ratio={rate:.0f} target=100 {'ok' if rate >= 100 else 'short'}")


if __name__ == "__main__":
    main()
