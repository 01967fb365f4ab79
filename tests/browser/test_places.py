"""A manager builds a house on screen; a startup books on its plan."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.test_startup import working_day
from tests.browser.visit import MANAGER, OWNER
from tests.support.product import Product, ask
from tests.support.web import document


async def test_a_building_a_floor_and_a_room_are_added_and_the_floor_gets_a_plan(visit: Open, product: Product, tmp_path: Path) -> None:
    manager = await product.signed_in(MANAGER)
    site = next(one for one in (await ask(manager, document("BookableSites")))["sites"]["nodes"] if "Kiel" in one["name"])
    unit = (await ask(manager, document("BookableUnits"), siteId=site["id"], kind="INSTRUMENT"))["units"]["nodes"][0]
    plan = tmp_path / "plan.svg"
    plan.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40"><rect id="{unit["id"]}" width="80" height="30" onclick="alert(1)"/></svg>'
    )
    window = await visit(MANAGER)
    page = await window.go(f"/places?site={site['id']}")

    for button, field, value in (
        ("Add a building", "Name", "Annex"),
        ("Add a floor: Annex", "Name", "Top floor"),
        ("Add a room: Top floor", "Name", "Clean room"),
    ):
        await page.get_by_role("button", name=button).click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label(field).fill(value)
        await dialog.get_by_role("button", name=re.compile("^Add a")).click()
        await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("Clean room · 1 seat")).to_be_visible()
    await page.get_by_label("Plan: Top floor").and_(page.locator("input")).set_input_files(plan)

    await expect(page.get_by_role("img", name=unit["name"])).to_be_visible()
    assert await window.refusals() == []
    await manager.aclose()


async def test_a_room_is_booked_on_the_plan_by_keyboard(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go(f"/bookings?view=plan&day={working_day(after=44)}&at=600")

    shape = page.get_by_role("button", name="Meeting room 02: Free")
    await shape.focus()
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="New booking")
    await form.get_by_label("What for").fill("On the plan")
    await form.get_by_role("button", name="Book", exact=True).click()

    await expect(page.get_by_role("button", name="Meeting room 02: Ours")).to_be_visible()
    assert await window.findings() == []
