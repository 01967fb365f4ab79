"""Load the demo world: a year of an incubator group up to today, by seed, through the product's own services."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from uuid import UUID

from incubator import db, jobs
from incubator.demo import cast, house, life, outages, rentals, taxes, training
from incubator.demo.life import Resident
from incubator.demo.logins import LOADED
from incubator.importing import service as importing
from incubator.kernel import audit, clock, work
from incubator.kernel.actor import SYSTEM, OrganizationKind, Role
from incubator.kernel.language import Language
from incubator.kernel.periods import add_months
from incubator.notifications import service as notifications
from incubator.organizations import access, places
from incubator.organizations import service as people
from incubator.residencies import service as residencies
from incubator.spaces import charging
from incubator.spaces import service as spaces

Progress = Callable[[int, int, str], None]
RESIDENCIES = 34
MONTHS = 12
LEFT_FOR_WORKERS = frozenset({"make invoice document", "send mail"})
HOMES = {
    "elbe_cell": "hamburg",
    "foerde_dx": "kiel",
    "synsense": "zurich",
    "xinguang": "jlabs_sh",
    "insilico": "ai_island",
    "xinan": "wuxi",
    "xbiome": "nanshan",
    "roumai": "nanshan",
    "wandao": "nanshan",
    "dabo": "nanshan",
}


async def is_loaded() -> bool:
    """Tell whether the world was loaded to its end."""
    return bool(await db.value("SELECT EXISTS (SELECT 1 FROM audit_entry WHERE action = $1)", LOADED))


async def load(say_progress: Progress) -> None:
    """Load the world; takes well under a minute. An unfinished one is refused: `incubator demo reset` makes it anew."""
    jobs.load()
    total = MONTHS + 6
    chance = random.Random(cast.SEED)  # noqa: S311 - a world by seed
    today = clock.today("UTC")
    first_month = add_months(today.replace(day=1), -MONTHS)
    with notifications.of_history():
        say_progress(0, total, "organisations and sites")
        with clock.travel_to(life.at(first_month - timedelta(days=40), 8)):
            await _import()
            await cast.sign_ins()
            await taxes.register_companies()
            say_progress(1, total, "units and plans")
            spots = await house.furnish()
            startups = await cast.startups(RESIDENCIES, chance)
        say_progress(2, total, "residencies")
        residents = await _admit(startups, spots, first_month, today, chance)
        say_progress(3, total, "secondments and deals")
        seconded = await life.second(residents, first_month, today + timedelta(days=200))
        for number, resident in enumerate(residents[::2][:14]):
            opened = max(first_month + timedelta(days=17 * number), resident.since)
            await life.deal(resident, life.CORPORATES[number % len(life.CORPORATES)], opened, number % 7, chance)
        await life.promise(next(r for r in residents if r.startup.name.startswith("Elbe Cell")), first_month, today + timedelta(days=120))
        operators = sorted({spot.operator_key for spot in spots})
        for month in range(MONTHS):
            begin = add_months(first_month, month)
            say_progress(4 + month, total, f"{begin:%Y-%m}")
            await _live_month(residents, seconded, begin, chance)
            if month == MONTHS - 1:
                await cast.move_out("Derma Labs")
            elbe = next(r.startup.id for r in residents if r.startup.name.startswith("Elbe Cell"))
            await _close_month(operators, begin, chance, elbe if month == MONTHS - 1 else None)
        say_progress(total - 2, total, "today")
        await _live_today(residents, startups, seconded, spots, today, first_month, chance)
        await training.school(spots, residents, today)
        await work.drain(leave=LEFT_FOR_WORKERS)
        await _read_old_notes()
    await audit.record(SYSTEM, LOADED, "World", UUID(int=cast.SEED))
    say_progress(total, total, "ready")


async def _import() -> None:
    """Bring the organisations and sites through the importer, as the manager."""
    async with db.transaction():
        terms = places.OrganizationTerms("lsn", "Life Science Nord Management", OrganizationKind.OPERATOR.value, "DE", "Hamburg")
        operator_id = await places.register_organization(SYSTEM, terms)
        person_id = await people.register_person("manager@incubator.example", "Mara Lindqvist", Language.EN, "Europe/Berlin")
        await people.give_role(SYSTEM, person_id, operator_id, Role.MANAGER)
    manager = await access.actor_of_person(person_id, operator_id)
    assert manager is not None
    folder = files("incubator.demo").joinpath("data")
    for kind, name in (("organizations", "organisations.csv"), ("sites", "sites.csv")):
        batch_id = await importing.preview(manager, kind, name, folder.joinpath(name).read_bytes())
        await importing.apply(manager, batch_id)


async def _admit(
    startups: list[cast.Startup], spots: list[house.Place], first_month: date, today: date, chance: random.Random
) -> list[Resident]:
    by_key = {spot.key: spot for spot in spots}
    keys = {row["id"]: row["key"] for row in await db.rows("SELECT id, key FROM organization WHERE kind = 'startup'")}
    calls: dict[str, UUID] = {}
    for spot in spots:
        manager = await cast.actor("manager@incubator.example", spot.operator_key)
        with clock.travel_to(life.at(first_month - timedelta(days=39), 9)):
            terms = residencies.CallTerms(
                f"{spot.name}: rolling intake",
                "Benches, desks and laboratories for young companies in the life sciences. Apply whenever you are ready.",
                "Start-up booster",
                (spot.site_id,),
                first_month - timedelta(days=39),
                today + timedelta(days=120),
            )
            calls[spot.key] = await residencies.open_call(manager, terms)
    taken = dict.fromkeys(by_key, 0)
    found = []
    for number, startup in enumerate(sorted(startups, key=lambda s: keys[s.id] not in HOMES)):
        spot = by_key[HOMES.get(keys[startup.id]) or min(taken, key=lambda key: (taken[key], key))]
        unit_id = spot.benches[taken[spot.key]]
        taken[spot.key] += 1
        since = first_month + timedelta(days=(number * 9) % 320 - 20 if number else -15)
        manager = await cast.actor("manager@incubator.example", spot.operator_key)
        deposit_minor = chance.choice((0, 50_000, 100_000, 120_000))
        until = since + timedelta(days=730)
        found.append(await life.admit(manager, calls[spot.key], startup, spot, unit_id, since, until, deposit_minor))
    return found


async def _live_month(residents: list[Resident], seconded: list[tuple[UUID, str, date]], begin: date, chance: random.Random) -> None:
    end = add_months(begin, 1)
    for resident in residents:
        for offset in chance.sample(range(2, 27), 2):
            day = begin + timedelta(days=offset)
            if resident.since < day < end:
                with clock.travel_to(life.at(day - timedelta(days=1), 0)):
                    await life.book(resident, day, chance)
    monday = begin + timedelta(days=-begin.weekday() % 7)
    while monday + timedelta(days=7) <= end:
        for number, (secondment_id, email, starts_on) in enumerate(seconded):
            if starts_on <= monday and (number == 0 or chance.random() < 0.4):
                await life.log_week(secondment_id, email, life.CORPORATES[number % len(life.CORPORATES)], monday, chance)
        monday += timedelta(days=7)


async def _close_month(operators: list[str], begin: date, chance: random.Random, waiting: UUID | None) -> None:
    """Charge, bill and pay a month; `waiting` pays nothing, so that there is something to pay today."""
    after = add_months(begin, 1)
    with clock.travel_to(life.at(after, 6)):
        while await charging.charge_ended_bookings():
            pass
        await life.bill(operators, begin)
        await spaces.schedule_statements(begin)
        await work.drain(leave=LEFT_FOR_WORKERS)
        await life.approve(operators)
        await work.drain(leave=LEFT_FOR_WORKERS)
    with clock.travel_to(life.at(after + timedelta(days=20), 9)):
        await life.pay(after + timedelta(days=20), chance, but=waiting)
        await work.drain(leave=LEFT_FOR_WORKERS)


async def _live_today(
    residents: list[Resident],
    startups: list[cast.Startup],
    seconded: list[tuple[UUID, str, date]],
    spots: list[house.Place],
    today: date,
    first_month: date,
    chance: random.Random,
) -> None:
    """What is going on now: bookings of these days, applications that wait, an offer that is open, this week's time."""
    hamburg = next(spot for spot in spots if spot.key == "hamburg")
    with clock.travel_to(life.at(add_months(today.replace(day=1), -2), 9)):
        await spaces.grant_credit(SYSTEM, hamburg.plan_id, "instrument", minutes_per_month=180, carries_months=2)
    for resident in residents:
        for offset in range(9) if resident.startup.owner.name == "Jonas Petersen" else chance.sample(range(9), 3):
            day = today + timedelta(days=offset)
            with clock.travel_to(life.at(today - timedelta(days=1), 20)):
                await life.book(resident, day, chance)
    monday = today - timedelta(days=today.weekday() + 7)
    await life.log_week(seconded[0][0], seconded[0][1], "jnj", monday, chance)
    await rentals.live(hamburg, residents, today)
    call_id = await db.value("SELECT c.id FROM call c JOIN call_site s ON s.call_id = c.id WHERE s.site_id = $1", hamburg.site_id)
    for number, name in enumerate(("Alster Robotics", "Fleet Genomics", "Speicher Diagnostics", "Deich Therapeutics")):
        with clock.travel_to(life.at(today - timedelta(days=6 - number), 10)):
            stem = name.lower().replace(" ", "-")
            terms = residencies.ApplicationTerms(
                call_id,
                hamburg.site_id,
                name,
                "DE",
                "Hamburg",
                cast.SECTORS[number],
                3 + number,
                f"{name} has a working prototype and three letters of intent from hospitals.",
                "Two benches and a cell culture laboratory",
                f"{name.split()[0]} Founder",
                f"founder@{stem}.example",
                "de",
            )
            application_id = await residencies.submit_application(SYSTEM, terms, f"demo-apply-{stem}")
    elbe = next(r for r in residents if r.startup.name.startswith("Elbe Cell"))
    manager = await cast.actor("manager@incubator.example", "lsn")
    with clock.travel_to(life.at(today - timedelta(days=1), 9)):
        again = residencies.ApplicationTerms(
            call_id,
            hamburg.site_id,
            elbe.startup.name,
            "DE",
            "Hamburg",
            "cell therapy",
            elbe.startup.headcount + 2,
            "Our first study is through; we need a second bench for the next one.",
            "A second bench beside the first",
            elbe.startup.owner.name,
            "owner@elbe-cell.example",
            "en",
        )
        application_id = await residencies.submit_application(elbe.startup.owner, again, "demo-apply-second-bench")
        starts_on = today + timedelta(days=10)
        offer = residencies.OfferTerms(
            application_id,
            hamburg.plan_id,
            hamburg.benches[7],
            starts_on,
            starts_on + timedelta(days=364),
            120_000,
            life.TERMS,
            today + timedelta(days=21),
        )
        await residencies.make_offer(manager, offer, "demo-offer-second-bench")
    await outages.break_and_mend(hamburg, elbe, today, LEFT_FOR_WORKERS)


async def _read_old_notes() -> None:
    """Mark what is older than a week as read, for everybody."""
    for person_id in [row["person_id"] for row in await db.rows("SELECT DISTINCT person_id FROM notification WHERE read_at IS NULL")]:
        reader = await access.actor_of_person(person_id)
        assert reader is not None
        old = await db.rows("SELECT id FROM notification WHERE person_id = $1 AND read_at IS NULL ORDER BY id DESC OFFSET 4", person_id)
        if old:
            await notifications.mark_read(reader, [row["id"] for row in old])
