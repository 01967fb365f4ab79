"""What other packages and the edges may ask of billing."""

from incubator.billing.account_statements import account_statement
from incubator.billing.charging import charge_count, charge_time, quote_time
from incubator.billing.contract_changes import change_price, pause_contract, resume_contract, set_minimum, stop_contract
from incubator.billing.contracts import add_term, create_plan, open_contract, plan_terms
from incubator.billing.credit_previews import preview_credit
from incubator.billing.crediting import create_credit_note, void_invoice
from incubator.billing.deposits import DepositDecision, record_deposit_return, settle_deposit
from incubator.billing.discarding import discard_draft
from incubator.billing.documents import make_document, read_document
from incubator.billing.finalising import finalise_invoice
from incubator.billing.lengths import charged_until, end_contract, extend_terms
from incubator.billing.money_in import record_transfer, request_deposit
from incubator.billing.payments import pay_invoice, receive_stripe_event
from incubator.billing.previews import preview_invoices
from incubator.billing.quoting import quote_supplies
from incubator.billing.refunds import record_refund
from incubator.billing.registrations import register_for_tax
from incubator.billing.runs import assign_parked_customer, decide_billing_run, resume_billing_run, start_billing_run

__all__ = [
    "DepositDecision",
    "account_statement",
    "add_term",
    "assign_parked_customer",
    "change_price",
    "charge_count",
    "charge_time",
    "charged_until",
    "create_credit_note",
    "create_plan",
    "decide_billing_run",
    "discard_draft",
    "end_contract",
    "extend_terms",
    "finalise_invoice",
    "make_document",
    "open_contract",
    "pause_contract",
    "pay_invoice",
    "plan_terms",
    "preview_credit",
    "preview_invoices",
    "quote_supplies",
    "quote_time",
    "read_document",
    "receive_stripe_event",
    "record_deposit_return",
    "record_refund",
    "record_transfer",
    "register_for_tax",
    "request_deposit",
    "resume_billing_run",
    "resume_contract",
    "set_minimum",
    "settle_deposit",
    "start_billing_run",
    "stop_contract",
    "void_invoice",
]
