"""Which tax a supply bears: the countries' standard cases, the time of supply, reverse charge."""

from datetime import date
from decimal import Decimal

import pytest

from incubator.billing.errors import NoTaxRule, TaxCategoryUnknown, TaxRateImpossible
from incubator.billing.tax import Question, decide, has_vat_id
from incubator.billing.terms import GivenTax, Supply, TaxCategory

TODAY = "2026-03-31"


@pytest.mark.parametrize(
    ("seller", "buyer", "vat_id", "supply", "on", "letting", "expected"),
    [
        ("DE", "DE", "", Supply.WORKPLACE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "DE", "", Supply.ROOM, TODAY, False, ("E", "0", "DE-E-letting")),
        ("DE", "DE", "", Supply.ROOM, TODAY, True, ("S", "19", "DE-S-2021")),
        ("DE", "DE", "", Supply.SERVICE, "2020-07-01", False, ("S", "16", "DE-S-2020")),
        ("DE", "DE", "", Supply.SERVICE, "2020-12-31", False, ("S", "16", "DE-S-2020")),
        ("DE", "DE", "DE136695976", Supply.SERVICE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "NL", "NL004495445B01", Supply.SERVICE, TODAY, False, ("AE", "0", "DE-AE")),
        ("DE", "NL", "NL004495446B01", Supply.SERVICE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "NL", "", Supply.SERVICE, TODAY, False, ("S", "19", "DE-S-2021")),
        ("DE", "NL", "NL004495445B01", Supply.ROOM, TODAY, True, ("S", "19", "DE-S-2021")),
        ("DE", "CH", "", Supply.SERVICE, TODAY, False, ("O", "0", "DE-O-abroad")),
        ("DK", "DK", "", Supply.ROOM, TODAY, True, ("S", "25", "DK-S")),
        ("DK", "DE", "DE136695976", Supply.INSTRUMENT, TODAY, False, ("AE", "0", "DK-AE")),
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


def test_vat_ids_are_checked_by_their_digits_and_country() -> None:
    assert has_vat_id("NL 0044.95.445.B.01", "NL")
    assert has_vat_id("EL094259216", "GR")
    assert not has_vat_id("NL004495445B01", "DE")
    assert not has_vat_id("", "NL")
