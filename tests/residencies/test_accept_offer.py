"""From a call to a residency: applied, offered, accepted once, with what bills it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incubator import db
from incubator.config import Settings
from incubator.embedded import mailbox
from incubator.kernel import clock
from incubator.kernel.actor import ANONYMOUS, Role
from incubator.kernel.errors import Forbidden, NotFound, PatternMismatch, TooShort
from incubator.residencies import queries, service
from incubator.residencies.errors import ApplicationDecided, CallClosed, OfferClosed, SiteNotOfCall, TermsChanged
from incubator.residencies.policy import terms_hash
from incubator.spaces.errors import UnitTaken
from incubator.spaces.service import RentalTerms, start_rental
from tests.support import make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)


async def written() -> tuple[int, int, int]:
    """Count residencies, rentals and contracts."""
    row = await db.row(
        "SELECT (SELECT count(*) FROM residency) AS r, (SELECT count(*) FROM rental) AS l, (SELECT count(*) FROM contract) AS c"
    )
    assert row is not None
    return row["r"], row["l"], row["c"]


async def test_an_accepted_offer_is_a_residency_with_rental_contract_deposit_and_the_terms_word_for_word() -> None:
    with clock.travel_to(NOW):
        offered = await make.offer()

        residency_id = await service.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms))

        residency = (await queries.residencies_by_id(offered.owner, [residency_id]))[residency_id]
    kept = await db.row("SELECT terms, terms_hash, accepted_by_id FROM agreement WHERE offer_id = $1", offered.offer_id)
    deposits = await db.rows("SELECT kind, gross_minor, customer_id FROM invoice")
    assert kept is not None
    assert (residency.state, residency.headcount, str(residency.starts_on)) == ("pending", 4, "2026-03-10")
    assert tuple(kept) == (offered.terms, terms_hash(offered.terms), offered.owner.person_id)
    assert [(d["gross_minor"], d["customer_id"]) for d in deposits] == [(100_000, offered.owner.organization_id)]
    assert await written() == (1, 1, 1)


async def test_two_clicks_at_once_make_one_residency() -> None:
    with clock.travel_to(NOW):
        offered = await make.offer()

        clicks = [service.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms)) for _ in range(8)]
        outcomes = await asyncio.gather(*clicks, return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["OfferClosed"] * 7 + ["UUID"]
    assert await written() == (1, 1, 1)


async def test_refuses_terms_that_are_not_those_on_file_and_says_their_hash() -> None:
    with clock.travel_to(NOW):
        offered = await make.offer()

        with pytest.raises(TermsChanged) as refused:
            await service.accept_offer(offered.owner, offered.offer_id, terms_hash("something else"))

    assert refused.value.current_hash == terms_hash(offered.terms)
    assert await written() == (0, 0, 0)


async def test_an_offer_runs_out_at_the_sites_midnight() -> None:
    with clock.travel_to(NOW):
        offered = await make.offer()
    last_second = datetime(2026, 3, 24, 22, 59, 59, tzinfo=UTC)

    with clock.travel_to(last_second + timedelta(seconds=1)):
        with pytest.raises(OfferClosed) as refused:
            await service.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms))
        nothing = await written()
    with clock.travel_to(last_second):
        await service.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms))

    assert (refused.value.state, nothing) == ("expired", (0, 0, 0))


async def test_refuses_when_the_unit_was_let_meanwhile() -> None:
    with clock.travel_to(NOW):
        offered = await make.offer()
        other = await make.organization()
        async with db.transaction():
            day = clock.today("Europe/Berlin") + timedelta(days=20)
            await start_rental(offered.house.manager, RentalTerms(offered.bench, other, day, day, 1))

        with pytest.raises(UnitTaken):
            await service.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms))

    assert await written() == (0, 1, 0)


async def test_only_an_owner_of_the_startup_accepts() -> None:
    with clock.travel_to(NOW):
        offered = await make.offer()
        assert offered.owner.organization_id is not None
        billing_contact = await make.person(offered.owner.organization_id, Role.BILLING_CONTACT)
        member = await make.person(offered.owner.organization_id, Role.MEMBER)

        outcomes: list[type[Exception]] = []
        for actor in (billing_contact, member, offered.house.manager, await make.startup_owner(), ANONYMOUS):
            with pytest.raises((Forbidden, NotFound)) as refused:
                await service.accept_offer(actor, offered.offer_id, terms_hash(offered.terms))
            outcomes.append(type(refused.value))

    assert [kind.__name__ for kind in outcomes] == ["Forbidden", "NotFound", "Forbidden", "NotFound", "NotFound"]
    assert await written() == (0, 0, 0)


async def test_a_stranger_applies_becomes_an_organisation_with_the_offer_and_is_invited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incubator.notifications.jobs.settings", lambda: Settings(data_dir=tmp_path))
    with clock.travel_to(NOW):
        house = await make.house()
        application_id = await service.submit_application(
            ANONYMOUS, make.application_terms(await make.call(house), house, contact_email="new@startups.example"), "stranger-1"
        )
        before = (await queries.applications_by_id(house.manager, [application_id]))[application_id]
        bench = await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000)
        day = clock.today("Europe/Berlin")
        terms = service.OfferTerms(application_id, await make.plan(house), bench, day, day, 0, "One day at the bench.", day)
        await service.make_offer(house.manager, terms, "offer-key-1")
        await drain()

        after = (await queries.applications_by_id(house.manager, [application_id]))[application_id]
    assert (before.startup_id, before.state, after.state) == (None, "submitted", "offered")
    assert after.startup_id is not None
    assert any("/invitation?token=" in letter.text for letter in mailbox.letters(tmp_path, to="new@startups.example"))


async def test_an_application_is_answered_once() -> None:
    with clock.travel_to(NOW):
        offered = await make.offer()

        with pytest.raises(ApplicationDecided):
            await service.decline_application(offered.house.manager, offered.application_id)
        await service.withdraw_offer(offered.house.manager, offered.offer_id)
        await service.decline_application(offered.house.manager, offered.application_id)
        with pytest.raises(OfferClosed):
            await service.accept_offer(offered.owner, offered.offer_id, terms_hash(offered.terms))

    assert await written() == (0, 0, 0)


async def test_bad_applications_are_refused_and_nothing_is_kept() -> None:
    with clock.travel_to(NOW):
        house, elsewhere = await make.house(), await make.house()
        call_id = await make.call(house, days=3)
        good = make.application_terms(call_id, house)

        outcomes: list[type[Exception]] = []
        for terms in (
            make.application_terms(call_id, house, pitch="short"),
            make.application_terms(call_id, house, contact_email="no address"),
            make.application_terms(call_id, elsewhere),
        ):
            with pytest.raises((TooShort, PatternMismatch, SiteNotOfCall)) as refused:
                await service.submit_application(ANONYMOUS, terms, "bad-key-1")
            outcomes.append(type(refused.value))
    with clock.travel_to(NOW + timedelta(days=4)), pytest.raises(CallClosed):
        await service.submit_application(ANONYMOUS, good, "bad-key-1")

    assert outcomes == [TooShort, PatternMismatch, SiteNotOfCall]
    assert await db.value("SELECT count(*) FROM application") == 0
    assert await db.value("SELECT count(*) FROM idempotency_key") == 0
