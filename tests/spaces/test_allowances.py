"""What is left of credit that may be carried: by example, and against a plain matching of every unit."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.kernel.periods import month_of
from incubator.spaces.allowances import FOREVER, Given, Left, left_by_end, left_on
from tests.spaces.plain_allowance import most_served, plain_left, pots_of

FIRST, LAST = date(2025, 1, 1), date(2025, 7, 31)
JANUARY, FEBRUARY, MARCH, APRIL = (date(2025, month, 1) for month in range(1, 5))
DAYS = st.dates(FIRST, LAST)
TERMS = st.lists(st.tuples(DAYS, st.integers(0, 120)).map(lambda term: (term[0], min(LAST, term[0] + timedelta(days=term[1])))), max_size=3)
PLANS = st.lists(
    st.builds(Given, st.integers(1, 2), TERMS.map(tuple), st.integers(0, 3), st.sampled_from([date.min, date(2025, 3, 10)])), max_size=3
)
USED = st.dictionaries(DAYS.map(lambda day: month_of(day).first), st.integers(1, 5), max_size=5)


def plan(per_month: int = 60, carries: int = 1, *terms: tuple[date, date], since: date = date.min) -> Given:
    """A plan that holds since the year began, when no terms are named."""
    return Given(per_month, terms or ((FIRST, FOREVER),), carries, since)


def test_what_a_month_leaves_over_is_used_in_the_next_and_then_gone() -> None:
    given = [plan(60, 1)]

    assert left_on(FEBRUARY, given, {JANUARY: 20}) == 100
    assert left_on(MARCH, given, {JANUARY: 20}) == 120
    assert left_by_end(FEBRUARY, given, {JANUARY: 20}) == [Left(date(2025, 2, 28), 40), Left(date(2025, 3, 31), 60)]


def test_what_is_used_takes_first_what_runs_out_first() -> None:
    given = [plan(60, 2)]

    assert left_by_end(MARCH, given, {FEBRUARY: 70}) == [Left(date(2025, 4, 30), 50), Left(date(2025, 5, 31), 60)]
    assert left_by_end(MARCH, given, {FEBRUARY: 70, MARCH: 80}) == [Left(date(2025, 5, 31), 30)]


def test_what_a_later_month_has_used_already_is_not_left_before_it() -> None:
    given = [plan(60, 1)]

    assert left_on(JANUARY, given, {FEBRUARY: 60}) == 60
    assert left_on(JANUARY, given, {FEBRUARY: 100}) == 20
    assert left_on(JANUARY, given, {FEBRUARY: 120, MARCH: 60}) == 0


def test_a_later_use_gives_way_to_an_earlier_one_as_long_as_it_finds_something_else() -> None:
    given = [plan(60, 1)]

    assert left_on(JANUARY, given, {FEBRUARY: 90, MARCH: 60}) == 30
    assert left_on(JANUARY, given, {FEBRUARY: 90, MARCH: 100}) == 0


def test_what_is_carried_ends_with_the_last_day_of_the_plan_and_a_new_term_after_a_break_begins_anew() -> None:
    given = [plan(60, 2, (JANUARY, date(2025, 2, 10)), (MARCH, date(2025, 3, 20)), (date(2025, 3, 21), date(2025, 4, 15)))]

    assert left_by_end(date(2025, 2, 10), given, {}) == [Left(date(2025, 2, 10), 120)]
    assert left_by_end(date(2025, 2, 11), given, {}) == []
    assert left_by_end(MARCH, given, {}) == [Left(date(2025, 4, 15), 60)]
    assert (left_on(date(2025, 4, 15), given, {}), left_on(date(2025, 4, 16), given, {})) == (120, 0)


def test_terms_that_follow_each_other_are_one_plan_that_goes_on() -> None:
    given = [plan(60, 2, (JANUARY, date(2025, 1, 31)), (FEBRUARY, date(2025, 2, 28)), (MARCH, date(2025, 3, 31)))]

    assert left_on(MARCH, given, {}) == 180


def test_nothing_is_left_over_of_months_before_the_plan_began_to_give_it() -> None:
    given = [plan(60, 3, since=date(2025, 2, 20))]

    assert [left_on(day, given, {}) for day in (JANUARY, FEBRUARY, MARCH, APRIL)] == [60, 60, 120, 180]


def test_where_nothing_is_carried_each_month_has_what_the_plans_of_the_day_give_and_is_not_used() -> None:
    given = [plan(60, 0, (JANUARY, date(2025, 2, 10))), plan(30, 0)]

    assert [left_on(day, given, {FEBRUARY: 40}) for day in (JANUARY, FEBRUARY, date(2025, 2, 11), MARCH)] == [90, 50, 0, 30]


@settings(max_examples=400)
@given(DAYS, PLANS, USED)
def test_what_is_left_is_what_a_matching_of_every_unit_leaves(day: date, plans: list[Given], used: dict[date, int]) -> None:
    left = left_on(day, plans, used)

    assert left == plain_left(day, plans, used, FIRST, LAST)
    by_end = left_by_end(day, plans, used)
    assert sum(one.amount for one in by_end) == left
    assert all(one.until >= day and one.amount > 0 for one in by_end)
    assert by_end == sorted(by_end)


@settings(max_examples=200)
@given(PLANS, st.lists(st.tuples(DAYS, st.integers(1, 4)), max_size=12))
def test_uses_in_any_order_never_take_more_than_is_given_where_it_can_be_used(plans: list[Given], wishes: list[tuple[date, int]]) -> None:
    used: Counter[date] = Counter()
    for day, wanted in wishes:
        used[month_of(day).first] += min(wanted, left_on(day, plans, used))

    uses = [(month, month_of(month).last) for month in used.elements()]
    assert most_served(plans, pots_of(plans, FIRST, LAST), uses) == used.total()


@given(DAYS, PLANS, USED, st.permutations([1, 2, 3, 4]))
def test_the_order_of_uses_in_a_month_does_not_matter(day: date, plans: list[Given], used: dict[date, int], wishes: list[int]) -> None:
    before, taken = left_on(day, plans, used), Counter(used)
    for wanted in wishes:
        taken[month_of(day).first] += min(wanted, left_on(day, plans, taken))

    assert taken.total() - sum(used.values()) == min(before, sum(wishes))
    assert left_on(day, plans, taken) == before - min(before, sum(wishes))


@given(DAYS, PLANS, USED)
def test_without_months_to_carry_into_it_is_the_plain_count_of_the_month(day: date, plans: list[Given], used: dict[date, int]) -> None:
    plain = [Given(one.per_month, one.terms) for one in plans]
    left = max(0, sum(one.on(day) for one in plain) - used.get(month_of(day).first, 0))

    assert left_on(day, plain, used) == sum(one.amount for one in left_by_end(day, plain, used)) == left
    assert left_on(day, plans, used) >= 0
