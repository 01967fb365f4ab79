"""Which public holidays close a site: those of its country and, where it names one, of its part of the country."""

from datetime import date

import pytest

from incubator.organizations.opening_hours import public_holidays

REFORMATION_DAY = date(2026, 10, 31)
UNITY_DAY = date(2026, 10, 3)


@pytest.mark.parametrize(
    ("subdivision", "closed"),
    [("HH", {UNITY_DAY, REFORMATION_DAY}), ("", {UNITY_DAY}), ("XX", {UNITY_DAY})],
    ids=["of the part", "of the country", "a part that nobody knows has those of the country"],
)
def test_the_holidays_of_a_place(subdivision: str, closed: set[date]) -> None:
    assert public_holidays("DE", subdivision, 2026) & {UNITY_DAY, REFORMATION_DAY} == closed


def test_a_country_that_nobody_knows_has_none() -> None:
    assert public_holidays("ZZ", "", 2026) == frozenset()
