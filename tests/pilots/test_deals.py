"""Deals: opened between the right parties, moved one stage at a time, with a history that stays."""

import asyncio
from itertools import pairwise

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator import db
from incubator.kernel.actor import Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, Stale, UnknownCurrency
from incubator.pilots import queries, service
from incubator.pilots.errors import LossNeedsReason, StageNotReachable, WrongParty
from incubator.pilots.policy import OPEN_STAGES, Stage, next_stages
from tests.support import make

database = pytest.mark.usefixtures("database")


@given(st.lists(st.sampled_from(list(Stage)), max_size=30))
def test_no_walk_skips_a_stage_or_leaves_an_end(wishes: list[Stage]) -> None:
    stage, path = Stage.INTRODUCTION, [Stage.INTRODUCTION]
    for wish in wishes:
        if wish in next_stages(stage):
            stage = wish
            path.append(stage)

    order: list[Stage] = [s for s in Stage if s is not Stage.LOST]
    for before, after in pairwise(path):
        assert after is Stage.LOST or abs(order.index(after) - order.index(before)) == 1
        assert before not in (Stage.LOST, Stage.FOLLOW_ON)
        assert after is not Stage.LOST or before in OPEN_STAGES


async def opened(house: make.House) -> tuple[queries.DealRow, tuple[object, object]]:
    """Open a deal and return it with its parties."""
    parties = await make.organization("startup"), await make.organization("corporate")
    deal_id = await service.open_deal(house.manager, "Sensor pilot", *parties, house.site_id, 100_000, "EUR")
    return (await queries.deals_by_id(house.manager, [deal_id]))[deal_id], parties


@database
async def test_moves_are_kept_with_time_and_person_and_refuse_change() -> None:
    house = await make.house()
    deal, _ = await opened(house)

    await service.move_deal(house.manager, deal.id, Stage.NDA, 1)
    await service.move_deal(house.manager, deal.id, Stage.LOST, 2, "no budget")

    moves = (await queries.moves_of(house.manager, [deal.id]))[deal.id]
    assert [(m.from_stage, m.to_stage, m.reason) for m in moves] == [
        ("", "introduction", ""),
        ("introduction", "nda", ""),
        ("nda", "lost", "no budget"),
    ]
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await db.execute("UPDATE deal_move SET reason = 'other'")


@database
async def test_illegal_moves_are_refused_and_nothing_written() -> None:
    house = await make.house()
    deal, (startup_id, _) = await opened(house)
    owner = await make.person(startup_id, Role.OWNER)  # type: ignore[arg-type]  # an id

    for actor, stage, version, expected in (
        (house.manager, Stage.RUNNING, 1, StageNotReachable),
        (house.manager, Stage.LOST, 1, LossNeedsReason),
        (house.manager, Stage.NDA, 9, Stale),
        (owner, Stage.NDA, 1, Forbidden),
        (await make.startup_owner(), Stage.NDA, 1, NotFound),
    ):
        with pytest.raises(expected):
            await service.move_deal(actor, deal.id, stage, version)

    assert await db.value("SELECT count(*) FROM deal_move") == 1


@database
async def test_two_managers_at_once_one_wins_the_other_is_told() -> None:
    house = await make.house()
    deal, _ = await opened(house)

    outcomes = await asyncio.gather(*(service.move_deal(house.manager, deal.id, Stage.NDA, 1) for _ in range(4)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Stale", "Stale", "Stale"]


@database
async def test_bad_deals_are_refused_and_nothing_written() -> None:
    house = await make.house()
    startup, corporate = await make.organization("startup"), await make.organization("corporate")

    for parties, value, currency, expected in (
        ((corporate, startup), 1, "EUR", WrongParty),
        ((startup, corporate), -1, "EUR", OutOfRange),
        ((startup, corporate), 1, "EURO", UnknownCurrency),
    ):
        with pytest.raises(expected):
            await service.open_deal(house.manager, "Pilot", *parties, house.site_id, value, currency)
    with pytest.raises(Forbidden):
        await service.open_deal((await make.house()).manager, "Pilot", startup, corporate, house.site_id, 1, "EUR")

    assert await db.value("SELECT count(*) FROM deal") == 0
