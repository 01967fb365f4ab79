"""Rentals of the demo world at one site: kept units, a change of unit, notices, checklists, a settled deposit, keys and badges that are out."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.demo import cast, life
from incubator.demo.house import Place
from incubator.demo.life import Resident
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.periods import add_months
from incubator.spaces import badges, rental_charging
from incubator.spaces import service as spaces

DAY = timedelta(days=1)


async def live(place: Place, residents: list[Resident], today: date) -> None:
    """Let what a site has besides benches, as its staff and its residents would."""
    manager, desk, finance = [await cast.actor(f"{who}@incubator.example", place.operator_key) for who in ("manager", "desk", "finance")]
    elbe, second, third, *_ = sorted(
        (r for r in residents if r.place.key == place.key), key=lambda r: not r.startup.name.startswith("Elbe")
    )
    month = today.replace(day=1)
    with clock.travel_to(life.at(month - 5 * DAY, 10)):
        office = await _assign(manager, place, "Office 01", elbe, month, add_months(month, 12) - DAY, 145_000)
        suite = await _assign(manager, place, "Lab suite 01", second, month, add_months(month, 12) - DAY, 290_000)
        for basis, amount in (("week", 12_000), ("day", 2_500)):
            rate = spaces.RateTerms(place.site_id, basis, amount, month - 40 * DAY, kind="desk")
            await spaces.add_rate(manager, rate)
        hot_desk = await _assign(manager, place, "Desk 08", third, today - 11 * DAY, today - DAY, 20_000)
    with clock.travel_to(life.at(month, 9)):
        await _check(manager, elbe.startup.owner, office, "hand-over")
        await _check(manager, None, suite, "hand-over")
    numbers = {number: await spaces.add_badge(desk, place.site_id, kind, number, opens) for number, kind, opens in BADGES}
    for number, who, rental in (("B-101", elbe, office), ("K-11", elbe, office), ("B-102", second, suite), ("B-103", third, hot_desk)):
        assert who.startup.owner.person_id is not None
        terms = spaces.IssueTerms(numbers[number], who.startup.owner.person_id, who.startup.id, rental)
        await spaces.issue_badge(desk, terms)
    await _give_back(manager, finance, third, hot_desk)
    unit_id = await _unit(place, "Lab suite 02")
    await spaces.change_unit(manager, spaces.ChangeTerms(suite, unit_id, add_months(month, 1)), 1, "demo-change-suite")
    await _keep(manager, place, "Office 02", second, today)
    await _notice(third)
    await rental_charging.charge_ended_stays()
    await badges.tell_of_overdue()


BADGES = (
    *((f"B-{number}", "badge", "Main door") for number in range(101, 109)),
    ("K-11", "key", "Office 01"),
    ("K-12", "key", "Office 02"),
    ("C-201", "card", "Car park"),
)


async def _unit(place: Place, name: str) -> UUID:
    found: UUID = await db.value("SELECT id FROM unit WHERE site_id = $1 AND name = $2", place.site_id, name)
    return found


async def _assign(manager: Actor, place: Place, name: str, to: Resident, first: date, last: date, deposit_minor: int) -> UUID:
    terms = spaces.AssignTerms(
        None, await _unit(place, name), to.startup.id, first, last, deposit_minor, Decimal(5) if name.startswith("Lab") else Decimal(0)
    )
    return await spaces.assign_rental(manager, terms, f"demo-assign-{name}")


async def _check(manager: Actor, tenant: Actor | None, rental_id: UUID, purpose: str, defect: str = "") -> None:
    """Fill in and sign a checklist; without a tenant it waits for them."""
    checklist_id = await spaces.start_checklist(manager, rental_id, purpose)
    count = await db.value("SELECT jsonb_array_length(items) FROM checklist WHERE id = $1", checklist_id)
    found = [spaces.Found(position, "ok") for position in range(count)]
    if defect:
        found[1] = spaces.Found(1, "defect", defect)
    await spaces.fill_checklist(manager, checklist_id, found, 1)
    await spaces.sign_checklist(manager, checklist_id)
    if tenant is not None:
        await spaces.sign_checklist(tenant, checklist_id, await db.value("SELECT content_hash FROM checklist WHERE id = $1", checklist_id))


async def _give_back(manager: Actor, finance: Actor, tenant: Resident, rental_id: UUID) -> None:
    """A short stay is over: a defect was found, and a part of the deposit is kept."""
    deposit_id = await db.value("SELECT deposit_id FROM rental WHERE id = $1", rental_id)
    await billing.record_transfer(finance, deposit_id, 20_000, "transfer hot desk deposit")
    await _check(manager, tenant.startup.owner, rental_id, "return", "Cover of a socket is broken")
    await spaces.settle_rental_deposit(manager, rental_id, 4_500, "Cover of a socket is broken", "demo-settle-hot-desk")


async def _keep(manager: Actor, place: Place, name: str, to: Resident, today: date) -> None:
    first = add_months(today.replace(day=1), 1)
    terms = spaces.HoldTerms(
        first, add_months(first, 6) - DAY, clock.later(days=5), await _unit(place, name), None, to.startup.id, "Until the board has decided"
    )
    await spaces.hold_unit(manager, terms, f"demo-hold-{name}")


async def _notice(resident: Resident) -> None:
    """A startup leaves its bench at the earliest day."""
    rental = await db.row(
        "SELECT id, version FROM rental WHERE organization_id = $1 AND residency_id IS NOT NULL ORDER BY ends_on DESC LIMIT 1",
        resident.startup.id,
    )
    assert rental is not None
    seen = await spaces.preview_notice(resident.startup.owner, rental["id"])
    await spaces.give_notice(resident.startup.owner, rental["id"], seen.earliest_on, rental["version"])
