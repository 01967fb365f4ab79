"""A deposit as the API shows it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing.deposit_views import DepositView, deposits_of
from incubator.kernel.actor import Actor
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.outputs import value


@value
class Deposit:
    """Money held until a unit is back: asked for, paid, and what was decided about it."""

    invoice_id: strawberry.ID
    number: str | None
    asked: Money
    paid: Money
    kept: Money | None = strawberry.field(description="Null while it is not settled.")
    returned: Money | None
    released: Money | None = strawberry.field(description="What was never paid, and is asked for no more.")
    reason: str | None = strawberry.field(description="Why something is kept.")
    settled_at: datetime | None
    paid_out_at: datetime | None = strawberry.field(description="When the returned part left the bank.")
    reference: str | None

    @classmethod
    def of(cls, row: DepositView) -> Self:
        return cls(
            invoice_id=strawberry.ID(encode("Invoice", row.invoice_id)),
            number=row.number,
            asked=Money.minor(row.asked_minor, row.currency),
            paid=Money.minor(row.paid_minor, row.currency),
            kept=Money.maybe(row.kept_minor, row.currency),
            returned=Money.maybe(row.returned_minor, row.currency),
            released=Money.maybe(row.released_minor, row.currency),
            reason=row.reason,
            settled_at=row.settled_at,
            paid_out_at=row.paid_out_at,
            reference=row.reference,
        )


async def _deposits(actor: Actor, invoice_ids: Sequence[UUID]) -> list[DepositView | None]:
    found = await deposits_of(invoice_ids)
    return [found.get(invoice_id) for invoice_id in invoice_ids]


DEPOSITS: Relation[UUID, DepositView | None] = Relation("deposits", _deposits)
