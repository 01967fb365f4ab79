"""The API explorer in a real browser, under the policy that it is served with."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from incubator.demo.logins import PASSWORD
from tests.support.product import Product

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: install Debian's package chromium")


@pytest.fixture
async def explorer(product: Product) -> AsyncIterator[Page]:
    """A manager's browser with the explorer open; violations of the policy are kept in `window.violations`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(base_url=product.url)
        await context.add_init_script(
            "window.violations = []; addEventListener('securitypolicyviolation', (e) => window.violations.push(e.violatedDirective))"
        )
        signed_in = await context.request.post(
            "/auth/sign-in", data={"email": "manager@incubator.example", "password": PASSWORD}, headers={"x-requested-with": "incubator"}
        )
        assert signed_in.ok
        page = await context.new_page()
        await page.goto("/graphql")
        await expect(page.locator("#who")).not_to_have_text("…")
        yield page
        assert await page.evaluate("window.violations") == []
        await browser.close()


async def test_runs_an_operation_and_tells_its_cost(explorer: Page) -> None:
    await explorer.fill("#document", "query Sites($n: Int) { sites(first: $n) { totalCount nodes { name } } }")
    await explorer.fill("#variables", '{"n": 2}')
    await explorer.press("#document", "Control+Enter")
    await expect(explorer.locator("#answer")).to_contain_text("totalCount")

    assert (await explorer.text_content("#answer") or "").count('"name"') == 2
    assert "cost" in (await explorer.text_content("#status") or "")


async def test_a_refusal_is_shown(explorer: Page) -> None:
    await explorer.fill("#document", "{ nothing }")
    await explorer.click("#run")
    await expect(explorer.locator("#answer")).to_have_class("wrong")

    assert "Cannot query field" in (await explorer.text_content("#answer") or "")


async def test_fields_are_completed_and_looked_up(explorer: Page) -> None:
    await explorer.fill("#document", "")
    await explorer.type("#document", "{ viewer { perm")
    await explorer.wait_for_selector("#completions li")
    await explorer.press("#document", "Enter")
    await explorer.fill("#search", "acceptOffer")
    found = await explorer.text_content("#schema")

    assert await explorer.input_value("#document") == "{ viewer { permissions"
    assert found is not None
    assert "Mutation.acceptOffer" in found


async def test_a_subscription_listens_until_it_is_stopped(explorer: Page) -> None:
    await explorer.fill("#document", "subscription { changes { typeName } }")
    await explorer.click("#run")
    await expect(explorer.locator("#status")).to_have_text("listening")
    await explorer.click("#stop")

    assert await explorer.is_hidden("#stop")


async def test_what_was_run_is_remembered_in_this_browser(explorer: Page) -> None:
    await explorer.fill("#document", "query Remembered { viewer { roles } }")
    await explorer.click("#run")
    await expect(explorer.locator("#answer")).to_contain_text("roles")
    await explorer.reload()

    assert await explorer.input_value("#document") == "query Remembered { viewer { roles } }"


async def test_a_stranger_finds_nothing_there(product: Product) -> None:
    async with product.client() as client:
        assert (await client.get("/graphql")).status_code == 404
