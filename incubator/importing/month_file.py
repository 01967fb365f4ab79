"""Reads a month's `lines.csv`: every cell checked, the first thing wrong told with its file, row, column and rule."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from incubator.billing.terms import Basis, GivenTax
from incubator.importing.errors import MonthUnknown, NoLinesFile, RowInvalid
from incubator.importing.files import read_rows
from incubator.kernel import checks
from incubator.kernel.errors import DomainError, InvalidValue, OutOfRange, PatternMismatch, PeriodInverted, TooManyDecimals
from incubator.kernel.language import Language
from incubator.kernel.money import check_currency, parse_amount, parse_decimal
from incubator.kernel.periods import Period, check_zone, local_instant, month_of

COLUMNS = (
    "customer",
    "site",
    "legal_entity",
    "currency",
    "what",
    "basis",
    "quantity",
    "unit_price",
    "price_includes_tax",
    "tax_category",
    "tax_rate",
    "from",
    "to",
    "time_zone",
    "waived",
    "remark",
)
FILE = "lines.csv"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BY_NAME = re.compile(r"(?P<name>[a-z]{3,9})[\W_]*(?P<year>\d{4})|(?P<year2>\d{4})[\W_]*(?P<name2>[a-z]{3,9})")
_BY_NUMBER = re.compile(r"(?P<year>\d{4})[-_ .](?P<month>\d{2})(?!\d)")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LineRow:
    """One row, checked. Days are the site's, both included; instants are aware and only those of an hourly row."""

    number: int
    customer: str
    site: str
    legal_entity: str
    currency: str
    what: str
    basis: Basis
    quantity: Decimal
    unit_price_minor: int
    price_includes_tax: bool
    tax: GivenTax
    first: date | None
    last: date | None
    starts_at: datetime | None
    ends_at: datetime | None
    time_zone: str
    is_waived: bool


def read_month(folder: Path, month_text: str) -> tuple[list[LineRow], Period]:
    """Read a folder's lines and find out which month is meant.

    Raises:
        NoLinesFile: there is no lines.csv in it that can be read.
        WrongEncoding, WrongHeader, WrongShape, FileEmpty, FileTooLarge: the file as a whole.
        RowInvalid: a cell; names row (from 1), column, rule and what is wrong.
        PatternMismatch: a month that is none.
        MonthUnknown: neither the option, nor the folder's name, nor the dates say which month it is.
    """
    path = folder / FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoLinesFile(file=str(path), reason=error.strerror or type(error).__name__) from error
    given = month_of_text(month_text) if month_text else None
    lines = [_row(number, cells) for number, cells in enumerate(read_rows(content, COLUMNS), start=1)]
    month = given or month_of_name(folder.absolute().name) or _month_of_dates(lines)
    if month is None:
        raise MonthUnknown(folder=folder.name)
    return lines, month


def month_of_text(text: str) -> Period:
    """Read YYYY-MM.

    Raises:
        PatternMismatch: it is not a month.
    """
    if re.fullmatch(r"\d{4}-\d{2}", text.strip()):
        try:
            return month_of(date.fromisoformat(f"{text.strip()}-01"))
        except ValueError:
            pass
    raise PatternMismatch(field="month", limit="YYYY-MM")


def month_of_name(name: str) -> Period | None:
    """Read a month off a folder's name: march_2026, 2026-03, mar2026; None when it says none."""
    lowered = name.lower()
    numbered = _BY_NUMBER.search(lowered)
    if numbered and 1 <= int(numbered["month"]) <= 12:
        return month_of(date(int(numbered["year"]), int(numbered["month"]), 1))
    for match in _BY_NAME.finditer(lowered):
        word, year = match["name"] or match["name2"], match["year"] or match["year2"]
        for index, short in enumerate(_MONTHS, start=1):
            if word == short or (word.startswith(short) and _full_name(index).startswith(word)):
                return month_of(date(int(year), index, 1))
    return None


def _full_name(month: int) -> str:
    return date(2000, month, 1).strftime("%B").lower()


def _month_of_dates(lines: Sequence[LineRow]) -> Period | None:
    """Take the month in which most bookings and fees lie; None when there are none, or two months have as many."""
    found = Counter(month_of(line.first) for line in lines if line.first and line.basis in (Basis.HOUR, Basis.ONCE, Basis.MINUTE))
    best = found.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


