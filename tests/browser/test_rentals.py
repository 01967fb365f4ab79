"""Rentals as people see them: the desk with a phone, the manager beside the list, the tenant before giving notice."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import DESK_STAFF, MANAGER, OWNER
from tests.support.product import Product, ask
from tests.support.web import document

TODAY = datetime.now(UTC).date()  # noqa: TID251 - the product runs in the present


async def test_the_front_desk_issues_a_badge_and_takes_it_back_with_a_phone(visit: Open) -> None:
    window = await visit(DESK_STAFF, is_phone=True)
    page = await window.go("/badges?state=IN")

    await page.get_by_role("button", name="Issue B-108").click()
    dialog = page.get_by_role("dialog", name="Issue B-108")
    await dialog.get_by_role("combobox", name="Person").fill("Jonas")
    await dialog.get_by_role("option", name=re.compile("^Jonas Petersen")).click()
    await dialog.get_by_role("button", name="Issue", exact=True).click()
    await expect(dialog).to_have_count(0)

    page = await window.go("/badges?state=OUT")
    await page.get_by_role("button", name="Take back B-108").click()
    await expect(page.get_by_role("button", name="Take back B-108")).to_have_count(0)
    await expect(page.get_by_text("EUR")).to_have_count(0)


async def test_a_manager_extends_a_rental_after_seeing_what_it_costs(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/rentals")

    await page.get_by_role("link", name="Office 01").click()
    panel = page.get_by_role("dialog", name="Office 01")
    await expect(panel).to_contain_text("EUR 1,450.00 a month")
    await panel.get_by_role("button", name="Extend").click()
    dialog = page.get_by_role("dialog", name="Extend Office 01")
    await expect(dialog.get_by_role("list", name="How the price comes about")).to_contain_text("6 months × EUR 1,450.00")
    await dialog.get_by_role("button", name="Extend", exact=True).click()

    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text(re.compile("^Extended to "))).to_be_visible()


async def test_a_manager_sees_the_price_with_tax_before_a_unit_is_kept_and_lets_it_go(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/rentals?new=1")

    dialog = page.get_by_role("dialog", name="Let a unit")
    await dialog.get_by_role("button", name="Keep for now").click()
    await dialog.get_by_label("Site").select_option(label="Kiel Life Science Labs")
    await dialog.get_by_role("combobox", name="Unit").fill("Office 02")
    await dialog.get_by_role("option", name=re.compile("^Office 02")).click()
    await dialog.get_by_role("combobox", name="Organisation").fill("Elbe")
    await dialog.get_by_role("option", name=re.compile("^Elbe Cell")).click()
    await expect(dialog).to_contain_text("Total with tax")
    await dialog.get_by_role("button", name="Keep the unit").click()
    await expect(dialog).to_have_count(0)

    kept = page.get_by_role("region", name="Kept units")
    await expect(kept.get_by_role("listitem")).to_have_count(2)
    await kept.get_by_role("listitem").filter(has_text="Elbe Cell").get_by_role("button", name="Let go").click()
    await page.get_by_role("dialog").get_by_role("button", name="Let go", exact=True).click()
    await expect(kept.get_by_role("listitem")).to_have_count(1)


async def test_a_tenant_sees_the_earliest_end_and_the_money_before_giving_notice(visit: Open) -> None:
    window = await visit(OWNER, is_phone=True)
    page = await window.go("/space")

    await page.get_by_role("button", name="Give notice for Bench 01").click()
    dialog = page.get_by_role("dialog", name="Give notice for Bench 01")
    await expect(dialog).to_contain_text("it can end on")
    await expect(dialog).to_contain_text("Not due any more until")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)


async def test_an_owner_has_an_office_kept_and_lets_it_go(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/space")

    await page.get_by_role("button", name="Keep a unit").click()
    dialog = page.get_by_role("dialog", name="Keep a unit")
    await dialog.get_by_label("Site").select_option("Hamburg Life Science Labs")
    await dialog.get_by_role("combobox", name="Unit").fill("Office 02")
    await dialog.get_by_role("option", name="Office 02").click()
    for name, day in (("Last day", TODAY + timedelta(days=360)), ("First day", TODAY + timedelta(days=300))):
        await dialog.get_by_role("textbox", name=name).fill(day.strftime("%d/%m/%Y"))
        await page.keyboard.press("Tab")
    await expect(dialog.get_by_text("Kept for 48 hrs.")).to_be_visible()
    await dialog.get_by_role("button", name="Keep a unit").click()

    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Let go: Office 02").click()
    await expect(page.get_by_role("button", name="Let go: Office 02")).to_have_count(0)


async def test_a_plan_gives_days_and_a_short_stay_shows_them_before_it_is_agreed(visit: Open, product: Product) -> None:
    manager = await product.signed_in(MANAGER)
    site = next(one for one in (await ask(manager, document("BookableSites")))["sites"]["nodes"] if "Hamburg" in one["name"])
    await manager.aclose()
    window = await visit(MANAGER)
    page = await window.go(f"/places?site={site['id']}")

    await page.get_by_role("button", name="Give credits").click()
    dialog = page.get_by_role("dialog", name="Give credits")
    await dialog.get_by_label("Kind").select_option("Desk")
    await dialog.get_by_label("Credit of").select_option("Days, for stays by days and weeks")
    await dialog.get_by_label("Days a month").fill("32")
    await dialog.get_by_role("button", name="Give credits").click()
    await expect(dialog.get_by_text("At most 31 days.")).to_be_visible()
    await dialog.get_by_label("Days a month").fill("3")
    await dialog.get_by_label("Later months for what is unused").fill("25")
    await dialog.get_by_role("button", name="Give credits").click()
    await expect(dialog.get_by_text("At most 24")).to_be_visible()
    await dialog.get_by_label("Later months for what is unused").fill("0")
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Give credits").click()
    of_plans = page.get_by_role("region", name="Credits of plans")
    await expect(of_plans.get_by_text("3 days a month", exact=True)).to_be_visible()
    await expect(of_plans.get_by_text("3 hrs a month, unused ones for 2 more months")).to_be_visible()

    page = await window.go("/rentals?new=1")
    dialog = page.get_by_role("dialog", name="Let a unit")
    await dialog.get_by_label("Site").select_option(label="Hamburg Life Science Labs")
    await dialog.get_by_role("combobox", name="Unit").fill("Desk 07")
    await dialog.get_by_role("option", name=re.compile("^Desk 07")).click()
    await dialog.get_by_role("combobox", name="Organisation").fill("Elbe")
    await dialog.get_by_role("option", name=re.compile("^Elbe Cell")).click()
    first = (TODAY.replace(day=1) + timedelta(days=70)).replace(day=3)
    for name, day in (("Last day", first + timedelta(days=4)), ("First day", first)):
        await dialog.get_by_role("textbox", name=name).fill(day.strftime("%d/%m/%Y"))
        await page.keyboard.press("Tab")

    lines = dialog.get_by_role("list", name="How the price comes about")
    await expect(lines).to_contain_text("3 days of credit")
    await expect(lines).to_contain_text("2 days × EUR 25.00")
    assert await window.findings() == []
    await dialog.get_by_role("button", name="Let the unit").click()
    await expect(dialog).to_have_count(0)

    phone = await visit(MANAGER, is_phone=True)
    page = await phone.go("/rentals")
    await page.get_by_role("link", name="Desk 07").first.click()
    panel = page.get_by_role("dialog", name="Desk 07")
    await expect(panel).to_contain_text("3 days of credit")
    assert await phone.findings() == []


async def test_a_startup_sees_what_its_plans_credits_have_left_and_until_when(visit: Open) -> None:
    for is_phone in (False, True):
        window = await visit(OWNER, is_phone=is_phone)
        page = await window.go("/space")

        of_plans = page.get_by_role("region", name="Credits of your plans")
        await expect(of_plans.get_by_text("Instruments")).to_be_visible()
        await expect(of_plans.get_by_text("3 hrs a month")).to_be_visible()
        await expect(of_plans.get_by_text(re.compile(r"^\d+ hrs.* left$"))).to_be_visible()
        await expect(of_plans.get_by_text(re.compile(r"^\d+ hrs.* until \d+ \w+ 20\d\d$")).first).to_be_visible()
        assert await window.findings() == []
