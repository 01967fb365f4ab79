"""What mentors and strangers do: log time in seconds, apply to a call."""

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import MENTOR


async def test_a_mentor_logs_time_in_one_press_and_takes_it_back(visit: Open) -> None:
    window = await visit(MENTOR, is_phone=True)
    page = await window.go("/")
    remove = page.get_by_role("button", name="Remove: 30 mins")
    before = await remove.count()

    await page.get_by_role("button", name="30 mins", exact=True).tap()
    await expect(remove).to_have_count(before + 1)
    await remove.first.tap()
    await expect(remove).to_have_count(before)
    await page.get_by_role("button", name="Undo").tap()
    await expect(remove).to_have_count(before + 1)
    await remove.first.tap()
    await expect(remove).to_have_count(before)


async def test_a_stranger_applies_in_chinese_without_an_account(visit: Open) -> None:
    window = await visit(locale="zh-CN")
    page = await window.go("/calls")

    await page.get_by_role("link", name="立即申请").first.click()
    await page.get_by_role("button", name="提交申请").click()
    await expect(page.get_by_label("企业名称")).to_be_focused()
    await page.get_by_label("企业名称").fill("新光生物")
    await page.get_by_label("城市").fill("上海")
    await page.get_by_label("领域").fill("生物医药")
    await page.get_by_label("人数").fill("4")
    await page.get_by_label("业务介绍").fill("我们用一滴血提前一小时发现脓毒症，首个研究已有一百二十名患者。")
    await page.get_by_label("姓名").fill("王芳")
    await page.get_by_label("电子邮箱").fill("fang@xinguang.example")
    await page.get_by_role("button", name="提交申请").click()

    await expect(page.get_by_text("申请已收到")).to_be_visible()
