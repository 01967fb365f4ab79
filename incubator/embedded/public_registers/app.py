"""The simulator's routes. It takes only what the real services take, word for word, so that a wrong question is found here."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat

_FIELDS = {"countryCode", "vatNumber", "requesterMemberStateCode", "requesterNumber"}
_STATES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "XI",
    ]
)
_NUMBER = re.compile(r"[0-9A-Z+*]{2,12}")
RATES = {"USD": "1.1172", "JPY": "175.68", "DKK": "7.4735", "CHF": "0.9194", "GBP": "0.8338", "SGD": "1.4282", "CNY": "7.4326"}
"""Those of 30 October 2026, which every day of the simulator has."""


@dataclass
class State:
    """What the simulator was told: ids that nobody holds, an error for the next questions, a day's rates; and what it was asked."""

    unknown: set[str] = field(default_factory=set)
    error: str = ""
    errors_left: int = 0
    day: date | None = None
    rates: dict[str, str] = field(default_factory=lambda: dict(RATES))
    feed: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)


def _error(code: str, status: int) -> JSONResponse:
    return JSONResponse({"actionSucceed": False, "errorWrappers": [{"error": code}]}, status)


def _is_right(country: str, number: str) -> bool:
    try:
        return country in _STATES and bool(_NUMBER.fullmatch(number)) and bool(_validated(country, number))
    except ValidationError:
        return False


def _validated(country: str, number: str) -> str:
    return str(gb_vat.validate(number) if country == "XI" else eu_vat.validate(country + number))


def create_app(state: State | None = None) -> Starlette:
    """Make the application: VIES under `/vies`, the bank's feeds under `/ecb`, steering under `/_test`."""
    known, numbers = state or State(), count(1)

    async def check(request: Request) -> Response:
        question = _question(await request.body(), request.headers.get("content-type", ""))
        if question is None:
            return _error("INVALID_INPUT", 400)
        known.asked.append(question)
        if known.errors_left:
            known.errors_left -= 1
            return _error(known.error, 200)
        country, number = question["countryCode"], question["vatNumber"]
        requester = question.get("requesterMemberStateCode", ""), question.get("requesterNumber", "")
        if not _is_right(country, number):
            return _error("INVALID_INPUT", 400)
        if any(requester) and not _is_right(*requester):
            return _error("INVALID_REQUESTER_INFO", 400)
        is_valid = country + number not in known.unknown
        return JSONResponse(
            {
                "countryCode": country,
                "vatNumber": number,
                "requestDate": datetime.now(UTC).isoformat(),  # noqa: TID251 - a server of its own, with its own clock
                "valid": is_valid,
                "requestIdentifier": f"WAPIAAAA{next(numbers):08d}" if any(requester) else "",
                "name": f"HOLDER OF {country}{number}" if is_valid else "---",
                "address": "---",
            }
        )

    async def feed(request: Request) -> Response:
        if request.headers.get("accept") != "application/xml":
            return Response(status_code=406)
        days = [known.day or _working_days()[0]] if request.url.path.endswith("daily.xml") else _working_days()
        return Response(known.feed or _feed(days, known.rates), media_type="text/xml")

    async def steer(request: Request) -> Response:
        """Take what the simulator shall answer from now on."""
        given = json.loads(await request.body())
        known.unknown |= set(given.get("unknown", []))
        known.error, known.errors_left = given.get("error", known.error), given.get("times", known.errors_left)
        known.day = date.fromisoformat(given["day"]) if "day" in given else known.day
        return JSONResponse({})

    return Starlette(
        routes=[
            Route("/vies/check-vat-number", check, methods=["POST"]),
            Route("/ecb/eurofxref-daily.xml", feed, methods=["GET"]),
            Route("/ecb/eurofxref-hist-90d.xml", feed, methods=["GET"]),
            Route("/_test/steer", steer, methods=["POST"]),
        ]
    )


def _question(body: bytes, content_type: str) -> dict[str, str] | None:
    """Read a question; None for one that is not JSON, has a field too many or too few, or half a requester."""
    try:
        given = json.loads(body)
    except ValueError:
        return None
    is_whole = content_type == "application/json" and isinstance(given, dict) and {"countryCode", "vatNumber"} <= given.keys() <= _FIELDS
    if not is_whole or not all(isinstance(value, str) for value in given.values()) or len(given) == 3:
        return None
    return {str(name): str(value) for name, value in given.items()}


def _working_days() -> list[date]:
    """Return the working days of the last ninety, the newest first, as the bank's feeds have them."""
    today = datetime.now(UTC).date()  # noqa: TID251 - a server of its own, with its own clock
    return [day for back in range(90) if (day := today - timedelta(days=back)).weekday() < 5]


def _feed(days: list[date], rates: dict[str, str]) -> str:
    cubes = "".join(f"<Cube currency='{currency}' rate='{rate}'/>" for currency, rate in rates.items())
    told = "".join(f"<Cube time='{day}'>{cubes}</Cube>" for day in days)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
        f"<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>{told}</Cube>"
        "</gesmes:Envelope>"
    )
