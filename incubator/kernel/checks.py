"""Checks of single values; each returns the value it accepts and raises the typed refusal that names field, rule and limit."""

import re
from datetime import date

from babel import Locale

from incubator.kernel.errors import (
    OutOfRange,
    PatternMismatch,
    PeriodInverted,
    PeriodTooLong,
    Stale,
    TooLong,
    TooShort,
    UnknownCountry,
    UnknownLanguage,
)
from incubator.kernel.language import Language

_COUNTRIES = frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())
_EMAIL = re.compile(
    r"[^@\s<>\"(),:;\[\]\\]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def text(value: str, field: str, *, at_least: int = 1, at_most: int = 200, path: tuple[str, ...] = ()) -> str:
    """Return `value` without surrounding blanks when its length in characters fits.

    Raises:
        PatternMismatch: it has control characters.
        TooShort, TooLong: it does not fit.
    """
    if _CONTROL.search(value):
        raise PatternMismatch(field=field, limit="no control characters", path=path)
    value = value.strip()
    if len(value) < at_least:
        raise TooShort(field=field, limit=str(at_least), path=path)
    if len(value) > at_most:
        raise TooLong(field=field, limit=str(at_most), path=path)
    return value


def email(value: str, field: str = "email", path: tuple[str, ...] = ()) -> str:
    """Return an address in lower case when it has the form of one.

    Raises:
        PatternMismatch, TooLong: it does not.
    """
    value = value.strip().lower()
    if len(value) > 254:
        raise TooLong(field=field, limit="254", path=path)
    if not _EMAIL.fullmatch(value):
        raise PatternMismatch(field=field, limit="name@example.org", path=path)
    return value


def country(value: str, field: str = "country", path: tuple[str, ...] = ()) -> str:
    """Return an ISO 3166-1 alpha-2 code.

    Raises:
        UnknownCountry: it is none.
    """
    if value not in _COUNTRIES:
        raise UnknownCountry(field=field, value=value[:20], path=path)
    return value


def language(value: str, field: str = "language", path: tuple[str, ...] = ()) -> Language:
    """Return the language.

    Raises:
        UnknownLanguage: not one of the product's.
    """
    try:
        return Language(value)
    except ValueError as error:
        raise UnknownLanguage(field=field, value=value[:20], path=path) from error


def between(value: int, field: str, low: int, high: int, path: tuple[str, ...] = ()) -> int:
    """Return a number in `[low, high]`.

    Raises:
        OutOfRange: it is not.
    """
    if not low <= value <= high:
        raise OutOfRange(field=field, limit=f"{low} – {high}", path=path)
    return value


def days(first: date, last: date, field: str, *, at_most_days: int = 366 * 11, path: tuple[str, ...] = ()) -> None:
    """Accept a first and last day, both inclusive.

    Raises:
        PeriodInverted: the last lies before the first.
        PeriodTooLong: more days than allowed.
    """
    if last < first:
        raise PeriodInverted(field=field, limit=f"{first} – {last}", path=path)
    if (last - first).days + 1 > at_most_days:
        raise PeriodTooLong(field=field, limit=f"{at_most_days} days", path=path)


def version(expected: int | None, current: int, path: tuple[str, ...] = ("input", "expectedVersion")) -> None:
    """Accept the version that the caller has seen; who names none takes the row as it is.

    Raises:
        Stale: the row was changed meanwhile.
    """
    if expected is not None and expected != current:
        raise Stale(current_version=current, path=path)
