"""What other packages and the edges may ask of billing."""

from incubator.billing.account_statements import account_statement
from incubator.billing.adapting import record_index_value
from incubator.billing.charging import charge_count, charge_time, quote_time
from incubator.billing.contract_changes import change_price, pause_contract, resume_contract, set_minimum, stop_contract
from incubator.billing.contract_previews import preview_change
from incubator.billing.contracts import add_term, open_contract
from incubator.billing.credit_previews import preview_credit
from incubator.billing.crediting import create_credit_note, void_invoice
from incubator.billing.customer_credits import GivenCredit, give_credit, withdraw_credit
from incubator.billing.deposits import DepositDecision, record_deposit_return, settle_deposit
from incubator.billing.discarding import discard_draft
from incubator.billing.documents import make_document, read_document
from incubator.billing.exchange_rates import enter_rate, rate
from incubator.billing.fapiao import FapiaoResult, record_fapiao, record_red_letter, request_fapiao, start_red_letter
from incubator.billing.fapiao_request import fapiao_request
from incubator.billing.finalising import finalise_invoice
from incubator.billing.lengths import charged_until, end_contract, extend_terms
from incubator.billing.manual_charges import ManualCharge, add_charge, waive_charge
from incubator.billing.money_in import record_transfer, request_deposit
from incubator.billing.payments import pay_invoice, receive_stripe_event
from incubator.billing.plans import create_plan, plan_minimum, plan_terms, retire_plan
from incubator.billing.previews import preview_invoices
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
from incubator.billing.refunds import record_refund
from incubator.billing.registrations import end_registration, register_for_tax
from incubator.billing.runs import assign_parked_customer, decide_billing_run, resume_billing_run, start_billing_run
from incubator.billing.tax_statuses import StatusTerms, end_tax_status, record_tax_status

__all__ = [
    "BuyerTerms",
    "DepositDecision",
    "FapiaoResult",
    "GivenCredit",
    "ManualCharge",
    "SellerTerms",
    "StatusTerms",
    "account_statement",
    "add_charge",
    "add_term",
    "assign_parked_customer",
    "change_price",
    "charge_count",
    "charge_time",
    "charged_until",
    "check_vat_id_again",
    "close_books",
    "create_credit_note",
    "create_plan",
    "decide_billing_run",
    "discard_draft",
    "end_contract",
    "end_registration",
    "end_tax_status",
    "enter_rate",
    "extend_terms",
    "fapiao_request",
    "finalise_invoice",
    "give_credit",
    "make_document",
    "open_contract",
    "pause_contract",
    "pay_invoice",
    "plan_minimum",
    "plan_terms",
    "preview_change",
    "preview_credit",
    "preview_invoices",
    "quote_supplies",
    "quote_time",
    "rate",
    "read_document",
    "receive_stripe_event",
    "record_deposit_return",
    "record_fapiao",
    "record_index_value",
    "record_red_letter",
    "record_refund",
    "record_tax_status",
    "record_transfer",
    "register_for_tax",
    "request_deposit",
    "request_fapiao",
    "resume_billing_run",
    "resume_contract",
    "retire_plan",
    "set_billing_address",
    "set_minimum",
    "set_vat_id",
    "settle_deposit",
    "start_billing_run",
    "start_red_letter",
    "stop_contract",
    "update_buyer_profile",
    "update_seller_profile",
    "void_invoice",
    "waive_charge",
    "withdraw_credit",
]
