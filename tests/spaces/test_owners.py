"""Units that belong to others: who keeps them, whose share is what, and the monthly statement."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator import db, jobs
from incubator.billing import runs
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, Price, RecurringTerm, Supply
from incubator.kernel import clock, work
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, Stale
from incubator.kernel.paging import Page
from incubator.spaces import charging, owner_queries, service, statements
from incubator.spaces.errors import UnitHasNoOwner
from incubator.spaces.policy import Policy
from incubator.spaces.rates import RateTerms
from incubator.spaces.service import BookingTerms, OwnerTerms, RentalTerms, RequirementTerms
from incubator.spaces.training_errors import ApprovalIsTheHouses, TrainingNotOfSite
from tests.support import make, schooling
from tests.support.credited import credit
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def at(month: int, day: int, hour: int = 12) -> datetime:
    """An instant of 2027 in Berlin."""
    return datetime(2027, month, day, hour, tzinfo=BERLIN)


async def owned(house: make.House, share: str) -> tuple[UUID, Actor]:
    """An instrument of a university with a share, and the university's representative."""
    unit = await make.unit(house, "instrument", hourly_minor=10_000, horizon_days=None, cancel_notice_minutes=120, cancel_fee_percent=50)
    representative = await make.person(await make.organization("university"), Role.REPRESENTATIVE)
    assert representative.organization_id is not None
    await service.set_owner(house.manager, unit, OwnerTerms(representative.organization_id, Decimal(share)))
    return unit, representative


async def book(owner: Actor, unit: UUID, starts_at: datetime, hours: int = 1) -> UUID:
    """Book hours of a unit."""
    return await service.create_booking(owner, BookingTerms(unit, starts_at, starts_at + hours * HOUR, "Run"), make.fresh("book-owned-"))


async def let(house: make.House, unit: UUID, tenant: UUID, first: date, last: date, monthly_minor: int) -> None:
    """Let a unit by a contract."""
    async with db.transaction():
        rental = await service.start_rental(SYSTEM, RentalTerms(unit, tenant, first, last, monthly_minor))
        price = Price(monthly_minor, Basis.MONTH, includes_tax=False)
        term = RecurringTerm("rental", "Bench", price, Supply.WORKPLACE, first, last, rental)
        await service.bind_contract(
            rental, await billing.open_contract(SYSTEM, Buyer(tenant, house.legal_entity_id, house.site_id, "EUR"), [term])
        )


async def state(today: datetime) -> None:
    """Let a day come: what has ended is charged, and statements that are due are made."""
    jobs.load()
    with clock.travel_to(today):
        await charging.charge_ended_bookings()
        await statements.schedule_month(clock.now().date())
        await work.drain(kinds=[statements.FIND, statements.STATE])


async def record(unit: UUID, tenant: UUID) -> UUID | None:
    """Tell of an hour of the sixth of March, which is charged at once."""
    async with db.transaction():
        return await service.record_usage(SYSTEM, unit, tenant, date(2027, 3, 6), 60, 10_000, "told late")


async def shown(actor: Actor) -> list[tuple[date, int, int]]:
    """Month, takings and share of the statements that an actor sees, the latest first."""
    found = await owner_queries.list_statements(actor, Page(first=100))
    return [(row["month"], row["takings_minor"], row["share_minor"]) for row in found.rows]


async def test_a_months_statement_has_each_charge_of_the_owners_units_once() -> None:
    with clock.travel_to(at(3, 1, 8)):
        house = await make.house()
        unit, university = await owned(house, "62.5")
        other, _ = await owned(house, "10")
        tenant, second = await make.resident(house), await make.resident(house)
        await book(tenant, unit, at(3, 2), 3)
        await book(second, unit, at(3, 3), 1)
        await book(second, other, at(3, 3), 2)
        await book(tenant, unit, at(4, 2), 2)

    await state(at(4, 3))
    early = await shown(university)
    await state(at(4, 4))
    await state(at(4, 5))
    first = await shown(university)
    await state(at(5, 4))

    assert early == []
    assert first == [(date(2027, 3, 1), 40_000, 25_000)]
    assert await shown(university) == [(date(2027, 4, 1), 20_000, 12_500), (date(2027, 3, 1), 40_000, 25_000)]
    [march] = [row for row in (await owner_queries.list_statements(university, Page())).rows if row["month"] == date(2027, 3, 1)]
    [uses] = await owner_queries.uses_of_statements(university, [march["id"]])
    assert {(use.organization_id, use.charges, use.takings_minor, use.share_minor) for use in uses} == {
        (tenant.organization_id, 1, 30_000, 18_750),
        (second.organization_id, 1, 10_000, 6_250),
    }


