"""Exchange rates: the European Central Bank's of the day or the last one before, through the euro, exact until an amount is rounded.

A rate is never guessed: without one that is at most seven days old there is `RateMissing`, and nothing is finalised. Source of the rule:
Directive 2006/112/EC, Art. 91 (2); the bank publishes about 16:00 on working days, so a weekend has Friday's.
"""

import asyncio
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from currency_converter import CURRENCY_FILE

from incubator import db
from incubator.billing.policy import rounded
from incubator.billing.tax_errors import RateMissing, RatePublished
from incubator.kernel import audit, checks, clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import OutOfRange
from incubator.kernel.ids import new_id
from incubator.kernel.money import check_currency, digits, parse_decimal

EURO = "EUR"
LOOK_BACK = timedelta(days=7)
BANK = "ECB"
_LAST_DIGITS = Decimal("1e-8")
_NOT_TOLD = ("", "N/A")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of one currency one unit of another was worth on `day`; `exact` is the quotient, `value` it with eight decimals."""

    from_currency: str
    to_currency: str
    exact: Fraction
    day: date
    source: str

    @property
    def value(self) -> Decimal:
        """The rate to be shown and kept, eight decimals, half up."""
        return rounded_rate(self.exact)

    def convert(self, amount_minor: int) -> int:
        """Convert minor units of the one currency into those of the other, rounded once, half up."""
        scale = Fraction(10) ** (digits(self.to_currency) - digits(self.from_currency))
        return rounded(Fraction(amount_minor) * self.exact * scale)


def rounded_rate(exact: Fraction) -> Decimal:
    """Write a quotient with eight decimals, half up."""
    return Decimal(rounded(exact * 10**8)) * _LAST_DIGITS


async def rate(from_currency: str, to_currency: str, on: date) -> Rate:
    """Return the rate of a day, or of the last day before that has one, at most seven days back; the older day where two are needed.

    Raises:
        RateMissing: a currency has none; names it and the day.
    """
    if from_currency == to_currency:
        return Rate(from_currency, to_currency, Fraction(1), on, "")
    sides = {currency: await _per_euro(currency, on) for currency in (from_currency, to_currency)}
    exact = Fraction(sides[to_currency].per_euro) / Fraction(sides[from_currency].per_euro)
    known = [side for side in sides.values() if side.source]
    return Rate(from_currency, to_currency, exact, min(side.day for side in known), ", ".join(dict.fromkeys(side.source for side in known)))


@dataclass(frozen=True, slots=True)
class _Side:
    per_euro: Decimal
    day: date
    source: str


async def _per_euro(currency: str, on: date) -> _Side:
    if currency == EURO:
        return _Side(Decimal(1), on, "")
    found = await _stored(currency, on)
    missing = [day for day in _week_up_to(on) if found is None or day > found.day]
    if missing and await _load_history(currency, missing):
        found = await _stored(currency, on)
    if found is None:
        raise RateMissing(currency=currency, on=on)
    return found


def _week_up_to(on: date) -> list[date]:
    """Return the working days that may answer for a day."""
    days = (on - timedelta(days=back) for back in range(LOOK_BACK.days + 1))
    return [day for day in days if day.weekday() < 5]


async def _stored(currency: str, on: date) -> _Side | None:
    found = await db.row(
        "SELECT per_euro, day, source FROM exchange_rate WHERE currency = $1 AND day BETWEEN $2 AND $3 ORDER BY day DESC LIMIT 1",
        currency,
        on - LOOK_BACK,
        on,
    )
    return _Side(found["per_euro"], found["day"], found["source"]) if found else None


def _read_history(days: frozenset[str]) -> dict[str, dict[str, str]]:
    """Read the lines of some days, or the newest one when none is named, out of the bank's history that comes with a library."""
    found: dict[str, dict[str, str]] = {}
    with zipfile.ZipFile(CURRENCY_FILE) as archive, archive.open(archive.namelist()[0]) as lines:
        header = lines.readline().decode("ascii").strip().split(",")
        for line in lines:
            day = line[:10].decode("ascii")
            if not days or day in days:
                found[day] = dict(zip(header[1:], line.decode("ascii").strip().split(",")[1:], strict=True))
            if len(found) == max(len(days), 1):
                break
    return found


