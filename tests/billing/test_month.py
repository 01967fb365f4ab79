"""`incubator month`: the month of the books to the cent, months of other shapes, and every kind of bad file."""

import csv
from pathlib import Path

import pytest

from incubator import jobs
from incubator.cli import month as command
from incubator.config import read
from incubator.importing.errors import (
    CustomerNotBilled,
    MonthUnknown,
    NoLinesFile,
    OutUnwritable,
    RowInvalid,
    WrongEncoding,
    WrongHeader,
    WrongShape,
)
from incubator.importing.month import OUT_COLUMNS, bill_month
from incubator.importing.month_file import COLUMNS, month_of_name, read_month
from incubator.kernel.errors import DomainError, PatternMismatch
from tests.support.servers import Servers

MARCH = Path(__file__).parent / "march_2026"
HEADER = ",".join(COLUMNS)
GOOD = {
    "customer": "elbe_cell",
    "site": "hamburg",
    "legal_entity": "Nord Incubator GmbH",
    "currency": "EUR",
    "what": "hot desk rental",
    "basis": "month",
    "quantity": "1",
    "unit_price": "349.00",
    "price_includes_tax": "no",
    "tax_category": "S",
    "tax_rate": "19",
    "from": "2026-03-14",
    "to": "2026-12-31",
    "time_zone": "Europe/Berlin",
    "waived": "no",
    "remark": "",
}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "lines.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows([GOOD | row for row in rows])
    return folder


async def bill(folder: Path) -> list[dict[str, str]]:
    """Bill a folder in the test's own database."""
    jobs.load()
    return [dict(zip(OUT_COLUMNS, group.cells(), strict=True)) for group in await bill_month(*read_month(folder, ""))]


def run(servers: Servers, folder: Path, out: Path) -> None:
    """Run the whole command."""
    settings = read({"INCUBATOR_DATABASE_URL": servers.postgres_url, "INCUBATOR_REDIS_URL": servers.redis_url})
    command.run(settings, folder, out, "")


async def test_every_kind_of_line_in_one_month(database: str, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "feb_2028",
        {"what": "desk", "from": "2027-01-01", "to": ""},
        {"what": "bench", "quantity": "2.5", "unit_price": "100.10", "from": "2028-02-29", "to": "2028-02-29"},
        {"what": "with tax", "price_includes_tax": "yes", "from": "2028-02-01", "to": "2028-02-29"},
        {"what": "second year", "basis": "year", "unit_price": "300.00", "from": "2027-02-10", "to": "2029-02-09"},
        {"what": "not this month", "basis": "year", "from": "2027-03-10", "to": "2029-02-09"},
        {"what": "deposit", "basis": "once", "unit_price": "700.00", "tax_category": "O", "tax_rate": "0", "from": "2028-02-03", "to": ""},
        {"what": "fee", "basis": "once", "unit_price": "12.34", "tax_category": "AE", "tax_rate": "0", "from": "2028-02-03", "to": ""},
        {"what": "late fee", "basis": "once", "unit_price": "99.00", "from": "2028-03-01", "to": "2028-03-01"},
        {"what": "night", "basis": "hour", "unit_price": "10.00", "from": "2028-02-28T23:30", "to": "2028-02-29T01:00"},
        {"what": "yen", "currency": "JPY", "unit_price": "120000", "from": "2028-02-01", "to": "2028-02-10"},
        {"what": "free", "basis": "minute", "quantity": "90", "unit_price": "50.00", "waived": "yes", "from": "", "to": ""},
        {"customer": "Förde Dx GmbH & Co", "site": "kiel", "from": "2028-02-01", "to": "2028-02-29"},
    )

    rows = await bill(folder)

    assert [(row["lines"], row["tax_category"], row["line_amounts"], row["net"], row["tax"], row["gross"]) for row in rows] == [
        ("1+2+3+4+9+11", "S", "349.00+8.63+349.00+300.00+15.00+0.00", "965.91", "183.52", "1149.43"),
        ("6", "O", "700.00", "700.00", "0.00", "700.00"),
        ("7", "AE", "12.34", "12.34", "0.00", "12.34"),
        ("10", "S", "41379", "41379", "7862", "49241"),
        ("12", "S", "349.00", "349.00", "66.31", "415.31"),
    ]
    assert [row["currency"] for row in rows] == ["EUR", "EUR", "EUR", "JPY", "EUR"]
    assert rows[-1]["customer"] == "Förde Dx GmbH & Co"


