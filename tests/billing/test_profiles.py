"""Profiles of sellers and buyers: who changes them, what is refused, what the books and the register hear of it."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from incubator import db
from incubator.billing import profile_views, service
from incubator.billing.profiles import BuyerTerms, SellerTerms
from incubator.billing.tax_errors import NumberMalformed, RegistrationAlreadyEnded
from incubator.billing.tax_facts import tax_facts
from incubator.billing.tax_terms import Scheme, TaxStatusKind, VatIdState
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import DomainError, Forbidden, NotFound, OutOfRange, PatternMismatch, PeriodInverted, Stale, TooShort
from incubator.kernel.ids import new_id
from incubator.organizations.billing_facts import BillingAddress
from incubator.organizations.errors import VatIdMalformed
from tests.billing.worlds import drain, rented
from tests.support import make
from tests.support.make import House
from tests.support.registers import registers
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
IBAN = "DE89 3704 0044 0532 0130 00"
TODAY = clock.today("Europe/Berlin")


async def finance_of(house: House) -> Actor:
    """Make somebody who looks after a house's money."""
    return await make.person(house.operator_id, Role.FINANCE)


async def test_finance_writes_how_a_company_bills_and_others_do_not() -> None:
    house = await make.house()
    finance = await finance_of(house)

    await service.update_seller_profile(
        finance, house.legal_entity_id, SellerTerms(iban=IBAN, payment_days=30, endpoint_scheme="9930", endpoint_id="DE 136695976"), 0
    )
    for actor in (house.manager, await make.startup_owner(), await finance_of(await make.house())):
        with pytest.raises(Forbidden):
            await service.update_seller_profile(actor, house.legal_entity_id, SellerTerms(), 1)

    found = await profile_views.seller(finance, house.legal_entity_id)
    assert found is not None
    assert (found.iban, found.payment_days, found.endpoint_id, found.grace_days, found.version) == (
        "DE89370400440532013000",
        30,
        "136695976",
        0,
        1,
    )
    audited = await db.value("SELECT after FROM audit_entry WHERE action = 'update seller profile'")
    assert '"payment_days": 30' in audited
    assert "grace_days" not in audited


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (SellerTerms(iban="DE89370400440532013001"), NumberMalformed),
        (SellerTerms(bic="COBADEF"), NumberMalformed),
        (SellerTerms(endpoint_scheme="9930", endpoint_id="DE136695977"), NumberMalformed),
        (SellerTerms(endpoint_scheme="9999", endpoint_id="1"), NumberMalformed),
        (SellerTerms(endpoint_scheme="EM", endpoint_id="nobody"), NumberMalformed),
        (SellerTerms(endpoint_scheme="0184"), NumberMalformed),
        (SellerTerms(email="nobody"), PatternMismatch),
        (SellerTerms(grace_days=61), OutOfRange),
        (SellerTerms(payment_days=-1), OutOfRange),
        (SellerTerms(hold_percent=0), OutOfRange),
    ],
)
async def test_what_is_wrong_with_a_profile_is_refused_by_its_field_and_nothing_is_written(
    terms: SellerTerms, refusal: type[DomainError]
) -> None:
    house = await make.house()
    before = await contents()

    with pytest.raises(refusal) as refused:
        await service.update_seller_profile(SYSTEM, house.legal_entity_id, terms, 0)

    assert refused.value.path[0] == "input"
    assert await contents() == before


async def test_where_there_are_no_ibans_the_banks_own_number_is_taken() -> None:
    house = await make.house(country="SG", currency="SGD", time_zone="Asia/Singapore")

    await service.update_seller_profile(SYSTEM, house.legal_entity_id, SellerTerms(iban="012-345678-9"), 0)
    for wrong in ("12", "DE89370400440532013001", "12/34"):
        with pytest.raises(NumberMalformed):
            await service.update_seller_profile(SYSTEM, house.legal_entity_id, SellerTerms(iban=wrong), 1)

    [found] = await profile_views.sellers(SYSTEM)
    assert found.iban == "0123456789"


