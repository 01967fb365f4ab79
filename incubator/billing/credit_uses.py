"""Credits at work: what they pay of charges that become lines, and what they get back when a charge needs less.

A use is a reduction beside the charge, so that drafts, tax and credit notes see a lower price and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.ids import new_ids
from incubator.kernel.money import to_decimal
from incubator.kernel.periods import Period

LONGEST_NOTE = 300
PAID = "(SELECT coalesce(sum(u.amount_minor - u.given_back_minor), 0) FROM customer_credit_use u WHERE u.charge_id = {0}.id)"
"""What credits pay of a charge under an alias, in minor units as priced."""


@dataclass(frozen=True, slots=True)
class OpenCredit:
    """A credit with something left, in minor units."""

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    supply: str
    reason: str
    usable_from: date
    usable_until: date
    left_minor: int

    def pays_for(self, supply: str, first: date) -> bool:
        """Whether it pays for a kind of supply that begins on a day."""
        return self.usable_from <= first <= self.usable_until and self.supply in ("", supply)


@dataclass(frozen=True, slots=True)
class CreditUse:
    """What a credit pays of a charge, in minor units as priced."""

    charge_id: UUID
    credit_id: UUID
    usable_until: date
    reason: str
    amount_minor: int


class Purse:
    """A customer's open credits while charges are planned: the one that expires first pays first."""

    def __init__(self, credits: Iterable[OpenCredit]) -> None:
        self._credits = sorted(credits, key=lambda one: (one.usable_until, one.id))
        self._left = {one.id: one.left_minor for one in self._credits}

    def pay(self, charge_id: UUID, supply: str, first: date, amount_minor: int) -> list[CreditUse]:
        """Take what can be paid of a charge out of the credits."""
        uses = []
        for credit in self._credits:
            amount = min(self._left[credit.id], amount_minor) if credit.pays_for(supply, first) else 0
            if amount > 0:
                self._left[credit.id] -= amount
                amount_minor -= amount
                uses.append(CreditUse(charge_id, credit.id, credit.usable_until, credit.reason, amount))
        return uses


def merged(uses: Iterable[CreditUse]) -> list[CreditUse]:
    """Return uses of one charge with one for each credit, the one that expires first at the front."""
    found: dict[UUID, CreditUse] = {}
    for use in uses:
        before = found.get(use.credit_id)
        found[use.credit_id] = replace(use, amount_minor=use.amount_minor + before.amount_minor) if before else use
    return sorted(found.values(), key=lambda use: (use.usable_until, use.credit_id))


def noted(rule_note: str, uses: Sequence[CreditUse], currency: str) -> str:
    """Return how a line's amount came about, with the credits that pay some of it at the end."""
    if not uses:
        return rule_note
    paid = "; ".join(f"−{to_decimal(use.amount_minor, currency)} {use.reason}" for use in uses)[:LONGEST_NOTE]
    room = LONGEST_NOTE - len(paid) - 2
    return f"{rule_note[:room]}; {paid}" if rule_note and room > 0 else paid


async def purses(columns: Sequence[object], month: Period, *, lock: bool) -> dict[tuple[UUID, UUID, str], Purse]:
    """Return the open credits of customers (ids, legal entities, currencies) that may pay up to the end of a month, locked when asked."""
    found = await db.rows_as(
        OpenCredit,
        "SELECT c.id, c.customer_id, c.legal_entity_id, c.currency, c.supply, c.reason, c.usable_from, c.usable_until,"
        " c.amount_minor - c.used_minor AS left_minor FROM customer_credit c JOIN unnest($1::uuid[], $2::uuid[], $3::text[])"
        " AS k(customer_id, legal_entity_id, currency) ON c.customer_id = k.customer_id AND c.legal_entity_id = k.legal_entity_id"
        " AND c.currency = k.currency WHERE c.withdrawn_at IS NULL AND c.used_minor < c.amount_minor AND c.usable_from < $4 ORDER BY c.id"
        + (" FOR UPDATE OF c" if lock else ""),
        *columns,
        month.end,
    )
    of_customer: dict[tuple[UUID, UUID, str], list[OpenCredit]] = {}
    for credit in found:
        of_customer.setdefault((credit.customer_id, credit.legal_entity_id, credit.currency), []).append(credit)
    return {key: Purse(theirs) for key, theirs in of_customer.items()}


