"""Whether the books are right: the checks that `incubator verify`, the hourly sweep and the tests make.

C1 due without invoice · C2 more than one invoice for a contract and period · C3 gaps or repeats in a series, a broken chain ·
C4 lines, taxes, totals and ledger that do not add up · C7 credited above the line, reduced above the charge, used above the credit · C8 facts that are not relayed ·
C10 a database constraint that is missing.
"""

from collections.abc import Sequence
from datetime import timedelta

import asyncpg

from incubator import db, schema
from incubator.billing import queries
from incubator.billing.hashing import content_hash_of
from incubator.billing.invoice_errors import BooksWrong
from incubator.billing.planning import CHARGE_IS_OPEN, TERM_IS_DUE
from incubator.kernel import clock, work

CHECK_BOOKS = "check the books"
UNRELAYED_AFTER = timedelta(seconds=60)
AT_ONCE = 500


async def problems() -> list[str]:
    """Make every check of the books; returns what is wrong, one a line, each with the check's number first."""
    return [
        *await _due_without_invoice(),
        *await _billed_twice(),
        *await _gaps(),
        *await _broken_chain(),
        *await _wrong_sums(),
        *await _wrong_receivables(),
        *await _unbalanced(),
        *await _wrong_balances(),
        *await _credited_above(),
        *await _reduced_above(),
        *await _used_above(),
    ]


async def missing_constraints() -> list[str]:
    """C10: what the database should refuse, and does not any more."""
    return [f"C10: {name} is missing or disabled" for name in await schema.missing_constraints()]


async def schedule_check() -> None:
    """Put this hour's check on the list, once."""
    await work.schedule(CHECK_BOOKS, "all", period=f"{clock.now():%Y-%m-%dT%H}")


async def check_books() -> None:
    """Make every check, and refuse books that are not right: the work is tried again and then parked with what was found.

    Raises:
        BooksWrong: something is not right.
    """
    found = [*await problems(), *await unrelayed(), *await missing_constraints()]
    if found:
        raise BooksWrong(problems=len(found), first=found[0][:300])


async def _due_without_invoice() -> list[str]:
    """C1: what was there when a finished run started and should have been billed by it, for a customer that it did not park."""
    runs = (
        "(SELECT DISTINCT ON (i.customer_id, i.legal_entity_id, i.currency) i.customer_id, i.legal_entity_id, i.currency, r.started_at, i.finished_at,"
        " (r.month + interval '1 month')::date AS until FROM billing_run_item i JOIN billing_run r ON r.id = i.run_id WHERE r.state = 'finished'"
        " AND i.state = 'done' ORDER BY i.customer_id, i.legal_entity_id, i.currency, r.month DESC) b"
    )
    terms = await db.rows(
        f"SELECT t.id, t.next_period_start AS day FROM {runs} JOIN contract c ON c.customer_id = b.customer_id"
        " AND c.legal_entity_id = b.legal_entity_id AND c.currency = b.currency AND c.created_at <= b.started_at"
        f" JOIN contract_term t ON t.contract_id = c.id WHERE t.timing = 'advance' AND {TERM_IS_DUE.format(until='b.until')}"
        " AND NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject_id = c.id AND a.at > b.finished_at) ORDER BY t.id"
    )
    charges = await db.rows(
        f"SELECT h.id, h.month AS day FROM {runs} JOIN charge h ON h.customer_id = b.customer_id AND h.legal_entity_id = b.legal_entity_id"
        f" AND h.currency = b.currency AND h.month < b.until AND h.created_at <= b.started_at WHERE {CHARGE_IS_OPEN} ORDER BY h.id"
    )
    return [f"C1: contract term {row['id']} is due from {row['day']} and was not billed" for row in terms] + [
        f"C1: charge {row['id']} of {row['day']:%Y-%m} stands on no invoice" for row in charges
    ]


