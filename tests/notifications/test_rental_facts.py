"""Who is told of rentals, in which words, and who is not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from incubator import db
from incubator.billing.documents import MAKE_DOCUMENT
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.spaces import badges, service
from incubator.spaces.service import AssignTerms, ChangeTerms, Found, HoldTerms, IssueTerms
from tests.support import make
from tests.support.drain import drain
from tests.support.sides import some

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
DAY = timedelta(days=1)


async def told(kind: str) -> set[object]:
    """Who has a note of a kind."""
    return {row["person_id"] for row in await db.rows("SELECT person_id FROM notification WHERE kind = $1", kind)}


async def mails() -> set[str]:
    """The kinds that a mail was written for."""
    return {row["kind"] for row in await db.rows("SELECT DISTINCT payload->>'kind' AS kind FROM work_item WHERE kind = 'send mail'")}


async def test_each_step_of_a_rental_is_told_to_whom_it_concerns() -> None:
    house, owner = await make.house(), await make.startup_owner()
    startup_id, manager = some(owner.organization_id), house.manager
    member, desk, finance = (
        await make.person(startup_id, Role.MEMBER),
        await make.person(house.operator_id, Role.FRONT_DESK),
        await make.person(house.operator_id, Role.FINANCE),
    )
    benches = [await make.unit(house, "desk", hourly_minor=None, monthly_minor=62_000) for _ in range(3)]
    with clock.travel_to(NOW):
        hold = await service.hold_unit(manager, HoldTerms(FIRST, LAST, NOW + 2 * DAY, benches[0], None, startup_id), "hold-key-1")
        await service.hold_unit(manager, HoldTerms(FIRST, LAST, NOW + 2 * DAY, benches[2], None, startup_id), "hold-key-2")
        rental = await service.assign_rental(manager, AssignTerms(hold, deposit_minor=100), "assign-key-1")
        await drain(leave=(MAKE_DOCUMENT,))
    with clock.travel_to(NOW + DAY):
        await drain(leave=(MAKE_DOCUMENT,))
    with clock.travel_to(NOW + 2 * DAY):
        heir = await service.change_unit(manager, ChangeTerms(rental, benches[1], date(2026, 6, 1)), 1, "change-key-1")
        await service.give_notice(owner, heir, date(2026, 7, 31), 1)
        one = await service.start_checklist(manager, heir, "return")
        await service.fill_checklist(manager, one, [Found(position, "ok") for position in range(4)], 1)
        await service.sign_checklist(manager, one)
        shown = await db.value("SELECT content_hash FROM checklist")
        await service.sign_checklist(owner, one, shown)
        await service.settle_rental_deposit(manager, heir, 0, "", "settle-key-1")
        badge = await service.add_badge(desk, house.site_id, "key", "K-1")
        await service.issue_badge(desk, IssueTerms(badge, some(member.person_id), startup_id, heir))
        await drain(leave=(MAKE_DOCUMENT,))
    with clock.travel_to(datetime(2026, 8, 2, 9, tzinfo=UTC)):
        await badges.tell_of_overdue()
        await drain(leave=(MAKE_DOCUMENT,))

    kinds = {
        "unit_held": (owner, manager),
        "hold_runs_out": (owner, manager),
        "hold_ended": (owner, manager),
        "rental_assigned": (owner,),
        "unit_changed": (owner, member, manager, desk),
        "notice_confirmed": (owner, member, manager, desk),
        "checklist_to_confirm": (owner,),
        "deposit_settled": (owner, finance),
        "badge_overdue": (member, desk),
    }
    assert {kind: await told(kind) for kind in kinds} == {kind: {who.person_id for who in people} for kind, people in kinds.items()}
    assert await mails() >= kinds.keys()
