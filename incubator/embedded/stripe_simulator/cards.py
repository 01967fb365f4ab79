"""Stripe's test cards and test IBANs: what each number does.

Source: https://docs.stripe.com/testing and https://docs.stripe.com/payments/sepa-debit (November 2026).
"""

from dataclasses import dataclass
from typing import Literal

from incubator.embedded.stripe_simulator.errors import StripeRefusal, declined, invalid


@dataclass(frozen=True)
class Card:
    """What a test card does. `authentication` says when its bank asks for 3-D Secure."""

    number: str
    brand: str = "visa"
    country: str = "US"
    decline: tuple[str, str | None, str] | None = None  # code, decline_code, message
    authentication: Literal["never", "unless_set_up", "always"] = "never"
    declines_when_attached: bool = False
    disputes: bool = False


_DECLINED = "Your card was declined."
CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("4000056655665556"),
        Card("5555555555554444", brand="mastercard"),
        Card("378282246310005", brand="amex"),
        Card("4000002760000016", country="DE"),
        Card("4000007560000009", country="CH"),
        Card("4000002080000001", country="DK"),
        Card("4000007020000003", country="SG"),
        Card("4000001560000002", country="CN"),
        Card("4000000000000002", decline=("card_declined", "generic_decline", _DECLINED)),
        Card("4000000000009995", decline=("card_declined", "insufficient_funds", "Your card has insufficient funds.")),
        Card("4000000000009987", decline=("card_declined", "lost_card", _DECLINED)),
        Card("4000000000000069", decline=("expired_card", "expired_card", "Your card has expired.")),
        Card("4000000000000127", decline=("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")),
        Card("4000000000000119", decline=("processing_error", "processing_error", "An error occurred while processing your card.")),
        Card("4000000000000341", decline=("card_declined", "generic_decline", _DECLINED), declines_when_attached=True),
        Card("4000002500003155", authentication="unless_set_up"),
        Card("4000002760003184", authentication="always"),
        Card("4000000000003220", authentication="always"),
        Card("4000000000000259", disputes=True),
    )
}
CARD_TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_de": "4000002760000016",
    "pm_card_ch": "4000007560000009",
    "pm_card_dk": "4000002080000001",
    "pm_card_sg": "4000007020000003",
    "pm_card_cn": "4000001560000002",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_createDispute": "4000000000000259",
}


@dataclass(frozen=True)
class DirectDebit:
    """What a test IBAN does: the result and after how many seconds of the simulator's clock it is known."""

    iban: str
    succeeds: bool
    after_s: int
    failure_code: str | None = None
    disputes: bool = False


IBANS = {
    debit.iban: debit
    for debit in (
        DirectDebit("DE89370400440532013000", succeeds=True, after_s=5),
        DirectDebit("DE08370400440532013003", succeeds=True, after_s=180),
        DirectDebit("DE62370400440532013001", succeeds=False, after_s=5, failure_code="debit_not_authorized"),
        DirectDebit("DE78370400440532013004", succeeds=False, after_s=180, failure_code="debit_not_authorized"),
        DirectDebit("DE65370400440002222227", succeeds=False, after_s=5, failure_code="insufficient_funds"),
        DirectDebit("DE35370400440532013002", succeeds=True, after_s=5, disputes=True),
    )
}
IBAN_TOKENS = {
    "pm_success_de": "DE89370400440532013000",
    "pm_successDelayed_de": "DE08370400440532013003",
    "pm_failed_de": "DE62370400440532013001",
    "pm_failedDelayed_de": "DE78370400440532013004",
    "pm_insufficientFunds_de": "DE65370400440002222227",
    "pm_disputed_de": "DE35370400440532013002",
}


def card_of(number: str) -> Card:
    """Find a test card.

    Raises:
        StripeRefusal: a number of no test card: this server must never be given a real one.
    """
    digits = number.replace(" ", "").replace("-", "")
    if digits not in CARDS:
        raise declined(
            "card_declined",
            "Your card was declined. Your request was in test mode, but used a non test card.",
            "test_mode_live_card",
        )
    return CARDS[digits]


def direct_debit_of(iban: str) -> DirectDebit:
    """Find a test IBAN.

    Raises:
        StripeRefusal: an IBAN of no test account.
    """
    letters = iban.replace(" ", "").upper()
    if letters not in IBANS:
        raise invalid("The IBAN you provided is invalid.", code="invalid_bank_account_iban", param="sepa_debit[iban]")
    return IBANS[letters]


def refusal_of(card: Card, **extra: object) -> StripeRefusal:
    """Give the bank's refusal for a card that is always refused."""
    assert card.decline is not None
    code, decline_code, message = card.decline
    return declined(code, message, decline_code, **extra)
