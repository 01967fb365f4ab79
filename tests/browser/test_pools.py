"""Any unit of a pool in the browser: booked with the price seen before, kept for days; and the slot that stands in for a lost booking."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Route, expect

from tests.browser.conftest import Open
from tests.browser.visit import MANAGER, OWNER

TODAY = datetime.now(UTC).date()  # noqa: TID251 - the product runs in the present
AHEAD = TODAY + timedelta(days=47)
DAY = AHEAD + timedelta(days=-AHEAD.weekday() % 7 + 3)
"""A Thursday on which neither the demo world nor another test has booked anything."""


async def test_any_room_is_booked_by_keyboard_with_its_price_and_named_after(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go(f"/bookings?day={DAY}&view=timeline")
    choices = page.get_by_role("group", name="Any unit will do")
    await expect(choices.get_by_role("button")).to_have_text(["Any of Meeting rooms · 3 of 3 free"])
    assert await window.findings() == []

    await choices.get_by_role("button").focus()
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="New booking")
    await expect(form.get_by_label("What for")).to_be_focused()
    await page.keyboard.type("Any room")
    await expect(form.get_by_text("Total with tax")).to_be_visible()
    assert await window.findings() == []
    await page.keyboard.press("Enter")

    await expect(form).to_have_count(0)
    await expect(page.get_by_text(re.compile(r"^Booked: Meeting room 0\d"))).to_be_visible()
    await expect(page.locator("[data-cell]", has_text="Any room")).to_have_count(1)
    await expect(choices.get_by_role("button")).to_have_text(["Any of Meeting rooms · 2 of 3 free"])


async def test_on_a_phone_the_pools_and_the_form_fit_and_what_is_full_is_refused(visit: Open) -> None:
    window = await visit(OWNER, is_phone=True)
    page = await window.go(f"/bookings?day={DAY + timedelta(days=1)}")
    await page.get_by_role("button", name=re.compile("^Any of Meeting rooms")).click()
    form = page.get_by_role("dialog", name="New booking")
    for number in range(3):
        await form.get_by_label("What for").fill(f"Workshop {number}")
        await form.get_by_role("button", name="Book", exact=True).click()
        await expect(form).to_have_count(0)
        await page.get_by_role("button", name=re.compile(f"^Any of Meeting rooms · {2 - number} of 3 free")).click()

    await expect(form.get_by_text("All 3 units of the pool are taken in that time.")).to_be_visible()
    assert await window.findings() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await form.get_by_role("button", name="Cancel").click()


async def test_an_owner_asks_for_any_office_sees_which_it_would_be_and_has_it_kept(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/space")

    await page.get_by_role("button", name="Keep a unit").click()
    dialog = page.get_by_role("dialog", name="Keep a unit")
    await dialog.get_by_label("Site").select_option("Hamburg Life Science Labs")
    await dialog.get_by_role("combobox", name="Unit").fill("Any of Off")
    await dialog.get_by_role("option", name="Any of Offices").click()
    for name, day in (("Last day", TODAY + timedelta(days=860)), ("First day", TODAY + timedelta(days=800))):
        await dialog.get_by_role("textbox", name=name).fill(day.strftime("%d/%m/%Y"))
        await page.keyboard.press("Tab")
    await expect(dialog.get_by_text("It would be Office 01")).to_be_visible()
    await expect(dialog.get_by_text("Kept for 48 hrs.")).to_be_visible()
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Keep a unit").click()

    await expect(page.get_by_text("Kept: Office 01")).to_be_visible()
    await page.get_by_role("button", name="Let go: Office 01").click()
    await expect(page.get_by_role("button", name="Let go: Office 01")).to_have_count(0)


async def test_a_manager_sees_the_price_of_any_bench_before_one_is_let(visit: Open) -> None:
    window = await visit(MANAGER, is_phone=True)
    page = await window.go("/rentals?new=1")

    dialog = page.get_by_role("dialog", name="Let a unit")
    await dialog.get_by_label("Site").select_option(label="Kiel Life Science Labs")
    await dialog.get_by_role("combobox", name="Unit").fill("Any")
    await dialog.get_by_role("option", name="Any of Benches").click()
    await dialog.get_by_role("combobox", name="Organisation").fill("Elbe")
    await dialog.get_by_role("option", name=re.compile("^Elbe Cell")).click()
    await expect(dialog.get_by_text(re.compile(r"It would be Bench 0\d"))).to_be_visible()
    await expect(dialog).to_contain_text("Total with tax")
    await dialog.get_by_text("Total with tax").scroll_into_view_if_needed()
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)


async def test_the_waiting_list_leads_to_the_booking_that_an_outage_ended(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/waiting-list")
    lost = page.get_by_role("link", name=re.compile("^Instead of Meeting room 02, .*, which is out of order$"))
    await expect(lost).to_be_visible()
    assert await page.evaluate("[...document.querySelectorAll('.scroll')].every((one) => one.scrollWidth <= one.clientWidth)")
    assert await window.findings() == []

    await lost.click()

    panel = page.get_by_role("dialog", name="Advisory board")
    await expect(panel.get_by_text("An outage ended this booking.")).to_be_visible()
    assert await window.findings() == []


async def test_a_kept_slot_is_declined_from_the_waiting_list_on_a_phone(visit: Open) -> None:
    window = await visit(OWNER, is_phone=True)
    page = await window.go("/waiting-list")
    entry = page.get_by_role("listitem").filter(has_text="Instead of Meeting room 02")

    await entry.get_by_role("button", name=re.compile("^Leave the waiting list: ")).click()

    await expect(entry.get_by_text("Left", exact=True)).to_be_visible()
    await expect(entry.get_by_role("link", name=re.compile("^Instead of"))).to_be_visible()


async def test_a_price_that_is_asked_for_anew_stays_legible_until_the_answer_is_there(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go(f"/bookings?day={DAY + timedelta(days=8)}&view=timeline")
    await page.get_by_role("group", name="Any unit will do").get_by_role("button").click()
    form = page.get_by_role("dialog", name="New booking")
    await expect(form.get_by_text("Total with tax")).to_be_visible()
    may_go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_go_on.wait()
        await route.continue_()

    await page.route("**/graphql", hold)
    await form.get_by_label("To", exact=True).press("ArrowDown")
    await expect(form.locator(".stale")).to_be_visible()
    assert await window.findings() == []
    may_go_on.set()
    await expect(form.locator(".stale")).to_have_count(0)
    await page.unroute("**/graphql")
    await form.get_by_role("button", name="Cancel").click()