async def uses_of(charge_ids: Sequence[UUID]) -> dict[UUID, list[CreditUse]]:
    """Return what credits pay of charges now, less what they got back; one for each credit."""
    if not charge_ids:
        return {}
    found = await db.rows_as(
        CreditUse,
        "SELECT u.charge_id, u.credit_id, c.usable_until, c.reason, sum(u.amount_minor - u.given_back_minor)::bigint AS amount_minor"
        " FROM customer_credit_use u JOIN customer_credit c ON c.id = u.credit_id WHERE u.charge_id = ANY($1::uuid[])"
        " GROUP BY u.charge_id, u.credit_id, c.id HAVING sum(u.amount_minor - u.given_back_minor) > 0",
        list(charge_ids),
    )
    uses: dict[UUID, list[CreditUse]] = {}
    for use in found:
        uses.setdefault(use.charge_id, []).append(use)
    return {charge_id: merged(of_charge) for charge_id, of_charge in uses.items()}


def paid_by(uses: Sequence[CreditUse]) -> int:
    """Return what uses come to."""
    return sum(use.amount_minor for use in uses)


async def write_uses(uses: Sequence[CreditUse]) -> None:
    """Take what locked credits pay off charges that are there, inside the running transaction."""
    if not uses:
        return
    reduction_ids = new_ids(len(uses))
    charge_ids, amounts, now = [use.charge_id for use in uses], [use.amount_minor for use in uses], clock.now()
    await db.execute(
        "INSERT INTO charge_reduction (id, charge_id, amount_minor, note, created_at) SELECT r.*, $5"
        " FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS r",
        reduction_ids,
        charge_ids,
        amounts,
        [use.reason for use in uses],
        now,
    )
    await db.execute(
        "INSERT INTO customer_credit_use (id, credit_id, charge_id, reduction_id, amount_minor, given_back_minor, created_at)"
        " SELECT u.id, u.credit, u.charge, u.reduction, u.amount, 0, $6 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[],"
        " $5::bigint[]) AS u(id, credit, charge, reduction, amount)",
        new_ids(len(uses)),
        [use.credit_id for use in uses],
        charge_ids,
        reduction_ids,
        amounts,
        now,
    )


async def give_back(amounts: Mapping[UUID, int]) -> None:
    """Give back to their credits what charges do not need any more, inside the running transaction; at most what is used of each.

    The credit that can be used longest gets it first. One that expired meanwhile can pay only for what was supplied before.
    """
    if not any(amounts.values()):
        return
    found = await db.rows(
        "SELECT u.id, u.charge_id, c.usable_until, u.amount_minor - u.given_back_minor AS used_minor FROM customer_credit_use u"
        " JOIN customer_credit c ON c.id = u.credit_id WHERE u.charge_id = ANY($1::uuid[]) AND u.given_back_minor < u.amount_minor"
        " ORDER BY c.id, u.id FOR UPDATE OF c, u",
        list(amounts),
    )
    left, backs = dict(amounts), {}
    for row in sorted(found, key=lambda row: (row["usable_until"], row["id"]), reverse=True):
        back = min(left[row["charge_id"]], row["used_minor"])
        if back > 0:
            left[row["charge_id"]] -= back
            backs[row["id"]] = back
    await db.execute(
        "UPDATE customer_credit_use u SET given_back_minor = u.given_back_minor + b.amount FROM unnest($1::uuid[], $2::bigint[])"
        " AS b(id, amount) WHERE u.id = b.id",
        list(backs),
        list(backs.values()),
    )


async def lock_paid_charges(invoice_id: UUID) -> None:
    """Lock the charges of an invoice that credits pay some of, before the invoice: the order in which everybody takes them."""
    await db.execute(
        "SELECT h.id FROM charge h WHERE h.id IN (SELECT l.charge_id FROM invoice_line l JOIN customer_credit_use u"
        " ON u.charge_id = l.charge_id WHERE l.invoice_id = $1) ORDER BY h.id FOR UPDATE OF h",
        invoice_id,
    )


async def give_back_of(invoice_id: UUID, ordinals: Iterable[int] | None) -> None:
    """Give back what was used for lines of an invoice (None: for all) of which nothing is left, after they were credited by hand."""
    found = await db.rows(
        f"SELECT l.charge_id, {PAID.format('h')}::bigint AS paid_minor FROM invoice_line l JOIN charge h ON h.id = l.charge_id"
        " WHERE l.invoice_id = $1 AND ($2::int[] IS NULL OR l.ordinal = ANY($2)) AND l.amount_minor <= (SELECT coalesce(sum(n.amount_minor), 0)"
        " FROM invoice_line n WHERE n.credits_line_id = l.id)",
        invoice_id,
        None if ordinals is None else list(ordinals),
    )
    await give_back({row["charge_id"]: row["paid_minor"] for row in found})
