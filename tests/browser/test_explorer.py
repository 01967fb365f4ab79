"""The API explorer, GraphiQL, in a real browser under the policy that it is served with."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visit import MANAGER
from tests.support.product import Product

NAME = re.compile(r"^\w+ (\w+)")


@pytest.fixture
async def explorer(visit: Open) -> Page:
    """A manager's window with the explorer open and the schema loaded."""
    window = await visit(MANAGER)
    await window.page.goto(f"{window.url}/graphql")
    await expect(window.page.get_by_role("button", name="Execute query")).to_be_visible()
    await expect(window.page.locator(".graphiql-query-editor .view-lines")).to_contain_text("viewer")
    return window.page


async def write(page: Page, document: str) -> None:
    """Put a document into the editor, in place of what stands there, as people do: from the clipboard."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.evaluate("(text) => navigator.clipboard.writeText(text)", document)
    await page.locator(".graphiql-query-editor .view-lines").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Control+V")
    await expect(page.locator(".graphiql-tab-button")).to_have_text(NAME.findall(document)[0])


async def test_runs_an_operation_and_tells_its_cost(explorer: Page) -> None:
    await write(explorer, "query Sites { sites(first: 2) { totalCount nodes { name } } }")
    await explorer.keyboard.press("Control+Enter")

    await expect(explorer.locator(".result-window")).to_contain_text("totalCount")
    await expect(explorer.locator(".result-window")).to_contain_text("cost")


async def test_a_refusal_is_shown(explorer: Page) -> None:
    await write(explorer, "query Nothing { nothing }")
    await explorer.get_by_role("button", name="Execute query").click()

    await expect(explorer.locator(".result-window")).to_contain_text("Cannot query field")


async def test_fields_are_completed(explorer: Page) -> None:
    await explorer.locator(".graphiql-query-editor .view-line").get_by_text("roles").click()
    await explorer.keyboard.press("End")
    await explorer.keyboard.press("Enter")
    await explorer.keyboard.press("Control+Space")

    await expect(explorer.locator(".suggest-widget")).to_contain_text("permissions")


async def test_the_documentation_is_looked_up(explorer: Page) -> None:
    await explorer.get_by_role("button", name="Show Documentation Explorer").click()
    await explorer.get_by_role("combobox").fill("acceptOffer")

    await expect(explorer.get_by_role("option", name="Mutation.acceptOffer")).to_be_visible()


async def test_a_subscription_listens_until_it_is_stopped(explorer: Page) -> None:
    await write(explorer, "subscription Told { changes { typeName } }")
    await explorer.keyboard.press("Control+Enter")
    await explorer.get_by_role("button", name="Stop query").click()

    await expect(explorer.get_by_role("button", name="Execute query")).to_be_visible()


async def test_what_was_written_is_remembered_in_this_browser(explorer: Page) -> None:
    await write(explorer, "query Remembered { viewer { roles } }")
    await explorer.keyboard.press("Control+Enter")
    await expect(explorer.locator(".result-window")).to_contain_text("roles")
    await explorer.reload()

    await expect(explorer.locator(".graphiql-query-editor .view-lines")).to_contain_text("Remembered")


async def test_a_stranger_finds_nothing_there(product: Product) -> None:
    async with product.client() as client:
        assert (await client.get("/graphql")).status_code == 404
