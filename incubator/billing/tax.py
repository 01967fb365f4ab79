"""Which tax a supply bears: rules with their time and law, and the one decision made with them.

Rates hold by time of supply. What is marked [?] is to be settled with an adviser before it decides anything; a treatment fixed in the
agreement (`GivenTax`) always goes before these rules. Sources: the laws named in each row, as of November 2026.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stdnum.eu import vat as eu_vat

from incubator.billing.errors import NoTaxRule
from incubator.billing.terms import GivenTax, Supply, TaxCategory

EU = frozenset(
    (
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    )
)
AT_THE_PROPERTY = frozenset((Supply.ROOM, Supply.WORKPLACE))
"""Taxed where the property lies, whoever the buyer is; for a workplace with services the EU's view is [?]."""
EXEMPT, STANDARD = TaxCategory.E, TaxCategory.S
_ALL = frozenset((Supply.ROOM, Supply.WORKPLACE, Supply.INSTRUMENT, Supply.SERVICE))
_BUNDLE = frozenset((Supply.WORKPLACE, Supply.INSTRUMENT, Supply.SERVICE))


@dataclass(frozen=True, slots=True)
class Rule:
    """How a country taxes supplies from `first` to `last` (both included; None: still)."""

    id: str
    country: str
    supplies: frozenset[Supply]
    category: TaxCategory
    rate: Decimal
    first: date
    last: date | None
    law: str


def _rule(
    id: str, country: str, supplies: frozenset[Supply], category: TaxCategory, rate: str, first: str, last: str | None, law: str
) -> Rule:
    return Rule(id, country, supplies, category, Decimal(rate), date.fromisoformat(first), date.fromisoformat(last) if last else None, law)


_ROOM = frozenset((Supply.ROOM,))
RULES = (
    _rule("DE-E-letting", "DE", _ROOM, EXEMPT, "0", "1993-01-01", None, "§ 4 Nr. 12 Buchst. a UStG"),
    _rule("DE-S-2007", "DE", _ALL, STANDARD, "19", "2007-01-01", "2020-06-30", "§ 12 Abs. 1 UStG"),
    _rule("DE-S-2020", "DE", _ALL, STANDARD, "16", "2020-07-01", "2020-12-31", "§ 28 Abs. 1 UStG"),
    _rule("DE-S-2021", "DE", _ALL, STANDARD, "19", "2021-01-01", None, "§ 12 Abs. 1 UStG"),
    _rule("DK-E-letting", "DK", _ROOM, EXEMPT, "0", "1994-01-01", None, "momsloven § 13, stk. 1, nr. 8"),
    _rule("DK-S", "DK", _ALL, STANDARD, "25", "1992-01-01", None, "momsloven § 33"),
    _rule("CH-E-letting", "CH", _ROOM, EXEMPT, "0", "2010-01-01", None, "Art. 21 Abs. 2 Ziff. 21 MWSTG"),
    _rule("CH-S-2018", "CH", _ALL, STANDARD, "7.7", "2018-01-01", "2023-12-31", "Art. 25 Abs. 1 MWSTG"),
    _rule("CH-S-2024", "CH", _ALL, STANDARD, "8.1", "2024-01-01", None, "Art. 25 Abs. 1 MWSTG"),
    _rule("SG-S-2007", "SG", _ALL, STANDARD, "7", "2007-07-01", "2022-12-31", "GST Act s 16"),
    _rule("SG-S-2023", "SG", _ALL, STANDARD, "8", "2023-01-01", "2023-12-31", "GST Act s 16"),
    _rule("SG-S-2024", "SG", _ALL, STANDARD, "9", "2024-01-01", None, "GST Act s 16"),
    _rule("CN-S-letting", "CN", _ROOM, STANDARD, "9", "2019-04-01", None, "增值税法 第十条"),
    _rule("CN-S-services", "CN", _BUNDLE, STANDARD, "6", "2016-05-01", None, "增值税法 第十条"),
    _rule("US-O", "US", _ALL - {Supply.INSTRUMENT}, TaxCategory.O, "0", "1900-01-01", None, "no federal value added tax"),
)
LETTING_TAXED = {"DE": "§ 9 UStG", "DK": "momsloven § 51, stk. 1", "CH": "Art. 22 MWSTG"}
"""The law by which a registered entity taxes its letting like anything else."""
REVERSE_CHARGE = {
    "DE": "§ 3a Abs. 2, § 13b UStG: Steuerschuldnerschaft des Leistungsempfängers",
    "DK": "momsloven § 16, stk. 1: Omvendt betalingspligt",
}
OUTSIDE = {
    "DE": "§ 3a Abs. 2 UStG: nicht steuerbar",
    "DK": "momsloven § 16, stk. 1",
    "CH": "Art. 8 Abs. 1 MWSTG: Empfängerort",
    "US": "no federal value added tax",
}
DEPOSIT = "security deposit, no supply"


