"""Exchange rates: the bank's of the day or the last one before, through the euro, rounded once; a missing one is said."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator import db, jobs
from incubator.billing import ecb
from incubator.billing.exchange_rates import Rate, enter_rate, keep_rates, rate, rounded_rate
from incubator.billing.public_services import ServiceAway, through
from incubator.billing.tax_errors import RateMissing, RatePublished
from incubator.kernel import clock, work
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import Forbidden, NotANumber, OutOfRange, UnknownCurrency
from tests.support import make
from tests.support.registers import Silent, registers

FRIDAY, SATURDAY, SUNDAY = date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 15)
per_euro = st.decimals(Decimal("0.01"), Decimal(20000), places=4)


@given(per_euro, per_euro, st.integers(0, 10**12))
def test_there_and_back_is_the_same_amount_within_one_rounding(one: Decimal, other: Decimal, amount_minor: int) -> None:
    there = Rate("EUR", "USD", Fraction(other) / Fraction(one), FRIDAY, "ECB")
    back = Rate("USD", "EUR", Fraction(one) / Fraction(other), FRIDAY, "ECB")

    found = back.convert(there.convert(amount_minor))

    assert abs(found - amount_minor) <= Fraction(one) / Fraction(other) / 2 + Fraction(1, 2)


@given(per_euro, per_euro)
def test_what_is_kept_of_a_rate_is_the_nearest_with_eight_decimals(one: Decimal, other: Decimal) -> None:
    exact = Fraction(one) / Fraction(other)

    assert abs(Fraction(rounded_rate(exact)) - exact) <= Fraction(1, 2 * 10**8)


def test_yen_have_no_cents() -> None:
    assert Rate("EUR", "JPY", Fraction(Decimal("174.30")), FRIDAY, "ECB").convert(100) == 174
    assert Rate("JPY", "EUR", 1 / Fraction(Decimal("174.30")), FRIDAY, "ECB").convert(120_000) == 68_847


@pytest.mark.usefixtures("database")
class TestStored:
    """Rates of the database."""

    async def test_a_weekend_has_fridays_rate_out_of_the_history(self) -> None:
        friday = await rate("SGD", "EUR", FRIDAY)
        found = [await rate("SGD", "EUR", day) for day in (SATURDAY, SUNDAY)]

        assert friday.day == FRIDAY
        assert [(one.exact, one.day, one.source) for one in found] == [(friday.exact, FRIDAY, "ECB")] * 2

    async def test_another_currency_goes_through_the_euro_exactly(self) -> None:
        dollars, yen = await rate("EUR", "USD", FRIDAY), await rate("EUR", "JPY", FRIDAY)

        cross = await rate("USD", "JPY", FRIDAY)

        assert cross.exact == yen.exact / dollars.exact
        assert (await rate("DKK", "DKK", FRIDAY)).exact == 1

    async def test_a_rate_is_taken_seven_days_back_and_no_further(self) -> None:
        day = date(2031, 1, 10)
        await db.execute(
            "INSERT INTO exchange_rate (id, day, currency, per_euro, source) VALUES (gen_random_uuid(), $1, 'USD', 1.25, 'ECB')", day
        )

        assert (await rate("USD", "EUR", day + timedelta(days=7))).day == day
        with pytest.raises(RateMissing) as missing:
            await rate("USD", "EUR", day + timedelta(days=8))
        assert (missing.value.currency, missing.value.on) == ("USD", day + timedelta(days=8))

    async def test_finance_enters_what_the_bank_does_not_publish(self) -> None:
        await enter_rate(SYSTEM, "VND", FRIDAY, "30125.5", "State Bank of Vietnam")
        await enter_rate(SYSTEM, "VND", FRIDAY, "30126", "State Bank of Vietnam")

        found = await rate("EUR", "VND", SUNDAY)

        assert (found.exact, found.day, found.source) == (Fraction(30126), FRIDAY, "State Bank of Vietnam")
        assert await db.value("SELECT count(*) FROM audit_entry WHERE action = 'enter exchange rate'") == 2

    @pytest.mark.parametrize(
        ("currency", "day", "number", "refusal"),
        [
            ("USD", FRIDAY, "1.1", RatePublished),
            ("EUR", FRIDAY, "1", RatePublished),
            ("XYZ", FRIDAY, "1", UnknownCurrency),
            ("VND", date(2999, 1, 1), "30000", OutOfRange),
            ("VND", FRIDAY, "0", OutOfRange),
            ("VND", FRIDAY, "1.123456789", OutOfRange),
            ("VND", FRIDAY, "a lot", NotANumber),
        ],
    )
    async def test_a_rate_that_makes_no_sense_is_refused_and_not_written(
        self, currency: str, day: date, number: str, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            await enter_rate(SYSTEM, currency, day, number, "somewhere")

        assert not await db.value("SELECT count(*) FROM exchange_rate")

    async def test_only_finance_enters_rates(self) -> None:
        house = await make.house()

        with pytest.raises(Forbidden):
            await enter_rate(house.manager, "VND", FRIDAY, "30000", "x")
        await enter_rate(await make.person(house.operator_id, Role.FINANCE), "VND", FRIDAY, "30000", "x")

    async def test_the_days_rates_are_read_after_four_and_what_was_missed_with_them(self) -> None:
        jobs.load()
        at = datetime.now(UTC).replace(hour=15, minute=30)  # noqa: TID251 - the simulator has a clock of its own
        while at.weekday() >= 5:
            at -= timedelta(days=1)

        with registers(), clock.travel_to(at):
            for _ in range(2):
                await work.SWEEPS["read the exchange rates of the day"]()
            await work.drain()
            found = await rate("CHF", "EUR", at.date())

        assert found.day == at.date()
        assert await db.value("SELECT count(DISTINCT day) FROM exchange_rate WHERE currency = 'CHF'") > 50
        assert await db.value("SELECT count(*) FROM work_item WHERE kind = $1", ecb.READ_RATES) == 1

    async def test_a_bank_that_is_away_is_asked_again(self) -> None:
        with through(Silent()), clock.travel_to(datetime(2026, 3, 16, 18, tzinfo=UTC)), pytest.raises(work.TryLater):
            await ecb.read_rates(date(2026, 3, 16))

    async def test_rates_that_are_not_there_yet_are_asked_for_again_until_midnight(self) -> None:
        with registers() as state, clock.travel_to(datetime(2026, 3, 16, 15, tzinfo=UTC)):
            state.day = date(2026, 3, 13)
            await keep_rates([("USD", date(2026, 3, 13), Decimal("1.1"))], "ECB")
            with pytest.raises(work.TryLater):
                await ecb.read_rates(date(2026, 3, 16))
            with clock.travel_to(datetime(2026, 3, 17, 1, tzinfo=UTC)):
                await ecb.read_rates(date(2026, 3, 16))


@pytest.mark.parametrize(
    "feed",
    [
        b"",
        b"<html/>",
        b"<Cube><Cube time='2026-03-13'/></Cube>",
        b"<Cube><Cube currency='USD' rate='1.1'/></Cube>",
        b"<Cube time='yesterday'><Cube currency='USD' rate='1.1'/></Cube>",
        b"<Cube time='2026-03-13'><Cube currency='USD' rate='-1'/></Cube>",
        b"<Cube time='2026-03-13'><Cube currency='USD' rate='1e3'/></Cube>",
        b"<Cube time='2026-03-13'><Cube currency='DOLLAR' rate='1'/></Cube>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><Cube time='2026-03-13'><Cube currency='USD' rate='1'/></Cube>",
    ],
)
def test_what_is_no_feed_is_refused(feed: bytes) -> None:
    with pytest.raises(ServiceAway):
        ecb.read_feed(feed)
