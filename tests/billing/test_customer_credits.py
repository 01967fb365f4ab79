"""Credits that customers are given, what is withdrawn of them, who sees them, and that their end is told once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from incubator import db
from incubator.billing import customer_credits, service
from incubator.billing.credit_errors import CreditClosed
from incubator.billing.customer_credit_views import customer_credits_by_id, list_customer_credits
from incubator.billing.terms import Supply
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.kernel.errors import (
    DomainError,
    Forbidden,
    IdempotencyMismatch,
    NotFound,
    OutOfRange,
    PeriodInverted,
    Stale,
    TooLong,
    TooShort,
    UnknownCurrency,
)
from incubator.kernel.paging import Page
from tests.billing.worlds import APRIL, MARCH, charged, drain
from tests.support import make
from tests.support.credited import LAST, credit, terms
from tests.support.make import House

pytestmark = pytest.mark.usefixtures("database")
TWELFTH = datetime(2026, 4, 12, 6, 0, tzinfo=UTC)


async def spent(house: House, amount_minor: int) -> Any:
    """A credit of 400.00 of which some was used in March."""
    customer = await make.organization()
    credit_id = await credit(house, customer)
    await charged(house, customer, amount_minor)
    await service.start_billing_run(house.manager, MARCH, "run-of-march")
    await drain()
    return credit_id


async def test_the_same_key_gives_one_credit() -> None:
    house, customer = await make.house(), await make.organization()
    given = terms(house, customer)
    with clock.travel_to(APRIL):
        first, again = [await service.give_credit(house.manager, given, "give-key-1") for _ in range(2)]
        with pytest.raises(IdempotencyMismatch):
            await service.give_credit(house.manager, replace(given, amount_minor=1), "give-key-1")

    assert first == again
    assert await db.value("SELECT count(*) FROM customer_credit") == 1
    assert await db.value("SELECT concerns_id FROM audit_entry WHERE type_name = 'CustomerCredit'") == house.legal_entity_id


WRONG: list[tuple[dict[str, Any], type[DomainError]]] = [
    ({"amount_minor": 0}, OutOfRange),
    ({"reason": " "}, TooShort),
    ({"reason": "x" * 121}, TooLong),
    ({"currency": "EURO"}, UnknownCurrency),
    ({"usable_from": date(2027, 7, 1)}, PeriodInverted),
    ({"usable_until": date(2026, 3, 31)}, OutOfRange),
    ({"supply": Supply.DEPOSIT}, OutOfRange),
]


@pytest.mark.parametrize(("changes", "refusal"), WRONG)
async def test_what_makes_no_sense_is_not_given(changes: dict[str, Any], refusal: type[DomainError]) -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL), pytest.raises(refusal):
        await service.give_credit(house.manager, replace(terms(house, customer), **changes), "give-key-1")

    assert await db.value("SELECT count(*) FROM customer_credit") == 0


async def test_who_may_give_withdraw_and_see() -> None:
    house, other, customer = await make.house(), await make.house(), await make.organization()
    finance = await make.person(house.operator_id, Role.FINANCE)
    owner, member = await make.person(customer, Role.OWNER), await make.person(customer, Role.MEMBER)
    stranger, auditor = await make.startup_owner(), await make.person(house.operator_id, Role.AUDITOR)
    with clock.travel_to(APRIL):
        credit_id = await credit(house, customer, by=finance)
        for actor, refusal in ((other.manager, NotFound), (owner, NotFound), (auditor, Forbidden)):
            with pytest.raises(refusal):
                await credit(house, customer, by=actor)
        for actor, refusal in ((other.manager, NotFound), (stranger, NotFound), (owner, Forbidden), (auditor, Forbidden)):
            with pytest.raises(refusal):
                await service.withdraw_credit(actor, credit_id, "A mistake", 1, "withdraw-key")
        everybody = (finance, house.manager, auditor, owner, member, stranger, other.manager)
        seen = [credit_id in await customer_credits_by_id(actor, [credit_id]) for actor in everybody]
        listed = [len((await list_customer_credits(actor, Page())).rows) for actor in everybody]

    assert seen == [True, True, True, True, False, False, False]
    assert listed == [1, 1, 1, 1, 0, 0, 0]
    assert await db.value("SELECT count(*) FROM customer_credit WHERE withdrawn_at IS NOT NULL") == 0


async def test_what_is_left_is_withdrawn_once_and_what_was_used_stays() -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        credit_id = await spent(house, 15_000)
        with pytest.raises(Stale):
            await service.withdraw_credit(house.manager, credit_id, "The programme ended", 2, "withdraw-key")
        left = [await service.withdraw_credit(house.manager, credit_id, "The programme ended", 1, "withdraw-key") for _ in range(2)]
        with pytest.raises(CreditClosed):
            await service.withdraw_credit(house.manager, credit_id, "Again", 2, "withdraw-key-2")
        view = (await customer_credits_by_id(house.manager, [credit_id]))[credit_id]

    assert left == [25_000, 25_000]
    assert (view.state, view.used_minor, view.withdrawn_reason, view.version) == ("withdrawn", 15_000, "The programme ended", 2)
    assert [row["action"] for row in await db.rows("SELECT action FROM audit_entry WHERE subject_id = $1 ORDER BY id", credit_id)] == [
        "give credit",
        "withdraw credit",
    ]


async def test_a_credit_is_used_up_or_expires_on_the_day_after_its_last_where_the_site_is() -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        full = await spent(house, 40_000)
        open_one = await credit(house, await make.organization(), usable_until=date(2026, 4, 12))

    async def states() -> list[str]:
        found = await customer_credits_by_id(house.manager, [full, open_one])
        return [found[one].state for one in (full, open_one)]

    with clock.travel_to(datetime(2026, 4, 12, 21, 59, tzinfo=UTC)):
        before = await states()
    with clock.travel_to(datetime(2026, 4, 12, 22, 0, tzinfo=UTC)):
        after = await states()
        with pytest.raises(CreditClosed):
            await service.withdraw_credit(house.manager, open_one, "Late", 1, "withdraw-key")

    assert before == ["used up", "open"]
    assert after == ["used up", "expired"]


async def test_lists_what_expires_first_first_and_by_customer_and_state() -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        later = await credit(house, customer)
        sooner = await credit(house, customer, usable_until=date(2026, 5, 1))
        other = await credit(house, await make.organization(), usable_until=date(2026, 4, 20))
        lists = [
            [row["id"] for row in (await list_customer_credits(house.manager, Page(), **given)).rows]
            for given in (
                {},
                {"customer_id": customer},
                {"state": "expired"},
                {"currency": "CHF"},
                {"legal_entity_id": house.legal_entity_id},
            )
        ]

    assert lists == [[other, sooner, later], [sooner, later], [], [], [other, sooner, later]]


async def test_the_customers_people_for_money_are_told_once_thirty_days_before() -> None:
    house, customer = await make.house(), await make.organization()
    contact, member = await make.person(customer, Role.BILLING_CONTACT), await make.person(customer, Role.MEMBER)
    with clock.travel_to(APRIL):
        await credit(house, customer, usable_until=date(2026, 5, 12))
        await credit(house, customer, usable_until=LAST)
        withdrawn = await credit(house, customer, usable_until=date(2026, 5, 12))
        await service.withdraw_credit(house.manager, withdrawn, "A mistake", 1, "withdraw-key")
    with clock.travel_to(datetime(2026, 4, 11, 21, 0, tzinfo=UTC)):
        too_early = await customer_credits.tell_of_endings()
    with clock.travel_to(TWELFTH):
        told = [await customer_credits.tell_of_endings() for _ in range(2)]
        await drain()

    found = await db.rows("SELECT person_id, kind, params::text AS params, path FROM notification ORDER BY id")
    assert (too_early, told) == (False, [True, False])
    assert [(row["person_id"], row["kind"], row["path"]) for row in found] == [(contact.person_id, "credit_ends_soon", "/invoices")]
    assert '"left_minor": 40000' in found[0]["params"]
    assert member.person_id != contact.person_id


async def test_a_credit_that_was_used_up_before_it_was_told_is_no_news() -> None:
    house, customer = await make.house(), await make.organization()
    await make.person(customer, Role.BILLING_CONTACT)
    with clock.travel_to(TWELFTH):
        credit_id = await credit(house, customer, usable_until=date(2026, 5, 1))
        await customer_credits.tell_of_endings()
        await service.withdraw_credit(house.manager, credit_id, "A mistake", 1, "withdraw-key")
        await drain()

    assert await db.value("SELECT count(*) FROM notification") == 0
