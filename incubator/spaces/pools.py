"""Book any free unit of a pool, and tell before what it would cost."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel import checks, idempotency
from incubator.kernel.actor import Actor
from incubator.kernel.errors import DomainError, NotFound, NotSignedIn, Refusals
from incubator.kernel.ids import new_id
from incubator.spaces import queries
from incubator.spaces.bookings import BookingTerms, Quote, quote_booking, write_booking
from incubator.spaces.deciding import decide
from incubator.spaces.errors import PoolDearer, PoolTaken, UnitTaken
from incubator.spaces.outage_queries import REACHES

IS_HELD = (
    "EXISTS (SELECT 1 FROM unit_atom a JOIN unit_hold h ON h.unit_id = a.atom_id WHERE a.unit_id = {unit}.id AND h.starts_at <"
    " {last} + coalesce(({unit}.policy ->> 'buffer_minutes')::int, 0) * interval '1 minute' AND h.ends_at > {first})"
)
"""Whether somebody holds a unit in `[first, last)`, or in the buffer that its policy keeps free after it."""
IS_OUT = (
    "EXISTS (SELECT 1 FROM outage o WHERE o.cancelled_at IS NULL AND o.starts_at < {last} AND coalesce(o.ends_at, 'infinity') > {first} AND "
    + REACHES.format(unit="{unit}.id")
    + ")"
)
"""Whether an outage reaches a unit in `[first, last)`."""


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """A booking of any free unit of a pool; the rest as in `BookingTerms`.

    `most_minor` is the price that was shown: units that cost more, as priced, are left out. None takes any price.
    """

    pool_id: UUID
    starts_at: datetime
    ends_at: datetime
    title: str
    organization_id: UUID | None = None
    override_reason: str = ""
    companion_id: UUID | None = None
    most_minor: int | None = None

    def of(self, unit_id: UUID) -> BookingTerms:
        """Return the same for one unit."""
        return BookingTerms(
            unit_id, self.starts_at, self.ends_at, self.title, self.organization_id, self.override_reason, companion_id=self.companion_id
        )


@dataclass(frozen=True, slots=True)
class PoolQuote:
    """What any unit of a pool would cost, by the unit that is priced. `free` of its `size` units are neither held nor out of order then."""

    unit_id: UUID
    free: int
    size: int
    quote: Quote


@dataclass(frozen=True, slots=True)
class _Member:
    id: UUID
    currency: str
    price_includes_tax: bool
    is_held: bool
    is_out: bool


async def quote_pool(actor: Actor, terms: PoolTerms) -> PoolQuote:
    """Return the price of the first unit by name that breaks no rule; nothing is held.

    When none will do, that of the first that is free, with every rule that it breaks; when none is free, `PoolTaken` is among them.
    What is no booking that could be asked for has no price, and its refusal stands there too. A statement or two for each unit that refuses.

    Raises:
        NotSignedIn: nobody asks.
        NotFound: there is no such pool, it has no units, or the second person is nobody who could be.
    """
    members = await _members(terms)
    free = [one for one in members if not one.is_held]
    told: PoolQuote | None = None
    for one in free or members[:1]:
        quote = await _quoted(actor, one, terms)
        found = PoolQuote(one.id, sum(not each.is_out for each in free), len(members), quote)
        if not quote.broken:
            return found
        told = told or found
    assert told is not None
    if free:
        return told
    others = [rule for rule in told.quote.broken if not isinstance(rule, UnitTaken)]
    return replace(told, quote=replace(told.quote, broken=[*others, _taken(terms, len(members))]))


async def _quoted(actor: Actor, one: _Member, terms: PoolTerms) -> Quote:
    try:
        return await quote_booking(actor, terms.of(one.id))
    except (NotFound, NotSignedIn):
        raise
    except DomainError as refusal:
        return Quote(None, one.currency, one.price_includes_tax, [refusal])


async def create_pool_booking(actor: Actor, terms: PoolTerms, idempotency_key: str) -> UUID:
    """Book any free unit of a pool, once for each key.

    Of many at once each gets a unit of its own until none is left; the units are tried in an order of the booking's own, so that they
    seldom meet, those that are out of order last.

    Raises:
        NotFound: there is no such pool, or it has no units.
        PoolDearer: what is free costs more than `most_minor`.
        PoolTaken: all its units are held in that time.
        Others as `create_booking`, of the last unit that was free but refused.
    """
    checks.text(terms.title, "title", path=("input", "title"))
    booking_id = new_id()
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "createPoolBooking", terms, answer={"booking_id": booking_id})
        if claimed.answer is not None:
            return UUID(claimed.answer["booking_id"])
        members = await _members(terms)
        refused: Exception | None = None
        dearer: PoolDearer | None = None
        for one in sorted(members, key=lambda each: (each.is_out, hashlib.sha256(booking_id.bytes + each.id.bytes).digest())):
            try:
                async with db.transaction():
                    unit = await queries.bookable_unit(actor, one.id, to_hold=True)
                    decision = await decide(actor, unit, terms.of(one.id))
                    if terms.most_minor is None or decision.price_minor <= terms.most_minor:
                        await write_booking(actor, terms.of(one.id), decision, booking_id)
                        return booking_id
            except UnitTaken:
                continue
            except Refusals as broken:
                refused = broken
                continue
            if not one.is_held and (dearer is None or decision.price_minor < dearer.price_minor):
                dearer = PoolDearer(
                    pool_id=terms.pool_id, price_minor=decision.price_minor, currency=unit.currency, path=("input", "mostMinor")
                )
        raise refused or dearer or _taken(terms, len(members))


async def _members(terms: PoolTerms) -> list[_Member]:
    """Return the units of a pool by name, those that are in order first.

    Raises:
        NotFound: there is no such pool, or it has no units.
    """
    where = {"unit": "u", "first": "$2::timestamptz", "last": "$3::timestamptz"}
    found = await db.rows_as(
        _Member,
        f"SELECT u.id, s.currency, u.price_includes_tax, {IS_HELD.format(**where)} AS is_held, {IS_OUT.format(**where)} AS is_out"
        " FROM unit u JOIN site s ON s.id = u.site_id WHERE u.pool_id = $1 ORDER BY is_out, u.name, u.id",
        terms.pool_id,
        terms.starts_at,
        terms.ends_at,
    )
    if not found:
        raise NotFound(kind="Pool", path=("input", "poolId"))
    return found


def _taken(terms: PoolTerms, size: int) -> PoolTaken:
    return PoolTaken(pool_id=terms.pool_id, size=size, path=("input", "startsAt"))