def _history_of(currency: str, days: Sequence[date]) -> list[tuple[date, Decimal]]:
    found = _read_history(frozenset(map(str, days)))
    told = [(date.fromisoformat(day), rates.get(currency, "")) for day, rates in found.items()]
    return [(day, Decimal(rate)) for day, rate in told if rate not in _NOT_TOLD]


async def _load_history(currency: str, days: Sequence[date]) -> bool:
    """Write down what the history has of a currency for some days; returns whether anything was new."""
    found = await asyncio.to_thread(_history_of, currency, days)
    return bool(found) and await keep_rates([(currency, day, per_euro) for day, per_euro in found], BANK) > 0


async def keep_rates(rates: list[tuple[str, date, Decimal]], source: str) -> int:
    """Write down rates (currency, day, units for one euro); one that is there stays. Returns how many were new."""
    return await db.execute(
        "INSERT INTO exchange_rate (id, currency, day, per_euro, source) SELECT id, currency, day, per_euro, $5"
        " FROM unnest($1::uuid[], $2::text[], $3::date[], $4::numeric[]) AS r(id, currency, day, per_euro)"
        " ON CONFLICT (currency, day) DO NOTHING",
        [new_id() for _ in rates],
        [currency for currency, _, _ in rates],
        [day for _, day, _ in rates],
        [per_euro for _, _, per_euro in rates],
        source,
    )


async def enter_rate(actor: Actor, currency: str, day: date, per_euro: str, source: str) -> UUID:
    """Write down a rate of a currency that the bank does not publish, with where it is from; a second one for a day replaces the first.

    Raises:
        NotSignedIn, Forbidden: the actor records no payments.
        UnknownCurrency: no currency.
        RatePublished: the bank publishes rates of it, or it is the euro.
        NotANumber, OutOfRange: no number above 0, or a day that is not over yet.
        TooShort, TooLong: where it is from.
    """
    actor.require(Grant.RECORD_PAYMENT)
    check_currency(currency)
    number = parse_decimal(per_euro, "perEuro")
    if not 0 < number < 10**9 or number != round(number, 8):
        raise OutOfRange(field="perEuro", limit="> 0, < 1000000000, 8", path=("input", "perEuro"))
    if day > clock.now().date():
        raise OutOfRange(field="day", limit=f"≤ {clock.now().date()}", path=("input", "day"))
    shown = checks.text(source, "source", at_most=60, path=("input", "source"))
    if currency == EURO or await _is_published(currency):
        raise RatePublished(field="currency", currency=currency, path=("input", "currency"))
    async with db.transaction():
        rate_id: UUID = await db.value(
            "INSERT INTO exchange_rate (id, currency, day, per_euro, source) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (currency, day) DO UPDATE SET per_euro = excluded.per_euro, source = excluded.source RETURNING id",
            new_id(),
            currency,
            day,
            number,
            shown,
        )
        after: dict[str, object] = {"currency": currency, "day": day, "per_euro": number, "source": shown}
        await audit.record(actor, "enter exchange rate", "ExchangeRate", rate_id, after=after)
    return rate_id


async def _is_published(currency: str) -> bool:
    """Tell whether the bank publishes rates of a currency: by the history's newest line, or by what was read from it since."""
    [(newest, rates)] = (await asyncio.to_thread(_read_history, frozenset())).items()
    if rates.get(currency, "") not in _NOT_TOLD:
        return True
    since = date.fromisoformat(newest)
    return bool(
        await db.value(
            "SELECT EXISTS (SELECT 1 FROM exchange_rate WHERE currency = $1 AND source = $2 AND day > $3)", currency, BANK, since
        )
    )
