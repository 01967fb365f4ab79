"""Keys and badges: in one person's hands at a time, wanted back, lost and paid for."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.spaces import badges, service
from incubator.spaces.rental_errors import BadgeLost, BadgeNotOut, BadgeNumberTaken, BadgeOut, HolderUnknown
from incubator.spaces.service import AssignTerms, ChangeTerms, IssueTerms
from tests.support import make
from tests.support.drain import drain
from tests.support.sides import some
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


async def scene() -> tuple[make.House, Actor, Actor, UUID]:
    """A house with a front desk, a resident and a badge."""
    house = await make.house()
    desk, owner = await make.person(house.operator_id, Role.FRONT_DESK), await make.resident(house)
    return house, desk, owner, await service.add_badge(desk, house.site_id, "badge", make.fresh("B-"), "Main door")


def to(owner: Actor, badge: UUID, **more: object) -> IssueTerms:
    return IssueTerms(badge, some(owner.person_id), some(owner.organization_id), **more)  # type: ignore[arg-type]  # values of the right types, by name


async def test_one_badge_issued_by_sixteen_at_once_goes_to_one_person() -> None:
    house, desk, owner, _ = await scene()
    people = [await make.person(some(owner.organization_id), Role.MEMBER) for _ in range(16)]
    for number in range(5):
        badge = await service.add_badge(desk, house.site_id, "card", f"race {number}")

        found = await asyncio.gather(*(service.issue_badge(desk, to(one, badge)) for one in people), return_exceptions=True)

        assert Counter(type(one) for one in found) == {type(None): 1, BadgeOut: 15}
    assert await db.value("SELECT count(*) FROM badge_issue WHERE ended_at IS NULL") == 5


async def test_a_badge_comes_back_and_goes_out_again() -> None:
    with clock.travel_to(NOW):
        _, desk, owner, badge = await scene()
        with pytest.raises(BadgeNotOut):
            await service.return_badge(desk, badge)
        await service.issue_badge(desk, to(owner, badge, due_on=date(2026, 3, 12)))
        await service.return_badge(desk, badge)
        await service.issue_badge(desk, to(owner, badge))

    outcomes = [row["outcome"] for row in await db.rows("SELECT outcome FROM badge_issue ORDER BY id")]
    assert outcomes == ["returned", ""]


async def test_a_lost_badge_is_charged_once_cannot_be_issued_and_may_turn_up() -> None:
    with clock.travel_to(NOW):
        house, desk, owner, badge = await scene()
        await service.issue_badge(desk, to(owner, badge))
        before = await contents()
        with pytest.raises(Forbidden):
            await service.lose_badge(desk, badge, 2_500)
        with pytest.raises(OutOfRange):
            await service.lose_badge(house.manager, badge, -1)
        assert await contents() == before
        await service.lose_badge(house.manager, badge, 2_500)
        with pytest.raises(BadgeNotOut):
            await service.lose_badge(house.manager, badge, 2_500)
        with pytest.raises(BadgeLost):
            await service.issue_badge(desk, to(owner, badge))
        await service.return_badge(desk, badge)
        await service.issue_badge(desk, to(owner, badge))

    charged = await db.rows("SELECT customer_id, amount_minor FROM charge")
    assert [tuple(row) for row in charged] == [(owner.organization_id, 2_500)]


async def test_who_gets_a_badge_belongs_to_an_organisation_at_the_site() -> None:
    with clock.travel_to(NOW):
        house, desk, owner, badge = await scene()
        stranger, own = await make.startup_owner(), await db.value("SELECT id FROM rental")
        before = await contents()

        for refused, attempt in (
            (HolderUnknown, service.issue_badge(desk, to(stranger, badge))),
            (HolderUnknown, service.issue_badge(desk, IssueTerms(badge, some(stranger.person_id), some(owner.organization_id)))),
            (NotFound, service.issue_badge(desk, to(owner, badge, rental_id=new_id()))),
            (NotFound, service.issue_badge(desk, IssueTerms(badge, house.manager.person_id or new_id(), house.operator_id, own))),
            (OutOfRange, service.issue_badge(desk, to(owner, badge, due_on=date(2026, 3, 9)))),
            (NotFound, service.issue_badge(desk, to(owner, new_id()))),
            (NotFound, service.issue_badge(owner, to(owner, badge))),
            (NotFound, service.return_badge((await make.house()).manager, badge)),
            (PatternMismatch, service.add_badge(desk, house.site_id, "ring", "1")),
            (Forbidden, service.add_badge(owner, house.site_id, "key", "1")),
        ):
            with pytest.raises(refused):
                await attempt
        number = await db.value("SELECT number FROM badge WHERE id = $1", badge)
        with pytest.raises(BadgeNumberTaken):
            await service.add_badge(desk, house.site_id, "key", number)

        assert (await db.value("SELECT count(*) FROM badge"), await db.value("SELECT count(*) FROM badge_issue")) == (1, 0)
        assert before != await contents()
        await service.issue_badge(desk, IssueTerms(badge, some(house.manager.person_id), house.operator_id))


async def test_what_is_out_after_the_rental_is_told_of_once_and_a_card_goes_on_with_the_heir() -> None:
    with clock.travel_to(NOW):
        house, desk, owner, card = await scene()
        units = [await make.unit(house, "bench", hourly_minor=None, monthly_minor=100) for _ in range(2)]
        terms = AssignTerms(None, units[0], owner.organization_id, date(2026, 3, 10), date(2026, 6, 30))
        rental = await service.assign_rental(house.manager, terms, "assign-key-1")
        key = await service.add_badge(desk, house.site_id, "key", "K-1")
        for badge in (card, key):
            await service.issue_badge(desk, to(owner, badge, rental_id=rental))
        heir = await service.change_unit(house.manager, ChangeTerms(rental, units[1], date(2026, 4, 1)), 1, "change-key-1")
    with clock.travel_to(datetime(2026, 3, 31, 21, tzinfo=UTC)):
        early = await badges.tell_of_overdue()
    with clock.travel_to(datetime(2026, 3, 31, 22, 30, tzinfo=UTC)):
        counts = [await badges.tell_of_overdue() for _ in range(2)]
        await drain()
    with clock.travel_to(datetime(2026, 7, 1, 12, tzinfo=UTC) + timedelta(days=1)):
        later = await badges.tell_of_overdue()

    found = {row["badge_id"]: row["rental_id"] for row in await db.rows("SELECT badge_id, rental_id FROM badge_issue")}
    assert (early, counts, later, found) == (0, [1, 0], 1, {card: heir, key: rental})
