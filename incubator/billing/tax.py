"""The one decision how a supply is taxed, made with the rules of `tax_rules`, and what it was made with. Pure: values in, decision out."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from incubator.billing.tax_errors import NoTaxRule, VatIdUnconfirmed
from incubator.billing.tax_rules import AT_THE_PROPERTY, GOODS_AT_THE_SITE, OPTED, Case, Rule, find_rule, has_rule
from incubator.billing.tax_terms import CERTIFICATES, Answer, Scheme, Status, TaxStatusKind, VatIdState
from incubator.billing.tax_wording import DEPOSIT, national_language, note_of
from incubator.billing.terms import GivenTax, Supply, TaxCategory
from incubator.organizations.vat_ids import EU, has_vat_id

AGREED = "agreed"
DEPOSIT_RULE = "deposit"


@dataclass(frozen=True, slots=True)
class Question:
    """What the decision needs. `on` is the time of supply.

    `place_country` and `place_region` are the site's (empty: the seller's country). `vat_answer` is what the register said about the buyer's
    VAT id, near enough to the supply; None when it was not asked.
    """

    seller_country: str
    buyer_country: str
    buyer_vat_id: str
    supply: Supply
    on: date
    seller_taxes_letting: bool = False
    seller_scheme: Scheme = Scheme.STANDARD
    place_country: str = ""
    place_region: str = ""
    vat_answer: Answer | None = None
    statuses: tuple[Status, ...] = ()

    @property
    def place(self) -> str:
        """The country of the site."""
        return self.place_country or self.seller_country

    def status(self, kind: TaxStatusKind, country: str = "", region: str = "") -> Status | None:
        """Return what the buyer has shown that holds on the day of supply."""
        return next((status for status in self.statuses if status.holds(kind, self.on, country, region)), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """The treatment, the rule it comes from, what the document must say about it (empty: nothing), and what it was made with.

    `note` is in the seller's own language; `note_in` says it in others.
    """

    category: TaxCategory
    rate: Decimal
    rule: str
    note: str
    evidence: dict[str, str] = field(default_factory=dict)


def decide(question: Question, given: GivenTax | None = None) -> Decision:
    """Decide how a supply is taxed.

    Raises:
        NoTaxRule: no rule covers it.
        VatIdUnconfirmed: it hangs on a VAT id of right form that no register has confirmed.
    """
    known = {
        "supplied_on": question.on.isoformat(),
        "seller_country": question.seller_country,
        "buyer_country": question.buyer_country,
        "place_country": question.place,
    }
    if given is not None:
        note = note_of(AGREED, given.category, question.seller_country, national_language(question.seller_country))
        return Decision(given.category, given.rate, AGREED, note, known | {"rule": AGREED})
    if question.supply is Supply.DEPOSIT:
        return Decision(TaxCategory.O, Decimal(0), DEPOSIT_RULE, DEPOSIT, known | {"rule": DEPOSIT_RULE})
    rule, why = _rule_for(question)
    note = note_of(rule.id, rule.category, question.seller_country, national_language(question.seller_country))
    return Decision(rule.category, rule.rate, rule.id, note, known | _of_rule(rule) | why)


def note_in(decision: Decision, language: str) -> str:
    """Say what the document must say about a decision, in its language; reverse charge in the seller's own words as well."""
    return note_of(decision.rule, decision.category, decision.evidence.get("seller_country", ""), language)


def vat_id_state(vat_id: str, country: str, answer: Answer | None) -> VatIdState:
    """Tell what is known of a VAT id, as one of a member state."""
    if not vat_id.strip():
        return VatIdState.NONE
    if not has_vat_id(vat_id, country):
        return VatIdState.WRONG
    if answer is None:
        return VatIdState.UNCONFIRMED
    return VatIdState.CONFIRMED if answer.is_valid else VatIdState.REFUTED


def _of_rule(rule: Rule) -> dict[str, str]:
    found = {
        "rule": rule.id,
        "law": rule.law,
        "valid_from": rule.first.isoformat(),
        "valid_to": rule.last.isoformat() if rule.last else "",
        "region": rule.region,
        "reason_code": rule.reason,
        "adviser": "" if rule.is_settled_with_adviser else "not settled with an adviser",
    }
    return {name: value for name, value in found.items() if value}