async def test_clock_changes_count_real_hours(database: str, tmp_path: Path) -> None:
    booking = {"basis": "hour", "unit_price": "10.00"}
    folder = write(
        tmp_path / "2026-10",
        booking | {"from": "2026-10-25T01:00", "to": "2026-10-25T04:00"},
        booking | {"from": "2026-10-31T22:00", "to": "2026-11-01T02:00"},
        booking | {"from": "2026-11-01T02:00", "to": "2026-11-01T03:00"},
    )

    [row] = await bill(folder)

    assert (row["lines"], row["line_amounts"]) == ("1+2", "40.00+40.00")


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"customer": " "}, "customer", "TooShort"),
        ({"currency": "EURO"}, "currency", "UnknownCurrency"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone", "UnknownZone"),
        ({"basis": "week"}, "basis", "PatternMismatch"),
        ({"quantity": "0"}, "quantity", "OutOfRange"),
        ({"quantity": "one"}, "quantity", "NotANumber"),
        ({"quantity": "1.00001"}, "quantity", "TooManyDecimals"),
        ({"unit_price": "349.001"}, "unit_price", "TooManyDecimals"),
        ({"unit_price": "-1"}, "unit_price", "OutOfRange"),
        ({"unit_price": "1e3"}, "unit_price", "NotANumber"),
        ({"unit_price": "349.00", "currency": "JPY"}, "unit_price", "TooManyDecimals"),
        ({"price_includes_tax": "maybe"}, "price_includes_tax", "PatternMismatch"),
        ({"waived": ""}, "waived", "PatternMismatch"),
        ({"tax_category": "Q"}, "tax_category", "TaxCategoryUnknown"),
        ({"tax_category": "AE"}, "tax_rate", "TaxRateImpossible"),
        ({"from": "14.03.2026"}, "from", "PatternMismatch"),
        ({"from": "2026-02-30"}, "from", "PatternMismatch"),
        ({"from": ""}, "from", "PatternMismatch"),
        ({"to": "2026-03-13"}, "to", "PeriodInverted"),
        ({"basis": "hour", "from": "2026-03-14", "to": "2026-03-15"}, "from", "PatternMismatch"),
        ({"basis": "hour", "from": "2026-03-29T02:30", "to": "2026-03-29T05:00"}, "from", "NonexistentTime"),
        ({"basis": "hour", "from": "2026-03-14T10:00", "to": "2026-03-14T10:00"}, "to", "PeriodInverted"),
    ],
)
def test_a_bad_row_seven_is_named_and_nothing_is_written(tmp_path: Path, change: dict[str, str], column: str, code: str) -> None:
    folder = write(tmp_path / "march_2026", *[{}] * 6, change, {"currency": "also wrong"})

    with pytest.raises(RowInvalid) as refused:
        command.run(read({}), folder, tmp_path / "out.csv", "")

    assert (refused.value.file, refused.value.row, refused.value.column, refused.value.problem_code) == ("lines.csv", 7, column, code)
    assert f"row 7, column {column}" in refused.value.message()
    assert f"第 7 行,列 {column}" in refused.value.message("zh-CN")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (HEADER.replace("waived,", "").encode() + b"\nx", WrongHeader),
        (HEADER.encode() + b",extra\nx", WrongHeader),
        (HEADER.encode() + "\nFörde".encode("latin-1"), WrongEncoding),
        (HEADER.encode() + b"\na,b,c\n", WrongShape),
        (HEADER.encode("utf-16") + b"\n", WrongEncoding),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused(tmp_path: Path, content: bytes, refusal: type[DomainError]) -> None:
    folder = tmp_path / "march_2026"
    folder.mkdir()
    (folder / "lines.csv").write_bytes(content)

    with pytest.raises(refusal):
        command.run(read({}), folder, tmp_path / "out.csv", "")

    assert not (tmp_path / "out.csv").exists()


def test_a_missing_file_and_a_wrong_month_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NoLinesFile):
        read_month(tmp_path, "")
    with pytest.raises(PatternMismatch):
        read_month(write(tmp_path / "march_2026", {}), "2026-13")
    with pytest.raises(MonthUnknown):
        read_month(write(tmp_path / "lines", {}), "")


def test_the_month_is_found_in_option_name_or_dates(tmp_path: Path) -> None:
    booking = {"basis": "hour", "from": "2026-05-14T10:00", "to": "2026-05-14T11:00"}

    by_option = read_month(write(tmp_path / "march_2026", {}), "2026-04")[1]
    by_dates = read_month(write(tmp_path / "folder", {}, booking, booking | {"from": "2026-05-14T09:00"}), "")[1]
    names = {
        "march_2026": 3,
        "2026-03": 3,
        "mar2026": 3,
        "2026_march": 3,
        "data-2026-03-v2": 3,
        "sept_2026": 9,
        "2026-13": None,
        "mare_2026": None,
    }

    assert (by_option.first.month, by_dates.first.month) == (4, 5)
    assert {name: (found.first.month if (found := month_of_name(name)) else None) for name in names} == names


async def test_a_customer_that_cannot_be_billed_fails_the_whole(database: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "march_2026", {"unit_price": "9999999999999.00", "quantity": "999999999"}, {"customer": "fine"})

    with pytest.raises(CustomerNotBilled):
        await bill(folder)


def test_the_command_bills_to_the_cent_and_replaces_the_target_whole_or_not_at_all(servers: Servers, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("before")
    with pytest.raises(RowInvalid):
        run(servers, write(tmp_path / "march_2026", {"currency": "?"}), out)
    kept = out.read_text()
    with pytest.raises(OutUnwritable):
        run(servers, MARCH, tmp_path / "nowhere" / "out.csv")

    run(servers, MARCH, out)

    assert kept == "before"
    assert out.read_bytes() == (MARCH / "expected_invoices.csv").read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
