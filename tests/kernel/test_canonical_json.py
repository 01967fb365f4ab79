"""JSON that is kept and compared: equal values give equal text, whatever order they came in."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from asyncpg.pgproto import pgproto
from hypothesis import given
from hypothesis import strategies as st

from incubator.kernel.jsonable import dumps, jsonable

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    on: date
    of: frozenset[UUID]


@dataclass(frozen=True)
class Outer:
    name: Colour
    at: datetime
    amount: Decimal
    _inner: tuple[Inner, ...]


def test_writes_domain_values_with_sorted_names() -> None:
    value = Outer(
        Colour.RED,
        datetime(2026, 3, 29, 1, 30, 0, 5, UTC),
        Decimal("1.20"),
        (Inner(date(2026, 2, 28), frozenset({UUID(int=2), UUID(int=1)})),),
    )

    assert dumps(value) == (
        '{"_inner":[{"of":["00000000-0000-0000-0000-000000000001","00000000-0000-0000-0000-000000000002"],"on":"2026-02-28"}],'
        '"amount":"1.20","at":"2026-03-29T01:30:00.000005+00:00","name":"red"}'
    )


@given(PLAIN)
def test_writes_plain_values_as_the_standard_library_does(value: object) -> None:
    assert dumps(value) == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_names_of_other_types_become_text() -> None:
    assert jsonable({UUID(int=7): {Colour.RED: 1}, 3: date(2026, 1, 1)}) == {
        "00000000-0000-0000-0000-000000000007": {"red": 1},
        "3": "2026-01-01",
    }


def test_the_driver_s_ids_are_ids() -> None:
    assert dumps([pgproto.UUID(str(UUID(int=7)))]) == dumps([UUID(int=7)])


def test_says_what_has_no_form() -> None:
    with pytest.raises(TypeError, match="complex"):
        dumps({"number": complex(1, 2)})
