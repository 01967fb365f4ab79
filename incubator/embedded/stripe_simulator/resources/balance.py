"""Balance transactions: every movement of the merchant's money, and the balance they add up to.

The tariff is made up and fixed, so that figures can be checked by hand: cards 1.5 % and 25 minor units, rounded half up;
direct debits 35 minor units; wallets 1.5 %. A refund gives no fee back; a dispute costs 1500 minor units.
"""

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.store import Books, Resource

AVAILABLE_AFTER_S = 2 * 86_400
DISPUTE_FEE = 1500


def fee_of(method_type: str, amount: int) -> int:
    """Work out the provider's fee of a charge."""
    if method_type == "sepa_debit":
        return 35
    percent = (amount * 150 + 5000) // 10_000
    return percent + (25 if method_type == "card" else 0)


def book(
    books: Books, kind: str, amount: int, currency: str, source: str, *, fee: int = 0, category: str | None = None, at_once: bool = False
) -> Resource:
    """Write a balance transaction; `amount` is signed, positive towards the merchant."""
    transaction: Resource = {
        "id": books.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": books.now + (0 if at_once else AVAILABLE_AFTER_S),
        "balance_type": "payments",
        "created": books.now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [
            {"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}
        ]
        if fee
        else [],
        "net": amount - fee,
        "reporting_category": category or kind,
        "source": source,
        "status": "available" if at_once else "pending",
        "type": kind,
    }
    return books.add("balance_transaction", transaction)


def _all(books: Books) -> list[Resource]:
    """Give all transactions, their status as of the simulator's time."""
    found = books.newest_first("balance_transaction")
    return [item | {"status": "available" if item["available_on"] <= books.now else "pending"} for item in found]


def available(books: Books, currency: str) -> int:
    """Add up what can be paid out now."""
    return sum(item["net"] for item in _all(books) if item["currency"] == currency and item["status"] == "available")


@endpoint("GET", "/v1/balance_transactions", "BalanceTransactionListParams")
def listed(call: Call) -> Resource:
    """List balance transactions."""
    payout = call.params.get("payout")
    found = _all(call.books)
    if payout is not None:
        call.books.find("payout", payout, "payout")
        found = [item for item in found if item["source"] == payout]
    return page_of(call, found, "currency", "source", "type")


@endpoint("GET", "/v1/balance_transactions/{id}", "BalanceTransactionRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a balance transaction."""
    call.books.find("balance_transaction", call.path["id"])
    return next(item for item in _all(call.books) if item["id"] == call.path["id"])


@endpoint("GET", "/v1/balance", "BalanceRetrieveParams")
def balance(call: Call) -> Resource:
    """Give the balance in each currency."""
    found = _all(call.books)
    currencies = sorted({item["currency"] for item in found})

    def funds(status: str) -> list[Resource]:
        rows = []
        for currency in currencies:
            amount = sum(item["net"] for item in found if item["currency"] == currency and item["status"] == status)
            rows.append({"amount": amount, "currency": currency, "source_types": {"card": amount}})
        return rows

    return {"object": "balance", "available": funds("available"), "livemode": False, "pending": funds("pending")}


def check_funds(books: Books, amount: int, currency: str) -> None:
    """Check that an amount can be paid out.

    Raises:
        StripeRefusal: the available balance is lower.
    """
    if amount > available(books, currency):
        raise invalid("You have insufficient funds in your Stripe account for this transfer.", code="balance_insufficient", param="amount")
