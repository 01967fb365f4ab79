"""Outages, kept slots, series and calendars as people meet them in the browser."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visit import DESK_STAFF, MANAGER, OWNER

AHEAD = datetime.now(UTC).date() + timedelta(days=40)  # noqa: TID251 - the product runs in the present
DAY = AHEAD + timedelta(days=-AHEAD.weekday() % 7)
"""A Monday on which the demo world has booked nothing."""


async def book(page: Page, title: str, *, repeats: bool = False) -> None:
    """Book the last free time of the last unit in the open day."""
    await page.locator("[data-cell].free").last.click()
    form = page.get_by_role("dialog", name="New booking")
    await form.get_by_label("What for").fill(title)
    if repeats:
        await form.get_by_label("Repeat").select_option("Every week")
        await form.get_by_label("How many times").fill("3")
        await expect(form.get_by_text("Every one of them can be booked.")).to_be_visible()
    await form.get_by_role("button", name="Book", exact=True).click()
    await expect(form).to_have_count(0)


async def test_an_outage_shows_up_in_an_open_day_and_the_kept_slot_is_taken_with_one_click(visit: Open) -> None:
    window, desk = await visit(OWNER), await visit(DESK_STAFF)
    page = await window.go(f"/bookings?day={DAY}&view=timeline&kind=MEETING_ROOM")
    await book(page, "Steering committee")
    held = page.get_by_role("row").filter(has=page.locator("[data-cell]", has_text="Steering committee"))
    unit = await held.get_by_role("rowheader").locator("span").first.inner_text()

    other = await desk.go("/units")
    await other.get_by_role("searchbox").first.fill(unit)
    await other.get_by_role("row").filter(has_text="Hamburg").get_by_role("link", name=unit).click()
    await other.get_by_role("button", name="Outages").click()
    await other.get_by_role("button", name="Plan an outage").click()
    dialog = other.get_by_role("dialog", name=f"Out of order: {unit}")
    for name in ("First day", "Last day"):
        await dialog.get_by_role("textbox", name=name).fill(DAY.strftime("%d/%m/%Y"))
        await other.keyboard.press("Tab")
    await dialog.get_by_label("From").select_option(label="00:00")
    await dialog.get_by_label("Until").select_option(label="23:45")
    await expect(dialog.get_by_text("Steering committee")).to_be_visible()
    await dialog.get_by_label("Reason").fill("A new floor")
    assert await desk.findings() == []
    await dialog.get_by_role("button", name="Plan an outage").click()
    await expect(dialog).to_have_count(0)

    await expect(page.locator("[data-cell]", has_text="A new floor").first).to_be_visible()
    offer = page.locator(".offer").filter(has_text="Steering committee")
    await offer.get_by_role("button", name="Take it").click()
    await expect(page.locator("[data-cell]", has_text="Steering committee").first).to_be_visible()
    assert await window.findings() == []


async def test_a_series_is_cancelled_from_one_of_its_bookings(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go(f"/bookings?day={DAY + timedelta(days=1)}&view=timeline&kind=MEETING_ROOM")
    await book(page, "Weekly sync", repeats=True)

    await page.locator("[data-cell]", has_text="Weekly sync").first.click()
    await page.get_by_role("button", name="Cancel the series").click()
    dialog = page.get_by_role("dialog", name="Cancel the series?")
    await expect(dialog.get_by_role("list", name="Bookings of the series")).to_be_visible()
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Cancel the series").click()

    await expect(page.locator("[data-cell]", has_text="Weekly sync")).to_have_count(0)


async def test_a_calendar_feed_is_made_read_and_revoked(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/bookings")
    await page.get_by_role("button", name="Subscribe").click()
    dialog = page.get_by_role("dialog", name="Make a calendar feed")
    await dialog.get_by_role("button", name="Make a calendar feed").click()
    address = await dialog.locator("code").inner_text()

    before = await page.request.get(address)
    await dialog.get_by_role("button", name="Close").last.click()
    page = await window.go("/settings?tab=calendars")
    await page.get_by_role("button", name="Revoke").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("The calendar feed is revoked")).to_be_visible()
    after = await page.request.get(address)

    assert (before.status, after.status) == (200, 404)
    assert (await before.text()).startswith("BEGIN:VCALENDAR")