async def _billed_twice() -> list[str]:
    """C2: days of a contract's term that two charges share, or a charge on two lines."""
    found = await db.rows(
        "SELECT a.source_id, a.supplied_from FROM charge a JOIN charge b ON b.source_kind = a.source_kind AND b.source_id = a.source_id"
        " AND b.id > a.id AND b.supplied_from <= a.supplied_to AND b.supplied_to >= a.supplied_from WHERE a.source_kind = 'contract term'"
    )
    lines = await db.rows("SELECT charge_id FROM invoice_line WHERE charge_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1")
    return [f"C2: contract term {row['source_id']} is charged twice for {row['supplied_from']}" for row in found] + [
        f"C2: charge {row['charge_id']} stands on two lines" for row in lines
    ]


async def _gaps() -> list[str]:
    found = await db.rows(
        "SELECT c.series, c.year, c.last_sequence, count(i.id) AS invoices, coalesce(max(i.sequence), 0) AS highest"
        " FROM invoice_counter c LEFT JOIN invoice i ON i.legal_entity_id = c.legal_entity_id AND i.series = c.series AND i.year = c.year"
        " GROUP BY c.id HAVING count(i.id) <> c.last_sequence OR coalesce(max(i.sequence), 0) <> c.last_sequence"
    )
    return [
        f"C3: series {row['series']} {row['year']} has {row['invoices']} invoices up to {row['highest']}, its counter says {row['last_sequence']}"
        for row in found
    ]


async def _broken_chain() -> list[str]:
    found = await db.rows(
        "SELECT id, legal_entity_id, series, year, sequence, number, issued_on, due_on, previous_hash, content_hash FROM invoice"
        " WHERE number IS NOT NULL ORDER BY legal_entity_id, series, year, sequence"
    )
    wrong, before, chain = [], "", None
    for start in range(0, len(found), AT_ONCE):
        part = found[start : start + AT_ONCE]
        contents = await queries.legal_contents([row["id"] for row in part])
        for row in part:
            if (row["legal_entity_id"], row["series"], row["year"]) != chain:
                chain, before = (row["legal_entity_id"], row["series"], row["year"]), ""
            if row["previous_hash"] != before or content_hash_of(contents[row["id"]] | _given(row)) != row["content_hash"]:
                wrong.append(f"C3: invoice {row['number']} does not follow from the one before, or was changed")
            before = row["content_hash"]
    return wrong


def _given(row: asyncpg.Record) -> dict[str, object]:
    return {key: row[key] for key in ("series", "year", "sequence", "number", "issued_on", "due_on", "previous_hash")}


async def _wrong_sums() -> list[str]:
    found = await db.rows(
        "SELECT i.id, i.number FROM invoice i LEFT JOIN LATERAL (SELECT coalesce(sum(t.net_minor), 0) AS net, coalesce(sum(t.tax_minor), 0) AS tax"
        " FROM invoice_tax t WHERE t.invoice_id = i.id) t ON TRUE LEFT JOIN LATERAL (SELECT coalesce(sum(l.net_minor), 0) AS net"
        " FROM invoice_line l WHERE l.invoice_id = i.id) l ON TRUE LEFT JOIN LATERAL (SELECT coalesce(sum(p.amount_minor), 0) AS paid"
        " FROM payment p WHERE p.invoice_id = i.id) p ON TRUE"
        " WHERE t.net <> i.net_minor OR t.tax <> i.tax_minor OR l.net <> i.net_minor OR p.paid <> i.paid_minor ORDER BY i.id"
    )
    return [f"C4: the sums of invoice {row['number'] or row['id']} do not agree" for row in found]


async def _wrong_receivables() -> list[str]:
    found = await db.rows(
        "SELECT o.legal_entity_id, o.currency, o.owed, coalesce(b.booked, 0) AS booked FROM (SELECT legal_entity_id, currency,"
        " sum(gross_minor - paid_minor - credited_minor) AS owed FROM invoice WHERE number IS NOT NULL AND kind <> 'credit note' GROUP BY 1, 2) o"
        " LEFT JOIN (SELECT t.legal_entity_id, e.currency, sum(e.amount_minor) AS booked FROM ledger_entry e JOIN ledger_transaction t"
        " ON t.id = e.transaction_id WHERE e.account = 'receivable' GROUP BY 1, 2) b USING (legal_entity_id, currency)"
        " WHERE o.owed <> coalesce(b.booked, 0)"
    )
    return [f"C4: receivables are {row['booked']} {row['currency']} in the ledger, {row['owed']} on the invoices" for row in found]


