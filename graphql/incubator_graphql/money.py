"""Money as the API shows it."""

from typing import Self

from incubator.kernel import money
from incubator_graphql.outputs import value
from incubator_graphql.scalars import MinorUnits


@value
class Money:
    """An amount in minor units of an ISO 4217 currency: cents of a euro, whole yen."""

    amount_minor: MinorUnits
    currency: str

    @classmethod
    def of(cls, amount: money.Money) -> Self:
        return cls(amount_minor=MinorUnits(amount.amount_minor), currency=amount.currency)

    @classmethod
    def maybe(cls, amount: money.Money | None) -> Self | None:
        return None if amount is None else cls.of(amount)
