"""The accounts that somebody may look at: each customer with each legal entity and currency that it has a contract, a charge or an invoice in."""

from dataclasses import dataclass
from uuid import UUID

from incubator.billing.scope import CUSTOMER_ROLES
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like

_OWN = "{0}.customer_id = k.customer_id AND {0}.legal_entity_id = k.legal_entity_id AND {0}.currency = k.currency"
BY_CUSTOMER = (Order("customer", "text"), Order("key", "text"))


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A customer's account with a legal entity in a currency, in minor units.

    `owed_minor` is what the books say, `overdue_minor` what invoices past their due day still ask for, `balance_minor` what is kept for the
    customer's next invoices; `key` is unique.
    """

    key: str
    customer: str
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    owed_minor: int
    overdue_minor: int
    balance_minor: int


def _visible(actor: Actor) -> tuple[str, list[object]]:
    if actor.is_system:
        return "TRUE", []
    own = list(actor.organization_ids_as(*CUSTOMER_ROLES))
    return "(k.customer_id = ANY($1::uuid[]) OR k.legal_entity_id = ANY($2::uuid[]))", [own, list(actor.reach_with(Grant.SEE_MONEY))]


async def list_accounts(actor: Actor, page: Page, *, customer_id: UUID | None = None, search: str = "", with_total: bool = False) -> Slice:
    """List accounts by customer: one's own, and those with legal entities whose money one sees. `search` looks at the customer."""
    condition, args = _visible(actor)
    n = len(args)
    owed = f"{_OWN.format('i')} AND i.state <> 'draft' AND i.kind <> 'credit note' AND i.due_on < ${n + 1}::date"
    sql = (
        "SELECT k.customer_id::text || ' ' || k.legal_entity_id || ' ' || k.currency AS key, o.name AS customer, k.customer_id,"
        " k.legal_entity_id, k.currency,"
        " (SELECT coalesce(sum(e.amount_minor), 0) FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id"
        "   WHERE e.account = 'receivable' AND e.customer_id = k.customer_id AND t.legal_entity_id = k.legal_entity_id"
        "   AND e.currency = k.currency)::bigint AS owed_minor,"
        f" (SELECT coalesce(sum(greatest(i.gross_minor - i.paid_minor - i.credited_minor, 0)), 0) FROM invoice i WHERE {owed})::bigint"
        " AS overdue_minor,"
        f" coalesce((SELECT b.balance_minor FROM customer_account b WHERE {_OWN.format('b')}), 0)::bigint AS balance_minor"
        " FROM (SELECT customer_id, legal_entity_id, currency FROM contract UNION SELECT customer_id, legal_entity_id, currency FROM charge"
        "   UNION SELECT customer_id, legal_entity_id, currency FROM invoice) k JOIN organization o ON o.id = k.customer_id"
        f" WHERE {condition} AND (${n + 2}::uuid IS NULL OR k.customer_id = ${n + 2}) AND o.name ILIKE ${n + 3}"
    )
    given = [*args, clock.now().date(), customer_id, like(search)]
    return await paginate(sql, given, BY_CUSTOMER, page, with_total=with_total)