async def test_who_has_seen_another_version_is_told() -> None:
    house = await make.house()
    await service.update_seller_profile(SYSTEM, house.legal_entity_id, SellerTerms(), 0)

    with pytest.raises(Stale) as stale:
        await service.update_seller_profile(SYSTEM, house.legal_entity_id, SellerTerms(), 0)

    assert stale.value.current_version == 1


async def test_of_two_who_write_at_once_one_is_told_that_it_was_late() -> None:
    house, customer = await _customer()
    entity = house.legal_entity_id

    attempts = [
        [service.update_seller_profile(SYSTEM, entity, SellerTerms(payment_days=number), 0) for number in range(4)],
        [service.update_buyer_profile(SYSTEM, customer, BuyerTerms(reference=str(number)), 0) for number in range(4)],
        [service.set_vat_id(SYSTEM, customer, "DE136695976", 1) for _ in range(4)],
        [service.set_billing_address(SYSTEM, customer, BillingAddress("Name", f"Street {number}", "Town"), 2) for number in range(4)],
    ]

    found = [await asyncio.gather(*some, return_exceptions=True) for some in attempts]

    assert [sorted(type(one).__name__ for one in ended) for ended in found] == [["NoneType", "Stale", "Stale", "Stale"]] * 4


async def test_books_close_forward_only_and_never_today() -> None:
    house = await make.house()
    first, second = TODAY - timedelta(days=60), TODAY - timedelta(days=30)
    await service.close_books(SYSTEM, house.legal_entity_id, first, 0)
    await service.close_books(SYSTEM, house.legal_entity_id, second, 1)

    for day in (first, TODAY, TODAY + timedelta(days=1)):
        with pytest.raises(OutOfRange):
            await service.close_books(SYSTEM, house.legal_entity_id, day, 2)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="the books are closed"):
        await db.execute(
            "INSERT INTO ledger_transaction (id, legal_entity_id, kind, reference_id, booked_on, created_at) VALUES ($1, $2, 'x', $1, $3, now())",
            new_id(),
            house.legal_entity_id,
            second,
        )


async def test_a_registration_holds_from_its_day_to_its_last() -> None:
    house, customer = await make.house(), await make.organization()
    await service.register_for_tax(SYSTEM, house.legal_entity_id, "", date(2025, 1, 1), taxes_letting=False)
    await service.register_for_tax(
        SYSTEM, house.legal_entity_id, "DE 136 695 976", date(2026, 1, 1), taxes_letting=True, expected_version=1
    )

    await service.end_registration(SYSTEM, house.legal_entity_id, date(2026, 1, 1), date(2026, 1, 31), 2)

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    found = [await tax_facts(customer, house.legal_entity_id, house.site_id, day) for day in days]
    assert [one.taxes_letting for one in found] == [False, True, True, False]
    [latest, _] = (await profile_views.registrations_of([house.legal_entity_id]))[house.legal_entity_id]
    assert (latest.vat_id, latest.valid_to) == ("DE136695976", date(2026, 1, 31))
    for first, last, version, refusal in (
        (date(2026, 1, 1), date(2026, 2, 1), 3, RegistrationAlreadyEnded),
        (date(2026, 1, 2), date(2026, 2, 1), 3, NotFound),
        (date(2025, 1, 1), date(2024, 1, 1), 3, PeriodInverted),
        (date(2025, 1, 1), date(2026, 2, 1), 2, Stale),
    ):
        with pytest.raises(refusal):
            await service.end_registration(SYSTEM, house.legal_entity_id, first, last, version)


