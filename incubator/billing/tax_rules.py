"""The tax rules as data: what each country does with each supply, in which case, from when to when, by which law.

Rates hold by time of supply, both days included. What no adviser has settled yet is marked (`is_settled_with_adviser`); a treatment fixed
in the agreement (`GivenTax`) always goes before these rules. Sources: the laws named in each row, as of November 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from incubator.billing.terms import Supply, TaxCategory

COUNTRIES = ("DE", "DK", "CH", "SG", "CN", "US")
"""Where the operator has companies, and so rules."""


class Case(StrEnum):
    """What about a supply makes it another case than its country's ordinary one."""

    ORDINARY = "ordinary"
    LETTING = "letting"
    SMALL_SCALE = "small scale"
    REVERSE_CHARGE = "reverse charge"
    ABROAD = "recipient abroad"
    EXPORT_FILED = "export filed"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a country, or a region of it, taxes supplies in a case from `first` to `last` (both included; None: still).

    `reason` is a code of the VATEX list, empty where the list has none or none belongs.
    """

    id: str
    country: str
    case: Case
    supplies: frozenset[Supply]
    category: TaxCategory
    rate: Decimal
    first: date
    last: date | None
    law: str
    region: str = ""
    reason: str = ""
    is_settled_with_adviser: bool = True

    def covers(self, supply: Supply, on: date) -> bool:
        """Tell whether the rule holds for a supply on a day."""
        return supply in self.supplies and self.first <= on and (self.last is None or on <= self.last)


ROOM, WORKPLACE, INSTRUMENT, SERVICE = Supply.ROOM, Supply.WORKPLACE, Supply.INSTRUMENT, Supply.SERVICE
_ROOM = frozenset((ROOM,))
_PLACES = frozenset((ROOM, WORKPLACE))
_MOVED = frozenset((INSTRUMENT, SERVICE))
_BUNDLE = frozenset((WORKPLACE, SERVICE))
_SERVICE = frozenset((SERVICE,))
_INSTRUMENT = frozenset((INSTRUMENT,))
_ALL = _PLACES | _MOVED
_S, _Z, _E, _AE, _O = TaxCategory.S, TaxCategory.Z, TaxCategory.E, TaxCategory.AE, TaxCategory.O
_LETTING_CODE, _REVERSE_CODE, _OUTSIDE_CODE = "VATEX-EU-135-1", "VATEX-EU-AE", "VATEX-EU-O"


def _rule(
    id: str,
    case: Case,
    supplies: frozenset[Supply],
    category: TaxCategory,
    rate: str,
    days: str,
    law: str,
    *,
    region: str = "",
    reason: str = "",
    open_question: bool = False,
) -> Rule:
    """Read a row: the id begins with the country, the days are `first to last`, or `first to now`."""
    first, _, last = days.partition(" to ")
    return Rule(
        id,
        id[:2],
        case,
        supplies,
        category,
        Decimal(rate),
        date.fromisoformat(first),
        None if last == "now" else date.fromisoformat(last),
        law,
        region,
        reason,
        not open_question,
    )


RULES: tuple[Rule, ...] = (
    _rule("DE-E-letting", Case.LETTING, _ROOM, _E, "0", "1993-01-01 to now", "§ 4 Nr. 12 Buchst. a UStG", reason=_LETTING_CODE),
    _rule("DE-S-2007", Case.ORDINARY, _ALL, _S, "19", "2007-01-01 to 2020-06-30", "§ 12 Abs. 1 UStG"),
    _rule("DE-S-2020", Case.ORDINARY, _ALL, _S, "16", "2020-07-01 to 2020-12-31", "§ 28 Abs. 1 UStG"),
    _rule("DE-S-2021", Case.ORDINARY, _ALL, _S, "19", "2021-01-01 to now", "§ 12 Abs. 1 UStG"),
    _rule("DE-AE", Case.REVERSE_CHARGE, _MOVED, _AE, "0", "2010-01-01 to now", "§ 3a Abs. 2, § 14a Abs. 1 UStG", reason=_REVERSE_CODE),
    _rule("DE-O-abroad", Case.ABROAD, _MOVED, _O, "0", "2010-01-01 to now", "§ 3a Abs. 2 UStG", reason=_OUTSIDE_CODE),
    _rule("DK-E-letting", Case.LETTING, _ROOM, _E, "0", "1994-01-01 to now", "momsloven § 13, stk. 1, nr. 8", reason=_LETTING_CODE),
    _rule("DK-S", Case.ORDINARY, _ALL, _S, "25", "1992-01-01 to now", "momsloven § 33"),
    _rule("DK-AE", Case.REVERSE_CHARGE, _MOVED, _AE, "0", "2010-01-01 to now", "momsloven § 16, stk. 1", reason=_REVERSE_CODE),
    _rule("DK-O-abroad", Case.ABROAD, _MOVED, _O, "0", "2010-01-01 to now", "momsloven § 16, stk. 1", reason=_OUTSIDE_CODE),
    _rule("CH-E-letting", Case.LETTING, _ROOM, _E, "0", "2010-01-01 to now", "Art. 21 Abs. 2 Ziff. 21 MWSTG"),
    _rule("CH-S-2018", Case.ORDINARY, _ALL, _S, "7.7", "2018-01-01 to 2023-12-31", "Art. 25 Abs. 1 MWSTG"),
    _rule("CH-S-2024", Case.ORDINARY, _ALL, _S, "8.1", "2024-01-01 to now", "Art. 25 Abs. 1 MWSTG"),
    _rule("CH-O-abroad", Case.ABROAD, _SERVICE, _O, "0", "2010-01-01 to now", "Art. 8 Abs. 1 MWSTG"),
    _rule("SG-S-2007", Case.ORDINARY, _ALL, _S, "7", "2007-07-01 to 2022-12-31", "GST Act s 16"),
    _rule("SG-S-2023", Case.ORDINARY, _ALL, _S, "8", "2023-01-01 to 2023-12-31", "GST Act s 16"),
    _rule("SG-S-2024", Case.ORDINARY, _ALL, _S, "9", "2024-01-01 to now", "GST Act s 16"),
    _rule("SG-Z", Case.ABROAD, _SERVICE, _Z, "0", "2007-07-01 to now", "GST Act s 21(3)"),
    _rule("CN-S-letting-2019", Case.ORDINARY, _ROOM, _S, "9", "2019-04-01 to 2025-12-31", "财政部 税务总局 海关总署公告2019年第39号"),
    _rule("CN-S-letting", Case.ORDINARY, _ROOM, _S, "9", "2026-01-01 to now", "增值税法第十条第二项"),
    _rule("CN-S-services-2016", Case.ORDINARY, _BUNDLE, _S, "6", "2016-05-01 to 2025-12-31", "财税〔2016〕36号"),
    _rule("CN-S-services", Case.ORDINARY, _BUNDLE, _S, "6", "2026-01-01 to now", "增值税法第十条第三项"),
    _rule(
        "CN-S-movables-2019", Case.ORDINARY, _INSTRUMENT, _S, "13", "2019-04-01 to 2025-12-31", "财政部 税务总局 海关总署公告2019年第39号"
    ),
    _rule("CN-S-movables", Case.ORDINARY, _INSTRUMENT, _S, "13", "2026-01-01 to now", "增值税法第十条第一项"),
    _rule("CN-S-small-letting-2016", Case.SMALL_SCALE, _ROOM, _S, "5", "2016-05-01 to 2025-12-31", "财税〔2016〕36号", open_question=True),
    _rule("CN-S-small-letting", Case.SMALL_SCALE, _ROOM, _S, "3", "2026-01-01 to now", "增值税法第十一条", open_question=True),
    _rule("CN-S-small-2016", Case.SMALL_SCALE, _ALL - _ROOM, _S, "3", "2016-05-01 to 2025-12-31", "财税〔2016〕36号", open_question=True),
    _rule("CN-S-small", Case.SMALL_SCALE, _ALL - _ROOM, _S, "3", "2026-01-01 to now", "增值税法第十一条", open_question=True),
    _rule(
        "CN-Z-export-2016", Case.EXPORT_FILED, _SERVICE, _Z, "0", "2016-05-01 to 2025-12-31", "财税〔2016〕36号附件4", open_question=True
    ),
    _rule("CN-Z-export", Case.EXPORT_FILED, _SERVICE, _Z, "0", "2026-01-01 to now", "增值税法第十条第五项", open_question=True),
    _rule("US-O", Case.ORDINARY, _ALL - _INSTRUMENT, _O, "0", "1900-01-01 to now", "no federal value added tax"),
    _rule("US-MA-S", Case.ORDINARY, _INSTRUMENT, _S, "6.25", "2009-08-01 to now", "M.G.L. c. 64H, § 2", region="MA"),
    _rule("US-MA-E-certificate", Case.CERTIFICATE, _INSTRUMENT, _E, "0", "2009-08-01 to now", "M.G.L. c. 64H, §§ 6, 8", region="MA"),
)
OPTED: Mapping[str, str] = MappingProxyType({"DE": "§ 9 UStG", "DK": "momsloven § 51, stk. 1", "CH": "Art. 22 MWSTG"})
"""The law by which a registered entity taxes its letting like anything else."""
AT_THE_PROPERTY = _PLACES
"""Taxed where the property lies, whoever the buyer is; for a workplace with services the EU's view is not settled with an adviser."""
GOODS_AT_THE_SITE = MappingProxyType({"CH": _INSTRUMENT, "SG": _INSTRUMENT, "US": _INSTRUMENT})
"""What else is taxed at the site: letting goods is a supply of goods there (Art. 3 Bst. d Ziff. 3 MWSTG; M.G.L. c. 64H, § 1), or a service
directly in connection with goods in the country (GST Act s 21(3)(j))."""


def find_rule(country: str, case: Case, supply: Supply, on: date, region: str = "") -> Rule | None:
    """Return the rule of a country, or of its region, for a case; None when there is none."""
    for rule in RULES:
        if rule.country == country and rule.case is case and rule.region in ("", region) and rule.covers(supply, on):
            return rule
    return None


def has_rule(country: str, case: Case, supply: Supply) -> bool:
    """Tell whether a country has a rule for a case at any time."""
    return any(rule.country == country and rule.case is case and supply in rule.supplies for rule in RULES)


def rule_by_id(rule_id: str) -> Rule | None:
    """Return a rule that a line names; None for `agreed`, `deposit` and rules of the past that are gone."""
    return _BY_ID.get(rule_id)


_BY_ID = {rule.id: rule for rule in RULES}
