"""What a startup does: sees what waits, accepts an offer, pays, books by keyboard."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visit import MEMBER, OWNER
from tests.support.product import Product, ask
from tests.support.web import document

ZONE = ZoneInfo("Europe/Berlin")


def working_day(after: int = 9) -> str:
    """Return a working day so many days from now at the site, or the next one."""
    day = datetime.now(ZONE).date() + timedelta(days=after)  # noqa: TID251 - the product runs in the present
    while day.weekday() > 3:
        day += timedelta(days=1)
    return day.isoformat()


def instant(day: str, hour: int) -> str:
    """Return a quarter past an hour of a day of the site."""
    return datetime.fromisoformat(f"{day}T{hour:02}:15").replace(tzinfo=ZONE).isoformat()


async def focused_name(page: Page) -> str:
    """Return the name of what has the focus."""
    name: str = await page.evaluate("document.activeElement?.getAttribute('aria-label') ?? ''")
    return name


async def test_the_home_says_what_to_do_next(visit: Open) -> None:
    window = await visit(OWNER)

    page = await window.go("/")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Jonas Petersen")
    await expect(page.get_by_role("link", name="Read the offer")).to_be_visible()
    await expect(page.get_by_role("region", name="What you owe").get_by_role("button", name=re.compile("^Pay EUR")).first).to_be_visible()
    await expect(page.get_by_role("region", name="Your space")).to_contain_text("Hamburg Life Science Labs")
    await expect(page.get_by_role("region", name="Next bookings").get_by_role("link")).not_to_have_count(0)


async def test_a_member_sees_no_money(visit: Open) -> None:
    window = await visit(MEMBER)

    page = await window.go("/")

    await expect(page.get_by_role("region", name="Your space")).to_be_visible()
    await expect(page.get_by_role("region", name="What you owe")).to_have_count(0)
    await expect(page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Invoices")).to_have_count(0)


async def test_an_invoice_is_paid_on_the_payment_page_and_settles_while_one_watches(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/invoices?state=OVERDUE")

    await page.locator("tbody a").first.click()
    await page.get_by_role("button", name=re.compile("^Pay EUR")).click()
    await page.wait_for_url(lambda url: not url.startswith(window.url))
    await page.get_by_role("button", name="Pay", exact=False).first.click()

    await page.wait_for_url(re.compile(re.escape(window.url) + r"/invoices/.+paid=1"))
    await expect(page.get_by_text("Thank you, the payment has arrived")).to_be_visible(timeout=30_000)
    await expect(page.get_by_text("Settled in full")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("^Pay EUR"))).to_have_count(0)


async def test_a_room_is_booked_by_keyboard_alone_and_cancelled(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go(f"/bookings?day={working_day()}&kind=MEETING_ROOM")

    grid = page.get_by_role("grid", name="Units and their bookings")
    await grid.locator("[data-cell][tabindex='0']").focus()
    await page.keyboard.press("End")
    for _ in range(12):
        if "Press Enter to book" in await focused_name(page):
            break
        await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="New booking")).to_be_visible()
    await expect(page.get_by_label("What for")).to_be_focused()
    await expect(page.get_by_text("EUR 45.22")).to_be_visible()
    await page.keyboard.type("Keyboard meeting")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(grid.get_by_role("button", name=re.compile("^Keyboard meeting"))).to_be_focused()

    await page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Keyboard meeting")
    await panel.get_by_role("button", name="Cancel the booking").click()
    await page.get_by_role("dialog", name="Cancel this booking?").get_by_role("button", name="Cancel the booking").click()
    await expect(grid.get_by_role("button", name=re.compile("^Keyboard meeting"))).to_have_count(0)


async def test_a_free_time_that_was_found_opens_the_form_and_repeats(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/find-time?kind=MEETING_ROOM&minutes=60")

    await page.get_by_role("link", name=re.compile("^Book: Meeting room")).first.click()
    form = page.get_by_role("dialog", name="New booking")
    await expect(form.get_by_role("list", name="How the price comes about")).to_contain_text("1 hr × EUR 38.00 an hour")
    await form.get_by_label("What for").fill("Journal club")
    await form.get_by_label("Repeat").select_option("Every week")
    await form.get_by_label("How many times").fill("3")
    await expect(form.get_by_text("Every one of them can be booked.")).to_be_visible()
    await form.get_by_role("button", name="Book", exact=True).click()

    await expect(page.get_by_text("3 bookings made")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("^Journal club"))).to_be_visible()


async def test_a_booking_shows_up_at_once_in_a_colleagues_window(visit: Open) -> None:
    address = f"/bookings?day={working_day()}&kind=MEETING_ROOM"
    mine = await visit(OWNER)
    theirs = await visit(MEMBER)
    page = await mine.go(address)
    other = await theirs.go(address)

    free = page.locator("[data-cell].free").last
    await free.click()
    await page.get_by_label("What for").fill("Seen by all")
    await page.get_by_role("button", name="Book", exact=True).click()
    await expect(page.get_by_role("button", name=re.compile("^Seen by all"))).to_be_visible()

    await expect(other.get_by_role("button", name=re.compile("^Seen by all"))).to_be_visible()


async def test_an_offer_is_accepted_word_for_word(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/")

    await page.get_by_role("link", name="Read the offer").click()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await page.get_by_role("button", name="Accept the offer").first.click()
    dialog = page.get_by_role("dialog", name="Accept this offer?")
    await dialog.get_by_role("button", name="Accept the offer").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Please confirm that you have read the terms.")
    await dialog.get_by_role("checkbox").check()
    await dialog.get_by_role("button", name="Accept the offer").click()

    await expect(page.get_by_role("main").get_by_text("You have accepted this offer")).to_be_visible()
    await expect(page.get_by_role("button", name="Accept the offer")).to_have_count(0)


async def test_a_taken_time_is_waited_for_offered_and_taken(visit: Open, product: Product) -> None:
    day, colleague = working_day(after=30), await product.signed_in(MEMBER)
    sites = (await ask(colleague, document("BookableSites")))["sites"]["nodes"]
    site = next(one["id"] for one in sites if "Hamburg" in one["name"])
    room = (await ask(colleague, document("BookableUnits"), siteId=site, kind="MEETING_ROOM"))["units"]["nodes"][-1]
    times = {"startsAt": instant(day, 7), "endsAt": instant(day, 8)}
    given = {"unitId": room["id"], "title": "Early call", "idempotencyKey": "waited-for-1", **times}
    held = (await ask(colleague, document("CreateBooking"), input=given))["booking"]
    window = await visit(OWNER)

    page = await window.go(f"/bookings?{urlencode({'site': site, 'day': day, 'new': 1, 'unit': room['id'], 'from': 435, 'to': 495})}")
    form = page.get_by_role("dialog", name="New booking")
    await form.get_by_label("What for").fill("Board")
    await form.get_by_role("button", name="Wait for it").click()
    await expect(form).to_have_count(0)
    page = await window.go("/waiting-list")
    await expect(page.get_by_role("row", name=re.compile(r"Board.*Waiting"))).to_be_visible()
    await ask(colleague, document("CancelBooking"), input={"bookingId": held["id"], "expectedVersion": held["version"]})

    await page.get_by_role("row", name=re.compile("Board.*Yours until")).get_by_role("button", name=re.compile("^Take the slot")).click()

    await expect(page.get_by_role("row", name=re.compile(r"Board.*Booked"))).to_be_visible()
    await colleague.aclose()
