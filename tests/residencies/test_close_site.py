"""A site that closes: what lies past the day ends and is told, contracts stand in the way, and no door leads past it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import ANONYMOUS, SYSTEM, Actor, Role
from incubator.kernel.errors import DomainError, Forbidden, NotFound, NotSignedIn, OutOfRange, Refusals, Stale, TooShort
from incubator.kernel.ids import new_id
from incubator.residencies import closing
from incubator.residencies import service as residencies
from incubator.residencies.errors import SiteNotClosing, SiteStillLet
from incubator.residencies.policy import terms_hash
from incubator.spaces import availability, days, service
from incubator.spaces.service import (
    AssignTerms,
    BookingTerms,
    ChangeTerms,
    HoldTerms,
    MoveTerms,
    PoolTerms,
    RentalWish,
    SeriesTerms,
    SessionTerms,
)
from tests.support import make, schooling
from tests.support.drain import drain
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
CLOSES_ON = date(2026, 4, 1)
LAST = datetime(2026, 3, 31, 22, tzinfo=UTC)
"""The midnight in Berlin with which the first of April begins."""


async def booked(actor: Actor, unit: UUID, starts_at: datetime, hours: float = 1) -> UUID:
    """Book some hours from an instant on."""
    return await service.create_booking(actor, BookingTerms(unit, starts_at, starts_at + hours * HOUR, "Run"), make.fresh("closing-key-"))


async def close(house: make.House, closes_on: date = CLOSES_ON) -> None:
    """Close a house."""
    await closing.close_site(house.manager, house.site_id, closes_on, "The lease ends")


async def give_up_desk(house: make.House, owner: Actor, ends_on: date) -> None:
    """End what an organisation rents at a house; the bookings that it made stand."""
    rental: UUID = await db.value("SELECT id FROM rental WHERE organization_id = $1", owner.organization_id)
    await service.give_notice(house.manager, rental, ends_on, 1, "The house closes")


async def state_of(booking: UUID) -> tuple[str, datetime, int]:
    """How a booking stands, when it ends and what it costs."""
    found = await db.row("SELECT state, ends_at, price_minor FROM booking WHERE id = $1", booking)
    assert found is not None
    return found["state"], found["ends_at"], found["price_minor"]


async def told(kind: str) -> dict[UUID, str]:
    """Who has a note of a kind, and what it says of how many bookings and waits they lost."""
    return {
        row["person_id"]: f"{row['bookings']} {row['waited']}"
        for row in await db.rows(
            "SELECT person_id, params->>'bookings' AS bookings, params->>'waited' AS waited FROM notification WHERE kind = $1", kind
        )
    }


def person_of(actor: Actor) -> UUID:
    """Return who an actor is."""
    assert actor.person_id is not None
    return actor.person_id


async def refusal_of(door: Callable[[], Awaitable[object]]) -> tuple[str, str]:
    """Return the kind and the limit of what a door refuses."""
    [found] = await asyncio.gather(door(), return_exceptions=True)
    rule = found.exceptions[0] if isinstance(found, Refusals) else found
    assert isinstance(rule, DomainError), repr(rule)
    return rule.code, str(rule.details()["limit"])


async def test_what_lies_past_the_day_ends_at_no_cost_and_is_told_and_the_rest_stays() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="24/7")
        owner, other = await make.resident(house), await make.resident(house)
        room = await make.unit(house, cancel_notice_minutes=90 * 1440, cancel_fee_percent=100, no_show_fee_percent=100)
        before, across, after = [await booked(owner, room, LAST + n * HOUR) for n in (-3, -0.5, 48)]
        await service.join_waiting_list(other, BookingTerms(room, LAST - HOUR / 2, LAST + HOUR / 2, "Wait"))
        training = await schooling.training(house)
        manager = await schooling.trainer(house, training)
        session = await service.schedule_session(
            manager, training, house.site_id, SessionTerms(LAST + 30 * HOUR, LAST + 32 * HOUR, 4, person_of(manager), unit_id=room)
        )
        await service.take_seat(other, session)
        bench = await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000)
        held = await service.hold_unit(
            manager, HoldTerms(CLOSES_ON, CLOSES_ON + DAY, NOW + DAY, bench, organization_id=owner.organization_id), "hold-key-1"
        )
        for tenant in (owner, other):
            await give_up_desk(house, tenant, CLOSES_ON - DAY)

        preview = await closing.preview_closing(house.manager, house.site_id, CLOSES_ON)
        await close(house)
        await drain()
    with clock.travel_to(LAST + 60 * HOUR):
        await drain()

    reaching = preview.reaching
    assert (reaching.bookings, reaching.waiting_entries, reaching.sessions, reaching.seats, reaching.rental_holds) == (2, 1, 1, 1, 1)
    assert (reaching.rentals, preview.residencies) == (0, 0)
    assert [(await state_of(one))[0] for one in (before, across, after)] == ["confirmed", "cancelled", "cancelled"]
    assert {row["source_id"] for row in await db.rows("SELECT source_id FROM charge")} <= {before}
    assert await db.value("SELECT array_agg(state) FROM waiting_entry") == ["expired"]
    assert await db.value("SELECT state FROM training_session WHERE id = $1", session) == "cancelled"
    assert await db.value("SELECT state FROM rental_hold WHERE id = $1", held) == "released"
    assert await db.value("SELECT count(*) FROM unit_hold WHERE ends_at > $1", LAST) == 0
    assert await told("site_closing") == {person_of(owner): "2 0", person_of(other): "0 1"}
    assert set(await told("session_cancelled")) == {person_of(other)}
    assert await told("slot_instead") == {}
    audited = await db.value("SELECT after->>'closes_on' FROM audit_entry WHERE action = 'close site' AND subject_id = $1", house.site_id)
    assert audited == "2026-04-01"
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'SiteClosing' AND concerns_id = $1", house.site_id) == 1


async def test_a_booking_under_way_is_cut_when_its_site_closes_today() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="24/7")
        owner, room = await make.resident(house), await make.unit(house)
        booking, past = await booked(owner, room, NOW, 4), await booked(owner, room, NOW + 5 * HOUR)
    with clock.travel_to(NOW + HOUR):
        await service.check_in(owner, booking)
        await db.execute("UPDATE rental SET starts_on = '2026-03-09', ends_on = '2026-03-09'")

        await close(house, date(2026, 3, 10))

    assert await state_of(booking) == ("confirmed", NOW + HOUR, 0)
    assert (await state_of(past))[0] == "cancelled"
    assert await db.value("SELECT array_agg(state) FROM usage") == ["closed"]


async def test_no_door_leads_past_the_closing_not_even_for_staff() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="24/7")
        manager, operator = house.manager, house.operator_id
        pool = await service.add_pool(manager, house.site_id, "Any")
        room, other = await make.unit(house, pool_id=pool, horizon_days=None), await make.unit(house, horizon_days=None)
        bench, next_bench = [await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000) for _ in range(2)]
        offered = await make.offer(house)
        known_call: UUID = await db.value("SELECT call_id FROM application WHERE id = $1", offered.application_id)
        tenant = offered.owner.organization_id
        application = await residencies.submit_application(
            ANONYMOUS, make.application_terms(await make.call(house, days=10), house), "apply-key-1"
        )
        terms = residencies.OfferTerms(
            application, await make.plan(house), next_bench, date(2026, 3, 20), CLOSES_ON, 0, "One bench, two weeks", date(2026, 3, 15)
        )
        rental = await service.assign_rental(manager, AssignTerms(None, bench, tenant, date(2026, 3, 11), date(2026, 3, 31)), "let-key-1")
        moving = await booked(manager, other, NOW + HOUR)
        training = await schooling.training(house)
        trainer = person_of(await schooling.trainer(house, training))
        session = await schooling.session(house, training)
        later = SessionTerms(LAST - HOUR, LAST + HOUR, 3, trainer, "Hall")
        await close(house)
        at = BookingTerms(room, LAST - HOUR, LAST + HOUR, "Run")
        forced = BookingTerms(room, LAST - HOUR, LAST + HOUR, "Run", operator, "The director asks for it")
        doors: dict[str, Callable[[], Awaitable[object]]] = {
            "api": lambda: service.create_booking(manager, at, "past-key-1"),
            "staff": lambda: service.create_booking(manager, forced, "past-key-2"),
            "importer": lambda: service.create_booking(SYSTEM, forced, "past-key-3"),
            "pool": lambda: service.create_pool_booking(manager, PoolTerms(pool, LAST, LAST + HOUR, "Run"), "past-key-4"),
            "move": lambda: service.move_booking(manager, MoveTerms(moving, LAST, LAST + HOUR, room), 1, "past-key-5"),
            "wait": lambda: service.join_waiting_list(manager, at),
            "assign": lambda: service.assign_rental(
                manager, AssignTerms(None, next_bench, tenant, CLOSES_ON - DAY, CLOSES_ON), "past-key-6"
            ),
            "hold": lambda: service.hold_unit(
                manager, HoldTerms(CLOSES_ON - DAY, CLOSES_ON, NOW + DAY, next_bench, organization_id=tenant), "past-key-7"
            ),
            "rental quote": lambda: service.quote_rental(manager, RentalWish(CLOSES_ON, CLOSES_ON, next_bench, organization_id=tenant)),
            "extend": lambda: service.extend_rental(manager, rental, CLOSES_ON, 1),
            "session": lambda: service.schedule_session(manager, training, house.site_id, later),
            "session change": lambda: service.change_session(manager, session, later, 1),
            "call": lambda: make.call(house, days=30),
            "offer": lambda: residencies.make_offer(manager, terms, "past-key-8"),
            "accept": lambda: residencies.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms)),
        }
        before = await contents()

        refused = {name: await refusal_of(door) for name, door in doors.items()}
        untouched = await contents() == before
        quote = await service.quote_booking(manager, at)
        slots = [
            await availability.find_slots(manager, availability.SearchTerms((house.site_id,), 60, LAST - minutes * MINUTE, LAST + 3 * DAY))
            for minutes in (90, 30)
        ]
        series = await service.create_series(
            manager, SeriesTerms(room, LAST - 3 * HOUR, LAST - 2 * HOUR, "Run", "FREQ=DAILY;COUNT=2"), "series-key"
        )
        to_the_end = await booked(manager, other, LAST - HOUR)
        kept = await service.change_unit(manager, ChangeTerms(rental, next_bench, date(2026, 3, 20)), 1, "change-key-1")
        seen = [(await days.site_day(manager, house.site_id, day)).is_closed for day in (CLOSES_ON - DAY, CLOSES_ON)]
    with clock.travel_to(LAST + HOUR):
        given = make.application_terms(known_call, house)
        applying = await refusal_of(lambda: residencies.submit_application(ANONYMOUS, given, "past-key-9"))

    assert refused == dict.fromkeys(doors, ("SiteClosed", "2026-04-01"))
    assert untouched
    assert [(rule.code, rule.details()["may_override"]) for rule in quote.broken] == [("SiteClosed", False)]
    assert [{slot.starts_at for slot in found} for found in slots] == [{LAST - 90 * MINUTE}, set()]
    assert ([failure.code for failure in series.failures], len(series.booking_ids)) == (["SiteClosed"], 1)
    assert ((await state_of(to_the_end))[0], await db.value("SELECT ends_on FROM rental WHERE id = $1", kept)) == (
        "confirmed",
        CLOSES_ON - DAY,
    )
    assert seen == [False, True]
    assert applying == ("SiteClosed", "2026-04-01")


async def test_what_comes_free_past_the_closing_is_offered_to_nobody_who_began_to_wait_meanwhile() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="24/7")
        room = await make.unit(house)
        holding = await booked(house.manager, room, LAST)
        await service.join_waiting_list(house.manager, BookingTerms(room, LAST, LAST + HOUR, "Wait"))
        await db.execute("UPDATE site SET closes_on = $2 WHERE id = $1", house.site_id, CLOSES_ON)

        await service.cancel_booking(house.manager, holding, 1)
        await drain()

    assert await db.value("SELECT array_agg(state) FROM waiting_entry") == ["waiting"]
    assert await db.value("SELECT count(*) FROM unit_hold") == 0


async def rented(house: make.House) -> None:
    """A rental whose last day is the first of April, and one that ends the day before."""
    for days_on in (22, 21):
        await make.resident(house, days=days_on)


async def resided(house: make.House) -> None:
    """A residency of a year whose rental ends before April."""
    offered = await make.offer(house)
    await residencies.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms))
    await give_up_desk(house, offered.owner, CLOSES_ON - DAY)


@pytest.mark.parametrize(("scene", "rentals", "residents"), [(rented, 1, 0), (resided, 0, 1)])
async def test_rentals_and_residencies_past_the_day_stand_in_the_way_and_nothing_is_written(
    scene: Callable[[make.House], Awaitable[None]], rentals: int, residents: int
) -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        await scene(house)
        booking = await booked(house.manager, await make.unit(house), LAST + DAY)
        before = await contents()

        with pytest.raises(SiteStillLet) as found:
            await close(house)
        untouched = await contents() == before
        preview = await closing.preview_closing(house.manager, house.site_id, CLOSES_ON)

    assert (found.value.limit, found.value.rentals, found.value.residencies) == (CLOSES_ON, rentals, residents)
    assert untouched
    assert (preview.reaching.bookings, preview.reaching.rentals, preview.residencies) == (1, rentals, residents)
    assert (await state_of(booking))[0] == "confirmed"


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("yesterday", OutOfRange),
        ("in six years", OutOfRange),
        ("no reason", TooShort),
        ("stale", Stale),
        ("front desk", Forbidden),
        ("owner", Forbidden),
        ("manager elsewhere", Forbidden),
        ("nobody", NotSignedIn),
        ("preview of yesterday", OutOfRange),
        ("preview by the owner", Forbidden),
        ("preview of nothing", NotFound),
        ("preview elsewhere", Forbidden),
        ("reopen an open one", SiteNotClosing),
        ("reopen by the front desk", Forbidden),
        ("reopen stale", Stale),
    ],
)
async def test_what_is_no_closing_is_refused_and_nothing_is_written(name: str, refused: type[DomainError]) -> None:
    with clock.travel_to(NOW):
        house, elsewhere = await make.house(), await make.house()
        site, manager = house.site_id, house.manager
        desk, owner = await make.person(house.operator_id, Role.FRONT_DESK), await make.startup_owner()
        tries: dict[str, Callable[[], Awaitable[object]]] = {
            "yesterday": lambda: closing.close_site(manager, site, date(2026, 3, 9), "Why"),
            "in six years": lambda: closing.close_site(manager, site, date(2032, 3, 9), "Why"),
            "no reason": lambda: closing.close_site(manager, site, CLOSES_ON, " "),
            "stale": lambda: closing.close_site(manager, site, CLOSES_ON, "Why", 7),
            "front desk": lambda: closing.close_site(desk, site, CLOSES_ON, "Why"),
            "owner": lambda: closing.close_site(owner, site, CLOSES_ON, "Why"),
            "manager elsewhere": lambda: closing.close_site(elsewhere.manager, site, CLOSES_ON, "Why"),
            "nobody": lambda: closing.close_site(ANONYMOUS, site, CLOSES_ON, "Why"),
            "preview of yesterday": lambda: closing.preview_closing(manager, site, date(2026, 3, 9)),
            "preview by the owner": lambda: closing.preview_closing(owner, site, CLOSES_ON),
            "preview of nothing": lambda: closing.preview_closing(SYSTEM, new_id(), CLOSES_ON),
            "preview elsewhere": lambda: closing.preview_closing(elsewhere.manager, site, CLOSES_ON),
            "reopen an open one": lambda: closing.reopen_site(manager, site),
            "reopen by the front desk": lambda: closing.reopen_site(desk, site),
            "reopen stale": lambda: closing.reopen_site(manager, site, 7),
        }
        before = await contents()

        with pytest.raises(refused):
            await tries[name]()

    assert await contents() == before


async def test_a_site_is_reopened_before_and_after_the_day_and_takes_bookings_again() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="24/7")
        room = await make.unit(house)
        ended = await booked(house.manager, room, LAST + HOUR)
        await close(house)
        await closing.close_site(house.manager, house.site_id, CLOSES_ON + DAY, "A day later", 2)
        a_day_longer = await booked(house.manager, room, LAST + HOUR)

        await closing.reopen_site(house.manager, house.site_id, 3)
        before = await booked(house.manager, room, LAST + 3 * DAY)
        await close(house, CLOSES_ON + 9 * DAY)
    with clock.travel_to(LAST + 20 * DAY):
        await closing.reopen_site(house.manager, house.site_id)
        after = await booked(house.manager, room, LAST + 21 * DAY)

    site = await db.row("SELECT closes_on, closing_reason, version FROM site WHERE id = $1", house.site_id)
    actions = await db.rows("SELECT action FROM audit_entry WHERE type_name = 'Site' AND subject_id = $1 ORDER BY id", house.site_id)
    assert site is not None
    assert [(await state_of(one))[0] for one in (ended, a_day_longer, before, after)] == ["cancelled", *["confirmed"] * 3]
    assert tuple(site) == (None, "", 6)
    assert [row["action"] for row in actions][1:] == ["close site", "close site", "reopen site", "close site", "reopen site"]
