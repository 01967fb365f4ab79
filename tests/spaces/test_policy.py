"""Every rule of a booking: an example, and a plain model that asks the wall clock minute by minute."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.spaces.policy import Other, Policy, Rules, Wish, broken_rules
from tests.spaces.plain_clock import MINUTE, Windows, around_a_change, wall, windows

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)  # a Wednesday, 10:00 in Berlin
HOUR = timedelta(hours=1)
OPEN: dict[str, Any] = {"shortest_minutes": None, "longest_minutes": None, "step_minutes": None, "horizon_days": None}


def codes(
    policy: Policy, starts_at: datetime = TEN, length: timedelta = HOUR, *others: Other, now: datetime = NOW, **more: Any
) -> list[str]:
    """Return the codes of the broken rules."""
    rules = Rules(policy, more.pop("hours", "24/7"), BERLIN, more.pop("closed_on", frozenset()), **more.pop("unit", {}))
    return [rule.code for rule in broken_rules(rules, Wish(starts_at, starts_at + length, others=others, **more), now)]


def own(hours: float, length: float = 1, *, is_own: bool = True) -> Other:
    """Another booking that begins some hours after ten."""
    begins = TEN + timedelta(hours=hours)
    return Other(begins, begins + timedelta(hours=length), is_own)


def limits(**given: Any) -> Policy:
    """A policy without limits but these."""
    return Policy(**{**OPEN, **given})


def test_without_limits_everything_goes() -> None:
    assert codes(limits(), length=timedelta(days=30)) == []


EXAMPLES = [
    (limits(shortest_minutes=61), {}, ["BookingTooShort"]),
    (limits(shortest_minutes=60), {}, []),
    (limits(longest_minutes=59), {}, ["BookingTooLong"]),
    (limits(step_minutes=7), {}, ["BookingOffStep", "BookingOffStep"]),
    (limits(horizon_days=0), {}, ["BookingTooFarAhead"]),
    (limits(horizon_days=1), {}, []),
    (limits(create_notice_minutes=24 * 60 + 1), {}, ["NoticeTooShort"]),
    (limits(create_notice_minutes=24 * 60), {}, []),
    (limits(create_notice_minutes=60), {"now": TEN + MINUTE}, ["BookingInThePast"]),
    (limits(change_notice_minutes=61), {"moved_from": NOW + HOUR}, ["ChangeNoticePassed"]),
    (limits(change_notice_minutes=60), {"moved_from": NOW + HOUR}, []),
    (limits(cancel_notice_minutes=61), {"moved_from": NOW + HOUR}, ["ChangeNoticePassed"]),
    (limits(), {"is_at_site": False}, ["NotAtSite"]),
    (limits(), {"unit": {"is_bookable": False}}, ["UnitNotBookable"]),
    (limits(), {"unit": {"outages": [(TEN - HOUR, None)]}}, ["UnitOutOfOrder"]),
    (limits(), {"unit": {"outages": [(TEN + HOUR, None)]}}, []),
    (limits(), {"unit": {"closes_on": date(2026, 3, 11)}}, ["SiteClosed"]),
    (limits(), {"unit": {"closes_on": date(2026, 3, 12)}}, []),
    (limits(), {"starts_at": TEN + 13 * HOUR, "unit": {"closes_on": date(2026, 3, 12)}}, []),  # until midnight
    (limits(), {"starts_at": TEN + 13 * HOUR + MINUTE, "unit": {"closes_on": date(2026, 3, 12)}}, ["SiteClosed"]),
    (limits(), {"unit": {"outages": [(TEN - HOUR, TEN)]}}, []),
    (limits(), {"hours": "Mo-Fr 10:30-18:00"}, ["UnitClosed"]),
    (limits(), {"closed_on": frozenset({date(2026, 3, 11)})}, ["UnitClosed"]),
]


@pytest.mark.parametrize(("policy", "more", "expected"), EXAMPLES)
def test_each_rule_refuses_beyond_its_limit(policy: Policy, more: dict[str, Any], expected: list[str]) -> None:
    assert codes(policy, **more) == expected


AMOUNTS = [
    (limits(weekly_minutes=119), [own(-24, is_own=False)], ["WeeklyQuotaUsed"]),
    (limits(weekly_minutes=119), [own(-58, is_own=False)], ["WeeklyQuotaUsed"]),  # Monday at midnight
    (limits(weekly_minutes=119), [own(-3 * 24, is_own=False)], []),  # the Sunday before
    (limits(person_day_minutes=119), [own(3)], ["PersonDayUsed"]),
    (limits(person_day_minutes=119), [own(3, is_own=False)], []),
    (limits(person_day_minutes=119), [own(24)], []),
    (limits(future_count=2), [own(24), own(48)], ["TooManyFutureBookings"]),
    (limits(future_count=2), [own(24), own(-48)], []),
    (limits(future_minutes=179), [own(24, 2)], ["TooManyFutureMinutes"]),
    (limits(gap_minutes=61), [own(2)], ["GapTooShort"]),
    (limits(gap_minutes=60), [own(2), own(-2)], []),
    (limits(gap_minutes=60), [own(1.5, is_own=False)], []),
]


@pytest.mark.parametrize(("policy", "others", "expected"), AMOUNTS)
def test_each_rule_of_amount_counts_what_it_says(policy: Policy, others: list[Other], expected: list[str]) -> None:
    assert codes(policy, TEN, HOUR, *others) == expected


def test_off_peak_limits_of_length_and_amount_do_not_apply_and_nothing_there_counts() -> None:
    strict = {"shortest_minutes": 120, "person_day_minutes": 30, "future_count": 1, "gap_minutes": 600, "weekly_minutes": 10}
    night = limits(**strict, off_peak_hours="20:00-24:00", create_notice_minutes=100_000)

    assert codes(night, TEN + 10 * HOUR, HOUR, own(3)) == ["NoticeTooShort"]
    assert codes(limits(future_count=1, off_peak_hours="20:00-24:00"), TEN, HOUR, own(10)) == []
    assert codes(limits(future_count=1, off_peak_hours="20:00-24:00"), TEN + 9.5 * HOUR, HOUR, own(3)) == ["TooManyFutureBookings"]


def test_every_refusal_names_value_and_limit() -> None:
    strict = limits(shortest_minutes=90, person_day_minutes=30, future_count=0, future_minutes=5, gap_minutes=600, horizon_days=0)
    found = broken_rules(Rules(strict, "Su 01:00-02:00", BERLIN), Wish(TEN, TEN + HOUR, others=[own(2)]), NOW)

    assert {rule.code: (rule.limit, rule.value) for rule in found} == {
        "BookingTooFarAhead": ("0", "2026-03-11 10:00"),
        "BookingTooShort": ("90", "60"),
        "UnitClosed": ("Su 01:00-02:00", "2026-03-11 10:00 – 2026-03-11 11:00"),
        "PersonDayUsed": ("30", "120"),
        "TooManyFutureBookings": ("0", "2"),
        "TooManyFutureMinutes": ("5", "120"),
        "GapTooShort": ("600", "60"),
    }


class Plain:
    """The rules again, by walking through minutes and looking at the wall."""

    def __init__(self, rules: Rules, hours: Windows, off_peak: Windows) -> None:
        self.rules, self.policy, self.zone, self.hours, self.off_peak = rules, rules.policy, rules.time_zone, hours, off_peak

    def is_off_peak(self, starts_at: datetime, ends_at: datetime) -> bool:
        return bool(self.policy.off_peak_hours) and all(moment in self.off_peak for moment in minutes(starts_at, ends_at))

    def broken(self, wish: Wish, now: datetime) -> Counter[str]:
        """Count the rules that are broken."""
        p, length = self.policy, len(minutes(wish.starts_at, wish.ends_at))
        counted = [o for o in wish.others if not self.is_off_peak(o.starts_at, o.ends_at)]
        mine = [o for o in counted if o.is_own]
        future = [o for o in mine if o.starts_at > now]
        ahead = sum(len(minutes(o.starts_at, o.ends_at)) for o in future) + length
        notice, change = p.create_notice_minutes, p.change_notice_minutes
        change = p.cancel_notice_minutes if change is None else change
        always = {
            "BookingInThePast": wish.starts_at < now,
            "NoticeTooShort": wish.starts_at >= now and over(notice, (wish.starts_at - now) / MINUTE, below=True),
            "ChangeNoticePassed": wish.moved_from is not None and over(change, (wish.moved_from - now) / MINUTE, below=True),
            "BookingTooFarAhead": over(p.horizon_days, (wish.starts_at - now) / timedelta(days=1)),
            "UnitClosed": not all(moment in self.hours for moment in minutes(wish.starts_at, wish.ends_at)),
            "SiteClosed": self.is_past_closing(wish),
            "UnitNotBookable": not self.rules.is_bookable,
            "NotAtSite": not wish.is_at_site,
        }
        limited = {
            "BookingTooShort": over(p.shortest_minutes, length, below=True),
            "BookingTooLong": over(p.longest_minutes, length),
            "WeeklyQuotaUsed": over(p.weekly_minutes, self.in_week(wish, counted) + length),
            "PersonDayUsed": over(p.person_day_minutes, self.most_on_a_day(wish, mine)),
            "TooManyFutureBookings": over(p.future_count, len(future) + 1),
            "TooManyFutureMinutes": over(p.future_minutes, ahead),
            "GapTooShort": over(p.gap_minutes, self.nearest(wish, mine), below=True),
        }
        found = Counter(code for code, is_broken in always.items() if is_broken)
        found["UnitOutOfOrder"] += sum(self.is_out(wish, *outage) for outage in self.rules.outages)
        found["BookingOffStep"] += sum(self.is_off_step(moment) for moment in (wish.starts_at, wish.ends_at))
        if not self.is_off_peak(wish.starts_at, wish.ends_at):
            found.update(code for code, is_broken in limited.items() if is_broken)
        return +found

    def is_past_closing(self, wish: Wish) -> bool:
        closes_on = self.rules.closes_on
        return closes_on is not None and any(wall(one, self.zone).date() >= closes_on for one in minutes(wish.starts_at, wish.ends_at))

    def is_out(self, wish: Wish, since: datetime, until: datetime | None) -> bool:
        return any(since <= moment and (until is None or moment < until) for moment in minutes(wish.starts_at, wish.ends_at))

    def is_off_step(self, moment: datetime) -> bool:
        shown = wall(moment, self.zone)
        return self.policy.step_minutes is not None and (shown.hour * 60 + shown.minute) % self.policy.step_minutes != 0

    def in_week(self, wish: Wish, others: list[Other]) -> int:
        week = wall(wish.starts_at, self.zone).isocalendar()[:2]
        return sum(len(minutes(o.starts_at, o.ends_at)) for o in others if wall(o.starts_at, self.zone).isocalendar()[:2] == week)

    def most_on_a_day(self, wish: Wish, mine: list[Other]) -> int:
        days = {wall(moment, self.zone).date() for moment in minutes(wish.starts_at, wish.ends_at)}
        taken = [*minutes(wish.starts_at, wish.ends_at), *(moment for o in mine for moment in minutes(o.starts_at, o.ends_at))]
        on = Counter(wall(moment, self.zone).date() for moment in taken)
        return max(on[day] for day in days)

    def nearest(self, wish: Wish, mine: list[Other]) -> float:
        apart = [max(o.starts_at - wish.ends_at, wish.starts_at - o.ends_at) / MINUTE for o in mine]
        return min(apart, default=float("inf"))


def over(limit: int | None, value: float, *, below: bool = False) -> bool:
    """Tell whether a value lies beyond its limit."""
    return limit is not None and (value < limit if below else value > limit)


def minutes(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """Every minute of a time."""
    return [starts_at + n * MINUTE for n in range(int((ends_at - starts_at) / MINUTE))]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plain, Wish, datetime]:
    """A policy, a wish near a clock change, other bookings about it, and a now."""
    zone, at = draw(around_a_change())
    hours, off_peak = draw(windows(zone)), draw(windows(zone))
    some = st.none() | st.integers(0, 900)
    policy = Policy(
        shortest_minutes=draw(st.none() | st.integers(1, 300)),
        longest_minutes=draw(st.none() | st.integers(1, 600)),
        step_minutes=draw(st.none() | st.sampled_from((5, 15, 20, 60))),
        horizon_days=draw(st.none() | st.integers(0, 3)),
        weekly_minutes=draw(some),
        person_day_minutes=draw(some),
        future_count=draw(st.none() | st.integers(0, 4)),
        future_minutes=draw(some),
        gap_minutes=draw(some),
        create_notice_minutes=draw(some),
        change_notice_minutes=draw(some),
        cancel_notice_minutes=draw(some),
        off_peak_hours=draw(st.sampled_from(("", off_peak.notation))),
    )
    spans = st.tuples(st.integers(-300, 300), st.integers(1, 40), st.booleans())
    others = [
        Other(at + begin * 15 * MINUTE, at + (begin + length) * 15 * MINUTE, is_own)
        for begin, length, is_own in draw(st.lists(spans, max_size=4))
    ]
    now = at - draw(st.integers(-100, 6_000)) * MINUTE
    moved_from = draw(st.none() | st.integers(0, 1_500).map(lambda minute: now + minute * MINUTE))
    ends_at = at + draw(st.integers(1, 120)) * 5 * MINUTE
    near = st.integers(-40, 80).map(lambda quarter: at + quarter * 15 * MINUTE)
    outages = [
        (since, None if until is None else since + until * 15 * MINUTE)
        for since, until in draw(st.lists(st.tuples(near, st.none() | st.integers(1, 40)), max_size=2))
    ]
    closes_on = draw(st.none() | st.integers(0, 1).map(lambda days: wall(at, zone).date() + timedelta(days=days)))
    rules = Rules(policy, hours.notation, zone, frozenset(), draw(st.booleans()), outages, closes_on)
    return Plain(rules, hours, off_peak), Wish(at, ends_at, draw(st.booleans()), others, moved_from), now


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_broken_rules_are_those_of_the_plain_model(case: tuple[Plain, Wish, datetime]) -> None:
    plain, wish, now = case

    found = broken_rules(plain.rules, wish, now)

    assert Counter(rule.code for rule in found) == plain.broken(wish, now)