class _Cells:
    """The cells of a row; a refusal of one of them tells where it stands."""

    def __init__(self, number: int, cells: dict[str, str]) -> None:
        self.number = number
        self.cells = cells

    def refuse(self, column: str, refusal: DomainError) -> RowInvalid:
        rule = refusal.rule if isinstance(refusal, InvalidValue) else refusal.code
        said = [refusal.message(language) for language in Language]
        return RowInvalid(file=FILE, row=self.number, column=column, rule=rule, problem_code=refusal.code, problem=said)

    def text(self, column: str, at_most: int = 200) -> str:
        try:
            return checks.text(self.cells[column], column, at_most=at_most)
        except DomainError as refusal:
            raise self.refuse(column, refusal) from refusal

    def choice(self, column: str, choices: dict[str, T]) -> T:
        found = choices.get(self.cells[column].strip())
        if found is None:
            raise self.refuse(column, PatternMismatch(field=column, limit=", ".join(choices)))
        return found

    def number_of(self, column: str, decimals: int) -> Decimal:
        raw = self.cells[column].strip()
        try:
            number = parse_decimal(raw, column)
            exponent = number.as_tuple().exponent
            if isinstance(exponent, int) and -exponent > decimals:
                raise TooManyDecimals(field=column, value=raw[:40], limit=str(decimals))
        except DomainError as refusal:
            raise self.refuse(column, refusal) from refusal
        return number

    def day(self, column: str) -> date | None:
        raw = self.cells[column].strip()
        if not raw:
            return None
        try:
            if not _DAY.fullmatch(raw):
                raise ValueError
            return date.fromisoformat(raw)
        except ValueError as error:
            raise self.refuse(column, PatternMismatch(field=column, limit="YYYY-MM-DD")) from error

    def moment(self, column: str, zone: str) -> tuple[date, datetime]:
        raw = self.cells[column].strip()
        try:
            if not _MOMENT.fullmatch(raw):
                raise ValueError
            local = datetime.fromisoformat(raw)
        except ValueError as error:
            raise self.refuse(column, PatternMismatch(field=column, limit="YYYY-MM-DDTHH:MM")) from error
        try:
            return local.date(), local_instant(local, zone, column)
        except DomainError as refusal:
            raise self.refuse(column, refusal) from refusal


_YES_NO = {"yes": (True,), "no": (False,)}
_BASES = {basis.value: basis for basis in Basis}


def _row(number: int, raw: dict[str, str]) -> LineRow:
    cells = _Cells(number, raw)
    currency, zone = cells.text("currency"), cells.text("time_zone")
    try:
        check_currency(currency)
    except DomainError as refusal:
        raise cells.refuse("currency", refusal) from refusal
    try:
        check_zone(zone)
    except DomainError as refusal:
        raise cells.refuse("time_zone", refusal) from refusal
    basis = cells.choice("basis", _BASES)
    first, last, starts_at, ends_at = _time(cells, basis, zone)
    return LineRow(
        number=number,
        customer=cells.text("customer"),
        site=cells.text("site"),
        legal_entity=cells.text("legal_entity"),
        currency=currency,
        what=cells.text("what", at_most=300),
        basis=basis,
        quantity=_quantity(cells),
        unit_price_minor=_price(cells, currency),
        price_includes_tax=cells.choice("price_includes_tax", _YES_NO)[0],
        tax=_tax(cells),
        first=first,
        last=last,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=zone,
        is_waived=cells.choice("waived", _YES_NO)[0],
    )


def _quantity(cells: _Cells) -> Decimal:
    quantity = cells.number_of("quantity", 4)
    if not 0 < quantity < 10**9:
        raise cells.refuse("quantity", OutOfRange(field="quantity", limit="> 0, < 1000000000"))
    return quantity


def _price(cells: _Cells, currency: str) -> int:
    try:
        minor = parse_amount(cells.cells["unit_price"].strip(), currency, "unit_price")
        if minor < 0:
            raise OutOfRange(field="unit_price", limit="≥ 0")
    except DomainError as refusal:
        raise cells.refuse("unit_price", refusal) from refusal
    return minor


def _tax(cells: _Cells) -> GivenTax:
    rate = cells.number_of("tax_rate", 4)
    try:
        return GivenTax.of(cells.cells["tax_category"].strip(), rate)
    except InvalidValue as refusal:
        raise cells.refuse("tax_category" if refusal.field == "taxCategory" else "tax_rate", refusal) from refusal


def _time(cells: _Cells, basis: Basis, zone: str) -> tuple[date | None, date | None, datetime | None, datetime | None]:
    if basis is Basis.HOUR:
        first, starts_at = cells.moment("from", zone)
        last, ends_at = cells.moment("to", zone)
        if ends_at <= starts_at:
            raise cells.refuse("to", PeriodInverted(field="to", limit=f"{cells.cells['from']} – {cells.cells['to']}"))
        return first, last, starts_at, ends_at
    day_from, day_to = cells.day("from"), cells.day("to")
    if basis in (Basis.MONTH, Basis.YEAR) and day_from is None:
        raise cells.refuse("from", PatternMismatch(field="from", limit="YYYY-MM-DD"))
    if day_to is not None and (day_from is None or day_to < day_from):
        raise cells.refuse("to", PeriodInverted(field="to", limit=f"{day_from or ''} – {day_to}"))
    return day_from, day_to, None, None