def _rule_for(question: Question) -> tuple[Rule, dict[str, str]]:
    """Return the rule, and what it was chosen by."""
    supply = question.supply
    if supply in AT_THE_PROPERTY or supply in GOODS_AT_THE_SITE.get(question.seller_country, ()):
        return _rule_of(question.place, question)
    establishment = question.status(TaxStatusKind.ESTABLISHMENT)
    recipient = establishment.country if establishment else question.buyer_country
    why = _shown(establishment) | ({"recipient_country": recipient} if establishment else {})
    if recipient == question.seller_country:
        rule, more = _rule_of(question.seller_country, question)
        return rule, why | more
    if question.seller_country in EU and recipient in EU:
        rule, more = _within_the_eu(question, recipient)
        return rule, why | more
    if (abroad := find_rule(question.seller_country, Case.ABROAD, supply, question.on)) is not None:
        return abroad, why
    if has_rule(question.seller_country, Case.ABROAD, supply):
        raise NoTaxRule(country=question.seller_country, supply=supply.value, on=question.on)
    filing = question.status(TaxStatusKind.EXPORT_FILING, question.seller_country)
    filed = find_rule(question.seller_country, Case.EXPORT_FILED, supply, question.on) if filing else None
    if filed is not None:
        return filed, why | _shown(filing)
    rule, more = _rule_of(question.seller_country, question)
    return rule, why | more


def _within_the_eu(question: Question, recipient: str) -> tuple[Rule, dict[str, str]]:
    state = vat_id_state(question.buyer_vat_id, recipient, question.vat_answer)
    if state is VatIdState.UNCONFIRMED:
        raise VatIdUnconfirmed(vat_id=question.buyer_vat_id, country=recipient, on=question.on)
    checked = {"buyer_vat_id": question.buyer_vat_id, "vat_id_state": state.value} | _answered(question.vat_answer)
    if state is not VatIdState.CONFIRMED:
        rule, more = _rule_of(question.seller_country, question)
        return rule, (checked if question.buyer_vat_id else {"vat_id_state": state.value}) | more
    reverse = find_rule(question.seller_country, Case.REVERSE_CHARGE, question.supply, question.on)
    if reverse is None:
        raise NoTaxRule(country=question.seller_country, supply=question.supply.value, on=question.on)
    return reverse, checked


def _rule_of(country: str, question: Question) -> tuple[Rule, dict[str, str]]:
    """Apply a country's own rules; a seller from elsewhere may let there free of tax, and nothing else without a person."""
    supply, on = question.supply, question.on
    letting = find_rule(country, Case.LETTING, supply, on)
    option = _option(question)
    if letting is not None and option is None:
        return letting, {}
    if country != question.seller_country:
        raise NoTaxRule(country=country, supply=supply.value, on=on)
    certificate = next(filter(None, (question.status(kind, country, question.place_region) for kind in sorted(CERTIFICATES))), None)
    if certificate is not None and question.place_region:
        freed = find_rule(country, Case.CERTIFICATE, supply, on, question.place_region)
        if freed is not None:
            return freed, _shown(certificate)
    case = Case.SMALL_SCALE if question.seller_scheme is Scheme.SMALL_SCALE else Case.ORDINARY
    rule = find_rule(country, case, supply, on, question.place_region)
    if rule is None:
        raise NoTaxRule(country=country, supply=supply.value, on=on)
    return rule, (option or {}) if letting is not None else {}


def _option(question: Question) -> dict[str, str] | None:
    """Return by which law, and what proof, the seller's option to tax its letting counts with this tenant; None when it does not.

    In Germany only where the tenant makes taxable outputs (§ 9 Abs. 2 UStG), which a small business does not.
    """
    if not question.seller_taxes_letting or question.place not in OPTED:
        return None
    chosen = {"option_law": OPTED[question.place]}
    if question.place != "DE":
        return chosen
    outputs = question.status(TaxStatusKind.TAXABLE_OUTPUTS, "DE")
    if outputs is None or question.status(TaxStatusKind.SMALL_BUSINESS, "DE") is not None:
        return None
    return chosen | _shown(outputs)


def _shown(status: Status | None) -> dict[str, str]:
    if status is None:
        return {}
    days = f"{status.first.isoformat()} – {status.last.isoformat() if status.last else ''}".strip()
    return {"status": status.kind.value, "status_proof": status.proof, "status_days": days}


def _answered(answer: Answer | None) -> dict[str, str]:
    if answer is None:
        return {}
    found = {
        "vat_checked_at": answer.checked_at.isoformat(),
        "vat_checked_by": answer.source,
        "vat_consultation": answer.consultation,
        "vat_registered_name": answer.name,
    }
    return {name: value for name, value in found.items() if value}


__all__ = ["AGREED", "DEPOSIT", "Decision", "Question", "decide", "has_vat_id", "note_in", "vat_id_state"]
