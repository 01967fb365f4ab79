"""What happened to money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class BillingRunStarted(Event):
    """A billing run began."""

    billing_run_id: UUID
    month: date

    def touches(self) -> Sequence[Touched]:
        """The run."""
        return [Touched("BillingRun", self.billing_run_id, 1)]


@dataclass(frozen=True)
class CustomersBilled(Event):
    """A billing run is through with a batch of customers: billed, or parked."""

    billing_run_id: UUID
    batch: int

    def touches(self) -> Sequence[Touched]:
        """The run's progress."""
        return [Touched("BillingRun", self.billing_run_id)]


@dataclass(frozen=True)
class BillingRunHeld(Event):
    """A billing run strays from the month before, and waits for an approval."""

    billing_run_id: UUID
    month: date

    def touches(self) -> Sequence[Touched]:
        """The run."""
        return [Touched("BillingRun", self.billing_run_id)]


@dataclass(frozen=True)
class BillingRunDecisionMade(Event):
    """A held run was approved or cancelled, a finished one resumed, or a parked customer given to somebody."""

    billing_run_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The run."""
        return [Touched("BillingRun", self.billing_run_id)]


@dataclass(frozen=True)
class BillingRunFinished(Event):
    """A billing run is through with all of its customers."""

    billing_run_id: UUID
    month: date

    def touches(self) -> Sequence[Touched]:
        """The run."""
        return [Touched("BillingRun", self.billing_run_id)]


@dataclass(frozen=True)
class IndexValueAwaited(Event):
    """Prices of a legal entity wait for the value of an index, of a month (its first day) or of one of the six before it."""

    legal_entity_id: UUID
    index_key: str
    month: date


@dataclass(frozen=True)
class PriceAdapted(Event):
    """The price of a contract's term follows its index from a day on; amounts in minor units, `month` is that of the index's new value."""

    contract_id: UUID
    version: int
    index_key: str
    month: date
    starts_on: date
    before_minor: int
    after_minor: int

    def touches(self) -> Sequence[Touched]:
        """The contract."""
        return [Touched("Contract", self.contract_id, self.version)]


@dataclass(frozen=True)
class ContractChanged(Event):
    """Somebody changed a price, pause, end or minimum of a contract."""

    contract_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The contract."""
        return [Touched("Contract", self.contract_id, self.version)]


@dataclass(frozen=True)
class ChargeAdded(Event):
    """Finance charged something by hand."""

    charge_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The charge."""
        return [Touched("Charge", self.charge_id, 1)]


@dataclass(frozen=True)
class ChargeWaived(Event):
    """What was left of a charge is not owed after all."""

    charge_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The charge."""
        return [Touched("Charge", self.charge_id)]


@dataclass(frozen=True)
class InvoiceIssued(Event):
    """An invoice (or a deposit request) was finalised and has its number."""

    invoice_id: UUID
    customer_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The invoice."""
        return [Touched("Invoice", self.invoice_id, 1)]


@dataclass(frozen=True)
class InvoiceBlocked(Event):
    """A draft cannot be finalised, because something is missing."""

    invoice_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The draft."""
        return [Touched("Invoice", self.invoice_id, self.version)]


@dataclass(frozen=True)
class InvoiceDocumented(Event):
    """The document of an invoice is there."""

    invoice_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The invoice."""
        return [Touched("Invoice", self.invoice_id)]


@dataclass(frozen=True)
class FapiaoMoved(Event):
    """The fapiao of a billing statement, or the red-letter one of a credit note, took a step."""

    invoice_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The invoice."""
        return [Touched("Invoice", self.invoice_id)]


@dataclass(frozen=True)
class PaymentReceived(Event):
    """Money came in for an invoice."""

    payment_id: UUID
    invoice_id: UUID
    amount_minor: int
    currency: str
    version: int

    def touches(self) -> Sequence[Touched]:
        """The invoice."""
        return [Touched("Invoice", self.invoice_id, self.version)]


@dataclass(frozen=True)
class InvoicePaid(Event):
    """An invoice is paid in full."""

    invoice_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The invoice."""
        return [Touched("Invoice", self.invoice_id, self.version)]


@dataclass(frozen=True)
class PaymentFailed(Event):
    """A try to pay an invoice came to nothing."""

    attempt_id: UUID
    invoice_id: UUID
    reason: str

    def touches(self) -> Sequence[Touched]:
        """The invoice."""
        return [Touched("Invoice", self.invoice_id)]


@dataclass(frozen=True)
class DepositSettled(Event):
    """It was decided how much of a deposit is kept and how much returned."""

    invoice_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The deposit request."""
        return [Touched("Invoice", self.invoice_id)]


@dataclass(frozen=True)
class DepositReturned(Event):
    """The returned part of a deposit left the bank."""

    invoice_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The deposit request."""
        return [Touched("Invoice", self.invoice_id)]


@dataclass(frozen=True)
class InvoiceCredited(Event):
    """Some or all of an invoice was credited."""

    invoice_id: UUID
    credit_note_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The invoice and its credit note."""
        return [Touched("Invoice", self.invoice_id, self.version), Touched("Invoice", self.credit_note_id)]


@dataclass(frozen=True)
class RefundPaidOut(Event):
    """A refund left the bank."""

    credit_note_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The credit note."""
        return [Touched("Invoice", self.credit_note_id, self.version)]


@dataclass(frozen=True)
class DraftDiscarded(Event):
    """A draft was thrown away."""

    invoice_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The draft that is no more."""
        return [Touched("Invoice", self.invoice_id, self.version)]


@dataclass(frozen=True)
class VatIdChecked(Event):
    """A register said whether an organisation's VAT id exists."""

    organization_id: UUID
    version: int
    vat_id: str
    is_valid: bool

    def touches(self) -> Sequence[Touched]:
        """The organisation."""
        return [Touched("Organization", self.organization_id, self.version)]


@dataclass(frozen=True)
class SellerProfileChanged(Event):
    """How a legal entity bills, or what it is registered for, is different."""

    legal_entity_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The legal entity."""
        return [Touched("LegalEntity", self.legal_entity_id, self.version)]


@dataclass(frozen=True)
class BuyerProfileChanged(Event):
    """How an organisation takes its invoices, or what it has shown about its taxes, is different."""

    organization_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The organisation."""
        return [Touched("Organization", self.organization_id, self.version)]


@dataclass(frozen=True)
class CreditGiven(Event):
    """A customer was given a credit."""

    credit_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The credit."""
        return [Touched("CustomerCredit", self.credit_id, 1)]


@dataclass(frozen=True)
class CreditWithdrawn(Event):
    """What was left of a credit was taken back."""

    credit_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The credit."""
        return [Touched("CustomerCredit", self.credit_id, self.version)]


@dataclass(frozen=True)
class CreditEndsSoon(Event):
    """A credit with something left expires within 30 days."""

    credit_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The credit."""
        return [Touched("CustomerCredit", self.credit_id, self.version)]