async def test_rentals_fees_and_accessories_are_shared_by_the_unit_they_are_for() -> None:
    with clock.travel_to(at(3, 1, 8)):
        house = await make.house()
        unit, university = await owned(house, "50")
        bench = await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000)
        assert university.organization_id is not None
        await service.set_owner(house.manager, bench, OwnerTerms(university.organization_id, Decimal(10)))
        tenant = await make.resident(house)
        assert tenant.organization_id is not None
        await let(house, bench, tenant.organization_id, date(2027, 3, 1), date(2027, 3, 31), 62_000)
        late = await book(tenant, unit, at(3, 4), 1)
    with clock.travel_to(at(3, 4, 11)):
        found = await db.row("SELECT version FROM booking WHERE id = $1", late)
        assert found is not None
        await service.cancel_booking(tenant, late, found["version"])
    jobs.load()
    with clock.travel_to(at(4, 1)):
        await billing.start_billing_run(house.manager, date(2027, 3, 1), "run-of-march-2027")
        await work.drain()

    await state(at(4, 4))

    # The bench's month at 10 %, and half of the fee, which is half of the hour.
    assert await shown(university) == [(date(2027, 3, 1), 62_000 + 5_000, 6_200 + 2_500)]


async def test_a_share_is_set_for_the_months_to_come_and_never_for_one_that_has_begun() -> None:
    with clock.travel_to(at(3, 10, 8)):
        house = await make.house()
        unit, university = await owned(house, "50")
        tenant = await make.resident(house)
        await book(tenant, unit, at(3, 12), 1)
        await book(tenant, unit, at(4, 12), 1)

        first = await service.set_share(university, unit, Decimal(80))
        [share] = await owner_queries.shares_of(university, [unit])
    await state(at(4, 4))
    await state(at(5, 4))

    assert first == date(2027, 4, 1)
    assert share == owner_queries.Share(Decimal(50), Decimal(80), date(2027, 4, 1))
    assert await shown(university) == [(date(2027, 4, 1), 10_000, 8_000), (date(2027, 3, 1), 10_000, 5_000)]


async def test_what_was_supplied_before_a_unit_changed_hands_stays_with_the_owner_before() -> None:
    with clock.travel_to(at(3, 1, 8)):
        house = await make.house()
        unit, university = await owned(house, "50")
        hospital = await make.person(await make.organization("hospital"), Role.REPRESENTATIVE)
        assert hospital.organization_id is not None
        tenant = await make.resident(house)
        await book(tenant, unit, at(3, 5), 1)
        await book(tenant, unit, at(3, 20), 1)
    with clock.travel_to(at(3, 10)):
        await service.set_owner(house.manager, unit, OwnerTerms(hospital.organization_id, Decimal(20)))

    await state(at(4, 4))

    assert await shown(university) == [(date(2027, 3, 1), 10_000, 5_000)]
    assert await shown(hospital) == [(date(2027, 3, 1), 10_000, 2_000)]


async def test_a_charge_that_comes_late_goes_into_the_next_statement() -> None:
    with clock.travel_to(at(3, 1, 8)):
        house = await make.house()
        unit, university = await owned(house, "50")
        tenant = await make.resident(house)
        assert tenant.organization_id is not None
        await book(tenant, unit, at(3, 5), 1)
    await state(at(4, 4))
    with clock.travel_to(at(4, 6)):
        usage = await record(unit, tenant.organization_id)
        assert usage is not None

    await state(at(5, 4))

    assert await shown(university) == [(date(2027, 4, 1), 10_000, 5_000), (date(2027, 3, 1), 10_000, 5_000)]


async def test_what_falls_away_of_a_stated_charge_is_taken_off_in_the_next_statement() -> None:
    with clock.travel_to(at(3, 1, 8)):
        house = await make.house()
        unit, university = await owned(house, "33.3")
        tenant = await make.resident(house)
        await book(tenant, unit, at(3, 2), 3)
        await book(tenant, unit, at(3, 3), 1)
    await state(at(4, 4))
    with clock.travel_to(at(4, 6)):
        charge = await db.value("SELECT id FROM charge WHERE amount_minor = 30000")
        await billing.waive_charge(house.manager, charge, "The instrument stood still", "waived-in-april")

    await state(at(5, 4))
    await state(at(6, 4))

    assert await shown(university) == [(date(2027, 4, 1), -30_000, -9_990), (date(2027, 3, 1), 40_000, 13_320)]
    [april, _] = (await owner_queries.list_statements(university, Page(first=10))).rows
    [uses] = await owner_queries.uses_of_statements(university, [april["id"]])
    assert [(use.charges, use.takings_minor, use.share_minor) for use in uses] == [(1, -30_000, -9_990)]


