"""The scalars of the API: calendar days, instants, minor units of money, and small files. Each says no in a sentence."""

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

MinorUnits = NewType("MinorUnits", int)
Base64 = NewType("Base64", bytes)

MAX_MINOR_UNITS = 2**53 - 1
MAX_FILE_BYTES = 700_000

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""No day of an incubator lies outside; at the ends of the calendar the day before and the month after do not exist."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)


def parse_date(value: object) -> date:
    """Read a calendar day such as 2026-03-10."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = date.min
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
    raise GraphQLError(f"A Date is written like 2026-03-10 and lies in the years {FIRST_YEAR} to {LAST_YEAR}.")


def parse_date_time(value: object) -> datetime:
    """Read an instant with its offset, such as 2026-03-10T08:30:00Z; the answer is in UTC."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            found = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            found = datetime.min.replace(tzinfo=UTC)
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
    raise GraphQLError(
        f"A DateTime is written like 2026-03-10T08:30:00Z, with its offset, and lies in the years {FIRST_YEAR} to {LAST_YEAR}."
    )


def write_date_time(value: datetime) -> str:
    """Write an instant in UTC with a Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_minor_units(value: object) -> int:
    """Read an amount: an integer, never a text, a fraction or a float."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_MINOR_UNITS:
        return value
    raise GraphQLError(f"MinorUnits is an integer of at most {MAX_MINOR_UNITS} either way.")


def write_minor_units(value: object) -> int:
    """Write an amount; one that a JSON number cannot carry exactly is a defect."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_MINOR_UNITS:
        raise ValueError("an amount must be an integer below 2^53")
    return value


def parse_base64(value: object) -> bytes:
    """Read a small file; padded standard base64."""
    if isinstance(value, str) and len(value) <= MAX_FILE_BYTES * 4 // 3 + 4:
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
    raise GraphQLError(f"Base64 is a padded base64 text of at most {MAX_FILE_BYTES} bytes.")


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description=f"A calendar day, `2026-03-10`, of the years {FIRST_YEAR} to {LAST_YEAR}; whose calendar is said by the field.",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=f"An instant in UTC, `2026-03-10T08:30:00Z`, of the years {FIRST_YEAR} to {LAST_YEAR}. Input may carry any offset.",
        serialize=write_date_time,
        parse_value=parse_date_time,
    ),
    MinorUnits: strawberry.scalar(
        name="MinorUnits",
        description="An integer of less than 2^53 either way: minor units of the currency beside it.",
        serialize=write_minor_units,
        parse_value=parse_minor_units,
    ),
    Base64: strawberry.scalar(
        name="Base64",
        description=f"A file of at most {MAX_FILE_BYTES} bytes, as padded base64.",
        serialize=lambda value: base64.b64encode(value).decode(),
        parse_value=parse_base64,
    ),
}
