"""Machine hours: what counts, which days, against what, and who is told."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import Forbidden, NotFound, PeriodInverted, PeriodTooLong
from incubator.reports.machine_hours import machine_hours
from incubator.spaces import service
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)


async def used(unit: UUID, organization: UUID, day: date, minutes: int) -> None:
    """Write down that an organisation used a unit."""
    async with db.transaction():
        await service.record_usage(SYSTEM, unit, organization, day, minutes, 0, make.fresh("use "), is_charged=False)


async def test_counts_instruments_on_days_of_the_period_against_as_many_days_before() -> None:
    house, user = await make.house(), await make.organization("startup")
    instrument, room = await make.unit(house, "instrument"), await make.unit(house)
    for day, minutes in ((FIRST, 60), (LAST, 40), (FIRST - timedelta(days=1), 30), (FIRST - timedelta(days=10), 30)):
        await used(instrument, user, day, minutes)
    for day in (LAST + timedelta(days=1), FIRST - timedelta(days=11)):
        await used(instrument, user, day, 1_000)
    await used(room, user, FIRST, 1_000)

    found = await machine_hours(house.manager, house.site_id, FIRST, LAST)

    assert (found.minutes, found.minutes_before, found.organizations) == (100, 60, 1)
    assert found.change_percent == Decimal("66.7")


async def test_nothing_before_is_no_growth() -> None:
    house = await make.house()
    await used(await make.unit(house, "instrument"), await make.organization("startup"), FIRST, 60)

    found = await machine_hours(house.manager, house.site_id, FIRST, LAST)

    assert found.change_percent is None


async def test_who_rents_at_the_site_is_not_from_outside() -> None:
    house = await make.house()
    tenant, guest = await make.resident(house), await make.organization("startup")
    assert tenant.organization_id is not None
    instrument, today = await make.unit(house, "instrument"), clock.today("Europe/Berlin")
    await used(instrument, tenant.organization_id, today, 60)
    await used(instrument, guest, today, 60)

    found = await machine_hours(house.manager, house.site_id, today, today)

    assert [(use.organizations, use.external) for use in found.by_district] == [(2, 1)]


async def test_is_for_who_sees_the_portfolio_of_the_site() -> None:
    house, elsewhere = await make.house(), await make.house()
    finance = await make.person(house.operator_id, Role.FINANCE)
    auditor = await make.person(house.operator_id, Role.AUDITOR)

    assert (await machine_hours(auditor, house.site_id, FIRST, LAST)).by_district == []
    with pytest.raises(Forbidden):
        await machine_hours(finance, house.site_id, FIRST, LAST)
    with pytest.raises(NotFound):
        await machine_hours(elsewhere.manager, house.site_id, FIRST, LAST)


async def test_days_that_make_no_period_are_refused() -> None:
    house = await make.house()

    with pytest.raises(PeriodInverted):
        await machine_hours(house.manager, house.site_id, LAST, FIRST)
    with pytest.raises(PeriodTooLong):
        await machine_hours(house.manager, house.site_id, FIRST, FIRST + timedelta(days=366))
