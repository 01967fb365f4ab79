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
    def minor(cls, amount_minor: int, currency: str) -> Self:
        return cls(amount_minor=MinorUnits(amount_minor), currency=currency)

    @classmethod
    def maybe(cls, amount_minor: int | None, currency: str) -> Self | None:
        return None if amount_minor is None else cls.minor(amount_minor, currency)
