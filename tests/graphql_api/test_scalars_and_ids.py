"""What the scalars take and refuse, and ids in their only spelling."""

from contextlib import suppress
from datetime import UTC, date, datetime
from json import JSONDecodeError
from uuid import UUID

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from incubator.kernel.ids import new_id
from incubator_graphql import ids, scalars, wire


@pytest.mark.parametrize("text", ["2026-03-10", "1900-01-01", "2999-12-31", "2028-02-29"])
async def test_days(text: str) -> None:
    assert scalars.parse_date(text) == date.fromisoformat(text)


@pytest.mark.parametrize(
    "value",
    ["", "2026-3-10", "20260310", "2026-02-30", "2026-03-10T00:00:00Z", "1899-12-31", "3000-01-01", "٢٠٢٦-٠٣-١٠", 20260310, None, True],
)
async def test_what_is_no_day(value: object) -> None:
    with pytest.raises(GraphQLError, match="A Date is written like"):
        scalars.parse_date(value)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-10T08:30:00Z", datetime(2026, 3, 10, 8, 30, tzinfo=UTC)),
        ("2026-03-10T08:30Z", datetime(2026, 3, 10, 8, 30, tzinfo=UTC)),
        ("2026-03-10T16:30:00.250+08:00", datetime(2026, 3, 10, 8, 30, 0, 250_000, tzinfo=UTC)),
    ],
)
async def test_instants(text: str, instant: datetime) -> None:
    assert scalars.parse_date_time(text) == instant


@pytest.mark.parametrize(
    "value",
    ["", "2026-03-10", "2026-03-10T08:30:00", "2026-03-10 08:30:00Z", "2026-03-10T25:00:00Z", "0001-01-01T00:00:00+14:00", 1, None],
)
async def test_what_is_no_instant(value: object) -> None:
    with pytest.raises(GraphQLError, match="A DateTime is written like"):
        scalars.parse_date_time(value)


async def test_an_instant_is_written_in_utc_with_a_z() -> None:
    assert scalars.write_date_time(datetime.fromisoformat("2026-03-10T09:30:00+01:00")) == "2026-03-10T08:30:00Z"


@pytest.mark.parametrize("value", [0, -1, 2**53 - 1, -(2**53) + 1])
async def test_amounts(value: int) -> None:
    assert scalars.parse_minor_units(value) == scalars.write_minor_units(value) == value


@pytest.mark.parametrize("value", [1.0, "1", True, None, 2**53, -(2**53), 1e300])
async def test_what_is_no_amount(value: object) -> None:
    with pytest.raises(GraphQLError, match="MinorUnits is an integer"):
        scalars.parse_minor_units(value)
    with pytest.raises(ValueError, match="2\\^53"):
        scalars.write_minor_units(value)


@pytest.mark.parametrize("value", ["YQ", "Y Q==", "YQ==YQ==", "%%%%", 1, None, "QUJD" * 300_000])
async def test_what_is_no_file(value: object) -> None:
    with pytest.raises(GraphQLError, match="Base64 is a padded"):
        scalars.parse_base64(value)


async def test_an_id_has_one_spelling() -> None:
    row = new_id()
    good = ids.encode("LegalEntity", row)

    assert ids.parse(good) == ("LegalEntity", row)
    assert "=" not in good
    for other in (good + "=", good + "==", good + "A", good[:-1], " " + good, good.swapcase(), ids.encode("LegalEntity", row)[1:]):
        assert ids.parse(other) is None


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_ids(text: str) -> None:
    found = ids.parse(text)

    assert found is None or ids.encode(*found) == text


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_json(raw: bytes) -> None:
    with suppress(JSONDecodeError):
        wire.decode(raw)


async def test_an_id_of_another_type_is_no_id() -> None:
    given = ids.encode("Site", new_id())

    assert ids.decode(given, "Unit", "input", "unitId") == ids.decode("x", "Unit", "input", "unitId") == ids.OF_NO_ROW
    assert ids.encode("Site", ids.decode(given, "Site", "input", "siteId")) == given


@pytest.mark.parametrize(
    ("name", "type_name"),
    [("unit_id", "Unit"), ("legal_entity_id", "LegalEntity"), ("startup_id", "Organization"), ("secondee_id", "Person")],
)
async def test_a_refusals_ids_are_global(name: str, type_name: str) -> None:
    row = UUID(int=7)

    assert ids.outward(name, row) == ids.encode(type_name, row)
    assert ids.outward(f"{name}s", (row, row)) == [ids.encode(type_name, row)] * 2
