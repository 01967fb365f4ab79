"""Plans and contracts on the screen: a manager makes a plan, pauses a contract after seeing what it comes to; finance charges by hand."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import FINANCE, MANAGER, OWNER
from tests.support import make

WORDS = re.compile(r"12 months: free; then EUR\s300\.00 a year")


async def test_a_manager_makes_a_plan_and_retires_it(visit: Open) -> None:
    window, name = await visit(MANAGER), make.fresh("Harbour ")
    page = await window.go("/plans")

    await page.get_by_role("button", name="New plan").click()
    dialog = page.get_by_role("dialog", name="New plan")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Amount").fill("0")
    await dialog.get_by_role("button", name="Add a phase").click()
    second = dialog.get_by_role("group", name="Phase 2")
    await dialog.get_by_role("button", name="New plan").click()
    await expect(second.get_by_text("This is not an amo", exact=False)).to_be_visible()
    await second.get_by_label("Amount").fill("300")
    await expect(dialog.get_by_text(WORDS)).to_be_visible()
    assert await window.findings() == []
    await dialog.get_by_role("button", name="New plan").click()

    row = page.get_by_role("row", name=name)
    await expect(row.get_by_text(WORDS)).to_be_visible()
    await row.get_by_role("button", name="Retire").click()
    await page.get_by_role("dialog").get_by_role("button", name="Retire").click()
    await expect(row.get_by_text("Retired", exact=True)).to_be_visible()
    assert await window.refusals() == []


async def test_a_manager_pauses_a_contract_after_seeing_what_it_comes_to(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/contracts?state=RUNNING")

    await page.get_by_role("table").get_by_role("link").first.click()
    await page.get_by_role("button", name="Pause the contract").click()
    dialog = page.get_by_role("dialog", name="Pause the contract")
    await dialog.get_by_role("textbox", name="First day").fill("01/03/2031")
    await dialog.get_by_role("textbox", name="Last day").fill("10/03/2031")
    await dialog.get_by_label("Reason").fill("Renovation of the floor")
    await expect(dialog.get_by_text("Nothing that was billed is taken back.")).to_be_visible()
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Pause", exact=True).click()

    pauses = page.get_by_role("region", name="Pauses")
    await expect(pauses.get_by_text("Renovation of the floor")).to_be_visible()
    await expect(pauses.get_by_role("button", name="Resume")).to_be_visible()
    await page.get_by_role("button", name="Change the price").last.click()
    price = page.get_by_role("dialog", name="Change the price")
    await price.get_by_role("textbox", name="From").fill("01/03/2027")
    await price.get_by_role("textbox", name="Price").fill("99")
    await expect(price.get_by_text("Nothing that was billed is taken back.")).to_be_visible()
    assert await window.findings() == []
    assert await window.refusals() == []


async def test_finance_charges_something_by_hand_at_an_agreed_tax_and_waives_it(visit: Open) -> None:
    window, what = await visit(FINANCE), make.fresh("Key lost ")
    page = await window.go("/charges")

    await page.get_by_role("button", name="Add a charge").click()
    dialog = page.get_by_role("dialog", name="Add a charge")
    await dialog.get_by_role("combobox", name="Customer").fill("Elbe")
    await dialog.get_by_role("option", name=re.compile("^Elbe Cell")).click()
    await dialog.get_by_label("Invoiced by").select_option("Nord Incubator GmbH")
    await dialog.get_by_label("Site").select_option("Hamburg Life Science Labs")
    await dialog.get_by_label("What it is for").fill(what)
    await dialog.get_by_label("Price").first.fill("40")
    await dialog.get_by_label("Tax", exact=True).select_option("Standard rate")
    await dialog.get_by_role("button", name="Add a charge").click()
    await expect(dialog.get_by_text("This is not an amount", exact=False)).to_be_visible()
    await dialog.get_by_label("Tax rate in percent").fill("7")
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Add a charge").click()

    row = page.get_by_role("row", name=what)
    await expect(row.get_by_text("Open", exact=True)).to_be_visible()
    await row.get_by_role("button", name="Waive").click()
    waiving = page.get_by_role("dialog")
    await waiving.get_by_label("Reason").fill("It was found")
    await waiving.get_by_role("button", name="Waive").click()
    await expect(row.get_by_text("Waived", exact=True)).to_be_visible()
    assert await window.refusals() == []


async def test_an_owner_sees_its_contracts_and_changes_nothing(visit: Open) -> None:
    window = await visit(OWNER, is_phone=True)
    page = await window.go("/contracts")

    await expect(page.get_by_role("heading", name="Our contracts")).to_be_visible()
    await page.locator("main").get_by_role("link").first.click()
    await expect(page.get_by_role("region", name="Prices")).to_be_visible()
    await expect(page.get_by_role("button", name="Pause the contract")).to_have_count(0)
    await expect(page.get_by_role("button", name="Change the price")).to_have_count(0)
    assert await window.findings() == []
