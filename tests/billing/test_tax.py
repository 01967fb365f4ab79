"""Which tax a supply bears: the countries' standard cases, the time of supply, reverse charge, what a buyer can show."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from incubator.billing.tax import Question, decide, note_in
from incubator.billing.tax_errors import NoTaxRule, TaxCategoryUnknown, TaxRateImpossible, VatIdUnconfirmed
from incubator.billing.tax_terms import Answer, Scheme, Status, TaxStatusKind, usable
from incubator.billing.terms import GivenTax, Supply, TaxCategory

TODAY = "2026-03-31"
ASKED = datetime(2026, 3, 1, 9, tzinfo=UTC)
YES = Answer(True, ASKED, "VIES", "WAPIAAAAX1", "Cellwerk B.V.")
NO = replace(YES, is_valid=False)
YEARS = date(2020, 1, 1)


def shown(kind: TaxStatusKind, country: str, region: str = "", last: date | None = None) -> Status:
    """Something that a buyer has shown."""
    return Status(kind, country, "letter of 2 January", YEARS, last, region)


OUTPUTS = shown(TaxStatusKind.TAXABLE_OUTPUTS, "DE")
SMALL = shown(TaxStatusKind.SMALL_BUSINESS, "DE")


@pytest.mark.parametrize(
    ("seller", "buyer", "vat_id", "supply", "on", "letting", "expected"),
    [
        ("DE", "DE", "", Supply.WORKPLACE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "DE", "", Supply.ROOM, TODAY, False, ("E", "0", "DE-E-letting")),
        ("DE", "DE", "", Supply.SERVICE, "2020-07-01", False, ("S", "16", "DE-S-2020")),
        ("DE", "DE", "", Supply.SERVICE, "2020-12-31", False, ("S", "16", "DE-S-2020")),
        ("DE", "DE", "DE136695976", Supply.SERVICE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "NL", "NL004495446B01", Supply.SERVICE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "NL", "", Supply.SERVICE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "GB", "XI980780684", Supply.SERVICE, TODAY, False, ("O", "0", "DE-O-abroad")),
        ("DE", "CH", "", Supply.SERVICE, TODAY, False, ("O", "0", "DE-O-abroad")),
        ("DK", "DK", "", Supply.ROOM, TODAY, True, ("S", "25", "DK-S")),
        ("CH", "CH", "", Supply.ROOM, TODAY, True, ("S", "8.1", "CH-S-2024")),
        ("CH", "DE", "", Supply.INSTRUMENT, TODAY, False, ("S", "8.1", "CH-S-2024")),
        ("SG", "JP", "", Supply.INSTRUMENT, TODAY, False, ("S", "9", "SG-S-2024")),
        ("SG", "JP", "", Supply.ROOM, TODAY, False, ("S", "9", "SG-S-2024")),
        ("CN", "CN", "", Supply.INSTRUMENT, TODAY, False, ("S", "13", "CN-S-movables")),
        ("CN", "DE", "", Supply.SERVICE, TODAY, False, ("S", "6", "CN-S-services")),
        ("CH", "CH", "", Supply.WORKPLACE, TODAY, False, ("S", "8.1", "CH-S-2024")),
        ("CH", "CH", "", Supply.SERVICE, "2023-12-31", False, ("S", "7.7", "CH-S-2018")),
        ("CH", "DE", "DE136695976", Supply.SERVICE, TODAY, False, ("O", "0", "CH-O-abroad")),
        ("SG", "SG", "", Supply.ROOM, TODAY, False, ("S", "9", "SG-S-2024")),
        ("SG", "SG", "", Supply.SERVICE, "2023-06-30", False, ("S", "8", "SG-S-2023")),
        ("SG", "JP", "", Supply.SERVICE, TODAY, False, ("Z", "0", "SG-Z")),
        ("CN", "CN", "", Supply.SERVICE, TODAY, False, ("S", "6", "CN-S-services")),
        ("CN", "CN", "", Supply.ROOM, TODAY, False, ("S", "9", "CN-S-letting")),
        ("CN", "CH", "", Supply.WORKPLACE, TODAY, False, ("S", "6", "CN-S-services")),
        ("US", "US", "", Supply.SERVICE, TODAY, False, ("O", "0", "US-O")),
        ("DE", "DE", "", Supply.DEPOSIT, TODAY, False, ("O", "0", "deposit")),
    ],
)
def test_the_standard_cases(
    seller: str, buyer: str, vat_id: str, supply: Supply, on: str, letting: bool, expected: tuple[str, str, str]
) -> None:
    decision = decide(Question(seller, buyer, vat_id, supply, date.fromisoformat(on), letting))

    assert (decision.category.value, str(decision.rate), decision.rule) == expected
    assert bool(decision.note) == (decision.category is not TaxCategory.S)


def test_a_room_bears_tax_by_option_only_where_the_tenant_makes_taxable_outputs() -> None:
    opted = Question("DE", "DE", "", Supply.ROOM, date(2026, 3, 31), seller_taxes_letting=True)
    table = {
        "no proof": opted,
        "proof": replace(opted, statuses=(OUTPUTS,)),
        "proof of a small business": replace(opted, statuses=(OUTPUTS, SMALL)),
        "proof that ran out": replace(opted, statuses=(replace(OUTPUTS, last=date(2026, 3, 30)),)),
        "proof, no option": replace(opted, seller_taxes_letting=False, statuses=(OUTPUTS,)),
    }

    found = {what: decide(question) for what, question in table.items()}

    assert {what: one.category.value for what, one in found.items()} == {
        "no proof": "E",
        "proof": "S",
        "proof of a small business": "E",
        "proof that ran out": "E",
        "proof, no option": "E",
    }
    assert found["proof"].evidence | {"option_law": "§ 9 UStG", "status_proof": "letter of 2 January"} == found["proof"].evidence


def test_reverse_charge_hangs_on_what_the_register_said() -> None:
    question = Question("DE", "NL", "NL004495445B01", Supply.SERVICE, date(2026, 3, 31))

    confirmed, refuted = decide(replace(question, vat_answer=YES)), decide(replace(question, vat_answer=NO))
    with pytest.raises(VatIdUnconfirmed) as undecided:
        decide(question)

    assert (confirmed.category, confirmed.rule, refuted.category, refuted.rate) == (TaxCategory.AE, "DE-AE", TaxCategory.S, Decimal(19))
    assert (undecided.value.vat_id, undecided.value.responsible) == ("NL004495445B01", "billing contact")
    assert confirmed.evidence == {
        "supplied_on": "2026-03-31",
        "seller_country": "DE",
        "buyer_country": "NL",
        "place_country": "DE",
        "rule": "DE-AE",
        "law": "§ 3a Abs. 2, § 14a Abs. 1 UStG",
        "valid_from": "2010-01-01",
        "reason_code": "VATEX-EU-AE",
        "buyer_vat_id": "NL004495445B01",
        "vat_id_state": "confirmed",
        "vat_checked_at": "2026-03-01T09:00:00+00:00",
        "vat_checked_by": "VIES",
        "vat_consultation": "WAPIAAAAX1",
        "vat_registered_name": "Cellwerk B.V.",
    }
    assert refuted.evidence["vat_id_state"] == "refuted"


@pytest.mark.parametrize("supply", [Supply.ROOM, Supply.WORKPLACE])
def test_a_confirmed_id_never_moves_a_room_or_a_workplace(supply: Supply) -> None:
    question = Question("DK", "DE", "DE136695976", supply, date(2026, 3, 31), seller_taxes_letting=True, vat_answer=YES)

    assert decide(question).rule == "DK-S"


def test_an_establishment_that_receives_the_service_moves_its_place() -> None:
    question = Question("DE", "US", "DE136695976", Supply.SERVICE, date(2026, 3, 31))
    here, there = shown(TaxStatusKind.ESTABLISHMENT, "DE"), shown(TaxStatusKind.ESTABLISHMENT, "DK")

    at_home = decide(replace(question, statuses=(here,)))
    elsewhere = decide(replace(question, buyer_vat_id="DK13585628", vat_answer=YES, statuses=(there,)))

    assert (decide(question).rule, at_home.rule, elsewhere.rule) == ("DE-O-abroad", "DE-S-2021", "DE-AE")
    assert (at_home.evidence["recipient_country"], elsewhere.evidence["recipient_country"]) == ("DE", "DK")


def test_massachusetts_taxes_instruments_unless_the_customer_has_its_certificate() -> None:
    question = Question("US", "US", "", Supply.INSTRUMENT, date(2026, 3, 31), place_region="MA")
    own, others = shown(TaxStatusKind.RESALE_CERTIFICATE, "US", "MA"), shown(TaxStatusKind.EXEMPT_CERTIFICATE, "US", "CA")

    taxed, freed, not_freed = decide(question), decide(replace(question, statuses=(own,))), decide(replace(question, statuses=(others,)))

    assert [(one.category.value, str(one.rate)) for one in (taxed, freed, not_freed)] == [("S", "6.25"), ("E", "0"), ("S", "6.25")]
    assert (freed.evidence["status_proof"], freed.evidence["region"]) == ("letter of 2 January", "MA")
    with pytest.raises(NoTaxRule):
        decide(replace(question, place_region="CA"))


def test_china_has_a_small_scale_and_frees_exports_that_were_filed() -> None:
    service, room = [Question("CN", "CN", "", supply, date(2026, 3, 31)) for supply in (Supply.SERVICE, Supply.ROOM)]
    export = replace(service, buyer_country="DE", statuses=(shown(TaxStatusKind.EXPORT_FILING, "CN"),))

    found = [
        decide(replace(service, seller_scheme=Scheme.SMALL_SCALE)),
        decide(replace(room, seller_scheme=Scheme.SMALL_SCALE)),
        decide(export),
    ]

    assert [(one.category.value, str(one.rate), one.rule) for one in found] == [
        ("S", "3", "CN-S-small"),
        ("S", "3", "CN-S-small-letting"),
        ("Z", "0", "CN-Z-export"),
    ]
    assert {one.evidence["adviser"] for one in found} == {"not settled with an adviser"}


def test_at_a_site_abroad_a_room_follows_its_country_and_what_bears_tax_there_is_left_to_a_person() -> None:
    room = Question("DE", "DE", "", Supply.ROOM, date(2026, 3, 31), place_country="DK")

    with pytest.raises(NoTaxRule) as refused:
        decide(replace(room, supply=Supply.WORKPLACE))

    for seller in ("CH", "SG", "US"):
        with pytest.raises(NoTaxRule):
            decide(Question(seller, seller, "", Supply.INSTRUMENT, date(2026, 3, 31), place_country="JP", place_region="MA"))

    assert refused.value.country == "DK"
    assert decide(room).rule == "DK-E-letting"
    assert decide(replace(room, supply=Supply.SERVICE)).rule == "DE-S-2021"


def test_the_answer_that_counts_is_the_last_before_the_supply_or_a_fresh_one() -> None:
    supplied, now = date(2026, 3, 31), datetime(2026, 5, 1, tzinfo=UTC)
    old, before, after = [replace(YES, checked_at=now - timedelta(days=days)) for days in (200, 60, 10)]
    table = [
        ((), None),
        ((old,), None),
        ((old, after), after),
        ((after, before, old), before),
        ((replace(after, is_valid=False), before), before),
    ]

    assert [usable(answers, supplied, now) for answers, _ in table] == [expected for _, expected in table]
    assert usable((after,), supplied, now + timedelta(days=111)) is None


def test_the_sentence_is_said_in_the_documents_language_and_reverse_charge_in_the_sellers_law_too() -> None:
    german = decide(Question("DE", "NL", "NL004495445B01", Supply.SERVICE, date(2026, 3, 31), vat_answer=YES))
    danish = decide(Question("DK", "DE", "DE136695976", Supply.INSTRUMENT, date(2026, 3, 31), vat_answer=YES))
    letting = decide(Question("CH", "CH", "", Supply.ROOM, date(2026, 3, 31)))
    taxed = decide(Question("SG", "SG", "", Supply.ROOM, date(2026, 3, 31)))
    deposit = decide(Question("SG", "SG", "", Supply.DEPOSIT, date(2026, 3, 31)))

    assert german.note == "Steuerschuldnerschaft des Leistungsempfängers (§ 3a Abs. 2, § 14a Abs. 1 UStG)"
    assert note_in(german, "en") == "Steuerschuldnerschaft des Leistungsempfängers / Reverse charge (§ 3a Abs. 2, § 14a Abs. 1 UStG)"
    assert danish.note == "Omvendt betalingspligt (momsloven § 16, stk. 1)"
    assert note_in(danish, "zh-CN") == "Omvendt betalingspligt / 反向征税:由服务接受方缴纳增值税 (momsloven § 16, stk. 1)"
    assert note_in(letting, "de") == "Vermietung von Räumen, steuerfrei (Art. 21 Abs. 2 Ziff. 21 MWSTG)"
    assert note_in(letting, "fr") == "Letting of rooms, exempt from tax (Art. 21 Abs. 2 Ziff. 21 MWSTG)"
    assert (note_in(taxed, "en"), note_in(deposit, "zh-CN")) == ("", "押金,不属于应税交易")


@pytest.mark.parametrize(("country", "supply"), [("US", Supply.INSTRUMENT), ("FR", Supply.SERVICE)])
def test_what_no_rule_covers_is_left_to_a_person(country: str, supply: Supply) -> None:
    with pytest.raises(NoTaxRule):
        decide(Question(country, country, "", supply, date(2026, 3, 31)))


def test_what_the_agreement_fixes_goes_first() -> None:
    question = Question("DE", "NL", "", Supply.SERVICE, date(2026, 3, 31))

    decision = decide(question, GivenTax.of("AE", Decimal(0)))

    assert (decision.category, decision.rule, "Leistungsempfänger" in decision.note) == (TaxCategory.AE, "agreed", True)


@pytest.mark.parametrize(
    ("category", "rate", "refusal"),
    [("X", "19", TaxCategoryUnknown), ("S", "0", TaxRateImpossible), ("S", "101", TaxRateImpossible), ("AE", "19", TaxRateImpossible)],
)
def test_an_impossible_treatment_is_refused(category: str, rate: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        GivenTax.of(category, Decimal(rate))