async def test_a_registration_has_a_right_id_and_a_scheme_of_its_country() -> None:
    german, chinese = await make.house(), await make.house(country="CN", currency="CNY", time_zone="Asia/Shanghai")

    with pytest.raises(VatIdMalformed):
        await service.register_for_tax(SYSTEM, german.legal_entity_id, "DE136695977", TODAY, taxes_letting=False)
    with pytest.raises(PatternMismatch):
        await service.register_for_tax(SYSTEM, german.legal_entity_id, "", TODAY, taxes_letting=False, scheme=Scheme.SMALL_SCALE)
    await service.register_for_tax(
        SYSTEM, chinese.legal_entity_id, "91110000600037341L", TODAY, taxes_letting=False, scheme=Scheme.SMALL_SCALE
    )

    facts = await tax_facts(await make.organization(), chinese.legal_entity_id, chinese.site_id, TODAY)
    assert (facts.scheme, facts.place_country) == (Scheme.SMALL_SCALE, "CN")


async def _customer() -> tuple[House, UUID]:
    house = await make.house()
    return house, await rented(house)


async def test_a_customer_and_who_bills_it_change_how_it_is_billed() -> None:
    house, customer = await _customer()
    payers = [await make.person(customer, role) for role in (Role.OWNER, Role.BILLING_CONTACT)]
    terms = BuyerTerms(reference="Order 7", format="peppol", endpoint_scheme="9930", endpoint_id="DE136695976", tax_number="181/815/08155")

    for version, actor in enumerate((*payers, await finance_of(house))):
        await service.update_buyer_profile(actor, customer, terms, version)
    others: dict[type[DomainError], list[Actor]] = {
        Forbidden: [await make.person(customer, Role.MEMBER), house.manager],
        NotFound: [await make.startup_owner(), await finance_of(await make.house())],
    }
    for refusal, actors in others.items():
        for actor in actors:
            with pytest.raises(refusal):
                await service.update_buyer_profile(actor, customer, terms, 3)

    found = await profile_views.buyer(payers[0], customer)
    assert (found.reference, found.format, found.endpoint_id, found.version) == ("Order 7", "peppol", "136695976", 3)
    assert (await profile_views.buyer(house.manager, customer)).version == 3
    with pytest.raises(NotFound):
        await profile_views.buyer(others[NotFound][0], customer)


@pytest.mark.parametrize(
    ("terms", "refusal", "kind"),
    [
        (BuyerTerms(format="peppol"), NumberMalformed, "startup"),
        (BuyerTerms(format="peppol", endpoint_scheme="EM", endpoint_id="a@b.example"), NumberMalformed, "startup"),
        (BuyerTerms(format="paper"), PatternMismatch, "startup"),
        (BuyerTerms(fapiao_kind="blue"), PatternMismatch, "startup"),
        (BuyerTerms(tax_number="181"), VatIdMalformed, "startup"),
        (BuyerTerms(format="xrechnung"), NumberMalformed, "public body"),
        (BuyerTerms(format="xrechnung", reference="04011000-12345-68"), NumberMalformed, "public body"),
    ],
)
async def test_what_is_wrong_with_billing_details_is_refused(terms: BuyerTerms, refusal: type[DomainError], kind: str) -> None:
    customer = await make.organization(kind)

    with pytest.raises(refusal):
        await service.update_buyer_profile(SYSTEM, customer, terms, 0)

    assert not await db.value("SELECT count(*) FROM buyer_profile")


async def test_a_public_body_gives_its_leitweg_id() -> None:
    authority = await make.organization("public body")

    await service.update_buyer_profile(SYSTEM, authority, BuyerTerms(format="xrechnung", reference="991-33333TEST-33"), 0)

    assert (await profile_views.buyer(SYSTEM, authority)).reference == "991-33333TEST-33"


