"""Days that were charged and fall away: by an end, a pause, or a new price. Their charges are reduced, and what is invoiced is credited.

A charge is never changed: a reduction beside it says how much less is owed. Of a charge on no invoice or on a draft the invoice asks less;
of one that is invoiced a credit note takes it back. What a credit paid and the charge does not need any more goes back to the credit.
Each stretch of days is rounded once, so what a customer pays in the end is the price of the days it had, whatever was changed in between
(the fair-day rule).
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from incubator import db
from incubator.billing import credit_uses
from incubator.billing.crediting import Settlement, credit
from incubator.billing.due import discounted_days, paused_days, whole_period
from incubator.billing.planning import CONTRACT_TERM
from incubator.billing.policy import Part, price_days
from incubator.billing.redeciding import redecide
from incubator.billing.terms import Basis, Price
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.ids import new_id
from incubator.kernel.periods import Period

LEFT = (
    "least(h.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM charge_reduction r WHERE r.charge_id = h.id), 0), (SELECT l.amount_minor"
    " - coalesce((SELECT sum(n.amount_minor) FROM invoice_line n WHERE n.credits_line_id = l.id), 0) FROM invoice_line l"
    " WHERE l.charge_id = h.id))::bigint"
)
"""What is left of a charge (h) or of its line, whichever is less; as priced."""
Term = Mapping[str, Any]
"""A row of `contract_term` with its contract's currency and whether it `is_charged`."""


async def lock_terms(contract_id: UUID, source_id: UUID | None = None) -> list[Term]:
    """Lock and return a contract's terms (those of one source, when it is named), so that no run bills them meanwhile.

    Whether they are charged is read by a statement of its own, after the wait: the one that waited would not see what a run charged.
    """
    rows = await db.rows(
        "SELECT t.*, c.currency FROM contract_term t JOIN contract c ON c.id = t.contract_id WHERE t.contract_id = $1"
        " AND ($2::uuid IS NULL OR t.source_id = $2) ORDER BY t.id FOR UPDATE OF t",
        contract_id,
        source_id,
    )
    charged = await db.rows(
        "SELECT DISTINCT source_id FROM charge WHERE source_kind = $1 AND source_id = ANY($2::uuid[])",
        CONTRACT_TERM,
        [row["id"] for row in rows],
    )
    known = {row["source_id"] for row in charged}
    return [{**row, "is_charged": row["id"] in known} for row in rows]


async def pauses_of(contract_id: UUID) -> list[Period]:
    """Return a contract's pauses."""
    found = await db.rows(
        "SELECT first_on, coalesce(last_on, '9999-12-30'::date) AS last_on FROM contract_pause WHERE contract_id = $1 ORDER BY first_on",
        contract_id,
    )
    return [Period.of(row["first_on"], row["last_on"]) for row in found]


def kept_minor(term: Term, days: Period, last: date | None, pauses: Sequence[Period]) -> int:
    """Return what charged days of a term cost now, that it ends on a day (None: not) and has some pauses; minor units, as priced."""
    kept = days if last is None else days.intersection(Period(date.min, last + timedelta(days=1)))
    if kept is None:
        return 0
    basis = Basis(term["basis"])
    price = Price(term["unit_price_minor"], basis, term["price_includes_tax"], Decimal(term["quantity"]), term["is_waived"])
    discounted = discounted_days(kept, term["discount_until"], pauses) if term["discount_percent"] else 0
    priced = price_days(
        price,
        Part(kept, whole_period(basis, term["anchor_on"], days.first)),
        term["currency"],
        paused=paused_days(kept, pauses),
        discount_percent=term["discount_percent"],
        discounted=discounted,
    )
    return priced.priced.amount_minor


async def take_back(
    actor: Actor,
    terms: Sequence[tuple[Term, date | None]],
    pauses: Sequence[Period],
    reason: str,
    settlement: Settlement = Settlement.BALANCE,
) -> int:
    """Reduce the charges of locked terms to the days that are kept, inside the running transaction; returns how much less is owed, as priced.

    Each term comes with its new last day: None when it has none, and a day before its first when nothing of it is kept.
    """
    kept = {term["id"]: (term, last) for term, last in terms}
    charges = await db.rows(
        "SELECT h.id, h.source_id, h.supplied_from, h.supplied_to, h.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM charge_reduction r"
        " WHERE r.charge_id = h.id), 0)::bigint AS left_minor FROM charge h WHERE h.source_kind = $1 AND h.source_id = ANY($2::uuid[])"
        " ORDER BY h.id FOR UPDATE OF h",
        CONTRACT_TERM,
        list(kept),
    )
    paid = await credit_uses.uses_of([charge["id"] for charge in charges])
    reduced: dict[UUID, int] = {}
    given_back: dict[UUID, int] = {}
    for charge in charges:
        term, last = kept[charge["source_id"]]
        by_credit = credit_uses.paid_by(paid.get(charge["id"], ()))
        before = charge["left_minor"] + by_credit
        now = min(before, kept_minor(term, Period.of(charge["supplied_from"], charge["supplied_to"]), last, pauses))
        less = charge["left_minor"] - (now - min(by_credit, now))
        if less > 0:
            reduced[charge["id"]] = less
        if by_credit > now:
            given_back[charge["id"]] = by_credit - now
    if not reduced and not given_back:
        return 0
    await reduce_charges(actor, reduced, reason, settlement, given_back=given_back)
    return sum(reduced.values())


async def reduce_charges(
    actor: Actor,
    reduced: Mapping[UUID, int],
    reason: str,
    settlement: Settlement = Settlement.BALANCE,
    *,
    given_back: Mapping[UUID, int],
) -> None:
    """Take so much off locked charges, inside the running transaction: drafts ask less, invoices are credited.

    `given_back` says for each charge how much less of it credits pay.
    """
    await db.execute(
        "INSERT INTO charge_reduction (id, charge_id, amount_minor, note, created_at) SELECT r.*, $4, $5"
        " FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS r",
        [new_id() for _ in reduced],
        list(reduced),
        list(reduced.values()),
        reason[:300],
        clock.now(),
    )
    await _correct_invoices(actor, reduced, given_back, reason, settlement)


async def _correct_invoices(
    actor: Actor, reduced: Mapping[UUID, int], given_back: Mapping[UUID, int], reason: str, settlement: Settlement
) -> None:
    """Credit what was invoiced already, give credits back what they paid too much, and let drafts ask less."""
    lines = await db.rows(
        "SELECT l.charge_id, l.invoice_id, l.ordinal, l.amount_minor - coalesce((SELECT sum(c.amount_minor) FROM invoice_line c"
        " WHERE c.credits_line_id = l.id), 0)::bigint AS left_minor FROM invoice_line l WHERE l.charge_id = ANY($1::uuid[])",
        [*reduced, *given_back],
    )
    invoices = await db.rows(
        "SELECT * FROM invoice WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list({line["invoice_id"] for line in lines})
    )
    for invoice in invoices:
        if invoice["state"] != "finalised":
            continue
        wanted = {
            line["ordinal"]: less
            for line in lines
            if line["invoice_id"] == invoice["id"] and (less := min(reduced.get(line["charge_id"], 0), line["left_minor"])) > 0
        }
        if wanted:
            await credit(actor, invoice, wanted, settlement, reason)
    await credit_uses.give_back(given_back)
    await redecide([invoice["id"] for invoice in invoices if invoice["state"] == "draft"])
