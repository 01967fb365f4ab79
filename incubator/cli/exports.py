"""`incubator export`: reports as CSV files, in the eyes of a person."""

import csv
from datetime import date
from pathlib import Path

from incubator import db
from incubator.cli.servers import Addresses, connected
from incubator.embedded.processes import StartFailed
from incubator.kernel.errors import NotFound, PatternMismatch
from incubator.kernel.money import to_decimal
from incubator.kernel.paging import MAX_PAGE, Page
from incubator.organizations import access
from incubator.reports import portfolio

COLUMNS = (
    "startup",
    "country",
    "plan",
    "units",
    "starts_on",
    "ends_on",
    "headcount",
    "currency",
    "rent_per_month",
    "invoiced",
    "paid",
    "outstanding",
)
MORE_COLUMNS = ("overdue", "booked_minutes", "seconded_minutes", "secondees", "open_deals", "deal_value")


def month_named(text: str) -> date:
    """Read YYYY-MM.

    Raises:
        PatternMismatch: it is none.
    """
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise PatternMismatch(field="month", limit="YYYY-MM") from error


async def run(found: Addresses, report: str, out: Path, email: str, month_text: str) -> None:
    """Write a report of a month as CSV.

    Raises:
        PatternMismatch: no such report or month.
        NotFound: nobody has the address.
        Forbidden: the person does not see the report.
    """
    if report != "portfolio":
        raise PatternMismatch(field="report", limit="portfolio")
    month = month_named(month_text)
    if not out.parent.is_dir():
        raise StartFailed(f"the folder {out.parent} does not exist")
    async with connected(found, migrated=False):
        person_id = await db.value("SELECT id FROM person WHERE email = $1", email.strip().lower())
        actor = await access.actor_of_person(person_id) if person_id else None
        if actor is None:
            raise NotFound(kind="Person")
        lines, after = [], None
        while True:
            page = await portfolio.list_portfolio(actor, Page(first=MAX_PAGE, after=after), month=month)
            lines += [portfolio.PortfolioLine(**row) for row in page.rows]
            if not page.has_next:
                break
            after = page.cursors[-1]
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, *MORE_COLUMNS])
        writer.writerows(_cells(line) for line in lines)


def _cells(line: portfolio.PortfolioLine) -> list[object]:
    def amount(minor: int | None) -> str:
        return "" if minor is None else str(to_decimal(minor, line.currency))

    return [
        _safe(line.startup_name),
        line.country,
        _safe(line.plan_name),
        _safe("; ".join(line.unit_names)),
        line.starts_on,
        line.ends_on,
        line.headcount,
        line.currency,
        amount(line.rent_per_month_minor),
        amount(line.invoiced_minor),
        amount(line.paid_minor),
        amount(line.outstanding_minor),
        amount(line.overdue_minor),
        line.booked_minutes,
        line.seconded_minutes,
        line.secondees,
        line.open_deals,
        amount(line.deal_value_minor),
    ]


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
