"""Every page, in both appearances: nothing found by axe, nothing refused by the policy, and the focus always in sight."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import AUDITOR, CORPORATE, DESK, DESK_STAFF, FINANCE, MANAGER, MENTOR, OWNER, PHONE, UNIT_OWNER

PAGES: list[tuple[str | None, tuple[str, ...]]] = [
    (None, ("/sign-in", "/reset-password", "/invitation?token=none", "/calls")),
    (
        OWNER,
        (
            "/",
            "/space",
            "/bookings",
            "/find-time",
            "/qualifications",
            "/waiting-list",
            "/invoices",
            "/contracts",
            "/billing-details",
            "/deals",
            "/secondments",
            "/people",
            "/notifications",
            "/settings",
            "/settings?tab=security",
            "/settings?tab=calendars",
            "/settings?tab=calendars&new=1",
        ),
    ),
    (
        MANAGER,
        (
            "/",
            "/plans",
            "/plans?new=1",
            "/contracts",
            "/charges",
            "/charges?new=1",
            "/price-indexes",
            "/price-indexes?new=1",
            "/portfolio",
            "/applications",
            "/calls",
            "/residencies",
            "/rentals",
            "/rentals?new=1",
            "/badges",
            "/badges?new=1",
            "/units",
            "/usage-problems",
            "/trainings",
            "/trainings?tab=trainings",
            "/trainings?tab=people",
            "/trainings?tab=present",
            "/trainings?new=1",
            "/trainings?tab=trainings&new=1",
            "/trainings?tab=people&new=1",
            "/places",
            "/places/codes",
            "/bookings?view=plan",
            "/machine-hours",
            "/owner-statements",
            "/bookings",
            "/deals",
            "/deals?view=list",
            "/secondments",
            "/billing",
            "/invoices",
            "/tax-settings",
            "/people",
            "/imports",
            "/audit",
            "/settings?tab=tokens",
            "/settings?tab=notifications",
            "/people?new=1",
            "/deals?new=1",
            "/secondments?new=1",
            "/units?new=1",
            "/calls?new=1",
            "/billing?new=1",
        ),
    ),
    (MENTOR, ("/",)),
    (CORPORATE, ("/",)),
    (FINANCE, ("/", "/invoices", "/invoices?state=DRAFT", "/accounts", "/tax-settings")),
    (DESK_STAFF, ("/", "/rentals", "/badges")),
    (AUDITOR, ("/",)),
    (UNIT_OWNER, ("/", "/units", "/owner-statements", "/owner-statements?tab=use")),
]
# Whether the middle of what has the focus, or its first corner where it is larger than the window, is really what one sees there.
IN_SIGHT = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const x = Math.min(innerWidth - 2, Math.max(1, box.left + Math.min(box.width, innerWidth) / 2));
  const y = box.top + Math.min(box.height / 2, 12);
  const name = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40)}`;
  if (y < 0 || y > innerHeight) return `${name} is outside the window`;
  const seen = document.elementFromPoint(x, y);
  return element.contains(seen) || seen?.contains(element) || element.labels?.[0]?.contains(seen) ? null : `${name} is covered`;
}"""


@pytest.mark.parametrize(("who", "paths"), PAGES, ids=[str(who or "anonymous").split("@")[0] for who, _ in PAGES])
async def test_no_page_has_a_finding(visit: Open, who: str | None, paths: tuple[str, ...]) -> None:
    window = await visit(who)

    findings = {}
    for path in paths:
        page = await window.go(path)
        found = [*await window.findings(), *await window.refusals()]
        await page.evaluate("document.documentElement.dataset.theme = 'dark'")
        found += await window.findings("color-contrast")
        await page.set_viewport_size(PHONE)
        await window.settled()
        found += await window.findings()
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("scrolls sideways on a phone")
        await page.set_viewport_size(DESK)
        findings[path] = found

    assert {path: found for path, found in findings.items() if found} == {}


PLACES = [
    ("/", "10:10"),
    ("/bookings?view=timeline", "10:10"),
    ("/bookings?view=timeline", "15:40"),
    ("/bookings?view=timeline", "18:40"),
    ("/invoices", "10:10"),
    ("/settings?tab=notifications", "10:10"),
]


@pytest.mark.parametrize(("path", "at"), PLACES)
async def test_on_a_phone_the_focus_is_never_hidden(visit: Open, path: str, at: str) -> None:
    window = await visit(OWNER, is_phone=True)
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()  # noqa: TID251 - the product runs in the present
    await window.page.clock.set_fixed_time(datetime.combine(today, time.fromisoformat(at), ZoneInfo("Europe/Berlin")))
    page = await window.go(path)

    hidden = []
    for _ in range(45):
        await page.keyboard.press("Tab")
        hidden.append(await page.evaluate(IN_SIGHT))
    if "timeline" in path:
        await page.locator("[data-cell][tabindex='0']").focus()
        for key in [*["ArrowDown"] * 12, *["ArrowRight"] * 6, "PageDown", "End", "Control+Home", *["ArrowDown"] * 4, "Control+End"]:
            await page.keyboard.press(key)
            hidden.append(await page.evaluate(IN_SIGHT))

    assert [problem for problem in hidden if problem] == []


async def test_the_appearance_is_switched_and_kept(visit: Open) -> None:
    window = await visit(OWNER)
    page = await window.go("/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(background)

    await page.get_by_role("button", name="Dark appearance").click()
    dark = await page.evaluate(background)
    await page.reload()
    await expect(page.locator("main h1")).to_be_visible()

    assert light != dark
    assert await page.evaluate(background) == dark