async def test_what_a_credit_of_the_operator_pays_is_shared_like_what_the_customer_pays() -> None:
    with clock.travel_to(at(3, 6, 14)):
        house, tenant = await make.house(), await make.organization()
        unit, university = await owned(house, "60")
        await credit(house, tenant, 4_000)
        await record(unit, tenant)
    with clock.travel_to(at(4, 1, 8)):
        await billing.start_billing_run(house.manager, date(2027, 3, 1), "run-of-march")
        jobs.load()
        await work.drain(kinds=[runs.ESTIMATE, runs.BILL_BATCH])

    await state(at(4, 4))

    assert await db.value("SELECT amount_minor FROM invoice_line") == 6_000
    assert await shown(university) == [(date(2027, 3, 1), 10_000, 6_000)]


async def test_a_statement_never_changes() -> None:
    with clock.travel_to(at(3, 1, 8)):
        house = await make.house()
        unit, _ = await owned(house, "50")
        await book(await make.resident(house), unit, at(3, 5), 1)
    await state(at(4, 4))

    for sql in ("UPDATE owner_statement SET share_minor = 0", "DELETE FROM owner_statement_line"):
        with pytest.raises(Exception, match="append-only"):
            await db.execute(sql)


async def test_only_the_owner_and_who_sees_money_there_see_share_and_statements_and_nobody_sees_persons() -> None:
    with clock.travel_to(at(3, 1, 8)):
        house, elsewhere = await make.house(), await make.house()
        unit, university = await owned(house, "50")
        tenant = await make.resident(house)
        await book(tenant, unit, at(3, 5), 1)
        desk = await make.person(house.operator_id, Role.FRONT_DESK)
        finance = await make.person(house.operator_id, Role.FINANCE)
    await state(at(4, 4))

    seeing = {"owner": university, "manager": house.manager, "finance": finance}
    blind = {"tenant": tenant, "desk": desk, "other manager": elsewhere.manager}
    for actor in seeing.values():
        assert len(await shown(actor)) == 1
        assert await owner_queries.shares_of(actor, [unit]) == [owner_queries.Share(Decimal(50), None, None)]
    for actor in blind.values():
        assert await shown(actor) == []
        assert await owner_queries.shares_of(actor, [unit]) == [None]
    [use] = await owner_queries.list_unit_uses(university, date(2027, 3, 1), date(2027, 3, 31))
    assert (use.organization_id, use.bookings, use.booked_minutes) == (tenant.organization_id, 1, 60)
    assert await owner_queries.list_unit_uses(tenant, date(2027, 3, 1), date(2027, 3, 31)) == []


async def test_an_owner_sets_rates_policy_and_share_of_own_units_and_of_no_others() -> None:
    house = await make.house()
    unit, university = await owned(house, "50")
    foreign, _ = await owned(house, "50")
    plain = await make.unit(house, "instrument")
    terms = {one: RateTerms(house.site_id, "day", 40_000, date(2027, 1, 1), unit_id=one) for one in (unit, foreign, plain)}

    rate = await service.add_rate(university, terms[unit])
    await service.end_rate(university, rate, date(2027, 6, 30), 1)
    await service.set_policy(university, unit, Policy(longest_minutes=120))

    before = await db.value("SELECT count(*) FROM audit_entry")
    for one in (foreign, plain):
        with pytest.raises(Forbidden):
            await service.add_rate(university, terms[one])
        with pytest.raises(Forbidden):
            await service.set_policy(university, one, Policy())
        with pytest.raises(Forbidden):
            await service.set_share(university, one, Decimal(99))
    with pytest.raises(Forbidden):
        await service.set_owner(university, unit, None)
    with pytest.raises(Forbidden):
        await service.add_rate(university, RateTerms(house.site_id, "day", 40_000, date(2027, 1, 1), kind="instrument"))
    assert await db.value("SELECT count(*) FROM audit_entry") == before


async def asked_of(unit: UUID) -> list[tuple[UUID, int]]:
    """Which trainings a unit asks for itself, and at which level."""
    rows = await db.rows("SELECT training_id, level FROM unit_requirement WHERE unit_id = $1 ORDER BY created_at, id", unit)
    return [(row["training_id"], row["level"]) for row in rows]