async def _unbalanced() -> list[str]:
    found = await db.rows(
        "SELECT transaction_id, currency, sum(amount_minor) AS left_over FROM ledger_entry GROUP BY 1, 2 HAVING sum(amount_minor) <> 0"
    )
    return [f"C4: ledger transaction {row['transaction_id']} is off by {row['left_over']} {row['currency']}" for row in found]


async def _wrong_balances() -> list[str]:
    """C4: what customers have to their credit, and refunds that are owed, against the ledger."""
    balances = await _differences(
        "customer balance", "SELECT legal_entity_id, currency, sum(balance_minor) AS kept FROM customer_account GROUP BY 1, 2"
    )
    refunds = await _differences(
        "refunds to pay",
        "SELECT i.legal_entity_id, i.currency, sum(r.amount_minor) FILTER (WHERE r.paid_out_at IS NULL) AS kept FROM refund r"
        " JOIN invoice i ON i.id = r.credit_note_id GROUP BY 1, 2",
    )
    return [*balances, *refunds]


async def _differences(account: str, kept: str) -> Sequence[str]:
    found = await db.rows(
        f"SELECT k.currency, coalesce(k.kept, 0) AS kept, coalesce(b.booked, 0) AS booked FROM ({kept}) k LEFT JOIN (SELECT t.legal_entity_id,"
        " e.currency, -sum(e.amount_minor) AS booked FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id"
        " WHERE e.account = $1 GROUP BY 1, 2) b USING (legal_entity_id, currency) WHERE coalesce(k.kept, 0) <> coalesce(b.booked, 0)",
        account,
    )
    return [f"C4: {account} is {row['booked']} {row['currency']} in the ledger, {row['kept']} in the accounts" for row in found]


async def _credited_above() -> list[str]:
    found = await db.rows(
        "SELECT l.id, l.ordinal, i.number FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id JOIN (SELECT credits_line_id,"
        " sum(amount_minor) AS amount, sum(net_minor) AS net FROM invoice_line WHERE credits_line_id IS NOT NULL GROUP BY 1) c"
        " ON c.credits_line_id = l.id WHERE c.amount > l.amount_minor OR c.net > l.net_minor"
    )
    return [f"C7: line {row['ordinal']} of invoice {row['number']} is credited above its amount" for row in found]


async def _reduced_above() -> list[str]:
    found = await db.rows(
        "SELECT h.id FROM charge h JOIN (SELECT charge_id, sum(amount_minor) AS amount FROM charge_reduction GROUP BY 1) r ON r.charge_id = h.id"
        " WHERE r.amount > h.amount_minor ORDER BY h.id"
    )
    return [f"C7: charge {row['id']} is reduced above its amount" for row in found]


async def _used_above() -> list[str]:
    """C7: credits that paid more than they are, whose uses do not add up, or a use that is not what its charge was reduced by."""
    wrong = await db.rows(
        "SELECT c.id FROM customer_credit c LEFT JOIN (SELECT credit_id, sum(amount_minor - given_back_minor) AS used FROM customer_credit_use"
        " GROUP BY 1) u ON u.credit_id = c.id WHERE coalesce(u.used, 0) <> c.used_minor OR c.used_minor > c.amount_minor ORDER BY c.id"
    )
    uses = await db.rows(
        "SELECT u.id FROM customer_credit_use u JOIN charge_reduction r ON r.id = u.reduction_id WHERE r.amount_minor <> u.amount_minor"
        " OR r.charge_id <> u.charge_id OR u.given_back_minor > u.amount_minor ORDER BY u.id"
    )
    return [f"C7: what was used of credit {row['id']} is above its amount or not what its uses come to" for row in wrong] + [
        f"C7: use {row['id']} of a credit is not what its charge was reduced by" for row in uses
    ]


async def unrelayed() -> list[str]:
    """C8: facts that nobody was told of in time; true only where workers run."""
    count = await db.value(
        "SELECT count(*) FROM outbox_message WHERE relayed_at IS NULL AND created_at < $1", clock.now() - UNRELAYED_AFTER
    )
    return [f"C8: {count} facts are older than {UNRELAYED_AFTER.seconds} s and were not told"] if count else []
