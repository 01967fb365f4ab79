"""From a missing qualification to a seat in a session, and what the staff see of it."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import DESK_STAFF, MANAGER, MEMBER


async def test_a_member_is_told_what_is_missing_and_takes_a_seat_that_the_manager_sees(visit: Open) -> None:
    window, staff = await visit(MEMBER), await visit(MANAGER)

    page = await window.go("/bookings?new=1")
    form = page.get_by_role("dialog", name="New booking")
    await form.get_by_label("Unit").select_option(label="Instrument 01 · Instrument")
    await form.get_by_role("link", name="See sessions").first.click()
    sessions = page.get_by_role("region", name="Sessions to come")
    await expect(sessions.get_by_text("Confocal microscope")).not_to_have_count(0)
    await sessions.get_by_role("button", name=re.compile("^Take a seat: Confocal")).last.press("Enter")
    await expect(sessions.get_by_text("You have a seat")).to_have_count(1)

    desk = await staff.go("/trainings?search=Confocal")
    await desk.get_by_role("link", name="Confocal microscope").last.click()
    await expect(desk.get_by_role("dialog")).to_be_visible()


async def test_the_desk_sees_who_is_in_an_area_after_the_code_at_its_door_was_used(visit: Open) -> None:
    manager, member, desk = await visit(MANAGER), await visit(MEMBER, is_phone=True), await visit(DESK_STAFF)

    units = await manager.go("/units?kind=INSTRUMENT&search=Instrument 02")
    row = units.get_by_role("row", name=re.compile("Hamburg"))
    await row.get_by_role("link", name="Instrument 02").click()
    panel = units.get_by_role("dialog", name="Instrument 02")
    await panel.get_by_text("Qualifications", exact=True).click()
    await expect(panel.get_by_text("Always two persons")).to_be_visible()
    address = await panel.get_by_role("link", name="Page at the door of its area").get_attribute("href")
    assert address is not None

    door = await member.go(address)
    await door.get_by_role("button", name="I am here").click()
    await expect(door.get_by_role("button", name="I leave")).to_be_visible()
    inside = await desk.go("/trainings?tab=present")
    await inside.get_by_role("button", name="Has left: Lena Vogt").click()

    await expect(inside.get_by_text("Lena Vogt", exact=True)).to_have_count(0)
    await expect(door.get_by_role("button", name="I am here")).to_be_visible()
