"""The whole table of tax rules: a matrix that people can read, no gap and no overlap, an answer to everything, the eight cases to the cent."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.billing.due import Recurrence, part_from
from incubator.billing.policy import TaxedLine, price_part, tax_groups
from incubator.billing.stripe_amounts import to_stripe
from incubator.billing.tax import Decision, Question, decide, note_in
from incubator.billing.tax_errors import NoTaxRule, VatIdUnconfirmed
from incubator.billing.tax_rules import COUNTRIES, RULES, Case, find_rule, rule_by_id
from incubator.billing.tax_terms import Answer, Scheme, Status, TaxFactName, TaxStatusKind
from incubator.billing.terms import Basis, Price, Supply, TaxCategory, Timing

MATRIX = Path(__file__).parent / "tax_matrix.txt"
DAY = date(2026, 3, 31)
YES = Answer(True, datetime(2026, 3, 1, tzinfo=UTC), "VIES", "WAPIAAAAX1")
NO = Answer(False, datetime(2026, 3, 1, tzinfo=UTC), "VIES")
SUPPLIES = (Supply.ROOM, Supply.WORKPLACE, Supply.INSTRUMENT, Supply.SERVICE)


def shown(kind: TaxStatusKind, country: str, region: str = "") -> Status:
    return Status(kind, country, "proof", date(1900, 1, 1), None, region)


VARIANTS: dict[str, dict[str, tuple[dict[str, object], tuple[Status, ...]]]] = {
    "DE": {"": ({}, ()), "opted": ({"seller_taxes_letting": True}, (shown(TaxStatusKind.TAXABLE_OUTPUTS, "DE"),))},
    "DK": {"": ({}, ()), "opted": ({"seller_taxes_letting": True}, ())},
    "CH": {"": ({}, ()), "opted": ({"seller_taxes_letting": True}, ())},
    "SG": {"": ({}, ())},
    "CN": {
        "": ({}, ()),
        "small scale": ({"seller_scheme": Scheme.SMALL_SCALE}, ()),
        "filed": ({}, (shown(TaxStatusKind.EXPORT_FILING, "CN"),)),
    },
    "US": {
        "": ({}, ()),
        "in MA": ({"place_region": "MA"}, ()),
        "in MA, certificate": ({"place_region": "MA"}, (shown(TaxStatusKind.EXEMPT_CERTIFICATE, "US", "MA"),)),
    },
}
"""Sellers in what they may be, and what buyers may have shown them."""
BUYERS: dict[str, dict[str, object]] = {
    "at home": {},
    "EU, confirmed": {"buyer_country": "NL", "buyer_vat_id": "NL004495445B01", "vat_answer": YES},
    "EU, unconfirmed": {"buyer_country": "NL", "buyer_vat_id": "NL004495445B01"},
    "EU, refuted": {"buyer_country": "NL", "buyer_vat_id": "NL004495445B01", "vat_answer": NO},
    "EU, wrong id": {"buyer_country": "NL", "buyer_vat_id": "NL004495446B01"},
    "EU, no id": {"buyer_country": "NL"},
    "beyond": {"buyer_country": "JP"},
    "EU, receives here": {"buyer_country": "NL", "buyer_vat_id": "NL004495445B01", "vat_answer": YES},
}


def answer(question: Question) -> str:
    """Say a decision in a word."""
    try:
        found = decide(question)
    except VatIdUnconfirmed:
        return "undecided"
    except NoTaxRule:
        return "no rule"
    return f"{found.category.value} {found.rate}" if found.category is TaxCategory.S else found.category.value


def question_of(seller: str, supply: Supply, buyer: str, variant: str) -> Question:
    fields, statuses = VARIANTS[seller][variant]
    if buyer == "EU, receives here":
        statuses = (*statuses, shown(TaxStatusKind.ESTABLISHMENT, seller))
    given_: dict[str, object] = {"buyer_country": seller, "buyer_vat_id": "", "statuses": statuses} | BUYERS[buyer] | fields
    return Question(seller_country=seller, supply=supply, on=DAY, **given_)  # type: ignore[arg-type]  # by name, of the right types


def matrix() -> str:
    """Write what every seller charges every buyer on one day."""
    rows = [("seller", "", "supply", *BUYERS)]
    for seller in COUNTRIES:
        for variant in VARIANTS[seller]:
            for supply in SUPPLIES:
                rows.append((seller, variant, supply.value, *(answer(question_of(seller, supply, buyer, variant)) for buyer in BUYERS)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join(" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)


def test_every_seller_charges_every_buyer_as_the_reviewed_matrix_says() -> None:
    assert matrix().splitlines() == MATRIX.read_text("utf-8").splitlines()


def test_rules_of_a_case_follow_each_other_without_gap_or_overlap() -> None:
    found = []
    keyed = sorted(
        (rule.country, rule.region, rule.case.value, supply.value, rule.first, rule)
        for rule in RULES
        for supply in rule.supplies
        if rule.id
    )
    for key, rows in groupby(keyed, lambda row: row[:4]):
        for (*_, earlier), (*_, later) in pairwise(rows):
            if earlier.last is None or earlier.last + timedelta(days=1) != later.first:
                found.append((key, earlier.id, later.id))
        found += [] if later_ends_open(key) else [(key, "ends", "")]

    assert found == []


def later_ends_open(key: tuple[str, ...]) -> bool:
    country, region, case, supply = key
    rule = find_rule(country, Case(case), Supply(supply), date(2100, 1, 1), region)
    return rule is not None and rule.last is None


def test_every_rule_is_whole() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.country for rule in RULES} == set(COUNTRIES)
    assert all((rule.rate > 0) == (rule.category is TaxCategory.S) and rule.law and len(rule.id) <= 40 for rule in RULES)
    assert {rule.category.value for rule in RULES if rule.reason} == {"E", "AE", "O"}
    assert [rule_by_id(rule.id) for rule in RULES] == list(RULES)
    assert {rule.id for rule in RULES if not rule.is_settled_with_adviser} == {
        "CN-S-small-letting-2016",
        "CN-S-small-letting",
        "CN-S-small-2016",
        "CN-S-small",
        "CN-Z-export-2016",
        "CN-Z-export",
    }


COUNTRY = st.sampled_from(("DE", "DK", "CH", "SG", "CN", "US", "NL", "GB", "JP", "FR"))
STATUSES = st.lists(
    st.builds(
        Status,
        st.sampled_from(TaxStatusKind),
        COUNTRY,
        st.just("proof"),
        st.dates(date(2019, 1, 1), date(2027, 1, 1)),
        st.none() | st.dates(date(2019, 1, 1), date(2027, 1, 1)),
        st.sampled_from(("", "MA", "CA")),
    ),
    max_size=3,
).map(tuple)
QUESTIONS = st.builds(
    Question,
    COUNTRY,
    COUNTRY,
    st.sampled_from(("", "NL004495445B01", "NL004495446B01", "DE136695976", "DK13585628", "FR40303265045", "x")),
    st.sampled_from(Supply),
    st.dates(date(2019, 4, 1), date(2030, 12, 31)),
    st.booleans(),
    st.sampled_from(Scheme),
    COUNTRY | st.just(""),
    st.sampled_from(("", "MA", "CA")),
    st.sampled_from((None, YES, NO)),
    STATUSES,
)


@given(QUESTIONS)
def test_every_question_is_decided_or_refused_by_name(question: Question) -> None:
    try:
        found: Decision | None = decide(question)
    except (NoTaxRule, VatIdUnconfirmed):
        found = None

    assert found is None or is_sound(found, question)


def is_sound(found: Decision, question: Question) -> bool:
    """Tell whether a decision keeps what is true of all of them."""
    told = [note_in(found, language) for language in ("en", "de", "zh-CN")]
    moved = found.category in (TaxCategory.AE, TaxCategory.Z) or (found.category is TaxCategory.O and found.rule.endswith("abroad"))
    return (
        (found.rate > 0) == (found.category is TaxCategory.S)
        and all(bool(text) == (found.category is not TaxCategory.S) for text in (found.note, *told))
        and len(max(found.note, *told, key=len)) <= 300
        and found.evidence["rule"] == found.rule
        and set(found.evidence) <= set(TaxFactName)
        and not (moved and question.supply in (Supply.ROOM, Supply.WORKPLACE))
        and all(isinstance(value, str) and value for value in found.evidence.values())
    )


def desk_from_14_november() -> int:
    price = Price(34_900, Basis.MONTH, False)
    part = part_from(Recurrence(Basis.MONTH, Timing.ADVANCE, date(2026, 11, 14), None), date(2026, 11, 14))
    assert part is not None
    return price_part(price, part, "EUR").amount_minor


NOVEMBER = date(2026, 11, 30)
ASKED = Answer(True, datetime(2026, 11, 2, tzinfo=UTC), "VIES", "WAPIAAAAX2")
CASES = {
    "E1": (Question("DE", "DE", "", Supply.WORKPLACE, NOVEMBER), [desk_from_14_november()], False, ("S", "19", 19_777, 3_758)),
    "E2": (
        Question("DE", "DK", "DK13585628", Supply.SERVICE, NOVEMBER, vat_answer=ASKED),
        [781_235, 781_235],
        False,
        ("AE", "0", 1_562_470, 0),
    ),
    "E3": (Question("CH", "DE", "DE136695976", Supply.SERVICE, NOVEMBER), [1_250_000], False, ("O", "0", 1_250_000, 0)),
    "E4": (
        Question("DK", "DK", "", Supply.ROOM, NOVEMBER, seller_taxes_letting=True),
        [189_995, 189_995],
        False,
        ("S", "25", 379_990, 94_998),
    ),
    "E5": (Question("SG", "SG", "", Supply.ROOM, NOVEMBER), [123_450], False, ("S", "9", 123_450, 11_111)),
    "E6": (Question("CN", "CN", "", Supply.SERVICE, NOVEMBER), [500_000], True, ("S", "6", 471_698, 28_302)),
    "E7": (Question("US", "US", "", Supply.SERVICE, NOVEMBER), [300_000], False, ("O", "0", 300_000, 0)),
    "E8": (Question("SG", "JP", "", Supply.SERVICE, NOVEMBER), [120_000], False, ("Z", "0", 120_000, 0)),
}
"""Billing in eight cases: question, amounts in minor units as priced, with tax or without; category, rate, net and tax."""


@pytest.mark.parametrize("name", CASES)
def test_the_eight_cases_come_out_to_the_cent(name: str) -> None:
    question, amounts, includes_tax, expected = CASES[name]
    decision = decide(question)

    [group] = tax_groups([TaxedLine(amount, includes_tax, decision.category, decision.rate) for amount in amounts])

    assert group.category is not None
    assert (group.category.value, str(group.rate), group.net_minor, group.tax_minor) == expected
    assert group.gross_minor == (sum(amounts) if includes_tax else expected[2] + expected[3])


def test_yen_go_to_stripe_as_they_are() -> None:
    assert to_stripe(CASES["E8"][3][2], "JPY") == 120_000
    assert Decimal(CASES["E8"][3][1]) == 0
