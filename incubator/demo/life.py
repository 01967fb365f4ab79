"""What happens in the demo world: startups come in, book, are billed and pay; people are seconded; deals move."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Supply
from incubator.demo.cast import Startup, actor
from incubator.demo.house import Place
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import Refusals
from incubator.kernel.periods import local_instant
from incubator.pilots import service as pilots
from incubator.pilots.policy import Stage, next_stages
from incubator.residencies import service as residencies
from incubator.residencies.policy import terms_hash
from incubator.secondments import service as secondments
from incubator.spaces import service as spaces
from incubator.spaces.errors import UnitTaken

TERMS = (
    "1. The operator lets the unit named in this offer for the days named in it.\n"
    "2. Rent is invoiced monthly, by calendar day in months that are not full.\n"
    "3. The deposit is returned within 30 days after the keys are handed back.\n"
    "4. Either side may give notice of three months to the end of a month.\n"
    "5. Work is done to the biosafety level of the unit; the site's house rules apply."
)
CORPORATES = ("jnj", "philips", "evotec", "eppendorf", "az", "olympus", "roche", "mindray")
FUNCTIONS = ("medical devices", "pharma", "consumer", "cross-functional")
TITLES = (
    "Image analysis pilot",
    "Organ-on-a-chip study",
    "ECG algorithm validation",
    "Sensor integration",
    "Cell line screening",
    "Assay automation",
)
MEETINGS = ("Team meeting", "Investor call", "Protocol review", "Board meeting", "Interview", "Partner visit", "Workshop")


@dataclass(frozen=True, slots=True)
class Resident:
    """A startup at a place since a day."""

    startup: Startup
    place: Place
    since: date


def at(day: date, hour: int, zone: str = "UTC") -> datetime:
    """Return an instant of a day."""
    return local_instant(datetime(day.year, day.month, day.day, hour), zone)  # noqa: DTZ001 - local, made an instant here


async def admit(
    manager: Actor, call_id: UUID, startup: Startup, place: Place, unit_id: UUID, since: date, until: date, deposit_minor: int
) -> Resident:
    """Let a startup apply, be offered a unit and accept, ten days before it moves in."""
    with clock.travel_to(at(since - timedelta(days=10), 9)):
        application = residencies.ApplicationTerms(
            call_id,
            place.site_id,
            startup.name,
            "DE",
            place.name,
            "life sciences",
            startup.headcount,
            f"{startup.name} builds what patients wait for, and needs a place to prove it.",
            "One bench, later a laboratory",
            startup.owner.name,
            "owner@startup.example",
            "en",
        )
        application_id = await residencies.submit_application(startup.owner, application, f"demo-apply-{startup.id}")
    with clock.travel_to(at(since - timedelta(days=6), 10)):
        terms = residencies.OfferTerms(
            application_id, place.plan_id, unit_id, since, until, deposit_minor, TERMS, clock.today(place.time_zone) + timedelta(days=14)
        )
        offer_id = await residencies.make_offer(manager, terms, f"demo-offer-{startup.id}")
    with clock.travel_to(at(since - timedelta(days=2), 15)):
        await residencies.accept_offer(startup.owner, offer_id, terms_hash(TERMS))
    return Resident(startup, place, since)


async def book(resident: Resident, day: date, chance: random.Random) -> None:
    """Book a meeting room or an instrument on a working day; a taken slot is let go."""
    if day.weekday() > 4:
        return
    unit_id = chance.choice(resident.place.rooms + resident.place.rooms + resident.place.instruments)
    starts_at = at(day, chance.randint(9, 15), resident.place.time_zone)
    terms = spaces.BookingTerms(
        unit_id, starts_at, starts_at + timedelta(minutes=chance.choice((60, 60, 90, 120))), chance.choice(MEETINGS)
    )
    try:
        await spaces.create_booking(resident.startup.owner, terms, f"demo-book-{resident.startup.id}-{day}")
    except (UnitTaken, Refusals):
        return


async def promise(resident: Resident, first: date, until: date) -> None:
    """Let finance give a startup EUR 2,000 for instruments, as its programme promised."""
    with clock.travel_to(at(first, 10)):
        entity_id = await db.value("SELECT legal_entity_id FROM site WHERE id = $1", resident.place.site_id)
        finance = await actor("finance@incubator.example", resident.place.operator_key)
        terms = billing.GivenCredit(
            resident.startup.id, entity_id, "EUR", 200_000, "EUR 2,000 for instruments", first, until, Supply.INSTRUMENT
        )
        await billing.give_credit(finance, terms, f"demo-credit-{resident.startup.id}")


async def bill(operators: list[str], month: date) -> None:
    """Start the billing run of a month for every operator, as its manager."""
    for key in operators:
        manager = await actor("manager@incubator.example", key)
        await billing.start_billing_run(manager, month, f"demo-run-{key}-{month}")


async def approve(operators: list[str]) -> None:
    """Let the runs bill that are held because they stray from the month before: the house grows."""
    for key in operators:
        manager = await actor("manager@incubator.example", key)
        for run in await db.rows(
            "SELECT r.id FROM billing_run r JOIN organization o ON o.id = r.operator_id WHERE o.key = $1 AND r.state = 'held'", key
        ):
            await billing.decide_billing_run(manager, run["id"], approve=True)


async def pay(until: date, chance: random.Random, *, but: UUID | None = None) -> None:
    """Let customers transfer what fell due before a day: most of them, one in nine late, and one not at all."""
    due = await db.rows(
        "SELECT i.id, i.gross_minor - i.paid_minor - i.credited_minor AS open_minor, o.key FROM invoice i JOIN legal_entity e ON e.id = i.legal_entity_id"
        " JOIN organization o ON o.id = e.operator_id WHERE i.state = 'finalised' AND i.kind <> 'credit note' AND i.gross_minor > i.paid_minor + i.credited_minor AND i.due_on < $1"
        " AND i.customer_id IS DISTINCT FROM $2 ORDER BY i.number",
        until,
        but,
    )
    for invoice in due:
        if chance.random() < 0.89:
            finance = await actor("finance@incubator.example", invoice["key"])
            await billing.record_transfer(finance, invoice["id"], invoice["open_minor"], f"transfer {str(invoice['id'])[-12:]}")


async def second(residents: list[Resident], first: date, last: date) -> list[tuple[UUID, str, date]]:
    """Second people of corporates to startups; returns (secondment, mentor's address, its first day)."""
    found = []
    for number, resident in enumerate(residents[:16]):
        corporate = CORPORATES[number % len(CORPORATES)]
        starts_on = max(first + timedelta(days=9 * number), resident.since)
        is_demo = number == 0
        email = "mentor@jnj.example" if is_demo else f"mentor{number}@{corporate}.example"
        manager = await actor("manager@incubator.example", resident.place.operator_key)
        employer_id = await db.value("SELECT id FROM organization WHERE key = $1", corporate)
        terms = secondments.SecondmentTerms(
            email,
            "Dr. Anna Keller" if is_demo else f"Mentor {corporate.title()} {number}",
            employer_id,
            resident.startup.id,
            resident.place.site_id,
            FUNCTIONS[number % len(FUNCTIONS)],
            8 if number % 3 else 16,
            starts_on,
            last,
            ("sponsored", "shared", "charged")[number % 3],
            "Bring the product to its first clinical users",
        )
        with clock.travel_to(at(starts_on - timedelta(days=5), 11)):
            secondment_id = await secondments.second_person(manager, terms)
        found.append((secondment_id, email, starts_on))
    return found


async def log_week(secondment_id: UUID, email: str, corporate: str, monday: date, chance: random.Random) -> None:
    """Let a mentor log a week: one or two days."""
    mentor = await actor(email, corporate)
    for offset in sorted(chance.sample(range(5), chance.randint(1, 2))):
        day = monday + timedelta(days=offset)
        with clock.travel_to(at(day, 23)):
            await secondments.log_time(
                mentor,
                secondment_id,
                day,
                chance.choice((120, 180, 240, 300)),
                chance.choice(("work", "meeting")),
                "",
                f"demo-{day}-{offset}",
            )


async def deal(resident: Resident, corporate: str, opened: date, moves: int, chance: random.Random) -> None:
    """Open a deal and move it on, about three weeks a stage."""
    manager = await actor("manager@incubator.example", resident.place.operator_key)
    corporate_id = await db.value("SELECT id FROM organization WHERE key = $1", corporate)
    with clock.travel_to(at(opened, 12)):
        deal_id = await pilots.open_deal(
            manager,
            f"{chance.choice(TITLES)}: {resident.startup.name}",
            resident.startup.id,
            corporate_id,
            resident.place.site_id,
            chance.randint(20, 250) * 100_000,
            resident.place.currency,
        )
    stage = Stage.INTRODUCTION
    for step in range(moves):
        stage, reason = next_stages(stage)[0], ""
        with clock.travel_to(min(at(opened + timedelta(days=21 * (step + 1)), 12), datetime.now(UTC))):  # noqa: TID251 - the world ends today
            await pilots.move_deal(manager, deal_id, stage, step + 1, reason)
        if not next_stages(stage):
            return
