"""What finance does on screen: approve a held run, mend and finalise a draft, credit an invoice, read an account; at a desk and on a phone."""

import json
import re
from typing import Any

import asyncpg
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visit import DESK, FINANCE, OWNER, PHONE, Visit
from tests.support.product import Product, ask
from tests.support.web import document


async def found(product: Product, **filters: Any) -> list[dict[str, Any]]:
    """Return the invoices that finance finds, the latest first."""
    finance = await product.signed_in(FINANCE)
    nodes: list[dict[str, Any]] = (await ask(finance, document("Invoices"), first=50, **filters))["invoices"]["nodes"]
    await finance.aclose()
    return nodes


async def at_two_widths(window: Visit) -> list[str]:
    """Return what axe finds at a desk and on a phone, and whether the page scrolls sideways there."""
    findings = await window.findings()
    await window.page.set_viewport_size(PHONE)
    await window.settled()
    findings += await window.findings()
    if await window.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        findings.append("scrolls sideways on a phone")
    await window.page.set_viewport_size(DESK)
    return findings


async def move_in(product: Product, customer: str, street: str) -> None:
    """Let a customer say where it is; there is no screen for that in this part of the product."""
    connection = await asyncpg.connect(json.loads((product.folder / "running.json").read_text())["database_url"])
    await connection.execute("UPDATE organization SET address = $2 WHERE name = $1", customer, street)
    await connection.close()


async def test_who_decides_second_is_told_what_became_of_the_run(visit: Open) -> None:
    first, second = await visit(FINANCE), await visit(FINANCE)
    page = await first.go("/billing?new=1")
    dialog = page.get_by_role("dialog", name="Start a billing run")
    await dialog.get_by_label("Month").select_option(index=0)
    await dialog.get_by_text("Hold for approval").click()
    await dialog.get_by_role("button", name=re.compile("^Bill ")).click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Approve")).to_be_visible(timeout=60_000)
    other = await second.go("/billing")
    await other.get_by_role("button", name="Approve").click()

    await page.get_by_role("button", name="Cancel run").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel run").click()
    await expect(other.get_by_role("region", name="Billing runs").locator("tbody tr").first).to_contain_text("Cancelled")
    await other.get_by_role("dialog").get_by_role("button", name="Approve").click()

    await expect(other.get_by_text(re.compile("it is cancelled"))).to_be_visible()
    await expect(other.get_by_role("button", name="Approve")).to_have_count(0)


async def test_a_run_is_held_looked_at_and_approved(visit: Open) -> None:
    window = await visit(FINANCE)
    page = await window.go("/billing?new=1")
    dialog = page.get_by_role("dialog", name="Start a billing run")
    await dialog.get_by_label("Month").select_option(index=0)
    await dialog.get_by_text("Hold for approval").click()
    assert await window.findings() == []
    await dialog.get_by_role("button", name=re.compile("^Bill ")).click()

    held = page.get_by_role("region", name=re.compile("^Billing run: ")).filter(has_text="Waits for approval")
    await expect(held).to_be_visible(timeout=60_000)
    await expect(held.get_by_role("row", name=re.compile("Nord Incubator"))).to_contain_text("%")
    assert await at_two_widths(window) == []
    await held.get_by_role("button", name="Approve").click()
    await page.get_by_role("dialog", name="Approve this billing run?").get_by_role("button", name="Approve").click()

    first = page.get_by_role("region", name="Billing runs").locator("tbody tr").first
    await expect(first).to_contain_text("Finished", timeout=90_000)
    await first.get_by_role("link").click()
    panel = page.locator("dialog[open]")
    await expect(panel).to_contain_text("Approved: Sofie Madsen")
    assert await window.findings() == []


