"""Signing in as people do it, in their own language."""

import pytest
from playwright.async_api import expect

from incubator.demo.logins import PASSWORD
from tests.browser.conftest import Open
from tests.browser.visit import OWNER

LANGUAGES = {
    "en-GB": ("Welcome back", "E-mail", "Password", "Sign in", "What to do next"),
    "de-CH": ("Willkommen zurück", "E-Mail", "Passwort", "Anmelden", "Was als Nächstes ansteht"),
    "zh-CN": ("欢迎回来", "电子邮箱", "密码", "登录", "接下来"),
}


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_the_sign_in_page_speaks_the_browsers_language_and_asks_again_when_it_is_wrong(visit: Open, locale: str) -> None:
    title, email, password, submit, _ = LANGUAGES[locale]
    window = await visit(locale=locale)

    page = await window.go("/invoices")
    await page.get_by_label(email, exact=True).fill(OWNER)
    await page.get_by_label(password, exact=True).fill("not the password")
    await page.get_by_role("button", name=submit, exact=True).click()

    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(page.get_by_label(password, exact=True)).to_be_focused()
    await expect(page.get_by_label(email, exact=True)).to_have_value(OWNER)
    assert await window.findings() == []


async def test_somebody_who_signs_in_comes_to_the_page_they_wanted(visit: Open) -> None:
    window = await visit()

    page = await window.go("/invoices?state=OVERDUE")
    await page.get_by_label("E-mail", exact=True).fill(OWNER)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()

    await expect(page).to_have_url(f"{window.url}/invoices?state=OVERDUE")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Invoices")


async def test_a_switch_of_language_needs_no_reload_and_is_kept(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/")
    await page.evaluate("window.isTheSamePage = true")

    for name, locale in (("Deutsch", "de-CH"), ("简体中文", "zh-CN"), ("English", "en-GB")):
        await page.locator("header .top-tool").click()
        await page.get_by_role("menuitemradio", name=name).click()
        await expect(page.get_by_role("heading", level=2, name=LANGUAGES[locale][4])).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == {"de-CH": "de", "zh-CN": "zh-CN", "en-GB": "en"}[locale]

    assert await page.evaluate("window.isTheSamePage") is True


async def test_signing_out_leaves_nothing_behind(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/invoices")

    await page.get_by_role("button", name="Account:").click()
    await page.get_by_role("menuitem", name="Sign out").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    await page.goto(f"{window.url}/invoices")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
