"""The rules of qualifications: an example each, and a plain model that tears a sheet off the calendar for every day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.spaces.policy import Policy, Rules, Wish, broken_rules
from incubator.spaces.qualifying import BIOSAFETY, Asked, Held, Requirement, Second, broken_by, last_day
from tests.spaces.plain_clock import MINUTE, around_a_change, wall

DAY = date(2026, 3, 10)
LEVELS = ("Basic", "Advanced", "Trainer")


def asks(**more: Any) -> Requirement:
    """A requirement of three levels."""
    return Requirement(UUID(int=1), "Confocal", more.pop("kind", "training"), LEVELS, **more)


def held(level: int = 1, state: str = "held", **more: Any) -> Held:
    """What was passed on the day."""
    return Held(level, state, more.pop("granted_on", DAY), **more)


def days(number: int) -> date:
    return DAY + timedelta(days=number)


TWO = {"needs_second_person": True}
EXAMPLES: list[tuple[Asked, list[tuple[str, str, str]]]] = [
    (Asked(asks(), held()), []),
    (Asked(asks(), None), [("QualificationMissing", "Confocal, Basic", "")]),
    (Asked(asks(), held(state="revoked")), [("QualificationMissing", "Confocal, Basic", "")]),
    (Asked(asks(), held(state="suspended")), [("QualificationSuspended", "Confocal, Basic", "")]),
    (Asked(asks(), held(valid_until=DAY)), []),
    (Asked(asks(), held(valid_until=days(-1))), [("QualificationExpired", "Confocal, Basic", "2026-03-09")]),
    (Asked(asks(disuse_days=9), held(granted_on=days(-9))), []),
    (Asked(asks(disuse_days=9), held(granted_on=days(-10))), [("QualificationExpired", "Confocal, Basic", "2026-03-09")]),
    (Asked(asks(disuse_days=9), held(granted_on=days(-99), last_used_on=days(-9))), []),
    (Asked(asks(level=2), held(1)), [("QualificationTooLow", "Confocal, Advanced", "Basic")]),
    (Asked(asks(level=2), held(3)), []),
    (Asked(asks(**TWO), held(3)), [("SecondPersonNeeded", "Confocal, Basic", "")]),
    (Asked(asks(**TWO), held(3), Second("Ada", held())), []),
    (Asked(asks(**TWO), held(3), Second("Ada", None)), [("SecondPersonNotQualified", "Confocal, Basic", "Ada")]),
    (Asked(asks(**TWO), held(3), Second("Ada", held(valid_until=days(-1)))), [("SecondPersonNotQualified", "Confocal, Basic", "Ada")]),
    (Asked(asks(**TWO), held(3), Second("Ada", None, is_trainer=True)), []),
    (Asked(asks(unattended_level=2), held(2)), []),
    (Asked(asks(unattended_level=2), held(1)), [("SecondPersonNeeded", "Confocal, Advanced", "")]),
    (Asked(asks(unattended_level=2), held(1), Second("Ada", held(1))), [("SecondPersonNotQualified", "Confocal, Advanced", "Ada")]),
    (Asked(asks(unattended_level=2), held(1), Second("Ada", held(2))), []),
]


@pytest.mark.parametrize(("asked", "expected"), EXAMPLES)
def test_each_rule_refuses_and_names_value_and_limit(asked: Asked, expected: list[tuple[str, str, str]]) -> None:
    assert [(rule.code, rule.limit, rule.value) for rule in broken_by([asked], DAY)] == expected


@pytest.mark.parametrize(("kind", "may"), [("training", True), ("safety briefing", True), (BIOSAFETY, False)])
def test_what_an_authority_approves_staff_never_override(kind: str, may: bool) -> None:
    asked = [Asked(asks(kind=kind, level=2, **TWO), held(1, valid_until=days(-1))), Asked(asks(kind=kind))]

    assert {rule.code: rule.may_override for rule in broken_by(asked, DAY)} == {
        "QualificationExpired": may,
        "QualificationTooLow": may,
        "SecondPersonNeeded": may,
        "QualificationMissing": may,
    }


def test_a_suspension_is_lifted_and_not_overridden() -> None:
    assert [rule.may_override for rule in broken_by([Asked(asks(), held(state="suspended"))], DAY)] == [False]


def test_the_day_is_that_on_the_wall_of_the_site_and_all_rules_are_told_at_once() -> None:
    at = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # the 11th in Berlin
    wish = Wish(at, at + MINUTE, is_at_site=False, asked=[Asked(asks(), held(valid_until=DAY))])

    found = {zone: [rule.code for rule in broken_rules(Rules(Policy(), "24/7", zone), wish, at)] for zone in ("UTC", "Europe/Berlin")}

    assert found == {
        "UTC": ["NotAtSite", "BookingTooShort", "BookingOffStep"],
        "Europe/Berlin": ["NotAtSite", "BookingTooShort", "BookingOffStep", "QualificationExpired"],
    }


class Plain:
    """The rules again, by a calendar whose sheets are torn off one by one."""

    def __init__(self, asked: Asked, sheet: date) -> None:
        self.asked, self.sheet = asked, sheet

    def counts(self, what: Held | None) -> bool:
        """Whether something held counts on the sheet."""
        if what is None or what.state != "held":
            return False
        return not self.is_over(what)

    def is_over(self, what: Held) -> bool:
        """Whether it has ended: its last day was torn off, or too many sheets since its last use."""
        disuse = self.asked.requirement.disuse_days
        torn, day, touched = 0, what.granted_on, what.granted_on
        while day < self.sheet:
            touched = day if what.last_used_on == day else touched
            day += timedelta(days=1)
            torn = 0 if day == what.last_used_on else torn + 1
        late = what.last_used_on is not None and what.last_used_on > self.sheet
        too_long = disuse is not None and not late and torn > disuse
        return too_long or (what.valid_until is not None and what.valid_until < self.sheet)

    def broken(self) -> Counter[str]:
        """Count the rules that are broken."""
        need, own, second = self.asked.requirement, self.asked.own, self.asked.second
        known = own is not None and own.state != "revoked"
        level = own.level if own is not None and known else 0
        alone = need.unattended_level is not None and level < need.unattended_level
        with_whom = max(need.level, need.unattended_level or 0) if alone else need.level
        fits = second is not None and (
            second.is_trainer or (second.held is not None and second.held.level >= with_whom and self.counts(second.held))
        )
        in_two = alone or need.needs_second_person
        return +Counter(
            {
                "QualificationMissing": int(not known),
                "QualificationSuspended": int(own is not None and own.state == "suspended"),
                "QualificationExpired": int(own is not None and own.state == "held" and self.is_over(own)),
                "QualificationTooLow": int(known and level < need.level),
                "SecondPersonNeeded": int(in_two and second is None),
                "SecondPersonNotQualified": int(in_two and second is not None and not fits),
            }
        )


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, datetime, Asked]:
    """A zone, an instant near a clock change, and a requirement with people about it."""
    zone, at = draw(around_a_change())
    about = wall(at, zone).date()
    near = st.integers(-12, 12).map(lambda number: about + timedelta(days=number))

    @st.composite
    def holding(inner: st.DrawFn) -> Held | None:
        granted = about - timedelta(days=inner(st.integers(0, 14)))
        used = inner(st.none() | st.integers(0, 14).map(lambda number: granted + timedelta(days=number)))
        return inner(
            st.none()
            | st.builds(
                Held,
                st.integers(1, 3),
                st.sampled_from(("held", "held", "held", "suspended", "revoked")),
                st.just(granted),
                st.none() | near,
                st.just(used),
            )
        )

    level = draw(st.integers(1, 3))
    requirement = asks(
        level=level,
        unattended_level=draw(st.none() | st.integers(level, 3)),
        needs_second_person=draw(st.booleans()),
        disuse_days=draw(st.none() | st.integers(1, 12)),
    )
    second = draw(st.none() | st.builds(Second, st.just("Ada"), holding(), st.booleans()))
    return zone, at, Asked(requirement, draw(holding()), second)


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_broken_rules_are_those_of_the_plain_model(case: tuple[str, datetime, Asked]) -> None:
    zone, at, asked = case
    limits = Policy(shortest_minutes=None, longest_minutes=None, step_minutes=None, horizon_days=None)

    found = broken_rules(Rules(limits, "24/7", zone), Wish(at, at + 60 * MINUTE, asked=[asked]), at)

    assert Counter(rule.code for rule in found) == Plain(asked, wall(at, zone).date()).broken()


def test_without_days_a_qualification_has_no_last_day() -> None:
    assert (last_day(held(), None), last_day(held(valid_until=days(3)), 1)) == (None, days(1))
