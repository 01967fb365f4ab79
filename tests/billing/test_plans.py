"""Plans: their phases as a contract's terms, for people and units, with discounts, a minimum and an index; and plans that are retired."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import checks, service
from incubator.billing.contract_errors import PlanRetired, PlanWithoutEnd
from incubator.billing.terms import Basis, Measured, Per, PhaseTerms, PlanConditions, Timing
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, Stale
from incubator.residencies import service as residencies
from incubator.residencies.policy import terms_hash
from tests.billing.worlds import APRIL, MARCH, buyer_at, drain
from tests.support import make
from tests.support.make import House

FREE_THEN_300 = (PhaseTerms(12, 0, Basis.YEAR), PhaseTerms(None, 30_000, Basis.YEAR))


async def plan_of(house: House, *phases: PhaseTerms, conditions: PlanConditions | None = None, actor: Actor = SYSTEM) -> UUID:
    return await service.create_plan(
        actor, house.operator_id, make.fresh("Plan "), "EUR", phases, price_includes_tax=False, conditions=conditions
    )


async def test_a_first_year_free_then_300_a_year(database: str) -> None:
    house = await make.house()
    plan_id = await plan_of(house, *FREE_THEN_300)

    free, paid = await service.plan_terms(plan_id, MARCH, None, "EUR")

    assert (free.starts_on, free.ends_on, free.price.unit_price_minor, free.price.is_waived) == (MARCH, date(2027, 2, 28), 0, True)
    assert (paid.starts_on, paid.ends_on, paid.price.unit_price_minor, paid.price.is_waived) == (date(2027, 3, 1), None, 30_000, False)


async def test_a_price_per_person_counts_the_heads_of_the_residency(database: str) -> None:
    house = await make.house()
    plan_id = await plan_of(
        house, PhaseTerms(3, 1_000, Basis.MONTH, Per.PERSON), PhaseTerms(2, 700, Basis.MONTH, Per.UNIT), PhaseTerms(None, 500, Basis.MONTH)
    )

    terms = await service.plan_terms(plan_id, MARCH, None, "EUR", Measured(people=7, units=2))

    assert [term.price.quantity for term in terms] == [7, 2, 1]


async def test_an_accepted_offer_opens_its_plan_for_all_heads_with_the_minimum(database: str) -> None:
    house = await make.house()
    plan_id = await plan_of(house, PhaseTerms(None, 1_000, Basis.MONTH, Per.PERSON), conditions=PlanConditions(minimum_minor=90_000))
    owner = await make.resident(house)
    offer = await make.offer(house, owner=owner, terms="Desks for all of you, twelve months.")
    await db.execute("UPDATE offer SET plan_id = $2 WHERE id = $1", offer.offer_id, plan_id)
    heads = await db.value("SELECT a.headcount FROM application a JOIN offer o ON o.application_id = a.id WHERE o.id = $1", offer.offer_id)

    residency_id = await residencies.accept_offer(owner, offer.offer_id, terms_hash("Desks for all of you, twelve months."))

    found = await db.row(
        "SELECT t.quantity, c.minimum_minor, c.minimum_billed_until, t.starts_on FROM contract c JOIN contract_term t ON t.contract_id = c.id"
        " AND t.kind = 'plan' WHERE c.subject_id = $1",
        residency_id,
    )
    assert found is not None
    assert heads > 1
    assert (found["quantity"], found["minimum_minor"]) == (heads, 90_000)
    assert found["minimum_billed_until"] < found["starts_on"]


async def test_a_second_contract_adds_no_second_minimum(database: str) -> None:
    house, customer = await make.house(), await make.organization()
    terms = await service.plan_terms(await plan_of(house, *FREE_THEN_300), MARCH, None, "EUR")

    for _ in range(2):
        await service.open_contract(SYSTEM, buyer_at(house, customer), terms, minimum_minor=5_000)

    found = await db.rows("SELECT minimum_minor FROM contract ORDER BY id")
    assert [row["minimum_minor"] for row in found] == [5_000, None]


async def test_a_discount_holds_for_the_first_months_of_its_phase(database: str) -> None:
    house = await make.house()
    phase = PhaseTerms(None, 31_000, Basis.MONTH, discount_percent=Decimal(50), discount_months=1)
    plan_id = await plan_of(house, phase)
    with clock.travel_to(datetime(2026, 5, 2, tzinfo=UTC)):
        terms = await service.plan_terms(plan_id, MARCH, None, "EUR")
        await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), terms)
        await service.start_billing_run(house.manager, date(2026, 4, 1), "run-of-april")
        await drain()

    assert [row["amount_minor"] for row in await db.rows("SELECT amount_minor FROM charge ORDER BY supplied_from")] == [15_500, 31_000]
    assert await checks.problems() == []


async def test_a_plan_in_arrears_bills_a_month_when_it_is_over(database: str) -> None:
    house = await make.house()
    plan_id = await plan_of(house, PhaseTerms(None, 31_000, Basis.MONTH), conditions=PlanConditions(timing=Timing.ARREARS))
    terms = await service.plan_terms(plan_id, MARCH, None, "EUR")
    await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), terms)

    invoiced = []
    for moment, key in ((datetime(2026, 3, 30, tzinfo=UTC), "run-in-march"), (APRIL, "run-in-april")):
        with clock.travel_to(moment):
            await service.start_billing_run(house.manager, MARCH, key)
            await drain()
        invoiced.append(await db.value("SELECT count(*) FROM invoice"))

    assert invoiced == [0, 1]


async def test_a_free_phase_follows_no_index_and_a_paid_one_from_its_first_day(database: str) -> None:
    house = await make.house()
    plan_id = await plan_of(house, *FREE_THEN_300, conditions=PlanConditions(index_key="VPI", index_months=12))

    free, paid = await service.plan_terms(plan_id, date(2026, 3, 14), None, "EUR")

    assert free.index is None
    assert paid.index is not None
    assert (paid.index.base, paid.adapts_on) == (date(2027, 3, 1), date(2028, 3, 14))


async def test_what_makes_no_sense_makes_no_plan(database: str) -> None:
    house = await make.house()
    for phases, conditions, refusal in (
        ([PhaseTerms(12, 0, Basis.YEAR)], None, PlanWithoutEnd),
        ([PhaseTerms(None, 1, Basis.MONTH, discount_percent=Decimal(101))], None, OutOfRange),
        ([PhaseTerms(3, 1, Basis.MONTH, discount_percent=Decimal(1), discount_months=4), *FREE_THEN_300[1:]], None, OutOfRange),
        (FREE_THEN_300, PlanConditions(deposit_minor=0), OutOfRange),
        (FREE_THEN_300, PlanConditions(index_key="VPI"), OutOfRange),
        (FREE_THEN_300, PlanConditions(index_months=12), OutOfRange),
    ):
        with pytest.raises(refusal):
            await plan_of(house, *phases, conditions=conditions)

    assert await db.value("SELECT count(*) FROM plan") == 0


async def test_a_retired_plan_is_offered_no_more_but_its_offers_stand(database: str) -> None:
    house = await make.house()
    owner = await make.resident(house)
    offer = await make.offer(house, owner=owner, terms="One bench, twelve months.")
    plan_id = await db.value("SELECT plan_id FROM offer WHERE id = $1", offer.offer_id)
    with pytest.raises(Stale):
        await service.retire_plan(house.manager, plan_id, 7)
    await service.retire_plan(house.manager, plan_id, 1)

    application_id = await db.value("SELECT application_id FROM offer WHERE id = $1", offer.offer_id)
    again = residencies.OfferTerms(
        application_id,
        plan_id,
        await db.value("SELECT unit_id FROM offer WHERE id = $1", offer.offer_id),
        date(2030, 1, 1),
        date(2030, 12, 31),
        0,
        "One bench, twelve months.",
        date(2029, 12, 1),
    )
    await db.execute("UPDATE application SET state = 'submitted' WHERE id = $1", application_id)
    with pytest.raises(PlanRetired):
        await residencies.make_offer(house.manager, again, make.fresh("offer-key-"))
    await db.execute("UPDATE application SET state = 'offered' WHERE id = $1", application_id)
    residency_id = await residencies.accept_offer(owner, offer.offer_id, terms_hash("One bench, twelve months."))

    assert await db.value("SELECT plan_id FROM residency WHERE id = $1", residency_id) == plan_id


async def test_who_may_make_and_retire_plans(database: str) -> None:
    house, other = await make.house(), await make.house()
    plan_id = await plan_of(house, *FREE_THEN_300)
    finance = await make.person(house.operator_id, Role.FINANCE)

    with pytest.raises(Forbidden):
        await plan_of(house, *FREE_THEN_300, actor=finance)
    with pytest.raises(Forbidden):
        await service.retire_plan(finance, plan_id, 1)
    with pytest.raises(NotFound):
        await service.retire_plan(other.manager, plan_id, 1)

    assert await db.value("SELECT retired_at FROM plan WHERE id = $1", plan_id) is None
    await plan_of(house, *FREE_THEN_300, actor=house.manager)
