"""A manager closes a site on screen, sees what stands in the way, and prints the codes that hang at its doors."""

import re
from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import MANAGER, OWNER
from tests.support.product import Product, ask
from tests.support.web import document

SOON, FAR = date.today() + timedelta(days=10), date.today() + timedelta(days=1500)  # noqa: DTZ011 - days that no zone moves into the past


async def site_of(product: Product, city: str) -> str:
    """Return the id of the site of a city."""
    manager = await product.signed_in(MANAGER)
    found = next(one["id"] for one in (await ask(manager, document("BookableSites")))["sites"]["nodes"] if city in one["name"])
    await manager.aclose()
    return str(found)


async def test_a_site_is_closed_after_a_look_at_what_that_ends_and_kept_open_again(visit: Open, product: Product) -> None:
    site = await site_of(product, "Hamburg")
    window, startup = await visit(MANAGER), await visit(OWNER)
    page = await window.go(f"/places?site={site}")

    await page.get_by_role("button", name="Close the site").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Close a site"))
    await dialog.get_by_role("textbox", name="Closed from").fill(SOON.strftime("%d/%m/%Y"))
    await page.keyboard.press("Tab")
    await expect(dialog.get_by_text("Contracts stand in the way")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Close the site")).to_be_disabled()
    assert await window.findings() == []
    await dialog.get_by_role("textbox", name="Closed from").fill(FAR.strftime("%d/%m/%Y"))
    await page.keyboard.press("Tab")
    await expect(dialog.get_by_text("Nothing reaches past that day.")).to_be_visible()
    await dialog.get_by_label("Reason").fill("The lease ends")
    await dialog.get_by_role("button", name="Close the site").click()
    await expect(dialog).to_have_count(0)
    await expect(page.locator("main").get_by_text(re.compile(r"closes on"))).to_be_visible()
    assert await window.findings() == []

    seen = await startup.go(f"/bookings?site={site}&day={FAR}")
    await expect(seen.locator("main").get_by_text("The lease ends")).to_be_visible()
    await expect(seen.get_by_role("button", name="Book", exact=True)).to_have_count(0)
    assert await startup.findings() == []

    await page.get_by_role("button", name="Keep the site open").click()
    await expect(page.get_by_text("No closing is planned.")).to_be_visible()
    await expect(seen.locator("main").get_by_text("The lease ends")).to_have_count(0)


async def test_the_holidays_of_a_site_are_those_of_the_part_that_is_chosen(visit: Open, product: Product) -> None:
    site = await site_of(product, "Kiel")
    window = await visit(MANAGER)
    page = await window.go(f"/places?site={site}")

    await page.get_by_label("Part of the country").select_option("HH")
    await expect(page.get_by_text("The public holidays are set")).to_be_visible()
    await page.reload()

    await expect(page.get_by_label("Part of the country")).to_have_value("HH")


@pytest.mark.parametrize("kind", ["Areas", "Units"])
async def test_the_codes_of_areas_and_units_are_there_to_print(visit: Open, product: Product, kind: str) -> None:
    site = await site_of(product, "Hamburg")
    window = await visit(MANAGER)
    page = await window.go(f"/places?site={site}")

    await page.get_by_role("link", name="Codes at doors").click()
    await page.get_by_role("button", name=kind, exact=True).click()
    codes = page.get_by_role("list", name=kind).get_by_role("img")
    await expect(codes.first).to_be_visible()
    drawn = await codes.first.evaluate("(image) => image.decode().then(() => image.naturalWidth)")
    await page.emulate_media(media="print")

    assert drawn > 100
    for frame in ("navigation", "banner", "heading"):
        await expect(page.get_by_role(frame)).to_have_count(0)
    box = await codes.first.bounding_box()

    assert box is not None
    assert box["width"] == box["height"] > 100
    await page.emulate_media(media="screen")
    assert await window.findings() == []
