"""Taxes on the screen: a customer sets its VAT ID and sees the register's answer, finance registers a company, enters a rate, closes books."""

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import FINANCE, OWNER


async def test_an_owner_sets_a_vat_id_and_sees_that_the_register_knows_it(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/billing-details")

    await page.get_by_role("button", name="Change the VAT ID").click()
    dialog = page.get_by_role("dialog", name="VAT ID")
    await dialog.get_by_label("VAT ID").fill("DE136695977")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Expected form, with right check digits")).to_be_visible()
    assert await window.findings() == []
    await dialog.get_by_label("VAT ID").fill("DE 136 695 976")
    await dialog.get_by_role("button", name="Save").click()

    section = page.get_by_role("region", name="VAT ID")
    await expect(section.get_by_text("DE136695976", exact=True)).to_be_visible()
    await expect(section.get_by_text("Confirmed", exact=True)).to_be_visible(timeout=30_000)
    await expect(section.get_by_text("HOLDER OF DE136695976")).to_be_visible()
    assert await window.refusals() == []


async def test_an_owner_says_how_invoices_are_sent(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/billing-details")

    await page.get_by_role("button", name="Change how invoices are sent").click()
    dialog = page.get_by_role("dialog", name="How invoices are sent")
    assert await window.findings() == []
    await dialog.get_by_label("Reference").fill("Order 4711")
    await dialog.get_by_role("button", name="Save").click()

    await expect(page.get_by_text("Order 4711")).to_be_visible()
    assert await window.findings() == []


async def test_finance_registers_a_company_ends_it_and_closes_its_books(visit: Open) -> None:
    window = await visit(FINANCE)
    page = await window.go("/tax-settings")

    await page.get_by_role("button", name="Add a registration").click()
    dialog = page.get_by_role("dialog", name="Add a registration")
    assert await window.findings() == []
    await dialog.get_by_label("Has opted to tax its letting of rooms").check()
    await dialog.get_by_role("button", name="Add a registration").click()
    registrations = page.get_by_role("region", name="Tax registrations")
    await expect(registrations.get_by_text("Letting taxed").first).to_be_visible()
    await page.get_by_role("button", name="Close the books").click()
    closing = page.get_by_role("dialog", name="Close the books")
    assert await window.findings() == []
    await closing.get_by_role("button", name="Close the books").click()

    await expect(page.get_by_text("nothing is booked on that day or before")).to_be_visible()
    assert await window.refusals() == []


async def test_finance_enters_a_rate_that_the_bank_does_not_publish(visit: Open) -> None:
    window = await visit(FINANCE)
    page = await window.go("/tax-settings")

    await page.get_by_role("button", name="Enter a rate").click()
    dialog = page.get_by_role("dialog", name="Enter a rate")
    assert await window.findings() == []
    await dialog.get_by_label("Currency").fill("USD")
    await dialog.get_by_label("For one euro").fill("1.1")
    await dialog.get_by_label("Source").fill("a newspaper")
    await dialog.get_by_role("button", name="Enter a rate").click()
    await expect(dialog.get_by_text("the European Central Bank publishes rates of USD")).to_be_visible()
    await dialog.get_by_label("Currency").fill("vnd")
    await dialog.get_by_label("For one euro").fill("30125.5")
    await dialog.get_by_role("button", name="Enter a rate").click()

    await expect(page.get_by_text("30125.5")).to_be_visible()
    assert await window.findings() == []