async def test_an_owner_says_what_own_units_ask_for_and_drops_it_also_what_the_house_had_said() -> None:
    house = await make.house()
    unit, university = await owned(house, "50")
    own, briefing = await schooling.training(house), await schooling.training(house, kind="safety briefing")
    await service.require_qualification(house.manager, RequirementTerms(unit, briefing))

    await service.require_qualification(university, RequirementTerms(unit, own))
    await service.require_qualification(university, RequirementTerms(unit, own, level=2))
    asked = await asked_of(unit)
    await service.drop_requirement(university, unit, briefing)

    assert asked == [(briefing, 1), (own, 2)]
    assert await asked_of(unit) == [(own, 2)]
    assert await db.value("SELECT count(*) FROM audit_entry WHERE person_id = $1 AND subject_id = $2", university.person_id, unit) == 3


async def test_which_biosafety_approval_a_unit_asks_for_is_the_houses_to_say_and_nothing_is_written() -> None:
    house = await make.house()
    unit, university = await owned(house, "50")
    asked, other = await schooling.approval(house), await schooling.approval(house, levels=("One", "Two"), trainer_level=2)
    await service.require_qualification(house.manager, RequirementTerms(unit, other, level=2))
    before = await contents()

    for training in (asked, other):
        with pytest.raises(ApprovalIsTheHouses) as refused:
            await service.require_qualification(university, RequirementTerms(unit, training))
        assert refused.value.training_id == training
    with pytest.raises(ApprovalIsTheHouses):
        await service.drop_requirement(university, unit, other)

    assert await contents() == before
    await service.drop_requirement(house.manager, unit, other)
    assert await asked_of(unit) == []


async def test_a_unit_asks_for_trainings_of_its_site_and_an_owner_of_others_or_no_more_says_nothing() -> None:
    house, elsewhere = await make.house(), await make.house()
    unit, university = await owned(house, "50")
    foreign, _ = await owned(house, "50")
    lost, former = await owned(house, "50")
    training, second, abroad = await schooling.training(house), await schooling.training(house), await schooling.training(elsewhere)
    for one in (unit, foreign, lost):
        await service.require_qualification(house.manager, RequirementTerms(one, training))
    await service.set_owner(house.manager, lost, None)
    former = await make.again(former)
    before = await contents()

    with pytest.raises(TrainingNotOfSite):
        await service.require_qualification(university, RequirementTerms(unit, abroad))
    for actor, one in ((university, foreign), (university, lost), (former, lost), (former, unit)):
        with pytest.raises(Forbidden):
            await service.require_qualification(actor, RequirementTerms(one, second))
        with pytest.raises(Forbidden):
            await service.drop_requirement(actor, one, training)
    with pytest.raises(NotFound):
        await service.drop_requirement(university, unit, second)
    with pytest.raises(NotFound):
        await service.require_qualification(university, RequirementTerms(house.site_id, second))

    assert await contents() == before


async def test_a_share_that_makes_no_sense_is_refused_and_nothing_is_written() -> None:
    house = await make.house()
    unit, university = await owned(house, "50")
    plain = await make.unit(house, "instrument")

    for share in (Decimal("-0.01"), Decimal("100.01"), Decimal("33.333")):
        with pytest.raises(OutOfRange):
            await service.set_share(university, unit, share)
    with pytest.raises(UnitHasNoOwner):
        await service.set_share(house.manager, plain, Decimal(10))
    with pytest.raises(Stale):
        await service.set_share(university, unit, Decimal(10), expected_version=1)
    with pytest.raises(NotFound):
        await service.set_share(university, house.site_id, Decimal(10))

    assert await db.value("SELECT count(*) FROM unit_ownership") == 1


@given(st.integers(1, 10**9), st.booleans(), st.sampled_from(["0", "8.1", "9", "19", "25"]), st.integers(0, 10_000))
def test_net_and_share_lie_within_the_amount(amount: int, includes_tax: bool, rate: str, hundredths: int) -> None:
    net, share = statements.share_of(amount, includes_tax, Decimal(rate), Decimal(hundredths) / 100)

    gross_of_net = Decimal(net) * (1 + Decimal(rate) / 100)
    assert 0 <= share <= net <= amount
    assert net == amount or abs(gross_of_net - amount) <= Decimal("0.5") * (1 + Decimal(rate) / 100)
    assert abs(Decimal(share) - Decimal(net) * hundredths / 10_000) <= Decimal("0.5")