@dataclass(frozen=True, slots=True)
class Question:
    """What the decision needs. `on` is the time of supply; the buyer's VAT id counts only when it is a right one."""

    seller_country: str
    buyer_country: str
    buyer_vat_id: str
    supply: Supply
    on: date
    seller_taxes_letting: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The treatment, the rule it comes from, and what the document must say about it (empty: nothing)."""

    category: TaxCategory
    rate: Decimal
    rule: str
    note: str


def decide(question: Question, given: GivenTax | None = None) -> Decision:
    """Decide how a supply is taxed.

    Raises:
        NoTaxRule: no rule covers it.
    """
    if given is not None:
        note = _given_note(question, given)
        return Decision(given.category, given.rate, "agreed", note)
    if question.supply is Supply.DEPOSIT:
        return Decision(TaxCategory.O, Decimal(0), "deposit", DEPOSIT)
    if question.buyer_country != question.seller_country and question.supply not in AT_THE_PROPERTY:
        abroad = _across_the_border(question)
        if abroad is not None:
            return abroad
    return _at_home(question)


def _given_note(question: Question, given: GivenTax) -> str:
    if given.category is TaxCategory.AE:
        return REVERSE_CHARGE.get(question.seller_country, "Reverse charge (Directive 2006/112/EC, Art. 196)")
    return {TaxCategory.E: "exempt", TaxCategory.O: OUTSIDE.get(question.seller_country, "outside the scope of tax")}.get(
        given.category, ""
    )


def _across_the_border(question: Question) -> Decision | None:
    seller, buyer = question.seller_country, question.buyer_country
    if seller in EU and buyer in EU:
        if has_vat_id(question.buyer_vat_id, buyer):
            return Decision(TaxCategory.AE, Decimal(0), f"{seller}-AE", REVERSE_CHARGE.get(seller, "Reverse charge"))
        return None
    if seller in EU or seller == "CH":
        return Decision(TaxCategory.O, Decimal(0), f"{seller}-O-abroad", OUTSIDE.get(seller, "outside the scope of tax"))
    if seller == "SG":
        return Decision(TaxCategory.Z, Decimal(0), "SG-Z", "GST Act s 21(3)")
    return None


def has_vat_id(vat_id: str, country: str) -> bool:
    """Tell whether this is a right VAT id of that EU country; digits and form are checked, existence is not."""
    compact = vat_id.replace(" ", "").upper()
    prefix = "EL" if country == "GR" else country
    return compact.startswith(prefix) and bool(eu_vat.is_valid(compact))


def _at_home(question: Question) -> Decision:
    taxed_letting = question.supply is Supply.ROOM and question.seller_taxes_letting
    for rule in RULES:
        if rule.country != question.seller_country or question.supply not in rule.supplies:
            continue
        if question.on < rule.first or (rule.last is not None and question.on > rule.last):
            continue
        if rule.category is EXEMPT and taxed_letting:
            continue
        law = LETTING_TAXED.get(rule.country, rule.law) if taxed_letting else rule.law
        return Decision(rule.category, rule.rate, rule.id, law if rule.category is not STANDARD else "")
    raise NoTaxRule(country=question.seller_country, supply=question.supply.value, on=question.on)
