"""The lines of a quote as a booking keeps them and as billing charges them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, Source, Supply
from incubator.kernel.jsonable import dumps
from incubator.spaces.pricing import Line

SUPPLY_OF_KIND = {
    "desk": Supply.WORKPLACE,
    "bench": Supply.WORKPLACE,
    "office": Supply.ROOM,
    "lab suite": Supply.ROOM,
    "storage": Supply.ROOM,
    "meeting room": Supply.WORKPLACE,
    "instrument": Supply.INSTRUMENT,
    "accessory": Supply.INSTRUMENT,
}
PLAIN = ("time", "day", "week", "block")
"""Lines whose description needs no more than the unit's."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A priced line and the unit it is for."""

    unit_id: UUID
    name: str
    kind: str
    line: Line


def lines_json(lines: Sequence[UnitLine]) -> str:
    """Return lines as JSON."""
    return dumps([{"unit": one.unit_id, "name": one.name, "kind": one.kind, "line": one.line} for one in lines])


def read_lines(text: str) -> list[UnitLine]:
    """Make lines again of JSON."""
    return [UnitLine(UUID(one["unit"]), one["name"], one["kind"], Line(**one["line"])) for one in json.loads(text)]


async def charge_lines(
    lines: Sequence[UnitLine], source: Source, buyer: Buyer, use: str, first: date, last: date, *, includes_tax: bool
) -> int:
    """Charge every line that costs something, once for each source and line, inside the running transaction; returns the sum.

    `use` is what the unit was used for, such as booking; `first` and `last` are the days of the supply.
    """
    for number, one in enumerate(lines):
        if not one.line.amount_minor:
            continue
        detail = "" if one.line.what in PLAIN else f", {one.line.what}"
        price = Price(one.line.unit_price_minor, Basis(one.line.basis), includes_tax, quantity=Decimal(one.line.quantity))
        await billing.charge_count(
            CountedCharge(
                source=Source(source.kind, source.id, str(number or "")),
                buyer=buyer,
                description=f"{one.name}, {one.kind} {use}{detail}",
                price=price,
                supply=SUPPLY_OF_KIND[one.kind],
                supplied_from=first,
                supplied_to=last,
                unit_id=one.unit_id,
            )
        )
    return sum(one.line.amount_minor for one in lines)
