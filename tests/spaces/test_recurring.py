"""Series: local time kept, failures reported, endless rules refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator import db
from incubator.kernel import clock
from incubator.kernel.errors import IdempotencyMismatch, PeriodInverted
from incubator.spaces import service
from incubator.spaces.errors import RuleInvalid, SeriesTooLong, SeriesUnbounded
from incubator.spaces.recurring import SeriesTerms, create_series, instances
from incubator.spaces.service import BookingTerms
from tests.spaces.plain_clock import wall
from tests.support import make

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)  # a Wednesday, 10:00 in Berlin
HOUR = timedelta(hours=1)
LOCAL_TEN = datetime(2026, 3, 11, 10)  # noqa: DTZ001 - what the wall shows


def weekly(unit: Any, rule: str = "FREQ=WEEKLY;COUNT=5", **more: Any) -> SeriesTerms:
    """A weekly hour at ten."""
    given_: dict[str, Any] = {"unit_id": unit, "starts_at": TEN, "ends_at": TEN + HOUR, "title": "Jour fixe", "rule": rule}
    return SeriesTerms(**{**given_, **more})


@pytest.mark.usefixtures("database")
async def test_a_series_keeps_the_time_on_the_wall_across_the_clock_change() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)

        report = await create_series(owner, weekly(room), "series-key-1")
        again = await create_series(owner, weekly(room), "series-key-1")
        with pytest.raises(IdempotencyMismatch):
            await create_series(owner, weekly(room, "FREQ=DAILY;COUNT=2"), "series-key-1")

    found = await db.rows("SELECT starts_at, ends_at FROM booking ORDER BY starts_at")
    assert [(wall(row["starts_at"], "Europe/Berlin").hour, row["starts_at"].hour, row["ends_at"] - row["starts_at"]) for row in found] == [
        (10, 9, HOUR),
        (10, 9, HOUR),
        (10, 9, HOUR),
        (10, 8, HOUR),
        (10, 8, HOUR),
    ]
    assert (len(report.booking_ids), report.failures, report.price_minor) == (5, [], 22500)
    assert again.booking_ids == report.booking_ids


@pytest.mark.usefixtures("database")
async def test_instances_that_fail_are_reported_with_their_reasons_and_the_others_are_booked() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="Mo-Fr 08:00-18:00")
        owner, neighbour, room = await make.resident(house), await make.resident(house), await make.unit(house, horizon_days=30)
        await service.create_booking(
            neighbour, BookingTerms(room, TEN + timedelta(days=1), TEN + timedelta(days=1, hours=1), "X"), "key-12345"
        )

        terms = weekly(room, "FREQ=DAILY;COUNT=6")
        preview = await create_series(owner, terms, "series-key-0", is_preview=True)
        nothing = await db.value("SELECT count(*) FROM booking WHERE series_id IS NOT NULL")
        report = await create_series(owner, terms, "series-key-0")

    reasons = [(failure.starts_at, failure.code) for failure in report.failures]
    assert reasons == [("2026-03-12T10:00", "UnitTaken"), ("2026-03-14T10:00", "UnitClosed"), ("2026-03-15T10:00", "UnitClosed")]
    assert (len(report.booking_ids), await db.value("SELECT count(*) FROM booking WHERE series_id = $1", report.series_id)) == (3, 3)
    assert (preview.series_id, list(preview.failures), preview.price_minor, nothing) == (None, list(report.failures), 13500, 0)


@pytest.mark.usefixtures("database")
async def test_an_instance_in_the_gap_of_the_spring_night_fails_alone() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="24/7")
        owner, room = await make.resident(house), await make.unit(house)
        night = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)  # 02:30 in Berlin; the next night has none

        report = await create_series(owner, weekly(room, "FREQ=DAILY;COUNT=3", starts_at=night, ends_at=night + HOUR), "series-key-1")

    assert [(failure.starts_at, failure.code) for failure in report.failures] == [("2026-03-29T02:30", "NonexistentTime")]
    assert len(report.booking_ids) == 2


BAD: list[tuple[str, type[Exception]]] = [
    ("FREQ=WEEKLY", SeriesUnbounded),
    ("FREQ=DAILY;COUNT=367", SeriesTooLong),
    ("FREQ=DAILY;UNTIL=20280101", SeriesTooLong),
    ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", SeriesTooLong),
    ("FREQ=YEARLY;COUNT=20", SeriesTooLong),
    ("FREQ=HOURLY;COUNT=3", RuleInvalid),
    ("FREQ=DAILY;COUNT=3;BYHOUR=1,2,3", RuleInvalid),
    ("FREQ=DAILY;COUNT=-1", RuleInvalid),
    ("FREQ=DAILY;COUNT=3;COUNT=4", RuleInvalid),
    ("FREQ=DAILY;UNTIL=20269999", RuleInvalid),
    ("COUNT=3", RuleInvalid),
    ("FREQ=WEEKLY;COUNT=3;BYDAY=XX", RuleInvalid),
    ("every Tuesday", RuleInvalid),
    ("", RuleInvalid),
]


@pytest.mark.parametrize(("rule", "expected"), BAD)
def test_a_rule_without_an_end_or_sense_is_refused(rule: str, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        instances(rule, LOCAL_TEN)


@pytest.mark.usefixtures("database")
async def test_a_refused_series_writes_nothing() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)

        with pytest.raises(SeriesUnbounded):
            await create_series(owner, weekly(room, "FREQ=WEEKLY"), "series-key-1")
        with pytest.raises(PeriodInverted):
            await create_series(owner, weekly(room, ends_at=TEN), "series-key-2")

    assert await db.value("SELECT (SELECT count(*) FROM booking) + (SELECT count(*) FROM booking_series)") == 0


def test_until_counts_its_day_whole() -> None:
    assert instances("FREQ=DAILY;UNTIL=20260313", LOCAL_TEN)[-1].date() == date(2026, 3, 13)
    assert instances("FREQ=DAILY;UNTIL=20260313T095959Z", LOCAL_TEN)[-1].date() == date(2026, 3, 12)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 6), min_size=1), st.integers(1, 3), st.integers(1, 60))
def test_weekly_days_are_those_of_counting_days(days: set[int], interval: int, count: int) -> None:
    names = ",".join(("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day] for day in sorted(days))

    found = instances(f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={names};COUNT={count}", LOCAL_TEN)

    monday = LOCAL_TEN - timedelta(days=LOCAL_TEN.weekday())
    plain = [LOCAL_TEN + timedelta(days=n) for n in range(1500)]
    assert found == [d for d in plain if d.weekday() in days and ((d - monday).days // 7) % interval == 0][:count]
