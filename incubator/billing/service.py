"""What other packages and the edges may ask of billing."""

from incubator.billing.charging import charge_count, charge_time, quote_time
from incubator.billing.contracts import add_term, create_plan, end_contract, open_contract, plan_terms
from incubator.billing.deposits import DepositDecision, record_deposit_return, settle_deposit
from incubator.billing.documents import make_document, read_document
from incubator.billing.exchange_rates import enter_rate, rate
from incubator.billing.lengths import charged_until, extend_terms
from incubator.billing.money_in import record_transfer, request_deposit
from incubator.billing.payments import pay_invoice, receive_stripe_event
from incubator.billing.profiles import (
    BuyerTerms,
    SellerTerms,
    check_vat_id_again,
    close_books,
    set_billing_address,
    set_vat_id,
    update_buyer_profile,
    update_seller_profile,
)
from incubator.billing.quoting import quote_supplies
from incubator.billing.registrations import end_registration, register_for_tax
from incubator.billing.runs import start_billing_run
from incubator.billing.tax_statuses import StatusTerms, end_tax_status, record_tax_status

__all__ = [
    "BuyerTerms",
    "DepositDecision",
    "SellerTerms",
    "StatusTerms",
    "add_term",
    "charge_count",
    "charge_time",
    "charged_until",
    "check_vat_id_again",
    "close_books",
    "create_plan",
    "end_contract",
    "end_registration",
    "end_tax_status",
    "enter_rate",
    "extend_terms",
    "make_document",
    "open_contract",
    "pay_invoice",
    "plan_terms",
    "quote_supplies",
    "quote_time",
    "rate",
    "read_document",
    "receive_stripe_event",
    "record_deposit_return",
    "record_tax_status",
    "record_transfer",
    "register_for_tax",
    "request_deposit",
    "set_billing_address",
    "set_vat_id",
    "settle_deposit",
    "start_billing_run",
    "update_buyer_profile",
    "update_seller_profile",
]
