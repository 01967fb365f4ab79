"""A lab provider looks after its own units: opens a statement, sees who used what, and sets its share."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import UNIT_OWNER
from tests.support import make


async def test_a_statement_is_opened_beside_the_list_and_says_who_paid(visit: Open) -> None:
    window = await visit(UNIT_OWNER)
    page = await window.go("/owner-statements")

    await page.locator("table tbody a").first.click()

    panel = page.get_by_role("dialog")
    await expect(panel.get_by_text("SHA-256")).to_be_visible()
    await expect(panel.get_by_role("row")).not_to_have_count(0)
    assert await window.refusals() == []


async def test_an_owner_sets_the_share_from_the_next_month_on(visit: Open) -> None:
    window = await visit(UNIT_OWNER)
    page = await window.go("/units")
    await page.get_by_role("link", name="Instrument 01").click()
    panel = page.get_by_role("dialog", name="Instrument 01")

    await panel.get_by_role("button", name="Set share").click()
    dialog = page.get_by_role("dialog", name="Set share")
    await dialog.get_by_label("Owner's share of the takings, %").fill("101")
    await dialog.get_by_role("button", name="Set share").click()
    await expect(dialog.get_by_text("0 to 100, at most two decimals")).to_be_visible()
    await dialog.get_by_label("Owner's share of the takings, %").fill("64,5")
    await dialog.get_by_role("button", name="Set share").click()

    await expect(panel.get_by_text("62.5 % · 64.5 % from ")).to_be_visible()
    await expect(panel.get_by_role("button", name="Set owner")).to_have_count(0)


async def test_a_photo_is_added_shown_and_removed(visit: Open, tmp_path: Path) -> None:
    photo = tmp_path / "front.png"
    photo.write_bytes(make.picture())
    window = await visit(UNIT_OWNER)
    page = await window.go("/units")
    await page.get_by_role("link", name="Instrument 01").click()
    panel = page.get_by_role("dialog", name="Instrument 01")

    await panel.get_by_label("Add a photo").set_input_files(photo)
    shown = panel.get_by_role("img", name="Instrument 01, photo 1")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_js_property("naturalWidth", 32)
    await panel.get_by_role("button", name="Remove Instrument 01, photo 1").click()
    await page.get_by_role("dialog", name="Remove this photo?").get_by_role("button", name="Remove", exact=True).click()

    await expect(shown).to_have_count(0)
    assert await window.findings() == []


async def test_an_owner_says_what_a_unit_asks_for_and_leaves_approvals_to_the_house(visit: Open) -> None:
    window = await visit(UNIT_OWNER, is_phone=True)
    page = await window.go("/units")
    await page.get_by_role("link", name="Instrument 01").click()
    panel = page.get_by_role("dialog", name="Instrument 01")
    await panel.get_by_role("button", name="Qualifications").click()
    asked = panel.get_by_role("list", name="What the unit asks for")

    await panel.get_by_role("button", name="Ask no more: Laboratory safety briefing").click()
    await expect(asked.get_by_text("Laboratory safety briefing")).to_have_count(0)
    await panel.get_by_role("button", name="Ask for a training").click()
    dialog = page.get_by_role("dialog", name="Ask for a training")
    choice = dialog.get_by_label("Training")
    await expect(choice.get_by_role("option", name="Biosafety level 2")).to_have_count(0)
    await choice.select_option("Laboratory safety briefing")
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Ask for a training").click()

    await expect(dialog).to_have_count(0)
    await expect(asked.get_by_text("Laboratory safety briefing")).to_be_visible()
    assert await window.findings() == []
