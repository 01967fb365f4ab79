"""What other packages and the edges may ask of billing."""

from incubator.billing.charging import charge_count, charge_time, quote_time
from incubator.billing.contracts import add_term, create_plan, end_contract, open_contract, plan_terms
from incubator.billing.deposits import DepositDecision, record_deposit_return, settle_deposit
from incubator.billing.documents import make_document, read_document
from incubator.billing.fapiao import FapiaoResult, record_fapiao, record_red_letter, request_fapiao, start_red_letter
from incubator.billing.fapiao_request import fapiao_request
from incubator.billing.lengths import charged_until, extend_terms
from incubator.billing.money_in import record_transfer, request_deposit
from incubator.billing.payments import pay_invoice, receive_stripe_event
from incubator.billing.quoting import quote_supplies
from incubator.billing.registrations import register_for_tax
from incubator.billing.runs import start_billing_run

__all__ = [
    "DepositDecision",
    "FapiaoResult",
    "add_term",
    "charge_count",
    "charge_time",
    "charged_until",
    "create_plan",
    "end_contract",
    "extend_terms",
    "fapiao_request",
    "make_document",
    "open_contract",
    "pay_invoice",
    "plan_terms",
    "quote_supplies",
    "quote_time",
    "read_document",
    "receive_stripe_event",
    "record_deposit_return",
    "record_fapiao",
    "record_red_letter",
    "record_transfer",
    "register_for_tax",
    "request_deposit",
    "request_fapiao",
    "settle_deposit",
    "start_billing_run",
    "start_red_letter",
]
