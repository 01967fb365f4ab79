"""What other packages hand over when something is to be charged: values, checked here, priced by `policy`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from incubator.billing.tax_errors import TaxCategoryUnknown, TaxRateImpossible
from incubator.kernel import checks
from incubator.kernel.errors import OutOfRange, PeriodInverted
from incubator.kernel.money import MAX_AMOUNT_MINOR, check_currency
from incubator.kernel.periods import add_months


class Supply(StrEnum):
    """What kind of thing is sold, as far as tax asks: a room of one's own, a workplace with services, an instrument, other services."""

    ROOM = "room"
    WORKPLACE = "workplace"
    INSTRUMENT = "instrument"
    SERVICE = "service"
    DEPOSIT = "deposit"


class Basis(StrEnum):
    """What a unit price is for. Minutes are priced by the hour."""

    MONTH = "month"
    YEAR = "year"
    HOUR = "hour"
    MINUTE = "minute"
    ONCE = "once"


class Timing(StrEnum):
    """When a period is billed: at its start, or when it is over."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class Per(StrEnum):
    """What the amount of a plan's phase is multiplied by."""

    CONTRACT = "contract"
    PERSON = "person"
    UNIT = "unit"


class TaxCategory(StrEnum):
    """EN 16931 (UNCL 5305): standard, zero, exempt, reverse charge, export, within the EU, outside the scope."""

    S = "S"
    Z = "Z"
    E = "E"
    AE = "AE"
    G = "G"
    K = "K"
    O = "O"  # noqa: E741 - the code list's own letter


@dataclass(frozen=True, slots=True)
class GivenTax:
    """A tax treatment that the agreement fixes, instead of the tax rules. `rate` in percent."""

    category: TaxCategory
    rate: Decimal

    @classmethod
    def of(cls, category: str, rate: Decimal, path: tuple[str, ...] = ()) -> "GivenTax":
        """Check a treatment.

        Raises:
            TaxCategoryUnknown: not a code of EN 16931.
            TaxRateImpossible: a standard rate of 0 or above 100, or another category with a rate.
        """
        if category not in TaxCategory.__members__:
            raise TaxCategoryUnknown(field="taxCategory", value=category[:20], path=path)
        found = TaxCategory[category]
        if not (0 < rate <= 100 if found is TaxCategory.S else rate == 0):
            raise TaxRateImpossible(field="taxRate", value=str(rate)[:20], category=found.value, path=path)
        return cls(found, rate)


