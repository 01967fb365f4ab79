"""One window of one person on the running product, with the checks that every page must stand."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from incubator.demo.logins import PASSWORD
from tests.support.product import Product

AXE = Path(__file__).parent.parent.parent / "frontend_static" / "node_modules" / "axe-core" / "axe.min.js"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COUNT_REFUSALS = """
window.refusedByPolicy = [];
addEventListener('securitypolicyviolation', (event) => {
  window.refusedByPolicy.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""

MANAGER = "manager@incubator.example"
OWNER = "owner@elbe-cell.example"
MEMBER = "member@elbe-cell.example"
MENTOR = "mentor@jnj.example"
CORPORATE = "admin@jnj.example"
FINANCE = "finance@incubator.example"
DESK_STAFF = "desk@incubator.example"
AUDITOR = "auditor@incubator.example"
UNIT_OWNER = "lab@start-up-labs.example"


@dataclass
class Visit:
    """A window; `faults` are script errors and refusals of the policy, which must stay empty."""

    context: BrowserContext
    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    async def go(self, path: str) -> Page:
        """Open an address and wait for its heading."""
        await self.page.goto(self.url + path)
        await expect(self.page.locator("main h1").first).to_be_visible()
        await self.settled()
        return self.page

    async def settled(self) -> None:
        """Wait until nothing on the page says that it is busy."""
        await expect(self.page.locator("main [aria-busy=true]")).to_have_count(0)

    async def findings(self, rule: str | None = None) -> list[str]:
        """Return what axe finds wrong, by all rules or one, each with its first place.

        The script is evaluated: the policy lets no foreign one in.
        """
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text("utf-8"))
        found = await self.page.evaluate("(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", [rule] if rule else RULES)
        return [f"{violation['id']}: {violation['nodes'][0]['html'][:200]}" for violation in found["violations"]]

    async def refusals(self) -> list[str]:
        """Return what the content security policy refused on this page."""
        refused: list[str] = await self.page.evaluate("window.refusedByPolicy")
        return refused

    async def close(self) -> None:
        """Close the window.

        Raises:
            AssertionError: a script failed, or the policy refused something.
        """
        faults = [*self.faults, *await self.refusals()]
        await self.context.close()
        assert faults == []


async def visiting(
    browser: Browser,
    product: Product,
    who: str | None,
    *,
    is_phone: bool = False,
    locale: str = "en-GB",
    time_zone: str = "Europe/Berlin",
    scheme: Any = "light",
) -> Visit:
    """Open a window, signed in as `who` unless None."""
    context = await browser.new_context(
        viewport=PHONE if is_phone else DESK,
        has_touch=is_phone,
        is_mobile=is_phone,
        locale=locale,
        timezone_id=time_zone,
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    if who is not None:
        answer = await context.request.post(
            f"{product.url}/auth/sign-in",
            data=json.dumps({"email": who, "password": PASSWORD}),
            headers={"content-type": "application/json", "x-requested-with": "incubator"},
        )
        assert answer.ok, await answer.text()
    await context.add_init_script(COUNT_REFUSALS)
    page = await context.new_page()
    visit = Visit(context, page, product.url)
    page.on("pageerror", lambda error: visit.faults.append(str(error)))
    return visit
