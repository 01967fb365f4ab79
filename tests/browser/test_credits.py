"""Credits on screen: finance gives one and takes back what is left; the startup sees what it has and until when; at a desk and on a phone."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.test_finance import at_two_widths
from tests.browser.visit import FINANCE, OWNER
from tests.support.product import Product, ask
from tests.support.web import document


async def test_a_credit_is_given_on_the_account_and_what_is_left_is_withdrawn(visit: Open, product: Product) -> None:
    finance = await product.signed_in(FINANCE)
    [promised] = (await ask(finance, document("CustomerCredits"), first=1))["customerCredits"]["nodes"]
    accounts = (await ask(finance, document("CustomerAccounts"), search="Elbe Cell", first=10))["customerAccounts"]["nodes"]
    await finance.aclose()
    account = next(one for one in accounts if one["currency"] == "EUR" and one["legalEntity"]["id"] == promised["legalEntity"]["id"])
    window = await visit(FINANCE)
    page = await window.go(f"/accounts/{account['customer']['id']}/{account['legalEntity']['id']}/EUR?tab=credits")
    await expect(page.get_by_role("row", name=re.compile("EUR 2,000 for instruments"))).to_contain_text("Instrument")
    assert promised["used"]["amountMinor"] > 0
    assert await at_two_widths(window) == []

    await page.get_by_role("button", name="Give credit").click()
    dialog = page.get_by_role("dialog", name="Give credit")
    await dialog.get_by_role("button", name="Give credit").click()
    await expect(dialog.get_by_label("Amount")).to_be_focused()
    await dialog.get_by_label("Amount").fill("250.00")
    await dialog.get_by_label("Reason").fill("Sorry for the outage")
    assert await at_two_widths(window) == []
    await dialog.get_by_role("button", name="Give credit").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    given = page.get_by_role("row", name=re.compile("Sorry for the outage"))
    await expect(given).to_contain_text("Open")
    await given.get_by_role("button", name="Withdraw: Sorry for the outage").click()
    dialog = page.get_by_role("dialog", name="Withdraw what is left of this credit?")
    await expect(dialog).to_contain_text("250.00")
    await dialog.get_by_label("Reason").fill("A mistake")
    assert await at_two_widths(window) == []
    await dialog.get_by_role("button", name="Withdraw", exact=True).click()
    await expect(given).to_contain_text("Withdrawn")


async def test_the_startup_sees_its_credits_beside_its_invoices(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/invoices")

    own = page.get_by_role("region", name="Your credits")
    await expect(own.get_by_role("row", name=re.compile("EUR 2,000 for instruments"))).to_contain_text("Open")
    await expect(page.get_by_role("button", name="Give credit")).to_have_count(0)
    assert await at_two_widths(window) == []
