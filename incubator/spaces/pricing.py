"""What a time costs under a rate: values in, lines out. Every line is priced by billing's own function, so quote and charge are one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from incubator.billing.policy import price_count
from incubator.billing.terms import Basis, Price
from incubator.kernel.periods import elapsed_minutes, start_of_day
from incubator.organizations.opening_hours import OpeningHours, open_spans

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """From `starts_after` on (minutes of an hourly rate, days or weeks of others) one of the basis costs `amount_minor`."""

    starts_after: int
    amount_minor: int
    off_peak_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Tariff:
    """A rate as pricing needs it. `steps` ascend and the first starts after 0; `blocks` are (minutes, amount), the longest first."""

    basis: str
    steps: tuple[Step, ...]
    blocks: tuple[tuple[int, int], ...] = ()
    off_peak_hours: str = ""
    minimum_minor: int = 0
    day_cap_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One priced line: `what` it is, how many of which basis (`minute`s at an hourly price, or `once`), and its amount as priced.

    `what` is one of time, off-peak, credit, block, day, week, day cap, minimum.
    """

    what: str
    basis: str
    quantity: int
    unit_price_minor: int
    amount_minor: int
    minutes: int = 0

    @staticmethod
    @lru_cache(maxsize=4096)
    def of(what: str, basis: Basis, quantity: int, unit_price_minor: int, currency: str, minutes: int = 0) -> "Line":
        """Price a line; most bookings are of a few lengths at a few rates."""
        price = Price(unit_price_minor, basis, includes_tax=False, quantity=Decimal(quantity))
        return Line(what, basis.value, quantity, unit_price_minor, price_count(price, currency).amount_minor, minutes)


@dataclass(frozen=True, slots=True)
class Priced:
    """The lines in order, their sum in minor units, and how many minutes of credit they use."""

    lines: tuple[Line, ...]
    amount_minor: int
    credit_minutes: int


def price_time(tariff: Tariff, starts_at: datetime, ends_at: datetime, zone: str, currency: str, credit_minutes: int = 0) -> Priced:
    """Price `[starts_at, ends_at)`: credit takes the first minutes, then blocks, the longest that fits first, then the rest by steps.

    Days and weeks are those of the local calendar, each begun one counts whole. Blocks and the day cap belong to the local day in which
    they begin. The minimum holds when anything is to be paid. Seconds are left out.
    """
    starts_at = starts_at.replace(second=0, microsecond=0)
    minutes = elapsed_minutes(starts_at, ends_at)
    if tariff.basis in ("day", "week"):
        return _whole(_by_calendar(tariff, starts_at, ends_at, zone, currency), tariff, currency, 0)
    credit = min(credit_minutes, minutes)
    lines = [Line.of("credit", Basis.MINUTE, credit, 0, currency, credit)] if credit else []
    paid = _by_minutes(tariff, starts_at + credit * MINUTE, minutes - credit, zone, currency)
    return _whole([*lines, *paid], tariff, currency, credit)


def _whole(lines: Sequence[Line], tariff: Tariff, currency: str, credit: int) -> Priced:
    due = sum(line.amount_minor for line in lines)
    if 0 < due < tariff.minimum_minor:
        free = [line for line in lines if line.what == "credit"]
        lines = [*free, Line.of("minimum", Basis.ONCE, 1, tariff.minimum_minor, currency)]
    return Priced(tuple(lines), sum(line.amount_minor for line in lines), credit)


def _by_calendar(tariff: Tariff, starts_at: datetime, ends_at: datetime, zone: str, currency: str) -> list[Line]:
    first = starts_at.astimezone(ZoneInfo(zone)).date()
    last = (ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
    days = (last - first).days + 1
    count = days if tariff.basis == "day" else -(-days // 7)
    bounds = [step.starts_after for step in tariff.steps[1:]] + [count]
    return [
        Line.of(tariff.basis, Basis.ONCE, min(bound, count) - step.starts_after, step.amount_minor, currency)
        for step, bound in zip(tariff.steps, bounds, strict=True)
        if min(bound, count) > step.starts_after
    ]


def _by_minutes(tariff: Tariff, starts_at: datetime, minutes: int, zone: str, currency: str) -> list[Line]:
    found: dict[date | None, dict[tuple[str, Basis, int, int], int]] = {}
    capped = tariff.day_cap_minor is not None
    for moment, key, quantity in _pieces(tariff, starts_at, minutes, zone):
        day = moment.astimezone(ZoneInfo(zone)).date() if capped else None
        of_day = found.setdefault(day, {})
        of_day[key] = of_day.get(key, 0) + quantity
    lines: list[Line] = []
    for of_day in found.values():
        priced = [
            Line.of(what, basis, quantity, unit, currency, block * quantity or quantity)
            for (what, basis, unit, block), quantity in of_day.items()
        ]
        lines += _capped(priced, tariff.day_cap_minor, currency)
    return lines


def _capped(lines: list[Line], cap_minor: int | None, currency: str) -> list[Line]:
    if cap_minor is None or sum(line.amount_minor for line in lines) <= cap_minor:
        return lines
    return [replace(Line.of("day cap", Basis.ONCE, 1, cap_minor, currency), minutes=sum(line.minutes for line in lines))]


def _pieces(tariff: Tariff, starts_at: datetime, minutes: int, zone: str) -> Iterator[tuple[datetime, tuple[str, Basis, int, int], int]]:
    """Yield what begins when: (instant, (what, basis, unit price, minutes of a block), quantity)."""
    moment, left = starts_at, minutes
    for length, amount in tariff.blocks:
        while left >= length:
            yield moment, ("block", Basis.ONCE, amount, length), 1
            moment, left = moment + length * MINUTE, left - length
    edges = {moment, moment + left * MINUTE}
    edges |= {moment + step.starts_after * MINUTE for step in tariff.steps if 0 < step.starts_after < left}
    windows = open_spans(OpeningHours.parse(tariff.off_peak_hours), moment, max(edges), zone) if tariff.off_peak_hours else []
    edges |= {edge for window in windows for edge in window}
    if tariff.day_cap_minor is not None:
        edges |= set(_midnights(moment, max(edges), zone))
    ordered = sorted(edges)
    for begin, finish in pairwise(ordered):
        step = [s for s in tariff.steps if s.starts_after <= elapsed_minutes(moment, begin)][-1]
        is_off_peak = step.off_peak_minor is not None and any(a <= begin < b for a, b in windows)
        price = step.off_peak_minor if is_off_peak and step.off_peak_minor is not None else step.amount_minor
        yield begin, ("off-peak" if is_off_peak else "time", Basis.MINUTE, price, 0), elapsed_minutes(begin, finish)


def _midnights(first: datetime, last: datetime, zone: str) -> Iterator[datetime]:
    day = first.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while (midnight := start_of_day(day, zone)) < last:
        yield midnight
        day += timedelta(days=1)