async def test_an_address_is_changed_for_what_comes() -> None:
    _, customer = await _customer()
    owner = await make.person(customer, Role.OWNER)

    await service.set_billing_address(owner, customer, BillingAddress(" Cellwerk GmbH ", "Street 2", "Hamburg"), 1)

    found = await profile_views.buyer(owner, customer)
    assert (found.name, found.address, found.city, found.organization_version) == ("Cellwerk GmbH", "Street 2", "Hamburg", 2)
    for address, version, refusal in (
        (BillingAddress("Cellwerk", "", "Hamburg"), 2, TooShort),
        (BillingAddress("Cellwerk", "Street 3", "Hamburg"), 1, Stale),
    ):
        with pytest.raises(refusal):
            await service.set_billing_address(owner, customer, address, version)


async def test_a_vat_id_is_checked_when_it_is_set_and_again_on_demand_once_an_hour() -> None:
    house, customer = await _customer()
    contact = await make.person(customer, Role.BILLING_CONTACT)

    with registers() as state:
        await service.set_vat_id(contact, customer, "DE 136 695 976", 1)
        asked = await profile_views.buyer(contact, customer)
        waiting = await profile_views.vat_check_of(asked.vat_id)
        await drain()
        for _ in range(2):
            await service.check_vat_id_again(contact, customer)
        await drain()
        answered = await profile_views.vat_check_of(asked.vat_id)

    assert (asked.vat_id, asked.organization_version) == ("DE136695976", 2)
    assert (waiting.state, answered.state, answered.name) == (VatIdState.UNCONFIRMED, VatIdState.CONFIRMED, "HOLDER OF DE136695976")
    assert len(state.asked) == 1
    with pytest.raises(VatIdMalformed):
        await service.set_vat_id(contact, customer, "DE136695977", 2)
    with pytest.raises(NotFound):
        await service.set_vat_id(await make.startup_owner(), customer, "", 2)
    assert house.site_id


STATUS = service.StatusTerms(TaxStatusKind.RESALE_CERTIFICATE, "US", "Form ST-4 of 2 January", date(2026, 1, 2), None, "ma")


async def test_what_a_customer_has_shown_is_kept_with_its_proof_and_ended() -> None:
    house, customer = await _customer()
    finance = await finance_of(house)

    status_id = await service.record_tax_status(finance, customer, STATUS)
    await service.end_tax_status(finance, status_id, date(2026, 6, 30))

    days = (date(2026, 1, 1), date(2026, 1, 2), date(2026, 6, 30), date(2026, 7, 1))
    found = [(await tax_facts(customer, house.legal_entity_id, house.site_id, day)).statuses for day in days]
    assert [len(statuses) for statuses in found] == [0, 1, 1, 0]
    assert (found[1][0].region, found[1][0].proof) == ("MA", "Form ST-4 of 2 January")
    with pytest.raises(RegistrationAlreadyEnded):
        await service.end_tax_status(finance, status_id, date(2026, 7, 1))
    with pytest.raises(PeriodInverted):
        await service.end_tax_status(finance, status_id, date(2026, 1, 1))
    for actor, refusal in ((await finance_of(await make.house()), NotFound), (await make.person(customer, Role.OWNER), Forbidden)):
        with pytest.raises(refusal):
            await service.record_tax_status(actor, customer, STATUS)
        with pytest.raises(refusal):
            await service.end_tax_status(actor, status_id, date(2026, 3, 1))


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (replace(STATUS, country="DE"), PatternMismatch),
        (replace(STATUS, region="XX"), PatternMismatch),
        (replace(STATUS, proof=" "), TooShort),
        (replace(STATUS, valid_to=date(2026, 1, 1)), PeriodInverted),
        (replace(STATUS, kind=TaxStatusKind.EXPORT_FILING), PatternMismatch),
    ],
)
async def test_a_status_that_means_nothing_is_refused(terms: service.StatusTerms, refusal: type[DomainError]) -> None:
    customer = await make.organization()

    with pytest.raises(refusal):
        await service.record_tax_status(SYSTEM, customer, terms)

    assert not await db.value("SELECT count(*) FROM tax_status")