@dataclass(frozen=True, slots=True)
class Price:
    """What a unit costs: minor units of the currency for one of `basis`, with or without tax in it."""

    unit_price_minor: int
    basis: Basis
    includes_tax: bool
    quantity: Decimal = Decimal(1)
    is_waived: bool = False

    def checked(self, path: tuple[str, ...] = ()) -> "Price":
        """Return it when it makes sense.

        Raises:
            OutOfRange: a negative or huge price, or a quantity that is not above 0.
        """
        checks.between(self.unit_price_minor, "unitPriceMinor", 0, MAX_AMOUNT_MINOR, path)
        if not 0 < self.quantity < Decimal(10**9):
            raise OutOfRange(field="quantity", limit="> 0, < 1000000000", path=path)
        return self


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys from whom, where, in which currency."""

    customer_id: UUID
    legal_entity_id: UUID
    site_id: UUID
    currency: str

    def checked(self) -> "Buyer":
        """Return it when the currency is one.

        Raises:
            UnknownCurrency: it is none.
        """
        check_currency(self.currency)
        return self


@dataclass(frozen=True, slots=True)
class IndexClause:
    """A price that follows an index: from its value in `base` (a month's first day), looked at every so many months."""

    key: str
    base: date
    every_months: int


@dataclass(frozen=True, slots=True)
class RecurringTerm:
    """A rental or a plan's phase in a contract; days of the site, both included; no end: until further notice.

    `source_id` is what it is for (the rental, the plan), so that its owner finds it again. Of a contract that was billed elsewhere before,
    `billed_from` is the first day that is billed here: the first period that begins on it or later. A discount holds up to
    `discount_until` (included; None: always).
    """

    kind: str
    description: str
    price: Price
    supply: Supply
    starts_on: date
    ends_on: date | None = None
    source_id: UUID | None = None
    tax: GivenTax | None = None
    timing: Timing = Timing.ADVANCE
    billed_from: date | None = None
    discount_percent: Decimal = Decimal(0)
    discount_until: date | None = None
    index: IndexClause | None = None

    @property
    def adapts_on(self) -> date | None:
        """The first day on which the price follows its index."""
        return add_months(self.starts_on, self.index.every_months) if self.index else None

    @property
    def first_billed(self) -> date:
        """The first day that is billed."""
        if self.billed_from is None or self.billed_from <= self.starts_on:
            return self.starts_on
        if self.price.basis is Basis.MONTH:
            return self.billed_from
        years = self.billed_from.year - self.starts_on.year
        anniversary = add_months(self.starts_on, 12 * years)
        return anniversary if anniversary >= self.billed_from else add_months(self.starts_on, 12 * (years + 1))

    def checked(self) -> "RecurringTerm":
        """Return it when it makes sense.

        Raises:
            TooShort, TooLong: the description.
            OutOfRange: price, quantity or a basis that does not recur.
            PeriodInverted: it ends before it begins.
        """
        checks.text(self.description, "description", at_most=300)
        self.price.checked()
        if self.price.basis not in (Basis.MONTH, Basis.YEAR):
            raise OutOfRange(field="basis", limit="month, year")
        if not 0 <= self.discount_percent <= 100:
            raise OutOfRange(field="discountPercent", limit="0 – 100")
        if self.index is not None:
            checks.between(self.index.every_months, "indexMonths", 1, 120)
            checks.text(self.index.key, "indexKey", at_most=40)
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise PeriodInverted(field="endsOn", limit=f"{self.starts_on} – {self.ends_on}")
        return self


@dataclass(frozen=True, slots=True)
class Source:
    """What a charge is for: one source, one period, one charge; a second one is the first again."""

    kind: str
    id: UUID
    period: str = ""


@dataclass(frozen=True, slots=True)
class TimedCharge:
    """A booking or usage to charge: by real minutes between two instants. The days and the month are those of `time_zone`.

    `unit_id` is what was used, so that its owner gets their share.
    """

    source: Source
    buyer: Buyer
    description: str
    price: Price
    supply: Supply
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    tax: GivenTax | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CountedCharge:
    """Something to charge by its number on a day of the site: minutes of an instrument, a fee. `price.quantity` is the number."""

    source: Source
    buyer: Buyer
    description: str
    price: Price
    supply: Supply
    supplied_from: date
    supplied_to: date
    tax: GivenTax | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """A phase of a plan: `amount_minor` each `basis` (month or year), for `months` months, or until the end when None.

    `per` says for each what: the contract as a whole, each person, or each unit. `discount_percent` is taken off for its first
    `discount_months` months, or all of it when None.
    """

    months: int | None
    amount_minor: int
    basis: Basis
    per: Per = Per.CONTRACT
    discount_percent: Decimal = Decimal(0)
    discount_months: int | None = None


@dataclass(frozen=True, slots=True)
class PlanConditions:
    """What a plan agrees beside its prices, in minor units; the price follows `index_key` every `index_months` months, empty: no index."""

    timing: Timing = Timing.ADVANCE
    deposit_minor: int | None = None
    minimum_minor: int | None = None
    index_key: str = ""
    index_months: int | None = None

    def checked(self) -> "PlanConditions":
        """Return it when it makes sense.

        Raises:
            OutOfRange: an amount below 1 or beyond all amounts, or months of an index without its name or beyond 1 to 120.
            TooLong: the index.
        """
        for amount, field in ((self.deposit_minor, "depositMinor"), (self.minimum_minor, "minimumMinor")):
            if amount is not None:
                checks.between(amount, field, 1, MAX_AMOUNT_MINOR, ("input", field))
        if self.index_key:
            checks.text(self.index_key, "indexKey", at_most=40, path=("input", "indexKey"))
        if self.index_key or self.index_months is not None:
            limits = (1, 120) if self.index_key else (0, 0)
            checks.between(self.index_months or 0, "indexMonths", *limits, ("input", "indexMonths"))
        return self


@dataclass(frozen=True, slots=True)
class Measured:
    """How many people and units a contract is for, when it is opened."""

    people: int = 1
    units: int = 1

    def of(self, per: Per) -> Decimal:
        """Return what an amount is multiplied by."""
        return Decimal({Per.CONTRACT: 1, Per.PERSON: self.people, Per.UNIT: self.units}[per])
