"""Fixtures of the browser tests: Debian's Chromium, and pages that count what the content security policy refused."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.visit import Visit, visiting
from tests.support.product import Product

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

expect.set_options(timeout=20_000)  # a machine that also builds and bills answers late

Open = Callable[..., Awaitable[Visit]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, once for all browser tests."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on the PATH: install Debian's package chromium to run the browser tests")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        await started.close()


@pytest.fixture
async def visit(browser: Browser, product: Product) -> AsyncIterator[Open]:
    """Open a browser window for somebody; every window must end without a refusal of the policy and without an error."""
    opened: list[Visit] = []

    async def begin(who: str | None = None, **options: Any) -> Visit:
        window = await visiting(browser, product, who, **options)
        opened.append(window)
        return window

    yield begin
    for window in opened:
        await window.close()