async def test_a_draft_says_what_is_missing_and_is_finalised_when_it_is_mended(visit: Open, product: Product) -> None:
    window = await visit(FINANCE)
    page = await window.go("/invoices?state=DRAFT")
    await expect(page.get_by_role("navigation", name="Invoices by state")).to_contain_text(
        re.compile(r"\d+ drafts? with something missing")
    )
    await expect(page.locator("tbody tr").first).to_contain_text("Customer must act")
    assert await at_two_widths(window) == []

    draft = (await found(product, state="DRAFT", isBlocked=True))[0]
    await window.go(f"/invoices/{draft['id']}")
    await expect(page.get_by_text("This draft cannot be finalised yet")).to_be_visible()
    await expect(page.get_by_role("link", name="Open billing details")).to_have_attribute("href", re.compile("^/billing-details/"))
    assert await at_two_widths(window) == []
    await finalise(page)
    await expect(
        page.get_by_role("status").filter(has_text="no complete address").or_(page.get_by_text("no complete address")).first
    ).to_be_visible()
    await move_in(product, draft["customer"]["name"], "Hafenstraße 7")
    await finalise(page)

    await expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("NIG-"))
    await expect(page.get_by_text("This draft cannot be finalised yet")).to_have_count(0)
    await move_in(product, draft["customer"]["name"], "")


async def finalise(page: Page) -> None:
    """Press the button and confirm it."""
    await page.get_by_role("button", name="Finalise now").click()
    await page.get_by_role("dialog", name="Finalise this draft?").get_by_role("button", name="Finalise now").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_line_is_credited_twice_and_never_above_what_is_left(visit: Open, product: Product) -> None:
    window = await visit(FINANCE)
    paid = next(one for one in await found(product, paymentState="PAID", kind="INVOICE") if one["gross"]["currency"] == "EUR")
    page = await window.go(f"/invoices/{paid['id']}")
    await page.get_by_text("Why this tax").first.click()
    assert await at_two_widths(window) == []

    await page.get_by_role("button", name="Credit…").click()
    dialog = page.get_by_role("dialog", name=f"Credit {paid['number']}")
    amount = dialog.get_by_label(re.compile("^Line 1: "))
    await amount.fill("999,999.00")
    await dialog.get_by_label("Reason").fill("Wrong price")
    await dialog.get_by_role("button", name="Credit", exact=True).click()
    await expect(dialog.get_by_text(re.compile(r"At most EUR\s.* is left"))).to_be_visible()
    await amount.fill("10.00")
    await expect(dialog.get_by_role("region", name="What the credit note comes to")).to_contain_text("Paid already, goes back")
    await dialog.get_by_role("button", name=re.compile("^Credit EUR")).click()
    await expect(dialog.get_by_label("What was paid already")).to_be_focused()
    await dialog.get_by_label("What was paid already").select_option(label="Refund it")
    assert await at_two_widths(window) == []
    await dialog.get_by_role("button", name=re.compile("^Credit EUR")).click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text(re.compile(r"^Credited: EUR\s10\.00"))).to_be_visible()

    await page.get_by_role("button", name="Credit…").click()
    await dialog.get_by_role("button", name="All that is left").click()
    await dialog.get_by_label("What was paid already").select_option(label="Keep it for the next invoices")
    await dialog.get_by_label("Reason").fill("The rest")
    await dialog.get_by_role("button", name=re.compile("^Credit EUR")).click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Credit…")).to_have_count(0)

    notes = page.get_by_role("region", name="Credit notes")
    await expect(notes.get_by_role("listitem")).to_have_count(2)
    assert await at_two_widths(window) == []
    await notes.get_by_role("link").first.click()
    await expect(page.get_by_role("link", name=f"Credits invoice {paid['number']}")).to_be_visible()
    await page.get_by_label("The bank's reference").fill("TR-2026-1")
    await page.get_by_role("button", name=re.compile("^Record the pay-out")).click()
    await expect(page.get_by_text(re.compile("Paid out on .*TR-2026-1"))).to_be_visible()
    assert await at_two_widths(window) == []


async def test_a_customer_reads_its_account_and_what_comes_next_and_changes_nothing(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/accounts")
    assert await at_two_widths(window) == []
    await page.locator("tbody a").first.click()

    await expect(page.get_by_role("region", name="Account statement")).to_be_visible()
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download CSV").click()
    assert (await downloading.value).suggested_filename.endswith(".csv")
    assert await at_two_widths(window) == []
    await page.get_by_role("link", name="Next invoices").click()
    await window.settled()
    assert await at_two_widths(window) == []
    await window.go("/invoices")
    await expect(page.get_by_role("link", name="Drafts")).to_have_count(0)
    await page.locator("tbody a").first.click()
    await expect(page.get_by_role("heading", level=1)).not_to_contain_text("Invoices")
    await expect(page.get_by_role("button", name=re.compile("Credit…|Void…|Finalise"))).to_have_count(0)
