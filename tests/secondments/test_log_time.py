"""Time: logged once, within the day and the secondment, by the secondee only."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PatternMismatch, PeriodInverted
from incubator.kernel.paging import Page
from incubator.organizations import access
from incubator.secondments import queries, service
from incubator.secondments.errors import DayInTheFuture, DayOutsideSecondment, DayTooLong, WrongKindOfOrganization
from incubator.secondments.service import SecondmentTerms
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = date(2026, 3, 10)


async def terms(house: make.House, **changed: object) -> SecondmentTerms:
    """Return an agreement that is in order."""
    given: dict[str, object] = {
        "secondee_email": f"{make.fresh('mentor')}@people.example",
        "secondee_name": "Mentor",
        "employer_id": await make.organization("corporate"),
        "host_id": await make.organization("startup"),
        "site_id": house.site_id,
        "function": "regulatory",
        "hours_per_week": 8,
        "starts_on": TODAY - timedelta(days=7),
        "ends_on": TODAY + timedelta(days=100),
        "cost_model": "sponsored",
    }
    return SecondmentTerms(**{**given, **changed})  # type: ignore[arg-type]  # values of the right types, by name


async def seconded(house: make.House) -> tuple[Actor, queries.SecondmentRow]:
    """Second a new person and return them with their secondment."""
    secondment_id = await service.second_person(house.manager, await terms(house))
    row = (await queries.secondments_by_id(house.manager, [secondment_id]))[secondment_id]
    mentor = await access.actor_of_person(row.secondee_id, row.employer_id)
    assert mentor is not None
    return mentor, row


async def minutes() -> int:
    """Sum what is logged."""
    return int(await db.value("SELECT coalesce(sum(minutes), 0) FROM time_log WHERE removed_at IS NULL"))


async def test_a_secondee_logs_two_hours_and_everyone_concerned_sees_the_sum() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        mentor, row = await seconded(house)
        await service.log_time(mentor, row.id, TODAY, 120, "work", "Study design", "client-key-1")

        seen = (await queries.secondments_by_id(house.manager, [row.id]))[row.id]
        stranger = await queries.secondments_by_id(await make.startup_owner(), [row.id])

    assert (seen.logged_minutes, stranger) == (120, {})


async def test_the_same_client_key_is_one_entry_however_often_and_at_once_it_is_sent() -> None:
    with clock.travel_to(NOW):
        mentor, row = await seconded(await make.house())

        sent = [service.log_time(mentor, row.id, TODAY, 60, "work", "", "offline-entry-1") for _ in range(6)]
        ids = set(await asyncio.gather(*sent))

    assert (len(ids), await minutes()) == (1, 60)


async def test_nobody_logs_more_than_a_day_has_not_even_at_once() -> None:
    with clock.travel_to(NOW):
        mentor, row = await seconded(await make.house())

        tries = [service.log_time(mentor, row.id, TODAY, 300, "work", "", f"many-hours-{n}") for n in range(8)]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(isinstance(outcome, DayTooLong) for outcome in outcomes) == 4
    assert await minutes() == 1200


@pytest.mark.parametrize(
    ("day", "count", "category", "expected"),
    [
        (TODAY - timedelta(days=8), 60, "work", DayOutsideSecondment),
        (TODAY + timedelta(days=1), 60, "work", DayInTheFuture),
        (TODAY, 0, "work", OutOfRange),
        (TODAY, -5, "work", OutOfRange),
        (TODAY, 25 * 60, "work", OutOfRange),
        (TODAY, 60, "sleeping", PatternMismatch),
    ],
)
async def test_what_is_no_time_is_refused_and_nothing_written(day: date, count: int, category: str, expected: type[Exception]) -> None:
    with clock.travel_to(NOW):
        mentor, row = await seconded(await make.house())

        with pytest.raises(expected):
            await service.log_time(mentor, row.id, day, count, category, "", "client-key-1")

    assert await minutes() == 0


async def test_only_the_secondee_logs_and_takes_back() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        mentor, row = await seconded(house)
        entry = await service.log_time(mentor, row.id, TODAY, 60, "work", "", "client-key-1")
        admin = await make.person(row.employer_id, Role.CORPORATE_ADMIN)

        for actor, expected in ((admin, Forbidden), (house.manager, Forbidden), (await make.startup_owner(), NotFound)):
            with pytest.raises(expected):
                await service.log_time(actor, row.id, TODAY, 60, "work", "", "client-key-2")
            with pytest.raises(expected):
                await service.remove_time_log(actor, entry)
        kept = await minutes()
        await service.remove_time_log(mentor, entry)
        with pytest.raises(NotFound):
            await service.remove_time_log(mentor, entry)

    assert (kept, await minutes()) == (60, 0)


async def test_bad_agreements_are_refused_and_nothing_written() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        startup = await make.organization("startup")
        for changed, expected in (
            ({"employer_id": startup}, WrongKindOfOrganization),
            ({"hours_per_week": 90}, OutOfRange),
            ({"ends_on": TODAY - timedelta(days=30)}, PeriodInverted),
            ({"cost_model": "free"}, PatternMismatch),
        ):
            with pytest.raises(expected):
                await service.second_person(house.manager, await terms(house, **changed))
        with pytest.raises(Forbidden):
            await service.second_person(await make.startup_owner(), await terms(house))

    assert await db.value("SELECT count(*) FROM secondment") == 0
    assert await db.value("SELECT count(*) FROM person WHERE email LIKE 'mentor%'") == 0


async def test_a_week_is_two_statements_whatever_it_holds() -> None:
    with clock.travel_to(NOW):
        mentor, row = await seconded(await make.house())
        for number in range(10):
            await service.log_time(mentor, row.id, TODAY, 30, "work", "", f"client-key-{number}")
        seen: list[str] = []
        stop = db.observe(lambda sql, seconds: seen.append(sql))
        page = await queries.list_time_logs(
            mentor, Page(), first=TODAY - timedelta(days=6), until=TODAY + timedelta(days=1), with_total=True
        )
        stop()

    assert (page.total, len(seen)) == (10, 2)
