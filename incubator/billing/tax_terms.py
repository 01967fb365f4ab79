"""Words of the tax rules: what a seller is registered as, what a buyer has shown, what a register answered."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

CHECK_HOLDS_FOR = timedelta(days=120)
"""How far from the time of supply, or from the decision, a register's answer may lie to count for it."""


class Scheme(StrEnum):
    """How a seller is registered. Only China has the small scale (增值税小规模纳税人)."""

    STANDARD = "standard"
    SMALL_SCALE = "small scale"


class TaxStatusKind(StrEnum):
    """What a buyer can show that moves the tax; each holds in a country (of the United States: in a state) between two days.

    Taxable outputs: the tenant uses the rooms for supplies that bear tax (§ 9 UStG). Small business: it makes none (§ 19 UStG). The
    certificates free instruments in a state. Establishment: the service is received in another country than that of the buyer's seat.
    Export filing: the export of the service was filed with the Chinese tax office.
    """

    TAXABLE_OUTPUTS = "taxable outputs"
    SMALL_BUSINESS = "small business"
    RESALE_CERTIFICATE = "resale certificate"
    EXEMPT_CERTIFICATE = "exempt certificate"
    ESTABLISHMENT = "establishment"
    EXPORT_FILING = "export filing"


CERTIFICATES = frozenset((TaxStatusKind.RESALE_CERTIFICATE, TaxStatusKind.EXEMPT_CERTIFICATE))


class TaxFactName(StrEnum):
    """What a tax decision can have been made with: places and days, the rule and its law, what the buyer has shown, what a register said."""

    SUPPLIED_ON = "supplied_on"
    SELLER_COUNTRY = "seller_country"
    BUYER_COUNTRY = "buyer_country"
    PLACE_COUNTRY = "place_country"
    RECIPIENT_COUNTRY = "recipient_country"
    RULE = "rule"
    LAW = "law"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    REGION = "region"
    REASON_CODE = "reason_code"
    ADVISER = "adviser"
    OPTION_LAW = "option_law"
    BUYER_VAT_ID = "buyer_vat_id"
    VAT_ID_STATE = "vat_id_state"
    VAT_CHECKED_AT = "vat_checked_at"
    VAT_CHECKED_BY = "vat_checked_by"
    VAT_CONSULTATION = "vat_consultation"
    VAT_REGISTERED_NAME = "vat_registered_name"
    STATUS = "status"
    STATUS_PROOF = "status_proof"
    STATUS_DAYS = "status_days"


class VatIdState(StrEnum):
    """What is known of a buyer's VAT id: there is none of that country, its form is wrong, the register was not asked (lately), said yes, said no."""

    NONE = "none"
    WRONG = "wrong"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register said about a VAT id. `consultation` is the number by which it can prove to have been asked."""

    is_valid: bool
    checked_at: datetime
    source: str
    consultation: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """Something a buyer has shown, with its proof and its days (both included; None: still)."""

    kind: TaxStatusKind
    country: str
    proof: str
    first: date
    last: date | None = None
    region: str = ""
    value: str = ""

    def holds(self, kind: TaxStatusKind, on: date, country: str = "", region: str = "") -> bool:
        """Tell whether it is of a kind and holds on a day, in a country and region where they are named."""
        return (
            self.kind is kind
            and self.first <= on
            and (self.last is None or on <= self.last)
            and country in ("", self.country)
            and region in ("", self.region)
        )


def usable(answers: tuple[Answer, ...], supplied_on: date, now: datetime) -> Answer | None:
    """Choose the answer that counts for a supply: the last one up to its day, else the last one of all, each only when near enough."""
    by_time = sorted(answers, key=lambda answer: answer.checked_at, reverse=True)
    for answer in by_time:
        if timedelta(0) <= supplied_on - answer.checked_at.date() <= CHECK_HOLDS_FOR:
            return answer
    latest = by_time[0] if by_time else None
    return latest if latest is not None and now - latest.checked_at <= CHECK_HOLDS_FOR else None
