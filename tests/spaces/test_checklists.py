"""Hand-over and return: filled in by staff, signed by both sides, then never changed; the deposit follows."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from incubator import db
from incubator.billing import checks
from incubator.billing import service as billing
from incubator.billing.invoice_errors import DepositSettled, NotADeposit
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PatternMismatch, Stale, TooShort
from incubator.spaces import checklists, service
from incubator.spaces.checklists import Found
from incubator.spaces.rental_errors import ChecklistChanged, ChecklistIncomplete, ChecklistNotSigned, ChecklistSigned
from incubator.spaces.service import AssignTerms
from tests.support import make
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


async def scene(deposit_minor: int = 0) -> tuple[make.House, Actor, UUID]:
    """A bench let to a startup; returns the house, the owner and the rental."""
    house, owner = await make.house(), await make.startup_owner()
    bench = await make.unit(house, "desk", hourly_minor=None, monthly_minor=62_000)
    terms = AssignTerms(None, bench, owner.organization_id, date(2026, 3, 1), date(2026, 12, 31), deposit_minor)
    return house, owner, await service.assign_rental(house.manager, terms, make.fresh("assign-key-"))


def all_of(state: str, count: int = 4) -> list[Found]:
    return [Found(position, state) for position in range(count)]


async def row(checklist_id: UUID) -> asyncpg.Record:
    found = await db.row("SELECT * FROM checklist WHERE id = $1", checklist_id)
    assert found is not None
    return found


async def returned(house: make.House, owner: Actor, rental_id: UUID, *defects: Found) -> UUID:
    """Sign a return checklist by both sides."""
    one = await service.start_checklist(house.manager, rental_id, "return")
    await service.fill_checklist(house.manager, one, [*all_of("ok"), *defects], 1)
    await service.sign_checklist(house.manager, one)
    await service.sign_checklist(owner, one, (await row(one))["content_hash"])
    return one


async def test_both_sides_sign_what_was_found_and_it_never_changes_again() -> None:
    with clock.travel_to(NOW):
        house, owner, rental = await scene()
        desk = await make.person(house.operator_id, Role.FRONT_DESK)
        one = await service.start_checklist(desk, rental, "hand-over")
        again = await service.start_checklist(house.manager, rental, "hand-over")
        with pytest.raises(ChecklistNotSigned):
            await service.sign_checklist(owner, one, "")
        await service.fill_checklist(desk, one, [*all_of("ok", 3), Found(3, "missing", "one of two keys")], 1)
        await service.sign_checklist(desk, one)
        shown = (await row(one))["content_hash"]
        with pytest.raises(ChecklistChanged) as changed:
            await service.sign_checklist(owner, one, "0" * 64)
        await service.sign_checklist(owner, one, shown, remark="agreed")
        before = await contents()
        for attempt in (
            service.sign_checklist(owner, one, shown),
            service.sign_checklist(desk, one),
            service.fill_checklist(desk, one, [Found(0, "ok")], 4),
        ):
            with pytest.raises(ChecklistSigned):
                await attempt
        for sql in ("UPDATE checklist SET tenant_remark = 'x'", "DELETE FROM checklist"):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await db.execute(sql)

        found = await row(one)
        assert (again, changed.value.current_hash, await contents()) == (one, shown, before)
        assert shown == checklists.content_hash(rental, "hand-over", checklists.read_items(found["items"]))
        assert (found["tenant_remark"], found["tenant_signed_by_id"], found["closed_at"]) == ("agreed", owner.person_id, NOW)


async def test_what_is_changed_after_the_staffs_signature_has_to_be_signed_again() -> None:
    with clock.travel_to(NOW):
        house, owner, rental = await scene()
        one = await service.start_checklist(house.manager, rental, "return")
        with pytest.raises(ChecklistIncomplete) as incomplete:
            await service.sign_checklist(house.manager, one)
        await service.fill_checklist(house.manager, one, all_of("ok"), 1)
        await service.sign_checklist(house.manager, one)
        shown = (await row(one))["content_hash"]
        await service.fill_checklist(house.manager, one, [Found(0, "defect", "scratch")], 3)

        with pytest.raises(ChecklistNotSigned):
            await service.sign_checklist(owner, one, shown)
        await service.sign_checklist(house.manager, one, absence_reason="did not come")

    assert (incomplete.value.open_count, (await row(one))["closed_at"]) == (4, NOW)


async def test_bad_input_and_others_are_refused_and_nothing_is_written() -> None:
    with clock.travel_to(NOW):
        house, owner, rental = await scene()
        one = await service.start_checklist(house.manager, rental, "return")
        stranger, before = await make.startup_owner(), await contents()

        for refused, attempt in (
            (PatternMismatch, service.start_checklist(house.manager, rental, "party")),
            (NotFound, service.start_checklist(stranger, rental, "return")),
            (Forbidden, service.start_checklist(owner, rental, "hand-over")),
            (Forbidden, service.fill_checklist(owner, one, all_of("ok"), 1)),
            (NotFound, service.sign_checklist(stranger, one)),
            (Stale, service.fill_checklist(house.manager, one, [], 5)),
            (OutOfRange, service.fill_checklist(house.manager, one, [Found(4, "ok")], 1)),
            (PatternMismatch, service.fill_checklist(house.manager, one, [Found(0, "fine")], 1)),
            (Forbidden, service.set_template(owner, house.site_id, "desk", "return", [{"": "Lamp"}])),
            (PatternMismatch, service.set_template(house.manager, house.site_id, "boat", "return", [{"": "Lamp"}])),
            (OutOfRange, service.set_template(house.manager, house.site_id, "desk", "return", [{"fr": "Lampe"}])),
        ):
            with pytest.raises(refused):
                await attempt

        assert await contents() == before


async def test_a_site_has_its_own_list_and_goes_back_to_the_usual_one() -> None:
    house, _, rental = await scene()
    await service.set_template(house.manager, house.site_id, "desk", "return", [{"": "Lamp"}, {"en": "Chair", "de": "Stuhl"}])
    own = await service.start_checklist(house.manager, rental, "return")
    await service.set_template(house.manager, house.site_id, "desk", "return", [])
    usual = await checklists.items_for(house.site_id, "desk", "return")

    texts = [item.texts for item in checklists.read_items((await row(own))["items"])]
    assert (texts, len(usual)) == ([{"": "Lamp"}, {"en": "Chair", "de": "Stuhl"}], 4)


async def balance(account: str) -> int:
    return int(await db.value("SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry WHERE account = $1", account))


async def test_a_deposit_is_settled_after_the_return_and_paid_out_by_finance() -> None:
    with clock.travel_to(NOW):
        house, owner, rental = await scene(100_000)
        deposit = await db.value("SELECT deposit_id FROM rental")
        finance = await make.person(house.operator_id, Role.FINANCE)
        await billing.record_transfer(finance, deposit, 100_000, "in-1")
        before = await contents()
        with pytest.raises(ChecklistNotSigned):
            await service.settle_rental_deposit(house.manager, rental, 0, "", "settle-key-1")
        assert await contents() == before
        await returned(house, owner, rental, Found(1, "defect", "socket broken"))
        before = await contents()
        for refused, kept, reason in ((OutOfRange, 100_001, "too much"), (TooShort, 1, " ")):
            with pytest.raises(refused):
                await service.settle_rental_deposit(house.manager, rental, kept, reason, "settle-key-2")
        with pytest.raises(Forbidden):
            await service.settle_rental_deposit(owner, rental, 0, "", "settle-key-3")
        with pytest.raises(NotADeposit):
            await billing.record_deposit_return(finance, deposit, "out-1")
        assert await contents() == before

        for _ in range(2):
            await service.settle_rental_deposit(house.manager, rental, 12_000, "socket broken", "settle-key-4")
        with pytest.raises(DepositSettled):
            await service.settle_rental_deposit(house.manager, rental, 0, "", "settle-key-5")
        owed = await balance("deposits to return")
        with pytest.raises(Forbidden):
            await billing.record_deposit_return(house.manager, deposit, "out-1")
        await billing.record_deposit_return(finance, deposit, "out-1")
        with pytest.raises(DepositSettled):
            await billing.record_deposit_return(finance, deposit, "out-1")

    accounts = ("deposits held", "compensation", "deposits to return", "bank", "receivable")
    assert owed == -88_000
    assert [await balance(name) for name in accounts] == [0, -12_000, 0, 12_000, 0]
    assert await checks.problems() == []


async def test_what_was_never_paid_of_a_deposit_is_asked_for_no_more() -> None:
    with clock.travel_to(NOW):
        house, owner, rental = await scene(100_000)
        finance = await make.person(house.operator_id, Role.FINANCE)
        deposit = await db.value("SELECT deposit_id FROM rental")
        await billing.record_transfer(finance, deposit, 30_000, "in-1")
        await returned(house, owner, rental)

        await service.settle_rental_deposit(house.manager, rental, 0, "", "settle-key-1")

    found = await db.row("SELECT kept_minor, returned_minor, released_minor FROM deposit_settlement")
    assert found is not None
    assert tuple(found) == (0, 30_000, 70_000)
    assert [await balance(name) for name in ("deposits held", "deposits to return", "receivable")] == [0, -30_000, 0]
    assert await checks.problems() == []


async def test_a_rental_without_a_deposit_has_none_to_settle() -> None:
    with clock.travel_to(NOW + timedelta(days=1)):
        house, owner, rental = await scene()
        await returned(house, owner, rental)

        with pytest.raises(NotADeposit):
            await service.settle_rental_deposit(house.manager, rental, 0, "", "settle-key-1")
