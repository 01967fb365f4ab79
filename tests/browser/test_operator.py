"""What the operator's people do: watch the portfolio, bill a month, review an application, move a deal."""

import csv
import io
import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import MANAGER


async def test_the_portfolio_is_filtered_by_address_and_exported_as_shown(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/portfolio")
    lines = page.get_by_role("main").get_by_role("region", name="Portfolio")
    await expect(lines.locator("tbody tr")).not_to_have_count(0)

    await lines.get_by_role("button", name="Site", exact=True).click()
    await page.get_by_role("menuitemradio", name="Kiel Life Science Labs").click()
    await expect(page).to_have_url(re.compile(r"site="))
    await expect(lines.get_by_role("button", name="Site: Kiel Life Science Labs")).to_be_visible()
    await expect(lines.locator("tbody tr").first).to_contain_text("Kiel")
    shown = await lines.locator("tbody tr").count()

    async with page.expect_download() as downloading:
        await lines.get_by_role("button", name="Export CSV").click()
    download = await downloading.value
    rows = list(csv.DictReader(io.StringIO(Path(await download.path()).read_text("utf-8-sig"))))
    assert len(rows) == shown
    assert {row["Site"] for row in rows} == {"Kiel Life Science Labs"}

    await page.reload()
    await expect(lines.locator("tbody tr")).to_have_count(shown)
    await lines.get_by_role("button", name="Remove filter: Site").click()
    await expect(lines.locator("tbody tr")).not_to_have_count(shown)


async def test_a_billing_run_shows_how_far_it_is_until_it_is_finished(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/billing?new=1")

    dialog = page.get_by_role("dialog", name="Start a billing run")
    await dialog.get_by_role("button", name=re.compile("^Bill ")).click()

    await expect(dialog).to_have_count(0)
    first = page.get_by_role("region", name="Billing runs").locator("tbody tr").first
    await expect(first).to_contain_text("Finished", timeout=90_000)


async def test_an_application_is_opened_beside_the_list_and_answered_with_an_offer(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/applications?state=SUBMITTED")

    await page.locator("tbody a").first.click()
    name = await page.locator("tbody tr.selected a").inner_text()
    panel = page.get_by_role("dialog", name=name)
    await panel.get_by_role("button", name="Make an offer").click()
    form = page.get_by_role("dialog", name=f"Offer to {name}")
    await form.get_by_role("button", name="Send the offer").click()
    await expect(form.get_by_label("Plan")).to_be_focused()
    await form.get_by_label("Plan").select_option(index=1)
    await form.get_by_label("Unit").select_option(label=await _last_bench(form))
    await form.get_by_label("Deposit").fill("1,240.00")
    await form.get_by_label("Terms").fill("One bench for a year.")
    await form.get_by_role("button", name="Send the offer").click()

    await expect(form).to_have_count(0)
    await expect(page.get_by_role("dialog", name=name)).to_contain_text("1,240.00")


async def _last_bench(form: object) -> str:
    options: list[str] = await form.get_by_label("Unit").locator("option").all_inner_texts()  # type: ignore[attr-defined]
    return next(option for option in reversed(options) if option.startswith("Bench"))


async def test_a_deal_is_moved_and_the_move_is_kept(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/deals")

    await page.get_by_role("region", name="Introduction").get_by_role("link").first.click()
    panel = page.locator("dialog[open]").first
    await panel.get_by_role("button", name="NDA", exact=True).click()
    await page.get_by_role("dialog", name="Move to: NDA").get_by_role("button", name="Move", exact=True).click()

    await expect(panel.locator("ol li").first).to_contain_text("NDA")
    await expect(panel.locator("ol li").first).to_contain_text("Mara Lindqvist")


async def test_every_place_and_action_is_reached_from_the_palette(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/")

    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("elbe")
    await expect(page.get_by_role("option", name=re.compile("Elbe Cell")).first).to_be_visible()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("audit")
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(f"{window.url}/audit")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()


async def test_a_file_with_a_bad_row_is_explained_by_row(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/imports")
    header = "key,name_en,name_local,kind,country,city,sector,source"

    await page.locator("input[type=file]").set_input_files(
        {"name": "orgs.csv", "mimeType": "text/csv", "buffer": f"{header}\nnew_one,New One,,startup,XX,Hamburg,AI,test\n".encode()}
    )

    fault = page.get_by_role("region", name="orgs.csv")
    await expect(fault.locator("tbody tr").first).to_contain_text("XX")
    await expect(fault.get_by_role("button", name=re.compile("^Import "))).to_have_count(0)


async def test_a_units_policy_is_set_in_its_panel(visit: Open) -> None:
    window = await visit(MANAGER)
    page = await window.go("/units?kind=INSTRUMENT")

    await page.locator("tbody a").first.click()
    panel = page.get_by_role("dialog", name="Instrument 01")
    await panel.get_by_role("button", name="Booking policy").click()
    await panel.get_by_label("Notice to book, minutes").fill("30")
    await panel.get_by_role("button", name="Save the policy").click()

    await expect(page.get_by_text("The policy holds from now on")).to_be_visible()
    await expect(panel.get_by_label("Notice to book, minutes")).to_have_value("30")
    await window.settled()
    assert await window.findings() == []

    await panel.get_by_role("button", name="Facts").click()
    await panel.get_by_role("link", name="Page for the phone").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Instrument 01")
    await expect(page.get_by_role("button", name="Out of order")).to_be_visible()
    assert await window.findings() == []
